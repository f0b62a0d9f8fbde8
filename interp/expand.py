"""driver blocks as the plain C that they stand for: a file for each driver, and the script that includes those.

The C is cut from the script's own text, with its comments and macros. Where that would say something else than the
script does, since macros make parts of a block, it is made anew from the text without macros (flatten.py).
"""

from __future__ import annotations

import os
import re
import textwrap

from ..grammar.preprocess import preprocess
from ..grammar.source import Diagnostics, SourceFile, Span
from ..grammar.syntax import DriverBlock
from ..grammar.tree import Driver
from .compile import Front
from .environment import BuiltIns
from .flatten import flat_text
from .options import Options
from .surroundings import Piece, Surroundings, is_state, offset

# What a driver shares with the rest of the script is left out of its C where the script includes it.
_SHARED = "SCRIPT_DECLARES"


class Expansion:
    """A driver as C: `name` of the driver, `text` of its file, and where its block stands in the script. `code` is
    the block's own part of the text; `shares` is true if the script has state in common with it."""

    __slots__ = ("name", "text", "code", "span", "device", "pieces", "shares")

    def __init__(self, block: DriverBlock, text: str, code: str, pieces: list[Piece], shares: bool) -> None:
        self.name = block.name
        self.device = block.device
        self.span = block.span
        self.text = text
        self.code = code
        self.pieces = pieces
        self.shares = shares

    @property
    def head(self) -> str:
        return f"driver {self.name} ({self.device}) {{" if self.device else f"driver {self.name} {{"


class Expanded:
    """The drivers of a script in the order of the file, and the `script` with its blocks reduced to an #include of
    their C. `plain` is true if macros had to be replaced."""

    __slots__ = ("file", "drivers", "script", "plain")

    def __init__(self, front: Front, plain: bool = False) -> None:
        assert front.unit is not None and front.program is not None and front.source is not None
        self.file = front.source.name
        self.plain = plain
        blocks = [item for item in front.unit.items if isinstance(item, DriverBlock)]
        pairs = zip(blocks, front.program.drivers, strict=True)
        self.drivers = [_expansion(front, block, driver, plain) for block, driver in pairs]
        self.script = self.with_blocks(front.source.text, includes=True)

    def with_blocks(self, text: str, includes: bool) -> str:
        """The script with its driver blocks emptied, but for an #include of their C; an included file keeps its own."""
        for one in reversed([one for one in self.drivers if one.span.file == self.file]):
            start = offset(text, one.span.line, one.span.column)
            end = offset(text, one.span.end_line, one.span.end_column)
            define = f"#define {_SHARED}\n" if one.shares else ""
            inside = f'\n{define}#include "{one.name}.c"\n' if includes else "\n"
            text = f"{text[:start]}{one.head}{inside}}}{text[end:]}"
        return text

    def together(self) -> str:
        """All drivers as one text: that of the only one, or each in a block, for its names are its own."""
        if len(self.drivers) == 1:
            return self.drivers[0].text
        names = " and ".join((", ".join(one.name for one in self.drivers[:-1]), self.drivers[-1].name))
        parts = [f"// The drivers {names} of {os.path.basename(self.file)}, as plain C{_remark(self.plain)}.\n"]
        seen: set[tuple[str, int]] = set()
        late: list[Piece] = []
        for one in self.drivers:
            new = [piece for piece in one.pieces if (piece.file, piece.place) not in seen]
            seen.update((piece.file, piece.place) for piece in new)
            parts.extend(joined([piece for piece in new if not piece.late]))
            late.extend(piece for piece in new if piece.late)
            parts.append(f"{one.head}\n\n{one.code}\n\n}}")
        return "\n\n".join([*parts, *joined(late)]).replace("\n\n\n", "\n\n") + "\n"


def expand(front: Front) -> Expanded:
    """The drivers of a script that has no errors."""
    expanded = Expanded(front)
    assert front.source is not None
    flat = Front(front.source.name, Options(folders=front.loader.folders), flat_text(front))
    if flat.found.errors or flat.program is None:
        return expanded
    plain = Expanded(flat, plain=True)
    return expanded if _tokens(front, expanded) == _tokens(flat, plain) else plain


def _tokens(front: Front, expanded: Expanded) -> list[list[str]]:
    """What the parser would read of each text."""
    assert front.source is not None
    texts = [one.text for one in expanded.drivers]
    texts.append(expanded.with_blocks(front.source.text, includes=False))
    found = []
    for text in texts:
        source = SourceFile(front.source.name, text)
        found.append([token.text for token in preprocess(source, BuiltIns(), Diagnostics(), front.loader)])
    return found


def _expansion(front: Front, block: DriverBlock, driver: Driver, plain: bool) -> Expansion:
    assert front.unit is not None
    text = front.files[block.span.file]
    prototypes, _, definitions = driver.frame.partition("\n\n")
    body = _body(text, block, driver)
    around = Surroundings(front.unit, text, block, body + driver.frame)
    shares = any(is_state(item) for item in around.chosen)
    early = joined([piece for piece in around.pieces if not piece.late])
    late = joined([piece for piece in around.pieces if piece.late])
    if shares:
        early = [f"#ifndef {_SHARED}", *early, "#endif"]
        late = [f"#ifndef {_SHARED}", *late, "#endif"] if late else []
    code = "\n\n".join(part for part in (prototypes, body, definitions.rstrip("\n")) if part)
    script = os.path.basename(block.span.file)
    heading = f"// The driver {block.name} of {script}, as plain C{_remark(plain)}."
    whole = "\n\n".join([heading, *early, code, *late]) + "\n"
    return Expansion(block, whole, code, around.pieces, shares)


def _remark(plain: bool) -> str:
    return "; macros that make parts of a block are replaced" if plain else ""


def joined(pieces: list[Piece]) -> list[str]:
    """The pieces as paragraphs, with directives that follow each other in one."""
    found: list[str] = []
    after_directive = False
    for piece in pieces:
        directive = piece.text.startswith("#")
        if found and directive and after_directive:
            found[-1] += "\n" + piece.text
        else:
            found.append(piece.text)
        after_directive = directive
    return found


# ---- the block itself -----------------------------------------------------------------------------------------


def _body(text: str, block: DriverBlock, driver: Driver) -> str:
    """What stands in the block, its handlers made functions, its properties gone."""
    head = block.device_span if block.device else block.name_span
    start = text.find("{", offset(text, head.end_line, head.end_column)) + 1
    end = offset(text, block.span.end_line, block.span.end_column) - 1
    for span, replacement in sorted(driver.edits, key=_from_the_end):
        first, last = offset(text, span.line, span.column), offset(text, span.end_line, span.end_column)
        before = len(text)
        if replacement:
            text = text[:first] + replacement + text[last:]
        else:
            text = _without(text, first, last)
        end += len(text) - before
    body = textwrap.dedent(text[start:end].strip("\n").rstrip())
    return re.sub(r"\n{3,}", "\n\n", body)


def _from_the_end(edit: tuple[Span, str]) -> tuple[int, int]:
    return -edit[0].line, -edit[0].column


def _without(text: str, first: int, last: int) -> str:
    """The text without a part of a line; without the whole line, if only a comment is left of it."""
    begin, finish = text.rfind("\n", 0, first) + 1, text.find("\n", last)
    finish = len(text) if finish < 0 else finish
    left, right = text[begin:first], text[last:finish]
    if not left.strip() and (not right.strip() or right.lstrip().startswith("//")):
        return text[:begin] + text[finish + 1 :]
    return text[:first] + text[last:].lstrip(" ")
