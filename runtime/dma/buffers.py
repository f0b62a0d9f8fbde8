"""The bytes of a transfer: which frames lie behind a part of an MDL, or of a chain of them."""

from __future__ import annotations

from ..mm.mdl import IO_SPACE, PAGES_LOCKED, PARTIAL, SOURCE_IS_NONPAGED_POOL
from ..mm.store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..mm.mdl import Mdl
    from ..system import System

RESIDENT = PAGES_LOCKED | SOURCE_IS_NONPAGED_POOL | PARTIAL | IO_SPACE
Piece = tuple[int, int]  # physical address and bytes, within one page


def pieces_of(mdl: Mdl, start: int, length: int) -> list[Piece]:
    """The pieces of memory, a page each at most, behind `length` bytes from byte `start` of one MDL."""
    frames = mdl.frames
    at = int(mdl.byte_offset) + start
    found: list[Piece] = []
    while length:
        part = min(length, PAGE - at % PAGE)
        found.append((frames[at // PAGE] * PAGE + at % PAGE, part))
        at += part
        length -= part
    return found


def chain_of(nt: System, mdl: Mdl) -> list[Mdl]:
    """An MDL and those that follow it."""
    chain = [mdl]
    while chain[-1].next and len(chain) < 4096:
        chain.append(nt.mdls.at(int(chain[-1].next)))
    return chain


def chain_pieces(nt: System, mdl: Mdl, start: int, length: int) -> list[Piece] | None:
    """As `pieces_of` over a chain, `start` counted from its first byte; None if the chain is too short."""
    found: list[Piece] = []
    for one in chain_of(nt, mdl):
        count = int(one.byte_count)
        if start >= count:
            start -= count
            continue
        part = min(length, count - start)
        found += pieces_of(one, start, part)
        length -= part
        start = 0
        if not length:
            return found
    return found if not length else None


def is_resident(mdl: Mdl) -> bool:
    """The pages behind the MDL stay where they are."""
    return bool(int(mdl.flags) & RESIDENT)


def pages_spanned(pieces: list[Piece]) -> int:
    """How many map registers a transfer of these pieces takes: one for each page that it touches."""
    return len(pieces)


def merged(pieces: list[Piece]) -> list[Piece]:
    """Pieces that lie side by side as one; none crosses a 4 GiB boundary."""
    runs: list[Piece] = []
    start = end = -1
    for physical, length in pieces:
        if physical == end and end & 0xFFFFFFFF:
            end += length
        else:
            if start >= 0:
                runs.append((start, end - start))
            start, end = physical, physical + length
    if start >= 0:
        runs.append((start, end - start))
    return runs
