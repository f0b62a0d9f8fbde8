"""DMA adapters: what IoGetDmaAdapter makes of a device's description on this machine."""

from __future__ import annotations

from ..findings import plural
from ..hal.bus import reach_bits
from ..mm.store import PAGE
from ..rules import NOT_A_PDO
from ..rules import dma as rules
from ..wdk.layouts import SIZES, offset
from . import slaves
from .accesses import Ended, access_facts, covers, too_little
from .adapter import Adapter as Adapter
from .buffers import chain_of
from .caches import Caches
from .description import PCI_BUS, read_description
from .domains import Domain
from .registers import Pool
from .watch import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..hal.hardware import HardwareDevice
    from ..mm.mdl import Mdl
    from ..routine import Routine
    from ..rules.table import Rule
    from ..system import System
    from .buffers import Piece
    from .contexts import Context
    from .requests import Request
    from .vectors import Vector

TAG = int.from_bytes(b"DmaA", "little")
OPERATIONS = offset("_DMA_ADAPTER", "DmaOperations")
ADAPTER_BYTES = SIZES["_DMA_ADAPTER"]
TABLE_BYTES = {1: 104, 2: 128, 3: SIZES["_DMA_OPERATIONS"]}
LARGEST_TRANSFER = 1 << 31
MOST_REGISTERS = {"bounce": 32, "starved": 4}  # that one adapter gets, where they are few
DESCRIPTION = 1  # which argument of IoGetDmaAdapter it is
MOST_DEAD = 32  # adapters that were put are remembered, so that a use of one shows; then their memory is used again


class Dma:
    """All adapters of the machine and what they share. `iommu` says whether devices see addresses of their own."""

    __slots__ = (
        "nt", "adapters", "pool", "iommu", "caches", "domains", "served", "serving", "contexts", "vectors", "dead",
        "ended", "watch", "running", "_positions", "_strayed_to",
    )  # fmt: skip

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.adapters: dict[int, Adapter] = {}
        self.pool = Pool(nt, nt.settings.map_registers)
        self.iommu = nt.settings.profile == "iommu"
        self.caches = Caches(nt) if nt.settings.profile == "noncoherent" else None
        self.domains: dict[int, Domain] = {}
        self.served: list[Request] = []
        self.serving = False
        self.contexts: dict[int, Context] = {}
        self.vectors: dict[int, Vector] = {}
        self.dead: list[int] = []
        self.ended = Ended()
        self.watch = Watch(nt)
        self._strayed_to: dict[HardwareDevice, int] = {}  # where an access ended that went where nothing is mapped
        self.running: Routine | None = None  # the member of DMA_OPERATIONS that runs
        self._positions: dict[tuple[str, tuple[str, ...]], int | None] = {}

    def argument(self, *names: str) -> int | None:
        """Which argument of the running member has one of these names, so that a report points there; None for none."""
        row = self.running
        if row is None:
            return None
        key = row.name, names
        if key not in self._positions:
            parameters = row.parameters
            self._positions[key] = next((parameters.index(name) for name in names if name in parameters), None)
        return self._positions[key]

    # -- adapters

    def get(self, pdo: int, description_at: int, device: HardwareDevice | None) -> tuple[int, int]:
        """A new adapter: its address (0 if it is refused) and the map registers that a transfer may use."""
        nt = self.nt
        bus = PCI_BUS if device is None or device.properties.bus == "pci" else 1
        description = read_description(nt, description_at, bus)
        if not description.is_valid:
            facts = [("version", str(description.version)), ("address width", f"{description.bits} bits")]
            about = ("description", description_at)
            nt.violation(rules.DMA_DESCRIPTION_VERSION, (), facts, about, argument=DESCRIPTION)
            return 0, 0
        if not description.zeroed:
            facts = [("DeviceDescription", nt.describe(description_at))]
            about = ("description", description_at)
            nt.violation(rules.DMA_DESCRIPTION_NOT_ZEROED, (), facts, about, argument=DESCRIPTION)
        if not slaves.check_channel(nt, description, device, description_at):
            return 0, 0
        if description.version >= 3 and nt.settings.generation != "win10":
            return 0, 0  # by which drivers tell whether there is a version 3
        if nt.fails("IoGetDmaAdapter"):
            return 0, 0
        where = self._room()
        if not where:
            return 0, 0
        adapter = Adapter(where, description, device)
        self._fit(adapter)
        self._write(adapter)
        self.adapters[where] = adapter
        nt.history["adapter", where] = {"got": nt.moment()}
        nt.hold(rules.DMA_ADAPTER_LEFT, where, adapter.facts)
        return where, adapter.maximum

    def _room(self) -> int:
        """Memory for an adapter, 0 if there is none."""
        if len(self.dead) < MOST_DEAD:
            return self.nt.pool.allocate(ADAPTER_BYTES + TABLE_BYTES[3], TAG)
        return self.dead.pop(0)

    def _fit(self, adapter: Adapter) -> None:
        """What this machine does for such a device: how far it reaches and how many map registers it gets."""
        nt, description = self.nt, adapter.description
        top = (nt.frames.highest + 1) * PAGE - 1
        if not self.iommu:
            adapter.bits = reach_bits(nt, adapter.bits)
        if self.iommu and description.master:
            adapter.domain = adapter.own_domain = self._domain(adapter.device)
        else:
            adapter.needs_registers = not adapter.scatter_gather or top >> adapter.bits != 0
        wanted = -(-min(max(description.maximum, 1), LARGEST_TRANSFER) // PAGE) + 1
        most = [wanted]
        if adapter.needs_registers:
            most += [self.pool.total, MOST_REGISTERS.get(nt.settings.profile, wanted)]
        if adapter.boundary:
            most.append(adapter.boundary // PAGE)
        adapter.maximum = min(most)

    def _domain(self, device: HardwareDevice | None) -> Domain:
        """The domain of a device; adapters of one device share it."""
        for adapter in self.adapters.values():
            if adapter.device is device and adapter.own_domain is not None and not adapter.dead:
                return adapter.own_domain
        made = Domain(self.nt.new_object(0x80))
        self.domains[made.handle] = made
        return made

    def _write(self, adapter: Adapter) -> None:
        """DMA_ADAPTER and its DMA_OPERATIONS as far as the version goes."""
        from ..routines import find_member
        from ..wdk.layouts import FIELDS

        nt, memory = self.nt, self.nt.memory
        table = adapter.address + ADAPTER_BYTES
        size = TABLE_BYTES[adapter.version]
        memory.write(adapter.address, bytes(ADAPTER_BYTES + TABLE_BYTES[3]))
        memory.write_uint(adapter.address, 2, 1)
        memory.write_uint(adapter.address + 2, 2, ADAPTER_BYTES)
        memory.write_uint(adapter.address + OPERATIONS, 8, table)
        memory.write_uint(table, 4, size)
        for name, (at, *_) in FIELDS["_DMA_OPERATIONS"].items():
            if 8 <= at < size:
                row = find_member(name)
                assert row is not None
                memory.write_uint(table + at, 8, nt.member_address(row))

    def must_live(self, where: int) -> Adapter | None:
        """The adapter that a routine was given, or None after a report."""
        nt = self.nt
        found = self.adapters.get(where)
        if found is not None and not found.dead:
            return found
        if not where:
            nt.violation(rules.DMA_ADAPTER_NULL, about=("adapter", where))
        elif found is not None:
            nt.violation(rules.DMA_ADAPTER_PUT, (where, 0, 0), found.facts, ("adapter", where))
        else:
            nt.violation(
                rules.DMA_NOT_AN_ADAPTER, (where, 0, 0), [("adapter", nt.describe(where))], ("adapter", where)
            )
        return None

    def put(self, adapter: Adapter) -> None:
        """Give an adapter back. All that was taken through it must have been given back before."""
        nt = self.nt
        where, facts = adapter.address, adapter.facts
        if adapter.buffers:
            last = next(iter(adapter.buffers.values()))
            said = [*facts, ("common buffers", plural(len(adapter.buffers), "buffer"))]
            nt.violation(rules.DMA_PUT_WITH_BUFFERS, (where, len(adapter.buffers), 0), said, ("common", last.address))
        if adapter.waiting:
            asked = ("request", adapter.waiting[0].device_object)
            nt.violation(rules.DMA_PUT_WITH_REQUEST, (where, len(adapter.waiting), 0), facts, asked)
        if adapter.owner is not None:
            nt.violation(rules.DMA_PUT_WITH_CHANNEL, (where, 1, 0), facts, ("registers", adapter.owner.base))
        if adapter.lists:
            said = [*facts, ("lists", str(len(adapter.lists)))]
            first = next(iter(adapter.lists))
            nt.violation(rules.DMA_PUT_WITH_LISTS, (where, len(adapter.lists), 0), said, ("list", first))
        if adapter.registers_held:
            said = [*facts, ("map registers", str(adapter.registers_held))]
            held = next(one.base for one in self.pool.allocations.values() if one.adapter is adapter)
            nt.violation(
                rules.DMA_PUT_WITH_REGISTERS, (where, adapter.registers_held, 0), said, ("registers", held)
            )
        for request in adapter.waiting:
            nt.let_go(rules.DMA_REQUEST_WAITS, request.key)
            self.served.remove(request)
        adapter.waiting.clear()
        adapter.dead = True
        self.dead.append(where)
        nt.let_go(rules.DMA_ADAPTER_LEFT, where)
        nt.remember("adapter", where, "put")

    # -- what devices reach

    def of_device(self, device: HardwareDevice) -> list[Adapter]:
        """The live adapters of a device; one without a device of its own may be anybody's."""
        return [
            adapter for adapter in self.adapters.values()
            if not adapter.dead and (adapter.device is device or adapter.device is None)
        ]  # fmt: skip

    def translate(self, device: HardwareDevice, logical: int, length: int, write: bool) -> list[Piece]:
        """Where an access leads behind the IOMMU. What is not mapped, or not for that, stops the machine."""
        found = self.behind(device, logical, length, write)
        if any(physical < 0 for physical, _ in found):
            mapped = all(physical >= 0 for physical, _ in self.behind(device, logical, length, None))
            may = "a device reads where its IOMMU domain lets it only write"
            if write:
                may = "a device writes where its IOMMU domain lets it only read"
                self.watch.against(device, logical, length)
            self._stray(rules.DMA_IOMMU_FAULT, device, logical, length, may if mapped else "")
        return found

    def behind(self, device: HardwareDevice, logical: int, length: int, write: bool | None) -> list[Piece]:
        """The same without a word; (-1, bytes) if it is not mapped."""
        for adapter in self.of_device(device):
            if adapter.domain is not None:
                found = adapter.domain.translate(logical, length, write)
                if all(physical >= 0 for physical, _ in found):
                    return found
        return [(-1, length)]

    def _stray(self, rule: Rule, device: HardwareDevice, logical: int, length: int, title: str = "") -> None:
        """Report an access that nothing maps, and when what was mapped there was given up."""
        nt = self.nt
        facts = access_facts(device, self.of_device(device), logical, length)
        ended = self.ended.find(device, logical)
        if ended is not None:
            nt.history["access", logical] = {"ended": ended}
        else:
            nt.history.pop(("access", logical), None)
        marks = too_little(self.of_device(device), logical, length) if ended is None else []
        nt.violation(rule, (0, logical, 0), facts, ("access", logical), title, argument=None, marks=marks)

    def check_covered(self, device: HardwareDevice, logical: int, length: int, write: bool) -> None:
        """Without an IOMMU nothing stops a device that goes where nothing is mapped for it: say so. What it writes to
        its map registers beside a mapping is left to their filling to tell. An access in many parts is said once."""
        known = any(adapter.device in (device, None) for adapter in self.adapters.values())
        if known and not self.find_covering(device, logical, length) and not self.pool.holds(logical):
            goes_on = self._strayed_to.get(device) == logical
            self._strayed_to[device] = logical + length
            if not goes_on:
                self._stray(rules.DMA_NOT_MAPPED, device, logical, length)

    def check_unmapped(self, mdl: Mdl) -> None:
        """An MDL is unlocked: nothing of it may be mapped for a device any more."""
        for adapter in self.adapters.values():
            for mapping in adapter.mappings:
                if any(one.address == mdl.address for one in chain_of(self.nt, self.nt.mdls.at(mapping.mdl))):
                    facts = [*mapping.facts, *mdl.facts, *adapter.facts]
                    self.nt.violation(rules.DMA_UNLOCKED_WHILE_MAPPED, (), facts, ("mapping", mapping.mdl))
                    return

    def find_covering(self, device: HardwareDevice, logical: int, length: int) -> bool:
        """Whether a mapping, list or common buffer of the device covers an access."""
        return any(covers(adapter, logical, length) for adapter in self.of_device(device))


def device_behind(nt: System, pdo: int) -> HardwareDevice | None:
    """The device whose physical device object this is; without one, the machine's only device."""
    if pdo:
        node = nt.io.pnp.node_at(pdo)
        if node is not None:
            return node.hardware
        nt.violation(NOT_A_PDO, (nt.instruction(), 0, pdo), [("device", nt.io.devices.name_of(pdo))], ("device", pdo))
        return None
    devices = nt.hardware.devices
    return devices[0] if len(devices) == 1 else None
