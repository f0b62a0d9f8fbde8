"""What a driver asks about the system and about its own image: addresses of routines, RAM, verification, sections that
could be paged."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..mm.store import PAGE
from ..routine import known, routine
from ..strings import Counted
from ..wdk.constants import (
    MM_PROTECT_DRIVER_SECTION_ALLOW_UNLOAD,
    STATUS_INVALID_DEVICE_STATE,
    STATUS_INVALID_PARAMETER,
)
from . import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

RANGES_TAG = int.from_bytes(b"hPmM", "little")
NOT_EXPORTED = ("win32", "crt_user", "sim", "device_words")  # families that the kernel and the HAL do not have


@routine(
    "PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)",
    page="nf-wdm-mmgetsystemroutineaddress", irql="== PASSIVE_LEVEL", fails="NULL",
)  # fmt: skip
def MmGetSystemRoutineAddress(nt: System, name: int) -> int:
    """The address of a routine that the kernel exports, NULL for macros and for what this kernel does not know."""
    row = find(Counted(nt, name).text)
    if row is None or row.macro or row.category.startswith(NOT_EXPORTED):
        return 0
    return nt.routine_address(row)


@routine(
    "PPHYSICAL_MEMORY_RANGE MmGetPhysicalMemoryRanges(VOID)",
    page="nf-ntddk-mmgetphysicalmemoryranges", irql="== PASSIVE_LEVEL", fails="NULL", undo="ExFreePool",
    header="ntddk.h",
)  # fmt: skip
def MmGetPhysicalMemoryRanges(nt: System) -> int:
    """Pool with the ranges of RAM, ended by one of zeros."""
    if nt.fails("MmGetPhysicalMemoryRanges"):
        return 0
    ranges = [(zone.base * PAGE, zone.count * PAGE) for zone in nt.frames.zones]
    data = b"".join(base.to_bytes(8, "little") + size.to_bytes(8, "little") for base, size in [*ranges, (0, 0)])
    where = nt.pool.allocate(len(data), RANGES_TAG)
    if where:
        nt.memory.write(where, data)
        nt.hold(rules.POOL_LEAKED, where, [("pool", f"{address(where)}, ranges of RAM")])
    return where


@routine("MM_SYSTEMSIZE MmQuerySystemSize(VOID)", page="nf-wdm-mmquerysystemsize", irql="<= APC_LEVEL")
def MmQuerySystemSize(nt: System) -> int:
    """0 small, 1 medium, 2 large, by the amount of RAM."""
    mib = nt.frames.total >> 8
    return 0 if mib < 256 else 1 if mib < 1024 else 2


@routine("BOOLEAN MmIsThisAnNtAsSystem(VOID)", irql="<= DISPATCH_LEVEL", header="ntddk.h")
def MmIsThisAnNtAsSystem(nt: System) -> int:
    """FALSE: the machine runs the edition for workstations."""
    return 0

known(
    "PVOID MmLockPagableCodeSection(PVOID AddressWithinSection)",
    page="nf-wdm-mmlockpagablecodesection", irql="<= APC_LEVEL", undo="MmUnlockPagableImageSection",
)  # fmt: skip
known(
    "PVOID MmLockPagableDataSection(PVOID AddressWithinSection)",
    page="nf-wdm-mmlockpagabledatasection", irql="<= APC_LEVEL", undo="MmUnlockPagableImageSection",
)  # fmt: skip
known(
    "VOID MmUnlockPagableImageSection(PVOID ImageSectionHandle)",
    page="nf-wdm-mmunlockpagableimagesection", irql="<= APC_LEVEL",
)  # fmt: skip
known("PVOID MmPageEntireDriver(PVOID AddressWithinSection)", page="nf-wdm-mmpageentiredriver", irql="<= APC_LEVEL")
known("VOID MmResetDriverPaging(PVOID AddressWithinSection)", page="nf-wdm-mmresetdriverpaging", irql="<= APC_LEVEL")


@routine(
    "LOGICAL MmIsDriverVerifying(PDRIVER_OBJECT DriverObject)", page="nf-wdm-mmisdriververifying", irql="<= APC_LEVEL"
)
def MmIsDriverVerifying(nt: System, driver: int) -> int:
    """Whether the verifier watches a driver: it watches all or none."""
    return int(nt.settings.verifier > 0)


@routine("LOGICAL MmIsDriverVerifyingByAddress(PVOID AddressWithinSection)", irql="<= APC_LEVEL")
def MmIsDriverVerifyingByAddress(nt: System, where: int) -> int:
    return int(nt.settings.verifier > 0)


@routine(
    "LOGICAL MmIsDriverSuspectForVerifier(PDRIVER_OBJECT DriverObject)",
    page="nf-wdm-mmisdriversuspectforverifier", irql="<= APC_LEVEL",
)  # fmt: skip
def MmIsDriverSuspectForVerifier(nt: System, driver: int) -> int:
    return int(nt.settings.verifier > 0)


@routine(
    "NTSTATUS MmProtectDriverSection(PVOID AddressWithinSection, SIZE_T Size, ULONG Flags)",
    page="nf-wdm-mmprotectdriversection", irql="<= APC_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def MmProtectDriverSection(nt: System, where: int, size: int, flags: int) -> int:
    """Nothing is protected: the machine has no Virtual Secure Mode, and that is the answer of one that has it off."""
    if size or flags & ~MM_PROTECT_DRIVER_SECTION_ALLOW_UNLOAD:
        return STATUS_INVALID_PARAMETER
    return STATUS_INVALID_DEVICE_STATE
