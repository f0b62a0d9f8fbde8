"""Processes and threads."""

from __future__ import annotations

from .. import attach
from ..constants import STATUS_INVALID_CID, STATUS_SUCCESS
from ..routine import known, routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
known(
    "NTSTATUS PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "HANDLE ProcessHandle, PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine, PVOID StartContext)",
    page="nf-wdm-pscreatesystemthread", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", calls_back=True,
)  # fmt: skip
known(
    "NTSTATUS PsTerminateSystemThread(NTSTATUS ExitStatus)",
    page="nf-wdm-psterminatesystemthread", irql="== PASSIVE_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip


@routine(
    "PEPROCESS PsGetCurrentProcess(VOID)",
    page="nf-wdm-iogetcurrentprocess", irql="any", header="ntddk.h", macro=True,
)  # fmt: skip
def PsGetCurrentProcess(nt: System) -> int:
    """The process whose user addresses are visible now."""
    return nt.process.address


@routine("PEPROCESS IoGetCurrentProcess(VOID)", page="nf-wdm-iogetcurrentprocess", irql="any")
def IoGetCurrentProcess(nt: System) -> int:
    return nt.process.address


@routine("PETHREAD PsGetCurrentThread(VOID)", page="nf-wdm-psgetcurrentthread", irql="any", macro=True)
def PsGetCurrentThread(nt: System) -> int:
    return nt.thread.address


@routine("HANDLE PsGetCurrentProcessId(VOID)", page="nf-ntddk-psgetcurrentprocessid", irql="any", header="ntddk.h")
def PsGetCurrentProcessId(nt: System) -> int:
    return nt.process.id


known(
    "PEPROCESS IoGetRequestorProcess(PIRP Irp)",
    page="nf-ntifs-iogetrequestorprocess", irql="<= DISPATCH_LEVEL", fails="NULL", header="ntifs.h",
)  # fmt: skip


@routine(
    "VOID KeStackAttachProcess(PRKPROCESS PROCESS, PRKAPC_STATE ApcState)",
    page="nf-ntifs-kestackattachprocess", irql="<= APC_LEVEL", fails="bug check", undo="KeUnstackDetachProcess",
    header="ntifs.h",
)  # fmt: skip
def KeStackAttachProcess(nt: System, process: int, state: int) -> None:
    """Enter the address space of a process. May be nested; each state is detached with once."""
    attach.stack_attach(nt, process, state)


@routine(
    "VOID KeUnstackDetachProcess(PRKAPC_STATE ApcState)",
    page="nf-ntifs-keunstackdetachprocess", irql="<= APC_LEVEL", fails="bug check", header="ntifs.h",
)  # fmt: skip
def KeUnstackDetachProcess(nt: System, state: int) -> None:
    attach.unstack_detach(nt, state)


@routine("HANDLE PsGetCurrentThreadId(VOID)", page="nf-ntddk-psgetcurrentthreadid", irql="any", header="ntddk.h")
def PsGetCurrentThreadId(nt: System) -> int:
    return nt.thread.id


@routine("HANDLE PsGetProcessId(PEPROCESS Process)", page="nf-ntddk-psgetprocessid", irql="any", header="ntddk.h")
def PsGetProcessId(nt: System, process: int) -> int:
    """The id of a process, 0 for an address that is none."""
    return next((found.id for found in nt.processes if found.address == process), 0)


known("HANDLE PsGetThreadId(PETHREAD Thread)", irql="any", header="ntddk.h")
known("PEPROCESS PsGetThreadProcess(PETHREAD Thread)", irql="any", header="ntifs.h")


@routine(
    "NTSTATUS PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process)",
    page="nf-ntifs-pslookupprocessbyprocessid", irql="<= APC_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
    header="ntifs.h",
)  # fmt: skip
def PsLookupProcessByProcessId(nt: System, identifier: int, process_at: int) -> int:
    """The EPROCESS of a process that is alive."""
    found = next((process for process in nt.processes if process.id == identifier and process.alive), None)
    if nt.fails("PsLookupProcessByProcessId") or found is None:
        return STATUS_INVALID_CID
    nt.memory.write_uint(process_at, 8, found.address)
    return STATUS_SUCCESS


known(
    "NTSTATUS PsLookupThreadByThreadId(HANDLE ThreadId, PETHREAD *Thread)",
    page="nf-ntifs-pslookupthreadbythreadid", irql="<= APC_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
    header="ntifs.h",
)  # fmt: skip
known(
    "NTSTATUS PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine, BOOLEAN Remove)",
    page="nf-ntddk-pssetcreateprocessnotifyroutine", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntddk.h",
)  # fmt: skip
known("BOOLEAN PsIsSystemThread(PETHREAD Thread)", page="nf-ntifs-psissystemthread", irql="any", header="ntifs.h")
known(
    "BOOLEAN PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber, PUNICODE_STRING CSDVersion)",
    page="nf-ntddk-psgetversion", irql="== PASSIVE_LEVEL", header="ntddk.h",
)  # fmt: skip
known("PEPROCESS IoThreadToProcess(PETHREAD Thread)", page="nf-ntifs-iothreadtoprocess", irql="any", header="ntifs.h")
known(
    "ULONG IoGetRequestorProcessId(PIRP Irp)",
    page="nf-ntifs-iogetrequestorprocessid", irql="<= DISPATCH_LEVEL", header="ntifs.h",
)  # fmt: skip


@routine("VOID KeAttachProcess(PRKPROCESS PROCESS)", irql="<= APC_LEVEL", undo="KeDetachProcess", header="ntifs.h")
def KeAttachProcess(nt: System, process: int) -> None:
    """The old way to enter a process, which cannot be nested."""
    attach.attach(nt, process)


@routine("VOID KeDetachProcess(VOID)", irql="<= APC_LEVEL", header="ntifs.h")
def KeDetachProcess(nt: System) -> None:
    attach.detach(nt)


