"""Threads and processes of a user program, user APCs, thread-local storage and the clocks."""

from __future__ import annotations

from ..services import programs
from ..win32 import threads
from ..win32.errors import set_error
from ..win32.rows import call, unmodelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

CURRENT_PROCESS, CURRENT_THREAD = 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFE
ERROR_NOT_ENOUGH_MEMORY = 8
TICK_NS = 15_625_000
FREQUENCY = 10_000_000  # as current Windows counts, whatever the processor has


@call(
    "HANDLE CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize, "
    "LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags, LPDWORD lpThreadId)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateThread(
    nt: System, security: int, stack: int, routine: int, parameter: int, flags: int, id_at: int
) -> int:  # fmt: skip
    """A thread of this process; its stack is 1 MiB whatever is asked for."""
    if nt.fails("CreateThread"):
        set_error(nt, ERROR_NOT_ENOUGH_MEMORY)
        return 0
    return threads.create(nt, routine, parameter, flags, id_at)


@call("VOID ExitThread(DWORD dwExitCode)", fails="does not return", waits=True)
def ExitThread(nt: System, status: int) -> None:
    """End this thread, its requests are cancelled. No __finally body runs."""
    programs.exit_thread(nt, status)


@call("BOOL TerminateThread(HANDLE hThread, DWORD dwExitCode)", fails="FALSE", waits=True)
def TerminateThread(nt: System, thread: int, status: int) -> int:
    return threads.terminate(nt, thread, status)


@call("DWORD ResumeThread(HANDLE hThread)", fails="(DWORD)-1", waits=True)
def ResumeThread(nt: System, thread: int) -> int:
    return threads.resume(nt, thread)


@call("BOOL GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode)", fails="FALSE")
def GetExitCodeThread(nt: System, thread: int, code_at: int) -> int:
    """STILL_ACTIVE while it lives."""
    return threads.exit_code(nt, thread, "Thread", code_at)


@call("VOID ExitProcess(UINT uExitCode)", fails="does not return", waits=True)
def ExitProcess(nt: System, status: int) -> None:
    """End all threads of the process, close its handles, give its memory back."""
    programs.exit_process(nt, status)


@call("BOOL TerminateProcess(HANDLE hProcess, UINT uExitCode)", fails="FALSE", waits=True)
def TerminateProcess(nt: System, process: int, status: int) -> int:
    return threads.terminate_process(nt, process, status)


@call("BOOL GetExitCodeProcess(HANDLE hProcess, LPDWORD lpExitCode)", fails="FALSE")
def GetExitCodeProcess(nt: System, process: int, code_at: int) -> int:
    return threads.exit_code(nt, process, "Process", code_at)


@call("HANDLE GetCurrentProcess(VOID)")
def GetCurrentProcess(nt: System) -> int:
    return CURRENT_PROCESS


@call("HANDLE GetCurrentThread(VOID)")
def GetCurrentThread(nt: System) -> int:
    return CURRENT_THREAD


@call("DWORD GetCurrentProcessId(VOID)")
def GetCurrentProcessId(nt: System) -> int:
    return nt.process.id


@call("DWORD GetCurrentThreadId(VOID)")
def GetCurrentThreadId(nt: System) -> int:
    return nt.thread.id


@call("DWORD GetProcessId(HANDLE Process)", fails="0")
def GetProcessId(nt: System, process: int) -> int:
    return threads.identifier(nt, process, "Process")


@call("DWORD GetThreadId(HANDLE Thread)", fails="0")
def GetThreadId(nt: System, thread: int) -> int:
    return threads.identifier(nt, thread, "Thread")


@call("BOOL SetThreadPriority(HANDLE hThread, int nPriority)", fails="FALSE", waits=True)
def SetThreadPriority(nt: System, thread: int, priority: int) -> int:
    """-2 to 2 about the normal priority, or -15 (idle) and 15 (time critical)."""
    return threads.set_priority(nt, thread, priority)


@call("DWORD QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData)", fails="0", waits=True)
def QueueUserAPC(nt: System, routine: int, thread: int, data: int) -> int:
    """The routine runs when the thread waits alertably."""
    return threads.queue_apc(nt, routine, thread, data)


@call("BOOL SwitchToThread(VOID)", fails="FALSE", waits=True)
def SwitchToThread(nt: System) -> int:
    if nt.scheduler.live:
        nt.system_call(nt.scheduler.give_way)
    return 1


# -- thread-local storage


@call("DWORD TlsAlloc(VOID)", fails="TLS_OUT_OF_INDEXES", undo="TlsFree")
def TlsAlloc(nt: System) -> int:
    return threads.local_index(nt)


@call("BOOL TlsFree(DWORD dwTlsIndex)", fails="FALSE")
def TlsFree(nt: System, index: int) -> int:
    return threads.free_local(nt, index)


@call("LPVOID TlsGetValue(DWORD dwTlsIndex)", fails="NULL")
def TlsGetValue(nt: System, index: int) -> int:
    found = threads.local_values(nt, index)
    if found is None:
        return 0
    set_error(nt, 0)
    return found.get(nt.thread.id, 0)


@call("BOOL TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue)", fails="FALSE")
def TlsSetValue(nt: System, index: int, value: int) -> int:
    found = threads.local_values(nt, index)
    if found is None:
        return 0
    found[nt.thread.id] = value
    return 1


# -- clocks


@call("DWORD GetTickCount(VOID)")
def GetTickCount(nt: System) -> int:
    """Milliseconds since the start, at the resolution of the clock tick."""
    return nt.clock.now_ns // TICK_NS * TICK_NS // 1_000_000 & 0xFFFF_FFFF


@call("ULONGLONG GetTickCount64(VOID)")
def GetTickCount64(nt: System) -> int:
    return nt.clock.now_ns // TICK_NS * TICK_NS // 1_000_000


@call("BOOL QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount)")
def QueryPerformanceCounter(nt: System, count_at: int) -> int:
    nt.memory.write_uint(count_at, 8, nt.clock.now_ns // 100)
    return 1


@call("BOOL QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency)")
def QueryPerformanceFrequency(nt: System, frequency_at: int) -> int:
    nt.memory.write_uint(frequency_at, 8, FREQUENCY)
    return 1


@call("VOID GetSystemInfo(LPSYSTEM_INFO lpSystemInfo)")
def GetSystemInfo(nt: System, information: int) -> None:
    threads.system_information(nt, information)


unmodelled(
    "DWORD SuspendThread(HANDLE hThread)",
    "BOOL CreateProcessA(PCSTR lpApplicationName, LPSTR lpCommandLine, LPSECURITY_ATTRIBUTES lpProcessAttributes, "
    "LPSECURITY_ATTRIBUTES lpThreadAttributes, BOOL bInheritHandles, DWORD dwCreationFlags, LPVOID lpEnvironment, "
    "PCSTR lpCurrentDirectory, PVOID lpStartupInfo, PVOID lpProcessInformation)",
    "BOOL CreateProcessW(PCWSTR lpApplicationName, LPWSTR lpCommandLine, LPSECURITY_ATTRIBUTES lpProcessAttributes, "
    "LPSECURITY_ATTRIBUTES lpThreadAttributes, BOOL bInheritHandles, DWORD dwCreationFlags, LPVOID lpEnvironment, "
    "PCWSTR lpCurrentDirectory, PVOID lpStartupInfo, PVOID lpProcessInformation)",
    "HANDLE OpenProcess(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId)",
    "HANDLE OpenThread(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwThreadId)",
    "DWORD_PTR SetThreadAffinityMask(HANDLE hThread, DWORD_PTR dwThreadAffinityMask)",
)
