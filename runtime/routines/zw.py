"""System services as a driver calls them."""

from __future__ import annotations

from .. import rules
from ..mm import virtual
from ..mm.memory import KERNEL_BASE
from ..registry.keys import open_key, query_value
from ..routine import routine
from ..services.attributes import as_kernel
from ..services.handles import close
from ..wdk.constants import STATUS_INVALID_HANDLE, STATUS_NO_MEMORY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

CURRENT_PROCESS = 0xFFFF_FFFF_FFFF_FFFF  # the handle that always means the current process


@routine(
    "NTSTATUS ZwClose(HANDLE Handle)",
    page="nf-wdm-zwclose", irql="== PASSIVE_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
def ZwClose(nt: System, handle: int) -> int:
    return as_kernel(nt, close, handle)


@routine(
    "NTSTATUS ZwAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits, "
    "PSIZE_T RegionSize, ULONG AllocationType, ULONG Protect)",
    page="nf-ntifs-zwallocatevirtualmemory", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwFreeVirtualMemory",
    header="ntifs.h",
)  # fmt: skip
def ZwAllocateVirtualMemory(
    nt: System, handle: int, base_address: int, zero_bits: int, region_size: int, kind: int, protect: int
) -> int:
    """Reserve or commit pages; both in/out parameters come back rounded to whole pages. Only the current process is
    known."""
    memory = nt.memory
    own_variables(nt, base_address, region_size)
    base, size = memory.read_uint(base_address, 8), memory.read_uint(region_size, 8)
    if handle != CURRENT_PROCESS:
        return STATUS_INVALID_HANDLE
    if nt.fails("ZwAllocateVirtualMemory"):
        return STATUS_NO_MEMORY
    return _store(nt, virtual.allocate(nt, base, size, zero_bits, kind, protect), base_address, region_size)


@routine(
    "NTSTATUS ZwFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize, ULONG FreeType)",
    page="nf-ntifs-zwfreevirtualmemory", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h",
)  # fmt: skip
def ZwFreeVirtualMemory(nt: System, handle: int, base_address: int, region_size: int, kind: int) -> int:
    """Decommit or release pages. Pages that are locked stay in memory until they are unlocked."""
    memory = nt.memory
    own_variables(nt, base_address, region_size)
    base, size = memory.read_uint(base_address, 8), memory.read_uint(region_size, 8)
    if handle != CURRENT_PROCESS:
        return STATUS_INVALID_HANDLE
    return _store(nt, virtual.free(nt, base, size, kind), base_address, region_size)


@routine(
    "NTSTATUS ZwProtectVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize, ULONG NewProtect, "
    "PULONG OldProtect)",
    irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntifs.h",
)  # fmt: skip
def ZwProtectVirtualMemory(
    nt: System, handle: int, base_address: int, region_size: int, protect: int, old_protect: int
) -> int:
    """Change the protection of committed pages; the old one is that of the first page."""
    memory = nt.memory
    own_variables(nt, base_address, region_size)
    base, size = memory.read_uint(base_address, 8), memory.read_uint(region_size, 8)
    memory.read_uint(old_protect, 4)
    if handle != CURRENT_PROCESS:
        return STATUS_INVALID_HANDLE
    answer = virtual.protect(nt, base, size, protect)
    if not answer.status:
        memory.write_uint(old_protect, 4, answer.old_protection)
    return _store(nt, answer, base_address, region_size)


@routine(
    "NTSTATUS ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)",
    page="nf-wdm-zwopenkey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
def ZwOpenKey(nt: System, handle_at: int, access: int, attributes: int) -> int:
    """A handle to a key of the registry that is there."""
    return open_key(nt, handle_at, access, attributes, False)


@routine(
    "NTSTATUS ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, "
    "KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass, PVOID KeyValueInformation, ULONG Length, "
    "PULONG ResultLength)",
    page="nf-wdm-zwqueryvaluekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def ZwQueryValueKey(
    nt: System, handle: int, name: int, kind: int, buffer: int, length: int, result_at: int
) -> int:  # fmt: skip
    return query_value(nt, handle, name, kind, buffer, length, result_at)


def own_variables(nt: System, *pointers: int) -> None:
    """Zw routines believe that what they are given is the driver's."""
    for index, pointer in enumerate(pointers):
        if 0 < pointer < KERNEL_BASE:
            facts = [("address", nt.describe(pointer))]
            parameters = (nt.instruction(), pointer, 0)
            nt.violation(rules.ZW_USER_ADDRESS, parameters, facts, ("variable", pointer), argument=1 + index)


def _store(nt: System, answer: virtual.Answer, base_address: int, region_size: int) -> int:
    if not answer.status:
        nt.memory.write_uint(base_address, 8, answer.base)
        nt.memory.write_uint(region_size, 8, answer.size)
    return answer.status
