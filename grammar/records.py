"""Struct, union and enum bodies, and their tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .context import Context
from .layout import Field, lay_out
from .lookup import Lookup
from .scope import Constant, Tag
from .source import Span
from .syntax import Declarator, EnumSpec, InitDeclarator, Node, Specifiers, StructSpec
from .typenames import described, with_article
from .types import ERROR, INT, ArrayType, ErrorType, FunctionType, IntType, StructLayout, StructType, Type

MAX_SIZE = 0x7FFF_FFFF  # bytes, the largest object that MSVC accepts


class Records:
    """`specified` and `declared` give the types of members."""

    def __init__(
        self,
        context: Context,
        names: Lookup,
        specified: Callable[[Specifiers], Type],
        declared: Callable[[Type, Declarator], Type],
    ) -> None:
        self.context = context
        self.names = names
        self.specified = specified
        self.declared = declared

    def struct(self, spec: StructSpec, declares: bool) -> Type:
        tag = self._tag(spec.tag, "union" if spec.union else "struct", spec.span, spec.members is not None or declares)
        type = tag.type
        if not isinstance(type, StructType) or type.layout.union != spec.union:
            return ERROR
        if spec.members is None:
            return type
        if type.layout.size >= 0:
            if not self.context.quiet:
                self._redefined(tag, spec.span)
            return type
        if tag.defined:
            self._redefined(tag, spec.span)
            return type
        if spec.tag:
            self.context.scope.tags[spec.tag] = replace(tag, span=spec.span, defined=True)
        self._define(type.layout, spec)
        return type

    def _define(self, layout: StructLayout, spec: StructSpec) -> None:
        assert spec.members is not None
        self.context.enter(spec.span)
        fields: list[Field] = []
        seen: dict[str, Span] = {}
        for declaration in spec.members:
            for one, span in self._fields(declaration.specifiers, declaration.declarators, declaration.span):
                self._add(fields, seen, one, span, last=declaration is spec.members[-1])
        for node in spec.asserts:
            self.context.check_assert(node)
        self.context.depth -= 1
        if not fields:
            if not spec.members:
                self.context.error("empty-struct", "a struct needs at least one member", spec.span)
            fields.append(Field("", INT))
        lay_out(layout, fields, spec.pack, spec.align)
        if layout.size > MAX_SIZE:
            self.context.error("bad-array-size", "the struct is larger than 2 GiB", spec.span)

    def _add(self, fields: list[Field], seen: dict[str, Span], one: Field, span: Span, last: bool) -> None:
        names = [one.name] if one.name else _inner_names(one.type)
        for name in names:
            if name in seen:
                self.context.error("redefined", f"the member '{name}' is declared twice", span)
                return
            seen[name] = span
        if isinstance(one.type, ArrayType) and one.type.count is None and not last:
            self.context.error(
                "incomplete-type", f"only the last member may be an array without a size: '{one.name}'", span
            )
        fields.append(one)

    def _fields(
        self, specifiers: Specifiers, declarators: tuple[InitDeclarator, ...], span: Span
    ) -> list[tuple[Field, Span]]:
        base = self.specified(specifiers)
        if not declarators:
            if isinstance(base, StructType):
                return [(Field("", base), span)] if self.names.complete(base, span) else []
            return []
        found = []
        for one in declarators:
            type = self.declared(base, one.declarator)
            name = one.declarator.name
            if isinstance(type, FunctionType):
                self.context.error(
                    "wrong-type", f"the member '{name}' is a function", one.span, "make it a pointer to one"
                )
                continue
            if isinstance(type, ErrorType) or not self.names.complete(type, one.span, f"the member '{name}'"):
                found.append((Field(name, ERROR), one.span))
            elif one.bits is None:
                found.append((Field(name, type, align=max(specifiers.align, 1)), one.span))
            else:
                field = self._bit_field(name, type, one.bits)
                if field is not None:
                    found.append((field, one.span))
        return found

    def _bit_field(self, name: str, type: Type, bits: Node) -> Field | None:
        width = self.context.constant(bits, "not-constant")
        if width is None:
            return None
        text = f"the bit-field '{name}'" if name else "the bit-field"
        if not isinstance(type, IntType):
            self.context.error("wrong-type", f"{text} is {with_article(type)}, not an integer", bits.span)
            return None
        limit = 1 if type.boolean else 8 * type.size
        if not 0 <= width <= limit or width == 0 and name:
            self.context.error("bad-bit-field", f"{text} of {width} bits does not fit {described(type)}", bits.span)
            return None
        return Field(name, type, width)

    # ---- tags and enums -------------------------------------------------------------------------------------

    def _tag(self, name: str, word: str, span: Span, own: bool) -> Tag:
        """The tag that is meant; a new one if there is none, or none in this scope where it is `own`."""
        scope = self.context.scope
        found = None
        if name:
            if not own:
                found = self.names.find_tag(name, word)
            elif name in scope.tags:
                found = scope.tags[name]
        if found is None:
            return self.names.new_tag(scope, name, word, span)
        if found.word != word:
            notes = self.names.declared_here(found)
            self.context.error(
                "redefined", f"'{name}' is {_article(found.word)}, not {_article(word)}", span, notes=notes
            )
        return found

    def _redefined(self, tag: Tag, span: Span) -> None:
        notes = self.names.declared_here(tag)
        name = tag.type.layout.tag if isinstance(tag.type, StructType) else tag.type.tag
        self.context.error("redefined", f"{tag.word} '{name}' is defined twice", span, notes=notes)

    def enum(self, spec: EnumSpec) -> Type:
        tag = self._tag(spec.tag, "enum", spec.span, spec.enumerators is not None)
        if not isinstance(tag.type, IntType):
            return ERROR
        if spec.enumerators is None:
            return tag.type
        if tag.defined:
            if not self.context.quiet:
                self._redefined(tag, spec.span)
            return tag.type
        if spec.tag:
            self.context.scope.tags[spec.tag] = replace(tag, span=spec.span, defined=True)
        value = 0
        for one in spec.enumerators:
            if one.value is not None:
                given = self.context.constant(one.value, "not-constant")
                value = value if given is None else INT.wrap(given)
            self._enumerator(Constant(one.name, INT, value, one.span))
            value = INT.wrap(value + 1)
        return tag.type

    def _enumerator(self, constant: Constant) -> None:
        names = self.context.scope.names
        before = names.get(constant.name)
        if before is not None and not self.context.quiet:
            notes = self.names.declared_here(before)
            self.context.error("redefined", f"'{constant.name}' is declared twice", constant.span, notes=notes)
            return
        names[constant.name] = constant


def _inner_names(type: Type) -> list[str]:
    return list(type.layout.by_name) if isinstance(type, StructType) else []


def _article(word: str) -> str:
    return f"an {word}" if word == "enum" else f"a {word}"
