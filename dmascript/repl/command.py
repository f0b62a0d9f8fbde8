"""How a command of the REPL is declared: its words, usage and help in one row, with its body beside it.

    @command("ln", usage="ln ADDRESS", help="What lies at an address.", group="memory", takes=("address",))
    def ln(shell: Shell, rest: str) -> None: ...

`help`, completion and the table in the docs derive from the row.
"""

from __future__ import annotations

from importlib import import_module

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
FAMILIES = ("memory_commands", "type_commands", "kernel_commands", "debug_commands", "back_commands", "machine_commands")


class Refused(Exception):
    """A command that cannot do what it was given; the message says why."""


class Command:
    """`names` are its spellings, the first one shown. `takes` says what its words are, for completion: "type",
    "address", "routine", "function", "file", "rule", "setting", "profile", "command", "expression" or choices joined by
    "|". `repeats` if Enter on an empty line does it again. `own` is the spelling that was used, for families such as
    db and dd: the body gets it in `shell.spelled`."""

    __slots__ = ("names", "usage", "help", "group", "takes", "repeats", "body")

    def __init__(
        self, names: tuple[str, ...], usage: str, help: str, group: str, takes: tuple[str, ...], repeats: bool,
        body: Body,
    ) -> None:  # fmt: skip
        self.names = names
        self.usage = usage
        self.help = help
        self.group = group
        self.takes = takes
        self.repeats = repeats
        self.body = body


COMMANDS: dict[str, Command] = {}  # by each spelling


def command(
    *names: str, usage: str, help: str, group: str, takes: tuple[str, ...] = (), repeats: bool = False
) -> Callable[[Body], Body]:
    """Declare a command by its spellings."""

    def declare(body: Body) -> Body:
        row = Command(names, usage, help, group, takes, repeats, body)
        for name in names:
            COMMANDS[name] = row
        return body

    return declare


def all_commands() -> dict[str, Command]:
    """Every command by each of its spellings; the families are loaded when somebody first asks."""
    for family in FAMILIES:
        import_module(f".commands.{family}", __package__)
    return COMMANDS
