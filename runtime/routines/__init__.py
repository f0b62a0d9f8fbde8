"""The kernel routines, one module for each family. A module is imported when one of its routines is first asked for.

    find("MmUnlockPages")        the row, with its body if it is modelled, or None
    names()                      all routines, without importing any module
"""

from __future__ import annotations

from importlib import import_module

from ..routine import MEMBERS, ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..routine import Routine

MODULES = {
    "crt": """
        memcpy memmove memset memcmp memchr strlen strnlen strcmp strncmp _stricmp _strnicmp strcpy strncpy strcat
        strncat strchr strrchr strstr wcslen wcsnlen wcscmp wcsncmp _wcsicmp _wcsnicmp wcscpy wcsncpy wcscat wcschr
        wcsrchr wcsstr toupper tolower isdigit isalpha isspace isprint isxdigit atoi abs rand srand _byteswap_ushort
        _byteswap_ulong _byteswap_uint64 _BitScanForward _BitScanReverse _BitScanForward64 _BitScanReverse64 _mm_pause
        _mm_mfence _mm_sfence _mm_lfence _ReadWriteBarrier __rdtsc _ReturnAddress
    """,
    "crt_format": """
        sprintf _snprintf snprintf sprintf_s _vsnprintf vsprintf vsnprintf swprintf _snwprintf _vsnwprintf
    """,
    "crt_user": """
        printf vprintf wprintf puts putchar malloc calloc realloc free _aligned_malloc _aligned_free exit abort
    """,
    "dbg": """
        DbgPrint DbgPrintEx vDbgPrintEx vDbgPrintExWithPrefix DbgBreakPoint DbgBreakPointWithStatus __debugbreak
        DbgSetDebugFilterState KdRefreshDebuggerNotPresent
    """,
    "device_words": """
        interrupt interrupt_clear bus_read bus_write bus_look complain
    """,
    "dma": """
        IoGetDmaAdapter KeFlushIoBuffers
    """,
    "ex": """
        ExAllocatePool ExAllocatePoolWithTag ExAllocatePoolWithTagPriority ExAllocatePoolWithQuotaTag ExAllocatePool2
        ExAllocatePool3 ExAllocatePoolZero ExAllocatePoolUninitialized ExFreePool ExFreePoolWithTag ExFreePool2
        ExInitializeNPagedLookasideList ExAllocateFromNPagedLookasideList ExFreeToNPagedLookasideList
        ExDeleteNPagedLookasideList ExRaiseStatus ExRaiseAccessViolation ExRaiseDatatypeMisalignment ExGetPreviousMode
        ExAllocatePoolQuotaZero ExAllocatePoolWithQuota ExInitializePagedLookasideList ExAllocateFromPagedLookasideList
        ExFreeToPagedLookasideList ExDeletePagedLookasideList ExInitializeLookasideListEx ExAllocateFromLookasideListEx
        ExFreeToLookasideListEx ExDeleteLookasideListEx ExSystemTimeToLocalTime ExLocalTimeToSystemTime
        ExIsProcessorFeaturePresent ExInitializeDriverRuntime ExFlushLookasideListEx ExAllocatePoolQuotaUninitialized
        ExAllocatePoolPriorityZero ExAllocatePoolPriorityUninitialized
    """,
    "ex_resource": """
        ExInitializeResourceLite ExDeleteResourceLite ExAcquireResourceExclusiveLite ExAcquireResourceSharedLite
        ExReleaseResourceLite ExInitializeRundownProtection ExAcquireRundownProtection ExReleaseRundownProtection
        ExWaitForRundownProtectionRelease ExReInitializeRundownProtection
    """,
    "hal": """
        HalTranslateBusAddress HalGetInterruptVector HalGetBusDataByOffset HalSetBusDataByOffset
        HalGetBusData HalSetBusData
        HalGetAdapter IoAllocateAdapterChannel IoMapTransfer IoFlushAdapterBuffers IoFreeAdapterChannel
        IoFreeMapRegisters HalAllocateCommonBuffer HalFreeCommonBuffer HalReadDmaCounter HalGetDmaAlignmentRequirement
    """,
    "hardware": """
        READ_REGISTER_UCHAR WRITE_REGISTER_UCHAR READ_REGISTER_USHORT WRITE_REGISTER_USHORT READ_REGISTER_ULONG
        WRITE_REGISTER_ULONG READ_REGISTER_ULONG64 WRITE_REGISTER_ULONG64 READ_REGISTER_BUFFER_UCHAR
        WRITE_REGISTER_BUFFER_UCHAR READ_PORT_UCHAR WRITE_PORT_UCHAR READ_PORT_BUFFER_UCHAR WRITE_PORT_BUFFER_UCHAR
        READ_REGISTER_BUFFER_USHORT WRITE_REGISTER_BUFFER_USHORT READ_PORT_USHORT WRITE_PORT_USHORT
        READ_PORT_BUFFER_USHORT WRITE_PORT_BUFFER_USHORT READ_REGISTER_BUFFER_ULONG WRITE_REGISTER_BUFFER_ULONG
        READ_PORT_ULONG WRITE_PORT_ULONG READ_PORT_BUFFER_ULONG WRITE_PORT_BUFFER_ULONG
        READ_REGISTER_BUFFER_ULONG64 WRITE_REGISTER_BUFFER_ULONG64
    """,
    "interlocked": """
        InterlockedIncrement InterlockedDecrement InterlockedExchange InterlockedExchangePointer InterlockedExchangeAdd
        InterlockedCompareExchange InterlockedCompareExchangePointer InterlockedAnd InterlockedOr InterlockedXor
        InterlockedIncrement64 InterlockedCompareExchange64 InterlockedDecrement64 InterlockedExchange64
        InterlockedExchangeAdd64 InterlockedAnd64 InterlockedOr64 InterlockedXor64 InterlockedAdd InterlockedAdd64
        InterlockedIncrement16 InterlockedDecrement16 InterlockedCompareExchange16 InterlockedBitTestAndSet
        InterlockedBitTestAndReset
    """,
    "io": """
        IoGetCurrentIrpStackLocation IoGetNextIrpStackLocation IoSetNextIrpStackLocation
        IoCopyCurrentIrpStackLocationToNext IoSkipCurrentIrpStackLocation IoSetCompletionRoutine
        IoSetCompletionRoutineEx IoCallDriver IofCallDriver PoCallDriver PoStartNextPowerIrp IoCompleteRequest
        IofCompleteRequest IoMarkIrpPending IoStartPacket IoStartNextPacket IoStartNextPacketByKey
        IoSetStartIoAttributes IoAllocateIrp IoAllocateIrpEx IoInitializeIrp IoSizeOfIrp IoFreeIrp IoReuseIrp
        IoMakeAssociatedIrp IoBuildSynchronousFsdRequest IoBuildAsynchronousFsdRequest IoBuildDeviceIoControlRequest
        IoForwardIrpSynchronously IoSetCancelRoutine IoAcquireCancelSpinLock IoReleaseCancelSpinLock IoCancelIrp
        IoInitializeIrpEx IoIs32bitProcess IoIsOperationSynchronous IoAllocateErrorLogEntry IoWriteErrorLogEntry
        IoFreeErrorLogEntry IoGetInitialStack IoGetRemainingStackSize IoGetStackLimits IoRegisterShutdownNotification
        IoUnregisterShutdownNotification PoRequestPowerIrp PoSetPowerState PoSetSystemState
        PoRegisterDeviceForIdleDetection
    """,
    "io_csq": """
        IoCsqInitialize IoCsqInitializeEx IoCsqInsertIrp IoCsqInsertIrpEx IoCsqRemoveIrp IoCsqRemoveNextIrp
    """,
    "io_device": """
        IoWMIRegistrationControl
        IoCreateDevice IoDeleteDevice IoCreateSymbolicLink IoDeleteSymbolicLink IoAttachDeviceToDeviceStack
        IoAttachDevice IoDetachDevice IoGetAttachedDeviceReference IoGetDeviceObjectPointer IoRegisterDeviceInterface
        IoSetDeviceInterfaceState IoGetDeviceProperty IoCreateDeviceSecure IoCreateUnprotectedSymbolicLink
        IoAttachDeviceToDeviceStackSafe IoGetAttachedDevice IoGetRelatedDeviceObject IoGetLowerDeviceObject
        IoInvalidateDeviceRelations IoInvalidateDeviceState IoRequestDeviceEject IoGetDeviceInterfaces
        IoOpenDeviceRegistryKey IoAllocateDriverObjectExtension IoGetDriverObjectExtension IoAdjustPagingPathCount
    """,
    "io_connect": """
        IoConnectInterrupt IoConnectInterruptEx IoDisconnectInterrupt IoDisconnectInterruptEx KeSynchronizeExecution
    """,
    "io_interrupt": """
        IoInitializeDpcRequest IoRequestDpc IoInitializeTimer IoStartTimer IoStopTimer IoInitializeThreadedDpcRequest
    """,
    "io_work": """
        IoAllocateWorkItem IoQueueWorkItem IoQueueWorkItemEx IoFreeWorkItem ExQueueWorkItem IoInitializeRemoveLock
        IoAcquireRemoveLock IoReleaseRemoveLock IoReleaseRemoveLockAndWait IoInitializeWorkItem IoUninitializeWorkItem
        IoSizeofWorkItem ExInitializeWorkItem
    """,
    "ke": """
        KeInitializeEvent KeSetEvent KeClearEvent KeResetEvent KeReadStateEvent KeInitializeSemaphore KeReleaseSemaphore
        KeInitializeMutex KeReleaseMutex KePulseEvent KeReadStateMutex KeReadStateSemaphore
    """,
    "ke_bugcheck": """
        KeBugCheckEx KeBugCheck KeRegisterBugCheckCallback KeDeregisterBugCheckCallback KeInitializeCallbackRecord
    """,
    "ke_processor": """
        KeMemoryBarrier KeMemoryBarrierWithoutFence KeInvalidateAllCaches KeGetCurrentProcessorNumber
        KeGetCurrentProcessorNumberEx KeQueryActiveProcessors KeQueryActiveProcessorCount KeQueryActiveProcessorCountEx
        KeQueryMaximumProcessorCount KeGetCurrentThread KeSetPriorityThread KeQueryPriorityThread
        KeSetSystemAffinityThread KeRevertToUserAffinityThread KeSetSystemAffinityThreadEx
        KeRevertToUserAffinityThreadEx
    """,
    "ke_queue": """
        KeInitializeDeviceQueue KeInsertDeviceQueue KeInsertByKeyDeviceQueue KeRemoveDeviceQueue
        KeRemoveByKeyDeviceQueue KeRemoveByKeyDeviceQueueIfBusy KeRemoveEntryDeviceQueue
    """,
    "ke_wait": """
        KeWaitForSingleObject KeWaitForMutexObject KeWaitForMultipleObjects KeDelayExecutionThread
    """,
    "ke_lock": """
        KeInitializeSpinLock KeAcquireSpinLock KeReleaseSpinLock KeAcquireSpinLockAtDpcLevel
        KeReleaseSpinLockFromDpcLevel KeTryToAcquireSpinLockAtDpcLevel KeAcquireInStackQueuedSpinLock
        KeReleaseInStackQueuedSpinLock KeAcquireInterruptSpinLock KeReleaseInterruptSpinLock KeRaiseIrql KeLowerIrql
        KeRaiseIrqlToDpcLevel KeGetCurrentIrql KeEnterCriticalRegion KeLeaveCriticalRegion KeAcquireSpinLockRaiseToDpc
        KeAcquireInStackQueuedSpinLockAtDpcLevel KeReleaseInStackQueuedSpinLockFromDpcLevel KeTestSpinLock
        KeEnterGuardedRegion KeLeaveGuardedRegion KeAreApcsDisabled KeAreAllApcsDisabled
    """,
    "ex_mutex": """
        ExInitializeFastMutex ExAcquireFastMutex ExTryToAcquireFastMutex ExReleaseFastMutex ExAcquireFastMutexUnsafe
        ExReleaseFastMutexUnsafe KeInitializeGuardedMutex KeAcquireGuardedMutex KeReleaseGuardedMutex
    """,
    "ke_time": """
        KeInitializeTimer KeInitializeTimerEx KeSetTimer KeSetTimerEx KeCancelTimer KeReadStateTimer
        KeStallExecutionProcessor KeQuerySystemTime KeQueryPerformanceCounter KeQueryTickCount KeQueryInterruptTime
        KeQueryTimeIncrement KeSetCoalescableTimer KeQuerySystemTimePrecise KeQueryInterruptTimePrecise
        KeQueryUnbiasedInterruptTime
    """,
    "ke_dpc": """
        KeInitializeDpc KeInitializeThreadedDpc KeInsertQueueDpc KeRemoveQueueDpc KeFlushQueuedDpcs KeSetImportanceDpc
        KeSetTargetProcessorDpc KeSetTargetProcessorDpcEx
    """,
    "list_": """
        InitializeListHead IsListEmpty InsertHeadList InsertTailList RemoveHeadList RemoveTailList RemoveEntryList
        AppendTailList PushEntryList PopEntryList ExInterlockedInsertHeadList ExInterlockedInsertTailList
        ExInterlockedRemoveHeadList ExInterlockedPushEntryList ExInterlockedPopEntryList ExInterlockedAddLargeInteger
        ExInterlockedAddUlong InitializeSListHead ExInterlockedPushEntrySList ExInterlockedPopEntrySList
        ExInterlockedFlushSList ExQueryDepthSList InterlockedPushEntrySList InterlockedPopEntrySList
        InterlockedFlushSList ExInitializeSListHead
    """,
    "mdl": """
        IoAllocateMdl IoFreeMdl IoBuildPartialMdl MmInitializeMdl MmSizeOfMdl MmProbeAndLockPages
        MmProbeAndLockSelectedPages MmProbeAndLockProcessPages MmUnlockPages MmBuildMdlForNonPagedPool
        MmGetSystemAddressForMdl MmGetSystemAddressForMdlSafe MmMapLockedPages MmMapLockedPagesSpecifyCache
        MmUnmapLockedPages MmGetMdlVirtualAddress MmGetMdlByteCount MmGetMdlByteOffset MmGetMdlPfnArray
        MmPrepareMdlForReuse MmAdvanceMdl MmProtectMdlSystemAddress MmAllocateMdlForIoSpace MmMapMdl MmGetMdlBaseVa
        MmCreateMdl
    """,
    "mm": """
        MmGetPhysicalAddress MmAllocateContiguousMemory MmAllocateContiguousMemorySpecifyCache
        MmAllocateContiguousMemorySpecifyCacheNode MmAllocateContiguousNodeMemory MmFreeContiguousMemory
        MmFreeContiguousMemorySpecifyCache MmAllocateNonCachedMemory MmFreeNonCachedMemory MmAllocateMappingAddress
        MmFreeMappingAddress MmMapLockedPagesWithReservedMapping MmUnmapReservedMapping MmMapIoSpace MmMapIoSpaceEx
        MmUnmapIoSpace MmIsAddressValid ProbeForRead ProbeForWrite MmAllocateContiguousMemoryEx MmSecureVirtualMemory
        MmUnsecureVirtualMemory MmIsNonPagedSystemAddressValid MmAllocateMappingAddressEx MmCopyMemory
        MmSecureVirtualMemoryEx MmMapViewInSystemSpace MmUnmapViewInSystemSpace MmSetPermanentCacheAttribute
        MmMapMemoryDumpMdlEx
    """,
    "mm_pages": """
        MmAllocatePagesForMdl MmAllocatePagesForMdlEx MmAllocateNodePagesForMdlEx MmAllocatePartitionNodePagesForMdlEx
        MmFreePagesFromMdl MmFreePagesFromMdlEx MmAreMdlPagesCached
    """,
    "mm_image": """
        MmLockPagableCodeSection MmLockPagableDataSection MmUnlockPagableImageSection MmGetPhysicalMemoryRanges
        MmGetSystemRoutineAddress MmQuerySystemSize MmIsThisAnNtAsSystem MmPageEntireDriver MmResetDriverPaging
        MmIsDriverVerifying MmIsDriverVerifyingByAddress MmIsDriverSuspectForVerifier MmProtectDriverSection
    """,
    "ob": """
        ObReferenceObject ObDereferenceObject ObReferenceObjectByHandle ObReferenceObjectByPointer ObfReferenceObject
        ObfDereferenceObject ObReferenceObjectWithTag ObDereferenceObjectWithTag ObOpenObjectByPointer
    """,
    "ps": """
        PsCreateSystemThread PsTerminateSystemThread PsGetCurrentProcess IoGetCurrentProcess PsGetCurrentThread
        PsGetCurrentProcessId IoGetRequestorProcess KeStackAttachProcess KeUnstackDetachProcess PsGetCurrentThreadId
        PsGetProcessId PsGetThreadId PsGetThreadProcess PsLookupProcessByProcessId PsLookupThreadByThreadId
        PsSetCreateProcessNotifyRoutine PsIsSystemThread PsGetVersion IoThreadToProcess IoGetRequestorProcessId
        KeAttachProcess KeDetachProcess
    """,
    "wmi": """
        WmiSystemControl WmiCompleteRequest WmiFireEvent IoWMIDeviceObjectToProviderId IoWMIWriteEvent
        IoRegisterPlugPlayNotification IoUnregisterPlugPlayNotification IoUnregisterPlugPlayNotificationEx
    """,
    "registry": """
        RtlQueryRegistryValues RtlWriteRegistryValue RtlCreateRegistryKey RtlCheckRegistryKey RtlDeleteRegistryValue
        ZwCreateKey ZwDeleteKey ZwSetValueKey ZwFlushKey IoOpenDeviceInterfaceRegistryKey
    """,
    "rtl": """
        RtlCopyMemory RtlMoveMemory RtlZeroMemory RtlFillMemory RtlSecureZeroMemory RtlEqualMemory RtlCompareMemory
        RtlCopyMemoryNonTemporal RtlCopyBytes RtlZeroBytes RtlFillBytes RtlRaiseException RtlNtStatusToDosError
        RtlAssert RtlGetVersion RtlIsNtDdiVersionAvailable RtlRandomEx RtlWalkFrameChain RtlCaptureStackBackTrace
        RtlTimeToTimeFields RtlTimeFieldsToTime RtlULongAdd RtlULongSub RtlULongMult RtlULongLongAdd RtlULongLongSub
        RtlULongLongMult RtlSizeTAdd RtlSizeTSub RtlSizeTMult RtlSizeTToULong RtlULongLongToULong
        RtlConvertUlongToLargeInteger RtlConvertLongToLargeInteger RtlUshortByteSwap RtlUlongByteSwap
        RtlUlonglongByteSwap RtlCrc32
    """,
    "rtl_bitmap": """
        RtlInitializeBitMap RtlClearAllBits RtlSetAllBits RtlSetBits RtlClearBits RtlSetBit RtlClearBit RtlTestBit
        RtlCheckBit RtlFindClearBits RtlFindSetBits RtlFindClearBitsAndSet RtlFindSetBitsAndClear RtlNumberOfSetBits
        RtlNumberOfClearBits RtlAreBitsSet RtlAreBitsClear
    """,
    "rtl_string": """
        RtlInitUnicodeString RtlCompareUnicodeString RtlEqualUnicodeString RtlCopyUnicodeString RtlInitAnsiString
        RtlInitString RtlUnicodeStringInit RtlInitEmptyUnicodeString RtlInitEmptyAnsiString RtlCopyString RtlEqualString
        RtlCompareString RtlAppendUnicodeToString RtlAppendUnicodeStringToString RtlUnicodeStringToAnsiString
        RtlAnsiStringToUnicodeString RtlFreeUnicodeString RtlFreeAnsiString RtlIntegerToUnicodeString
        RtlUnicodeStringToInteger RtlPrefixUnicodeString RtlUpcaseUnicodeChar RtlDowncaseUnicodeChar RtlGUIDFromString
        RtlStringFromGUID
    """,
    "section": """
        ZwCreateSection ZwOpenSection ZwMapViewOfSection ZwUnmapViewOfSection
    """,
    "sim": """
        SimPageOut SimPinnedFrames SimByteAt SimFailNext SimAdvance SimCreateProcess SimExitProcess SimRebalance
        SimSurpriseRemove
    """,
    "strsafe": """
        RtlStringCbPrintfA RtlStringCbPrintfW RtlStringCchPrintfA RtlStringCchPrintfW RtlStringCbVPrintfA
        RtlStringCbVPrintfW RtlStringCchVPrintfA RtlStringCchVPrintfW RtlUnicodeStringPrintf RtlStringCbCopyA
        RtlStringCbCopyW RtlStringCchCopyA RtlStringCchCopyW RtlStringCbCatA RtlStringCbCatW RtlStringCchCatA
        RtlStringCchCatW RtlStringCbLengthA RtlStringCbLengthW RtlStringCchLengthA RtlStringCchLengthW
    """,
    "win32": """
        CreateFileA CreateFileW CreateFile ReadFile WriteFile ReadFileEx WriteFileEx DeviceIoControl GetOverlappedResult
        GetOverlappedResultEx CancelIo CancelIoEx CancelSynchronousIo FlushFileBuffers CloseHandle DuplicateHandle
        GetLastError SetLastError FormatMessageA FormatMessageW FormatMessage RaiseException OutputDebugStringA
        OutputDebugStringW OutputDebugString IsDebuggerPresent CreateIoCompletionPort GetQueuedCompletionStatus
        PostQueuedCompletionStatus SetFileCompletionNotificationModes SetFilePointer GetFileSizeEx ReadFileScatter
        WriteFileGather GetStdHandle GetHandleInformation SetHandleInformation MessageBoxA MessageBoxW LoadLibraryA
        LoadLibraryW GetModuleHandleW GetProcAddress
    """,
    "win32_memory": """
        VirtualAlloc VirtualFree VirtualProtect VirtualQuery VirtualLock VirtualUnlock GetProcessHeap HeapCreate
        HeapDestroy HeapAlloc HeapReAlloc HeapFree HeapSize LocalAlloc LocalFree VirtualAllocEx ReadProcessMemory
        WriteProcessMemory SetProcessWorkingSetSize AllocateUserPhysicalPages CreateFileMappingA CreateFileMappingW
        CreateFileMapping OpenFileMappingW OpenFileMapping MapViewOfFile UnmapViewOfFile
    """,
    "win32_sync": """
        CreateEventA CreateEventW CreateEvent OpenEventA OpenEventW OpenEvent SetEvent ResetEvent PulseEvent
        CreateMutexA CreateMutexW CreateMutex ReleaseMutex CreateSemaphoreA CreateSemaphoreW CreateSemaphore
        ReleaseSemaphore WaitForSingleObject WaitForSingleObjectEx WaitForMultipleObjects WaitForMultipleObjectsEx
        SignalObjectAndWait Sleep SleepEx InitializeCriticalSection InitializeCriticalSectionAndSpinCount
        InitializeCriticalSectionEx EnterCriticalSection TryEnterCriticalSection LeaveCriticalSection
        DeleteCriticalSection InitializeSRWLock AcquireSRWLockExclusive AcquireSRWLockShared ReleaseSRWLockExclusive
        ReleaseSRWLockShared InitializeConditionVariable SleepConditionVariableCS WakeConditionVariable
        WakeAllConditionVariable CreateWaitableTimer CreateWaitableTimerW SetWaitableTimer CancelWaitableTimer
        RegisterWaitForSingleObject WaitOnAddress
    """,
    "win32_thread": """
        CreateThread ExitThread TerminateThread ResumeThread GetExitCodeThread ExitProcess TerminateProcess
        GetExitCodeProcess GetCurrentProcess GetCurrentThread GetCurrentProcessId GetCurrentThreadId GetProcessId
        GetThreadId SetThreadPriority QueueUserAPC SwitchToThread TlsAlloc TlsFree TlsGetValue TlsSetValue GetTickCount
        GetTickCount64 QueryPerformanceCounter QueryPerformanceFrequency GetSystemInfo SuspendThread CreateProcessA
        CreateProcessW OpenProcess OpenThread SetThreadAffinityMask
    """,
    "zw": """
        ZwClose ZwAllocateVirtualMemory ZwFreeVirtualMemory ZwProtectVirtualMemory ZwOpenKey ZwQueryValueKey
    """,
    "zw_file": """
        ZwCreateFile ZwOpenFile ZwReadFile ZwWriteFile ZwDeviceIoControlFile ZwFlushBuffersFile
    """,
    "zw_object": """
        ZwCreateEvent ZwOpenEvent ZwSetEvent ZwResetEvent ZwClearEvent ZwWaitForSingleObject ZwWaitForMultipleObjects
        ZwDuplicateObject IoCreateNotificationEvent IoCreateSynchronizationEvent
    """,
}

MEMBER_MODULES = ("dma_operations", "dma_operations_3", "dma_buffers_3")

_MODULE_OF = {name: module for module, text in MODULES.items() for name in text.split()}


def find(name: str) -> Routine | None:
    """The row of a routine, its module imported if need be; None if there is no such routine."""
    row = ROWS.get(name)
    if row is None or not row.category:
        module = _MODULE_OF.get(name)
        if module is None:
            return None
        import_module("." + module, __name__)
        row = ROWS[name]
        row.category = module
    return row


def find_member(name: str) -> Routine | None:
    """The row of a member of DMA_OPERATIONS, such as `MapTransfer`, or None."""
    if name not in MEMBERS:
        _load_members()
    return MEMBERS.get(name)


def member_names() -> list[str]:
    """The names of the members of DMA_OPERATIONS, in the order of the alphabet."""
    _load_members()
    return sorted(MEMBERS)


def _load_members() -> None:
    for module in MEMBER_MODULES:
        import_module("." + module, __name__)


def names() -> Iterable[str]:
    """The names of all routines that drivers and programs call by name."""
    return _MODULE_OF.keys()


def prototype(name: str) -> str | None:
    """The C prototype of a routine, without a semicolon, or None."""
    row = find(name)
    return None if row is None else row.prototype
