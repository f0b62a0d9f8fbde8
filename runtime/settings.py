"""How a machine is ordered: its profile, and the numbers that may differ from it."""

from __future__ import annotations

from .mm.frames import GIB_FRAMES


class Settings:
    """The machine as ordered: profile and its numbers, in pages, counts and bytes. See
    docs/fidelity.md."""

    __slots__ = (
        "profile",
        "memory_pages",
        "low_share",
        "processors",
        "map_registers",
        "system_ptes",
        "nonpaged_pages",
        "paged_pages",
        "fragmentation",
        "generation",
        "verifier",
        "allow",
        "granularity",
        "max_memory",
        "max_steps",
        "max_output",
    )

    def __init__(self, profile: str = "direct") -> None:
        self.profile = profile
        self.memory_pages = 6 * GIB_FRAMES
        self.low_share = 4
        self.processors = 2
        self.map_registers = 1 << 20
        self.system_ptes = 1 << 20
        self.nonpaged_pages = 1 << 20
        self.paged_pages = 1 << 22
        self.fragmentation = "scattered"
        self.generation = "win10"
        self.verifier = 1
        self.allow: frozenset[str] = frozenset()
        self.granularity = "call"
        self.max_memory = 1 << 30
        self.max_steps = 50_000_000
        self.max_output = 16 << 20
        if profile in ("bounce", "starved"):
            self.low_share = 1
            self.map_registers = 64 if profile == "bounce" else 8
        if profile == "starved":
            self.system_ptes = 16
            self.nonpaged_pages = 16
        if profile == "isa":
            self.memory_pages = GIB_FRAMES // 16
