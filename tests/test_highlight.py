"""What each piece of a script is to the eye, at the prompt and for Pygments."""

from __future__ import annotations

import pytest

from dmascript.builtin_names import built_in_names
from dmascript.highlight import ROLES, roles


def pieces(text: str) -> list[tuple[str, str]]:
    return [(role, text[start:end]) for role, start, end in roles(text, built_in_names())]


def role_of(text: str, word: str) -> str:
    return next(role for role, piece in pieces(text) if piece == word)


@pytest.mark.parametrize(
    ("text", "word", "role"),
    [
        ("PMDL mdl;", "PMDL", "type"),
        ("unsigned long x;", "unsigned", "type"),
        ("MmUnlockPages(mdl);", "MmUnlockPages", "routine"),
        ("mine(mdl);", "mine", "function"),
        ("x = STATUS_SUCCESS;", "STATUS_SUCCESS", "constant"),
        ("if (NT_SUCCESS(x)) y;", "NT_SUCCESS", "macro"),
        ("mdl->ByteCount", "ByteCount", "field"),
        ("while (1) x;", "while", "keyword"),
        ("__try { }", "__try", "keyword"),
        ("VOID f(_In_ PMDL mdl)", "_In_", "annotation"),
        ("x = 0x10UL;", "0x10UL", "number"),
        ("memory = 6 GiB;", "GiB", "unit"),
        ("int GiB;", "GiB", "name"),
        ('f("a // b");', '"a // b"', "string"),
        ("x; // why", "// why", "comment"),
        ("x; // expect: 5", "// expect: 5", "expectation"),
        ("// options: --seed 3", "// options: --seed 3", "expectation"),
        ("#define X 5", "define", "directive"),
        ("machine { }", "machine", "keyword"),
        ("int machine;", "machine", "name"),
        ("device Card { }", "device", "keyword"),
        ("device->Flags", "device", "name"),
        ("on write(A) { }", "on", "keyword"),
        ("after (2 us) x;", "after", "keyword"),
        ("after = 5;", "after", "name"),
        ('x = "open', '"open', "error"),
        ("x /* open", "/* open", "comment"),
    ],
)
def test_roles(text: str, word: str, role: str) -> None:
    """Words are told apart by what they mean where they stand."""
    assert role_of(text, word) == role


def test_every_example_keeps_its_text(request: pytest.FixtureRequest) -> None:
    """Pieces follow each other, hold no blanks at their ends, and leave out nothing but blanks."""
    for path in sorted((request.config.rootpath / "examples").glob("*.dma")):
        text = path.read_text("utf-8")
        at = 0
        for role, start, end in roles(text, built_in_names()):
            assert role in ROLES and at <= start < end
            assert not text[at:start].strip() and text[start:end].strip() == text[start:end]
            assert role != "error", (path.name, text[start:end])
            at = end
        assert not text[at:].strip()


def test_pygments_finds_the_language(request: pytest.FixtureRequest) -> None:
    """The installed entry point gives Pygments a lexer for `.dma` that loses no character."""
    lexers = pytest.importorskip("pygments.lexers")
    lexer = lexers.get_lexer_for_filename("read.dma", stripnl=False, ensurenl=False)
    assert lexer.name == "dmascript" and type(lexers.get_lexer_by_name("dma")) is type(lexer)
    for path in sorted((request.config.rootpath / "examples").glob("*.dma")):
        text = path.read_text("utf-8")
        assert "".join(piece for _, piece in lexer.get_tokens(text)) == text


def test_pygments_knows_every_role() -> None:
    pytest.importorskip("pygments")
    from dmascript.pygments_lexer import TOKENS

    assert set(TOKENS) == set(ROLES)


def test_the_prompt_colours_line_by_line() -> None:
    """A line is coloured as it is within the whole text, also inside a comment of several lines."""
    from prompt_toolkit.document import Document

    from dmascript.repl.lexer import EntryLexer

    text = "int x; /* one\ntwo */ ULONG y;\nz // three"
    line = EntryLexer(lambda line: "").lex_document(Document(text))
    assert [line(2)[-1][:2], line(1)[0][:2]] == [("class:dma.comment", "// three"), ("class:dma.comment", "two */")]
    assert ("class:dma.type", "ULONG") in line(1)
    for number, content in enumerate(text.split("\n")):
        assert "".join(fragment[1] for fragment in line(number)) == content
    assert EntryLexer(lambda line: "dt").lex_document(Document("dt _MDL"))(0)[0] == ("class:dma.command", "dt")


def test_colours_can_be_read_on_black_and_on_white() -> None:
    """Every colour of text has a contrast of at least 4.5 to 1 with both."""
    from dmascript.repl.screen import TEXT_COLOURS

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    used = {word for style in TEXT_COLOURS.values() for word in style.split() if word.startswith("#")}
    assert len(used) > 5
    for colour in used:
        light = luminance(colour) + 0.05
        assert light / 0.05 >= 4.5 and 1.05 / light >= 4.5, colour
