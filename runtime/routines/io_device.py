"""Device objects: creating, naming and stacking them, their interfaces and properties."""

from __future__ import annotations

from ..routine import known

known(
    "NTSTATUS IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, PUNICODE_STRING DeviceName, "
    "DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive, PDEVICE_OBJECT *DeviceObject)",
    page="nf-wdm-iocreatedevice", irql="<= APC_LEVEL", fails="NTSTATUS", undo="IoDeleteDevice",
)  # fmt: skip
known("VOID IoDeleteDevice(PDEVICE_OBJECT DeviceObject)", page="nf-wdm-iodeletedevice", irql="<= APC_LEVEL")
known(
    "NTSTATUS IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)",
    page="nf-wdm-iocreatesymboliclink", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDeleteSymbolicLink",
)  # fmt: skip
known(
    "NTSTATUS IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)",
    page="nf-wdm-iodeletesymboliclink", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "PDEVICE_OBJECT IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice)",
    page="nf-wdm-ioattachdevicetodevicestack", irql="<= DISPATCH_LEVEL", fails="NULL", undo="IoDetachDevice",
)  # fmt: skip
known(
    "NTSTATUS IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice, "
    "PDEVICE_OBJECT *AttachedDevice)",
    page="nf-wdm-ioattachdevice", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDetachDevice",
)  # fmt: skip
known("VOID IoDetachDevice(PDEVICE_OBJECT TargetDevice)", page="nf-wdm-iodetachdevice", irql="== PASSIVE_LEVEL")
known(
    "PDEVICE_OBJECT IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject)",
    page="nf-wdm-iogetattacheddevicereference", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject",
)  # fmt: skip
known(
    "NTSTATUS IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess, "
    "PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject)",
    page="nf-wdm-iogetdeviceobjectpointer", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
    calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject, const GUID *InterfaceClassGuid, "
    "PUNICODE_STRING ReferenceString, PUNICODE_STRING SymbolicLinkName)",
    page="nf-wdm-ioregisterdeviceinterface", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable)",
    page="nf-wdm-iosetdeviceinterfacestate", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty, "
    "ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength)",
    page="nf-wdm-iogetdeviceproperty", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "NTSTATUS IoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, "
    "PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive, "
    "PCUNICODE_STRING DefaultSDDLString, LPCGUID DeviceClassGuid, PDEVICE_OBJECT *DeviceObject)",
    page="nf-wdmsec-wdmlibiocreatedevicesecure", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="IoDeleteDevice",
    header="wdmsec.h",
)  # fmt: skip
known(
    "NTSTATUS IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)",
    page="nf-wdm-iocreateunprotectedsymboliclink", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
    undo="IoDeleteSymbolicLink",
)  # fmt: skip
known(
    "NTSTATUS IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice, "
    "PDEVICE_OBJECT *AttachedToDeviceObject)",
    page="nf-ntifs-ioattachdevicetodevicestacksafe", irql="<= DISPATCH_LEVEL", fails="NTSTATUS", undo="IoDetachDevice",
    header="ntifs.h",
)  # fmt: skip
known(
    "PDEVICE_OBJECT IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject)",
    page="nf-ntifs-iogetattacheddevice", irql="<= DISPATCH_LEVEL", header="ntifs.h",
)  # fmt: skip
known(
    "PDEVICE_OBJECT IoGetRelatedDeviceObject(PFILE_OBJECT FileObject)",
    page="nf-wdm-iogetrelateddeviceobject", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "PDEVICE_OBJECT IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject)",
    page="nf-ntifs-iogetlowerdeviceobject", irql="<= DISPATCH_LEVEL", undo="ObDereferenceObject", header="ntifs.h",
)  # fmt: skip
known(
    "VOID IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE Type)",
    page="nf-wdm-ioinvalidatedevicerelations", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "VOID IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject)",
    page="nf-wdm-ioinvalidatedevicestate", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "VOID IoRequestDeviceEject(PDEVICE_OBJECT PhysicalDeviceObject)",
    page="nf-wdm-iorequestdeviceeject", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
known(
    "NTSTATUS IoGetDeviceInterfaces(const GUID *InterfaceClassGuid, PDEVICE_OBJECT PhysicalDeviceObject, "
    "ULONG Flags, PZZWSTR *SymbolicLinkList)",
    page="nf-wdm-iogetdeviceinterfaces", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ExFreePool",
)  # fmt: skip
known(
    "NTSTATUS IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType, ACCESS_MASK DesiredAccess, "
    "PHANDLE DeviceRegKey)",
    page="nf-wdm-ioopendeviceregistrykey", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose",
)  # fmt: skip
known(
    "NTSTATUS IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress, "
    "ULONG DriverObjectExtensionSize, PVOID *DriverObjectExtension)",
    page="nf-wdm-ioallocatedriverobjectextension", irql="<= APC_LEVEL", fails="NTSTATUS",
)  # fmt: skip
known(
    "PVOID IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress)",
    page="nf-wdm-iogetdriverobjectextension", irql="<= DISPATCH_LEVEL", fails="NULL",
)  # fmt: skip
known(
    "VOID IoAdjustPagingPathCount(PLONG Count, BOOLEAN Increment)",
    page="nf-wdm-ioadjustpagingpathcount", irql="any", macro=True,
)  # fmt: skip
known(
    "NTSTATUS IoWMIRegistrationControl(PDEVICE_OBJECT DeviceObject, ULONG Action)",
    page="nf-wdm-iowmiregistrationcontrol", irql="== PASSIVE_LEVEL", fails="NTSTATUS",
)  # fmt: skip
