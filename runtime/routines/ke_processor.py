"""Processors and their caches, and where and how urgently a thread runs."""

from __future__ import annotations

from ..ke import threads
from ..routine import routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine("VOID KeMemoryBarrier(VOID)", page="nf-wdm-kememorybarrier", irql="any", macro=True)
def KeMemoryBarrier(nt: System) -> None:
    """All accesses before it are done: they always are here, where one processor runs at a time."""


@routine("VOID KeMemoryBarrierWithoutFence(VOID)", irql="any", macro=True)
def KeMemoryBarrierWithoutFence(nt: System) -> None:
    """The compiler moves no access across it; this one moves none anyway."""


@routine("VOID KeInvalidateAllCaches(VOID)", page="nf-wdm-keinvalidateallcaches", irql="<= APC_LEVEL")
def KeInvalidateAllCaches(nt: System) -> None:
    """Every processor sees memory as it is: there is nothing to write back."""


@routine("ULONG KeGetCurrentProcessorNumber(VOID)", page="nf-wdm-kegetcurrentprocessornumber", irql="any")
def KeGetCurrentProcessorNumber(nt: System) -> int:
    return nt.cpu.number


@routine(
    "ULONG KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)",
    page="nf-wdm-kegetcurrentprocessornumberex", irql="any",
)  # fmt: skip
def KeGetCurrentProcessorNumberEx(nt: System, number: int) -> int:
    """The index of the processor; its group, number and a reserved byte are stored if asked for. There is one group."""
    if number:
        nt.memory.write(number, bytes([0, 0, nt.cpu.number, 0]))
    return nt.cpu.number


@routine("KAFFINITY KeQueryActiveProcessors(VOID)", page="nf-wdm-kequeryactiveprocessors", irql="any")
def KeQueryActiveProcessors(nt: System) -> int:
    return (1 << len(nt.processors)) - 1


@routine(
    "ULONG KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)",
    page="nf-wdm-kequeryactiveprocessorcount", irql="any",
)  # fmt: skip
def KeQueryActiveProcessorCount(nt: System, active: int) -> int:
    if active:
        nt.memory.write_uint(active, 8, KeQueryActiveProcessors(nt))
    return len(nt.processors)


@routine(
    "ULONG KeQueryActiveProcessorCountEx(USHORT GroupNumber)",
    page="nf-wdm-kequeryactiveprocessorcountex", irql="any",
)  # fmt: skip
def KeQueryActiveProcessorCountEx(nt: System, group: int) -> int:
    return len(nt.processors) if group in (0, 0xFFFF) else 0


@routine("ULONG KeQueryMaximumProcessorCount(VOID)", page="nf-wdm-kequerymaximumprocessorcount", irql="any")
def KeQueryMaximumProcessorCount(nt: System) -> int:
    return len(nt.processors)


@routine("PKTHREAD KeGetCurrentThread(VOID)", page="nf-wdm-kegetcurrentthread", irql="any")
def KeGetCurrentThread(nt: System) -> int:
    return nt.thread.address


@routine(
    "KPRIORITY KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)",
    page="nf-wdm-kesetprioritythread", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def KeSetPriorityThread(nt: System, thread: int, priority: int) -> int:
    """Change the priority of a thread, and return the one before."""
    return threads.set_priority(nt, thread, priority)


@routine(
    "KPRIORITY KeQueryPriorityThread(PRKTHREAD Thread)",
    page="nf-wdm-kequeryprioritythread", irql="== PASSIVE_LEVEL",
)  # fmt: skip
def KeQueryPriorityThread(nt: System, thread: int) -> int:
    found = threads.at(nt, thread)
    return found.priority if found is not None else 0


@routine(
    "VOID KeSetSystemAffinityThread(KAFFINITY Affinity)",
    page="nf-wdm-kesetsystemaffinitythread", irql="<= APC_LEVEL", undo="KeRevertToUserAffinityThread", calls_back=True,
)  # fmt: skip
def KeSetSystemAffinityThread(nt: System, affinity: int) -> None:
    """Keep the current thread on some processors, beginning at once."""
    threads.set_affinity(nt, affinity)


@routine(
    "VOID KeRevertToUserAffinityThread(VOID)",
    page="nf-wdm-kereverttouseraffinitythread", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
def KeRevertToUserAffinityThread(nt: System) -> None:
    threads.revert_affinity(nt, 0)


@routine(
    "KAFFINITY KeSetSystemAffinityThreadEx(KAFFINITY Affinity)",
    page="nf-wdm-kesetsystemaffinitythreadex", irql="<= APC_LEVEL", undo="KeRevertToUserAffinityThreadEx",
    calls_back=True,
)  # fmt: skip
def KeSetSystemAffinityThreadEx(nt: System, affinity: int) -> int:
    """The same. The affinity that a driver has set before is returned, 0 if none has."""
    return threads.set_affinity(nt, affinity)


@routine(
    "VOID KeRevertToUserAffinityThreadEx(KAFFINITY Affinity)",
    page="nf-wdm-kereverttouseraffinitythreadex", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
def KeRevertToUserAffinityThreadEx(nt: System, affinity: int) -> None:
    threads.revert_affinity(nt, affinity)
