"""The registry, as a driver reads and writes its own settings. No registry is simulated."""

from __future__ import annotations

from ..routine import known

known(
    "NTSTATUS RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path, PRTL_QUERY_REGISTRY_TABLE QueryTable, "
    "PVOID Context, PVOID Environment)",
    page="nf-wdm-rtlqueryregistryvalues", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType, PVOID ValueData, "
    "ULONG ValueLength)",
    page="nf-wdm-rtlwriteregistryvalue", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)",
    page="nf-wdm-rtlcreateregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)",
    page="nf-wdm-rtlcheckregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)",
    page="nf-wdm-rtldeleteregistryvalue", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "ULONG TitleIndex, PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)",
    page="nf-wdm-zwcreatekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
known("NTSTATUS ZwDeleteKey(HANDLE KeyHandle)", page="nf-wdm-zwdeletekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS")
known(
    "NTSTATUS ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type, PVOID Data, "
    "ULONG DataSize)",
    page="nf-wdm-zwsetvaluekey", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known("NTSTATUS ZwFlushKey(HANDLE KeyHandle)", page="nf-wdm-zwflushkey", irql="== PASSIVE_LEVEL", fails="NTSTATUS")
known(
    "NTSTATUS IoOpenDeviceInterfaceRegistryKey(PUNICODE_STRING SymbolicLinkName, ACCESS_MASK DesiredAccess, "
    "PHANDLE DeviceInterfaceRegKey)",
    page="nf-wdm-ioopendeviceinterfaceregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
