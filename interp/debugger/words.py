"""Names of numbers: statuses, flags of well known fields, enumerators, IRQLs.

    status_text(0xC0000005)                    0xc0000005 (STATUS_ACCESS_VIOLATION)
    field_words("_MDL", "MdlFlags", 2)         MDL_PAGES_LOCKED
"""

from __future__ import annotations

from ...runtime.findings import level_name
from ...runtime.wdk import constants

FLAGS, ONE_OF = "flags", "one of"
# How the values of fields read: the group of constants, what their names begin with, and whether bits add up.
FIELDS = {
    ("_MDL", "MdlFlags"): ("mdl_flags", "MDL_", FLAGS),
    ("_IRP", "Flags"): ("irp_flags", "IRP_", FLAGS),
    ("_IRP", "AllocationFlags"): ("irp_allocation_flags", "IRP_", FLAGS),
    ("_IO_STACK_LOCATION", "MajorFunction"): ("irp_mj", "IRP_MJ_", ONE_OF),
    ("_IO_STACK_LOCATION", "Control"): ("sl_flags", "SL_", FLAGS),
    ("_DEVICE_OBJECT", "Flags"): ("do_flags", "DO_", FLAGS),
    ("_DEVICE_OBJECT", "Characteristics"): ("device_characteristics", "FILE_", FLAGS),
    ("_DEVICE_OBJECT", "DeviceType"): ("file_device", "FILE_DEVICE_", ONE_OF),
    ("_DEVICE_OBJECT", "AlignmentRequirement"): ("alignment", "FILE_", ONE_OF),
    ("_DRIVER_OBJECT", "Flags"): ("driver_flags", "DRVO_", FLAGS),
    ("_FILE_OBJECT", "Flags"): ("file", "FO_", FLAGS),
    ("_CM_PARTIAL_RESOURCE_DESCRIPTOR", "Type"): ("cm_resource_type", "CmResourceType", ONE_OF),
    ("_CM_PARTIAL_RESOURCE_DESCRIPTOR", "ShareDisposition"): ("cm_share_disposition", "CmResource", ONE_OF),
    ("_IRP", "Type"): ("io_type", "IO_TYPE_", ONE_OF),
    ("_DEVICE_OBJECT", "Type"): ("io_type", "IO_TYPE_", ONE_OF),
    ("_DRIVER_OBJECT", "Type"): ("io_type", "IO_TYPE_", ONE_OF),
    ("_FILE_OBJECT", "Type"): ("io_type", "IO_TYPE_", ONE_OF),
    ("_KDPC", "Importance"): ("dpc_importance", "", ONE_OF),
    ("_OBJECT_ATTRIBUTES", "Attributes"): ("object_attributes", "OBJ_", FLAGS),
}
IN_USE = ("MDL_PARENT_MAPPED_SYSTEM_VA", "MDL_PAGE_CONTENTS_INVARIANT")  # of two names of a bit


def group(name: str, prefix: str = "") -> dict[int, str]:
    """The constants of a group by value; of several names for one value the first, but for those in use today."""
    found: dict[int, str] = {}
    for constant, value in constants.GROUPS[name][1].items():
        if constant.startswith(prefix) and (value not in found or constant in IN_USE):
            found[value] = constant
    return found


def flag_words(value: int, bits: dict[int, str]) -> str:
    """The names of the bits that are set, and what is left as a number."""
    names = [name for bit, name in sorted(bits.items()) if bit.bit_count() == 1 and value & bit]
    left = value & ~sum(bit for bit in bits if bit.bit_count() == 1)
    return " | ".join([*names, *([f"0x{left:x}"] if left else [])])


def field_words(tag: str, field: str, value: int) -> str:
    """What the value of a well known field says, or nothing."""
    row = FIELDS.get((tag, field))
    if row is None:
        return ""
    name, prefix, kind = row
    known = group(name, prefix)
    return flag_words(value, known) if kind is FLAGS else known.get(value, "")


def status_name(value: int) -> str:
    """The name of an NTSTATUS, or nothing."""
    return group("ntstatus").get(value & 0xFFFF_FFFF, "")


def status_text(value: int) -> str:
    name = status_name(value)
    return f"0x{value & 0xFFFF_FFFF:08x}" + (f" ({name})" if name else "")


def win32_name(value: int) -> str:
    """The name of an error of Win32, or nothing."""
    return "ERROR_SUCCESS" if not value else group("win32_errors", "ERROR_").get(value, "")


def irql_text(value: int) -> str:
    return level_name(value) if 0 <= value <= 15 else f"{value}, which is no IRQL"
