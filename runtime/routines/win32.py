"""Files, devices and handles of a user program, and its last error."""

from __future__ import annotations

from ..io.file_requests import Control
from ..services import handles
from ..win32 import files, ports
from ..win32.calls import read_narrow, read_wide
from ..win32.errors import fail, set_error
from ..win32.messages import format_message
from ..win32.rows import call, unmodelled
from ..win32.waits import timeout_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System



@call(
    "HANDLE CreateFileA(PCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, "
    "LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, "
    "HANDLE hTemplateFile)",
    fails="INVALID_HANDLE_VALUE", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateFileA(
    nt: System, name: int, access: int, share: int, security: int, disposition: int, flags: int, template: int
) -> int:
    """As CreateFileW, with a name of the ANSI code page."""
    return files.create_file(nt, read_narrow(nt, name), access, share, security, disposition, flags, template)


@call(
    "HANDLE CreateFile(PCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, "
    "LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, "
    "HANDLE hTemplateFile)",
    fails="INVALID_HANDLE_VALUE", undo="CloseHandle", waits=True, macro=True,
)  # fmt: skip
@call(
    "HANDLE CreateFileW(PCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, "
    "LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, "
    "HANDLE hTemplateFile)",
    fails="INVALID_HANDLE_VALUE", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateFileW(
    nt: System, name: int, access: int, share: int, security: int, disposition: int, flags: int, template: int
) -> int:
    """Open a device by \\\\.\\ and its name. Without FILE_FLAG_OVERLAPPED, calls with the handle wait."""
    return files.create_file(nt, read_wide(nt, name), access, share, security, disposition, flags, template)


@call(
    "BOOL ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead, "
    "LPOVERLAPPED lpOverlapped)",
    fails="FALSE", waits=True,
)  # fmt: skip
def ReadFile(nt: System, file: int, buffer: int, length: int, done_at: int, overlapped: int) -> int:
    return files.transfer(nt, False, file, buffer, length, done_at, overlapped)


@call(
    "BOOL WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPDWORD lpNumberOfBytesWritten, "
    "LPOVERLAPPED lpOverlapped)",
    fails="FALSE", waits=True,
)  # fmt: skip
def WriteFile(nt: System, file: int, buffer: int, length: int, done_at: int, overlapped: int) -> int:
    return files.transfer(nt, True, file, buffer, length, done_at, overlapped)


@call(
    "BOOL ReadFileEx(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPOVERLAPPED lpOverlapped, "
    "LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)",
    fails="FALSE", waits=True,
)  # fmt: skip
def ReadFileEx(nt: System, file: int, buffer: int, length: int, overlapped: int, routine: int) -> int:
    return files.transfer_ex(nt, False, file, buffer, length, overlapped, routine)


@call(
    "BOOL WriteFileEx(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPOVERLAPPED lpOverlapped, "
    "LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)",
    fails="FALSE", waits=True,
)  # fmt: skip
def WriteFileEx(nt: System, file: int, buffer: int, length: int, overlapped: int, routine: int) -> int:
    return files.transfer_ex(nt, True, file, buffer, length, overlapped, routine)


@call(
    "BOOL DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize, "
    "LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped)",
    fails="FALSE", waits=True,
)  # fmt: skip
def DeviceIoControl(
    nt: System, device: int, code: int, source: int, source_size: int, target: int, target_size: int, done_at: int,
    overlapped: int,
) -> int:  # fmt: skip
    what = Control(code, source, source_size, target, target_size)
    return files.device_io_control(nt, device, what, done_at, overlapped)


@call(
    "BOOL GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, "
    "BOOL bWait)",
    fails="FALSE", waits=True,
)  # fmt: skip
def GetOverlappedResult(nt: System, file: int, overlapped: int, done_at: int, wait: int) -> int:
    """Waits for the event of the OVERLAPPED, or for the file if it has none."""
    return files.overlapped_result(nt, file, overlapped, done_at, None if wait else 0, False)


@call(
    "BOOL GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, "
    "DWORD dwMilliseconds, BOOL bAlertable)",
    fails="FALSE", waits=True,
)  # fmt: skip
def GetOverlappedResultEx(
    nt: System, file: int, overlapped: int, done_at: int, milliseconds: int, alertable: int
) -> int:
    return files.overlapped_result(nt, file, overlapped, done_at, timeout_of(milliseconds), bool(alertable))


@call("BOOL CancelIo(HANDLE hFile)", fails="FALSE", waits=True)
def CancelIo(nt: System, file: int) -> int:
    """Cancel what this thread has asked of the file, and wait until all of it is over."""
    return files.cancel(nt, file, 0, True)


@call("BOOL CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped)", fails="FALSE", waits=True)
def CancelIoEx(nt: System, file: int, overlapped: int) -> int:
    """Cancel one request of the process on the file, or all. They may still be under way when it returns."""
    return files.cancel(nt, file, overlapped, False)


@call("BOOL CancelSynchronousIo(HANDLE hThread)", fails="FALSE", waits=True)
def CancelSynchronousIo(nt: System, thread: int) -> int:
    """Cancel the request for which another thread waits within ReadFile or its like."""
    return files.cancel_synchronous(nt, thread)


@call("BOOL FlushFileBuffers(HANDLE hFile)", fails="FALSE", waits=True)
def FlushFileBuffers(nt: System, file: int) -> int:
    return files.flush(nt, file)


@call("BOOL CloseHandle(HANDLE hObject)", fails="FALSE", waits=True)
def CloseHandle(nt: System, handle: int) -> int:
    """The last handle of a file sends IRP_MJ_CLEANUP, and IRP_MJ_CLOSE follows when no request is under way."""
    status = nt.system_call(lambda: handles.close(nt, handle))
    return fail(nt, status) if status else 1


@call(
    "BOOL DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle, "
    "HANDLE *lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions)",
    fails="FALSE", undo="CloseHandle", waits=True,
)  # fmt: skip
def DuplicateHandle(
    nt: System, source_process: int, source: int, target_process: int, target_at: int, access: int, inherit: int,
    options: int,
) -> int:  # fmt: skip
    what = handles.Duplicate(source_process, source, target_process, access, inherit, options)
    opened = nt.system_call(lambda: handles.duplicate(nt, what))
    if opened.status:
        return fail(nt, opened.status)
    if target_at:
        nt.memory.write_uint(target_at, 8, opened.handle)
    return 1


@call("DWORD GetLastError(VOID)")
def GetLastError(nt: System) -> int:
    return nt.thread.last_error


@call("VOID SetLastError(DWORD dwErrCode)")
def SetLastError(nt: System, error: int) -> None:
    set_error(nt, error)


@call(
    "DWORD FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPSTR lpBuffer, "
    "DWORD nSize, va_list *Arguments)",
    fails="0",
)  # fmt: skip
def FormatMessageA(
    nt: System, flags: int, source: int, message: int, language: int, buffer: int, size: int, arguments: int
) -> int:
    return format_message(nt, flags, source, message, buffer, size, wide=False)


@call(
    "DWORD FormatMessage(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer, "
    "DWORD nSize, va_list *Arguments)",
    fails="0", macro=True,
)  # fmt: skip
@call(
    "DWORD FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer, "
    "DWORD nSize, va_list *Arguments)",
    fails="0",
)  # fmt: skip
def FormatMessageW(
    nt: System, flags: int, source: int, message: int, language: int, buffer: int, size: int, arguments: int
) -> int:
    """The text of an error is the name of its constant: the words of Windows are not ours to print."""
    return format_message(nt, flags, source, message, buffer, size, wide=True)


@call(
    "VOID RaiseException(DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments, "
    "const ULONG_PTR *lpArguments)",
)  # fmt: skip
def RaiseException(nt: System, code: int, flags: int, count: int, arguments: int) -> None:
    """Raise an exception of the program's own; it returns if a filter continues it."""
    count = min(count, 15) if arguments else 0
    information = tuple(nt.memory.read_uint(arguments + 8 * index, 8) for index in range(count))
    nt.faults.raise_exception(code & ~0x1000_0000, information, noncontinuable=bool(flags & 1))


@call("VOID OutputDebugStringA(PCSTR lpOutputString)")
def OutputDebugStringA(nt: System, text: int) -> None:
    nt.output(read_narrow(nt, text))


@call("VOID OutputDebugString(PCWSTR lpOutputString)", macro=True)
@call("VOID OutputDebugStringW(PCWSTR lpOutputString)")
def OutputDebugStringW(nt: System, text: int) -> None:
    nt.output(read_wide(nt, text))


@call("BOOL IsDebuggerPresent(VOID)")
def IsDebuggerPresent(nt: System) -> int:
    return 0


@call(
    "HANDLE CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort, ULONG_PTR CompletionKey, "
    "DWORD NumberOfConcurrentThreads)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateIoCompletionPort(nt: System, file: int, existing: int, key: int, threads: int) -> int:
    """A port, or a file associated with one. The number of threads is not looked at."""
    return ports.create(nt, file, existing, key)


@call(
    "BOOL GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred, "
    "PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped, DWORD dwMilliseconds)",
    fails="FALSE", waits=True,
)  # fmt: skip
def GetQueuedCompletionStatus(
    nt: System, port: int, bytes_at: int, key_at: int, overlapped_at: int, milliseconds: int
) -> int:
    return ports.take(nt, port, bytes_at, key_at, overlapped_at, milliseconds)


@call(
    "BOOL PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred, "
    "ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped)",
    fails="FALSE", waits=True,
)  # fmt: skip
def PostQueuedCompletionStatus(nt: System, port: int, count: int, key: int, overlapped: int) -> int:
    return ports.post(nt, port, count, key, overlapped)


@call("BOOL SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags)", fails="FALSE")
def SetFileCompletionNotificationModes(nt: System, file: int, flags: int) -> int:
    """What a file that is associated with a port leaves out: packets of what succeeds at once (1), its event (2)."""
    return ports.set_modes(nt, file, flags)


unmodelled(
    "DWORD SetFilePointer(HANDLE hFile, LONG lDistanceToMove, PLONG lpDistanceToMoveHigh, DWORD dwMoveMethod)",
    "BOOL GetFileSizeEx(HANDLE hFile, LARGE_INTEGER *lpFileSize)",
    "BOOL ReadFileScatter(HANDLE hFile, PVOID aSegmentArray, DWORD nNumberOfBytesToRead, LPDWORD lpReserved, "
    "LPOVERLAPPED lpOverlapped)",
    "BOOL WriteFileGather(HANDLE hFile, PVOID aSegmentArray, DWORD nNumberOfBytesToWrite, LPDWORD lpReserved, "
    "LPOVERLAPPED lpOverlapped)",
    "HANDLE GetStdHandle(DWORD nStdHandle)",
    "BOOL GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags)",
    "BOOL SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags)",
    "int MessageBoxA(HWND hWnd, PCSTR lpText, PCSTR lpCaption, UINT uType)",
    "int MessageBoxW(HWND hWnd, PCWSTR lpText, PCWSTR lpCaption, UINT uType)",
    "HMODULE LoadLibraryA(PCSTR lpLibFileName)",
    "HMODULE LoadLibraryW(PCWSTR lpLibFileName)",
    "HMODULE GetModuleHandleW(PCWSTR lpModuleName)",
    "PVOID GetProcAddress(HMODULE hModule, PCSTR lpProcName)",
)
