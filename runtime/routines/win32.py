"""System calls of a user program."""

from __future__ import annotations

from ..routine import known

known(
    "HANDLE CreateFileA(PCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, "
    "LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, "
    "HANDLE hTemplateFile)",
    irql="== PASSIVE_LEVEL", fails="INVALID_HANDLE_VALUE", undo="CloseHandle", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "HANDLE CreateFileW(PCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, "
    "LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, "
    "HANDLE hTemplateFile)",
    irql="== PASSIVE_LEVEL", fails="INVALID_HANDLE_VALUE", undo="CloseHandle", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "HANDLE CreateFile(PCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, "
    "LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, "
    "HANDLE hTemplateFile)",
    irql="== PASSIVE_LEVEL", fails="INVALID_HANDLE_VALUE", undo="CloseHandle", header="windows.h", macro=True,
    calls_back=True,
)  # fmt: skip
known(
    "BOOL ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead, "
    "LPOVERLAPPED lpOverlapped)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "BOOL WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPDWORD lpNumberOfBytesWritten, "
    "LPOVERLAPPED lpOverlapped)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "BOOL DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize, "
    "LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "BOOL GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, "
    "BOOL bWait)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True,
)  # fmt: skip
known("BOOL CancelIo(HANDLE hFile)", irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True)
known(
    "BOOL CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "BOOL FlushFileBuffers(HANDLE hFile)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True,
)  # fmt: skip
known("BOOL CloseHandle(HANDLE hObject)", irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True)
known(
    "LPVOID VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect)",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="VirtualFree", header="windows.h",
)  # fmt: skip
known(
    "BOOL VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h",
)  # fmt: skip
known(
    "BOOL VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect)",
    irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h",
)  # fmt: skip
known(
    "BOOL VirtualLock(LPVOID lpAddress, SIZE_T dwSize)",
    irql="== PASSIVE_LEVEL", fails="FALSE", undo="VirtualUnlock", header="windows.h",
)  # fmt: skip
known("BOOL VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize)", irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h")
known("DWORD GetLastError(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known("VOID SetLastError(DWORD dwErrCode)", irql="== PASSIVE_LEVEL", header="windows.h")
known("VOID Sleep(DWORD dwMilliseconds)", irql="== PASSIVE_LEVEL", header="windows.h", calls_back=True)
known("DWORD GetTickCount(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known("ULONGLONG GetTickCount64(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known("BOOL QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount)", irql="== PASSIVE_LEVEL", header="windows.h")
known("BOOL QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency)", irql="== PASSIVE_LEVEL", header="windows.h")
known(
    "HANDLE CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, "
    "PCSTR lpName)",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="CloseHandle", header="windows.h",
)  # fmt: skip
known(
    "HANDLE CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, "
    "PCWSTR lpName)",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="CloseHandle", header="windows.h",
)  # fmt: skip
known(
    "HANDLE CreateEvent(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState, "
    "PCWSTR lpName)",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="CloseHandle", header="windows.h", macro=True,
)  # fmt: skip
known("BOOL SetEvent(HANDLE hEvent)", irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h", calls_back=True)
known("BOOL ResetEvent(HANDLE hEvent)", irql="== PASSIVE_LEVEL", fails="FALSE", header="windows.h")
known(
    "DWORD WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds)",
    irql="== PASSIVE_LEVEL", fails="WAIT_FAILED", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "DWORD WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds)",
    irql="== PASSIVE_LEVEL", fails="WAIT_FAILED", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "HANDLE CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize, "
    "LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags, LPDWORD lpThreadId)",
    irql="== PASSIVE_LEVEL", fails="NULL", undo="CloseHandle", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "VOID ExitThread(DWORD dwExitCode)",
    irql="== PASSIVE_LEVEL", fails="does not return", header="windows.h", calls_back=True,
)  # fmt: skip
known(
    "VOID ExitProcess(UINT uExitCode)",
    irql="== PASSIVE_LEVEL", fails="does not return", header="windows.h", calls_back=True,
)  # fmt: skip
known("HANDLE GetCurrentProcess(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known("HANDLE GetCurrentThread(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known("DWORD GetCurrentProcessId(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known("DWORD GetCurrentThreadId(VOID)", irql="== PASSIVE_LEVEL", header="windows.h")
known(
    "VOID RaiseException(DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments, "
    "const ULONG_PTR *lpArguments)",
    irql="== PASSIVE_LEVEL", fails="does not return", header="windows.h",
)  # fmt: skip
known("VOID OutputDebugStringA(PCSTR lpOutputString)", irql="== PASSIVE_LEVEL", header="windows.h")
