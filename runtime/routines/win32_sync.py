"""Events, mutexes, semaphores, waits and locks of a user program."""

from __future__ import annotations

from ..services import waitable
from ..win32 import locks, waits
from ..win32.calls import read_narrow, read_wide
from ..win32.errors import set_error
from ..win32.rows import call, unmodelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

TIMER_ALL_ACCESS = 0x1F_0003
EVENT_ALL_ACCESS, MUTEX_ALL_ACCESS, SEMAPHORE_ALL_ACCESS = 0x1F_0003, 0x1F_0001, 0x1F_0003
ERROR_INVALID_PARAMETER = 87
WAIT_FAILED = 0xFFFF_FFFF


# -- events


def _event(nt: System, name: str, security: int, manual: int, state: int) -> int:
    return waits.create(
        nt, name, security,
        lambda whole, attributes: waitable.create_event(
            nt, whole, EVENT_ALL_ACCESS, attributes, not manual, bool(state)
        ),
    )  # fmt: skip


@call(
    "HANDLE CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, "
    "PCSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateEventA(nt: System, security: int, manual: int, state: int, name: int) -> int:
    return _event(nt, read_narrow(nt, name), security, manual, state)


@call(
    "HANDLE CreateEvent(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, "
    "PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True, macro=True,
)  # fmt: skip
@call(
    "HANDLE CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, "
    "PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateEventW(nt: System, security: int, manual: int, state: int, name: int) -> int:
    """An event that resets itself unless bManualReset; a name that begins with Global\\ is seen by drivers."""
    return _event(nt, read_wide(nt, name), security, manual, state)


@call("HANDLE OpenEventA(DWORD dwDesiredAccess, BOOL bInheritHandle, PCSTR lpName)", fails="NULL", undo="CloseHandle")
def OpenEventA(nt: System, access: int, inherit: int, name: int) -> int:
    return waits.open_existing(nt, "Event", read_narrow(nt, name), access, inherit)


@call(
    "HANDLE OpenEvent(DWORD dwDesiredAccess, BOOL bInheritHandle, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", macro=True,
)  # fmt: skip
@call("HANDLE OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, PCWSTR lpName)", fails="NULL", undo="CloseHandle")
def OpenEventW(nt: System, access: int, inherit: int, name: int) -> int:
    return waits.open_existing(nt, "Event", read_wide(nt, name), access, inherit)


@call("BOOL SetEvent(HANDLE hEvent)", fails="FALSE", waits=True)
def SetEvent(nt: System, event: int) -> int:
    return waits.change_event(nt, event, "set")


@call("BOOL ResetEvent(HANDLE hEvent)", fails="FALSE", waits=True)
def ResetEvent(nt: System, event: int) -> int:
    return waits.change_event(nt, event, "clear")


@call("BOOL PulseEvent(HANDLE hEvent)", fails="FALSE", waits=True)
def PulseEvent(nt: System, event: int) -> int:
    return waits.change_event(nt, event, "pulse")


# -- mutexes and semaphores


def _mutex(nt: System, name: str, security: int, owned: int) -> int:
    return waits.create(
        nt, name, security,
        lambda whole, attributes: waitable.create_mutant(nt, whole, MUTEX_ALL_ACCESS, attributes, bool(owned)),
    )  # fmt: skip


@call(
    "HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, PCSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateMutexA(nt: System, security: int, owned: int, name: int) -> int:
    return _mutex(nt, read_narrow(nt, name), security, owned)


@call(
    "HANDLE CreateMutex(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True, macro=True,
)  # fmt: skip
@call(
    "HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateMutexW(nt: System, security: int, owned: int, name: int) -> int:
    return _mutex(nt, read_wide(nt, name), security, owned)


@call("BOOL ReleaseMutex(HANDLE hMutex)", fails="FALSE", waits=True)
def ReleaseMutex(nt: System, mutex: int) -> int:
    """Only the thread that owns it may: else ERROR_NOT_OWNER."""
    return waits.release(nt, mutex, "Mutant", 1, 0)


def _semaphore(nt: System, name: str, security: int, count: int, limit: int) -> int:
    return waits.create(
        nt, name, security,
        lambda whole, attributes: waitable.create_semaphore(
            nt, whole, SEMAPHORE_ALL_ACCESS, attributes, count, limit
        ),
    )  # fmt: skip


@call(
    "HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount, "
    "PCSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateSemaphoreA(nt: System, security: int, count: int, limit: int, name: int) -> int:
    return _semaphore(nt, read_narrow(nt, name), security, count, limit)


@call(
    "HANDLE CreateSemaphore(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount, "
    "PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True, macro=True,
)  # fmt: skip
@call(
    "HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount, "
    "PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateSemaphoreW(nt: System, security: int, count: int, limit: int, name: int) -> int:
    return _semaphore(nt, read_wide(nt, name), security, count, limit)


@call(
    "BOOL ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, PLONG lpPreviousCount)", fails="FALSE", waits=True
)  # fmt: skip
def ReleaseSemaphore(nt: System, semaphore: int, count: int, before_at: int) -> int:
    if count <= 0:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return 0
    return waits.release(nt, semaphore, "Semaphore", count, before_at)


# -- waits


@call("DWORD WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds)", fails="WAIT_FAILED", waits=True)
def WaitForSingleObject(nt: System, handle: int, milliseconds: int) -> int:
    return waits.wait(nt, [handle], False, milliseconds)


@call(
    "DWORD WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable)",
    fails="WAIT_FAILED", waits=True,
)  # fmt: skip
def WaitForSingleObjectEx(nt: System, handle: int, milliseconds: int, alertable: int) -> int:
    """An alertable wait ends with WAIT_IO_COMPLETION when user APCs have run."""
    return waits.wait(nt, [handle], False, milliseconds, bool(alertable))


def _handles(nt: System, count: int, where: int) -> list[int] | None:
    if not 0 < count <= waitable.MOST_OBJECTS:
        set_error(nt, ERROR_INVALID_PARAMETER)
        return None
    return [nt.memory.read_uint(where + 8 * index, 8) for index in range(count)]


@call(
    "DWORD WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds)",
    fails="WAIT_FAILED", waits=True,
)  # fmt: skip
def WaitForMultipleObjects(nt: System, count: int, where: int, all: int, milliseconds: int) -> int:
    handles = _handles(nt, count, where)
    return WAIT_FAILED if handles is None else waits.wait(nt, handles, bool(all), milliseconds)


@call(
    "DWORD WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds, "
    "BOOL bAlertable)",
    fails="WAIT_FAILED", waits=True,
)  # fmt: skip
def WaitForMultipleObjectsEx(nt: System, count: int, where: int, all: int, milliseconds: int, alertable: int) -> int:
    handles = _handles(nt, count, where)
    return WAIT_FAILED if handles is None else waits.wait(nt, handles, bool(all), milliseconds, bool(alertable))


@call(
    "DWORD SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn, DWORD dwMilliseconds, "
    "BOOL bAlertable)",
    fails="WAIT_FAILED", waits=True,
)  # fmt: skip
def SignalObjectAndWait(nt: System, signalled: int, waited: int, milliseconds: int, alertable: int) -> int:
    """Set an event, or release a mutex or semaphore, and wait for another object."""
    entry = nt.objects.opened(signalled, 1)
    kind = entry.object.kind if entry is not None else ""
    done = waits.release(nt, signalled, kind, 1, 0) if kind in ("Mutant", "Semaphore") else waits.change_event(
        nt, signalled, "set"
    )  # fmt: skip
    return waits.wait(nt, [waited], False, milliseconds, bool(alertable)) if done else WAIT_FAILED


@call("VOID Sleep(DWORD dwMilliseconds)", waits=True)
def Sleep(nt: System, milliseconds: int) -> None:
    """Let time pass. 0 only lets others run."""
    waits.sleep(nt, milliseconds)


@call("DWORD SleepEx(DWORD dwMilliseconds, BOOL bAlertable)", waits=True)
def SleepEx(nt: System, milliseconds: int, alertable: int) -> int:
    return waits.sleep(nt, milliseconds, bool(alertable))


# -- locks in the program's own memory


@call("VOID InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection)")
def InitializeCriticalSection(nt: System, where: int) -> None:
    locks.initialise(nt, where, 0)


@call("BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount)")
def InitializeCriticalSectionAndSpinCount(nt: System, where: int, spins: int) -> int:
    locks.initialise(nt, where, spins)
    return 1


@call("BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount, DWORD Flags)")
def InitializeCriticalSectionEx(nt: System, where: int, spins: int, flags: int) -> int:
    locks.initialise(nt, where, spins)
    return 1


@call("VOID EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection)", undo="LeaveCriticalSection", waits=True)
def EnterCriticalSection(nt: System, where: int) -> None:
    locks.enter(nt, where)


@call(
    "BOOL TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection)",
    fails="FALSE", undo="LeaveCriticalSection", waits=True,
)  # fmt: skip
def TryEnterCriticalSection(nt: System, where: int) -> int:
    return int(locks.try_enter(nt, where))


@call("VOID LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection)", waits=True)
def LeaveCriticalSection(nt: System, where: int) -> None:
    locks.leave(nt, where)


@call("VOID DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection)")
def DeleteCriticalSection(nt: System, where: int) -> None:
    locks.delete(nt, where)


@call("VOID InitializeSRWLock(PSRWLOCK SRWLock)")
def InitializeSRWLock(nt: System, where: int) -> None:
    nt.memory.write_uint(where, 8, 0)


@call("VOID AcquireSRWLockExclusive(PSRWLOCK SRWLock)", undo="ReleaseSRWLockExclusive", waits=True)
def AcquireSRWLockExclusive(nt: System, where: int) -> None:
    locks.acquire(nt, where, exclusive=True)


@call("VOID AcquireSRWLockShared(PSRWLOCK SRWLock)", undo="ReleaseSRWLockShared", waits=True)
def AcquireSRWLockShared(nt: System, where: int) -> None:
    locks.acquire(nt, where, exclusive=False)


@call("VOID ReleaseSRWLockExclusive(PSRWLOCK SRWLock)", waits=True)
def ReleaseSRWLockExclusive(nt: System, where: int) -> None:
    locks.let_go(nt, where, exclusive=True)


@call("VOID ReleaseSRWLockShared(PSRWLOCK SRWLock)", waits=True)
def ReleaseSRWLockShared(nt: System, where: int) -> None:
    locks.let_go(nt, where, exclusive=False)


@call("VOID InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable)")
def InitializeConditionVariable(nt: System, where: int) -> None:
    nt.memory.write_uint(where, 8, 0)


@call(
    "BOOL SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable, PCRITICAL_SECTION CriticalSection, "
    "DWORD dwMilliseconds)",
    fails="FALSE", waits=True,
)  # fmt: skip
def SleepConditionVariableCS(nt: System, where: int, section: int, milliseconds: int) -> int:
    return locks.sleep_on(nt, where, section, milliseconds)


@call("VOID WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable)", waits=True)
def WakeConditionVariable(nt: System, where: int) -> None:
    locks.wake(nt, where, all=False)


@call("VOID WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable)", waits=True)
def WakeAllConditionVariable(nt: System, where: int) -> None:
    locks.wake(nt, where, all=True)


@call(
    "HANDLE CreateWaitableTimer(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset, PCWSTR lpTimerName)",
    fails="NULL", undo="CloseHandle", waits=True, macro=True,
)  # fmt: skip
@call(
    "HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset, PCWSTR lpTimerName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateWaitableTimerW(nt: System, security: int, manual: int, name: int) -> int:
    """A timer that is not set. One that is not reset by hand lets one waiter go on each time."""
    return waits.create(
        nt, read_wide(nt, name), security,
        lambda whole, attributes: waitable.create_timer(nt, whole, TIMER_ALL_ACCESS, attributes, not manual),
    )  # fmt: skip


@call(
    "BOOL SetWaitableTimer(HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod, PVOID pfnCompletionRoutine, "
    "LPVOID lpArgToCompletionRoutine, BOOL fResume)",
    fails="FALSE", waits=True,
)  # fmt: skip
def SetWaitableTimer(nt: System, timer: int, due: int, period: int, routine: int, argument: int, resume: int) -> int:
    """Due in units of 100 ns from now if it is below zero, again each lPeriod milliseconds."""
    if routine:
        nt.not_modelled("SetWaitableTimer with a completion routine")
    return waits.set_timer(nt, timer, int.from_bytes(nt.memory.read(due, 8), "little", signed=True), period)


@call("BOOL CancelWaitableTimer(HANDLE hTimer)", fails="FALSE", waits=True)
def CancelWaitableTimer(nt: System, timer: int) -> int:
    """The timer keeps the state that it has."""
    return waits.set_timer(nt, timer, None, 0)


unmodelled(
    "BOOL RegisterWaitForSingleObject(PHANDLE phNewWaitObject, HANDLE hObject, PVOID Callback, PVOID Context, "
    "ULONG dwMilliseconds, ULONG dwFlags)",
    "BOOL WaitOnAddress(volatile VOID *Address, PVOID CompareAddress, SIZE_T AddressSize, DWORD dwMilliseconds)",
)
