// A card that fills memory with a byte, or adds up what it reads there, and what its driver needs to drive it, polled.

#include <ntddk.h>

device Mover {
    bus = pci; dma_bits = 64; scatter_gather = TRUE; max_transfer = 1 MiB; interrupt = none;
    registers {
        ULONGLONG Address @ 0x00;
        ULONG     Length  @ 0x08;
        ULONG     Command @ 0x0C;               // 0x100 and a byte: fill; 2: add up
        ULONG     Sum     @ 0x10;
    }
    UCHAR data[64 KiB];

    on write Command (ULONG value) {
        ULONG i;
        if (value == 2) {
            bus_read(Address, data, Length);
            Sum = 0;
            for (i = 0; i < Length; i++)
                Sum += data[i];
        } else {
            for (i = 0; i < Length; i++)
                data[i] = (UCHAR)value;
            bus_write(Address, data, Length);
        }
    }
}

typedef struct _MOVER { ULONGLONG Address; ULONG Length, Command, Sum; } MOVER, *PMOVER;

static PMOVER OpenMover(VOID)
{
    PCI_COMMON_CONFIG config;
    PHYSICAL_ADDRESS where;
    HalGetBusDataByOffset(PCIConfiguration, 0, 1, &config, 0, PCI_COMMON_HDR_LENGTH);
    where.QuadPart = config.u.type0.BaseAddresses[0] & ~0xF;
    return MmMapIoSpace(where, sizeof(MOVER), MmNonCached);
}

static ULONG Command(PMOVER Mover, ULONGLONG Address, ULONG Length, ULONG Value)
{
    WRITE_REGISTER_ULONG64(&Mover->Address, Address);
    WRITE_REGISTER_ULONG(&Mover->Length, Length);
    WRITE_REGISTER_ULONG(&Mover->Command, Value);
    return READ_REGISTER_ULONG(&Mover->Sum);
}

static VOID Fill(PMOVER Mover, PSCATTER_GATHER_LIST List, UCHAR Byte)
{
    for (ULONG i = 0; i < List->NumberOfElements; i++)
        Command(Mover, List->Elements[i].Address.QuadPart, List->Elements[i].Length, 0x100 | Byte);
}

static ULONG SumOf(PMOVER Mover, PSCATTER_GATHER_LIST List)
{
    ULONG sum = 0;
    for (ULONG i = 0; i < List->NumberOfElements; i++)
        sum += Command(Mover, List->Elements[i].Address.QuadPart, List->Elements[i].Length, 2);
    return sum;
}

static PDMA_ADAPTER GetAdapter(ULONG Version, BOOLEAN ScatterGather, ULONG Bits, PULONG MapRegisters)
{
    DEVICE_DESCRIPTION description;
    RtlZeroMemory(&description, sizeof(description));
    description.Version = Version;
    description.Master = TRUE;
    description.ScatterGather = ScatterGather;
    description.Dma32BitAddresses = Bits >= 32;
    description.Dma64BitAddresses = Bits == 64;
    description.DmaAddressWidth = Bits;
    description.InterfaceType = PCIBus;
    description.MaximumLength = 64 * 1024;
    return IoGetDmaAdapter(NULL, &description, MapRegisters);
}

static PMDL Describe(PVOID Buffer, ULONG Length)
{
    PMDL mdl = IoAllocateMdl(Buffer, Length, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(mdl);
    return mdl;
}

static BOOLEAN AllBytes(PUCHAR Buffer, ULONG Length, UCHAR Byte)
{
    while (Length--)
        if (*Buffer++ != Byte)
            return FALSE;
    return TRUE;
}

// The same, looked at from outside the machine: a driver must not look before the flush.
static BOOLEAN Holds(PUCHAR Buffer, ULONG Length, UCHAR Byte)
{
    while (Length--)
        if (SimByteAt(Buffer++) != Byte)
            return FALSE;
    return TRUE;
}

static VOID GotList(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST List, PVOID Context)
{
    *(PSCATTER_GATHER_LIST *)Context = List;
}
