"""docs/repl.md and the sessions in docs/sessions say what is so.

    python tests/test_repl_docs.py      writes the tables of docs/repl.md anew
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dmascript.repl.command import GROUPS, all_commands
from dmascript.repl.key_list import KEYS
from recorded_session import session_text, typed

DOCS = Path(__file__).resolve().parent.parent / "docs"
GUIDE = DOCS / "repl.md"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def key_table() -> str:
    return "".join(["| key | does |\n|---|---|\n", *(f"| {key} | {cell(text)} |\n" for key, text in KEYS)])


def command_table(group: str) -> str:
    """The commands of a group by name, each with its other spellings."""
    rows = {id(row): row for row in all_commands().values() if row.group == group}.values()
    lines = ["| command | does |\n|---|---|\n"]
    for row in sorted(rows, key=lambda row: row.names[0].lower()):
        others = f" Also: {', '.join(f'`{name}`' for name in row.names[1:])}." if row.names[1:] else ""
        lines.append(f"| `{cell(row.usage)}` | {cell(row.help.rstrip('.'))}.{others} |\n")
    return "".join(lines)


def tables() -> dict[str, str]:
    """Every table of the guide, by the name in the comment before it."""
    return {"keys": key_table()} | {group: command_table(group) for group in GROUPS}


def with_tables(text: str) -> str:
    """The guide with each table as it should be."""
    for name, table in tables().items():
        text = re.sub(rf"(<!-- {name} -->\n)(\|.*\n)*", lambda found, new=table: found[1] + new, text)  # type: ignore[misc]
    return text


def test_the_tables_are_those_of_the_program() -> None:
    """Keys and commands in the guide are those that there are; `python tests/test_repl_docs.py` writes them anew."""
    text = GUIDE.read_text("utf-8")
    assert [name for name in tables() if f"<!-- {name} -->" not in text] == []
    assert text == with_tables(text)


@pytest.mark.parametrize("path", sorted((DOCS / "sessions").glob("*.txt")), ids=lambda path: path.stem)
def test_sessions_are_as_they_were_recorded(path: Path) -> None:
    """Typed again, each session in the docs shows the same to the byte."""
    text = path.read_bytes().decode()
    lines = typed(text)
    assert len(lines) > 5
    assert session_text(lines) == text.replace("\r\n", "\n")


def test_the_guide_shows_the_session_that_is_tested() -> None:
    """What the guide quotes of a session stands in it."""
    text = (DOCS / "sessions" / "first_mdl.txt").read_text("utf-8")
    quoted = re.findall(r"<!-- first_mdl -->\n```\n(.*?)```\n", GUIDE.read_text("utf-8"), re.DOTALL)
    assert quoted
    for part in quoted:
        assert part in text


if __name__ == "__main__":
    GUIDE.write_text(with_tables(GUIDE.read_text("utf-8")), "utf-8", newline="\n")
