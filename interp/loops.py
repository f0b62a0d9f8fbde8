"""What statements know of the loop or switch around them while its body is made."""

from __future__ import annotations

from collections.abc import Callable


class Loop:
    """A loop or switch that `break` and `continue` may leave, while its body is made."""

    __slots__ = ("is_switch", "step", "flag", "break_label", "continue_label")

    def __init__(self, is_switch: bool) -> None:
        self.is_switch = is_switch
        self.step: Callable[[], None] | None = None  # appends what a `continue` does before the next turn
        self.flag = ""  # of a switch: set when a `continue` left it
        self.break_label: object | None = None  # of an exploded one
        self.continue_label: object | None = None
