// The macros of the WDK and Win32 headers that stay macros: they take types or names, or are constant expressions.
// What else the WDK has inline (MmGetMdlByteCount, IoMarkIrpPending, InsertTailList) is a routine with a body, so that
// its arguments can be checked.

// Values
#define NULL ((void *)0)
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define INT_MIN (-2147483647 - 1)
#define LONG_MIN (-2147483647L - 1)
#define MINLONG (-2147483647L - 1)
#define MINLONGLONG (-9223372036854775807LL - 1)
#define ZwCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define ZwCurrentThread() ((HANDLE)(LONG_PTR)-2)
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)

// Status codes
#define NT_SUCCESS(Status) ((NTSTATUS)(Status) >= 0)
#define NT_INFORMATION(Status) ((ULONG)(Status) >> 30 == 1)
#define NT_WARNING(Status) ((ULONG)(Status) >> 30 == 2)
#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)
#define FAILED(hr) ((HRESULT)(hr) < 0)
#define NT_ERROR(Status) ((ULONG)(Status) >> 30 == 3)

// Fields and arrays
#define offsetof(type, member) __builtin_offsetof(type, member)
#define FIELD_OFFSET(type, field) ((LONG)__builtin_offsetof(type, field))
#define UFIELD_OFFSET(type, field) ((ULONG)__builtin_offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) ((type *)((PCHAR)(address) - __builtin_offsetof(type, field)))
#define RTL_FIELD_TYPE(type, field) (((type *)0)->field)
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (__builtin_offsetof(type, field) + sizeof(((type *)0)->field))
#define RTL_CONTAINS_FIELD(Struct, Size, Field) \
    ((PCHAR)(&(Struct)->Field) + sizeof((Struct)->Field) <= (PCHAR)(Struct) + (Size))
#define RTL_NUMBER_OF(A) (sizeof(A) / sizeof((A)[0]))
#define RTL_NUMBER_OF_FIELD(type, field) (RTL_NUMBER_OF(RTL_FIELD_TYPE(type, field)))
#define ARRAYSIZE(A) (sizeof(A) / sizeof((A)[0]))
#define _countof(A) (sizeof(A) / sizeof((A)[0]))

// Arithmetic
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define __min(a, b) (((a) < (b)) ? (a) : (b))
#define __max(a, b) (((a) > (b)) ? (a) : (b))
#define Int32x32To64(a, b) ((LONGLONG)(LONG)(a) * (LONGLONG)(LONG)(b))
#define UInt32x32To64(a, b) ((ULONGLONG)(ULONG)(a) * (ULONGLONG)(ULONG)(b))
#define FlagOn(Flags, Single) ((Flags) & (Single))
#define BooleanFlagOn(Flags, Single) ((BOOLEAN)(((Flags) & (Single)) != 0))
#define SetFlag(Flags, Single) ((Flags) |= (Single))
#define ClearFlag(Flags, Single) ((Flags) &= ~(Single))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l) & 0xFFFF))
#define HIWORD(l) ((WORD)((DWORD_PTR)(l) >> 16 & 0xFFFF))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w) & 0xFF))
#define HIBYTE(w) ((BYTE)((DWORD_PTR)(w) >> 8 & 0xFF))
#define MAKEWORD(a, b) ((WORD)((BYTE)((DWORD_PTR)(a) & 0xFF) | (WORD)(BYTE)((DWORD_PTR)(b) & 0xFF) << 8))
#define MAKELONG(a, b) ((LONG)((WORD)((DWORD_PTR)(a) & 0xFFFF) | (DWORD)(WORD)((DWORD_PTR)(b) & 0xFFFF) << 16))

// Pointers and integers
#define PtrToUlong(p) ((ULONG)(ULONG_PTR)(p))
#define PtrToULong(p) ((ULONG)(ULONG_PTR)(p))
#define PtrToLong(p) ((LONG)(LONG_PTR)(p))
#define PtrToUint(p) ((UINT)(UINT_PTR)(p))
#define PtrToInt(p) ((INT)(INT_PTR)(p))
#define UlongToPtr(ul) ((VOID *)(ULONG_PTR)(ULONG)(ul))
#define ULongToPtr(ul) ((VOID *)(ULONG_PTR)(ULONG)(ul))
#define LongToPtr(l) ((VOID *)(LONG_PTR)(LONG)(l))
#define UIntToPtr(ui) ((VOID *)(UINT_PTR)(UINT)(ui))
#define IntToPtr(i) ((VOID *)(INT_PTR)(INT)(i))
#define HandleToUlong(h) ((ULONG)(ULONG_PTR)(h))
#define HandleToULong(h) ((ULONG)(ULONG_PTR)(h))
#define HandleToLong(h) ((LONG)(LONG_PTR)(h))
#define UlongToHandle(ul) ((HANDLE)(ULONG_PTR)(ULONG)(ul))
#define ULongToHandle(ul) ((HANDLE)(ULONG_PTR)(ULONG)(ul))
#define LongToHandle(l) ((HANDLE)(LONG_PTR)(LONG)(l))
#define ARGUMENT_PRESENT(argument) ((CHAR *)(ULONG_PTR)(argument) != (CHAR *)NULL)
#define Add2Ptr(p, i) ((PVOID)((PUCHAR)(p) + (i)))

// Alignment and pages
#define ALIGN_DOWN_BY(length, alignment) ((ULONG_PTR)(length) & ~((ULONG_PTR)(alignment) - 1))
#define ALIGN_UP_BY(length, alignment) (ALIGN_DOWN_BY((ULONG_PTR)(length) + (alignment) - 1, alignment))
#define ALIGN_DOWN(length, type) ALIGN_DOWN_BY(length, sizeof(type))
#define ALIGN_UP(length, type) ALIGN_UP_BY(length, sizeof(type))
#define ALIGN_DOWN_POINTER_BY(address, alignment) ((PVOID)ALIGN_DOWN_BY(address, alignment))
#define ALIGN_UP_POINTER_BY(address, alignment) ((PVOID)ALIGN_UP_BY(address, alignment))
#define ALIGN_DOWN_POINTER(address, type) ((PVOID)ALIGN_DOWN(address, type))
#define ALIGN_UP_POINTER(address, type) ((PVOID)ALIGN_UP(address, type))
#define ROUND_TO_SIZE(length, alignment) ((ULONG_PTR)((length) + (alignment) - 1) & ~((ULONG_PTR)(alignment) - 1))
#define PAGE_ALIGN(Va) ((PVOID)((ULONG_PTR)(Va) & ~((ULONG_PTR)PAGE_SIZE - 1)))
#define BYTE_OFFSET(Va) ((ULONG)((ULONG_PTR)(Va) & (PAGE_SIZE - 1)))
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))
#define BYTES_TO_PAGES(Size) (((Size) >> PAGE_SHIFT) + (((Size) & (PAGE_SIZE - 1)) != 0))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size) \
    ((ULONG)((BYTE_OFFSET(Va) + (SIZE_T)(Size) + (PAGE_SIZE - 1)) >> PAGE_SHIFT))
#define COMPUTE_PAGES_SPANNED(Va, Size) ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)

// I/O control codes
#define CTL_CODE(DeviceType, Function, Method, Access) \
    (((DeviceType) << 16) | ((Access) << 14) | ((Function) << 2) | (Method))
#define DEVICE_TYPE_FROM_CTL_CODE(Code) (((ULONG)(Code) & 0xFFFF0000) >> 16)
#define METHOD_FROM_CTL_CODE(Code) ((ULONG)(Code) & 3)
#define IoGetFunctionCodeFromCtlCode(Code) ((Code) >> 2 & 0xFFF)

// Strings and identifiers
#define HasOverlappedIoCompleted(lpOverlapped) ((DWORD)(lpOverlapped)->Internal != STATUS_PENDING)
#define TEXT(quote) L##quote
#define __TEXT(quote) L##quote
#define _T(quote) L##quote
#define RTL_CONSTANT_STRING(s) { sizeof(s) - sizeof((s)[0]), sizeof(s), (PVOID)(s) }
#define DECLARE_CONST_UNICODE_STRING(_var, _string) \
    const WCHAR _var##_buffer[] = _string; \
    const UNICODE_STRING _var = { sizeof(_string) - sizeof(WCHAR), sizeof(_string), (PWCH)_var##_buffer }
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(_var, _string) DECLARE_CONST_UNICODE_STRING(_var, _string)
#define DECLARE_UNICODE_STRING_SIZE(_var, _size) \
    WCHAR _var##_buffer[_size]; \
    UNICODE_STRING _var = { 0, (_size) * sizeof(WCHAR), _var##_buffer }
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    const GUID name = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#define IsEqualGUID(rguid1, rguid2) (RtlCompareMemory(rguid1, rguid2, sizeof(GUID)) == sizeof(GUID))
#define InitializeObjectAttributes(p, n, a, r, s) \
    do { \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES); \
        (p)->RootDirectory = (r); \
        (p)->Attributes = (a); \
        (p)->ObjectName = (n); \
        (p)->SecurityDescriptor = (s); \
        (p)->SecurityQualityOfService = NULL; \
    } while (0)

#define RtlAnsiStringToUnicodeSize(s) ((s)->Length * sizeof(WCHAR) + sizeof(WCHAR))
#define RtlUnicodeStringToAnsiSize(s) ((s)->Length / sizeof(WCHAR) + sizeof(CHAR))
#define RtlStoreUshort(address, value) (*(USHORT UNALIGNED *)(address) = (USHORT)(value))
#define RtlStoreUlong(address, value) (*(ULONG UNALIGNED *)(address) = (ULONG)(value))
#define RtlStoreUlonglong(address, value) (*(ULONGLONG UNALIGNED *)(address) = (ULONGLONG)(value))
#define RtlRetrieveUshort(to, from) (*(PUSHORT)(to) = *(USHORT UNALIGNED *)(from))
#define RtlRetrieveUlong(to, from) (*(PULONG)(to) = *(ULONG UNALIGNED *)(from))

// PCI headers, reports and the error log
#define PCI_CONFIGURATION_TYPE(data) ((data)->HeaderType & ~PCI_MULTIFUNCTION)
#define PCI_MULTIFUNCTION_DEVICE(data) (((data)->HeaderType & PCI_MULTIFUNCTION) != 0)
#define IoForwardAndCatchIrp IoForwardIrpSynchronously

// Statements
#define UNREFERENCED_PARAMETER(P) ((void)(P))
#define UNREFERENCED_LOCAL_VARIABLE(V) ((void)(V))
#define DBG_UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(V) ((void)(V))
#define PAGED_CODE() \
    (KeGetCurrentIrql() > APC_LEVEL ? RtlAssert("pageable code above APC_LEVEL", __FILE__, __LINE__, NULL) : (void)0)
#define ASSERT(exp) ((exp) ? TRUE : (RtlAssert(#exp, __FILE__, __LINE__, NULL), FALSE))
#define ASSERTMSG(msg, exp) ((exp) ? TRUE : (RtlAssert(#exp, __FILE__, __LINE__, msg), FALSE))
#define NT_ASSERT(exp) ASSERT(exp)
#define NT_ASSERTMSG(msg, exp) ASSERTMSG(msg, exp)
#define NT_VERIFY(exp) ASSERT(exp)
#define NT_FRE_ASSERT(exp) ASSERT(exp)
#define RTL_VERIFY(exp) ASSERT(exp)
#define RTL_VERIFYMSG(msg, exp) ASSERTMSG(msg, exp)
#define RTL_SOFT_ASSERT(exp) ((exp) ? TRUE : (DbgPrint("%s, line %d: not true: %s\n", __FILE__, __LINE__, #exp), FALSE))
#define RTL_SOFT_VERIFY(exp) RTL_SOFT_ASSERT(exp)
#define KdPrint(arguments) DbgPrint arguments
#define KdPrintEx(arguments) DbgPrintEx arguments
#define KdBreakPoint() DbgBreakPoint()
#define YieldProcessor() _mm_pause()
#define MemoryBarrier() KeMemoryBarrier()
#define NOTHING

// Variable argument lists
#define va_start(list, last) __builtin_va_start(list, last)
#define va_arg(list, type) __builtin_va_arg(list, type)
#define va_end(list) __builtin_va_end(list)
#define va_copy(to, from) __builtin_va_copy(to, from)

// Second names
#define ZeroMemory RtlZeroMemory
#define CopyMemory RtlCopyMemory
#define MoveMemory RtlMoveMemory
#define FillMemory RtlFillMemory
#define SecureZeroMemory RtlSecureZeroMemory
#define IsEqualIID IsEqualGUID
#define InlineIsEqualGUID IsEqualGUID
#define NtClose ZwClose
#define RtlULongPtrAdd RtlULongLongAdd
#define RtlULongPtrSub RtlULongLongSub
#define RtlULongPtrMult RtlULongLongMult
#define READ_REGISTER_NOFENCE_UCHAR READ_REGISTER_UCHAR
#define READ_REGISTER_NOFENCE_USHORT READ_REGISTER_USHORT
#define READ_REGISTER_NOFENCE_ULONG READ_REGISTER_ULONG
#define READ_REGISTER_NOFENCE_ULONG64 READ_REGISTER_ULONG64
#define WRITE_REGISTER_NOFENCE_UCHAR WRITE_REGISTER_UCHAR
#define WRITE_REGISTER_NOFENCE_USHORT WRITE_REGISTER_USHORT
#define WRITE_REGISTER_NOFENCE_ULONG WRITE_REGISTER_ULONG
#define WRITE_REGISTER_NOFENCE_ULONG64 WRITE_REGISTER_ULONG64
#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define InterlockedExchangeAcquire InterlockedExchange
#define InterlockedExchangeNoFence InterlockedExchange
#define InterlockedExchangeAddNoFence InterlockedExchangeAdd
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define InterlockedOrNoFence InterlockedOr
#define InterlockedAndNoFence InterlockedAnd
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedOr InterlockedOr
#define _InterlockedAnd InterlockedAnd
#define _InterlockedXor InterlockedXor
