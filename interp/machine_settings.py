"""From a script's machine block and the command line to the settings of a machine."""

from __future__ import annotations

from ..runtime.system import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .options import Options

PROFILES = ("direct", "bounce", "iommu", "noncoherent", "starved", "isa")
GENERATIONS = ("nt52", "nt60", "nt61", "win10")
FRAGMENTATIONS = ("scattered", "random", "none")
VERIFIER = {"off": 0, "standard": 1, "full": 2}
UNITS = {
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "K": 1 << 10,
    "M": 1 << 20,
    "G": 1 << 30,
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
}
NUMBERS = ("memory", "processors", "map_registers", "seed", "system_ptes", "nonpaged_pool", "paged_pool")
WORDS = {
    "profile": PROFILES,
    "generation": GENERATIONS,
    "fragmentation": FRAGMENTATIONS,
    "verifier": tuple(VERIFIER),
    "granularity": ("call", "statement", "access"),
}
LIMITS = {
    "memory": (16 << 20, 1 << 42),
    "processors": (1, 64),
    "system_ptes": (0, 1 << 24),
    "map_registers": (0, 1 << 24),
    "nonpaged_pool": (1 << 12, 1 << 40),
    "paged_pool": (1 << 12, 1 << 40),
    "seed": (0, 1 << 63),
}


class SettingError(Exception):
    """A setting that cannot be: the message says why, `help` what was perhaps meant."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


def number_of(text: str) -> int:
    """`6`, `0x10`, `6GiB` or `6 GiB` as an integer."""
    given = text = text.strip()
    for unit in sorted(UNITS, key=len, reverse=True):
        if text.endswith(unit):
            text, scale = text[: -len(unit)].strip(), UNITS[unit]
            break
    else:
        scale = 1
    try:
        return int(text, 0) * scale
    except ValueError:
        raise SettingError(f"'{given}' is not a number") from None


def checked(name: str, value: int | str) -> int | str:
    """A setting's value, or SettingError."""
    if name in WORDS:
        if value not in WORDS[name]:
            from ..grammar.spell import nearest

            close = nearest(str(value), WORDS[name])
            help = f"did you mean '{close}'?" if close else ""
            raise SettingError(f"{name} is one of {', '.join(WORDS[name])}, not '{value}'", help)
        return value
    if name not in NUMBERS:
        raise SettingError(f"there is no setting '{name}': known are {', '.join(sorted((*NUMBERS, *WORDS)))}")
    number = value if isinstance(value, int) else number_of(value)
    low, high = LIMITS[name]
    if not low <= number <= high:
        raise SettingError(f"{name} must lie between {_amount(name, low)} and {_amount(name, high)}, not at {number}")
    return number


def _amount(name: str, number: int) -> str:
    """A limit in the unit that people give it in."""
    if name in ("memory", "nonpaged_pool", "paged_pool"):
        for unit in ("GiB", "MiB", "KiB"):
            if number >= UNITS[unit]:
                return f"{number // UNITS[unit]} {unit}"
    return str(number)


def merged(block: tuple[tuple[str, int | str], ...], options: Options) -> dict[str, int | str]:
    """All settings by name: the script's, overridden by the command line's."""
    found: dict[str, int | str] = {}
    for name, value in block:
        found[name] = checked(name, value)
    for name, text in options.settings.items():
        found[name] = checked(name, text)
    if options.profile is not None:
        found["profile"] = checked("profile", options.profile)
    return found


def machine(found: dict[str, int | str], options: Options) -> Settings:
    """The settings of a machine."""
    settings = Settings(str(found.get("profile", "direct")))
    if "memory" in found:
        settings.memory_pages = int(found["memory"]) // 4096
    for name in ("processors", "map_registers", "system_ptes"):
        if name in found:
            setattr(settings, name, int(found[name]))
    if "nonpaged_pool" in found:
        settings.nonpaged_pages = int(found["nonpaged_pool"]) // 4096
    if "paged_pool" in found:
        settings.paged_pages = int(found["paged_pool"]) // 4096
    settings.fragmentation = str(found.get("fragmentation", settings.fragmentation))
    settings.generation = str(found.get("generation", settings.generation))
    verifier = options.verifier if options.verifier != "standard" else str(found.get("verifier", "standard"))
    settings.verifier = VERIFIER[verifier]
    settings.granularity = (
        options.granularity if options.granularity != "call" else str(found.get("granularity", "call"))
    )
    settings.allow = frozenset(options.allow)
    settings.max_memory = options.max_memory
    settings.max_steps = options.max_steps
    settings.max_output = options.max_output
    return settings


def seed(found: dict[str, int | str], options: Options) -> int | None:
    if options.seed is not None:
        return options.seed
    return int(found["seed"]) if "seed" in found else None
