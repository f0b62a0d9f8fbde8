"""What a script promises in its comments: its output, the rules that it breaks, how it ends.

`programs_of` cuts a file at its `---` lines and reads the promises of each part. Only `//` comments count, and not
those inside a string or a block comment. A comment that looks like a promise but is none is a mistake of the author,
listed in `mistakes` rather than passed over.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from os.path import commonprefix

from .interp.options import Options
from .run_options import RUN_OPTIONS, Refusal, options_of, read_words

_FORM = re.compile(r"expect(?: +(?P<kind>error|violation|leak|bugcheck))?:(?P<text>.*)")
_RULE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BUGCHECK = re.compile(r"0x(?P<code>[0-9a-fA-F]+)(?:/0x(?P<sub>[0-9a-fA-F]+))?")
_PIECES = re.compile(
    r"""(?P<comment>//[^\n]*) | /\*.*?(?:\*/|\Z) | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'? | (?P<newline>\n)
      | (?P<cut>(?<![^\n])[ \t]*---[ \t]*\r?(?=\n|\Z)) | (?P<blank>[ \t\r]+) | [^\s/"'-]+ | .""",
    re.VERBOSE | re.DOTALL,
)
_KINDS = ("error", "violation", "leak", "bugcheck")
FORMS = "expect: TEXT, expect error|violation|leak: RULE, expect bugcheck: 0x4E/0x9A, options: --profile bounce"


@dataclass(frozen=True, slots=True)
class Comment:
    """A `//` comment: its line and the column of its first slash (both from 1), the text behind the slashes, and
    whether code of the same program stands before it, on its line or on an earlier one."""

    line: int
    column: int
    text: str
    after_code: bool


@dataclass(slots=True)
class Program:
    """One small program of a file. `text` has its own lines at their own numbers, and blank lines before them.

    `output` is (comment, text); `errors`, `violations` and `leaks` are (line, rule); `bugchecks` are (line, code,
    sub-code or None); `mistakes` are sentences about comments that are no promise though they look like one.
    """

    first_line: int
    last_line: int
    text: str
    output: list[tuple[Comment, str]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    violations: list[tuple[int, str]] = field(default_factory=list)
    leaks: list[tuple[int, str]] = field(default_factory=list)
    bugchecks: list[tuple[int, int, int | None]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    @property
    def promises_something(self) -> bool:
        return bool(self.output or self.errors or self.violations or self.leaks or self.bugchecks)

    def options(self) -> Options:
        """How to run it. Refusal for an option that a test may not set, or a value that it does not take."""
        values = read_words(self.words)
        for row, _ in values:
            if not row.in_tests:
                allowed = " ".join(flag for flag, option in RUN_OPTIONS.items() if option.in_tests)
                raise Refusal(f"{row.flag} cannot stand in a test, only {allowed}")
        return options_of(values)


def programs_of(text: str) -> list[Program]:
    """The programs of a file, in order. The options of the first one's head hold for all; a later head adds to them."""
    lines = text.split("\n")
    comments, cuts = _scan(text)
    bounds = [0, *cuts, len(lines) + 1]
    programs: list[Program] = []
    for before, after in zip(bounds, bounds[1:], strict=False):
        body = text if not cuts else "\n" * before + "\n".join(lines[before : after - 1]) + "\n"
        program = Program(before + 1, after - 1, body)
        program.words.extend(programs[0].words if programs else ())
        for comment in comments:
            if before < comment.line < after:
                _read(comment, program)
        programs.append(program)
    return programs


def _scan(text: str) -> tuple[list[Comment], list[int]]:
    """All `//` comments, and the numbers of the lines on which one program ends and the next begins."""
    comments: list[Comment] = []
    cuts: list[int] = []
    line, start, code = 1, 0, False
    for piece in _PIECES.finditer(text):
        kind = piece.lastgroup
        words = piece.group()
        if kind == "comment":
            comments.append(Comment(line, piece.start() - start + 1, words[2:].rstrip(), code))
        if kind == "cut" or (words.startswith("//") and words[2:].strip() == "---" and _begins_line(text, piece)):
            cuts.append(line)
            code = False
        elif kind is None and not words.startswith("/*"):
            code = True
        if "\n" in words:
            line += words.count("\n")
            start = piece.start() + words.rindex("\n") + 1
    return comments, cuts


def _begins_line(text: str, piece: re.Match[str]) -> bool:
    return not text[text.rfind("\n", 0, piece.start()) + 1 : piece.start()].strip()


def _read(comment: Comment, program: Program) -> None:
    text = comment.text.strip()
    form = _FORM.match(text)
    if text.startswith("options:"):
        _read_options(comment, text.removeprefix("options:"), program)
    elif form is None:
        if _looks_like_a_promise(text):
            program.mistakes.append(f"line {comment.line}: `{text}` is no known form: {FORMS}")
    elif form["kind"] is None:
        program.output.append((comment, form["text"].removeprefix(" ")))
    else:
        _read_finding(comment.line, form["kind"], form["text"].strip(), program)


def _read_options(comment: Comment, text: str, program: Program) -> None:
    if comment.after_code:
        program.mistakes.append(f"line {comment.line}: `options:` must stand before the first line of code")
        return
    try:
        program.words.extend(shlex.split(text))
        program.options()
    except ValueError as error:
        program.mistakes.append(f"line {comment.line}: {error}")


def _read_finding(line: int, kind: str, text: str, program: Program) -> None:
    bugcheck = _BUGCHECK.fullmatch(text)
    if kind == "bugcheck" and bugcheck:
        sub = int(bugcheck["sub"], 16) if bugcheck["sub"] else None
        program.bugchecks.append((line, int(bugcheck["code"], 16), sub))
    elif kind == "bugcheck":
        program.mistakes.append(f"line {line}: `{text}` is no bug check, such as 0x4E or 0x4E/0x9A")
    elif not _RULE.fullmatch(text):
        program.mistakes.append(f"line {line}: `{text}` is no rule id, such as mdl-already-locked")
    else:
        found = {"error": program.errors, "violation": program.violations, "leak": program.leaks}[kind]
        found.append((line, text))


def _looks_like_a_promise(text: str) -> bool:
    """Whether a comment begins like an expectation, so that a slip of the pen does not silently promise nothing."""
    head, colon, _ = text.partition(":")
    words = head.lower().split()
    if not words:
        return False
    if not colon:
        return len(words) == 3 and _is_nearly(words[0], "expect") and any(_is_nearly(words[1], kind) for kind in _KINDS)
    if len(words) == 1 and _is_nearly(words[0], "options"):
        return True
    return len(words) <= 2 and (_is_nearly(words[0], "expect") or words[0] in ("expected", "expecting"))


def _is_nearly(word: str, known: str) -> bool:
    """Whether the word is the known one, or one letter more, less, other or swapped away from it."""
    same = len(commonprefix([word, known]))
    left, right = word[same:], known[same:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
