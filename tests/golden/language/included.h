#ifndef INCLUDED_H
#define INCLUDED_H
#define INCLUDED_VALUE 12
typedef struct _INCLUDED { ULONG Value; } INCLUDED, *PINCLUDED;
static ULONG IncludedTwice(PINCLUDED One) { return One->Value * 2; }
#endif
