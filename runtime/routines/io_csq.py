"""Cancel-safe IRP queues."""

from __future__ import annotations

from ..routine import routine
from ..wdk.constants import STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "NTSTATUS IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp, "
    "PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock, "
    "PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)",
    page="nf-wdm-iocsqinitialize", irql="any", fails="NTSTATUS",
)  # fmt: skip
def IoCsqInitialize(
    nt: System, csq: int, insert: int, remove: int, peek: int, acquire: int, release: int, complete: int
) -> int:
    nt.io.csq.initialise(csq, [insert, remove, peek, acquire, release, complete], False)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp, "
    "PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock, "
    "PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)",
    page="nf-wdm-iocsqinitializeex", irql="any", fails="NTSTATUS",
)  # fmt: skip
def IoCsqInitializeEx(
    nt: System, csq: int, insert: int, remove: int, peek: int, acquire: int, release: int, complete: int
) -> int:
    """As IoCsqInitialize, for an insert routine that may refuse an IRP."""
    nt.io.csq.initialise(csq, [insert, remove, peek, acquire, release, complete], True)
    return STATUS_SUCCESS


@routine(
    "VOID IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)",
    page="nf-wdm-iocsqinsertirp", irql="<= DISPATCH_LEVEL", undo="IoCsqRemoveIrp", calls_back=True,
)  # fmt: skip
def IoCsqInsertIrp(nt: System, csq: int, irp: int, context: int) -> None:
    """Queue an IRP, mark it pending and make it cancelable."""
    nt.io.csq.insert(csq, irp, context)


@routine(
    "NTSTATUS IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext)",
    page="nf-wdm-iocsqinsertirpex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoCsqRemoveIrp", calls_back=True,
)  # fmt: skip
def IoCsqInsertIrpEx(nt: System, csq: int, irp: int, context: int, insert_context: int) -> int:
    return nt.io.csq.insert(csq, irp, context, insert_context)


@routine(
    "PIRP IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)",
    page="nf-wdm-iocsqremoveirp", irql="<= DISPATCH_LEVEL", fails="NULL", calls_back=True,
)  # fmt: skip
def IoCsqRemoveIrp(nt: System, csq: int, context: int) -> int:
    """The IRP that was queued with a context, or NULL if it is being cancelled."""
    return nt.io.csq.remove(csq, context)


@routine(
    "PIRP IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)",
    page="nf-wdm-iocsqremovenextirp", irql="<= DISPATCH_LEVEL", fails="NULL", calls_back=True,
)  # fmt: skip
def IoCsqRemoveNextIrp(nt: System, csq: int, peek_context: int) -> int:
    return nt.io.csq.remove_next(csq, peek_context)
