"""Who waits for an adapter's channel and map registers, and what happens when the turn comes."""

from __future__ import annotations

from ..findings import address, plural
from ..io.request_checks import head_of
from ..ke.processor import DISPATCH_LEVEL
from ..rules import dma as rules
from ..wdk.layouts import offset
from . import slaves
from .flushing import forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..findings import Moment
    from ..system import System
    from .adapters import Adapter
    from .registers import MapRegisters

CURRENT_IRP = offset("_DEVICE_OBJECT", "CurrentIrp")
KEEP_OBJECT, DEALLOCATE_OBJECT, KEEP_REGISTERS = 1, 2, 3
LATE_NS = 3000  # when a request that could run at once is served later all the same
TOTAL_STOP = (0xE6, 0x15)  # too many map registers in all
STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES = 0, 0xC000_009A
A_CONTEXT = "the context of a DMA routine"


class Request:
    """One request. `run(registers)` does what was asked for and says what becomes of the channel and the registers;
    `context` is the address of the transfer context of a version-3 request, 0 for an older one; `told` are the
    driver's routine and what it is given."""

    __slots__ = ("adapter", "device_object", "count", "run", "context", "exclusive", "key", "unserved", "asked", "told")

    def __init__(
        self, adapter: Adapter, device_object: int, count: int, run: Callable[[MapRegisters], int], context: int = 0,
        exclusive: bool = True,
    ) -> None:  # fmt: skip
        self.adapter = adapter
        self.device_object = device_object
        self.count = count
        self.run = run
        self.context = context
        self.exclusive = exclusive
        self.asked: Moment | None = None
        self.told: tuple[int, int] = (0, 0)
        self.key = 0  # by which it is held until it is served
        self.unserved: Callable[[], object] | None = None  # what gives back what was taken for it


def too_many(nt: System, adapter: Adapter, count: int) -> bool:
    """True, after a report, if one request wants more map registers than IoGetDmaAdapter granted."""
    if count <= adapter.maximum:
        return False
    facts = [*adapter.facts, ("map registers", f"{count} wanted, {adapter.maximum} granted")]
    nt.violation(
        rules.DMA_TOO_MANY_REGISTERS, (count, adapter.maximum, 0), facts, ("adapter", adapter.address),
        argument=nt.dma.argument("NumberOfMapRegisters"),
    )  # fmt: skip
    return True


def submit(nt: System, request: Request) -> None:
    """Serve a request now if nothing stands in its way, else in its turn."""
    dma = nt.dma
    nt.traced("channel wanted", adapter=request.adapter.address, registers=request.count)
    request.asked = nt.remember("request", request.device_object, "asked", None)
    request.key = nt.new_object(0x40)
    nt.dispatcher.lent.lend(A_CONTEXT, request.key, request.told[1])
    request.adapter.waiting.append(request)
    dma.served.append(request)
    left = f", {dma.pool.free} of {dma.pool.total} free" if request.adapter.needs_registers else ""
    facts = [*request.adapter.facts, ("map registers", f"{request.count} wanted{left}")]
    nt.hold(rules.DMA_REQUEST_WAITS, request.key, facts)
    if is_free(nt, request) and nt.chooser.open and nt.choose("dma:callback", 2):
        nt.scheduler.after(LATE_NS, lambda: nt.dpcs.defer(lambda: serve(nt)), "a DMA request's turn")
        return
    serve(nt)


def is_free(nt: System, request: Request) -> bool:
    """Whether a request can be served at once: nobody has the channel, nobody waits before it, registers are there."""
    adapter = request.adapter
    if is_taken(nt, adapter) or first_for_channel(nt, adapter) not in (None, request):
        return False
    if not adapter.needs_registers:
        return True
    first = next((one for one in nt.dma.served if one.adapter.needs_registers), request)
    return first is request and request.count <= nt.dma.pool.free


def is_taken(nt: System, adapter: Adapter) -> bool:
    """Whether somebody has the channel. A channel of the system's controller is one, however many adapters it has."""
    return any(one.owner is not None for one in sharing(nt, adapter))


def first_for_channel(nt: System, adapter: Adapter) -> Request | None:
    """The request that came first of those for an adapter's channel."""
    if adapter.description.master:
        return adapter.waiting[0] if adapter.waiting else None
    adapters = sharing(nt, adapter)
    return next((one for one in nt.dma.served if one.adapter in adapters), None)


def sharing(nt: System, adapter: Adapter) -> list[Adapter]:
    """The adapters that stand for the same channel: a master has its own."""
    if adapter.description.master:
        return [adapter]
    line = slaves.line_of(adapter)
    return [
        one for one in nt.dma.adapters.values()
        if not one.dead and not one.description.master and slaves.line_of(one) == line
    ]  # fmt: skip


def serve_now(nt: System, request: Request) -> bool:
    """Serve a request at once, or not at all: False."""
    if not is_free(nt, request):
        return False
    registers = nt.dma.pool.take(request.adapter, request.count)
    if registers is None:
        return False
    run(nt, request, registers)
    serve(nt)
    return True


def cancel(nt: System, request: Request) -> None:
    """A request that waits is forgotten."""
    nt.dma.served.remove(request)
    request.adapter.waiting.remove(request)
    nt.let_go(rules.DMA_REQUEST_WAITS, request.key)
    if request.unserved is not None:
        request.unserved()
    serve(nt)


def serve(nt: System) -> None:
    """Run the requests whose turn has come: in the order in which they came, each adapter's channel one at a time. A
    request that waits for map registers lets no later one pass that needs some."""
    dma = nt.dma
    if dma.serving:
        return
    dma.serving = True
    again = True
    while again:
        again = False
        short = False
        for request in list(dma.served):
            adapter = request.adapter
            if is_taken(nt, adapter) or first_for_channel(nt, adapter) is not request:
                continue
            if short and adapter.needs_registers:
                continue
            registers = dma.pool.take(adapter, request.count)
            if registers is None:
                short = True
                continue
            dma.served.remove(request)
            adapter.waiting.pop(0)
            dma.serving = False
            run(nt, request, registers)
            dma.serving = True
            again = True
            break
    dma.serving = False


def run(nt: System, request: Request, registers: MapRegisters) -> None:
    """Call the driver, and do with channel and registers what it says."""
    level = nt.irql
    if level < DISPATCH_LEVEL:
        nt.set_irql(DISPATCH_LEVEL)
    _run(nt, request, registers)
    if nt.irql != level:
        nt.set_irql(level)


def _run(nt: System, request: Request, registers: MapRegisters) -> None:
    adapter = request.adapter
    nt.let_go(rules.DMA_REQUEST_WAITS, request.key)
    adapter.owner = registers
    adapter.run_for = request.device_object or adapter.address
    registers.channel = True
    registers.asked = request.asked or nt.moment()
    nt.history[("registers", registers.base)] = {"granted": registers.asked}
    nt.hold(rules.DMA_REGISTERS_LEFT, registers.base, [*registers.facts, *adapter.facts], registers.asked)
    _check_total(nt, request)
    if nt.dispatcher.lent.known:
        routine, context = request.told
        nt.dispatcher.lent.check(A_CONTEXT, request.key, context, routine)
    action = request.run(registers)
    adapter.run_for = 0
    if action == KEEP_OBJECT:
        return
    let_channel_go(nt, registers, action)


def _check_total(nt: System, request: Request) -> None:
    """All that an adapter holds for transfers stage by stage must not be more than it was granted for one."""
    adapter = request.adapter
    held = adapter.registers_held - sum(one.mapping.registers.count for one in adapter.lists.values())
    if request.exclusive and held > adapter.maximum:
        facts = [*adapter.facts, ("map registers", f"{held} held, {adapter.maximum} granted")]
        nt.violation(
            rules.DMA_TOO_MANY_REGISTERS, (held, adapter.maximum, 0), facts,
            ("adapter", adapter.address), stop=TOTAL_STOP, moment=request.asked,
            title="more map registers are held at a time than IoGetDmaAdapter granted",
        )  # fmt: skip


def let_channel_go(nt: System, registers: MapRegisters, action: int) -> None:
    """What becomes of channel and registers by an IO_ALLOCATION_ACTION other than KeepObject."""
    adapter = registers.adapter
    registers.channel = False
    adapter.owner = None
    if action == DEALLOCATE_OBJECT and not registers.freed:
        release(nt, registers)
    elif action not in (DEALLOCATE_OBJECT, KEEP_REGISTERS):
        nt.violation(rules.DMA_UNKNOWN_ACTION, (), [("returned", str(action)), *adapter.facts])


def current_irp(nt: System, device_object: int) -> int:
    """What the routine of a request is given as its IRP: the one that the device object works on as it is made."""
    return nt.memory.read_uint(device_object + CURRENT_IRP, 8) if device_object else 0


def call_execution_routine(
    nt: System, routine: int, device_object: int, irp: int, registers: MapRegisters, context: int
) -> int:
    """AdapterControl, at DISPATCH_LEVEL: the action that it returns."""
    nt.traced("adapter control", name="", routine=routine, base=registers.base)
    action = nt.call(routine, device_object, irp, registers.base, context) & 0xFFFF_FFFF
    nt.traced("adapter control end", result=action)
    if action not in (KEEP_OBJECT, DEALLOCATE_OBJECT, KEEP_REGISTERS):
        facts = [("returned", str(action)), *registers.adapter.facts]
        nt.violation(rules.DMA_UNKNOWN_ACTION, (), facts, moment=head_of(nt, routine))
        action = DEALLOCATE_OBJECT
    adapter = registers.adapter
    if action == KEEP_REGISTERS and not adapter.description.master and slaves.runs(adapter):
        facts = [*adapter.facts, ("left", plural(slaves.remaining(nt, adapter), "byte"))]
        nt.violation(rules.DMA_CHANNEL_LET_GO, (), facts, moment=head_of(nt, routine))
    if action == DEALLOCATE_OBJECT:
        registers.returned = head_of(nt, routine)
    return action


def release(nt: System, registers: MapRegisters) -> None:
    """Map registers go back; what is still mapped through them must have been flushed."""
    left = [mapping for mapping in registers.adapter.mappings if mapping.registers is registers]
    if left:
        pages = sum(len(mapping.pieces) for mapping in left)
        rule = rules.DMA_FREED_MAPPED
        facts = [*left[0].facts, *registers.facts]
        nt.violation(
            rule, (pages, 0, 0), facts, ("mapping", left[0].mdl), argument=nt.dma.argument("MapRegisterBase")
        )
        for mapping in left:  # the device's data is lost
            forget(nt, mapping)
    nt.dma.pool.give_back(registers)
    nt.let_go(rules.DMA_REGISTERS_LEFT, registers.base)
    freed = nt.remember("registers", registers.base, "freed", nt.dma.argument("MapRegisterBase", "ScatterGather"))
    nt.history["registers", registers.base]["freed"] = registers.returned or freed
    serve(nt)


def free_channel(nt: System, adapter: Adapter) -> None:
    """FreeAdapterChannel: the channel and its registers, after KeepObject."""
    registers = adapter.owner
    if registers is None or adapter.run_for:
        said = "its execution routine still runs" if adapter.run_for else "nobody has it"
        nt.violation(
            rules.DMA_CHANNEL_NOT_HELD, (1, 0, 0), [*adapter.facts, ("channel", said)], ("adapter", adapter.address)
        )
        return
    adapter.owner = None
    nt.remember("adapter", adapter.address, "freed")
    if registers.freed:  # by PutScatterGatherList
        serve(nt)
    else:
        release(nt, registers)


def free_registers(nt: System, adapter: Adapter, base: int, count: int) -> None:
    """FreeMapRegisters: after DeallocateObjectKeepRegisters."""
    registers = nt.dma.pool.allocations.get(base)
    if registers is None or registers.adapter is not adapter:
        facts = [*adapter.facts, ("map register base", address(base))]
        where = nt.dma.argument("MapRegisterBase")
        nt.violation(rules.DMA_REGISTERS_NOT_HELD, (count, 0, 0), facts, ("registers", base), argument=where)
        return
    if registers.channel and not adapter.run_for:
        nt.violation(
            rules.DMA_REGISTERS_OF_CHANNEL, (count, 0, 0), registers.facts, ("registers", base), argument=None
        )
        adapter.owner = None
    if count != registers.count:
        facts = [("freed", str(count)), ("allocated", str(registers.count)), *adapter.facts]
        nt.violation(
            rules.DMA_REGISTERS_OTHER_COUNT, (abs(count - registers.count), 0, 0), facts, ("registers", base),
            argument=nt.dma.argument("NumberOfMapRegisters"),
        )  # fmt: skip
    release(nt, registers)


def free_object(nt: System, adapter: Adapter, action: int) -> None:
    """FreeAdapterObject: after a request of version 3 that was served without a routine."""
    if action == KEEP_OBJECT:
        return
    registers = adapter.owner
    if registers is None or adapter.run_for:
        free_channel(nt, adapter)  # which says what is wrong
        return
    let_channel_go(nt, registers, action)
    serve(nt)
