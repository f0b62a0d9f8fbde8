"""What a menu is given: one thing to type at a time, and the lists of words that commands take."""

from __future__ import annotations

import os

from ..grammar.typenames import spelled
from ..grammar.types import FunctionType, PointerType, StructType
from ..runtime.routine import MEMBERS
from .command import all_commands
from .notes import note_of_routine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..grammar.types import Type

FIELD, OWN, LOCAL, COMMAND, FILE = "field", "name", "local", "command", "file"
SCRIPTS = ("/", ".dma", ".c", ".h", ".txt")


class Candidate:
    """One thing to type: its text, how many characters before the cursor it replaces, and what kind of thing it is.
    `note` tells more about it, and is asked only for what is seen."""

    __slots__ = ("text", "replaces", "kind", "note")

    def __init__(self, text: str, replaces: int, kind: str, note: Callable[[], str]) -> None:
        self.text = text
        self.replaces = replaces
        self.kind = kind
        self.note = note


def listed(known: Mapping[str, str], prefix: str, kind: str = "choice") -> list[Candidate]:
    """Those of the known words that begin so, each with what is said of it."""
    wanted = prefix.lower()
    return [
        Candidate(name, len(prefix), kind, text.strip)
        for name, text in sorted(known.items())
        if name.lower().startswith(wanted)
    ]


def fields(target: StructType, prefix: str) -> list[Candidate]:
    """The fields of a structure that begin so, in the order in which they lie."""
    wanted = prefix.lower()
    return [
        Candidate(name, len(prefix), FIELD, _placed(name, member.type, offset))
        for name, (member, offset) in target.layout.by_name.items()
        if name.lower().startswith(wanted)
    ]


def _placed(name: str, type: Type, offset: int) -> Callable[[], str]:
    def note() -> str:
        row = MEMBERS.get(name)
        if row is not None and isinstance(type, PointerType) and isinstance(type.target, FunctionType):
            return note_of_routine(row)
        return f"+0x{offset:03x}  {spelled(type)}"

    return note


def commands() -> dict[str, str]:
    return {name: row.help for name, row in all_commands().items()}


def rules() -> dict[str, str]:
    from ..reference_text import without_braces
    from ..runtime.rules.static import all_rules

    return {name: without_braces(rule.title) for name, rule in all_rules().items()}


def statuses() -> dict[str, str]:
    from ..runtime.wdk.constants import GROUPS

    values = {name: value for _, group in GROUPS.values() for name, value in group.items()}
    return {name: f"0x{value:08X}" for name, value in values.items() if name.startswith("STATUS_")}


def profiles() -> dict[str, str]:
    from ..runtime.profiles import PROFILES

    return {name: what for name, (what, _) in PROFILES.items()}


def settings() -> dict[str, str]:
    from ..interp.machine_settings import NUMBERS, WORDS

    return dict.fromkeys(NUMBERS, "") | {name: ", ".join(words) for name, words in WORDS.items()}


# ---- files


def files(prefix: str) -> list[Candidate]:
    """Folders, and scripts, at a path that is begun."""
    folder, name = os.path.split(prefix)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
        found = [(entry.name + "/" if entry.is_dir() else entry.name) for entry in entries]
    except OSError:
        return []
    wanted = [
        each for each in found if each.startswith(name) and (name or each[0] != ".") and each.endswith(SCRIPTS)
    ]
    return [Candidate(each, len(name), FILE, str) for each in wanted]


def included(bracket: str, prefix: str) -> list[Candidate]:
    """What `#include` may name: headers that are built in, and what comes with the language."""
    from .. import stdlib
    from ..interp.environment import HEADERS

    if bracket == '"':
        return files(prefix)
    models = [
        f"{folder}/{name}"
        for folder in ("devices", "flows", "linux")
        if os.path.isdir(stdlib.path(folder))
        for name in os.listdir(stdlib.path(folder))
        if name.endswith((".dma", ".h"))
    ]
    return listed(dict.fromkeys([*HEADERS, *models], ""), prefix, FILE)
