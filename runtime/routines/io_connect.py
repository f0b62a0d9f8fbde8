"""Connecting service routines to interrupts, and running with them shut out."""

from __future__ import annotations

from ..ke.connections import Request, connect_ex, connect_vector, disconnect, disconnect_ex
from ..routine import routine
from ..wdk.constants import STATUS_INSUFFICIENT_RESOURCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "NTSTATUS IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine, "
    "PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql, "
    "KINTERRUPT_MODE InterruptMode, BOOLEAN ShareVector, KAFFINITY ProcessorEnableMask, BOOLEAN FloatingSave)",
    page="nf-wdm-ioconnectinterrupt", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDisconnectInterrupt",
    calls_back=True,
)  # fmt: skip
def IoConnectInterrupt(
    nt: System, object_at: int, routine: int, context: int, lock: int, vector: int, irql: int, synchronize_irql: int,
    mode: int, share: int, affinity: int, floating: int,
) -> int:  # fmt: skip
    """Let a routine be called for a vector. It may be called before this returns, on each processor of the mask."""
    if nt.fails("IoConnectInterrupt"):
        return STATUS_INSUFFICIENT_RESOURCES
    request = Request(object_at, routine, context, lock, synchronize_irql, affinity)
    return connect_vector(nt, request, vector, irql, share != 0)


@routine(
    "NTSTATUS IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters)",
    page="nf-wdm-ioconnectinterruptex", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDisconnectInterruptEx",
    calls_back=True,
)  # fmt: skip
def IoConnectInterruptEx(nt: System, parameters: int) -> int:
    """Let a routine be called for a vector, for a device's line, or for each of its messages with their numbers."""
    return STATUS_INSUFFICIENT_RESOURCES if nt.fails("IoConnectInterruptEx") else connect_ex(nt, parameters)


@routine(
    "VOID IoDisconnectInterrupt(PKINTERRUPT InterruptObject)",
    page="nf-wdm-iodisconnectinterrupt", irql="== PASSIVE_LEVEL", calls_back=True,
)  # fmt: skip
def IoDisconnectInterrupt(nt: System, interrupt: int) -> None:
    """The routine runs on no processor any more when this returns."""
    disconnect(nt, interrupt)


@routine(
    "VOID IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters)",
    page="nf-wdm-iodisconnectinterruptex", irql="== PASSIVE_LEVEL", calls_back=True,
)  # fmt: skip
def IoDisconnectInterruptEx(nt: System, parameters: int) -> None:
    disconnect_ex(nt, parameters)


@routine(
    "BOOLEAN KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE SynchronizeRoutine, "
    "PVOID SynchronizeContext)",
    page="nf-wdm-kesynchronizeexecution", irql="<= DIRQL", fails="FALSE", calls_back=True,
)  # fmt: skip
def KeSynchronizeExecution(nt: System, interrupt: int, routine: int, context: int) -> int:
    """Call a routine while the service routine cannot run, and return what it returns."""
    return nt.interrupts.synchronize(interrupt, routine, context) & 0xFF
