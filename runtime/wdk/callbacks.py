"""The functions that a driver writes and the system calls, by the name of their type; and what is a macro here too.

    CALLBACKS["DRIVER_DISPATCH"].prototype      "NTSTATUS DRIVER_DISPATCH(PDEVICE_OBJECT DeviceObject, PIRP Irp)"
    CALLBACKS["DRIVER_DISPATCH"].irql           the level at which the system calls it
    MACROS["BYTES_TO_PAGES"].prototype          how the macro would be declared if it were a function

Every callback type has a pointer type too, its name with a P in front.
"""

from __future__ import annotations

from ..routine import irql_range


class Callback:
    """A function type: `role` is the usual name of such a function in documentation."""

    __slots__ = ("irql", "irql_max", "irql_min", "page", "prototype", "role")

    def __init__(self, role: str, prototype: str, irql: str, page: str) -> None:
        self.role = role
        self.prototype = prototype
        self.irql = irql
        self.irql_min, self.irql_max = irql_range(irql)
        self.page = page


CALLBACKS: dict[str, Callback] = {}
MACROS: dict[str, Callback] = {}


def _callback(role: str, prototype: str, irql: str, page: str) -> None:
    CALLBACKS[prototype[: prototype.index("(")].rpartition(" ")[2]] = Callback(role, prototype, irql, page)


def _macro(prototype: str, irql: str, page: str) -> None:
    name = prototype[: prototype.index("(")].rpartition(" ")[2]
    MACROS[name] = Callback(name, prototype, irql, page)


def declaration(callback_type: str) -> str:
    """C text that declares a callback type and the pointer to it."""
    return f"typedef {CALLBACKS[callback_type].prototype};\ntypedef {callback_type} *P{callback_type};"


_callback(
    "AdapterControl",
    "IO_ALLOCATION_ACTION DRIVER_CONTROL(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase, PVOID Context)",
    "== DISPATCH_LEVEL",
    "nc-wdm-driver_control",
)
_callback(
    "AdapterListControl",
    "VOID DRIVER_LIST_CONTROL(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST ScatterGather, "
    "PVOID Context)",
    "== DISPATCH_LEVEL",
    "nc-wdm-driver_list_control",
)
_callback(
    "DmaCompletionRoutine",
    "VOID DMA_COMPLETION_ROUTINE(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PVOID CompletionContext, "
    "DMA_COMPLETION_STATUS Status)",
    "== DISPATCH_LEVEL",
    "nc-wdm-dma_completion_routine",
)
_callback(
    "DriverEntry",
    "NTSTATUS DRIVER_INITIALIZE(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)",
    "== PASSIVE_LEVEL",
    "nc-wdm-driver_initialize",
)
_callback(
    "AddDevice",
    "NTSTATUS DRIVER_ADD_DEVICE(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)",
    "== PASSIVE_LEVEL",
    "nc-wdm-driver_add_device",
)
_callback(
    "DispatchRoutine",
    "NTSTATUS DRIVER_DISPATCH(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-driver_dispatch",
)
_callback(
    "StartIo",
    "VOID DRIVER_STARTIO(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    "== DISPATCH_LEVEL",
    "nc-wdm-driver_startio",
)
_callback("DriverUnload", "VOID DRIVER_UNLOAD(PDRIVER_OBJECT DriverObject)", "== PASSIVE_LEVEL", "nc-wdm-driver_unload")
_callback(
    "CancelRoutine",
    "VOID DRIVER_CANCEL(PDEVICE_OBJECT DeviceObject, PIRP Irp)",
    "== DISPATCH_LEVEL",
    "nc-wdm-driver_cancel",
)
_callback(
    "IoCompletion",
    "NTSTATUS IO_COMPLETION_ROUTINE(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_completion_routine",
)
_callback(
    "InterruptService",
    "BOOLEAN KSERVICE_ROUTINE(PKINTERRUPT Interrupt, PVOID ServiceContext)",
    "== DIRQL",
    "nc-wdm-kservice_routine",
)
_callback(
    "DpcForIsr",
    "VOID IO_DPC_ROUTINE(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)",
    "== DISPATCH_LEVEL",
    "nc-wdm-io_dpc_routine",
)
_callback(
    "CustomDpc",
    "VOID KDEFERRED_ROUTINE(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1, PVOID SystemArgument2)",
    "== DISPATCH_LEVEL",
    "nc-wdm-kdeferred_routine",
)
_callback(
    "SynchCritSection",
    "BOOLEAN KSYNCHRONIZE_ROUTINE(PVOID SynchronizeContext)",
    "== DIRQL",
    "nc-wdm-ksynchronize_routine",
)
_callback(
    "WorkItem",
    "VOID IO_WORKITEM_ROUTINE(PDEVICE_OBJECT DeviceObject, PVOID Context)",
    "== PASSIVE_LEVEL",
    "nc-wdm-io_workitem_routine",
)
_callback("ThreadStart", "VOID KSTART_ROUTINE(PVOID StartContext)", "== PASSIVE_LEVEL", "nc-wdm-kstart_routine")
_callback(
    "IoTimer",
    "VOID IO_TIMER_ROUTINE(PDEVICE_OBJECT DeviceObject, PVOID Context)",
    "== DISPATCH_LEVEL",
    "nc-wdm-io_timer_routine",
)
_callback(
    "WorkItemEx",
    "VOID IO_WORKITEM_ROUTINE_EX(PVOID IoObject, PVOID Context, PIO_WORKITEM IoWorkItem)",
    "== PASSIVE_LEVEL",
    "nc-wdm-io_workitem_routine_ex",
)
_callback(
    "WorkerThread",
    "VOID WORKER_THREAD_ROUTINE(PVOID Parameter)",
    "== PASSIVE_LEVEL",
    "nc-wdm-worker_thread_routine",
)
_callback(
    "InterruptMessageService",
    "BOOLEAN KMESSAGE_SERVICE_ROUTINE(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageID)",
    "== DIRQL",
    "nc-wdm-kmessage_service_routine",
)
_callback(
    "CsqInsertIrp",
    "VOID IO_CSQ_INSERT_IRP(PIO_CSQ Csq, PIRP Irp)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_insert_irp",
)
_callback(
    "CsqInsertIrpEx",
    "NTSTATUS IO_CSQ_INSERT_IRP_EX(PIO_CSQ Csq, PIRP Irp, PVOID InsertContext)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_insert_irp_ex",
)
_callback(
    "CsqRemoveIrp",
    "VOID IO_CSQ_REMOVE_IRP(PIO_CSQ Csq, PIRP Irp)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_remove_irp",
)
_callback(
    "CsqPeekNextIrp",
    "PIRP IO_CSQ_PEEK_NEXT_IRP(PIO_CSQ Csq, PIRP Irp, PVOID PeekContext)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_peek_next_irp",
)
_callback(
    "CsqAcquireLock",
    "VOID IO_CSQ_ACQUIRE_LOCK(PIO_CSQ Csq, PKIRQL Irql)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_acquire_lock",
)
_callback(
    "CsqReleaseLock",
    "VOID IO_CSQ_RELEASE_LOCK(PIO_CSQ Csq, KIRQL Irql)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_release_lock",
)
_callback(
    "CsqCompleteCanceledIrp",
    "VOID IO_CSQ_COMPLETE_CANCELED_IRP(PIO_CSQ Csq, PIRP Irp)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-io_csq_complete_canceled_irp",
)
_callback(
    "MdlRoutine",
    "VOID MM_MDL_ROUTINE(PVOID DriverContext, PVOID MappedVa)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-mm_mdl_routine",
)
_callback(
    "Allocate",
    "PVOID ALLOCATE_FUNCTION(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-allocate_function",
)
_callback("Free", "VOID FREE_FUNCTION(PVOID Buffer)", "<= DISPATCH_LEVEL", "nc-wdm-free_function")
_callback(
    "AllocateEx",
    "PVOID ALLOCATE_FUNCTION_EX(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, PLOOKASIDE_LIST_EX Lookaside)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-allocate_function_ex",
)
_callback(
    "FreeEx",
    "VOID FREE_FUNCTION_EX(PVOID Buffer, PLOOKASIDE_LIST_EX Lookaside)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-free_function_ex",
)
_callback(
    "ApcRoutine",
    "VOID IO_APC_ROUTINE(PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG Reserved)",
    "<= APC_LEVEL",
    "",
)
_callback(
    "NormalRoutine",
    "VOID KNORMAL_ROUTINE(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)",
    "== PASSIVE_LEVEL",
    "",
)
_callback(
    "KernelRoutine",
    "VOID KKERNEL_ROUTINE(struct _KAPC *Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext, "
    "PVOID *SystemArgument1, PVOID *SystemArgument2)",
    "== APC_LEVEL",
    "",
)
_callback("RundownRoutine", "VOID KRUNDOWN_ROUTINE(struct _KAPC *Apc)", "== PASSIVE_LEVEL", "")
_callback(
    "PowerCompletion",
    "VOID REQUEST_POWER_COMPLETE(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction, POWER_STATE PowerState, "
    "PVOID Context, PIO_STATUS_BLOCK IoStatus)",
    "<= DISPATCH_LEVEL",
    "nc-wdm-request_power_complete",
)
_callback(
    "Reinitialize",
    "VOID DRIVER_REINITIALIZE(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count)",
    "== PASSIVE_LEVEL",
    "nc-ntddk-driver_reinitialize",
)
_callback(
    "BugCheckCallback",
    "VOID KBUGCHECK_CALLBACK_ROUTINE(PVOID Buffer, ULONG Length)",
    "== HIGH_LEVEL",
    "nc-wdm-kbugcheck_callback_routine",
)
_callback(
    "ProcessNotify",
    "VOID CREATE_PROCESS_NOTIFY_ROUTINE(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)",
    "== PASSIVE_LEVEL",
    "",
)
_callback("InterfaceReference", "VOID INTERFACE_REFERENCE(PVOID Context)", "== PASSIVE_LEVEL", "")
_callback("InterfaceDereference", "VOID INTERFACE_DEREFERENCE(PVOID Context)", "== PASSIVE_LEVEL", "")
_callback(
    "TranslateBusAddress",
    "BOOLEAN TRANSLATE_BUS_ADDRESS(PVOID Context, PHYSICAL_ADDRESS BusAddress, ULONG Length, PULONG AddressSpace, "
    "PPHYSICAL_ADDRESS TranslatedAddress)",
    "<= DISPATCH_LEVEL",
    "",
)
_callback(
    "GetDmaAdapter",
    "PDMA_ADAPTER GET_DMA_ADAPTER(PVOID Context, PDEVICE_DESCRIPTION DeviceDescriptor, PULONG NumberOfMapRegisters)",
    "== PASSIVE_LEVEL",
    "",
)
_callback(
    "GetSetDeviceData",
    "ULONG GET_SET_DEVICE_DATA(PVOID Context, ULONG DataType, PVOID Buffer, ULONG Offset, ULONG Length)",
    "<= DISPATCH_LEVEL",
    "",
)
_callback(
    "QueryRoutine",
    "NTSTATUS RTL_QUERY_REGISTRY_ROUTINE(PWSTR ValueName, ULONG ValueType, PVOID ValueData, ULONG ValueLength, "
    "PVOID Context, PVOID EntryContext)",
    "== PASSIVE_LEVEL",
    "nc-wdm-rtl_query_registry_routine",
)
_callback(
    "NotificationCallback",
    "NTSTATUS DRIVER_NOTIFICATION_CALLBACK_ROUTINE(PVOID NotificationStructure, PVOID Context)",
    "== PASSIVE_LEVEL",
    "nc-wdm-driver_notification_callback_routine",
)
_callback(
    "WmiNotificationCallback",
    "VOID FWMI_NOTIFICATION_CALLBACK(PVOID Wnode, PVOID Context)",
    "== PASSIVE_LEVEL",
    "nc-wdm-wmi_notification_callback",
)
_callback(
    "QueryWmiRegInfo",
    "NTSTATUS WMI_QUERY_REGINFO_CALLBACK(PDEVICE_OBJECT DeviceObject, PULONG RegFlags, PUNICODE_STRING "
    "InstanceName, PUNICODE_STRING *RegistryPath, PUNICODE_STRING MofResourceName, PDEVICE_OBJECT *Pdo)",
    "== PASSIVE_LEVEL",
    "nc-wmilib-wmi_query_reginfo_callback",
)
_callback(
    "QueryWmiDataBlock",
    "NTSTATUS WMI_QUERY_DATABLOCK_CALLBACK(PDEVICE_OBJECT DeviceObject, PIRP Irp, ULONG GuidIndex, ULONG "
    "InstanceIndex, ULONG InstanceCount, PULONG InstanceLengthArray, ULONG BufferAvail, PUCHAR Buffer)",
    "== PASSIVE_LEVEL",
    "nc-wmilib-wmi_query_datablock_callback",
)
_callback(
    "SetWmiDataBlock",
    "NTSTATUS WMI_SET_DATABLOCK_CALLBACK(PDEVICE_OBJECT DeviceObject, PIRP Irp, ULONG GuidIndex, ULONG "
    "InstanceIndex, ULONG BufferSize, PUCHAR Buffer)",
    "== PASSIVE_LEVEL",
    "nc-wmilib-wmi_set_datablock_callback",
)
_callback(
    "SetWmiDataItem",
    "NTSTATUS WMI_SET_DATAITEM_CALLBACK(PDEVICE_OBJECT DeviceObject, PIRP Irp, ULONG GuidIndex, ULONG "
    "InstanceIndex, ULONG DataItemId, ULONG BufferSize, PUCHAR Buffer)",
    "== PASSIVE_LEVEL",
    "nc-wmilib-wmi_set_dataitem_callback",
)
_callback(
    "ExecuteWmiMethod",
    "NTSTATUS WMI_EXECUTE_METHOD_CALLBACK(PDEVICE_OBJECT DeviceObject, PIRP Irp, ULONG GuidIndex, ULONG "
    "InstanceIndex, ULONG MethodId, ULONG InBufferSize, ULONG OutBufferSize, PUCHAR Buffer)",
    "== PASSIVE_LEVEL",
    "nc-wmilib-wmi_execute_method_callback",
)
_callback(
    "WmiFunctionControl",
    "NTSTATUS WMI_FUNCTION_CONTROL_CALLBACK(PDEVICE_OBJECT DeviceObject, PIRP Irp, ULONG GuidIndex, "
    "WMIENABLEDISABLECONTROL Function, BOOLEAN Enable)",
    "== PASSIVE_LEVEL",
    "nc-wmilib-wmi_function_control_callback",
)

_macro("ULONG ADDRESS_AND_SIZE_TO_SPAN_PAGES(PVOID Va, SIZE_T Size)", "any", "nf-wdm-address_and_size_to_span_pages")
_macro("ULONG BYTE_OFFSET(PVOID Va)", "any", "nf-wdm-byte_offset")
_macro("PVOID PAGE_ALIGN(PVOID Va)", "any", "nf-wdm-page_align")
_macro("ULONG_PTR ROUND_TO_PAGES(ULONG_PTR Size)", "any", "nf-wdm-round_to_pages")
_macro("ULONG BYTES_TO_PAGES(ULONG Size)", "any", "nf-wdm-bytes_to_pages")
_macro("NTSTATUS GetExceptionCode(VOID)", "any", "handling-exceptions")
_macro("PEXCEPTION_POINTERS GetExceptionInformation(VOID)", "any", "handling-exceptions")
_macro("VOID KdPrint(((Format, ...)) DoubleParenthesised)", "<= DIRQL", "nf-wdm-kdprint")
_macro("BOOLEAN NT_SUCCESS(NTSTATUS Status)", "any", "using-ntstatus-values")
_macro("PVOID CONTAINING_RECORD(PCHAR Address, TYPE Type, FIELD Field)", "any", "nf-ntdef-containing_record")
