"""One session of the REPL: a line is a command or goes to the language; what comes of it is said.

    shell = Shell(options, Console())
    shell.feed("ULONG x = 5;")
    shell.feed("dt _MDL")

Knows nothing of terminals: `say` and the prompt are text, whoever reads the keys calls `feed` with whole entries.
"""

from __future__ import annotations

import re

from ..interp.debugger.live import Live
from ..interp.debugger.reading import EvaluationError
from .command import Command, Refused, all_commands
from .entries import says_nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from ..interp.debugger.stops import Outcome, Stop
    from ..interp.options import Options
    from ..paint import Paint


_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def plain(text: str) -> str:
    """A text without its colours."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


# Behind a name these make it an expression: some by themselves, some with a blank, as people write them.
OPERATORS = frozenset(
    ["->", "++", "--", "+=", "-=", "+ ", "- ", "* ", "/ ", "% ", "& ", "| ", "^ ", "< ", "> ", "<<", ">>", "&&", "||"]
)


class Leave(Exception):
    """The person wants to go."""


class Shell:
    """`write` takes the output of scripts and `out` all that the session itself says; `log` takes both, and what was
    entered. `live` is the machine. `spelled`
    is the spelling of the command that runs; `last` the line that Enter repeats, or "". `broken` is true once a rule
    was broken, `refused` once an entry did not compile."""

    def __init__(
        self, options: Options, write: Callable[[str], None], out: Callable[[str], None], paint: Paint, width: int = 100
    ) -> None:
        self.out = out
        self.err: Callable[[str], None] | None = None
        self.set_keys: Callable[[str], None] | None = None  # edit as vi or as emacs does, where there is an editor
        self._write = write
        self._log: TextIO | None = None
        self.log_name = ""
        self.paint = paint
        self.width = width
        self.live = Live(options, self.printed)
        self.spelled = ""
        self.last = ""
        self.broken = False
        self.refused = False
        self.looked_from = 0  # the id of the process from which memory is looked at, 0 for the current one
        self.dump_position = 0  # where a dump without an address goes on
        self.stop_shown: Callable[[Shell, Stop], None] | None = None  # draws the source around a stop

    # -- in and out

    def say(self, text: str) -> None:
        """Print lines of the session's own."""
        whole = text if text.endswith("\n") else text + "\n"
        self._note(whole)
        self.out(whole)

    def complain(self, text: str) -> None:
        """Print what is wrong; where the session's own lines go, unless `err` is set."""
        whole = text if text.endswith("\n") else text + "\n"
        self._note(whole)
        (self.err or self.out)(whole)

    def printed(self, text: str) -> None:
        """What a script prints."""
        self._note(text)
        self._write(text)

    def open_log(self, path: str) -> None:
        """Write all that is shown to a file too. OSError if that cannot be."""
        file = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115  (it stays open)
        self.close_log()
        self._log, self.log_name = file, path

    def close_log(self) -> None:
        if self._log is not None:
            self._log.close()
        self._log, self.log_name = None, ""

    def _note(self, text: str) -> None:
        if self._log is not None:
            try:
                self._log.write(plain(text))
            except OSError:
                self._log, self.log_name = None, ""

    def renew(self) -> None:
        """A fresh machine, and nothing that was entered."""
        self.live.close()
        self.live = Live(self.live.options, self.printed)

    def load(self, path: str) -> None:
        """Run a script on this machine; what it has set up stays."""
        try:
            outcome = self.live.load(path)
        except OSError as error:
            raise Refused(f"cannot open {path}: {error.strerror or error}") from None
        self.tell(outcome)

    def start_debugging(self, path: str) -> None:
        """Run a file as a run does, from a stop at its first statement on."""
        try:
            outcome = self.live.debug(path)
        except OSError as error:
            raise Refused(f"cannot open {path}: {error.strerror or error}") from None
        self.tell(outcome)

    def prompt(self) -> str:
        """What stands before the next entry: the processor's number as in a kernel debugger, `*` after a crash."""
        live = self.live
        if live.crashed:
            return "dead> "
        return f"{live.nt.cpu.number}: kd> " if live.stopped is not None else "dma> "

    def feed(self, text: str) -> None:
        """Do one whole entry: a command, or text in the language. Leave if the session shall end."""
        line = text.strip()
        if not line:
            line = self.last
            if not line:
                return
        if self._log is not None:
            self._note(self.prompt() + text.rstrip("\n") + "\n")
        try:
            found = self.command_of(line)
            self.last = line if found is not None and found[0].repeats else ""
            if found is not None:
                self._command(*found)
            else:
                self.enter(text)
        except (Refused, EvaluationError) as refusal:
            self.complain(self.paint("error", "error") + f": {refusal}")
            self.refused = True

    def command_of(self, line: str) -> tuple[Command, str, str] | None:
        """The command that a line begins with, its spelling, and the rest of the line; None for the language.

        A word of C is a command only where it can be nothing else: `k` and `g` are commands unless a variable has that
        name or an operator follows."""
        commands = all_commands()
        if line[0] == "?" and (line[1:2].isalpha() or line[1:2] == "_" or line[1:3] == "0x"):
            return commands["?NAME"], "?NAME", line[1:]
        for length in range(min(len(line), 16), 0, -1):
            word = line[:length]
            row = commands.get(word)
            if row is None:
                continue
            rest = line[length:]
            if word[0] in ".!?" and not (word[-1].isalnum() and rest[:1].isalnum()):
                return row, word, rest.strip()
            if rest and not rest[0].isspace():
                continue
            following = rest.lstrip()
            if following[:1] in ("=", ";") or following[:2] in OPERATORS or self._is_variable(word):
                continue
            return row, word, rest.strip()
        if line[0] in ".!" and line[1:2].isalpha():
            from ..grammar.spell import nearest

            word = line.split()[0]
            close = nearest(word, all_commands())
            raise Refused(f"there is no command {word}" + (f"; did you mean {close}?" if close else ""))
        return None

    def _is_variable(self, word: str) -> bool:
        """Whether a word is a name of the script, or a local of the function that is stopped."""
        live = self.live
        frame = live.frame() if live.stopped is not None else None
        return word in live.growing.own_names() or (
            frame is not None and any(variable.name == word for variable, _ in live.growing.locals_of(frame))
        )

    def is_command(self, line: str) -> bool:
        """Whether a line, or the beginning of one, is a command and no text in the language."""
        try:
            return self.command_of(line.strip()) is not None if line.strip() else False
        except Refused:
            return True

    def _command(self, row: Command, word: str, rest: str) -> None:
        self.spelled = word
        row.body(self, rest)

    # -- the language

    def enter(self, text: str) -> None:
        """Run an entry of the language and say what came of it. The machine does not notice an expression that changes
        nothing."""
        if says_nothing(text):
            return
        found = self.live.read(text.strip().rstrip(";")) if "\n" not in text.strip() else None
        if found is None:
            self.tell(self.live.enter(text))
        elif found.value is not None:
            from .telling import tell_value

            tell_value(self, found.type, found.value, found.member)

    def tell(self, outcome: Outcome) -> None:
        """Say what an entry, or letting the machine go on, has come to."""
        from .telling import tell

        tell(self, outcome)
