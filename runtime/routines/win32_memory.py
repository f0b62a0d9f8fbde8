"""Memory of a user program: pages and heaps."""

from __future__ import annotations

from ..services.programs import program_of
from ..wdk.constants import STATUS_NO_MEMORY, STATUS_WORKING_SET_QUOTA
from ..win32 import heap, mappings, memory
from ..win32.calls import read_narrow, read_wide
from ..win32.errors import fail, set_error
from ..win32.rows import call, unmodelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ERROR_INVALID_HANDLE = 6


@call(
    "LPVOID VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect)",
    fails="NULL", undo="VirtualFree",
)  # fmt: skip
def VirtualAlloc(nt: System, base: int, size: int, kind: int, protect: int) -> int:
    if nt.fails("VirtualAlloc"):
        return fail(nt, STATUS_NO_MEMORY)
    return memory.allocate(nt, base, size, kind, protect)


@call("BOOL VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType)", fails="FALSE")
def VirtualFree(nt: System, base: int, size: int, kind: int) -> int:
    return memory.free(nt, base, size, kind)


@call(
    "BOOL VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect)", fails="FALSE"
)  # fmt: skip
def VirtualProtect(nt: System, base: int, size: int, protect: int, old_at: int) -> int:
    return memory.protect(nt, base, size, protect, old_at)


@call(
    "SIZE_T VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength)", fails="0"
)  # fmt: skip
def VirtualQuery(nt: System, where: int, information: int, size: int) -> int:
    return memory.query(nt, where, information, size)


@call("BOOL VirtualLock(LPVOID lpAddress, SIZE_T dwSize)", fails="FALSE", undo="VirtualUnlock")
def VirtualLock(nt: System, base: int, size: int) -> int:
    """Keep pages in memory. The process may have few: its smallest working set."""
    if nt.fails("VirtualLock"):
        return fail(nt, STATUS_WORKING_SET_QUOTA)
    return memory.lock(nt, base, size)


@call("BOOL VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize)", fails="FALSE")
def VirtualUnlock(nt: System, base: int, size: int) -> int:
    return memory.unlock(nt, base, size)


# -- heaps


@call("HANDLE GetProcessHeap(VOID)", fails="NULL", waits=True)
def GetProcessHeap(nt: System) -> int:
    own = heap.of_process(nt)
    return own.handle if own is not None else 0


@call(
    "HANDLE HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize)",
    fails="NULL", undo="HeapDestroy", waits=True,
)  # fmt: skip
def HeapCreate(nt: System, options: int, initial: int, limit: int) -> int:
    heap.of_process(nt)
    made = None if nt.fails("HeapCreate") else heap.create(nt, limit)
    return made.handle if made is not None else 0


@call("BOOL HeapDestroy(HANDLE hHeap)", fails="FALSE", waits=True)
def HeapDestroy(nt: System, handle: int) -> int:
    if heap.destroy(nt, handle):
        return 1
    set_error(nt, ERROR_INVALID_HANDLE)
    return 0


def _heap(nt: System, handle: int) -> heap.Heap | None:
    heap.of_process(nt)
    found = program_of(nt).heaps.get(handle)
    if found is None:
        set_error(nt, ERROR_INVALID_HANDLE)
    return found


@call(
    "LPVOID HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes)", fails="NULL", undo="HeapFree", waits=True
)  # fmt: skip
def HeapAlloc(nt: System, handle: int, flags: int, size: int) -> int:
    found = _heap(nt, handle)
    return heap.allocate(nt, found, size, flags, "HeapAlloc") if found is not None else 0


@call(
    "LPVOID HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes)",
    fails="NULL", undo="HeapFree", waits=True,
)  # fmt: skip
def HeapReAlloc(nt: System, handle: int, flags: int, where: int, size: int) -> int:
    found = _heap(nt, handle)
    return heap.resize(nt, found, where, size, flags, "HeapReAlloc") if found is not None else 0


@call("BOOL HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem)", fails="FALSE", waits=True)
def HeapFree(nt: System, handle: int, flags: int, where: int) -> int:
    found = _heap(nt, handle)
    return int(found is not None and (not where or heap.free(nt, found, where) != 0))


@call("SIZE_T HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem)", fails="(SIZE_T)-1", waits=True)
def HeapSize(nt: System, handle: int, flags: int, where: int) -> int:
    found = _heap(nt, handle)
    return heap.NO_SIZE if found is None else found.blocks.get(where, heap.NO_SIZE)


@call("HLOCAL LocalAlloc(UINT uFlags, SIZE_T uBytes)", fails="NULL", undo="LocalFree", waits=True)
def LocalAlloc(nt: System, flags: int, size: int) -> int:
    """Fixed memory of the process heap; LMEM_MOVEABLE is not modelled."""
    if flags & 2:
        nt.not_modelled("LocalAlloc with LMEM_MOVEABLE")
    own = heap.of_process(nt)
    zero = heap.HEAP_ZERO_MEMORY if flags & 0x40 else 0
    return heap.allocate(nt, own, size, zero, "LocalAlloc") if own is not None else 0


@call("HLOCAL LocalFree(HLOCAL hMem)", fails="the handle", waits=True)
def LocalFree(nt: System, where: int) -> int:
    own = heap.of_process(nt)
    if where and (own is None or not heap.free(nt, own, where)):
        return where
    return 0


# -- shared memory


@call(
    "HANDLE CreateFileMappingA(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect, "
    "DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, PCSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateFileMappingA(
    nt: System, file: int, security: int, protect: int, high: int, low: int, name: int
) -> int:  # fmt: skip
    return mappings.create_mapping(nt, file, security, protect, high << 32 | low, read_narrow(nt, name))


@call(
    "HANDLE CreateFileMapping(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect, "
    "DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True, macro=True,
)  # fmt: skip
@call(
    "HANDLE CreateFileMappingW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect, "
    "DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", waits=True,
)  # fmt: skip
def CreateFileMappingW(
    nt: System, file: int, security: int, protect: int, high: int, low: int, name: int
) -> int:  # fmt: skip
    """Memory that other processes can map by its name. INVALID_HANDLE_VALUE stands for the page file: there are no
    others."""
    return mappings.create_mapping(nt, file, security, protect, high << 32 | low, read_wide(nt, name))


@call(
    "HANDLE OpenFileMapping(DWORD dwDesiredAccess, BOOL bInheritHandle, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle", macro=True,
)  # fmt: skip
@call(
    "HANDLE OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, PCWSTR lpName)",
    fails="NULL", undo="CloseHandle",
)  # fmt: skip
def OpenFileMappingW(nt: System, access: int, inherit: int, name: int) -> int:
    return mappings.open_mapping(nt, access, inherit, read_wide(nt, name))


@call(
    "LPVOID MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess, DWORD dwFileOffsetHigh, "
    "DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap)",
    fails="NULL", undo="UnmapViewOfFile", waits=True,
)  # fmt: skip
def MapViewOfFile(nt: System, handle: int, access: int, high: int, low: int, size: int) -> int:
    return mappings.map_view(nt, handle, access, high << 32 | low, size)


@call("BOOL UnmapViewOfFile(LPCVOID lpBaseAddress)", fails="FALSE", waits=True)
def UnmapViewOfFile(nt: System, address: int) -> int:
    return mappings.unmap_view(nt, address)


unmodelled(
    "LPVOID VirtualAllocEx(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect)",
    "BOOL ReadProcessMemory(HANDLE hProcess, LPCVOID lpBaseAddress, LPVOID lpBuffer, SIZE_T nSize, "
    "SIZE_T *lpNumberOfBytesRead)",
    "BOOL WriteProcessMemory(HANDLE hProcess, LPVOID lpBaseAddress, LPCVOID lpBuffer, SIZE_T nSize, "
    "SIZE_T *lpNumberOfBytesWritten)",
    "BOOL SetProcessWorkingSetSize(HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize, SIZE_T dwMaximumWorkingSetSize)",
    "BOOL AllocateUserPhysicalPages(HANDLE hProcess, PULONG_PTR NumberOfPages, PULONG_PTR PageArray)",
)
