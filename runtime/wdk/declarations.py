"""The types of the WDK and of Win32 other than the documented structures, as C text.

    PLAIN          typedefs of one line each; the names are read off the line
    ENUMS          tag: (the group of constants that are its enumerators, its typedefs)
    RECORDS        tag: (its typedefs, text), for structs and unions that drivers see inside of
    VARIABLES      name: text, for what the kernel exports as data

A tag has its body in one text and its typedefs in another, so that a pointer to a structure needs no body, and bodies
that point at each other make no circle. What stands here only behind a pointer is opaque, as it is to a driver. Sizes
are those of x64; what is approximate says so.
"""

from __future__ import annotations

from . import callbacks, guids, management
from .constants import GROUPS
from .structures import STRUCTURES

PLAIN = """
typedef void VOID, *PVOID, *LPVOID, *PVOID64;
typedef const void *LPCVOID;
typedef void *HANDLE, **PHANDLE, **LPHANDLE;
typedef char CHAR, CCHAR, *PCHAR, *PCCHAR, *PCH, *PSTR, *PSZ, *LPSTR, *PNZCH;
typedef const char *PCCH, *PCSTR, *PCSZ, *LPCSTR, *PCNZCH;
typedef signed char INT8, *PINT8;
typedef unsigned char UCHAR, *PUCHAR, BYTE, *PBYTE, *LPBYTE, BOOLEAN, *PBOOLEAN, UINT8, *PUINT8, KIRQL, *PKIRQL;
typedef short SHORT, *PSHORT, CSHORT, *PCSHORT, INT16, *PINT16;
typedef unsigned short USHORT, *PUSHORT, WORD, *PWORD, *LPWORD, UINT16, *PUINT16;
typedef unsigned short wchar_t, WCHAR, *PWCHAR, *PWCH, *PWSTR, *LPWSTR, *PZZWSTR, wint_t, ATOM;
typedef const unsigned short *PCWCH, *PCWSTR, *LPCWSTR, *PCZZWSTR;
typedef WCHAR TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef const WCHAR *PCTSTR, *LPCTSTR;
typedef PWSTR *PZPWSTR;
typedef int INT, *PINT, BOOL, *PBOOL, *LPBOOL, INT32, *PINT32, errno_t;
typedef unsigned int UINT, *PUINT, UINT32, *PUINT32;
typedef long LONG, *PLONG, NTSTATUS, *PNTSTATUS, LONG32, *PLONG32, KPRIORITY, HRESULT, *LPLONG;
typedef unsigned long ULONG, *PULONG, DWORD, *PDWORD, *LPDWORD, ULONG32, *PULONG32, DWORD32, *PDWORD32, CLONG, LOGICAL;
typedef unsigned long ACCESS_MASK, *PACCESS_MASK, DEVICE_TYPE, LCID, NODE_REQUIREMENT, SECURITY_INFORMATION;
typedef __int64 LONGLONG, *PLONGLONG, LONG64, *PLONG64, INT64, *PINT64, LONG_PTR, *PLONG_PTR, INT_PTR, *PINT_PTR;
typedef __int64 SSIZE_T, *PSSIZE_T, USN;
typedef unsigned __int64 ULONGLONG, *PULONGLONG, ULONG64, *PULONG64, DWORD64, *PDWORD64, UINT64, *PUINT64, DWORDLONG;
typedef unsigned __int64 ULONG_PTR, *PULONG_PTR, UINT_PTR, *PUINT_PTR, DWORD_PTR, *PDWORD_PTR, SIZE_T, *PSIZE_T;
typedef unsigned __int64 KSPIN_LOCK, *PKSPIN_LOCK, KAFFINITY, *PKAFFINITY, PFN_NUMBER, *PPFN_NUMBER, PFN_COUNT;
typedef unsigned __int64 POOL_FLAGS, WPARAM, REGHANDLE, *PREGHANDLE;
typedef CCHAR KPROCESSOR_MODE;
typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef __int64 int64_t, intptr_t, ptrdiff_t, intmax_t;
typedef unsigned __int64 uint64_t, uintptr_t, size_t, rsize_t, uintmax_t;
typedef char *va_list;
typedef PVOID PSECURITY_DESCRIPTOR, PSID, HINSTANCE, HMODULE, HWND, HLOCAL;
typedef struct _EPROCESS EPROCESS, *PEPROCESS, *PKPROCESS, *PRKPROCESS;
typedef struct _KTHREAD KTHREAD, *PKTHREAD, *PRKTHREAD, *PETHREAD;
typedef struct _KINTERRUPT KINTERRUPT, *PKINTERRUPT;
typedef struct _OBJECT_TYPE OBJECT_TYPE, *POBJECT_TYPE;
typedef struct _ADAPTER_OBJECT ADAPTER_OBJECT, *PADAPTER_OBJECT;
typedef struct _DMA_COMMON_BUFFER_VECTOR DMA_COMMON_BUFFER_VECTOR, *PDMA_COMMON_BUFFER_VECTOR;
typedef struct _IO_WORKITEM IO_WORKITEM, *PIO_WORKITEM;
typedef struct _IO_TIMER *PIO_TIMER;
typedef struct _VPB VPB, *PVPB;
typedef struct _IO_COMPLETION_CONTEXT *PIO_COMPLETION_CONTEXT;
typedef struct _FAST_IO_DISPATCH *PFAST_IO_DISPATCH;
typedef struct _SCSI_REQUEST_BLOCK *PSCSI_REQUEST_BLOCK;
typedef struct _POWER_SEQUENCE *PPOWER_SEQUENCE;
typedef struct _ACCESS_STATE *PACCESS_STATE;
typedef struct _SECURITY_QUALITY_OF_SERVICE *PSECURITY_QUALITY_OF_SERVICE;
typedef ULONG PNP_DEVICE_STATE, *PPNP_DEVICE_STATE;
typedef WMI_QUERY_REGINFO_CALLBACK *PWMI_QUERY_REGINFO;
typedef WMI_QUERY_DATABLOCK_CALLBACK *PWMI_QUERY_DATABLOCK;
typedef WMI_SET_DATABLOCK_CALLBACK *PWMI_SET_DATABLOCK;
typedef WMI_SET_DATAITEM_CALLBACK *PWMI_SET_DATAITEM;
typedef WMI_EXECUTE_METHOD_CALLBACK *PWMI_EXECUTE_METHOD;
typedef WMI_FUNCTION_CONTROL_CALLBACK *PWMI_FUNCTION_CONTROL;
typedef FWMI_NOTIFICATION_CALLBACK *WMI_NOTIFICATION_CALLBACK;
typedef struct _KPCR *PKPCR;
typedef IO_COMPLETION_ROUTINE *PIO_COMPLETION;
typedef const UNICODE_STRING *PCUNICODE_STRING;
typedef const STRING *PCSTRING, *PCANSI_STRING, *PCOEM_STRING;
typedef const GUID *LPCGUID, *REFGUID;
typedef const POOL_EXTENDED_PARAMETER *PCPOOL_EXTENDED_PARAMETER;
typedef DWORD (*LPTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef VOID (*PAPCFUNC)(ULONG_PTR Parameter);
typedef VOID (*LPOVERLAPPED_COMPLETION_ROUTINE)(DWORD dwErrorCode, DWORD dwBytes, LPOVERLAPPED lpOverlapped);
""".strip().splitlines()

ENUMS = {
    "_POOL_TYPE": ("pool_type", "POOL_TYPE"),
    "_EX_POOL_PRIORITY": ("pool_priority", "EX_POOL_PRIORITY"),
    "_MM_PAGE_PRIORITY": ("mm_page_priority", "MM_PAGE_PRIORITY"),
    "_MEMORY_CACHING_TYPE": ("memory_caching_type", "MEMORY_CACHING_TYPE *PMEMORY_CACHING_TYPE"),
    "_LOCK_OPERATION": ("lock_operation", "LOCK_OPERATION"),
    "_MM_SYSTEM_SIZE": ("system_size", "MM_SYSTEMSIZE"),
    "_DMA_COMPLETION_STATUS": ("dma_completion_status", "DMA_COMPLETION_STATUS"),
    "_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION_TYPE": (
        "common_buffer_config",
        "DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION_TYPE",
    ),
    "_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION_ACCESS_TYPE": (
        "common_buffer_access",
        "DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION_ACCESS_TYPE",
    ),
    "_IO_ALLOCATION_ACTION": ("io_allocation_action", "IO_ALLOCATION_ACTION *PIO_ALLOCATION_ACTION"),
    "_INTERFACE_TYPE": ("interface_type", "INTERFACE_TYPE *PINTERFACE_TYPE"),
    "_DMA_WIDTH": ("dma_width", "DMA_WIDTH *PDMA_WIDTH"),
    "_DMA_SPEED": ("dma_speed", "DMA_SPEED *PDMA_SPEED"),
    "_CM_SHARE_DISPOSITION": ("cm_share_disposition", "CM_SHARE_DISPOSITION"),
    "_EVENT_TYPE": ("event_type", "EVENT_TYPE"),
    "_TIMER_TYPE": ("timer_type", "TIMER_TYPE"),
    "_WAIT_TYPE": ("wait_type", "WAIT_TYPE"),
    "_KWAIT_REASON": ("wait_reason", "KWAIT_REASON"),
    "_MODE": ("processor_mode", "MODE"),
    "_KDPC_IMPORTANCE": ("dpc_importance", "KDPC_IMPORTANCE"),
    "_KINTERRUPT_MODE": ("interrupt_mode", "KINTERRUPT_MODE"),
    "_KINTERRUPT_POLARITY": ("interrupt_polarity", "KINTERRUPT_POLARITY *PKINTERRUPT_POLARITY"),
    "_WORK_QUEUE_TYPE": ("work_queue", "WORK_QUEUE_TYPE"),
    "_DEVICE_POWER_STATE": ("device_power_state", "DEVICE_POWER_STATE *PDEVICE_POWER_STATE"),
    "_SYSTEM_POWER_STATE": ("system_power_state", "SYSTEM_POWER_STATE *PSYSTEM_POWER_STATE"),
    "_POWER_STATE_TYPE": ("power_state_type", "POWER_STATE_TYPE *PPOWER_STATE_TYPE"),
    "_POWER_ACTION": ("power_action", "POWER_ACTION *PPOWER_ACTION"),
    "_DEVICE_RELATION_TYPE": ("device_relation", "DEVICE_RELATION_TYPE *PDEVICE_RELATION_TYPE"),
    "_BUS_QUERY_ID_TYPE": ("bus_query_id", "BUS_QUERY_ID_TYPE *PBUS_QUERY_ID_TYPE"),
    "_DEVICE_TEXT_TYPE": ("device_text", "DEVICE_TEXT_TYPE *PDEVICE_TEXT_TYPE"),
    "_DEVICE_USAGE_NOTIFICATION_TYPE": ("device_usage", "DEVICE_USAGE_NOTIFICATION_TYPE"),
    "_DEVICE_REGISTRY_PROPERTY": ("device_property", "DEVICE_REGISTRY_PROPERTY"),
    "_DRIVER_RUNTIME_INIT_FLAGS": ("driver_runtime", "DRIVER_RUNTIME_INIT_FLAGS *PDRIVER_RUNTIME_INIT_FLAGS"),
    "_BUS_DATA_TYPE": ("bus_data_type", "BUS_DATA_TYPE *PBUS_DATA_TYPE"),
    "_KEY_VALUE_INFORMATION_CLASS": ("key_value_class", "KEY_VALUE_INFORMATION_CLASS"),
    "_IO_NOTIFICATION_EVENT_CATEGORY": ("notification_category", "IO_NOTIFICATION_EVENT_CATEGORY"),
    "_WMIENABLEDISABLECONTROL": ("wmi_control", "WMIENABLEDISABLECONTROL"),
    "_SYSCTL_IRP_DISPOSITION": ("sysctl_disposition", "SYSCTL_IRP_DISPOSITION *PSYSCTL_IRP_DISPOSITION"),
    "_SECTION_INHERIT": ("section_inherit", "SECTION_INHERIT"),
    "POOL_EXTENDED_PARAMETER_TYPE": (
        "pool_extended_parameter",
        "POOL_EXTENDED_PARAMETER_TYPE *PPOOL_EXTENDED_PARAMETER_TYPE",
    ),
}

RECORDS = {
    "_GUID": (
        "GUID *LPGUID CLSID IID",
        """struct _GUID {
    unsigned long Data1;
    unsigned short Data2;
    unsigned short Data3;
    unsigned char Data4[8];
};""",
    ),
    "_ULARGE_INTEGER": (
        "ULARGE_INTEGER *PULARGE_INTEGER",
        """union _ULARGE_INTEGER {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
};""",
    ),
    "_LUID": (
        "LUID *PLUID",
        """struct _LUID {
    ULONG LowPart;
    LONG HighPart;
};""",
    ),
    "_STRING": (
        "STRING *PSTRING ANSI_STRING *PANSI_STRING OEM_STRING *POEM_STRING",
        """struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
};""",
    ),
    "_KSPIN_LOCK_QUEUE": (
        "KSPIN_LOCK_QUEUE *PKSPIN_LOCK_QUEUE",
        """struct _KSPIN_LOCK_QUEUE {
    struct _KSPIN_LOCK_QUEUE *volatile Next;
    PKSPIN_LOCK volatile Lock;
};""",
    ),
    "_KWAIT_BLOCK": (
        "KWAIT_BLOCK *PKWAIT_BLOCK *PRKWAIT_BLOCK",
        """struct _KWAIT_BLOCK {
    LIST_ENTRY WaitListEntry;
    UCHAR WaitType;
    volatile UCHAR BlockState;
    USHORT WaitKey;
    LONG SpareLong;
    struct _KTHREAD *Thread;
    PVOID Object;
    PVOID SparePtr;
};""",
    ),
    "_PROCESSOR_NUMBER": (
        "PROCESSOR_NUMBER *PPROCESSOR_NUMBER",
        """struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
};""",
    ),
    "_EX_RUNDOWN_REF": (
        "EX_RUNDOWN_REF *PEX_RUNDOWN_REF",
        """struct _EX_RUNDOWN_REF {
    union {
        ULONG_PTR Count;
        PVOID Ptr;
    };
};""",
    ),
    # Opaque to drivers; the size is that of Windows 7 and later.
    "_ERESOURCE": (
        "ERESOURCE *PERESOURCE",
        """struct _ERESOURCE {
    LIST_ENTRY SystemResourcesList;
    ULONGLONG Reserved[11];
};""",
    ),
    "_GENERAL_LOOKASIDE_POOL": (
        "GENERAL_LOOKASIDE_POOL *PGENERAL_LOOKASIDE_POOL",
        """struct _GENERAL_LOOKASIDE_POOL {
    union {
        SLIST_HEADER ListHead;
        SINGLE_LIST_ENTRY SingleListHead;
    };
    USHORT Depth;
    USHORT MaximumDepth;
    ULONG TotalAllocates;
    union {
        ULONG AllocateMisses;
        ULONG AllocateHits;
    };
    ULONG TotalFrees;
    union {
        ULONG FreeMisses;
        ULONG FreeHits;
    };
    POOL_TYPE Type;
    ULONG Tag;
    ULONG Size;
    union {
        PALLOCATE_FUNCTION_EX AllocateEx;
        PALLOCATE_FUNCTION Allocate;
    };
    union {
        PFREE_FUNCTION_EX FreeEx;
        PFREE_FUNCTION Free;
    };
    LIST_ENTRY ListEntry;
    ULONG LastTotalAllocates;
    union {
        ULONG LastAllocateMisses;
        ULONG LastAllocateHits;
    };
    ULONG Future[2];
};""",
    ),
    "_NPAGED_LOOKASIDE_LIST": (
        "NPAGED_LOOKASIDE_LIST *PNPAGED_LOOKASIDE_LIST",
        """struct __declspec(align(64)) _NPAGED_LOOKASIDE_LIST {
    GENERAL_LOOKASIDE_POOL L;
};""",
    ),
    "_PAGED_LOOKASIDE_LIST": (
        "PAGED_LOOKASIDE_LIST *PPAGED_LOOKASIDE_LIST",
        """struct __declspec(align(64)) _PAGED_LOOKASIDE_LIST {
    GENERAL_LOOKASIDE_POOL L;
};""",
    ),
    "_LOOKASIDE_LIST_EX": (
        "LOOKASIDE_LIST_EX *PLOOKASIDE_LIST_EX",
        """struct _LOOKASIDE_LIST_EX {
    GENERAL_LOOKASIDE_POOL L;
};""",
    ),
    "_POOL_EXTENDED_PARAMETER": (
        "POOL_EXTENDED_PARAMETER *PPOOL_EXTENDED_PARAMETER",
        """struct _POOL_EXTENDED_PARAMETER {
    struct {
        ULONG64 Type : 8;
        ULONG64 Optional : 1;
        ULONG64 Reserved : 55;
    };
    union {
        ULONG64 Reserved2;
        PVOID Reserved3;
        EX_POOL_PRIORITY Priority;
        PVOID SecurePoolParams;
        ULONG PreferredNode;
    };
};""",
    ),
    "_PHYSICAL_MEMORY_RANGE": (
        "PHYSICAL_MEMORY_RANGE *PPHYSICAL_MEMORY_RANGE",
        """struct _PHYSICAL_MEMORY_RANGE {
    PHYSICAL_ADDRESS BaseAddress;
    LARGE_INTEGER NumberOfBytes;
};""",
    ),
    "_FILE_SEGMENT_ELEMENT": (
        "FILE_SEGMENT_ELEMENT *PFILE_SEGMENT_ELEMENT",
        """union _FILE_SEGMENT_ELEMENT {
    PVOID64 Buffer;
    ULONGLONG Alignment;
};""",
    ),
    "_SECTION_OBJECT_POINTERS": (
        "SECTION_OBJECT_POINTERS *PSECTION_OBJECT_POINTERS",
        """struct _SECTION_OBJECT_POINTERS {
    PVOID DataSectionObject;
    PVOID SharedCacheMap;
    PVOID ImageSectionObject;
};""",
    ),
    "_OBJECT_HANDLE_INFORMATION": (
        "OBJECT_HANDLE_INFORMATION *POBJECT_HANDLE_INFORMATION",
        """struct _OBJECT_HANDLE_INFORMATION {
    ULONG HandleAttributes;
    ACCESS_MASK GrantedAccess;
};""",
    ),
    "_WORK_QUEUE_ITEM": (
        "WORK_QUEUE_ITEM *PWORK_QUEUE_ITEM",
        """struct _WORK_QUEUE_ITEM {
    LIST_ENTRY List;
    PWORKER_THREAD_ROUTINE WorkerRoutine;
    volatile PVOID Parameter;
};""",
    ),
    "_KBUGCHECK_CALLBACK_RECORD": (
        "KBUGCHECK_CALLBACK_RECORD *PKBUGCHECK_CALLBACK_RECORD",
        """struct _KBUGCHECK_CALLBACK_RECORD {
    LIST_ENTRY Entry;
    PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine;
    PVOID Buffer;
    ULONG Length;
    PUCHAR Component;
    ULONG_PTR Checksum;
    UCHAR State;
};""",
    ),
    "_POWER_STATE": (
        "POWER_STATE *PPOWER_STATE",
        """union _POWER_STATE {
    SYSTEM_POWER_STATE SystemState;
    DEVICE_POWER_STATE DeviceState;
};""",
    ),
    "_SYSTEM_POWER_STATE_CONTEXT": (
        "SYSTEM_POWER_STATE_CONTEXT *PSYSTEM_POWER_STATE_CONTEXT",
        """struct _SYSTEM_POWER_STATE_CONTEXT {
    union {
        struct {
            ULONG Reserved1 : 8;
            ULONG TargetSystemState : 4;
            ULONG EffectiveSystemState : 4;
            ULONG CurrentSystemState : 4;
            ULONG IgnoreHibernationPath : 1;
            ULONG PseudoTransition : 1;
            ULONG KernelSoftReboot : 1;
            ULONG DirectedDripsTransition : 1;
            ULONG Reserved2 : 8;
        };
        ULONG ContextAsUlong;
    };
};""",
    ),
    "_INTERFACE": (
        "INTERFACE *PINTERFACE",
        """struct _INTERFACE {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
};""",
    ),
    "_BUS_INTERFACE_STANDARD": (
        "BUS_INTERFACE_STANDARD *PBUS_INTERFACE_STANDARD",
        """struct _BUS_INTERFACE_STANDARD {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
    PTRANSLATE_BUS_ADDRESS TranslateBusAddress;
    PGET_DMA_ADAPTER GetDmaAdapter;
    PGET_SET_DEVICE_DATA SetBusData;
    PGET_SET_DEVICE_DATA GetBusData;
};""",
    ),
    "_PCI_BUS_INTERFACE_STANDARD": (
        "PCI_BUS_INTERFACE_STANDARD *PPCI_BUS_INTERFACE_STANDARD",
        """struct _PCI_BUS_INTERFACE_STANDARD {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
    ULONG (*ReadConfig)(PVOID Context, UCHAR BusOffset, ULONG Slot, PVOID Buffer, ULONG Offset, ULONG Length);
    ULONG (*WriteConfig)(PVOID Context, UCHAR BusOffset, ULONG Slot, PVOID Buffer, ULONG Offset, ULONG Length);
    VOID (*PinToLine)(PVOID Context, PPCI_COMMON_CONFIG PciData);
    VOID (*LineToPin)(PVOID Context, PPCI_COMMON_CONFIG PciNewData, PPCI_COMMON_CONFIG PciOldData);
};""",
    ),
    "_IO_SECURITY_CONTEXT": (
        "IO_SECURITY_CONTEXT *PIO_SECURITY_CONTEXT",
        """struct _IO_SECURITY_CONTEXT {
    PSECURITY_QUALITY_OF_SERVICE SecurityQos;
    PACCESS_STATE AccessState;
    ACCESS_MASK DesiredAccess;
    ULONG FullCreateOptions;
};""",
    ),
    "_IO_ERROR_LOG_PACKET": (
        "IO_ERROR_LOG_PACKET *PIO_ERROR_LOG_PACKET",
        """struct _IO_ERROR_LOG_PACKET {
    UCHAR MajorFunctionCode;
    UCHAR RetryCount;
    USHORT DumpDataSize;
    USHORT NumberOfStrings;
    USHORT StringOffset;
    USHORT EventCategory;
    NTSTATUS ErrorCode;
    ULONG UniqueErrorValue;
    NTSTATUS FinalStatus;
    ULONG SequenceNumber;
    ULONG IoControlCode;
    LARGE_INTEGER DeviceOffset;
    ULONG DumpData[1];
};""",
    ),
    "_PNP_BUS_INFORMATION": (
        "PNP_BUS_INFORMATION *PPNP_BUS_INFORMATION",
        """struct _PNP_BUS_INFORMATION {
    GUID BusTypeGuid;
    INTERFACE_TYPE LegacyBusType;
    ULONG BusNumber;
};""",
    ),
    "_DEVICE_RELATIONS": (
        "DEVICE_RELATIONS *PDEVICE_RELATIONS",
        """struct _DEVICE_RELATIONS {
    ULONG Count;
    PDEVICE_OBJECT Objects[1];
};""",
    ),
    "_IO_RESOURCE_DESCRIPTOR": (
        "IO_RESOURCE_DESCRIPTOR *PIO_RESOURCE_DESCRIPTOR",
        """struct _IO_RESOURCE_DESCRIPTOR {
    UCHAR Option;
    UCHAR Type;
    UCHAR ShareDisposition;
    UCHAR Spare1;
    USHORT Flags;
    USHORT Spare2;
    union {
        struct {
            ULONG Length;
            ULONG Alignment;
            PHYSICAL_ADDRESS MinimumAddress;
            PHYSICAL_ADDRESS MaximumAddress;
        } Port;
        struct {
            ULONG Length;
            ULONG Alignment;
            PHYSICAL_ADDRESS MinimumAddress;
            PHYSICAL_ADDRESS MaximumAddress;
        } Memory;
        struct {
            ULONG MinimumVector;
            ULONG MaximumVector;
            USHORT AffinityPolicy;
            USHORT Group;
            ULONG PriorityPolicy;
            KAFFINITY TargetedProcessors;
        } Interrupt;
        struct {
            ULONG MinimumChannel;
            ULONG MaximumChannel;
        } Dma;
        struct {
            ULONG RequestLine;
            ULONG Reserved;
            ULONG Channel;
            ULONG TransferWidth;
        } DmaV3;
        struct {
            ULONG Length;
            ULONG Alignment;
            PHYSICAL_ADDRESS MinimumAddress;
            PHYSICAL_ADDRESS MaximumAddress;
        } Generic;
        struct {
            ULONG Data[3];
        } DevicePrivate;
        struct {
            ULONG Length;
            ULONG MinBusNumber;
            ULONG MaxBusNumber;
            ULONG Reserved;
        } BusNumber;
    } u;
};""",
    ),
    "_IO_RESOURCE_LIST": (
        "IO_RESOURCE_LIST *PIO_RESOURCE_LIST",
        """struct _IO_RESOURCE_LIST {
    USHORT Version;
    USHORT Revision;
    ULONG Count;
    IO_RESOURCE_DESCRIPTOR Descriptors[1];
};""",
    ),
    "_IO_RESOURCE_REQUIREMENTS_LIST": (
        "IO_RESOURCE_REQUIREMENTS_LIST *PIO_RESOURCE_REQUIREMENTS_LIST",
        """struct _IO_RESOURCE_REQUIREMENTS_LIST {
    ULONG ListSize;
    INTERFACE_TYPE InterfaceType;
    ULONG BusNumber;
    ULONG SlotNumber;
    ULONG Reserved[3];
    ULONG AlternativeLists;
    IO_RESOURCE_LIST List[1];
};""",
    ),
    "_IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS": (
        "IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *PIO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS",
        """struct _IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS {
    PDEVICE_OBJECT PhysicalDeviceObject;
    PKINTERRUPT *InterruptObject;
    PKSERVICE_ROUTINE ServiceRoutine;
    PVOID ServiceContext;
    PKSPIN_LOCK SpinLock;
    KIRQL SynchronizeIrql;
    BOOLEAN FloatingSave;
    BOOLEAN ShareVector;
    ULONG Vector;
    KIRQL Irql;
    KINTERRUPT_MODE InterruptMode;
    KAFFINITY ProcessorEnableMask;
    USHORT Group;
};""",
    ),
    "_IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS": (
        "IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *PIO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS",
        """struct _IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS {
    PDEVICE_OBJECT PhysicalDeviceObject;
    PKINTERRUPT *InterruptObject;
    PKSERVICE_ROUTINE ServiceRoutine;
    PVOID ServiceContext;
    PKSPIN_LOCK SpinLock;
    KIRQL SynchronizeIrql;
    BOOLEAN FloatingSave;
};""",
    ),
    "_IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS": (
        "IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *PIO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS",
        """struct _IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS {
    PDEVICE_OBJECT PhysicalDeviceObject;
    union {
        PVOID *Generic;
        struct _IO_INTERRUPT_MESSAGE_INFO **InterruptMessageTable;
        PKINTERRUPT *InterruptObject;
    } ConnectionContext;
    PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine;
    PVOID ServiceContext;
    PKSPIN_LOCK SpinLock;
    KIRQL SynchronizeIrql;
    BOOLEAN FloatingSave;
    PKSERVICE_ROUTINE FallBackServiceRoutine;
};""",
    ),
    "_IO_DISCONNECT_INTERRUPT_PARAMETERS": (
        "IO_DISCONNECT_INTERRUPT_PARAMETERS *PIO_DISCONNECT_INTERRUPT_PARAMETERS",
        """struct _IO_DISCONNECT_INTERRUPT_PARAMETERS {
    ULONG Version;
    union {
        PVOID Generic;
        PKINTERRUPT InterruptObject;
        struct _IO_INTERRUPT_MESSAGE_INFO *InterruptMessageTable;
    } ConnectionContext;
};""",
    ),
    "_IO_INTERRUPT_MESSAGE_INFO_ENTRY": (
        "IO_INTERRUPT_MESSAGE_INFO_ENTRY *PIO_INTERRUPT_MESSAGE_INFO_ENTRY",
        """struct _IO_INTERRUPT_MESSAGE_INFO_ENTRY {
    PHYSICAL_ADDRESS MessageAddress;
    KAFFINITY TargetProcessorSet;
    PKINTERRUPT InterruptObject;
    ULONG MessageData;
    ULONG Vector;
    KIRQL Irql;
    KINTERRUPT_MODE Mode;
    KINTERRUPT_POLARITY Polarity;
};""",
    ),
    "_KEY_VALUE_FULL_INFORMATION": (
        "KEY_VALUE_FULL_INFORMATION *PKEY_VALUE_FULL_INFORMATION",
        """struct _KEY_VALUE_FULL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataOffset;
    ULONG DataLength;
    ULONG NameLength;
    WCHAR Name[1];
};""",
    ),
    "_KEY_VALUE_BASIC_INFORMATION": (
        "KEY_VALUE_BASIC_INFORMATION *PKEY_VALUE_BASIC_INFORMATION",
        """struct _KEY_VALUE_BASIC_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG NameLength;
    WCHAR Name[1];
};""",
    ),
    "_KEY_VALUE_PARTIAL_INFORMATION": (
        "KEY_VALUE_PARTIAL_INFORMATION *PKEY_VALUE_PARTIAL_INFORMATION",
        """struct _KEY_VALUE_PARTIAL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataLength;
    UCHAR Data[1];
};""",
    ),
    "_RTL_QUERY_REGISTRY_TABLE": (
        "RTL_QUERY_REGISTRY_TABLE *PRTL_QUERY_REGISTRY_TABLE",
        """struct _RTL_QUERY_REGISTRY_TABLE {
    PRTL_QUERY_REGISTRY_ROUTINE QueryRoutine;
    ULONG Flags;
    PWSTR Name;
    PVOID EntryContext;
    ULONG DefaultType;
    PVOID DefaultData;
    ULONG DefaultLength;
};""",
    ),
    "_PCI_SLOT_NUMBER": (
        "PCI_SLOT_NUMBER *PPCI_SLOT_NUMBER",
        """struct _PCI_SLOT_NUMBER {
    union {
        struct {
            ULONG DeviceNumber : 5;
            ULONG FunctionNumber : 3;
            ULONG Reserved : 24;
        } bits;
        ULONG AsULONG;
    } u;
};""",
    ),
    # The header of a device; those of bridges are left out.
    "_PCI_COMMON_CONFIG": (
        "PCI_COMMON_CONFIG *PPCI_COMMON_CONFIG",
        """struct _PCI_COMMON_CONFIG {
    USHORT VendorID;
    USHORT DeviceID;
    USHORT Command;
    USHORT Status;
    UCHAR RevisionID;
    UCHAR ProgIf;
    UCHAR SubClass;
    UCHAR BaseClass;
    UCHAR CacheLineSize;
    UCHAR LatencyTimer;
    UCHAR HeaderType;
    UCHAR BIST;
    union {
        struct _PCI_HEADER_TYPE_0 {
            ULONG BaseAddresses[6];
            ULONG CIS;
            USHORT SubVendorID;
            USHORT SubSystemID;
            ULONG ROMBaseAddress;
            UCHAR CapabilitiesPtr;
            UCHAR Reserved1[3];
            ULONG Reserved2;
            UCHAR InterruptLine;
            UCHAR InterruptPin;
            UCHAR MinimumGrant;
            UCHAR MaximumLatency;
        } type0;
    } u;
    UCHAR DeviceSpecific[192];
};""",
    ),
    "_TIME_FIELDS": (
        "TIME_FIELDS *PTIME_FIELDS",
        """struct _TIME_FIELDS {
    CSHORT Year;
    CSHORT Month;
    CSHORT Day;
    CSHORT Hour;
    CSHORT Minute;
    CSHORT Second;
    CSHORT Milliseconds;
    CSHORT Weekday;
};""",
    ),
    "_RTL_BITMAP": (
        "RTL_BITMAP *PRTL_BITMAP",
        """struct _RTL_BITMAP {
    ULONG SizeOfBitMap;
    PULONG Buffer;
};""",
    ),
    "_OSVERSIONINFOW": (
        "OSVERSIONINFOW *POSVERSIONINFOW RTL_OSVERSIONINFOW *PRTL_OSVERSIONINFOW",
        """struct _OSVERSIONINFOW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
};""",
    ),
    # The integer registers; the floating-point and vector state stands as bytes.
    "_CONTEXT": (
        "CONTEXT *PCONTEXT",
        """struct __declspec(align(16)) _CONTEXT {
    ULONG64 P1Home, P2Home, P3Home, P4Home, P5Home, P6Home;
    ULONG ContextFlags;
    ULONG MxCsr;
    USHORT SegCs, SegDs, SegEs, SegFs, SegGs, SegSs;
    ULONG EFlags;
    ULONG64 Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;
    ULONG64 Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi;
    ULONG64 R8, R9, R10, R11, R12, R13, R14, R15;
    ULONG64 Rip;
    UCHAR FloatingPointState[976];
};""",
    ),
    "_OVERLAPPED": (
        "OVERLAPPED *LPOVERLAPPED",
        """struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    union {
        struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
};""",
    ),
    "_MEMORY_BASIC_INFORMATION": (
        "MEMORY_BASIC_INFORMATION *PMEMORY_BASIC_INFORMATION",
        """struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
};""",
    ),
    "_RTL_CRITICAL_SECTION": (
        "RTL_CRITICAL_SECTION *PRTL_CRITICAL_SECTION CRITICAL_SECTION *PCRITICAL_SECTION *LPCRITICAL_SECTION",
        """struct _RTL_CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
};""",
    ),
    "_RTL_SRWLOCK": ("RTL_SRWLOCK *PRTL_SRWLOCK SRWLOCK *PSRWLOCK", "struct _RTL_SRWLOCK { PVOID Ptr; };"),
    "_RTL_CONDITION_VARIABLE": (
        "RTL_CONDITION_VARIABLE *PRTL_CONDITION_VARIABLE CONDITION_VARIABLE *PCONDITION_VARIABLE",
        "struct _RTL_CONDITION_VARIABLE { PVOID Ptr; };",
    ),
    "_SYSTEM_INFO": (
        "SYSTEM_INFO *LPSYSTEM_INFO",
        """struct _SYSTEM_INFO {
    union {
        DWORD dwOemId;
        struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        };
    };
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
};""",
    ),
    "_SECURITY_ATTRIBUTES": (
        "SECURITY_ATTRIBUTES *PSECURITY_ATTRIBUTES *LPSECURITY_ATTRIBUTES",
        """struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
};""",
    ),
}
RECORDS.update(management.RECORDS)

VARIABLES = {
    "ExEventObjectType": "extern POBJECT_TYPE *ExEventObjectType;",
    "ExSemaphoreObjectType": "extern POBJECT_TYPE *ExSemaphoreObjectType;",
    "IoFileObjectType": "extern POBJECT_TYPE *IoFileObjectType;",
    "PsProcessType": "extern POBJECT_TYPE *PsProcessType;",
    "PsThreadType": "extern POBJECT_TYPE *PsThreadType;",
    "MmHighestUserAddress": "extern PVOID MmHighestUserAddress;",
    "MmSystemRangeStart": "extern PVOID MmSystemRangeStart;",
    "MmUserProbeAddress": "extern ULONG_PTR MmUserProbeAddress;",
    "KeNumberProcessors": "extern CCHAR KeNumberProcessors;",
    "NtBuildNumber": "extern USHORT NtBuildNumber;",
    **{name: f"extern const GUID {name};" for name in guids.TEXTS},
}


def tag_text(tag: str) -> str | None:
    """C text that defines the struct, union or enum tag, or None."""
    record = STRUCTURES.get(tag) or RECORDS.get(tag)
    if record is not None:
        return record[1]
    if tag not in ENUMS:
        return None
    enumerators = ", ".join(f"{name} = {value}" for name, value in GROUPS[ENUMS[tag][0]][1].items())
    return f"enum {tag} {{ {enumerators} }};"


def typedef_texts() -> dict[str, str]:
    """The C text that declares each typedef, by its name."""
    texts = {name: line for line in PLAIN for name in plain_names(line)}
    for tag, (typedefs, text) in (STRUCTURES | RECORDS).items():
        _add_typedefs(texts, ("union " if text.startswith("union ") else "struct ") + tag, typedefs)
    for tag, (_, typedefs) in ENUMS.items():
        _add_typedefs(texts, "enum " + tag, typedefs)
    for name in callbacks.CALLBACKS:
        texts[name] = texts["P" + name] = callbacks.declaration(name)
    for name in ("DRIVER_DISPATCH_PAGED", "DRIVER_DISPATCH_RAISED"):  # the same type, with another IRQL for analysers
        texts[name] = texts["P" + name] = f"typedef DRIVER_DISPATCH {name}, *P{name};"
    return texts


def _add_typedefs(texts: dict[str, str], tagged: str, typedefs: str) -> None:
    names = typedefs.split()
    text = f"typedef {tagged} {', '.join(names)};"
    texts.update((name.lstrip("*"), text) for name in names)


def plain_names(line: str) -> list[str]:
    """The names that a line of PLAIN declares."""
    if "(*" in line:
        return [line.partition("(*")[2].partition(")")[0]]
    first, *others = line.rstrip(";").split(",")
    return [first.rpartition(" ")[2].strip("*"), *(other.strip(" *") for other in others)]
