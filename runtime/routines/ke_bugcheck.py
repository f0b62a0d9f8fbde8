"""Stopping the machine, and what drivers want done when it stops."""

from __future__ import annotations

from .. import rules
from ..ke import stopping
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2, "
    "ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)",
    page="nf-wdm-kebugcheckex", irql="any", fails="does not return",
)  # fmt: skip
def KeBugCheckEx(nt: System, code: int, first: int, second: int, third: int, fourth: int) -> None:
    nt.bug_check(rules.DRIVER_BUG_CHECK, code, (first, second, third, fourth))


@routine(
    "VOID KeBugCheck(ULONG BugCheckCode)",
    page="nf-ntddk-kebugcheck", irql="any", fails="does not return", header="ntddk.h",
)  # fmt: skip
def KeBugCheck(nt: System, code: int) -> None:
    nt.bug_check(rules.DRIVER_BUG_CHECK, code, (0, 0, 0, 0))


@routine(
    "VOID KeInitializeCallbackRecord(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)",
    page="nf-wdm-keinitializecallbackrecord", irql="any", macro=True,
)  # fmt: skip
def KeInitializeCallbackRecord(nt: System, record: int) -> None:
    stopping.initialise(nt, record)


@routine(
    "BOOLEAN KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord, "
    "PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer, ULONG Length, PUCHAR Component)",
    page="nf-wdm-keregisterbugcheckcallback", irql="any", fails="FALSE", undo="KeDeregisterBugCheckCallback",
)  # fmt: skip
def KeRegisterBugCheckCallback(nt: System, record: int, routine: int, buffer: int, length: int, component: int) -> int:
    """TRUE if the routine will be called when the machine stops: its record must be initialised, and used once."""
    return int(stopping.register(nt, record, routine, buffer, length, component))


@routine(
    "BOOLEAN KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)",
    page="nf-wdm-kederegisterbugcheckcallback", irql="any", fails="FALSE",
)  # fmt: skip
def KeDeregisterBugCheckCallback(nt: System, record: int) -> int:
    return int(stopping.deregister(nt, record))
