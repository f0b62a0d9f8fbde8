"""What the keys of the session do beyond those of every line editor: Enter, Tab, braces, pasting, function keys."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    Condition,
    emacs_insert_mode,
    emacs_mode,
    has_focus,
    has_selection,
    vi_insert_mode,
    vi_mode,
)
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from .entries import is_complete, without_prompts
from .indenting import INDENT, closing_indent, is_open, next_indent

# The keys of WinDbg's window, on an empty line; terminals send F23 for Shift-F11.
FUNCTION_KEYS = {"f5": "g", "f10": "p", "f11": "t", "f23": "gu", "f8": "t"}
MOST_DEPTH = 40  # columns that an indentation may reach

def bindings(is_command: Callable[[str], bool], explain: Callable[[str], None]) -> KeyBindings:
    """The keys. `explain` is told the name at the cursor."""
    keys = KeyBindings()
    here = has_focus(DEFAULT_BUFFER)
    inserting = here & (emacs_insert_mode | vi_insert_mode)

    @Condition
    def menu_unused() -> bool:
        """A menu is open, and nothing of it is chosen."""
        state = get_app().current_buffer.complete_state
        return state is not None and state.complete_index is None

    @Condition
    def chosen() -> bool:
        state = get_app().current_buffer.complete_state
        return state is not None and state.complete_index is not None

    @Condition
    def at_line_start() -> bool:
        """Only blanks stand before the cursor on its line, in an entry of several."""
        document = get_app().current_buffer.document
        return not document.current_line_before_cursor.strip() and "\n" in document.text

    @Condition
    def empty() -> bool:
        return not get_app().current_buffer.text

    @keys.add("enter", filter=here & chosen)
    def take_choice(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("enter", filter=inserting & ~chosen)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = buffer.text
        if ends_entry(buffer.document, is_command):
            buffer.cursor_position = len(text.rstrip())
            run(buffer, text.rstrip())
        else:
            new_line(buffer, pasted=is_pasted(event))

    @keys.add("enter", filter=here & vi_mode & ~vi_insert_mode & ~chosen)
    @keys.add("escape", "enter", filter=here & emacs_mode)
    @keys.add("escape", "enter", filter=here & vi_insert_mode)
    def run_as_it_stands(event: KeyPressEvent) -> None:
        run(event.current_buffer, event.current_buffer.text.rstrip())

    @keys.add("c-o", filter=inserting)
    def open_line(event: KeyPressEvent) -> None:
        new_line(event.current_buffer, pasted=False)

    @keys.add("}", filter=inserting & ~has_selection)
    def close_brace(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before = buffer.document.current_line_before_cursor
        if not before.strip() and not is_pasted(event):
            indent = closing_indent(buffer.document.text_before_cursor)
            if indent is not None:
                buffer.delete_before_cursor(len(before))
                buffer.insert_text(" " * indent, fire_event=False)
        buffer.insert_text("}")

    @keys.add("tab", filter=inserting & at_line_start)
    def indent_line(event: KeyPressEvent) -> None:
        column = event.current_buffer.document.cursor_position_col
        event.current_buffer.insert_text(" " * (INDENT - column % INDENT), fire_event=False)

    @keys.add("backspace", filter=inserting & at_line_start & ~has_selection)
    def unindent(event: KeyPressEvent) -> None:
        column = event.current_buffer.document.cursor_position_col
        event.current_buffer.delete_before_cursor(((column - 1) % INDENT) + 1 if column else 1)

    @keys.add(Keys.BracketedPaste, filter=here)
    def paste(event: KeyPressEvent) -> None:
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        text = without_prompts(text).rstrip("\n")
        event.current_buffer.insert_text(text, fire_event=False)

    @keys.add("up", filter=here & menu_unused)
    @keys.add("c-p", filter=here & menu_unused)
    def pass_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()
        event.current_buffer.auto_up(count=event.arg)

    @keys.add("f1", filter=here)
    def explain_name(event: KeyPressEvent) -> None:
        explain(event.current_buffer.document.get_word_under_cursor(WORD=False) or "")

    for key, line in FUNCTION_KEYS.items():
        keys.add(key, filter=here & empty)(_running(line))
    return keys


def _running(line: str) -> Callable[[KeyPressEvent], None]:
    def press(event: KeyPressEvent) -> None:
        run(event.current_buffer, line)

    return press


def run(buffer: Buffer, text: str) -> None:
    """End the prompt with this entry."""
    buffer.complete_state = None
    if buffer.text != text:
        buffer.document = Document(text)
    buffer.validate_and_handle()


def ends_entry(document: Document, is_command: Callable[[str], bool]) -> bool:
    """Whether Enter runs what is there: it is whole, and the cursor does not stand in the midst of its lines."""
    text = document.text
    if not text.strip():
        return True
    if document.text_after_cursor.strip() and "\n" in text:
        return False
    if "\n" not in text.strip() and is_command(text):
        return True
    if is_complete(text):
        return True
    # An empty line ends what only might go on, such as the head of a function.
    return not document.current_line.strip() and not is_open(text)


def new_line(buffer: Buffer, pasted: bool) -> None:
    """Open a line, indented as its brackets have it; a `}` behind the cursor goes to a line of its own."""
    before = buffer.document.text_before_cursor
    if pasted:
        buffer.insert_text("\n", fire_event=False)
        return
    indent = min(next_indent(before), MOST_DEPTH)
    after = buffer.document.current_line_after_cursor
    blanks = len(after) - len(after.lstrip(" "))
    if blanks:
        buffer.delete(blanks)
    if after.lstrip(" ").startswith("}"):
        closing = closing_indent(before) or 0
        buffer.insert_text("\n" + " " * closing, move_cursor=False, fire_event=False)
    buffer.insert_text("\n" + " " * indent, fire_event=False)


def is_pasted(event: KeyPressEvent) -> bool:
    """More keys are there already: nobody types so fast, so this is a paste that the terminal did not announce."""
    return bool(event.key_processor.input_queue)
