"""Copies from addresses that may not be there, of which nobody is told by an exception."""

from __future__ import annotations

from .memory import ADDRESS_MASK
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


def from_virtual(nt: System, target: int, source: int, length: int) -> int:
    """How many bytes could be copied before a page that is not mapped, or that is a device's. Pages that are out come
    in."""
    done = 0
    while done < length:
        at = source + done & ADDRESS_MASK
        part = min(length - done, PAGE - at % PAGE)
        region = nt.memory.region_at(at)
        if region is None or not region.accessible or region.device is not None:
            break
        nt.memory.write(target + done, nt.memory.read(at, part))
        done += part
    return done


def from_physical(nt: System, target: int, source: int, length: int) -> int:
    """How many bytes could be copied before a frame that is no RAM."""
    done = 0
    while done < length:
        at = source + done
        part = min(length - done, PAGE - at % PAGE)
        if not nt.frames.exists(at // PAGE):
            break
        nt.memory.write(target + done, nt.memory.read_physical(at, part))
        done += part
    return done
