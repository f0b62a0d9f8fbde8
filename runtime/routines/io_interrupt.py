"""The DPC of a device object, and its one-second timer."""

from __future__ import annotations

from ..routine import known

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
