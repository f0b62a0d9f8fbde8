"""Preprocessed tokens to what the parser reads: each with its terminal, annotations gone, refused constructs reported.

Here go calling conventions, SAL, __declspec and the like (an align(n) stays, as an ALIGN), `extern "C"`, pragmas (the
packing in force is remembered), C++ and inline assembler; and a number and its unit become one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import words
from .environment import Environment
from .source import NOWHERE, Diagnostics
from .tokens import CHARACTER, END, IDENTIFIER, NUMBER, PUNCTUATOR, STRING, Token

_TERMINALS = {NUMBER: "NUMBER", CHARACTER: "CHARACTER", STRING: "STRING", END: words.END}
_UNIT = re.compile(r"([0-9]+)(KiB|MiB|GiB|ns|us|ms|s)")
_OPENERS = frozenset("([{")
_CLOSERS = frozenset(")]}")
_BEGINS_ITEM = frozenset((";", "{", "}", ")", ":", "else", "do", words.BROKEN_ITEM))


class Stream:
    """Parallel lists of tokens and terminals, ending in END. `packs` maps the place of a `struct` to its packing."""

    __slots__ = ("tokens", "terminals", "packs")

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.terminals: list[str] = []
        self.packs: dict[int, int] = {}

    def add(self, token: Token, terminal: str) -> None:
        self.tokens.append(token)
        self.terminals.append(terminal)


def prepare(tokens: Sequence[Token], environment: Environment, diagnostics: Diagnostics) -> Stream:
    """The stream that the parser reads."""
    filter = _Filter(tokens, environment, diagnostics)
    filter.run()
    stream = filter.stream
    if not stream.terminals or stream.terminals[-1] != words.END:
        stream.add(Token(END, "", tokens[-1].span if tokens else NOWHERE), words.END)
    return stream


class _Filter:
    """One pass over the tokens; `at` is the place of the next one."""

    def __init__(self, tokens: Sequence[Token], environment: Environment, diagnostics: Diagnostics) -> None:
        self.tokens = tokens
        self.environment = environment
        self.diagnostics = diagnostics
        self.stream = Stream()
        self.at = 0
        self.pack = 0
        self.pack_stack: list[tuple[str, int]] = []
        self.closing_extern_c: set[int] = set()

    def run(self) -> None:
        tokens = self.tokens
        out, terminals = self.stream.tokens, self.stream.terminals
        keywords, punctuators, special = words.KEYWORDS, words.PUNCTUATORS, words.SPECIAL
        maybe = words.may_be_annotation
        while self.at < len(tokens):
            token = tokens[self.at]
            kind, text = token.kind, token.text
            if kind == PUNCTUATOR:
                if text == "}" and self.at in self.closing_extern_c:
                    self.at += 1
                    continue
                terminal = punctuators.get(text, text)
            elif kind == IDENTIFIER:
                known = keywords.get(text)
                if known is None:
                    terminal = words.IDENTIFIER
                    if (maybe(text) or text in special) and self.passed_over(text):
                        continue
                    if text in words.UNITS and terminals and terminals[-1] == "NUMBER" and " " not in out[-1].text:
                        out[-1] = Token(NUMBER, f"{out[-1].text} {text}", out[-1].span.to(token.span))
                        self.at += 1
                        continue
                else:
                    terminal = known
                    if known == "STRUCT" and self.pack:
                        self.stream.packs[len(terminals)] = self.pack
                    elif text == "extern" and self.linkage():
                        continue
            else:
                terminal = _TERMINALS.get(kind, "")
                if not terminal:
                    self.other(token)
                    self.at += 1
                    continue
                if kind == NUMBER and text[-1] in "Bs" and (joined := _UNIT.fullmatch(text)):
                    token = Token(NUMBER, f"{joined[1]} {joined[2]}", token.span)
            out.append(token)
            terminals.append(terminal)
            self.at += 1

    # ---- looking around ----------------------------------------------------------------------------------------

    def text(self, ahead: int) -> str:
        """The text of the token that stands `ahead` places from this one."""
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def kind(self, ahead: int) -> str:
        place = self.at + ahead
        return self.tokens[place].kind if place < len(self.tokens) else END

    def behind_brackets(self, place: int) -> int:
        """The place behind the bracket that closes the one at `place`; that of the end if none does."""
        depth = 0
        for i in range(place, len(self.tokens)):
            text = self.tokens[i].text
            if self.tokens[i].kind == END:
                return i
            if self.tokens[i].kind == PUNCTUATOR:
                depth += (text in _OPENERS) - (text in _CLOSERS)
                if depth <= 0 and text in _CLOSERS:
                    return i + 1
        return len(self.tokens)

    # ---- pragmas and extern "C" ----------------------------------------------------------------------------------

    def other(self, token: Token) -> None:
        """A pragma (only `pack` counts), or a token that the preprocessor has complained of."""
        if token.kind != "pragma" or not (found := re.match(r"\s*pack\s*\((.*)\)", token.text)):
            return
        arguments = [part.strip() for part in found[1].split(",")]
        label = next((a for a in arguments[1:] if not a.isdigit()), "")
        if arguments[0] == "push":
            self.pack_stack.append((label, self.pack))
        elif arguments[0] == "pop":
            while self.pack_stack:
                name, self.pack = self.pack_stack.pop()
                if not label or name == label:
                    break
        elif not arguments[0]:
            self.pack = 0
        for argument in arguments:
            if argument.isdigit():
                self.pack = int(argument)

    def linkage(self) -> bool:
        """True if this was `extern "C" {`, or the string is to be dropped: the language is C anyway."""
        if self.kind(1) != STRING or self.text(1) != '"C"':
            return False
        if self.text(2) == "{":
            self.closing_extern_c.add(self.behind_brackets(self.at + 2) - 1)
            self.at += 3
        else:
            self.stream.add(self.tokens[self.at], "STORAGE")
            self.at += 2
        return True

    # ---- annotations -----------------------------------------------------------------------------------------------

    def passed_over(self, text: str) -> bool:
        """Handle a word that may be an annotation or be refused; False if it is an ordinary name here."""
        before = self.stream.terminals[-1] if self.stream.terminals else ";"
        if before in (".", "->", "goto") or (before in ("STRUCT", "enum") and not words.is_attribute(text)):
            return False
        if text in words.OLD_ANNOTATIONS:
            return self.old_annotation(text, before)
        if text in words.SPECIAL:
            return self.refused(text, before)
        what = words.annotation(text)
        if what == words.NOT_ANNOTATION:
            return False
        start = self.at
        self.at += 1
        if what == words.WITH_LIST and self.text(0) == "(" and self.kind(0) == PUNCTUATOR:
            self.at = self.behind_brackets(self.at)
        alignment = self.alignment(text, self.tokens[start + 1 : self.at])
        if alignment:
            self.stream.add(Token(NUMBER, str(alignment), self.tokens[start].span), "ALIGN")
        return True

    def old_annotation(self, text: str, before: str) -> bool:
        after, kind = self.text(1), self.kind(1)
        if text == "OPTIONAL":
            swallow = (after in (",", ")") and before in ("IDENTIFIER", "]", ")")) or kind == IDENTIFIER
        else:
            swallow = kind == IDENTIFIER or (before == "(" and after == "OPTIONAL")
        if swallow:
            self.at += 1
        return swallow

    def alignment(self, text: str, arguments: Sequence[Token]) -> int:
        """The bytes that an annotation asks to align to, or 0."""
        if text == "POINTER_ALIGNMENT":
            return 8
        if text == "DECLSPEC_CACHEALIGN":
            return 64
        if text in ("__declspec", "_declspec") and not any(token.text == "align" for token in arguments):
            return 0
        if text in ("__declspec", "_declspec", "_Alignas", "alignas", "DECLSPEC_ALIGN"):
            for token in arguments:
                if token.kind == NUMBER:
                    digits = token.text.rstrip("uUlL")
                    return int(digits, 0) if digits.isalnum() and digits[:1] in "123456789" else 0
                if token.kind == IDENTIFIER and (constant := self.environment.constant(token.text)):
                    return constant[0]
        return 0

    # ---- refused ---------------------------------------------------------------------------------------------------

    def refused(self, text: str, before: str) -> bool:
        """Report C++, inline assembler and _Generic, and put what keeps the parser in step."""
        span = self.tokens[self.at].span
        if text == "_Generic":
            if self.text(1) != "(":
                return False
            message = "_Generic is not supported: drivers are compiled as C that does not have it"
            self.diagnostics.error("generic-selection", message, span, "write the case that is meant")
            return self.put_broken(words.BROKEN, self.behind_brackets(self.at + 1))
        if text in words.ASSEMBLER:
            return self.assembler(text)
        end = self.cplusplus(text, before)
        if end < 0:
            return False
        message = f"'{text}' is C++, and scripts are written in C"
        advice = "call ExAllocatePool2 and ExFreePool" if text in ("new", "delete") else "write structs and functions"
        self.diagnostics.error("cplusplus-class", message, span, advice)
        if text in ("class", "template", "namespace"):
            return self.put_broken(words.BROKEN_ITEM, end)
        if text == "new":
            return self.put_broken(words.BROKEN, end)
        self.at = end
        return True

    def put_broken(self, terminal: str, end: int) -> bool:
        self.stream.add(self.tokens[self.at], terminal)
        self.at = end
        return True

    def assembler(self, text: str) -> bool:
        first = 1
        while self.text(first) in ("volatile", "__volatile__", "goto"):
            first += 1
        follows = self.text(first)
        if text == "asm" and follows not in ("{", "("):
            return False
        if follows in ("{", "("):
            end = self.behind_brackets(self.at + first)
        else:
            line, end = self.tokens[self.at].span.line, self.at + 1
            while end < len(self.tokens) and self.tokens[end].span.line == line and self.tokens[end].text not in "{};":
                end += 1
        if end < len(self.tokens) and self.tokens[end].text == ";":
            end += 1
        message = "inline assembler cannot run here: the simulated processor has no instruction set"
        self.diagnostics.error("inline-assembler", message, self.tokens[self.at].span, "write it in C")
        return self.put_broken(words.BROKEN_ITEM, end)

    def cplusplus(self, text: str, before: str) -> int:
        """The place behind what is C++ here, or -1 if the word is an ordinary name."""
        after, named = self.text(1), self.kind(1) == IDENTIFIER
        if text in ("new", "delete"):
            allowed = ("=", "(", ",", "return") if text == "new" else _BEGINS_ITEM
            if before not in allowed or not named:
                return -1
            return self.behind_new() if text == "new" else self.at + 1
        if before not in _BEGINS_ITEM and before != "STORAGE":
            return -1
        if text in ("public", "private", "protected"):
            return self.at + 2 if after == ":" and self.in_struct() else -1
        if text == "using":
            return self.behind_item() if after == "namespace" else -1
        fits = {
            "class": named and self.text(2) in ("{", ":", ";"),
            "namespace": after == "{" or (named and self.text(2) == "{"),
            "template": after == "<",
        }
        return self.behind_item() if fits[text] else -1

    def behind_new(self) -> int:
        """The place behind the type after `new`, and the brackets that follow it."""
        end = self.at + 1
        while self.tokens[end].kind == IDENTIFIER or self.tokens[end].text == "*":
            end += 1
        return self.behind_brackets(end) if self.tokens[end].text in ("(", "[") else end

    def behind_item(self) -> int:
        """The place behind the next `;`, or behind the next block and a `;` that follows it."""
        end = self.at
        while end < len(self.tokens) and self.tokens[end].kind != END and self.tokens[end].text not in (";", "{"):
            end += 1
        if end < len(self.tokens) and self.tokens[end].text == "{":
            end = self.behind_brackets(end)
        if end < len(self.tokens) and self.tokens[end].text == ";":
            end += 1
        return end

    def in_struct(self) -> bool:
        """True if the innermost open brace so far is of a struct or union."""
        terminals, depth = self.stream.terminals, 0
        for i in range(len(terminals) - 1, -1, -1):
            depth += (terminals[i] == "}") - (terminals[i] == "{")
            if depth < 0:
                return "STRUCT" in terminals[max(i - 2, 0) : i]
        return False
