"""Random programs over MDLs, legal and illegal, against a model in plain Python: which rule must break, what must be
locked, mapped and visible after each step."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from dmascript.runtime.invariants import check_invariants
from dmascript.runtime.ke.exceptions import BugCheck
from machine import Machine

PAGE = 4096
SIZE = 3 * PAGE
TAG = 0x31747354
KERNEL, WRITE = 0, 1
NX, PAGED = 512, 1
PRIORITY = 16 | 0x4000_0000
INVALID_PARAMETER_2 = 0xC00000F0
BUFFERS = ("user", "paged", "nonpaged")
SLOTS = 4


class Mapping:
    """A system address of an MDL: alive until it is dropped. Partial MDLs share that of their source."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.alive = True


class ModelMdl:
    """What an MDL must be. `state` is new, locked, built or partial; `capacity` are the frame slots behind it."""

    def __init__(self, address: int, buffer: str, first: int, length: int) -> None:
        self.address = address
        self.buffer = buffer
        self.first = first
        self.length = length
        self.capacity = len(self.pages)
        self.state = "new"
        self.freed = False
        self.own: Mapping | None = None
        self.shown: Mapping | None = None
        self.root: ModelMdl | None = None
        self.gone = self.idle = self.from_pool = False

    @property
    def pages(self) -> range:
        """The pages of the buffer that it touches."""
        if not self.length:
            return range(self.first // PAGE, -(-self.first // PAGE))
        return range(self.first // PAGE, (self.first + self.length - 1) // PAGE + 1)


class Model:
    """A machine, what must be true of it, and the operations on both."""

    def __init__(self) -> None:
        self.machine = machine = Machine()
        self.nt = machine.nt
        self.base = {
            "user": machine.user(SIZE),
            "paged": machine.call("ExAllocatePoolWithTag", PAGED, SIZE, TAG),
            "nonpaged": machine.call("ExAllocatePoolWithTag", NX, SIZE, TAG),
        }
        self.bytes = {name: bytearray(index + at % 250 for at in range(SIZE)) for index, name in enumerate(BUFFERS)}
        for name, data in self.bytes.items():
            self.nt.memory.write(self.base[name], bytes(data))
        self.slots: list[ModelMdl | None] = [None] * SLOTS
        self.locks: dict[tuple[str, int], int] = {}
        self.ptes = self.nt.free_ptes
        self.stopped = False

    # -- the steps

    def step(self, name: str, slot: int, other: int, first: int, length: int) -> None:
        mdl = self.slots[slot]
        if name == "allocate":
            if mdl is None or mdl.freed:
                self.allocate(slot, BUFFERS[other % 3], first, min(length, SIZE - first))
        elif name == "touch":
            self.touch(BUFFERS[other % 3], first, length & 0xFF)
        elif name == "page out":
            self.machine.call("SimPageOut", self.base[BUFFERS[other % 3]], SIZE)
        elif mdl is not None and mdl.freed:
            routine = "MmUnlockPages" if other % 2 else "IoFreeMdl"
            self.expect("mdl-used-after-free", routine, mdl.address)
        elif mdl is not None and name == "partial":
            target = self.slots[other]
            if target is not None and target is not mdl and not target.freed:
                self.partial(mdl, target, first - 100, length)
        elif mdl is not None and name == "advance":
            self.advance(mdl, length)
        elif mdl is not None:
            getattr(self, name)(mdl)

    def expect(self, fatal: str | None, routine: str, *arguments: int, also: tuple[str, ...] = ()) -> int:
        """Call a routine that must break exactly these rules; `fatal` stops the machine."""
        before = len(self.nt.findings)
        result = 0
        try:
            result = self.machine.call(routine, *arguments)
        except BugCheck:
            self.stopped = True
        broken = self.machine.rules[before:]
        if fatal is not None:
            assert self.stopped and broken[-1] == fatal, (routine, fatal, broken)
            assert set(broken[:-1]) <= {"partial-mdl-left-stale", "mdl-freed-while-locked"}
        else:
            assert not self.stopped and sorted(broken) == sorted(also), (routine, also, broken)
        return result

    def allocate(self, slot: int, buffer: str, first: int, length: int) -> None:
        address = self.expect(None, "IoAllocateMdl", self.base[buffer] + first, length, 0, 0, 0)
        assert address
        for index, old in enumerate(self.slots):
            if old is not None and old.address == address:
                assert old.freed, "an MDL that lives shares its memory with no other"
                self.slots[index] = None
        self.slots[slot] = ModelMdl(address, buffer, first, length)

    def touch(self, buffer: str, at: int, value: int) -> None:
        """The owner of the buffer writes and reads it through its own address."""
        self.nt.memory.write(self.base[buffer] + at, bytes([value]))
        self.bytes[buffer][at] = value

    def lock(self, mdl: ModelMdl) -> None:
        wrong = {
            "partial": "partial-mdl-locked", "built": "mdl-describes-nonpaged-pool", "locked": "mdl-already-locked",
        }  # fmt: skip
        notes = () if mdl.length else ("mdl-of-no-bytes",)
        self.expect(wrong.get(mdl.state), "MmProbeAndLockPages", mdl.address, KERNEL, WRITE, also=notes)
        if not self.stopped:
            mdl.state = "locked"
            self.count(mdl.buffer, mdl.pages, 1)

    def unlock(self, mdl: ModelMdl) -> None:
        wrong = {
            "partial": "partial-mdl-unlocked", "built": "mdl-of-nonpaged-pool-unlocked", "new": "mdl-not-locked",
        }  # fmt: skip
        fatal = wrong.get(mdl.state)
        children = self.children(mdl)
        if fatal is None and any(child.own for child in children):
            fatal = "mdl-unlocked-under-mapped-partial"
        self.expect(fatal, "MmUnlockPages", mdl.address, also=self.stale(children))
        if not self.stopped:
            self.drop(mdl)
            self.orphan(children)
            mdl.state = "new"
            self.count(mdl.buffer, mdl.pages, -1)

    def build(self, mdl: ModelMdl) -> None:
        if mdl.state == "new" and mdl.buffer == "nonpaged":
            self.expect(None, "MmBuildMdlForNonPagedPool", mdl.address)
            mdl.state, mdl.from_pool = "built", True

    def map(self, mdl: ModelMdl) -> None:
        fatal = None
        if mdl.gone:
            fatal = "partial-mdl-outlives-source"
        elif mdl.state == "new":
            fatal = "mdl-mapped-before-locked"
        view = self.expect(fatal, "MmGetSystemAddressForMdlSafe", mdl.address, PRIORITY)
        if self.stopped:
            return
        if mdl.shown is None and not mdl.from_pool and not mdl.pages:
            assert view == 0
        elif mdl.shown is None and not mdl.from_pool:
            mdl.own = mdl.shown = Mapping(len(mdl.pages))
            self.ptes -= mdl.own.pages
        if mdl.length and (mdl.shown is None or mdl.shown.alive):
            self.look(mdl, view)

    def look(self, mdl: ModelMdl, view: int) -> None:
        """Both addresses show the same bytes, whichever they were written through."""
        assert view % PAGE == mdl.first % PAGE
        data = self.bytes[mdl.buffer]
        assert self.nt.memory.read(view, mdl.length) == bytes(data[mdl.first : mdl.first + mdl.length])
        value = data[mdl.first] ^ 0xFF
        self.nt.memory.write(view, bytes([value]))
        data[mdl.first] = value
        assert self.nt.memory.read(self.base[mdl.buffer] + mdl.first, 1) == bytes([value])

    def unmap(self, mdl: ModelMdl) -> None:
        fatal = None
        if mdl.state == "partial":
            fatal = "partial-mdl-unmapped"
        elif mdl.own is None:
            fatal = "mdl-not-mapped"
        view = self.machine.get(mdl.address + 24) or self.nt.system_process.address
        self.expect(fatal, "MmUnmapLockedPages", view, mdl.address)
        if not self.stopped:
            self.drop(mdl)

    def partial(self, source: ModelMdl, target: ModelMdl, skip: int, length: int) -> None:
        if source.state == "new" or target.state not in ("new", "partial") or skip < 0 or source.root is target:
            return
        first = source.first + skip
        length = length or source.length - skip
        fatal = None
        if source.gone:
            fatal = "partial-mdl-outlives-source"
        elif skip >= source.length or skip + length > source.length:
            fatal = "partial-mdl-outside-source"
        elif (first % PAGE + length + PAGE - 1) // PAGE > target.capacity:
            fatal = "partial-mdl-too-small"
        lost = ("partial-mdl-not-reset",) if target.own is not None else ()
        va = self.machine.call("MmGetMdlVirtualAddress", source.address) + skip
        self.expect(fatal, "IoBuildPartialMdl", source.address, target.address, va, length, also=lost)
        if self.stopped:
            return
        target.state, target.buffer, target.first, target.length = "partial", source.buffer, first, length
        target.root = source.root if source.state == "partial" else source
        target.own, target.shown, target.from_pool = None, source.shown, source.from_pool
        target.gone = target.idle = False

    def prepare(self, mdl: ModelMdl) -> None:
        self.expect(None, "MmPrepareMdlForReuse", mdl.address)
        if mdl.state == "partial":
            mdl.idle = True
            self.drop(mdl)

    def advance(self, mdl: ModelMdl, length: int) -> None:
        if mdl.state == "partial" or self.children(mdl):
            return
        status = self.expect(None, "MmAdvanceMdl", mdl.address, length)
        assert status == (INVALID_PARAMETER_2 if length > mdl.length else 0)
        if status:
            return
        before = mdl.pages
        mdl.first, mdl.length = mdl.first + length, mdl.length - length
        passed = range(before.start, mdl.first // PAGE)
        if mdl.state == "locked":
            self.count(mdl.buffer, [page for page in passed if page in before], -1)
        if mdl.own is not None and len(passed) >= mdl.own.pages:
            self.drop(mdl)
        elif mdl.own is not None:
            self.ptes += len(passed)
            mdl.own.pages -= len(passed)

    def free(self, mdl: ModelMdl) -> None:
        fatal, also = None, ()
        children = [] if mdl.state == "partial" else self.children(mdl)
        if mdl.own is not None and mdl.state != "partial":
            fatal = "mdl-freed-while-mapped"
        elif mdl.state == "locked" and any(child.own for child in children):
            fatal = "mdl-unlocked-under-mapped-partial"
        elif mdl.state == "locked":
            also = ("mdl-freed-while-locked", *self.stale(children))
        elif mdl.state == "built":
            also = self.stale(children)
        self.expect(fatal, "IoFreeMdl", mdl.address, also=also)
        if self.stopped:
            return
        if mdl.state == "locked":
            self.orphan(children)
        for child in children:
            child.root = child.root if mdl.state == "locked" else None
        self.drop(mdl)
        mdl.freed = True

    # -- what the steps share

    def children(self, mdl: ModelMdl) -> list[ModelMdl]:
        """Partial MDLs that borrow from this one."""
        return [
            one for one in self.slots
            if one is not None and not one.freed and one.state == "partial" and one.root is mdl and not one.gone
        ]  # fmt: skip

    @staticmethod
    def stale(children: list[ModelMdl]) -> tuple[str, ...]:
        return ("partial-mdl-left-stale",) * sum(not child.idle for child in children)

    @staticmethod
    def orphan(children: list[ModelMdl]) -> None:
        for child in children:
            child.gone = True

    def drop(self, mdl: ModelMdl) -> None:
        """The mapping that was made through this MDL goes."""
        if mdl.own is not None:
            self.ptes += mdl.own.pages
            mdl.own.alive = False
            mdl.own = mdl.shown = None

    def count(self, buffer: str, pages: range | list[int], by: int) -> None:
        for page in pages:
            self.locks[buffer, page] = self.locks.get((buffer, page), 0) + by

    # -- what must be true after each step

    def check(self) -> None:
        assert check_invariants(self.nt) == []
        locked = [key for key, count in self.locks.items() if count]
        assert self.machine.call("SimPinnedFrames") == len(locked)
        assert self.nt.free_ptes == self.ptes
        for buffer, page in locked:
            assert self.nt.memory.frame_at(self.base[buffer] + page * PAGE), "locked pages stay"
        for mdl in self.slots:
            if mdl is not None and not mdl.freed:
                self.check_mdl(mdl)

    def check_mdl(self, mdl: ModelMdl) -> None:
        get = self.machine.get
        flags = get(mdl.address + 10, 2)
        assert get(mdl.address + 40, 4) == mdl.length
        assert get(mdl.address + 44, 4) == mdl.first % PAGE
        assert bool(flags & 0x2) == (mdl.state == "locked")
        assert bool(flags & 0x10) == (mdl.state == "partial")
        if mdl.own is not None:
            assert flags & 0x1
        if mdl.state == "locked" and mdl.length:
            frames = [get(mdl.address + 0x30 + 8 * index) for index in range(len(mdl.pages))]
            assert frames == [self.nt.memory.frame_at(self.base[mdl.buffer] + page * PAGE) for page in mdl.pages]


ALL = ("allocate", "lock", "unlock", "build", "map", "unmap", "partial", "prepare", "advance", "free")
LEGAL = {
    "none": ("allocate",),
    "new": ("lock", "lock", "build", "advance", "free"),
    "locked": ("map", "map", "unmap", "partial", "partial", "unlock", "advance"),
    "built": ("map", "partial", "partial", "advance", "free"),
    "partial": ("map", "map", "partial", "prepare", "free"),
}
MISCHIEF = 14  # one step in so many is any at all, whether it is legal or not


def next_step(model: Model, random: Random) -> tuple[str, int, int, int, int]:
    """A step that makes sense for the MDL in some slot, or now and then any."""
    slot, other = random.randrange(SLOTS), random.randrange(SLOTS)
    first, length = random.choice((0, 100, 4096, 5000)), random.choice((0, 1, 96, 4096, 5000, SIZE))
    if not random.randrange(6):
        return random.choice(("touch", "page out")), slot, other, first, length
    if not random.randrange(MISCHIEF):
        return random.choice(ALL), slot, other, first, length
    mdl = model.slots[slot]
    names = LEGAL["none" if mdl is None or mdl.freed else mdl.state]
    name = random.choice([name for name in names if name != "unmap" or (mdl is not None and mdl.own)])
    if name == "partial":
        first = random.choice((100, 100, 1100, 4196))
        length = random.choice((0, 1, 96, 2000))
    return name, slot, other, first, length


@settings(max_examples=2000, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1 << 32))
def test_mdl_programs(seed: int) -> None:
    """Any program over MDLs does what the model says, and breaks the rule that the model says, at the same step."""
    random = Random(seed)
    model = Model()
    for _ in range(random.randrange(5, 40)):
        step = next_step(model, random)
        note(str(step))
        model.step(*step)
        if model.stopped:
            return
        model.check()
    for name, data in model.bytes.items():
        assert model.nt.memory.read(model.base[name], SIZE) == bytes(data)
