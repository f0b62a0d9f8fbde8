"""The registry, as a driver reads and writes its own settings. It begins empty but for the drivers' services."""

from __future__ import annotations

from ..registry.keys import delete_key, key_of, open_key, set_value
from ..registry.query import path_of, query_values, wide_text
from ..routine import known, routine
from ..wdk.constants import (
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER,
    STATUS_OBJECT_NAME_NOT_FOUND,
    STATUS_SUCCESS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "NTSTATUS RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path, PRTL_QUERY_REGISTRY_TABLE QueryTable, "
    "PVOID Context, PVOID Environment)",
    page="nf-wdm-rtlqueryregistryvalues", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlQueryRegistryValues(nt: System, relative: int, path: int, table: int, context: int, environment: int) -> int:
    """Read values as a table says: into variables, or through a routine of the driver's."""
    return query_values(nt, relative, path, table, context)


@routine(
    "NTSTATUS RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType, PVOID ValueData, "
    "ULONG ValueLength)",
    page="nf-wdm-rtlwriteregistryvalue", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlWriteRegistryValue(
    nt: System, relative: int, path: int, name: int, kind: int, data: int, length: int
) -> int:  # fmt: skip
    where = path_of(nt, relative, path)
    if where is None:
        return STATUS_INVALID_PARAMETER
    nt.io.registry.create(where).set(wide_text(nt, name), kind, nt.memory.read(data, length))
    return STATUS_SUCCESS


@routine(
    "NTSTATUS RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)",
    page="nf-wdm-rtlcreateregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlCreateRegistryKey(nt: System, relative: int, path: int) -> int:
    where = path_of(nt, relative, path)
    if where is None:
        return STATUS_INVALID_PARAMETER
    nt.io.registry.create(where)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)",
    page="nf-wdm-rtlcheckregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlCheckRegistryKey(nt: System, relative: int, path: int) -> int:
    where = path_of(nt, relative, path)
    found = where is not None and nt.io.registry.find(where) is not None
    return STATUS_SUCCESS if found else STATUS_OBJECT_NAME_NOT_FOUND


@routine(
    "NTSTATUS RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)",
    page="nf-wdm-rtldeleteregistryvalue", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def RtlDeleteRegistryValue(nt: System, relative: int, path: int, name: int) -> int:
    where = path_of(nt, relative, path)
    key = nt.io.registry.find(where) if where is not None else None
    if key is None or key.values.pop(wide_text(nt, name).upper(), None) is None:
        return STATUS_OBJECT_NAME_NOT_FOUND
    return STATUS_SUCCESS


@routine(
    "NTSTATUS ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "ULONG TitleIndex, PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)",
    page="nf-wdm-zwcreatekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
def ZwCreateKey(
    nt: System, handle_at: int, access: int, attributes: int, title: int, kind: int, options: int, disposition_at: int
) -> int:
    """A handle to a key, which is made if it is not there."""
    if nt.fails("ZwCreateKey"):
        return STATUS_INSUFFICIENT_RESOURCES
    return open_key(nt, handle_at, access, attributes, True, disposition_at)


@routine("NTSTATUS ZwDeleteKey(HANDLE KeyHandle)", page="nf-wdm-zwdeletekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS")
def ZwDeleteKey(nt: System, handle: int) -> int:
    """The key is gone when it has no keys below it."""
    return delete_key(nt, handle)


@routine(
    "NTSTATUS ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type, PVOID Data, "
    "ULONG DataSize)",
    page="nf-wdm-zwsetvaluekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def ZwSetValueKey(nt: System, handle: int, name: int, title: int, kind: int, data: int, length: int) -> int:
    return set_value(nt, handle, name, kind, data, length)


@routine("NTSTATUS ZwFlushKey(HANDLE KeyHandle)", page="nf-wdm-zwflushkey", irql="== PASSIVE_LEVEL", fails="NTSTATUS")
def ZwFlushKey(nt: System, handle: int) -> int:
    """Nothing is ever unwritten."""
    return key_of(nt, handle)[0]


known(
    "NTSTATUS IoOpenDeviceInterfaceRegistryKey(PUNICODE_STRING SymbolicLinkName, ACCESS_MASK DesiredAccess, "
    "PHANDLE DeviceInterfaceRegKey)",
    page="nf-wdm-ioopendeviceinterfaceregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
