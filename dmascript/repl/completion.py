"""What could be typed at the cursor: names in scope, routines, types, constants, fields, commands, files.

    for candidate in Completions(shell).at("MmUnl", asked=True): candidate.text, candidate.note()

Nothing here knows a terminal. The names that are built in come from one sorted list, and what a routine needs and who
undoes it from its one declaration.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from ..builtin_names import CONSTANT, ROUTINE, TYPE, WORD, built_in_names
from ..grammar.lexer import COMMENT, UNCLOSED_STRING, pieces
from ..grammar.types import PointerType, StructType
from ..grammar.words import KEYWORDS
from ..runtime import routines
from .candidates import (
    COMMAND,
    FIELD,
    LOCAL,
    OWN,
    Candidate,
    commands,
    fields,
    files,
    included,
    listed,
    profiles,
    rules,
    settings,
    statuses,
)
from .command import all_commands
from .notes import note_of, note_of_symbol
from .operands import last_operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..grammar.types import Type
    from .shell import Shell

MOST = 300  # candidates that a menu is given
LEAST_LETTERS = 3  # of a name, before a menu opens by itself
BEFORE_A_NAME = " (,=+-*/&|!~?:[{"

_NAME_AT_END = re.compile(r"[A-Za-z_]\w*$")
_MEMBER_AT_END = re.compile(r"(->|(?<![\d.])\.)\s*([A-Za-z_]\w*)?$")
_INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]*)$')


class Index:
    """The built-in names, sorted without regard to case."""

    def __init__(self) -> None:
        words = {word: WORD for word in KEYWORDS if word.isalpha() and word.islower()}
        self.kinds = built_in_names() | words
        self.names = sorted(self.kinds, key=lambda name: (name.lower(), name))
        self.lower = [name.lower() for name in self.names]

    def beginning(self, prefix: str) -> list[str]:
        """The names that begin so, whatever the case: those of the same case first, routines without a body last."""
        wanted = prefix.lower()
        found = self.names[bisect_left(self.lower, wanted) : bisect_left(self.lower, wanted + "\uffff")]
        return sorted(found, key=lambda name: (not name.startswith(prefix), _is_unmodelled(name)))

    def holding(self, part: str) -> list[str]:
        """The names that hold this further in, whatever the case."""
        wanted = part.lower()
        return [name for name, lower in zip(self.names, self.lower, strict=True) if lower.find(wanted) > 0]


class Completions:
    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self._index: Index | None = None
        self.kinds_of_words: dict[str, Callable[[str], list[Candidate]]] = {
            "type": self._types,
            "address": self._names,
            "expression": self._names,
            "symbol": self._names,
            "name": self._names,
            "routine": self._functions,
            "function": self._functions,
            "place": self._functions,
            "file": files,
            "rule": lambda prefix: listed(rules(), prefix),
            "explain": self._explained,
            "profile": lambda prefix: listed(profiles(), prefix),
            "setting": lambda prefix: listed(settings(), prefix),
            "command": lambda prefix: listed(commands(), prefix, COMMAND),
            "status": lambda prefix: listed(statuses(), prefix, CONSTANT),
        }

    @property
    def index(self) -> Index:
        if self._index is None:
            self._index = Index()
        return self._index

    def at(self, before: str, asked: bool) -> list[Candidate]:
        """What could stand at the cursor behind this text of an entry. By itself a menu opens only for what is likely
        to be wanted; `asked` is whether somebody pressed Tab."""
        try:
            found = None if "\n" in before else self._of_command(before, asked)
            if found is None:
                found = self._of_language(before, asked)
        except RecursionError:
            return []
        return found[:MOST]

    # -- commands

    def _of_command(self, line: str, asked: bool) -> list[Candidate] | None:
        """What a command takes; None if the line is none."""
        line = line.lstrip()
        name, blank, rest = line.partition(" ")
        if name.startswith("?") and not blank and (name[1:2].isalpha() or name[1:2] == "_"):
            return self._explained(name[1:])
        if not blank:
            return listed(commands(), name, COMMAND) if name[:1] in (".", "!") else None
        if name not in all_commands() or not self.shell.is_command(line):
            return None
        row = all_commands()[name]
        words = rest.split(" ")
        kinds = row.completes.split()
        if not kinds:
            return []
        at = len([word for word in words[:-1] if word])
        kind = kinds[min(at, len(kinds) - 1)]
        prefix = words[-1]
        if kind == "field":
            return self._fields_of_type(next((word for word in words if word), ""), prefix)
        if "|" in kind:
            return listed(dict.fromkeys(kind.split("|"), ""), prefix)
        if kind in ("address", "expression", "symbol", "name", "place"):
            return self._of_language(rest, asked)
        if kind == "file" and not asked:
            return []
        find = self.kinds_of_words.get(kind)
        return find(prefix) if find is not None else []

    def _explained(self, prefix: str) -> list[Candidate]:
        """What `?name` explains: routines, rules, types, bug checks."""
        from ..runtime.wdk import bugchecks

        checks = {row.name: f"0x{row.code:X}" for row in bugchecks.all_checks()}
        found = listed(rules() | checks, prefix)
        return [*self._built_in(prefix, (ROUTINE, TYPE, CONSTANT)), *found]

    # -- the language

    def _of_language(self, before: str, asked: bool) -> list[Candidate]:
        line = before[before.rfind("\n") + 1 :]
        if _in_text(before, line):
            header = _INCLUDE.match(line)
            return included(*header.groups()) if header is not None and asked else []
        member = _MEMBER_AT_END.search(line)
        if member is not None:
            return self._members(before[: len(before) - len(line) + member.start()], member[1], member[2] or "")
        name = _NAME_AT_END.search(line)
        if name is None:
            return self._own("") if asked and line.strip() and line[-1] in BEFORE_A_NAME else []
        prefix = name[0]
        if line[name.start() - 1 : name.start()].isdigit() or (len(prefix) < LEAST_LETTERS and not asked):
            return []
        found = self._names(prefix, asked)
        return [] if not asked and len(found) == 1 and found[0].text == prefix else found

    def _names(self, prefix: str, asked: bool = True) -> list[Candidate]:
        """What is in scope, the script's own before what is built in; what holds the prefix further in comes last."""
        word = prefix.rpartition("!")[2]
        found = [*self._own(word), *self._built_in(word)]
        if len(word) >= LEAST_LETTERS and (asked or not found):
            found += [self._candidate(name, len(word)) for name in self.index.holding(word)]
        return _once(found)

    def _own(self, prefix: str) -> list[Candidate]:
        """The script's own names, and the locals of the function that is stopped."""
        live = self.shell.live
        wanted = prefix.lower()
        found: list[Candidate] = []
        frame = live.frame()
        if frame is not None:
            for variable, _ in live.growing.locals_of(frame):
                if variable.name.lower().startswith(wanted):
                    found.append(Candidate(variable.name, len(prefix), LOCAL, _noted(variable, variable.name)))
        for name, symbol in sorted(live.growing.own_names().items()):
            if name.lower().startswith(wanted):
                found.append(Candidate(name, len(prefix), OWN, _noted(symbol, name)))
        return found

    def _built_in(self, prefix: str, kinds: tuple[str, ...] = ()) -> list[Candidate]:
        index = self.index
        return [
            self._candidate(name, len(prefix))
            for name in index.beginning(prefix)
            if not kinds or index.kinds[name] in kinds
        ]

    def _candidate(self, name: str, replaces: int) -> Candidate:
        kind = self.index.kinds[name]
        return Candidate(name, replaces, kind, lambda: note_of(name, kind))

    def _types(self, prefix: str) -> list[Candidate]:
        word = prefix.rpartition("!")[2]
        return _once([*self._built_in(word, (TYPE,)), *self._own(word)])

    def _functions(self, prefix: str) -> list[Candidate]:
        word = prefix.rpartition("!")[2]
        return _once([*self._own(word), *self._built_in(word, (ROUTINE,))])

    # -- fields

    def _members(self, left: str, operator: str, prefix: str) -> list[Candidate]:
        """The fields of what stands before `->` or `.`; the operator is set right where it is the wrong one."""
        expression = last_operand(left)
        if not expression:
            return []
        found = self.type_of(expression)
        by_pointer = isinstance(found, PointerType)
        target = found.target if isinstance(found, PointerType) else found
        if not isinstance(target, StructType):
            return []
        if target.size < 0:  # nobody has looked inside yet
            self.shell.live.growing.type_named(target.layout.tag)
        right = "->" if by_pointer else "."
        if right == operator:
            return fields(target, prefix)
        return [
            Candidate(right + each.text, len(operator) + len(prefix), FIELD, each.note)
            for each in fields(target, prefix)
        ]

    def _fields_of_type(self, name: str, prefix: str) -> list[Candidate]:
        found = self.shell.live.growing.type_named(name.rpartition("!")[2])
        while isinstance(found, PointerType):
            found = found.target
        return fields(found, prefix) if isinstance(found, StructType) else []

    def type_of(self, expression: str) -> Type | None:
        """The type of an expression, found without running any of it; None if it has none."""
        try:
            return self.shell.live.type_of_expression(expression)
        except Exception:  # it is not finished yet: whatever is wrong with it is said when it is entered
            return None


def _is_unmodelled(name: str) -> bool:
    row = routines.find(name)
    return row is not None and row.body is None


def _noted(symbol: object, name: str) -> Callable[[], str]:
    return lambda: note_of_symbol(symbol, name)


def _once(found: Iterable[Candidate]) -> list[Candidate]:
    return list({each.text: each for each in reversed(list(found))}.values())[::-1]


def _in_text(before: str, line: str) -> bool:
    """Whether the end of the text stands in a string, a comment or a directive."""
    if before.rfind("/*") > before.rfind("*/") or line.lstrip().startswith("#"):
        return True
    found = list(pieces(line))
    if not found:
        return False
    kind, start, end = found[-1]
    return kind == UNCLOSED_STRING or (kind == COMMENT and line.startswith("//", start) and end == len(line))
