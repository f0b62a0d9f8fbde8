// What the drivers that use a channel of an adapter have in common. The routine may run later: it sets `done`.

static PDMA_ADAPTER adapter;
static ULONG registers;
static KEVENT done;

static NTSTATUS WithChannel(PDEVICE_OBJECT DeviceObject, ULONG Registers, PDRIVER_CONTROL Routine, PVOID Context)
{
    KIRQL irql;
    NTSTATUS status;

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    status = adapter->DmaOperations->AllocateAdapterChannel(adapter, DeviceObject, Registers, Routine, Context);
    KeLowerIrql(irql);
    if (NT_SUCCESS(status))
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    return status;
}

static NTSTATUS WithList(PDEVICE_OBJECT DeviceObject, PMDL Mdl, PDRIVER_LIST_CONTROL Routine, PVOID Context,
    BOOLEAN WriteToDevice)
{
    KIRQL irql;
    NTSTATUS status;

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    status = adapter->DmaOperations->GetScatterGatherList(
        adapter, DeviceObject, Mdl, MmGetMdlVirtualAddress(Mdl), MmGetMdlByteCount(Mdl), Routine, Context, WriteToDevice);
    KeLowerIrql(irql);
    if (NT_SUCCESS(status))
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    return status;
}
