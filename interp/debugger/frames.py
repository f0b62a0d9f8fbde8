"""The frames of suspended code: where they stand, and the locals that Python holds for them."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from ..sites import Sites


def generated(frame: FrameType | None, names: dict[str, object]) -> list[FrameType]:
    """The frames of generated code from one outwards."""
    found = []
    while frame is not None:
        if frame.f_globals is names:
            found.append(frame)
        frame = frame.f_back
    return found


def depth_of(frame: FrameType | None, names: dict[str, object]) -> int:
    """How many generated functions are active in this thread."""
    depth = 0
    while frame is not None:
        depth += frame.f_globals is names
        frame = frame.f_back
    return depth


def place_of(sites: Sites, frame: FrameType) -> tuple[str, int]:
    """File and line at which a frame stands."""
    file, line, _, _, _ = sites.span((frame.f_code, frame.f_lasti))
    return file, line


def frame_address(frame: FrameType) -> int:
    """Where the frame's own memory lies, 0 if it has none."""
    found = frame.f_locals.get("fp", 0)
    return found if isinstance(found, int) else 0


def write_locals(frame: FrameType, values: dict[str, object]) -> None:
    """Give locals of a suspended frame other values."""
    held = frame.f_locals
    changed = {name: value for name, value in values.items() if held.get(name) != value}
    if not changed:
        return
    held.update(changed)
    if sys.version_info < (3, 13):  # from 3.13 on the dictionary writes through
        import ctypes

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
