"""The session at a terminal: reads entries with an editor of several lines, and lets the shell do them.

    Terminal(shell, plain=False).run()
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import Any

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.cursor_shapes import ModalCursorShapeConfig
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from . import screen
from .command import Refused
from .completion import Completions
from .entries import split
from .feeding import Interruptible, feed
from .folders import history_file
from .keys import bindings
from .lexer import EntryLexer, fragments
from .notes import prototype_of
from .operands import call_around
from .shell import Leave, Shell

MORE = "...> "
MENU_LINES = 8
MOST_REMEMBERED = 2000  # entries that are searched for a suggestion
NARROW = 60


class Terminal:
    """`input` and `output` of prompt_toolkit may be given by a test."""

    def __init__(self, shell: Shell, plain: bool = False, input: Any = None, output: Any = None) -> None:
        self.shell = shell
        self.plain = plain or bool(os.environ.get("NO_COLOR"))
        self.completions = Completions(shell)
        self.style = _style(self.plain)
        self.session: PromptSession[str] = PromptSession(
            message=self._prompt,
            multiline=True,
            wrap_lines=True,
            lexer=EntryLexer(self._command_word),
            completer=MenuCompleter(self.completions),
            complete_while_typing=False,  # a menu is opened below, so that it takes room only when it is there
            reserve_space_for_menu=MENU_LINES,
            auto_suggest=FromHistory(),
            history=_history(),
            key_bindings=bindings(shell.is_command, self._explain),
            bottom_toolbar=self._toolbar,
            prompt_continuation=self._more,
            input_processors=[HighlightMatchingBracketProcessor(chars="[](){}")],
            style=self.style,
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_1_BIT if self.plain else None,
            cursor=ModalCursorShapeConfig(),
            enable_suspend=True,
            enable_open_in_editor=True,
            search_ignore_case=True,
            tempfile_suffix=".dma",
            input=input,
            output=output,
        )
        self.session.default_buffer.on_text_insert += _open_menu
        shell.stop_shown = self.show_source
        shell.set_keys = self.set_keys

    # -- the loop

    def run(self) -> None:
        """Read and do entries until the person leaves."""
        threading.Thread(target=_warm_up, daemon=True).start()
        while True:
            self._measure()
            try:
                if not self.do(self.session.prompt()):
                    return
            except KeyboardInterrupt:
                continue
            except EOFError:
                return

    def do(self, text: str) -> bool:
        """Do what was typed or pasted, one entry after the other; False if the session is to end."""
        entries = list(split(text.split("\n"), self.shell.is_command)) if "\n" in text else [text]
        with Interruptible(self.shell) as interruptible:
            for entry in entries:
                try:
                    if not feed(self.shell, entry) or interruptible.asked:
                        break
                except Leave:
                    return False
        return True

    def set_keys(self, way: str) -> None:
        """Edit as vi or as emacs does."""
        self.session.editing_mode = EditingMode.VI if way == "vi" else EditingMode.EMACS

    def _measure(self) -> None:
        self.shell.width = get_terminal_size().columns

    # -- what the editor shows

    def _command_word(self, line: str) -> str:
        """The word of a command that a line begins with, or nothing."""
        try:
            found = self.shell.command_of(line.strip())
        except Refused:
            return ""
        return "" if found is None else found[1] if line.lstrip().startswith(found[1]) else line.strip()[0]

    def _prompt(self) -> FormattedText:
        live = self.shell.live
        style = "prompt.dead" if live.crashed else "prompt.stopped" if live.stopped is not None else "prompt"
        return FormattedText([(f"class:{style}", self.shell.prompt())])

    def _more(self, width: int, line: int, wraps: int) -> FormattedText:
        return FormattedText([("class:prompt.more", (" " * width if wraps else MORE.rjust(width)))])

    def _toolbar(self) -> FormattedText:
        width = get_app().output.get_size().columns
        lines = screen.status(self.shell, width)
        if self.session.editing_mode == EditingMode.VI:
            lines = [("", f" {get_app().vi_state.input_mode.value.removeprefix('vi-')} "), *lines]
        hint = self._hint(width - 2)
        return FormattedText([("", " "), *hint, ("", "\n"), *lines] if hint else lines)

    def _hint(self, width: int) -> screen.Fragments:
        """What is being called, or what is chosen in the menu."""
        buffer = self.session.default_buffer
        state = buffer.complete_state
        if state is not None and state.current_completion is not None:
            return screen.signature(prototype_of(self.shell, state.current_completion.text), -1, width)
        call = call_around(buffer.document.text_before_cursor) if "(" in buffer.text else None
        prototype = prototype_of(self.shell, call.name) if call is not None else ""
        return screen.signature(prototype, call.argument, width) if call is not None and prototype else []

    def show_source(self, shell: Shell, stop: Any) -> None:
        """Print the lines around a place where the run is suspended."""
        lines = screen.source_around(shell, stop)
        if not lines:
            return
        text = source_fragments(lines, shell.width)
        depth = ColorDepth.DEPTH_1_BIT if self.plain else None
        print_formatted_text(text, style=self.style, color_depth=depth, output=self.session.output)

    def _explain(self, name: str) -> None:
        from ..explain import explain

        text = explain(name) if name else ""
        if text:
            run_in_terminal(lambda: self.shell.say(text))


def source_fragments(lines: Iterable[screen.SourceLine], width: int) -> FormattedText:
    """The source window in colours."""
    shown = list(lines)
    size = max(len(str(line.number)) for line in shown)
    found: list[Any] = []
    for line in shown:
        style = "class:source.here" if line.here else "class:source.number"
        found.append((style, f"{'>' if line.here else ' '} {line.number:>{size}}: "))
        at = 0
        room = width - size - 4
        for piece_style, text, *_ in fragments(screen.cut(line.text, room), False)[0]:
            for letter in text:
                marked = line.now[0] <= at < line.now[1]
                found.append((piece_style + (" class:source.now" if marked else ""), letter))
                at += 1
        found.append(("", "\n"))
    return FormattedText(found[:-1])


class MenuCompleter(Completer):
    """What could be typed, as the editor's menu has it."""

    def __init__(self, completions: Completions) -> None:
        self.completions = completions

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        narrow = get_app().output.get_size().columns < NARROW
        for each in self.completions.at(document.text_before_cursor, complete_event.completion_requested):
            yield Completion(each.text, -each.replaces, display_meta=None if narrow else each.note)


class FromHistory(AutoSuggest):
    """The rest of the last entry that began like this one."""

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        text = document.text
        if not text.strip() or "\n" in text:
            return None
        for entry in reversed(buffer.history.get_strings()[-MOST_REMEMBERED:]):
            first = entry.partition("\n")[0]
            if first.startswith(text) and len(first) > len(text):
                return Suggestion(first[len(text) :])
        return None


class Remembered(FileHistory):
    """The history in a file; what begins with a blank, or is the same again, is not kept."""

    def append_string(self, string: str) -> None:
        before = self.get_strings()[-1:]
        if string.strip() and not string.startswith(" ") and before != [string]:
            super().append_string(string)

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:  # it is remembered as long as the session lasts
            return


def _history() -> History:
    path = history_file()
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError:
        return InMemoryHistory()
    return Remembered(path)


def _open_menu(buffer: Buffer) -> None:
    """A letter was typed: show what it could become."""
    document = buffer.document
    last = document.char_before_cursor
    if (last.isalnum() or last in "_>.!?") and not document.current_char.isalnum():
        buffer.start_completion(select_first=False, complete_event=CompleteEvent(text_inserted=True))


def _style(plain: bool) -> Style:
    rules = screen.PLAIN_TEXT | screen.PLAIN_MENU if plain else screen.TEXT_COLOURS | screen.MENU_COLOURS
    return Style.from_dict(rules)


def _warm_up() -> None:
    """Load behind the first prompt what the first entry and the first menu will need."""
    from ..builtin_names import built_in_names
    from ..interp import compile as _compile  # noqa: F401
    from ..runtime import routines

    built_in_names()
    for name in routines.names():
        routines.find(name)
