"""Processes and threads."""

from __future__ import annotations

from ..io.requests import OWNED_BY_DRIVER
from ..ke import attach, threads
from ..routine import routine
from ..services.attributes import granted, read_attributes
from ..wdk.constants import OBJ_KERNEL_HANDLE, STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_CID, STATUS_SUCCESS
from ..wdk.layouts import offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ke.process import Process
    from ..system import System

BUILDS = {"nt52": (5, 2, 3790), "nt60": (6, 0, 6002), "nt61": (6, 1, 7601), "win10": (10, 0, 26100)}


@routine(
    "NTSTATUS PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, "
    "HANDLE ProcessHandle, PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine, PVOID StartContext)",
    page="nf-wdm-pscreatesystemthread", irql="== PASSIVE_LEVEL", fails="NTSTATUS", undo="ZwClose", calls_back=True,
)  # fmt: skip
def PsCreateSystemThread(
    nt: System, handle_at: int, access: int, attributes: int, process: int, client: int, start: int, context: int
) -> int:
    """A thread in kernel mode that runs a function of the driver. Its handle is one of the kernel's, since Vista."""
    asked = read_attributes(nt, attributes)
    if asked.status:
        return asked.status
    target: Any = nt.system_process
    if process:
        status, entry = nt.objects.by_handle(process, 0, "Process", 0)
        if entry is None:
            return status
        target = entry.object.body
    if nt.fails("PsCreateSystemThread"):
        return STATUS_INSUFFICIENT_RESOURCES
    thread = threads.create_system_thread(nt, target, start, context)
    flags = asked.flags if nt.settings.generation == "nt52" else asked.flags | OBJ_KERNEL_HANDLE
    handle = nt.objects.open(nt.process, threads.object_of(nt, thread), granted("Thread", access), flags)
    nt.memory.write_uint(handle_at, 8, handle)
    if client:
        nt.memory.write_uint(client + offset("_CLIENT_ID", "UniqueProcess"), 8, target.id)
        nt.memory.write_uint(client + offset("_CLIENT_ID", "UniqueThread"), 8, thread.id)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS PsTerminateSystemThread(NTSTATUS ExitStatus)",
    page="nf-wdm-psterminatesystemthread", irql="== PASSIVE_LEVEL", fails="NTSTATUS", calls_back=True,
)  # fmt: skip
def PsTerminateSystemThread(nt: System, status: int) -> int:
    """End the current thread. Returns only in a thread that is not the system's."""
    return threads.terminate_system_thread(nt, status)


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


def _requestor(nt: System, irp: int) -> Process | None:
    """Whose request an IRP is; None for one that no thread has asked for."""
    request = nt.io.requests.alive.get(irp)
    return None if request is None or request.origin in OWNED_BY_DRIVER else request.process


@routine(
    "PEPROCESS IoGetRequestorProcess(PIRP Irp)",
    page="nf-ntifs-iogetrequestorprocess", irql="<= DISPATCH_LEVEL", fails="NULL", header="ntifs.h",
)  # fmt: skip
def IoGetRequestorProcess(nt: System, irp: int) -> int:
    process = _requestor(nt, irp)
    return 0 if process is None else process.address


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


@routine("HANDLE PsGetThreadId(PETHREAD Thread)", irql="any", header="ntddk.h")
def PsGetThreadId(nt: System, thread: int) -> int:
    found = threads.at(nt, thread)
    return found.id if found is not None else 0


@routine("PEPROCESS PsGetThreadProcess(PETHREAD Thread)", irql="any", header="ntifs.h")
def PsGetThreadProcess(nt: System, thread: int) -> int:
    """The process that a thread belongs to, whichever it is attached to."""
    found = threads.at(nt, thread)
    home = (found.home or found.process) if found is not None else None
    return home.address if home is not None else 0


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


@routine(
    "NTSTATUS PsLookupThreadByThreadId(HANDLE ThreadId, PETHREAD *Thread)",
    page="nf-ntifs-pslookupthreadbythreadid", irql="<= APC_LEVEL", fails="NTSTATUS", undo="ObDereferenceObject",
    header="ntifs.h",
)  # fmt: skip
def PsLookupThreadByThreadId(nt: System, identifier: int, thread_at: int) -> int:
    """The ETHREAD of a thread that has not ended, with a reference."""
    found = threads.by_id(nt, identifier)
    if nt.fails("PsLookupThreadByThreadId") or found is None:
        return STATUS_INVALID_CID
    nt.objects.reference(threads.object_of(nt, found))
    nt.memory.write_uint(thread_at, 8, found.address)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine, BOOLEAN Remove)",
    page="nf-ntddk-pssetcreateprocessnotifyroutine", irql="== PASSIVE_LEVEL", fails="NTSTATUS", header="ntddk.h",
)  # fmt: skip
def PsSetCreateProcessNotifyRoutine(nt: System, routine: int, remove: int) -> int:
    """Let a routine be told of each process that begins or ends, or no more."""
    if nt.fails("PsSetCreateProcessNotifyRoutine"):
        return STATUS_INSUFFICIENT_RESOURCES
    return nt.io.process_notes.change(routine, bool(remove))


@routine("BOOLEAN PsIsSystemThread(PETHREAD Thread)", page="nf-ntifs-psissystemthread", irql="any", header="ntifs.h")
def PsIsSystemThread(nt: System, thread: int) -> int:
    found = threads.at(nt, thread)
    return int(found is not None and not found.is_user_thread)


@routine(
    "BOOLEAN PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber, PUNICODE_STRING CSDVersion)",
    page="nf-ntddk-psgetversion", irql="== PASSIVE_LEVEL", header="ntddk.h",
)  # fmt: skip
def PsGetVersion(nt: System, major: int, minor: int, build: int, service_pack: int) -> int:
    """Store what is asked for. FALSE: this is no checked build. No service pack is installed."""
    for where, value in zip((major, minor, build), BUILDS[nt.settings.generation], strict=True):
        if where:
            nt.memory.write_uint(where, 4, value)
    if service_pack:
        nt.memory.write_uint(service_pack, 2, 0)
    return 0


@routine(
    "PEPROCESS IoThreadToProcess(PETHREAD Thread)",
    page="nf-ntifs-iothreadtoprocess", irql="any", header="ntifs.h",
)  # fmt: skip
def IoThreadToProcess(nt: System, thread: int) -> int:
    return PsGetThreadProcess(nt, thread)


@routine(
    "ULONG IoGetRequestorProcessId(PIRP Irp)",
    page="nf-ntifs-iogetrequestorprocessid", irql="<= DISPATCH_LEVEL", header="ntifs.h",
)  # fmt: skip
def IoGetRequestorProcessId(nt: System, irp: int) -> int:
    process = _requestor(nt, irp)
    return 0 if process is None else process.id


@routine("VOID KeAttachProcess(PRKPROCESS PROCESS)", irql="<= APC_LEVEL", undo="KeDetachProcess", header="ntifs.h")
def KeAttachProcess(nt: System, process: int) -> None:
    """The old way to enter a process, which cannot be nested."""
    attach.attach(nt, process)


@routine("VOID KeDetachProcess(VOID)", irql="<= APC_LEVEL", header="ntifs.h")
def KeDetachProcess(nt: System) -> None:
    attach.detach(nt)


