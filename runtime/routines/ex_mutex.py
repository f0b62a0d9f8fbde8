"""Fast mutexes, which raise the IRQL to APC_LEVEL, and guarded mutexes, which do not."""

from __future__ import annotations

from .. import rules
from ..findings import level_name
from ..ke import fast_mutex
from ..ke.irql import raise_to
from ..ke.processor import APC_LEVEL
from ..ke.synchronization import check_resident
from ..routine import routine
from .ke_lock import KeEnterGuardedRegion, KeLeaveGuardedRegion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exinitializefastmutex", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
def ExInitializeFastMutex(nt: System, mutex: int) -> None:
    check_resident(nt, mutex)
    fast_mutex.initialise(nt, mutex)


@routine(
    "VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exacquirefastmutex", irql="<= APC_LEVEL", irql_stop=(0xC4, 0x33), undo="ExReleaseFastMutex",
    calls_back=True,
)  # fmt: skip
def ExAcquireFastMutex(nt: System, mutex: int) -> None:
    """Raise to APC_LEVEL and own the mutex, after a wait if need be. It is not recursive."""
    fast_mutex.acquire_raised(nt, mutex)


@routine(
    "BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-extrytoacquirefastmutex", irql="<= APC_LEVEL", fails="FALSE", undo="ExReleaseFastMutex",
)  # fmt: skip
def ExTryToAcquireFastMutex(nt: System, mutex: int) -> int:
    """TRUE if the mutex was free and is owned now; the IRQL is left alone otherwise."""
    before = nt.irql
    if not fast_mutex.try_acquire(nt, mutex):
        return 0
    raise_to(nt, APC_LEVEL)
    nt.memory.write_uint(mutex + fast_mutex.OLD_IRQL, 4, before)
    return 1


@routine(
    "VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exreleasefastmutex", irql="== APC_LEVEL", irql_stop=(0xC4, 0x34), calls_back=True, checks_irql=True,
)  # fmt: skip
def ExReleaseFastMutex(nt: System, mutex: int) -> None:
    """Give up the mutex, and go back to the IRQL at which it was acquired."""
    if nt.irql != APC_LEVEL:
        _wrong_level(nt, "ExReleaseFastMutex", 0x34, mutex)
    fast_mutex.release_raised(nt, mutex)


@routine(
    "VOID ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exacquirefastmutexunsafe", irql="<= APC_LEVEL", irql_stop=(0xC4, 0x39),
    undo="ExReleaseFastMutexUnsafe", calls_back=True, checks_irql=True,
)  # fmt: skip
def ExAcquireFastMutexUnsafe(nt: System, mutex: int) -> None:
    """Own the mutex, for a caller that keeps APCs out by itself: at APC_LEVEL, or in a critical region."""
    _keeps_apcs_out(nt, "ExAcquireFastMutexUnsafe", 0x39, mutex)
    fast_mutex.acquire(nt, mutex)


@routine(
    "VOID ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exreleasefastmutexunsafe", irql="<= APC_LEVEL", irql_stop=(0xC4, 0x3A), calls_back=True,
    checks_irql=True,
)  # fmt: skip
def ExReleaseFastMutexUnsafe(nt: System, mutex: int) -> None:
    _keeps_apcs_out(nt, "ExReleaseFastMutexUnsafe", 0x3A, mutex)
    fast_mutex.release(nt, mutex)


@routine(
    "VOID KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex)",
    page="nf-wdm-keinitializeguardedmutex", irql="<= APC_LEVEL",
)  # fmt: skip
def KeInitializeGuardedMutex(nt: System, mutex: int) -> None:
    check_resident(nt, mutex)
    fast_mutex.initialise(nt, mutex)


@routine(
    "VOID KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)",
    page="nf-wdm-keacquireguardedmutex", irql="<= APC_LEVEL", undo="KeReleaseGuardedMutex", calls_back=True,
)  # fmt: skip
def KeAcquireGuardedMutex(nt: System, mutex: int) -> None:
    """Own the mutex within a guarded region, at the caller's IRQL."""
    KeEnterGuardedRegion(nt)
    fast_mutex.acquire(nt, mutex)


@routine(
    "VOID KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex)",
    page="nf-wdm-kereleaseguardedmutex", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
def KeReleaseGuardedMutex(nt: System, mutex: int) -> None:
    fast_mutex.release(nt, mutex)
    KeLeaveGuardedRegion(nt)


def _keeps_apcs_out(nt: System, routine: str, sub_code: int, mutex: int) -> None:
    thread = nt.thread
    if nt.irql != APC_LEVEL and (nt.irql > APC_LEVEL or not (thread.regions_entered or thread.guarded)):
        _wrong_level(nt, routine, sub_code, mutex)


def _wrong_level(nt: System, routine: str, sub_code: int, mutex: int) -> None:
    have = level_name(nt.irql)
    low = nt.irql < APC_LEVEL
    title = f"{routine} is called at {have}; it needs APC_LEVEL"
    if sub_code != 0x34:
        title += " or a critical region"
    parameters = (nt.irql, nt.thread.regions_entered + nt.thread.guarded, mutex)
    rule = rules.IRQL_TOO_LOW if low else rules.IRQL_TOO_HIGH
    nt.violation(rule, parameters, [("irql", have), ("mutex", nt.describe(mutex))], title=title, stop=(0xC4, sub_code))
