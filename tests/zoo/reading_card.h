// A card that fills memory at an address: its registers, and how it is told.

typedef struct _CARD { ULONGLONG Address; ULONG Length, Go; } CARD, *PCARD;
static PCARD card;

static VOID Read(PHYSICAL_ADDRESS Address, ULONG Length)
{
    WRITE_REGISTER_ULONG64(&card->Address, Address.QuadPart);
    WRITE_REGISTER_ULONG(&card->Length, Length);
    WRITE_REGISTER_ULONG(&card->Go, 1);
    READ_REGISTER_ULONG(&card->Go);             // the data comes before the answer
}
