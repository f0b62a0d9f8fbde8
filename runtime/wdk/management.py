"""The types of WMI, of the library that drivers link for it, and of Plug and Play notification.

RECORDS is as in declarations.py, which takes them over.
"""

RECORDS = {
    "_PLUGPLAY_NOTIFICATION_HEADER": (
        "PLUGPLAY_NOTIFICATION_HEADER *PPLUGPLAY_NOTIFICATION_HEADER",
        """struct _PLUGPLAY_NOTIFICATION_HEADER {
    USHORT Version;
    USHORT Size;
    GUID Event;
};""",
    ),
    "_DEVICE_INTERFACE_CHANGE_NOTIFICATION": (
        "DEVICE_INTERFACE_CHANGE_NOTIFICATION *PDEVICE_INTERFACE_CHANGE_NOTIFICATION",
        """struct _DEVICE_INTERFACE_CHANGE_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
    GUID InterfaceClassGuid;
    PUNICODE_STRING SymbolicLinkName;
};""",
    ),
    "_HWPROFILE_CHANGE_NOTIFICATION": (
        "HWPROFILE_CHANGE_NOTIFICATION *PHWPROFILE_CHANGE_NOTIFICATION",
        """struct _HWPROFILE_CHANGE_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
};""",
    ),
    "_TARGET_DEVICE_REMOVAL_NOTIFICATION": (
        "TARGET_DEVICE_REMOVAL_NOTIFICATION *PTARGET_DEVICE_REMOVAL_NOTIFICATION",
        """struct _TARGET_DEVICE_REMOVAL_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
    PFILE_OBJECT FileObject;
};""",
    ),
    "_TARGET_DEVICE_CUSTOM_NOTIFICATION": (
        "TARGET_DEVICE_CUSTOM_NOTIFICATION *PTARGET_DEVICE_CUSTOM_NOTIFICATION",
        """struct _TARGET_DEVICE_CUSTOM_NOTIFICATION {
    USHORT Version;
    USHORT Size;
    GUID Event;
    PFILE_OBJECT FileObject;
    LONG NameBufferOffset;
    UCHAR CustomDataBuffer[1];
};""",
    ),
    "_WNODE_HEADER": (
        "WNODE_HEADER *PWNODE_HEADER",
        """struct _WNODE_HEADER {
    ULONG BufferSize;
    ULONG ProviderId;
    union {
        ULONG64 HistoricalContext;
        struct {
            ULONG Version;
            ULONG Linkage;
        };
    };
    union {
        ULONG CountLost;
        HANDLE KernelHandle;
        LARGE_INTEGER TimeStamp;
    };
    GUID Guid;
    ULONG ClientContext;
    ULONG Flags;
};""",
    ),
    "tagWNODE_SINGLE_INSTANCE": (
        "WNODE_SINGLE_INSTANCE *PWNODE_SINGLE_INSTANCE",
        """struct tagWNODE_SINGLE_INSTANCE {
    WNODE_HEADER WnodeHeader;
    ULONG OffsetInstanceName;
    ULONG InstanceIndex;
    ULONG DataBlockOffset;
    ULONG SizeDataBlock;
    UCHAR VariableData[];
};""",
    ),
    "tagWNODE_SINGLE_ITEM": (
        "WNODE_SINGLE_ITEM *PWNODE_SINGLE_ITEM",
        """struct tagWNODE_SINGLE_ITEM {
    WNODE_HEADER WnodeHeader;
    ULONG OffsetInstanceName;
    ULONG InstanceIndex;
    ULONG ItemId;
    ULONG DataBlockOffset;
    ULONG SizeDataItem;
    UCHAR VariableData[];
};""",
    ),
    "_WMIGUIDREGINFO": (
        "WMIGUIDREGINFO *PWMIGUIDREGINFO",
        """struct _WMIGUIDREGINFO {
    LPCGUID Guid;
    ULONG InstanceCount;
    ULONG Flags;
};""",
    ),
    "_WMILIB_CONTEXT": (
        "WMILIB_CONTEXT *PWMILIB_CONTEXT",
        """struct _WMILIB_CONTEXT {
    ULONG GuidCount;
    PWMIGUIDREGINFO GuidList;
    PWMI_QUERY_REGINFO QueryWmiRegInfo;
    PWMI_QUERY_DATABLOCK QueryWmiDataBlock;
    PWMI_SET_DATABLOCK SetWmiDataBlock;
    PWMI_SET_DATAITEM SetWmiDataItem;
    PWMI_EXECUTE_METHOD ExecuteWmiMethod;
    PWMI_FUNCTION_CONTROL WmiFunctionControl;
};""",
    ),
}
