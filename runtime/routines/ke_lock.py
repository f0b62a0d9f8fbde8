"""IRQL, spin locks, fast mutexes, and regions without APCs."""

from __future__ import annotations

from dmascript.runtime.routine import known

known("VOID KeInitializeSpinLock(PKSPIN_LOCK SpinLock)", page="nf-wdm-keinitializespinlock", irql="any")
known(
    "VOID KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql)",
    page="nf-wdm-keacquirespinlock", irql="<= DISPATCH_LEVEL", undo="KeReleaseSpinLock", calls_back=True, macro=True,
)  # fmt: skip
known(
    "VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)",
    page="nf-wdm-kereleasespinlock", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-keacquirespinlockatdpclevel", irql=">= DISPATCH_LEVEL", undo="KeReleaseSpinLockFromDpcLevel",
    calls_back=True, macro=True,
)  # fmt: skip
known(
    "VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-kereleasespinlockfromdpclevel", irql=">= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-ketrytoacquirespinlockatdpclevel", irql=">= DISPATCH_LEVEL", fails="FALSE",
    undo="KeReleaseSpinLockFromDpcLevel",
)  # fmt: skip
known(
    "VOID KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-keacquireinstackqueuedspinlock", irql="<= DISPATCH_LEVEL", undo="KeReleaseInStackQueuedSpinLock",
    calls_back=True,
)  # fmt: skip
known(
    "VOID KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-kereleaseinstackqueuedspinlock", irql="== DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "KIRQL KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)",
    page="nf-wdm-keacquireinterruptspinlock", irql="<= DIRQL", undo="KeReleaseInterruptSpinLock", calls_back=True,
)  # fmt: skip
known(
    "VOID KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)",
    page="nf-wdm-kereleaseinterruptspinlock", irql="== DIRQL", calls_back=True,
)  # fmt: skip
known(
    "VOID KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql)",
    page="nf-wdm-keraiseirql", irql="any", fails="bug check", undo="KeLowerIrql", macro=True,
)  # fmt: skip
known("VOID KeLowerIrql(KIRQL NewIrql)", page="nf-wdm-kelowerirql", irql="any", fails="bug check", calls_back=True)
known(
    "KIRQL KeRaiseIrqlToDpcLevel(VOID)",
    page="nf-wdm-keraiseirqltodpclevel", irql="<= DISPATCH_LEVEL", fails="bug check", undo="KeLowerIrql",
)  # fmt: skip
known("KIRQL KeGetCurrentIrql(VOID)", page="nf-wdm-kegetcurrentirql", irql="any")
known(
    "VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exinitializefastmutex", irql="<= DISPATCH_LEVEL", macro=True,
)  # fmt: skip
known(
    "VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exacquirefastmutex", irql="<= APC_LEVEL", undo="ExReleaseFastMutex", calls_back=True,
)  # fmt: skip
known(
    "VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exreleasefastmutex", irql="== APC_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID KeEnterCriticalRegion(VOID)",
    page="nf-wdm-keentercriticalregion", irql="<= APC_LEVEL", undo="KeLeaveCriticalRegion",
)  # fmt: skip
known("VOID KeLeaveCriticalRegion(VOID)", page="nf-wdm-keleavecriticalregion", irql="<= APC_LEVEL", calls_back=True)
known(
    "KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)",
    page="nf-wdm-keacquirespinlockraisetodpc", irql="<= DISPATCH_LEVEL", undo="KeReleaseSpinLock", calls_back=True,
)  # fmt: skip
known(
    "VOID KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-keacquireinstackqueuedspinlockatdpclevel", irql=">= DISPATCH_LEVEL",
    undo="KeReleaseInStackQueuedSpinLockFromDpcLevel", calls_back=True,
)  # fmt: skip
known(
    "VOID KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)",
    page="nf-wdm-kereleaseinstackqueuedspinlockfromdpclevel", irql=">= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
known("BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock)", page="nf-wdm-ketestspinlock", irql="any")
known(
    "BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)",
    page="nf-wdm-extrytoacquirefastmutex", irql="<= APC_LEVEL", fails="FALSE", undo="ExReleaseFastMutex",
)  # fmt: skip
known(
    "VOID ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exacquirefastmutexunsafe", irql="<= APC_LEVEL", undo="ExReleaseFastMutexUnsafe", calls_back=True,
)  # fmt: skip
known(
    "VOID ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)",
    page="nf-wdm-exreleasefastmutexunsafe", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
known(
    "VOID KeEnterGuardedRegion(VOID)",
    page="nf-wdm-keenterguardedregion", irql="<= APC_LEVEL", undo="KeLeaveGuardedRegion",
)  # fmt: skip
known("VOID KeLeaveGuardedRegion(VOID)", page="nf-wdm-keleaveguardedregion", irql="<= APC_LEVEL", calls_back=True)
known("BOOLEAN KeAreApcsDisabled(VOID)", page="nf-wdm-keareapcsdisabled", irql="<= DISPATCH_LEVEL")
known("BOOLEAN KeAreAllApcsDisabled(VOID)", page="nf-wdm-keareallapcsdisabled", irql="<= DISPATCH_LEVEL")
known(
    "VOID KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex)",
    page="nf-wdm-keinitializeguardedmutex", irql="<= APC_LEVEL",
)  # fmt: skip
known(
    "VOID KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)",
    page="nf-wdm-keacquireguardedmutex", irql="<= APC_LEVEL", undo="KeReleaseGuardedMutex", calls_back=True,
)  # fmt: skip
known(
    "VOID KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex)",
    page="nf-wdm-kereleaseguardedmutex", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
