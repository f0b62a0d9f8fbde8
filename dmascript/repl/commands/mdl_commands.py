"""The commands about MDLs: !mdl draws one with its frames and mappings, !lockedpages lists who has locked what."""

from __future__ import annotations

from ...interp.debugger import looking
from ...interp.debugger.kernel_objects import describe_mdl, known_mdls, mdl_at
from ...interp.debugger.looking import Struct, struct
from ...interp.debugger.words import field_words
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.mm.mdl import (
    HEADER,
    IO_SPACE,
    MAPPED_TO_SYSTEM_VA,
    PAGES_LOCKED,
    PARTIAL,
    SOURCE_IS_NONPAGED_POOL,
    span_pages,
)
from ...runtime.mm.store import PAGE
from ..command import Refused, command
from ..reading import columns, facts, lies, long, machine, number, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shell import Shell

MOST_PAGES = 16
MOST_CHAIN = 32


@command("!mdl", "!mdl [ADDRESS]", "Draw an MDL: its pages and frames, who locked it, its mappings; or list all MDLs.",
         group="kernel", completes="address")  # fmt: skip
def mdl(shell: Shell, rest: str) -> None:
    if not rest.strip():
        say(shell, _list(shell))
        return
    nt = machine(shell)
    where = number(shell, rest.strip())
    where = mdl_at(nt, where) or where
    freed = nt.history.get(("mdl", where), {}).get("freed")
    if freed is not None and where not in nt.mdls.allocated:
        raise Refused(f"{shown(where)} was an MDL, until it was freed {when(shell, freed)}")
    found = struct(nt, "_MDL", where)
    if found is None or not _plausible(found):
        raise Refused(f"{shown(where)} is no MDL: {lies(shell, where)}")
    lines = _draw(shell, found)
    if where not in set(known_mdls(nt)):
        lines.append("Nobody has told the machine of it: these are just bytes that read as an MDL.")
    say(shell, lines)


def _plausible(found: Struct) -> bool:
    """Whether bytes can be an MDL."""
    pages = span_pages(found["ByteOffset"], found["ByteCount"])
    return not found["StartVa"] % PAGE and found["ByteOffset"] < PAGE and found["Size"] in (
        HEADER + 8 * pages & 0xFFFF, *range(HEADER + 8 * pages & 0xFFFF, 0x8000, 8)
    )  # fmt: skip


def _list(shell: Shell) -> list[str]:
    nt = machine(shell)
    rows = [("MDL", "Buffer", "Bytes", "State")]
    for where in known_mdls(nt):
        found = struct(nt, "_MDL", where)
        if found is not None:
            state = describe_mdl(nt, where).partition(", ")[2] or "not locked"
            rows.append((long(where), long(found["StartVa"] + found["ByteOffset"]), str(found["ByteCount"]), state))
    return columns(rows, 0) if len(rows) > 1 else ["There is no MDL now."]


# ---- one MDL


def _draw(shell: Shell, found: Struct) -> list[str]:
    nt, where = machine(shell), found.address
    flags, count = found["MdlFlags"], found["ByteCount"]
    pages = span_pages(found["ByteOffset"], count)
    va = found["StartVa"] + found["ByteOffset"]
    head = f"MDL {shown(where)}: {plural(count, 'byte')} in {plural(pages, 'page')}"
    words = field_words("_MDL", "MdlFlags", flags)
    owned = nt.mdls.owned.get(where)
    pairs = [
        ("MdlFlags", f"0x{flags:04x} {words}".rstrip()),
        ("Buffer", "none: the pages are the MDL's own" if owned is not None else f"{shown(va)}  {lies(shell, va)}"),
        ("Process", _process(shell, found["Process"]) if flags & PAGES_LOCKED and found["Process"] else ""),
        *_moments(shell, found),
        ("Mapped at", _mapped(shell, found)), *_other_mappings(shell, where),
        *_partial(shell, where), ("Next", _next(shell, found)),
    ]  # fmt: skip
    return [head, *facts(pairs, shell.width), "", *_pages(shell, found, pages)]


def _process(shell: Shell, where: int) -> str:
    process = next((one for one in machine(shell).processes if one.address == where), None)
    return f"{shown(where)}  {process.name}, whose pages they are" if process is not None else shown(where)


def _moments(shell: Shell, found: Struct) -> list[tuple[str, str]]:
    """Where the MDL was allocated, locked and unlocked."""
    nt, where = machine(shell), found.address
    history = nt.history.get(("mdl", where), {})
    block = nt.pool.block_at(where)
    allocated = history.get("allocated")
    if allocated is None and block is not None and block.address == where:
        allocated = nt.history.get(("pool", where), {}).get("allocated")
    locked = ""
    if found["MdlFlags"] & PAGES_LOCKED:
        lock = nt.mdls.locks.get(where)
        how = "" if lock is None else ", for writing" if lock.write else ", for reading only"
        locked = when(shell, history.get("locked")) + how if where not in nt.mdls.owned else "from the start"
    elif not found["MdlFlags"] & (SOURCE_IS_NONPAGED_POOL | PARTIAL):
        locked = "no" + (f", unlocked {when(shell, history.get('unlocked'))}" if "unlocked" in history else "")
    return [("Allocated", when(shell, allocated)), ("Locked", locked)]


def _mapped(shell: Shell, found: Struct) -> str:
    flags = found["MdlFlags"]
    if flags & SOURCE_IS_NONPAGED_POOL and not flags & PARTIAL:
        return f"{shown(found['MappedSystemVa'])}, the buffer's own address"
    if not flags & MAPPED_TO_SYSTEM_VA:
        return "no system address"
    moment = machine(shell).history.get(("mdl", found.address), {}).get("mapped")
    said = when(shell, moment)
    return f"{shown(found['MappedSystemVa'])} in system space" + (f", {said}" if said else "")


def _other_mappings(shell: Shell, where: int) -> list[tuple[str, str]]:
    """Its addresses in processes and in reserved ranges."""
    mdls = machine(shell).mdls
    found = [
        ("and at", f"{shown(base)} in {process.name}")
        for (mdl_of, base), (process, _) in mdls.user_mappings.items() if mdl_of == where
    ]  # fmt: skip
    reserved = [start for start, one in mdls.reserved.items() if one.mdl == where]
    return found + [("and at", f"{shown(start)}, a reserved range") for start in reserved]


def _partial(shell: Shell, where: int) -> list[tuple[str, str]]:
    partials = machine(shell).mdls.partials
    mine = partials.get(where)
    found = []
    if mine is not None:
        source = f"of MDL {shown(mine.root)}" if mine.root else "of an MDL"
        found.append(("Partial", source + (", which is gone: its frames may be anybody's" if mine.gone else "")))
    for other, partial in partials.items():
        if partial.root == where:
            found.append(("Partial", f"MDL {shown(other)} borrows from this one"))
    return found


def _next(shell: Shell, found: Struct) -> str:
    """The MDLs that follow in a chain."""
    chain: list[int] = []
    following = found["Next"]
    while following and len(chain) < MOST_CHAIN and following not in (found.address, *chain):
        chain.append(following)
        following = looking.number(machine(shell), following, 8) or 0
    if following:
        return " -> ".join(map(shown, chain)) + " -> round again" if chain else "itself"
    return " -> ".join(map(shown, chain))


def _pages(shell: Shell, found: Struct, pages: int) -> list[str]:
    """The pages: where each is in the buffer, its frame, and where the mapping shows it."""
    nt, flags = machine(shell), found["MdlFlags"]
    if not flags & (PAGES_LOCKED | SOURCE_IS_NONPAGED_POOL | PARTIAL | IO_SPACE):
        word = "any more" if "unlocked" in nt.history.get(("mdl", found.address), {}) else "yet"
        return [f"  The frame numbers behind it mean nothing {word}: its pages are not locked."]
    if not pages:
        return ["  It describes no byte, and so no page."]
    mapped = bool(flags & (MAPPED_TO_SYSTEM_VA | SOURCE_IS_NONPAGED_POOL)) and found["MappedSystemVa"]
    owned = found.address in nt.mdls.owned
    head = ["buffer", "bytes", "", "frame", "physical", "locks"]
    lost = False
    rows = [head + (["", "system address"] if mapped else [])]
    left, offset = found["ByteCount"], found["ByteOffset"]
    for index in range(min(pages, MOST_PAGES)):
        part = min(left, PAGE - offset)
        frame = looking.number(nt, found.address + HEADER + 8 * index, 8)
        row = ["-" if owned else long(found["StartVa"] + index * PAGE + offset), str(part), "->"]
        if frame is None:
            row += ["????????", "????????", ""]
        else:
            row += [f"{frame:x}", long(frame * PAGE + offset), _locks(shell, frame)]
        if mapped:
            at = (found["MappedSystemVa"] & -PAGE) + index * PAGE + offset
            gone = looking.look(nt, at).frame != frame
            row += ["x " if gone else "<-", long(at)]
            lost = lost or gone
        rows.append(row)
        left, offset = left - part, 0
    lines = columns(rows, 2, 1)
    if pages > MOST_PAGES:
        lines.append(f"  ... and {plural(pages - MOST_PAGES, 'more page')}")
    if lost:
        lines.append("  x: the system address shows these frames no longer.")
    return lines + _stale(shell, found, pages)


def _locks(shell: Shell, frame: int) -> str:
    nt = machine(shell)
    return str(nt.memory.pins.count(frame)) if nt.frames.is_ram(frame) else "no RAM"


def _stale(shell: Shell, found: Struct, pages: int) -> list[str]:
    """Pages of the buffer that are elsewhere by now."""
    nt = machine(shell)
    if found.address in nt.mdls.owned or found["MdlFlags"] & IO_SPACE:
        return []
    process = next((one for one in nt.processes if one.address == found["Process"]), None)
    moved = []
    for index in range(min(pages, MOST_PAGES)):
        va = found["StartVa"] + index * PAGE
        seen = looking.look(nt, va, process.space if process is not None else None)
        frame = looking.number(nt, found.address + HEADER + 8 * index, 8)
        if seen.frame and frame is not None and seen.frame != frame:
            moved.append(va)
    if not moved:
        return []
    verb = "is" if len(moved) == 1 else "are"
    return [f"  But {plural(len(moved), 'page')} of the buffer from {shown(moved[0])} on {verb} in other frames now."]


# ---- who locks what


@command("!lockedpages", "!lockedpages", "List the pages that are locked, and who has locked them.", group="kernel")
def lockedpages(shell: Shell, rest: str) -> None:
    nt = machine(shell)
    rows = []
    for where, lock in nt.mdls.locks.items():
        found = struct(nt, "_MDL", where)
        va = shown(found["StartVa"] + found["ByteOffset"]) if found is not None else "????????"
        whose = lock.process.name if lock.process is not None else "kernel"
        moment = nt.history.get(("mdl", where), {}).get("locked")
        rows.append((long(where), plural(len(lock.frames), "page"), whose, va, when(shell, moment, "")))
    for where, owned in nt.mdls.owned.items():
        moment = nt.history.get(("mdl", where), {}).get("allocated")
        rows.append((long(where), plural(len(owned.frames), "page"), "its own", "", when(shell, moment, "")))
    if not rows:
        shell.say("No pages are locked through an MDL.")
    else:
        say(shell, columns([("MDL", "Pages", "Of", "Buffer", "Locked"), *rows], 0))
    total = nt.memory.pinned_count
    others = total - len({frame for lock in nt.mdls.locks.values() for frame in lock.frames})
    own = f", {others} of them by the system itself" if others > 0 else ""
    shell.say(f"{plural(total, 'frame')} locked in all{own}")
    ghosts = [held for (rule, key), held in nt.held.items() if rule == "pages-left-locked" and key < 0]
    for held in ghosts:
        shell.say(f"and pages whose MDL was filled anew, beyond reach: locked {when(shell, held.moment)}")
