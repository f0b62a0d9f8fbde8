"""Host memory that is reserved at once and costs only what is touched.

Views of it never change, because it never moves: generated code may have one in hand while an access makes the machine
touch more memory. POSIX maps commit a page when it is first touched. Windows charges an anonymous map at once, so there
address space is reserved with VirtualAlloc and committed in pieces.
"""

from __future__ import annotations

import mmap
import sys

COMMIT_BYTES = 1 << 20
LEAST_BYTES = 1 << 22
# Without it Linux counts a map as if all of it were used, when the process forks. Older Pythons have no name for it.
NO_RESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000 if sys.platform == "linux" else 0)


class PosixReserve:
    """An anonymous map. `bytes` is a view of all of it."""

    __slots__ = ("_map", "bytes")

    def __init__(self, size: int) -> None:
        flags = getattr(mmap, "MAP_PRIVATE", 2) | getattr(mmap, "MAP_ANONYMOUS", getattr(mmap, "MAP_ANON", 0))
        self._map = mmap.mmap(-1, size, flags=flags | NO_RESERVE)
        self.bytes = memoryview(self._map)

    def commit(self, end: int) -> bool:
        """Make the first `end` bytes usable; they are already."""
        return True


class WindowsReserve:
    """Address space from VirtualAlloc, committed a piece at a time; what lies past that must not be touched."""

    __slots__ = ("_kernel", "_base", "_committed", "_size", "_array", "bytes")

    RESERVE, COMMIT, RELEASE, READ_WRITE = 0x2000, 0x1000, 0x8000, 0x04

    def __init__(self, size: int) -> None:
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
        kernel.VirtualAlloc.restype = ctypes.c_void_p
        kernel.VirtualAlloc.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32)
        kernel.VirtualFree.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32)
        self._kernel = kernel
        self._committed = 0
        self._size = size
        self._base = kernel.VirtualAlloc(None, size, self.RESERVE, self.READ_WRITE)
        if not self._base:
            raise OSError("no address space")
        self._array = (ctypes.c_ubyte * size).from_address(self._base)
        self.bytes = memoryview(self._array).cast("B")

    def commit(self, end: int) -> bool:
        """Make the first `end` bytes usable. False if the host has no memory left."""
        if end <= self._committed:
            return True
        upto = min(-(-end // COMMIT_BYTES) * COMMIT_BYTES, self._size)
        start = self._base + self._committed
        if not self._kernel.VirtualAlloc(start, upto - self._committed, self.COMMIT, self.READ_WRITE):
            return False
        self._committed = upto
        return True

    def __del__(self) -> None:
        base = getattr(self, "_base", None)
        if base:
            self._kernel.VirtualFree(base, 0, self.RELEASE)


def reserve(size: int) -> PosixReserve | WindowsReserve:
    """Room for `size` bytes, or for less (a half, a quarter, …) where the host will not give so much."""
    kind = WindowsReserve if sys.platform == "win32" else PosixReserve
    while True:
        try:
            return kind(size)
        except (OSError, ValueError):
            if size <= LEAST_BYTES:
                raise MemoryError("the host has no memory for the simulated machine") from None
            size //= 2
