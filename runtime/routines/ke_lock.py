"""IRQL, spin locks, and regions without APCs."""

from __future__ import annotations

from .. import rules
from ..ke.irql import lower, raise_to
from ..ke.passive_interrupts import expect_spin_lock
from ..ke.processor import APC_LEVEL, DISPATCH_LEVEL
from ..ke.spinlock import acquire, release
from ..ke.synchronization import check_resident
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

HANDLE_LOCK, HANDLE_OLD_IRQL = 8, 16  # in a KLOCK_QUEUE_HANDLE


@routine("VOID KeInitializeSpinLock(PKSPIN_LOCK SpinLock)", page="nf-wdm-keinitializespinlock", irql="any")
def KeInitializeSpinLock(nt: System, lock: int) -> None:
    check_resident(nt, lock)
    nt.memory.write_uint(lock, 8, 0)


@routine(
    "VOID KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql)",
    page="nf-wdm-keacquirespinlock", irql="<= DISPATCH_LEVEL", irql_stop=(0xC4, 0x42), undo="KeReleaseSpinLock",
    calls_back=True, macro=True,
)  # fmt: skip
def KeAcquireSpinLock(nt: System, lock: int, old: int) -> None:
    """Raise to DISPATCH_LEVEL, then take the lock. The old IRQL is stored when that is done."""
    nt.memory.write(old, bytes([KeAcquireSpinLockRaiseToDpc(nt, lock)]), True)


@routine(
    "VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)",
    page="nf-wdm-kereleasespinlock", irql="== DISPATCH_LEVEL", irql_stop=(0xC4, 0x32), calls_back=True,
)  # fmt: skip
def KeReleaseSpinLock(nt: System, lock: int, new: int) -> None:
    release(nt, lock)
    lower(nt, new)


@routine(
    "VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-keacquirespinlockatdpclevel", irql=">= DISPATCH_LEVEL", irql_stop=(0xC4, 0x40),
    undo="KeReleaseSpinLockFromDpcLevel", calls_back=True, macro=True,
)  # fmt: skip
def KeAcquireSpinLockAtDpcLevel(nt: System, lock: int) -> None:
    acquire(nt, lock)


@routine(
    "VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-kereleasespinlockfromdpclevel", irql=">= DISPATCH_LEVEL", irql_stop=(0xC4, 0x41), calls_back=True,
)  # fmt: skip
def KeReleaseSpinLockFromDpcLevel(nt: System, lock: int) -> None:
    release(nt, lock)


@routine(
    "BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-ketrytoacquirespinlockatdpclevel", irql=">= DISPATCH_LEVEL", fails="FALSE",
    undo="KeReleaseSpinLockFromDpcLevel",
)  # fmt: skip
def KeTryToAcquireSpinLockAtDpcLevel(nt: System, lock: int) -> int:
    """TRUE if the lock was free and is taken now."""
    if nt.memory.read_uint(lock, 8):
        return 0
    acquire(nt, lock)
    return 1


@routine(
    "VOID KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-keacquireinstackqueuedspinlock", irql="<= DISPATCH_LEVEL", undo="KeReleaseInStackQueuedSpinLock",
    calls_back=True,
)  # fmt: skip
def KeAcquireInStackQueuedSpinLock(nt: System, lock: int, handle: int) -> None:
    """Take the lock, and keep it and the old IRQL in the caller's handle."""
    before = raise_to(nt, DISPATCH_LEVEL)
    KeAcquireInStackQueuedSpinLockAtDpcLevel(nt, lock, handle)
    nt.memory.write_uint(handle + HANDLE_OLD_IRQL, 1, before)


@routine(
    "VOID KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-kereleaseinstackqueuedspinlock", irql="== DISPATCH_LEVEL", irql_stop=(0xC4, 0x36), calls_back=True,
)  # fmt: skip
def KeReleaseInStackQueuedSpinLock(nt: System, handle: int) -> None:
    before = nt.memory.read_uint(handle + HANDLE_OLD_IRQL, 1)
    KeReleaseInStackQueuedSpinLockFromDpcLevel(nt, handle)
    lower(nt, before)


@routine(
    "KIRQL KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)",
    page="nf-wdm-keacquireinterruptspinlock", irql="<= DIRQL", undo="KeReleaseInterruptSpinLock", calls_back=True,
)  # fmt: skip
def KeAcquireInterruptSpinLock(nt: System, where: int) -> int:
    """Raise to the level at which the service routine runs, and take its lock. The IRQL before is returned."""
    interrupt = nt.interrupts.find(where)
    if interrupt.passive:
        expect_spin_lock(nt, interrupt)
    before = raise_to(nt, interrupt.synchronize_irql)
    acquire(nt, interrupt.lock)
    return before


@routine(
    "VOID KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)",
    page="nf-wdm-kereleaseinterruptspinlock", irql="== DIRQL", calls_back=True,
)  # fmt: skip
def KeReleaseInterruptSpinLock(nt: System, where: int, old: int) -> None:
    release(nt, nt.interrupts.find(where).lock)
    lower(nt, old)


@routine(
    "VOID KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql)",
    page="nf-wdm-keraiseirql", irql="any", fails="bug check", undo="KeLowerIrql", macro=True,
)  # fmt: skip
def KeRaiseIrql(nt: System, new: int, old: int) -> None:
    """Raise the IRQL; the old one is stored at the new level already."""
    nt.memory.write(old, bytes([raise_to(nt, new)]), True)


@routine("VOID KeLowerIrql(KIRQL NewIrql)", page="nf-wdm-kelowerirql", irql="any", fails="bug check", calls_back=True)
def KeLowerIrql(nt: System, new: int) -> None:
    lower(nt, new)


@routine(
    "KIRQL KeRaiseIrqlToDpcLevel(VOID)",
    page="nf-wdm-keraiseirqltodpclevel", irql="<= DISPATCH_LEVEL", fails="bug check", undo="KeLowerIrql",
)  # fmt: skip
def KeRaiseIrqlToDpcLevel(nt: System) -> int:
    return raise_to(nt, DISPATCH_LEVEL)


@routine("KIRQL KeGetCurrentIrql(VOID)", page="nf-wdm-kegetcurrentirql", irql="any")
def KeGetCurrentIrql(nt: System) -> int:
    return nt.irql


@routine(
    "VOID KeEnterCriticalRegion(VOID)",
    page="nf-wdm-keentercriticalregion", irql="<= APC_LEVEL", irql_stop=(0xC4, 0x11A), undo="KeLeaveCriticalRegion",
)  # fmt: skip
def KeEnterCriticalRegion(nt: System) -> None:
    """Keep normal kernel APCs out of this thread. Regions nest."""
    nt.thread.regions_entered += 1


@routine(
    "VOID KeLeaveCriticalRegion(VOID)",
    page="nf-wdm-keleavecriticalregion", irql="<= APC_LEVEL", irql_stop=(0xC4, 0x11B), calls_back=True,
)  # fmt: skip
def KeLeaveCriticalRegion(nt: System) -> None:
    _leave(nt)


@routine(
    "KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-keacquirespinlockraisetodpc", irql="<= DISPATCH_LEVEL", irql_stop=(0xC4, 0x42),
    undo="KeReleaseSpinLock", calls_back=True,
)  # fmt: skip
def KeAcquireSpinLockRaiseToDpc(nt: System, lock: int) -> int:
    before = raise_to(nt, DISPATCH_LEVEL)
    acquire(nt, lock)
    return before


@routine(
    "VOID KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-keacquireinstackqueuedspinlockatdpclevel", irql=">= DISPATCH_LEVEL",
    undo="KeReleaseInStackQueuedSpinLockFromDpcLevel", calls_back=True,
)  # fmt: skip
def KeAcquireInStackQueuedSpinLockAtDpcLevel(nt: System, lock: int, handle: int) -> None:
    nt.memory.write_uint(handle, 8, 0)
    nt.memory.write_uint(handle + HANDLE_LOCK, 8, lock)
    acquire(nt, lock)


@routine(
    "VOID KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-kereleaseinstackqueuedspinlockfromdpclevel", irql=">= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def KeReleaseInStackQueuedSpinLockFromDpcLevel(nt: System, handle: int) -> None:
    release(nt, nt.memory.read_uint(handle + HANDLE_LOCK, 8))


@routine("BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock)", page="nf-wdm-ketestspinlock", irql="any")
def KeTestSpinLock(nt: System, lock: int) -> int:
    """TRUE if the lock is free."""
    return int(not nt.memory.read_uint(lock, 8))


@routine(
    "VOID KeEnterGuardedRegion(VOID)",
    page="nf-wdm-keenterguardedregion", irql="<= APC_LEVEL", undo="KeLeaveGuardedRegion",
)  # fmt: skip
def KeEnterGuardedRegion(nt: System) -> None:
    """Keep all kernel APCs out of this thread, special ones too. Regions nest."""
    nt.thread.guarded += 1


@routine("VOID KeLeaveGuardedRegion(VOID)", page="nf-wdm-keleaveguardedregion", irql="<= APC_LEVEL", calls_back=True)
def KeLeaveGuardedRegion(nt: System) -> None:
    if not nt.thread.guarded:
        nt.violation(rules.CRITICAL_REGION_NOT_ENTERED)
        return
    nt.thread.guarded -= 1
    nt.scheduler.deliver()


@routine("BOOLEAN KeAreApcsDisabled(VOID)", page="nf-wdm-keareapcsdisabled", irql="<= DISPATCH_LEVEL")
def KeAreApcsDisabled(nt: System) -> int:
    """TRUE within a critical or guarded region."""
    return int(nt.thread.regions_entered > 0 or nt.thread.guarded > 0)


@routine("BOOLEAN KeAreAllApcsDisabled(VOID)", page="nf-wdm-keareallapcsdisabled", irql="<= DISPATCH_LEVEL")
def KeAreAllApcsDisabled(nt: System) -> int:
    """TRUE within a guarded region, and from APC_LEVEL on."""
    return int(nt.thread.guarded > 0 or nt.irql >= APC_LEVEL)


def _leave(nt: System) -> None:
    if not nt.thread.regions_entered:
        nt.violation(rules.CRITICAL_REGION_NOT_ENTERED)
        return
    nt.thread.regions_entered -= 1
