"""How a command of the REPL is declared: its words, usage and help in one row, with its body beside it.

    @command("ln", "ln ADDRESS", "Say what lies at an address.", group="memory", completes="address")
    def ln(shell: Shell, rest: str) -> None: ...

`help`, completion and the table in the docs derive from the row.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from . import commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .shell import Shell

    Body = Callable[[Shell, str], None]

# Group: its title in `.help`.
GROUPS = {
    "language": "The language",
    "memory": "Memory and types",
    "kernel": "What the kernel knows",
    "debugging": "Running and stopping",
    "backwards": "Going back",
    "machine": "The machine and the session",
}

class Refused(Exception):
    """A command that cannot do what it was given; the message says why."""


class Command:
    """`names` are its spellings, the first one shown. `completes` says what its words are, for completion: "type",
    "address", "routine", "function", "file", "rule", "setting", "profile", "command", "expression" or choices joined by
    "|". `repeats` if Enter on an empty line does it again."""

    __slots__ = ("names", "usage", "help", "group", "completes", "repeats", "body")

    def __init__(
        self, names: tuple[str, ...], usage: str, help: str, group: str, completes: str, repeats: bool, body: Body
    ) -> None:
        self.names = names
        self.usage = usage
        self.help = help
        self.group = group
        self.completes = completes
        self.repeats = repeats
        self.body = body


COMMANDS: dict[str, Command] = {}  # by each spelling


def command(
    name: str, usage: str, help: str, group: str, completes: str = "", names: tuple[str, ...] = (),
    repeats: bool = False,
) -> Callable[[Body], Body]:  # fmt: skip
    """Declare a command; `names` are other spellings of it."""

    def declare(body: Body) -> Body:
        row = Command((name, *names), usage, help, group, completes, repeats, body)
        for spelling in row.names:
            COMMANDS[spelling] = row
        return body

    return declare


@lru_cache(maxsize=1)
def all_commands() -> dict[str, Command]:
    """Every command by each of its spellings; the families are loaded when somebody first asks."""
    for module in iter_modules(commands.__path__):
        import_module(f".commands.{module.name}", __package__)
    return COMMANDS
