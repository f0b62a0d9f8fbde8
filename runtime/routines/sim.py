"""What only the simulator has: steering the run from driver code and scripts."""

from __future__ import annotations

from ..mm.store import PAGE
from ..mm.virtual import end_process
from ..routine import routine
from ..wdk.constants import STATUS_NO_SUCH_DEVICE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine("VOID SimPageOut(PVOID VirtualAddress, SIZE_T Length)", irql="any", header="")
def SimPageOut(nt: System, va: int, length: int) -> None:
    """Make the pages of a range leave memory, but for those that may not; all pageable pages for NULL and 0."""
    nt.memory.page_out(va, length)


@routine("ULONG SimPinnedFrames(VOID)", irql="any", header="")
def SimPinnedFrames(nt: System) -> int:
    """How many frames are locked now."""
    return nt.memory.pinned_count


@routine("UCHAR SimByteAt(PVOID Address)", irql="any", header="")
def SimByteAt(nt: System, va: int) -> int:
    """What memory holds at an address, looked at from outside the machine: no processor touches it, nothing faults. 0
    where no frame is."""
    frame = nt.memory.frame_at(va)
    return nt.memory.read_physical(frame * PAGE + va % PAGE, 1)[0] if frame else 0


@routine("VOID SimFailNext(PCSTR Routine, ULONG Count)", irql="any", header="")
def SimFailNext(nt: System, routine: int, count: int) -> None:
    """Let the next `count` calls of a fallible routine fail."""
    nt.chooser.may_fail = True
    what = "fail:" + nt.memory.read_string(routine).decode("utf-8", "replace")
    done = nt.chooser.asked.get(what, 0)
    nt.chooser.failures |= {(what, done + 1 + index) for index in range(min(count, 1000))}


@routine("VOID SimAdvance(ULONGLONG Nanoseconds)", irql="<= DISPATCH_LEVEL", header="", calls_back=True)
def SimAdvance(nt: System, nanoseconds: int) -> None:
    """Let time pass, with all that happens meanwhile."""
    nt.scheduler.pass_time(nanoseconds)


@routine("PEPROCESS SimCreateProcess(VOID)", irql="== PASSIVE_LEVEL", undo="SimExitProcess", header="")
def SimCreateProcess(nt: System) -> int:
    """A process without a program of its own, whose address space KeStackAttachProcess can enter."""
    return nt.create_process("process").address


@routine("VOID SimExitProcess(PEPROCESS Process)", irql="== PASSIVE_LEVEL", header="", calls_back=True)
def SimExitProcess(nt: System, process: int) -> None:
    """End a process as if its program had exited. Pages that are still locked then stop the machine."""
    found = next((one for one in nt.processes if one.address == process and one.alive), None)
    if found is not None:
        end_process(nt, found)


@routine("NTSTATUS SimRebalance(PCSTR Device)", irql="== PASSIVE_LEVEL", header="", calls_back=True)
def SimRebalance(nt: System, name: int) -> int:
    """Stop a device and start it with other addresses, as when the system makes room for another one. The status with
    which its drivers refused to be stopped, or did not start again."""
    device = nt.hardware.named(nt.memory.read_string(name).decode("utf-8", "replace"))
    return STATUS_NO_SUCH_DEVICE if device is None else nt.io.pnp.rebalance(device)


@routine("VOID SimSurpriseRemove(PCSTR Device)", irql="<= DISPATCH_LEVEL", header="", calls_back=True)
def SimSurpriseRemove(nt: System, name: int) -> None:
    """Pull a device out of the machine: its registers read as all ones from now on, and then Windows is told."""
    device = nt.hardware.named(nt.memory.read_string(name).decode("utf-8", "replace"))
    if device is not None and device.present:
        nt.hardware.surprise_remove(device)
        nt.io.surprise_removed(device)
