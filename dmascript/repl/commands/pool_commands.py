"""The commands about pool: !pool and !poolused."""

from __future__ import annotations

from ...interp.debugger import looking
from ...interp.debugger.places import place_of
from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.mm.pool import HEADER, Block
from ...runtime.mm.store import PAGE
from ..command import Refused, command
from ..reading import columns, facts, long, machine, needed, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shell import Shell

MOST_BLOCKS = 200


@command("!pool", "!pool ADDRESS", "Show the block of pool at an address, and its neighbours on the page.",
         group="kernel", completes="address")  # fmt: skip
def pool(shell: Shell, rest: str) -> None:
    va = needed(shell, rest)
    nt = machine(shell)
    place = place_of(nt, va)
    block = nt.pool.block_at(va)
    special = nt.pool.special.blocks.get(va & -PAGE)
    page = va & -PAGE
    blocks = {one.address: one for one in nt.pool.blocks.values() if one.address & -PAGE == page}
    for one in (block, special):
        if one is not None:
            blocks[one.address] = one
    region = looking.region_of(nt, va)
    if not blocks and (region is None or "pool" not in region.kind):
        raise Refused(f"{shown(va)} is not in a pool: {place.text}")
    kind = "Paged" if (block.paged if block is not None else region is not None and region.pageable) else "Nonpaged"
    gone = "" if region is not None else ", and is gone"
    lines = [f"Pool page {shown(va)} region is {kind} pool" + (", special pool" if special is not None else "") + gone]
    current = block.address if block is not None else -1
    for where in sorted(blocks):
        one = blocks[where]
        lines.append(_block_line(one, "*" if where == current else " "))
        if where == current or len(blocks) == 1:
            lines += _block_facts(shell, one, va)
    if current < 0:
        lines.append(f"{shown(va)} is in none of these blocks: {place.text}.")
    say(shell, lines)


@command("!poolused", "!poolused [TAG]", "List the pool that is allocated, by tag; or the blocks of one tag.",
         group="kernel")  # fmt: skip
def poolused(shell: Shell, rest: str) -> None:
    wanted = rest.strip().strip("'")
    blocks = [one for one in machine(shell).pool.blocks.values() if not one.freed]
    if wanted:
        say(shell, _of_tag(shell, [one for one in blocks if wanted in (one.tag_text, one.tag_text[::-1])], wanted))
        return
    kinds: dict[tuple[str, str], list[int]] = {}
    for one in blocks:
        kinds.setdefault((one.tag_text, "paged" if one.paged else "nonpaged"), []).append(one.size)
    rows = [(f"'{tag}'", kind, str(len(sizes)), str(sum(sizes))) for (tag, kind), sizes in sorted(kinds.items())]
    say(shell, columns([("Tag", "Pool", "Blocks", "Bytes"), *rows], 0) if rows else ["No pool is allocated."])


def _of_tag(shell: Shell, blocks: list[Block], tag: str) -> list[str]:
    """The blocks of one tag, with who allocated them."""
    if not blocks:
        raise Refused(f"no block that is allocated has the tag '{tag}'")
    rows = [("Block", "Bytes", "Allocated")]
    for one in blocks[:MOST_BLOCKS]:
        moment = machine(shell).history.get(("pool", one.address), {}).get("allocated")
        rows.append((shown(one.address), str(one.size), when(shell, moment, "")))
    return columns(rows, 0)


def _block_line(block: Block, mark: str) -> str:
    begins = block.address if block.own is not None else block.address - HEADER
    state = "Free" if block.freed else "Allocated"
    return f"{mark}{long(begins)} size: {block.size:5x}  ({state})  '{block.tag_text}'"


def _block_facts(shell: Shell, block: Block, va: int) -> list[str]:
    nt = machine(shell)
    history = nt.history.get(("pool", block.address), {})
    pairs = [
        ("block", f"{shown(block.address)}, {plural(block.size, 'byte')}" +
         (f"; the address is +0x{va - block.address:x}" if va > block.address else "")),
        ("holds", _holds(shell, block)),
        ("allocated", when(shell, history.get("allocated"))),
        ("freed", when(shell, history.get("freed")) if block.freed else ""),
    ]  # fmt: skip
    return facts(pairs, shell.width, 10)


def _holds(shell: Shell, block: Block) -> str:
    place = place_of(machine(shell), block.address)
    return "" if place.kind in ("pool", "freed") else place.text
