"""Builders of declarations. A declarator is a Draft while it is read, and declares its name when it is complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .build import Reduction, builder
from .source import Span
from .syntax import (
    ArrayPart,
    Broken,
    Declaration,
    Declarator,
    Designator,
    Enumerator,
    EnumSpec,
    FunctionDefinition,
    FunctionPart,
    InitDeclarator,
    InitItem,
    InitList,
    KeywordType,
    NamedType,
    Node,
    NoType,
    Parameter,
    PointerPart,
    Specifiers,
    StaticAssert,
    StructSpec,
    TypeName,
    TypeSpec,
)
from .syntax import CompoundStatement as Body
from .tokens import IDENTIFIER, Token
from .words import KEYWORDS, PLAIN_SPELLING


class Draft:
    """A declarator as far as it has been read: parts are added from the name outwards."""

    __slots__ = ("name", "span", "parts")

    def __init__(self, name: str, span: Span) -> None:
        self.name = name
        self.span = span
        self.parts: list[PointerPart | ArrayPart | FunctionPart] = []

    def complete(self) -> Declarator:
        return Declarator(self.span, self.name, tuple(self.parts))


class FunctionHead:
    """Specifiers and declarator of a function definition, or the parameters of a handler, before the body is read."""

    __slots__ = ("specifiers", "declarator", "parameters", "event", "name")

    def __init__(
        self,
        parameters: tuple[Parameter, ...] | None,
        specifiers: Specifiers | None = None,
        declarator: Declarator | None = None,
        event: Token | None = None,
        name: Token | None = None,
    ) -> None:
        self.parameters = parameters
        self.specifiers = specifiers
        self.declarator = declarator
        self.event = event
        self.name = name


def declare_parameters(p: Reduction, head: FunctionHead) -> None:
    """Make a function's parameters ordinary names in its body."""
    for parameter in head.parameters or ():
        if parameter.declarator.name:
            p.names.declare(parameter.declarator.name, False)


# ---- specifiers ---------------------------------------------------------------------------------------------------


def _specifiers(p: Reduction, type: TypeSpec, around: Sequence[Token]) -> Specifiers:
    if not around:
        return Specifiers(p.span(), (), (), type)
    storage, qualifiers, align = [], [], 0
    for token in around:
        text = PLAIN_SPELLING.get(token.text, token.text)
        kind = KEYWORDS.get(token.text)
        if kind == "STORAGE":
            storage.append(text)
        elif kind == "QUALIFIER":
            qualifiers.append(text)
        else:
            align = max(align, int(text))
    if align and isinstance(type, StructSpec) and type.members is not None:
        type = replace(type, align=max(align, type.align))
        align = 0
    return Specifiers(p.span(), tuple(storage), tuple(qualifiers), type, align)


@builder
def type_alone(p: Reduction, type: TypeSpec) -> Specifiers:
    return Specifiers(p.span(), (), (), type)


@builder
def type_modified(p: Reduction, type: TypeSpec, after: list[Token]) -> Specifiers:
    return _specifiers(p, type, after)


@builder
def modified_type(p: Reduction, before: list[Token], type: TypeSpec) -> Specifiers:
    return _specifiers(p, type, before)


@builder
def modified_type_modified(p: Reduction, before: list[Token], type: TypeSpec, after: list[Token]) -> Specifiers:
    return _specifiers(p, type, before + after)


@builder
def words_alone(p: Reduction, words: list[Token]) -> Specifiers:
    return _word_specifiers(p, [], words)


@builder
def modified_words(p: Reduction, before: list[Token], words: list[Token]) -> Specifiers:
    return _word_specifiers(p, before, words)


def _word_specifiers(p: Reduction, before: list[Token], words: list[Token]) -> Specifiers:
    spelled = [t for t in words if t.kind == IDENTIFIER and KEYWORDS.get(t.text, "TYPE_WORD") == "TYPE_WORD"]
    texts = tuple(PLAIN_SPELLING.get(token.text, token.text) for token in spelled)
    type = KeywordType(spelled[0].span.to(spelled[-1].span), texts)
    return _specifiers(p, type, before + [token for token in words if token not in spelled])


@builder
def named_type(p: Reduction, word: Token) -> NamedType:
    return NamedType(word.span, word.text, p.names.is_typedef(word.text))


@builder
def no_type(p: Reduction, place: Token) -> NoType:
    return NoType(place.span)


# ---- struct and enum ----------------------------------------------------------------------------------------------


@builder
def struct_head(p: Reduction, word: Token, align: Token | None = None) -> tuple[bool, int, int]:
    return word.text == "union", int(align.text) if align else 0, p.packs.get(p.first, 0)


@builder
def struct_reference(p: Reduction, head: tuple[bool, int, int], tag: Token) -> StructSpec:
    return StructSpec(p.span(), head[0], tag.text, None)


@builder
def struct_untagged(p: Reduction, head: tuple[bool, int, int], members: list[Node]) -> StructSpec:
    return _struct(p, head, "", members)


@builder
def struct_tagged(p: Reduction, head: tuple[bool, int, int], tag: Token, members: list[Node]) -> StructSpec:
    return _struct(p, head, tag.text, members)


def _struct(p: Reduction, head: tuple[bool, int, int], tag: str, members: list[Node]) -> StructSpec:
    union, align, pack = head
    whole = tuple(member for member in members if isinstance(member, Declaration))
    asserts = tuple(member for member in members if isinstance(member, StaticAssert))
    return StructSpec(p.span(), union, tag, whole, pack, align, asserts)


@builder
def member(p: Reduction, draft: Draft) -> InitDeclarator:
    return InitDeclarator(p.span(), draft.complete(), None)


@builder
def bit_field(p: Reduction, draft: Draft, bits: Node) -> InitDeclarator:
    return InitDeclarator(p.span(), draft.complete(), None, bits)


@builder
def unnamed_bit_field(p: Reduction, bits: Node) -> InitDeclarator:
    return InitDeclarator(p.span(), Declarator(p.tokens[p.first].span, "", ()), None, bits)


@builder
def enum_reference(p: Reduction, tag: Token) -> EnumSpec:
    return EnumSpec(p.span(), tag.text, None)


@builder
def enum_untagged(p: Reduction, enumerators: list[Node]) -> EnumSpec:
    return EnumSpec(p.span(), "", tuple(e for e in enumerators if isinstance(e, Enumerator)))


@builder
def enum_tagged(p: Reduction, tag: Token, enumerators: list[Node]) -> EnumSpec:
    return EnumSpec(p.span(), tag.text, tuple(e for e in enumerators if isinstance(e, Enumerator)))


@builder
def enumerator(p: Reduction, word: Token, value: Node | None = None) -> Enumerator:
    p.names.declare(word.text, False)
    return Enumerator(p.span(), word.text, value)


# ---- declarators --------------------------------------------------------------------------------------------------


@builder
def declarator_name(p: Reduction, word: Token) -> Draft:
    return Draft(word.text, word.span)


@builder
def parenthesised_declarator(p: Reduction, draft: Draft) -> Draft:
    return draft


@builder
def pointer_to(p: Reduction, star: list[Token], draft: Draft) -> Draft:
    draft.parts.append(PointerPart(p.tokens[p.first].span, _qualifiers(star)))
    return draft


@builder
def array_of(p: Reduction, draft: Draft, count: Node | None = None) -> Draft:
    draft.parts.append(ArrayPart(p.span(), count))
    return draft


@builder
def function_of(p: Reduction, draft: Draft, parameters: list[Node] | None = None) -> Draft:
    draft.parts.append(_function_part(p, parameters))
    return draft


@builder
def abstract_pointer(p: Reduction, star: list[Token]) -> Draft:
    draft = Draft("", p.tokens[p.last + 1].span)
    draft.parts.append(PointerPart(p.span(), _qualifiers(star)))
    return draft


@builder
def abstract_array(p: Reduction, count: Node | None = None) -> Draft:
    draft = Draft("", p.tokens[p.first].span)
    draft.parts.append(ArrayPart(p.span(), count))
    return draft


@builder
def abstract_function(p: Reduction, parameters: list[Node] | None = None) -> Draft:
    draft = Draft("", p.tokens[p.first].span)
    draft.parts.append(_function_part(p, parameters))
    return draft


def _qualifiers(star: list[Token]) -> tuple[str, ...]:
    return tuple(PLAIN_SPELLING.get(token.text, token.text) for token in star)


def _function_part(p: Reduction, parameters: list[Any] | None) -> FunctionPart:
    """A parameter that could not be read leaves the function without a prototype, so that no call of it is refused."""
    if parameters is None:
        return FunctionPart(p.span(), (), False, False)
    variadic = parameters[-1] is Ellipsis
    if variadic:
        parameters.pop()
    if any(isinstance(parameter, Broken) for parameter in parameters):
        return FunctionPart(p.span(), (), False, False)
    return FunctionPart(p.span(), plain_parameters(parameters), variadic, True)


def plain_parameters(parameters: Sequence[Node]) -> tuple[Parameter, ...]:
    """The parameters; none for `(void)` and `(VOID)`."""
    found = tuple(parameter for parameter in parameters if isinstance(parameter, Parameter))
    if len(found) == 1 and not found[0].declarator.name and not found[0].declarator.parts:
        type = found[0].specifiers.type
        if (isinstance(type, KeywordType) and type.words == ("void",)) or (
            isinstance(type, NamedType) and type.name == "VOID"
        ):
            return ()
    return found


@builder
def variadic(p: Reduction, parameters: list[Any]) -> list[Any]:
    parameters.append(Ellipsis)
    return parameters


@builder
def only_variadic(p: Reduction) -> list[Any]:
    """`f(...)`, which the Microsoft compiler takes in C too."""
    return [Ellipsis]


@builder
def parameter(p: Reduction, specifiers: Specifiers, draft: Draft | None = None) -> Parameter:
    declarator = draft.complete() if draft else Declarator(p.tokens[p.last + 1].span, "", ())
    return Parameter(p.span(), specifiers, declarator)


@builder
def type_name(p: Reduction, specifiers: Specifiers, draft: Draft | None = None) -> TypeName:
    declarator = draft.complete() if draft else Declarator(p.tokens[p.last + 1].span, "", ())
    return TypeName(p.span(), specifiers, declarator)


# ---- declarations -------------------------------------------------------------------------------------------------


@builder
def declared(p: Reduction, draft: Draft) -> Declarator:
    """The name has its new meaning from here on, a typedef or an ordinary name."""
    below = p.values[-1]
    specifiers = below if isinstance(below, Specifiers) else p.values[-3]
    p.names.declare(draft.name, "typedef" in specifiers.storage)
    return draft.complete()


@builder
def init_declarator(p: Reduction, declarator: Declarator, initialiser: Node | None = None) -> InitDeclarator:
    return InitDeclarator(p.span(), declarator, initialiser)


@builder
def declaration(p: Reduction, specifiers: Specifiers, declarators: Sequence[InitDeclarator] = ()) -> Declaration:
    return Declaration(p.span(), specifiers, tuple(declarators))


@builder
def function_head(p: Reduction, specifiers: Specifiers, draft: Draft) -> FunctionHead:
    p.names.declare(draft.name, False)
    declarator = draft.complete()
    function = next((part for part in declarator.parts if isinstance(part, FunctionPart)), None)
    return FunctionHead(function.parameters if function else (), specifiers, declarator)


@builder
def function(p: Reduction, head: FunctionHead, body: Body) -> FunctionDefinition:
    assert head.specifiers is not None and head.declarator is not None
    return FunctionDefinition(p.span(), head.specifiers, head.declarator, body)


# ---- initialisers -------------------------------------------------------------------------------------------------


@builder
def init_list(p: Reduction, items: Sequence[InitItem] = ()) -> InitList:
    return InitList(p.span(), tuple(items))


@builder
def init_item(p: Reduction, value: Node) -> InitItem:
    return InitItem(value.span, (), value)


@builder
def designated_item(p: Reduction, designators: list[Designator], value: Node) -> InitItem:
    return InitItem(p.span(), tuple(designators), value)


@builder
def field_designator(p: Reduction, word: Token) -> Designator:
    return Designator(p.span(), word.text, None)


@builder
def index_designator(p: Reduction, index: Node) -> Designator:
    return Designator(p.span(), "", index)
