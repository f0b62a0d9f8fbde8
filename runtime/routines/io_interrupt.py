"""Interrupt objects, the DPC of a device object, and its one-second timer."""

from __future__ import annotations

from ..routine import known

known(
    "NTSTATUS IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine, "
    "PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql, "
    "KINTERRUPT_MODE InterruptMode, BOOLEAN ShareVector, KAFFINITY ProcessorEnableMask, BOOLEAN FloatingSave)",
    page="nf-wdm-ioconnectinterrupt", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDisconnectInterrupt",
    calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters)",
    page="nf-wdm-ioconnectinterruptex", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDisconnectInterruptEx",
    calls_back=True,
)  # fmt: skip
known(
    "VOID IoDisconnectInterrupt(PKINTERRUPT InterruptObject)",
    page="nf-wdm-iodisconnectinterrupt", irql="== PASSIVE_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters)",
    page="nf-wdm-iodisconnectinterruptex", irql="== PASSIVE_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID IoInitializeDpcRequest(PDEVICE_OBJECT DeviceObject, PIO_DPC_ROUTINE DpcRoutine)",
    page="nf-wdm-ioinitializedpcrequest", irql="any", macro=True,
)  # fmt: skip
known(
    "VOID IoRequestDpc(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)",
    page="nf-wdm-iorequestdpc", irql="== DIRQL", calls_back=True, macro=True,
)  # fmt: skip
known(
    "NTSTATUS IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine, PVOID Context)",
    page="nf-wdm-ioinitializetimer", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoStopTimer",
)  # fmt: skip
known(
    "VOID IoStartTimer(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-iostarttimer", irql="<= DISPATCH_LEVEL", undo="IoStopTimer",
)  # fmt: skip
known("VOID IoStopTimer(PDEVICE_OBJECT DeviceObject)", page="nf-wdm-iostoptimer", irql="<= DISPATCH_LEVEL")
known(
    "VOID IoInitializeThreadedDpcRequest(PDEVICE_OBJECT DeviceObject, PIO_DPC_ROUTINE DpcRoutine)",
    page="nf-wdm-ioinitializethreadeddpcrequest", irql="any", macro=True,
)  # fmt: skip
