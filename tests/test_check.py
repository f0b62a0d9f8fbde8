# ruff: noqa: E501 (a finding is one line)
"""The checker: what it refuses and warns of, with its words and places, and the typed trees that it makes.

A case is C text, and below it a line `=> line:column severity rule: message | help <- line:column note` for each finding.
"""

from __future__ import annotations

import dataclasses

import pytest

from dmascript.grammar import tree
from dmascript.grammar.check import Checker, check
from dmascript.grammar.parser import parse
from dmascript.grammar.preprocess import FolderLoader, preprocess
from dmascript.grammar.source import Diagnostics, SourceFile
from dmascript.grammar.syntax import TranslationUnit
from dmascript.grammar.types import Member, StructType, Type

TYPEDEFS = """
typedef void VOID, *PVOID;
typedef unsigned char UCHAR, *PUCHAR;
typedef unsigned long ULONG, *PULONG;
typedef long NTSTATUS;
typedef unsigned __int64 ULONG_PTR, SIZE_T;
typedef ULONG_PTR PFN_NUMBER, *PPFN_NUMBER;
typedef struct _MDL MDL, *PMDL;
typedef NTSTATUS DRIVER_INITIALIZE(PVOID DriverObject, PVOID RegistryPath);
typedef union _LARGE_INTEGER { struct { ULONG LowPart; long HighPart; }; __int64 QuadPart; } LARGE_INTEGER;
"""
ROUTINES = {
    "MmProbeAndLockPages": "VOID MmProbeAndLockPages(PMDL Mdl, int Mode, int Operation);",
    "DbgPrint": "ULONG DbgPrint(const char *Format, ...);",
    "KeBugCheckEx": "VOID KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4);",
}
TAGS = {
    "_MDL": "struct _MDL { struct _MDL *Next; short Size; PVOID MappedSystemVa; };",
    "_PACKED": "#pragma pack(push, 1)\nstruct _PACKED { char a; int b; };\n#pragma pack(pop)\n",
}
CONSTANTS = {"STATUS_SUCCESS": (0, "NTSTATUS"), "STATUS_ACCESS_VIOLATION": (0xC0000005, "NTSTATUS"), "TRUE": (1, "int")}


class Dictionary:
    """The built-in names of these tests; `asked` are the names that were looked up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.typedefs: dict[str, str] = {}
        for line in TYPEDEFS.strip().splitlines():
            for name in line.replace(";", " ").replace(",", " ").replace("*", " ").replace("(", " ").split():
                if name.isupper():
                    self.typedefs.setdefault(name, line)

    def declaration(self, name: str) -> str | None:
        self.asked.append(name)
        return self.typedefs.get(name) or ROUTINES.get(name)

    def tag(self, name: str) -> str | None:
        return TAGS.get(name)

    def is_typedef(self, name: str) -> bool:
        return name in self.typedefs

    def constant(self, name: str) -> tuple[int, str] | None:
        return CONSTANTS.get(name)

    def macros(self) -> str:
        return (
            "#define NULL ((void *)0)\n#define va_start __builtin_va_start\n#define va_arg __builtin_va_arg\n"
            "#define va_end __builtin_va_end\n#define va_copy __builtin_va_copy\n"
        )

    def has_header(self, name: str) -> bool:
        return name == "wdm.h"

    def sides(self, name: str) -> frozenset[str]:
        return frozenset(("kernel", "process", "device"))

    def names(self) -> list[str]:
        return [*self.typedefs, *ROUTINES, *CONSTANTS]


def parsed(text: str, environment: Dictionary, diagnostics: Diagnostics) -> TranslationUnit:
    tokens = preprocess(SourceFile("t.c", text), environment, diagnostics, FolderLoader(""))
    return parse(tokens, environment, diagnostics, "t.c")


def findings(text: str) -> list[str]:
    """What is said about a script, each finding as one line."""
    diagnostics, environment = Diagnostics(), Dictionary()
    check(parsed(text, environment, diagnostics), environment, diagnostics)
    lines = []
    for one in diagnostics:
        help = f" | {one.help}" if one.help else ""
        notes = "".join(f" <- {n.span.line}:{n.span.column} {n.message}" for n in one.notes)
        lines.append(f"{one.span.line}:{one.span.column} {one.severity} {one.rule}: {one.message}{help}{notes}")
    return lines


def program(text: str) -> tree.Program:
    """The typed tree of a script, which must be free of errors."""
    diagnostics, environment = Diagnostics(), Dictionary()
    result = check(parsed(text, environment, diagnostics), environment, diagnostics)
    assert diagnostics.errors == []
    return result


def cases(text: str) -> list[str]:
    return [case.strip("\n") for case in text.split("\n---\n")]


def expect(case: str) -> None:
    """Check one case: missing and surplus findings both fail."""
    lines = case.splitlines()
    wanted = [line.strip()[3:] for line in lines if line.strip().startswith("=> ")]
    source = "\n".join(line for line in lines if not line.strip().startswith("=> "))
    assert findings(source) == wanted


TYPES = r"""
PPFN_NUMBER frames; int f(void) { return frames.x; }
=> 1:49 error wrong-type: 'frames' is a PPFN_NUMBER (unsigned __int64 *), not a struct
---
PMDL m; short f(void) { return m.Size; }
=> 1:34 error wrong-type: 'm' is a PMDL (struct _MDL *), a pointer to a struct | write '->Size'
---
MDL m; short f(void) { return m->Size; }
=> 1:34 error wrong-type: 'm' is an MDL, not a pointer to one | write '.Size'
---
PMDL m; int f(void) { return m->Sze; }
=> 1:33 error unknown-member: struct _MDL has no member 'Sze' | did you mean 'Size'?
---
int i; void f(void) { *i; i(); i[0]; i->x; }
=> 1:23 error wrong-type: 'i' is an int, not a pointer, and cannot be dereferenced
=> 1:27 error wrong-type: 'i' is an int, not a function
=> 1:32 error wrong-type: 'i' is an int, neither an array nor a pointer
=> 1:41 error wrong-type: 'i' is an int, not a struct
---
PVOID p; void f(void) { *p; p + 1; p[1]; p++; p += 2; p - p; }
=> 1:25 error wrong-type: 'p' is a PVOID (void *): what it points to has no type | cast it to a pointer to the type that lies there
=> 1:31 error void-pointer-arithmetic: 'p' is a PVOID (void *): what it points to has no size | cast to PUCHAR first
=> 1:36 error wrong-type: 'p' is a PVOID (void *): what it points to has no type | cast it to a pointer to the type that lies there
=> 1:42 error void-pointer-arithmetic: 'p' is a PVOID (void *): what it points to has no size | cast to PUCHAR first
=> 1:49 error void-pointer-arithmetic: 'p' is a PVOID (void *): what it points to has no size | cast to PUCHAR first
=> 1:57 error void-pointer-arithmetic: 'p' is a PVOID (void *): what it points to has no size | cast to PUCHAR first
---
MDL m; int i; void f(void) { i = m; m = i; m + 1; if (m) i = !m; i = m ? 1 : 2; }
=> 1:34 error wrong-type: assigning to 'i': 'm' is an MDL, where an int is wanted
=> 1:41 error wrong-type: assigning to 'm': 'i' is an int, where an MDL is wanted
=> 1:46 error wrong-type: '+' cannot be applied to MDL and int
=> 1:55 error wrong-type: 'm' is an MDL, which is neither true nor false
=> 1:63 error wrong-type: 'm' is an MDL, which is neither true nor false
=> 1:70 error wrong-type: 'm' is an MDL, which is neither true nor false
---
void v(void); int i; void f(void) { i = v(); v() + 1; f(v()); }
=> 1:41 error wrong-type: assigning to 'i': 'v(…)' has no value (void)
=> 1:41 error not-defined: the function 'v' is declared, but defined nowhere <- 1:6 declared here
=> 1:50 error wrong-type: '+' cannot be applied to void and int
=> 1:57 error wrong-argument-count: 'f' takes 0 arguments, not 1 | its prototype is void f(void) <- 1:27 declared here
---
struct Later; struct Later *p; struct Later l; int f(void) { return sizeof(struct Later) + sizeof *p; }
=> 1:45 error incomplete-type: 'l' has the type struct Later, which is declared but not defined, so its size is not known
=> 1:69 error incomplete-type: struct Later is declared but not defined, so its size is not known
=> 1:99 error incomplete-type: struct Later is declared but not defined, so its size is not known
---
float x; double f(long double y) { return 1.5; }
=> 1:1 error floating-point: driver code may not use floating point: 'float' | the kernel does not save the floating-point registers of the thread it interrupts; count in integers
=> 1:10 error floating-point: driver code may not use floating point: 'double' | the kernel does not save the floating-point registers of the thread it interrupts; count in integers
=> 1:19 error floating-point: driver code may not use floating point: 'long double' | the kernel does not save the floating-point registers of the thread it interrupts; count in integers
=> 1:43 error floating-point: 1.5 is a floating-point number, which driver code may not use | the kernel does not save the floating-point registers of the thread it interrupts; count in integers
---
ULONG64 x; void f(Foo *p) { BAR b; BAR c; }
=> 1:1 error unknown-type: there is no type 'ULONG64' | did you mean 'ULONG'?
=> 1:19 error unknown-type: there is no type 'Foo'
=> 1:29 error unknown-type: there is no type 'BAR'
---
int f(int n) { int a[n]; return sizeof a; }
=> 1:22 error variable-length-array: the size of an array must be a constant: arrays of variable length do not exist in this dialect | allocate it with ExAllocatePool2, or give it its largest size
---
int a[-1]; int b[0]; int c[3000000000];
=> 1:7 error bad-array-size: 'a': the array has -1 elements
=> 1:16 error bad-array-size: the array 'b' has 0 elements
=> 1:28 error bad-array-size: 'c': the array is larger than 2 GiB
---
int f(void) { return sizeof(f) + sizeof(void) + sizeof(int[]); }
=> 1:22 error wrong-type: 'f' is a function, which sizeof cannot measure
=> 1:34 error wrong-type: void has no size, which sizeof cannot measure
=> 1:49 error wrong-type: this is an int[], an array without a size, which sizeof cannot measure
---
typedef int F(void); F a[3]; F g(void); int h(void)[3]; F *k(void);
=> 1:24 error wrong-type: 'a': an array cannot have functions as its elements
=> 1:32 error wrong-type: a function cannot return a function
=> 1:45 error wrong-type: a function cannot return an array
---
int *p; int q; void f(void) { p * 2; -p; ~p; p & q; p << 1; p % 2; }
=> 1:33 error wrong-type: '*' cannot be applied to int * and int
=> 1:38 error wrong-type: '-' cannot be applied to int *
=> 1:42 error wrong-type: '~' cannot be applied to int *
=> 1:48 error wrong-type: '&' cannot be applied to int * and int
=> 1:55 error wrong-type: '<<' cannot be applied to int * and int
=> 1:63 error wrong-type: '%' cannot be applied to int * and int
---
struct A { int x; } a; struct B { int x; } b; void f(void) { a = b; a == a; }
=> 1:66 error wrong-type: assigning to 'a': 'b' is a struct B, where a struct A is wanted
=> 1:71 error wrong-type: '==' cannot be applied to struct A and struct A
"""


@pytest.mark.parametrize("case", cases(TYPES))
def test_types(case: str) -> None:
    """Operands of a wrong type are refused, in words that name the variable and its type, and once only."""
    expect(case)


CONSTNESS = r"""
const int k = 1; void f(void) { k = 2; k++; k += 1; --k; }
=> 1:33 error assignment-to-const: cannot assign to 'k': it is a const int
=> 1:40 error assignment-to-const: cannot assign to 'k': it is a const int
=> 1:45 error assignment-to-const: cannot assign to 'k': it is a const int
=> 1:55 error assignment-to-const: cannot assign to 'k': it is a const int
---
const char *s; char *const t; void f(void) { *s = 1; s = 0; *t = 1; t = 0; s[1]++; }
=> 1:46 error assignment-to-const: cannot assign to '*s': it is a const char, reached through a pointer to const
=> 1:69 error assignment-to-const: cannot assign to 't': it is a char *const
=> 1:76 error assignment-to-const: cannot assign to 's[1]': it is a const char, reached through a pointer to const
---
struct S { const int c; int d; } s, *p; const struct S cs; void f(void) { s.d = 1; s.c = 1; s = *p; cs.d = 1; p->c = 2; }
=> 1:84 error assignment-to-const: cannot assign to 's.c': it is a const int
=> 1:93 error assignment-to-const: cannot assign to 's': it is a struct S, which has a const member
=> 1:101 error assignment-to-const: cannot assign to 'cs.d': it is a member of something const
=> 1:111 error assignment-to-const: cannot assign to 'p->c': it is a const int
---
void f(int a[3], const int b) { a = 0; b = 1; }
=> 1:40 error assignment-to-const: cannot assign to 'b': it is a const int
---
int a[3]; void g(void); void f(void) { a = 0; a++; 5 = 1; g = 0; g() = 1; (int)a[0] = 1; &5; &f(); &(a[0] + 1); }
=> 1:40 error wrong-type: 'a' is an int[3]: an array cannot be assigned to | copy it with RtlCopyMemory
=> 1:47 error wrong-type: 'a' is an int[3]: an array cannot be assigned to | copy it with RtlCopyMemory
=> 1:52 error not-an-lvalue: 5 is a value, not something that can be assigned to
=> 1:59 error not-an-lvalue: 'g' is a function, which cannot be assigned to
=> 1:59 error not-defined: the function 'g' is declared, but defined nowhere <- 1:16 declared here
=> 1:66 error not-an-lvalue: 'g(…)' is a value, not something that can be assigned to
=> 1:90 error not-an-lvalue: 5 is a value without an address, so '&' cannot be applied to it
=> 1:94 error not-an-lvalue: 'f(…)' is a value without an address, so '&' cannot be applied to it
=> 1:100 error not-an-lvalue: this expression is a value without an address, so '&' cannot be applied to it
---
struct S { int b : 3; } s; void f(void) { register int r; &s.b; &r; sizeof s.b; s.b = 1; }
=> 1:59 error wrong-type: 's.b' is a bit-field, which has no address
=> 1:65 error wrong-type: 'r' is a register variable, which has no address
=> 1:69 error wrong-type: 's.b' is a bit-field, which sizeof cannot measure
"""


@pytest.mark.parametrize("case", cases(CONSTNESS))
def test_constness(case: str) -> None:
    """What is const, and what has no place, cannot be assigned to."""
    expect(case)


CONVERSIONS = r"""
PMDL m; ULONG u; void f(void) { m = u; u = m; m = 0; m = NULL; m = 5; u = (ULONG)m; m = (PMDL)u; m = (PMDL)(ULONG_PTR)u; }
=> 1:37 warning int-pointer-conversion: assigning to 'm': 'u' is a ULONG (unsigned long), where the pointer PMDL (struct _MDL *) is wanted
=> 1:44 warning int-pointer-conversion: assigning to 'u': 'm' is a PMDL (struct _MDL *), where the integer ULONG (unsigned long) is wanted
=> 1:68 warning int-pointer-conversion: assigning to 'm': 5 is an int, where the pointer PMDL (struct _MDL *) is wanted
=> 1:75 warning pointer-truncated: the cast to ULONG (unsigned long) cuts a 64-bit pointer to 32 bits | cast to ULONG_PTR
=> 1:89 warning int-pointer-conversion: the cast makes a 64-bit pointer of 'u', which has 32 bits | cast to ULONG_PTR first
---
int *i; unsigned int *ui; long *l; char *c; unsigned char *uc; PVOID v; void f(void) { i = ui; i = l; c = uc; c = i; i = v; v = i; }
=> 1:115 warning pointer-type-mismatch: assigning to 'c': 'i' is an int *, where a char * is wanted
---
const char *cc; char *c; volatile int *vi; int *i; const void *cv; void f(void) { c = cc; cc = c; i = vi; vi = i; i = cv; cv = i; c = "text"; }
=> 1:87 warning discards-const: assigning to 'c': 'cc' is a const char *, and char * drops the const
=> 1:103 warning discards-const: assigning to 'i': 'vi' is a volatile int *, and int * drops the volatile
=> 1:119 warning discards-const: assigning to 'i': 'cv' is a const void *, and int * drops the const
---
void f(void) { UCHAR a = 300; char b = 128; UCHAR c = -1; short d = 0x8000; ULONG e = 0x100000000; NTSTATUS s = 0xC0000005; a = 256; }
=> 1:26 warning constant-truncated: initialising 'a': the constant 300 does not fit into UCHAR (unsigned char), and becomes 44
=> 1:40 warning constant-truncated: initialising 'b': the constant 128 does not fit into char, and becomes -128
=> 1:69 warning constant-truncated: initialising 'd': the constant 32768 does not fit into short, and becomes -32768
=> 1:87 warning constant-truncated: initialising 'e': the constant 4294967296 does not fit into ULONG (unsigned long), and becomes 0
=> 1:129 warning constant-truncated: assigning to 'a': the constant 256 does not fit into UCHAR (unsigned char), and becomes 0
---
int g(int a); long h(int a); int k(char *p); void f(void) { int (*p)(int) = g; p = h; p = k; p = &g; PVOID v = g; p = v; }
int g(int a) { return a; } long h(int a) { return a; } int k(char *p) { return *p; }
=> 1:84 warning pointer-type-mismatch: assigning to 'p': 'h' is a long (*)(int), where an int (*)(int) is wanted
=> 1:91 warning pointer-type-mismatch: assigning to 'p': 'k' is an int (*)(char *), where an int (*)(int) is wanted
---
PMDL m; ULONG *u; int i; void f(void) { m == u; m == 0; m == i; m < m; i ? m : u; i ? m : 1; i ? m : NULL; m - u; }
=> 1:43 warning pointer-type-mismatch: PMDL (struct _MDL *) is compared with ULONG * (unsigned long *)
=> 1:59 warning int-pointer-conversion: PMDL (struct _MDL *) is compared with int
=> 1:80 warning pointer-type-mismatch: '?:' chooses between PMDL (struct _MDL *) and ULONG * (unsigned long *)
=> 1:91 warning int-pointer-conversion: '?:' chooses between PMDL (struct _MDL *) and int
=> 1:110 error wrong-type: PMDL (struct _MDL *) and ULONG * (unsigned long *) cannot be subtracted
---
PVOID *pv; PMDL m; PMDL *pm; void f(void) { pv = &m; pm = pv; }
"""


@pytest.mark.parametrize("case", cases(CONVERSIONS))
def test_conversions(case: str) -> None:
    """Pointers and integers are mixed with a warning where MSVC warns, and in silence where it does not."""
    expect(case)


NAMES = r"""
void f(void) { int count = 0; cuont = 1; cuont = 2; MmProbeAndLockPage(0, 0, 0); xyzzy(1); }
void g(void) { cuont = 1; }
=> 1:31 error unknown-name: nothing is declared with the name 'cuont' | did you mean 'count'?
=> 1:53 error unknown-name: there is no function 'MmProbeAndLockPage' | did you mean 'MmProbeAndLockPages'?
=> 1:82 error unknown-name: there is no function 'xyzzy' | declare it before it is called
=> 2:16 error unknown-name: nothing is declared with the name 'cuont'
---
void f(void) { ULONG = 3; sizeof(f2); }
=> 1:16 error wrong-type: 'ULONG' is a type, where a value is wanted
=> 1:33 error unknown-name: nothing is declared with the name 'f2' | did you mean 'f'?
---
int a; long a; typedef int T; typedef long T; typedef int T; int f(void); long f(void); int f; enum { f };
=> 1:13 error redefined: 'a' is declared again, as long, and was int <- 1:5 declared here
=> 1:44 error redefined: 'T' is declared again, as another type, long <- 1:28 declared here
=> 1:80 error conflicting-types: 'f' was declared before as int f(void) <- 1:66 declared here
=> 1:93 error redefined: 'f' is declared again, as a variable <- 1:66 declared here
=> 1:103 error redefined: 'f' is declared twice <- 1:66 declared here
---
int f(int a, int a) { int b; int b; { int b; } int a; return 1; }
=> 1:18 error redefined: there are two parameters named 'a'
=> 1:34 error redefined: 'b' is declared again, in the same block <- 1:27 declared here
=> 1:52 error redefined: 'a' is declared again, in the same block <- 1:18 declared here
---
int f(void) { return 1; } int f(void) { return 2; }
=> 1:31 error redefined: the function 'f' is defined twice <- 1:5 declared here
---
struct S { int a; }; struct S { int b; }; union S *u; enum E { A, A }; struct T { int a; int a; };
=> 1:22 error redefined: struct 'S' is defined twice <- 1:1 declared here
=> 1:43 error redefined: 'S' is a struct, not a union <- 1:1 declared here
=> 1:67 error redefined: 'A' is declared twice <- 1:64 declared here
=> 1:94 error redefined: the member 'a' is declared twice
---
int x = 1; int x = 2; int y; int y = 3; extern int z; int f(void) { return z + y + x; }
=> 1:16 error redefined: 'x' is declared again, and initialised twice <- 1:5 declared here
=> 1:76 error not-defined: the variable 'z' is declared extern, but defined nowhere
---
int undefined(void); int f(void) { return undefined(); }
=> 1:43 error not-defined: the function 'undefined' is declared, but defined nowhere <- 1:5 declared here
---
void f(int a); void f(char *a) { } void g(int a); void g(int a, int b) { }
=> 1:21 warning conflicting-types: parameter 1 of 'f' is char * here, and was int <- 1:6 declared here
=> 1:56 error conflicting-types: 'g' was declared before as void g(int a) <- 1:41 declared here
---
NTSTATUS STATUS_SUCCESS = 3; int f(void) { return STATUS_SUCCESS; } int DbgPrint(void) { return 1; } int g(void) { return DbgPrint(); }
"""


@pytest.mark.parametrize("case", cases(NAMES))
def test_names(case: str) -> None:
    """Unknown names come with the nearest known one; second declarations with the place of the first."""
    expect(case)


CALLS = r"""
void f(PMDL m) { MmProbeAndLockPages(m, 0); MmProbeAndLockPages(m, 0, 0, 0); DbgPrint(); DbgPrint("x", m, *m, 1); }
=> 1:18 error wrong-argument-count: 'MmProbeAndLockPages' takes 3 arguments, not 2 | its prototype is VOID MmProbeAndLockPages(PMDL Mdl, int Mode, int Operation)
=> 1:74 error wrong-argument-count: 'MmProbeAndLockPages' takes 3 arguments, not 4 | its prototype is VOID MmProbeAndLockPages(PMDL Mdl, int Mode, int Operation)
=> 1:78 error wrong-argument-count: 'DbgPrint' takes at least 1 argument, not 0 | its prototype is ULONG DbgPrint(const char *Format, ...)
---
int g(int a) { return a; } void f(void) { g(); g(1); g(1, 2); (*g)(1); (&g)(1); (**g)(1); int (*p)(int) = g; p(); }
=> 1:43 error wrong-argument-count: 'g' takes 1 argument, not 0 | its prototype is int g(int a) <- 1:5 declared here
=> 1:59 error wrong-argument-count: 'g' takes 1 argument, not 2 | its prototype is int g(int a) <- 1:5 declared here
=> 1:110 error wrong-argument-count: 'p' takes 1 argument, not 0 | its prototype is int p(int)
---
int g(); void f(void) { g(1, 2); g(); } int g() { return 0; }
---
void f(PMDL m) { MmProbeAndLockPages(*m, 0, 0); MmProbeAndLockPages(5, m, 0); MmProbeAndLockPages(unknown, 0, 0); }
=> 1:38 error wrong-type: argument 1 (Mdl) of 'MmProbeAndLockPages': '*m' is a struct _MDL, where a PMDL (struct _MDL *) is wanted
=> 1:69 warning int-pointer-conversion: argument 1 (Mdl) of 'MmProbeAndLockPages': 5 is an int, where the pointer PMDL (struct _MDL *) is wanted
=> 1:72 warning int-pointer-conversion: argument 2 (Mode) of 'MmProbeAndLockPages': 'm' is a PMDL (struct _MDL *), where the integer int is wanted
=> 1:99 error unknown-name: nothing is declared with the name 'unknown'
---
int v(int n, ...) { va_list ap; va_start(ap, n); int x = va_arg(ap, int); va_end(ap); return x; }
int w(int n) { va_list ap; va_start(ap, n); return va_arg(n, int); }
int y(int m, int n, ...) { va_list ap; va_start(ap, m); return 0; }
=> 2:28 error wrong-type: va_start in a function without '...'
=> 2:59 error wrong-type: 'n' is an int, not a va_list
=> 3:53 warning va-start-argument: va_start is given 'm', which is not the last parameter before '...' | write 'n'
"""


@pytest.mark.parametrize("case", cases(CALLS))
def test_calls(case: str) -> None:
    """Arguments are held against the prototype, whichever way the function is reached."""
    expect(case)


INITIALISERS = r"""
int a[2] = { 1, 2, 3 }; int b[] = { 1, 2 }; int c = { 1, 2 }; char d[2] = "abc"; char e[3] = "abc"; int g[2] = 5; char h[] = L"x";
=> 1:20 error too-many-initialisers: initialising 'a': there is room for 2 values only
=> 1:58 error too-many-initialisers: initialising 'c': there is room for one value only
=> 1:75 error too-many-initialisers: initialising 'd': the string has 3 characters, and the array 2
=> 1:112 error wrong-type: initialising 'g': an int[2] is initialised by a list in braces
=> 1:126 error wrong-type: initialising 'h': a char[] cannot hold a wide string
---
struct P { int x, y; } p = { 1, 2, 3 }, q = { .z = 1 }, r = { [0] = 1 }; int a[2] = { [2] = 1 }; int b[2] = { .x = 1 };
=> 1:36 error too-many-initialisers: initialising 'p': there is room for 2 values only
=> 1:47 error unknown-member: struct P has no member 'z'
=> 1:63 error wrong-type: initialising 'r': a struct P is no array, and has no elements
=> 1:88 error too-many-initialisers: initialising 'a': the array has no element 2
=> 1:111 error unknown-member: initialising 'b': an int[2] is no struct, and has no member 'x'
---
typedef struct _GUID { int a; } G; const G a = { 1 }; const G a = { 1 }; const G a = { 2 }; const int b = 1; const int b = 1;
=> 1:82 error redefined: 'a' is declared again, and initialised twice <- 1:44 declared here
=> 1:120 error redefined: 'b' is declared again, and initialised twice <- 1:103 declared here
---
int g; int f(void) { static int s = g; static int *t = &g; static int u = 1 + 2; return s + *t + u; }
=> 1:37 error initialiser-not-constant: the initialiser of the static variable 's' is not a constant | assign it in a statement
---
union U { int a; char b; } u = { 1, 2 }, v = { .b = 3 }; struct P { int x; } p = 5; int i = { { 1 } };
=> 1:37 error too-many-initialisers: initialising 'u': there is room for one value only
=> 1:82 error wrong-type: initialising 'p': 5 is an int, where a struct P is wanted
---
int a[]; void f(void) { int b[]; void c; struct Nope n; }
=> 1:5 error incomplete-type: the array 'a' has no size
=> 1:29 error incomplete-type: the array 'b' has no size
=> 1:39 error incomplete-type: 'c' has the type void, which has no size
=> 1:54 error incomplete-type: 'n' has the type struct Nope, which is declared but not defined, so its size is not known
"""


@pytest.mark.parametrize("case", cases(INITIALISERS))
def test_initialisers(case: str) -> None:
    """An initialiser fits its object, and is constant where it must be."""
    expect(case)


STATEMENTS = r"""
int f(void) { nothing(); } int g(Unknown u) { return u->x + u.y + u(1)[2]; } struct H { Unknown u; int x; } h = { 1, 2, 3 };
=> 1:15 error unknown-name: there is no function 'nothing' | declare it before it is called
=> 1:34 error unknown-type: there is no type 'Unknown'
---
void f(int n) { break; continue; __leave; case 1: ; default: ; goto nowhere; here: ; }
=> 1:17 error stray-jump: 'break' stands outside a loop or switch
=> 1:24 error stray-jump: 'continue' stands outside a loop
=> 1:34 error leave-outside-try: '__leave' stands outside the body of a __try
=> 1:43 error stray-jump: 'case' stands outside a switch
=> 1:53 error stray-jump: 'default' stands outside a switch
=> 1:69 error unknown-label: there is no label 'nowhere' in this function
---
void f(int n) { switch (n) { case 1: case 2: ; case 1: ; default: ; default: ; case n: ; } switch (&n) { } }
=> 1:53 error duplicate-case: there is a second 'case 1' <- 1:35 the first is here
=> 1:69 error duplicate-case: there is a second 'default' <- 1:58 the first is here
=> 1:85 error not-constant: 'n' is not a constant | it must be known at compile time
=> 1:100 error wrong-type: '&n' is an int *; a switch takes an integer
---
void f(void) { agian: goto again; again: goto again; agian: ; }
=> 1:54 error redefined: the label 'agian' is defined twice <- 1:16 defined here
---
void f(int n) { goto in; __try { in: ; } __except (1) { h: ; } goto h; __try { goto out; } __finally { goto out; } out: ; }
=> 1:22 error jump-into-try: the goto jumps into a __try statement, to 'in' | put the label before the __try, and jump there <- 1:34 the label is here
=> 1:69 error jump-into-try: the goto jumps into a __try statement, to 'h' | put the label before the __try, and jump there <- 1:57 the label is here
=> 1:109 warning abnormal-termination: 'goto' jumps out of a __finally block, which ends an unwinding in progress
---
void f(int n) { switch (n) { case 1: __try { case 2: ; } __finally { } } }
=> 1:46 error jump-into-try: 'case' stands inside a __try that its switch is outside of | put the whole switch inside the __try, or the whole __try behind one label
---
int f(void) { __try { return 1; } __finally { return 2; } while (1) { __try { break; } __finally { break; } } __try { __leave; } __finally { __leave; } }
=> 1:47 warning abnormal-termination: 'return' jumps out of a __finally block, which ends an unwinding in progress
=> 1:100 warning abnormal-termination: 'break' jumps out of a __finally block, which ends an unwinding in progress
=> 1:142 error leave-outside-try: '__leave' stands outside the body of a __try
---
void f(void) { GetExceptionCode(); __try { GetExceptionCode(); } __except (GetExceptionCode() && GetExceptionInformation()) { GetExceptionCode(); GetExceptionInformation(); } }
=> 1:16 error exception-context: 'GetExceptionCode' may only stand in the filter or the block of an __except
=> 1:44 error exception-context: 'GetExceptionCode' may only stand in the filter or the block of an __except
=> 1:147 error exception-context: 'GetExceptionInformation' may only stand in the filter of an __except
---
void f(void) { AbnormalTermination(); __try { AbnormalTermination(); } __finally { if (AbnormalTermination()) _abnormal_termination(); } }
=> 1:16 error exception-context: 'AbnormalTermination' may only stand in a __finally block
=> 1:47 error exception-context: 'AbnormalTermination' may only stand in a __finally block
---
int a(void) { } int b(int n) { if (n) return 1; } int c(int n) { while (1) ; } int d(int n) { for (;;) { if (n) break; } }
int e(int n) { if (n) return 1; else return 2; } int g(int n) { switch (n) { default: return 1; } } int h(void) { KeBugCheckEx(1, 2, 3, 4, 5); }
int i(int n) { switch (n) { case 1: return 1; } } int j(void) { do { return 1; } while (0); } int main(void) { }
int k(void) { __try { return 1; } __except (1) { } } int l(void) { goto x; x: return 1; } int m(void) { return; }
=> 1:15 error no-return-value: 'a' returns an int, but has no return statement
=> 1:49 warning no-return-value: 'b' returns an int, but can reach its end without one
=> 1:122 error no-return-value: 'd' returns an int, but has no return statement
=> 3:49 warning no-return-value: 'i' returns an int, but can reach its end without one
=> 4:52 warning no-return-value: 'k' returns an int, but can reach its end without one
=> 4:105 warning no-return-value: 'm' returns an int, and nothing is returned here
---
void f(void) { return 1; } void g(void) { return f(); }
=> 1:23 warning return-value-unused: 'f' is void, and returns a value here
---
void f(int n) { if (n) int x = 1; for (int i = 0; i < n; i++) i += n; i = 1; }
=> 1:23 error missing-semicolon: expected ';' after ')' | add a ';'
=> 1:71 error unknown-name: nothing is declared with the name 'i'
---
int f(int n) { return n / 0 + 1 % 0 + (n << 32) + (n >> -1); } int a[1 / 0];
=> 1:25 warning constant-division-by-zero: this divides by zero when it runs
=> 1:33 warning constant-division-by-zero: this divides by zero when it runs
=> 1:45 warning shift-count: a shift by 32 of an int of 32 bits
=> 1:57 warning shift-count: a shift by -1 of an int of 32 bits
=> 1:72 error constant-division-by-zero: a constant is divided by zero
---
return 5;
break;
int x = 3;
x = x + 4 KiB;
int f(void) { return 4 KiB; }
=> 1:1 error stray-jump: 'return' stands outside a function
=> 2:1 error stray-jump: 'break' stands outside a loop or switch
=> 5:22 error unit-in-driver-code: the unit 'KiB' is no part of C, so it may not stand in driver code | write the number out
"""


@pytest.mark.parametrize("case", cases(STATEMENTS))
def test_statements(case: str) -> None:
    """Jumps, labels, cases, returns and the exception functions stand where they may."""
    expect(case)


BLOCKS = r"""
machine { profile = bounce; memory = 6 GiB; processors = 2; profle = x; seed = f; verifier = 3; }
=> 1:61 error unknown-setting: a machine has no setting 'profle' | did you mean 'profile'?
=> 1:80 error bad-setting: 'seed' takes a number, not 'f'
=> 1:94 error bad-setting: 'verifier' takes a word
"""


@pytest.mark.parametrize("case", cases(BLOCKS))
def test_blocks(case: str) -> None:
    """Machine settings are known words with fitting values. What the other blocks say is in golden/errors/blocks.txt."""
    expect(case)


LITERALS = r"""
int a = 'Tag1'; int b = 'abcde'; int c = ''; int d = 0x1FFFFFFFFFFFFFFFFF; int e = 089; int f = 12abc; char *s = "\xfff"; int g = '\q';
=> 1:25 error bad-character: the character constant 'abcde' has more than four characters
=> 1:42 error bad-character: the character constant is empty
=> 1:54 error constant-too-big: the constant 0x1FFFFFFFFFFFFFFFFF does not fit into 64 bits
=> 1:84 error bad-number: 089 begins with 0, so it is octal, and has a digit above 7
=> 1:97 error bad-number: 12abc is not a number
=> 1:114 error bad-character: the escape \xfff does not fit into one character
"""


@pytest.mark.parametrize("case", cases(LITERALS))
def test_literals(case: str) -> None:
    """A literal that means nothing is refused."""
    expect(case)


ACCEPTED = r"""
PVOID p; long n; struct S { int b : 3; } s; ULONG_PTR f(void) { ((ULONG_PTR)p) |= 1; ((PUCHAR)p)++; *(int *)&n = 1; return (ULONG_PTR)p + *&(ULONG)n; }
---
PVOID object; PMDL m; void get(PVOID *o); void get(PVOID *o) { *o = m; } void f(void) { get(&m); get((PVOID *)&object); }
---
struct G { ULONG a; UCHAR b[4]; }; const struct G g = { 1, { 2, 3 } }; const MDL mdl = { 0 }; static const MDL *pm = &mdl;
---
static char text[] = "abc" "def"; wchar_t wide[4] = L"abc"; const char *const names[] = { "a", "b" }; PVOID where = &text[2];
---
typedef struct _P { int x, y; struct { int z; }; UCHAR b : 3, c : 5; } P, *PP;
P p = { 1, 2, { 3 }, 4, 5 }, q = { .z = 1, .x = 2 }, r[] = { 1, 2, 3, 4, 5, { 6 }, [4] = { .y = 7 } };
P f(P a, PP b) { P c = a, d = { 0 }, e = { }; *b = c; c.x = b->y = d.z; return f(*b, &e); }
int g(PP b) { return f(*b, b).x + (b ? *b : p).z + ((P){ 1, 2 }).y + sizeof(struct _P) + (int)sizeof *b; }
---
DRIVER_INITIALIZE DriverEntry; NTSTATUS DriverEntry(PVOID DriverObject, PVOID RegistryPath) { return STATUS_SUCCESS; }
---
int f(int a) { do { if (a) break; } while (0); for (;;) { a++; if (a > 3) return a; } }
---
#define CONTAINING_RECORD(a, t, f) ((t *)((char *)(a) - (ULONG_PTR)(&((t *)0)->f)))
#define FIELD_OFFSET(t, f) ((long)(long __int64)&(((t *)0)->f))
#define C_ASSERT(e) typedef char __C_ASSERT__[(e) ? 1 : -1]
struct S { int a; struct { int b, c; } list; }; C_ASSERT(sizeof(struct S) == 12); C_ASSERT(1);
struct S *f(int *p) { return CONTAINING_RECORD(p, struct S, list.c); }
---
LARGE_INTEGER li; int f(PMDL m) { li.QuadPart = 5; li.LowPart++; m->Next = m + 1; return (int)((PUCHAR)m)[3] + (m && !m->Size); }
---
int v(const char *f, ...) { va_list ap, b; va_start(ap, f); va_copy(b, ap); PVOID p = va_arg(ap, PVOID); UCHAR c = va_arg(ap, UCHAR); va_end(ap); return !p + c; }
---
NTSTATUS f(PMDL m) { __try { MmProbeAndLockPages(m, 0, TRUE); __leave; } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? 1 : 0) { return GetExceptionCode(); } return 0; }
---
enum E { A, B = 5, C, D = 0x80000000 }; enum E e = B; int f(void) { switch (e) { case A: case B + 1: return C; case D: ; } e = 3; return e | A; }
---
int add(int a, int b) { return a + b; } int (*table[])(int, int) = { add, &add }; int f(int (*op)(int, int)) { return table[1](1, 2) + (*op)(3, 4) + op(1, 2) + f(add) + (op == add); }
---
void f(void) { static int n; n++; { int n = 2; n++; } __debugbreak(); (void)n; DbgPrint("%s %Iu", __FUNCTION__, sizeof(__FUNCTION__)); }
---
struct _PACKED packed; int check[sizeof(struct _PACKED) == 5 ? 1 : -1]; int f(struct _PACKED *p) { return p->b; }
---
int x = 1; x = x + 1; if (x) { int y = x; y++; } for (int i = 0; i < 3; i++) x += i; int z = x * 2; DbgPrint("%d", z);
---
UCHAR f(UCHAR a, short b) { a = a + b; a += 300; a <<= 2; b = -b; return a * b; }
---
int f(int a, ...); int f(int a, ...) { return a; } extern int e; int e = 3; extern int e; static int s; int g(void) { return f(1, 2, e, s) + e; }
"""


@pytest.mark.parametrize("case", cases(ACCEPTED))
def test_accepted(case: str) -> None:
    """What the Microsoft compiler takes without a word is taken without a word."""
    expect(case)


# ---- typed trees --------------------------------------------------------------------------------------------------


def dump(node: object) -> str:
    """A typed tree as short text: implicit casts are `~TYPE(x)`, explicit ones `(TYPE)x`."""
    if isinstance(node, tree.Const):
        return f"{node.value}:{node.type}"
    if isinstance(node, (tree.Local, tree.Global)):
        return node.variable.name
    if isinstance(node, tree.Load):
        return dump(node.place)
    if isinstance(node, tree.Cast):
        return f"{'~' if node.implicit else ''}({node.type})" + dump(node.operand)
    if isinstance(node, tree.Binary):
        return f"({dump(node.left)} {node.op}:{node.type} {dump(node.right)})"
    if isinstance(node, tree.Assign):
        return f"({dump(node.place)} = {dump(node.value)})"
    if isinstance(node, tree.CompoundAssign):
        return f"({dump(node.place)} {node.op}={node.computation} {dump(node.value)})"
    if isinstance(node, tree.PtrAdd):
        return f"[{dump(node.pointer)} + {dump(node.index)} * {node.scale}]"
    if isinstance(node, tree.Deref):
        return "*" + dump(node.pointer)
    if isinstance(node, tree.AddressOf):
        return "&" + dump(node.place)
    if isinstance(node, tree.MemberPlace):
        return f"{dump(node.base)}.{node.member.name}@{node.offset}"
    if isinstance(node, tree.MemberValue):
        return f"<{dump(node.value)}>.{node.member.name}@{node.offset}"
    if isinstance(node, (tree.Variable, tree.Function, Member, tree.Label)):
        return node.name
    if isinstance(node, (Type, str, bytes, int)) or node is None:
        return str(node)
    if isinstance(node, tuple):
        return "[" + ", ".join(map(dump, node)) + "]"
    assert dataclasses.is_dataclass(node)
    hidden = ("span", "type", "end") if isinstance(node, tree.Expr) else ("span", "end")
    names = [f.name for f in dataclasses.fields(node) if f.name not in hidden]
    return f"{type(node).__name__}({', '.join(dump(getattr(node, name)) for name in names)})"


DECLARED = """
char c; UCHAR uc; short s; int i; unsigned int u; long l; ULONG ul; __int64 ll; unsigned __int64 ull; int *p; PVOID v; PMDL m;
struct B { int b3 : 3; unsigned int u5 : 5; unsigned int u32 : 32; } b; int a[3]; int grid[2][3]; _Bool flag;
struct P { int x; struct { int y[2]; }; } pt, *pp; struct P get(void) { return pt; } LARGE_INTEGER li; const int *pc;
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("c + uc", "(~(int)c +:int ~(int)uc)"),
        ("i + u", "(~(unsigned int)i +:unsigned int u)"),
        ("i + l", "(~(long)i +:long l)"),
        ("l + u", "(~(unsigned long)l +:unsigned long ~(unsigned long)u)"),
        ("u + ll", "(~(__int64)u +:__int64 ll)"),
        ("uc << ll", "(~(int)uc <<:int ll)"),
        ("b.u5 + 1", "(~(int)b.u5@0 +:int 1:int)"),
        ("b.u32 + 1", "(b.u32@4 +:unsigned int 1:unsigned int)"),
        ("ul < i", "(ul <:int ~(ULONG)i)"),
        ("c = uc", "(c = ~(char)uc)"),
        ("uc += i", "(uc +=int i)"),
        ("uc <<= ll", "(uc <<=int ll)"),
        ("ul += ll", "(ul +=__int64 ll)"),
        ("p += u", "(p +=int * (~(__int64)~(unsigned __int64)u *:__int64 4:__int64))"),
        ("p -= 2", "(p +=int * -8:__int64)"),
        ("p + i", "[p + ~(__int64)i * 4]"),
        ("i + p", "[p + ~(__int64)i * 4]"),
        ("p - u", "[p + Unary(-, ~(__int64)~(unsigned __int64)u) * 4]"),
        ("p - p", "PtrDiff(p, p, 4)"),
        ("a[2]", "*[&a + 2:__int64 * 4]"),
        ("grid[1][2]", "*[~(int *)[&grid + 1:__int64 * 12] + 2:__int64 * 4]"),
        ("*a", "*&a"),
        ("&a[1]", "[&a + 1:__int64 * 4]"),
        ("p++", "IncDec(p, 4, True)"),
        ("--uc", "IncDec(uc, -1, False)"),
        ("p == 0", "(p ==:int 0:int *)"),
        ("v = p", "(v = ~(PVOID)p)"),
        ("p = v", "(p = ~(int *)v)"),
        ("p = 0", "(p = 0:int *)"),
        ("flag = p", "(flag = ~(_Bool)p)"),
        ("flag = 4", "(flag = 1:_Bool)"),
        ("(UCHAR)300", "44:UCHAR"),
        ("(char)i", "(char)i"),
        ("-1 / 2", "0:int"),
        ("-7 % 3", "-1:int"),
        ("1u - 2", "4294967295:unsigned int"),
        ("-1 < 1u", "0:int"),
        ("1 ? c : 2", "Conditional(1:int, ~(int)c, 2:int)"),
        ("1 ? 3 : 4u", "3:unsigned int"),
        ("i ? p : 0", "Conditional(i, p, 0:int *)"),
        ("i ? p : v", "Conditional(i, ~(void *)p, v)"),
        ("0 && i", "0:int"),
        ("i && p", "Logical(&&, i, p)"),
        ("!p", "Unary(!, p)"),
        ("~uc", "Unary(~, ~(int)uc)"),
        ("sizeof a", "12:size_t"),
        ("sizeof \"abc\"", "4:size_t"),
        ("pt.y[1]", "*[&pt.y@4 + 1:__int64 * 4]"),
        ("pp->x", "*pp.x@0"),
        ("get().x", "<Call(get, None, struct P (void), [])>.x@0"),
        ("pt = *pp", "(pt = *pp)"),
        ("m->Size", "*m.Size@8"),
        ("li.QuadPart", "li.QuadPart@0"),
        ("li.HighPart", "li.HighPart@4"),
        ("(ULONG_PTR)&((struct P *)0)->y", "4:ULONG_PTR"),
        ("&pp->y", "&*pp.y@4"),
        ("STATUS_ACCESS_VIOLATION", "-1073741819:NTSTATUS"),
        ("'Tag1'", "1415669553:int"),
        ("L'x'", "120:wchar_t"),
        ("'\\xff'", "-1:int"),
        ("\"a\" L\"b\"", "StringAddress(b'a\\x00b\\x00\\x00\\x00')"),
        ("c, i", "Comma(c, i)"),
        ("get", "FunctionAddress(get)"),
        ("*get", "FunctionAddress(get)"),
        ("4 KiB + 1 us", "5096:int"),
        ("8 GiB", "8589934592:__int64"),
        ("DbgPrint(\"\", c, s)", "Call(DbgPrint, None, ULONG (const char *, ...), [StringAddress(b'\\x00'), ~(int)c, ~(int)s])"),
    ],
)  # fmt: skip
def test_typed_expressions(text: str, wanted: str) -> None:
    """Every silent conversion is a node, offsets and scales are numbers, and constants are folded."""
    statement = program(f"{DECLARED}\n{text};").statements[-1]
    assert isinstance(statement, tree.ExprStmt)
    assert dump(statement.expr) == wanted


def body(text: str) -> list[str]:
    """The statements of the last function of a script."""
    function = program(text).functions[-1]
    assert function.body is not None
    return [dump(statement) for statement in function.body.body]


def test_local_aggregates_are_bytes_first_and_then_stores() -> None:
    """What is constant in a local's initialiser is data, the rest is stored in the order of the text."""
    text = "int g(void) { return 1; } void f(int n) { struct { char a; int b, c; } s = { 'x', n, 3 }; int t[3] = { [1] = g() }; }"
    data = bytes([ord("x"), 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0])
    assert body(text) == [
        f"Declare(s, Initialiser({data}, [Store(4, int, n, None)], []))",
        f"Declare(t, Initialiser({bytes(12)}, [Store(4, int, Call(g, None, int (void), []), None)], []))",
    ]


def test_local_scalars_have_one_store() -> None:
    """A scalar has no data, constant or not, braced or not."""
    assert body("void f(int n) { int a = 1, b = { n }; char c = n; int d; }") == [
        "Declare(a, Initialiser(None, [Store(0, int, 1:int, None)], []))",
        "Declare(b, Initialiser(None, [Store(0, int, n, None)], []))",
        "Declare(c, Initialiser(None, [Store(0, char, ~(char)n, None)], []))",
        "Declare(d, None)",
    ]


def test_a_struct_initialised_by_another_is_one_store() -> None:
    """No bytes are laid down that the store would cover."""
    assert body("struct S { int a, b; }; void f(struct S *p) { struct S s = *p; }") == [
        "Declare(s, Initialiser(None, [Store(0, struct S, *p, None)], []))"
    ]


def test_later_designators_win() -> None:
    """An item that names the same member again takes the place of the first, whichever of them is constant."""
    assert body("void f(int n) { int a[2] = { n, [0] = 5, 6 }; }") == [
        f"Declare(a, Initialiser({bytes([5, 0, 0, 0, 6, 0, 0, 0])}, [], []))"
    ]


def variables(text: str) -> dict[str, str]:
    return {v.variable.name: dump(v.initialiser) for v in program(text).variables}


def test_globals_have_bytes_and_addresses() -> None:
    """Addresses of variables, functions and strings, with an addend, are left to the loader; zeros are no data."""
    text = """int g = 5; int z; int zero = 0; int a[4]; int *p = &a[1] + 1; PVOID q = (PUCHAR)&g + 3; void f(void) { }
    struct { char c; void (*f)(void); const char *s; } table[1] = { { 1, f, "hi" } }; ULONG_PTR n = (ULONG_PTR)&g;
    int b : 1;"""
    found = variables(text.replace("int b : 1;", ""))
    assert found == {
        "g": "Initialiser(b'\\x05\\x00\\x00\\x00', [], [])",
        "z": "None",
        "zero": "None",
        "a": "None",
        "p": f"Initialiser({bytes(8)}, [], [[0, a, 8]])",
        "q": f"Initialiser({bytes(8)}, [], [[0, g, 3]])",
        "table": f"Initialiser({bytes([1]) + bytes(23)}, [], [[8, f, 0], [16, b'hi\\x00', 0]])",
        "n": f"Initialiser({bytes(8)}, [], [[0, g, 0]])",
    }


def test_bit_fields_in_data() -> None:
    """Constants go into their bits of the unit."""
    text = "struct { unsigned int a : 3, b : 5; int c : 4; unsigned char d : 2; } s = { 5, 17, -1, 2 };"
    assert variables(text) == {"s": f"Initialiser({bytes([0b10001_101, 0b1111, 0, 0, 2, 0, 0, 0])}, [], [])"}


def test_arrays_count_their_initialiser() -> None:
    """An array without a size has as many elements as its initialiser reaches."""
    text = 'int a[] = { 1, 2, 3 }, b[] = { [4] = 1, 2 }; char c[] = "abc"; wchar_t d[] = L"ab"; struct { int x, y; } e[] = { 1, 2, 3 };'
    assert {v.variable.name: v.variable.type.size for v in program(text).variables} == {
        "a": 12,
        "b": 24,
        "c": 4,
        "d": 6,
        "e": 16,
    }


def test_a_script_initialises_its_globals_in_turn() -> None:
    """A file-level initialiser that is not constant is a Declare among the statements, and its global starts as zeros."""
    result = program("int a = 2; a = 3; int b = a + 1; if (b) { int c = b; }")
    assert [dump(s) for s in result.statements][:2] == [
        "ExprStmt((a = 3:int))",
        "Declare(b, Initialiser(None, [Store(0, int, (a +:int 1:int), None)], []))",
    ]
    assert {v.variable.name: dump(v.initialiser) for v in result.variables}["b"] == "None"
    assert [v.name for v in result.locals] == ["c"]


def test_what_is_known_of_a_variable() -> None:
    """A local is in memory if its address is taken or it is no scalar; `written` is more than initialised."""
    function = program(
        "void f(int p, int q) { int a = 1, b, c[2], d, e; struct { int x; } s; b = a; &d; p++; { int a = 2; a += q; } e = s.x; }"
    ).functions[0]
    flags = [(v.name, v.in_memory, v.written) for v in (*function.parameters, *function.locals)]
    assert flags == [
        ("p", False, True),
        ("q", False, False),
        ("a", False, False),
        ("b", False, True),
        ("c", True, False),
        ("d", True, False),
        ("e", False, True),
        ("s", True, False),
        ("a", False, True),
    ]


def test_switch_lists_its_cases() -> None:
    """Cases are found in nested statements too, with the type of the switch's value."""
    function = program("void f(ULONG n) { switch (n) { case -1: if (n) { case 2: ; } default: ; } }").functions[0]
    assert function.body is not None
    switch = function.body.body[0]
    assert isinstance(switch, tree.Switch)
    assert [case.value for case in switch.cases] == [0xFFFFFFFF, 2, None]


def test_settings_are_in_base_units() -> None:
    """Sizes are bytes, bare words stay words."""
    settings = program(
        "machine { profile = bounce; memory = 6 GiB; processors = 1 + 1; fragmentation = none; }"
    ).settings
    assert [(s.name, s.value) for s in settings] == [
        ("profile", "bounce"),
        ("memory", 6 << 30),
        ("processors", 2),
        ("fragmentation", "none"),
    ]


def test_built_in_names_are_looked_up_when_used() -> None:
    """A script pays for the declarations that it names, and for what these name."""
    diagnostics, environment = Diagnostics(), Dictionary()
    unit = parsed("PMDL m; void f(void) { MmProbeAndLockPages(m, 0, 0); }", environment, diagnostics)
    result = check(unit, environment, diagnostics)
    assert [f.name for f in result.externals] == ["MmProbeAndLockPages"]
    assert set(environment.asked) == {"PMDL", "MmProbeAndLockPages", "VOID"}


def test_a_prototype_of_a_routine_leads_to_the_routine() -> None:
    """A script may repeat the prototype of a built-in routine, as old sources do."""
    result = program('ULONG DbgPrint(const char *Format, ...); void f(void) { DbgPrint(""); }')
    assert [(f.name, f.builtin) for f in result.externals] == [("DbgPrint", True)]


# ---- the checker as the REPL uses it ------------------------------------------------------------------------------


class Session:
    """A checker fed unit by unit."""

    def __init__(self) -> None:
        self.diagnostics, self.environment = Diagnostics(), Dictionary()
        self.checker = Checker(self.environment, self.diagnostics)

    def enter(self, text: str, replace: bool = True) -> tree.Program:
        unit = parsed(text, self.environment, self.diagnostics)
        return self.checker.check(unit, replace)


def test_names_persist_from_unit_to_unit() -> None:
    """What one unit declares the next one sees, and only what is new is in its program."""
    session = Session()
    session.enter("int x = 1; struct S { int a; }; int f(int n) { return n; }")
    second = session.enter("struct S s; x = f(s.a);")
    assert session.diagnostics.errors == []
    assert [v.variable.name for v in second.variables] == ["s"]
    assert second.functions == ()


def test_a_function_can_be_defined_again() -> None:
    """With `replace` a later definition takes the place of the first; one of the same type keeps its identity."""
    session = Session()
    first = session.enter("int f(int n) { return n; }").functions[0]
    second = session.enter("int f(int n) { return n + 1; }").functions[0]
    third = session.enter("long f(void) { return 1; } int x = 2;").functions[0]
    session.enter("long x = f();")
    assert session.diagnostics.errors == []
    assert first is second and third is not second


def test_a_unit_with_errors_leaves_no_names() -> None:
    """What was declared beside an error is not half known afterwards."""
    session = Session()
    session.enter("int y = 1; int z = nothing;")
    session.enter("y = 2;")
    assert [d.rule for d in session.diagnostics.errors] == ["unknown-name", "unknown-name"]


def test_without_replace_a_second_definition_is_an_error() -> None:
    """Only the REPL redefines."""
    session = Session()
    session.enter("int f(void) { return 1; }")
    session.enter("int f(void) { return 2; }", replace=False)
    assert [d.rule for d in session.diagnostics.errors] == ["redefined"]


def test_types_by_name() -> None:
    """Typedefs and tags, built in or of the script, complete; routines by their type."""
    session = Session()
    session.enter("struct S { int a; }; typedef struct { int b; } T; int f(int n) { return n; }")
    checker = session.checker
    mdl = checker.type_of("MDL")
    assert isinstance(mdl, StructType) and mdl.size == 24
    sizes = {
        name: getattr(checker.type_of(name), "size", None) for name in ("S", "struct S", "T", "_MDL", "PMDL", "nope")
    }
    assert sizes == {"S": 4, "struct S": 4, "T": 4, "_MDL": 24, "PMDL": 8, "nope": None}
    assert str(checker.function_type("f")) == "int (int)"
    assert str(checker.function_type("DbgPrint")) == "ULONG (const char *, ...)"
    assert checker.function_type("MDL") is None


# ---- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "int f(int a) { return " + "+".join(["a"] * 900) + "; }",
        "int f(int a) { return " + "&&".join(["a"] * 900) + "; }",
        "int f(int a) { " + "".join(f"if (a == {i}) return {i}; else " for i in range(900)) + "return 0; }",
        "int f(int a) { switch (a) { " + "".join(f"case {i}: " for i in range(900)) + "return 0; } return 1; }",
    ],
    ids=["operators", "logical", "else-if", "cases"],
)
def test_long_chains_are_no_nesting(text: str) -> None:
    """Chains that are written flat may be as long as the parser takes."""
    assert findings(text) == []


def test_deep_nesting_is_refused_in_words() -> None:
    """Nesting past the limit is one error, not a traceback, and what follows is still checked."""
    lines = findings("int f(int a) { return " + "- " * 250 + "a; }\nint g(void) { return unknown; }")
    assert [line.split(":")[1].split()[-1] for line in lines] == ["nested-too-deeply", "unknown-name"] or len(
        lines
    ) == 1
