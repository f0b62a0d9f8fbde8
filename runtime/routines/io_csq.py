"""Cancel-safe IRP queues."""

from __future__ import annotations

from ..routine import known

known(
    "NTSTATUS IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp, "
    "PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock, "
    "PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)",
    page="nf-wdm-iocsqinitialize", irql="any", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp, "
    "PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock, "
    "PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)",
    page="nf-wdm-iocsqinitializeex", irql="any", fails="NTSTATUS",
)  # fmt: skip
known(
    "VOID IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)",
    page="nf-wdm-iocsqinsertirp", irql="<= DISPATCH_LEVEL", undo="IoCsqRemoveIrp", calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext)",
    page="nf-wdm-iocsqinsertirpex", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoCsqRemoveIrp", calls_back=True,
)  # fmt: skip
known(
    "PIRP IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)",
    page="nf-wdm-iocsqremoveirp", irql="<= DISPATCH_LEVEL", fails="NULL", calls_back=True,
)  # fmt: skip
known(
    "PIRP IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)",
    page="nf-wdm-iocsqremovenextirp", irql="<= DISPATCH_LEVEL", fails="NULL", calls_back=True,
)  # fmt: skip
