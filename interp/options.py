"""How a script is to be run: everything that the command line can say and that makes a run repeatable."""

from __future__ import annotations


class Options:
    """`settings` are machine settings by name (they override the script's machine block), `failures` is a list of
    (routine, which call from 1), `seed` None is the plain answer to every choice."""

    __slots__ = (
        "profile",
        "settings",
        "seed",
        "granularity",
        "max_steps",
        "max_memory",
        "max_output",
        "verifier",
        "allow",
        "failures",
        "folders",
        "trace",
        "trace_file",
        "picture",
    )

    def __init__(
        self,
        profile: str | None = None,
        settings: dict[str, str] | None = None,
        seed: int | None = None,
        granularity: str = "call",
        max_steps: int = 50_000_000,
        max_memory: int = 1 << 30,
        max_output: int = 16 << 20,
        verifier: str = "standard",
        allow: tuple[str, ...] = (),
        failures: tuple[tuple[str, int], ...] = (),
        folders: tuple[str, ...] = (),
        trace: bool = False,
        trace_file: str | None = None,
        picture: bool = False,
    ) -> None:
        self.profile = profile
        self.settings = settings or {}
        self.seed = seed
        self.granularity = granularity
        self.max_steps = max_steps
        self.max_memory = max_memory
        self.max_output = max_output
        self.verifier = verifier
        self.allow = allow
        self.failures = failures
        self.folders = folders
        self.trace = trace
        self.trace_file = trace_file
        self.picture = picture
