"""Types from syntax: specifiers and declarators, struct, union and enum bodies, type names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from . import types
from .context import Context
from .layout import Field, lay_out
from .lookup import Lookup
from .scope import Constant, Tag
from .source import Span
from .syntax import (
    ArrayPart,
    Declarator,
    EnumSpec,
    FunctionPart,
    InitDeclarator,
    KeywordType,
    NamedType,
    Node,
    NoType,
    PointerPart,
    Specifiers,
    StructSpec,
    TypeName,
)
from .typenames import described, with_article
from .types import (
    ERROR,
    INT,
    ArrayType,
    ErrorType,
    FunctionType,
    IntType,
    PointerType,
    StructLayout,
    StructType,
    Type,
    VoidType,
    qualified,
)

MAX_PARTS = 64
MAX_SIZE = 0x7FFF_FFFF  # bytes, the largest object that MSVC accepts

_BASIC: dict[tuple[str, ...], Type] = {}
for _type, _spellings in (
    (types.VOID, "void"),
    (types.BOOL, "_Bool;bool"),
    (types.CHAR, "char;__int8"),
    (types.SIGNED_CHAR, "signed char;signed __int8"),
    (types.UNSIGNED_CHAR, "unsigned char;unsigned __int8"),
    (types.SHORT, "short;short int;signed short;signed short int;__int16;signed __int16"),
    (types.UNSIGNED_SHORT, "unsigned short;unsigned short int;unsigned __int16;__wchar_t"),
    (types.INT, "int;signed;signed int;__int32;signed __int32"),
    (types.UNSIGNED_INT, "unsigned;unsigned int;unsigned __int32"),
    (types.LONG, "long;long int;signed long;signed long int"),
    (types.UNSIGNED_LONG, "unsigned long;unsigned long int"),
    (types.INT64, "__int64;signed __int64;long long;long long int;signed long long;signed long long int"),
    (types.UNSIGNED_INT64, "unsigned __int64;unsigned long long;unsigned long long int"),
    (types.WCHAR, "wchar_t"),
):
    for _spelling in _spellings.split(";"):
        _BASIC[tuple(sorted(_spelling.split()))] = _type

_FLOATING = frozenset(("float", "double"))


class Types:
    def __init__(self, context: Context, names: Lookup) -> None:
        self.context = context
        self.names = names
        self.constant: Callable[[Node, str], int | None] = _no_constant  # set by the checker: a constant expression

    # ---- specifiers -----------------------------------------------------------------------------------------

    def specified(self, specifiers: Specifiers, declares: bool = False) -> Type:
        """The type before the declarators. `declares` if nothing follows: `struct x;` then makes a tag of its own scope."""
        type = self._base(specifiers.type, declares)
        qualifiers = specifiers.qualifiers
        if qualifiers:
            type = qualified(type, "const" in qualifiers, "volatile" in qualifiers)
        return type

    def _base(self, spec: Node, declares: bool) -> Type:
        if isinstance(spec, NamedType):
            return self._named(spec)
        if isinstance(spec, KeywordType):
            return self._keywords(spec)
        if isinstance(spec, StructSpec):
            return self._struct(spec, declares)
        if isinstance(spec, EnumSpec):
            return self._enum(spec, declares)
        if isinstance(spec, NoType):
            self.context.error("missing-type", "a type is missing here", spec.span, "write the type; C no longer assumes int")
        return ERROR

    def _named(self, spec: NamedType) -> Type:
        type = self.names.type_named(spec.name)
        if type is None:
            self.names.unknown_type(spec.name, spec.span)
            return ERROR
        return type

    def _keywords(self, spec: KeywordType) -> Type:
        type = _BASIC.get(tuple(sorted(spec.words))) if len(spec.words) > 1 else _BASIC.get(spec.words)
        if type is not None:
            return type
        text = " ".join(spec.words)
        if _FLOATING.intersection(spec.words):
            self.context.error(
                "floating-point",
                f"driver code may not use floating point: '{text}'",
                spec.span,
                "the kernel does not save the floating-point registers of the thread it interrupts; count in integers",
            )
        else:
            self.context.error("bad-type", f"'{text}' is not a type", spec.span)
        return ERROR

    # ---- declarators ----------------------------------------------------------------------------------------

    def declared(self, base: Type, declarator: Declarator) -> Type:
        """The type that the declarator gives its name."""
        if len(declarator.parts) > MAX_PARTS:
            self.context.error("nested-too-deeply", "this declarator is nested too deeply", declarator.span)
            return ERROR
        type = base
        for part in reversed(declarator.parts):
            if isinstance(part, FunctionPart):
                type = self._function(type, part)
            elif isinstance(type, ErrorType):
                continue
            elif isinstance(part, PointerPart):
                type = PointerType(type, "const" in part.qualifiers, "volatile" in part.qualifiers)
            else:
                type = self._array(type, part, declarator)
        return type

    def type_name(self, node: TypeName) -> Type:
        """The type of a cast, of sizeof(T)…"""
        return self.declared(self.specified(node.specifiers), node.declarator)

    def _array(self, element: Type, part: ArrayPart, declarator: Declarator) -> Type:
        if isinstance(element, FunctionType):
            self.context.error("wrong-type", f"{_about(declarator)}an array cannot have functions as its elements", part.span)
            return ERROR
        if not self.names.complete(element, part.span, "the element of the array"):
            return ERROR
        if part.count is None:
            return ArrayType(element, None)
        count = self.constant(part.count, "variable-length-array")
        if count is None:
            return ERROR
        if count < 0:
            self.context.error("bad-array-size", f"{_about(declarator)}the array has {count} elements", part.count.span)
            return ERROR
        if count * element.size > MAX_SIZE:
            self.context.error("bad-array-size", f"{_about(declarator)}the array is larger than 2 GiB", part.count.span)
            return ERROR
        return ArrayType(element, count)

    def _function(self, returns: Type, part: FunctionPart) -> Type:
        if isinstance(returns, (FunctionType, ArrayType)):
            what = "a function" if isinstance(returns, FunctionType) else "an array"
            self.context.error("wrong-type", f"a function cannot return {what}", part.span)
            return ERROR
        parameters: list[Type] = []
        names: list[str] = []
        for parameter in part.parameters:
            type = self.declared(self.specified(parameter.specifiers), parameter.declarator)
            name = parameter.declarator.name
            if isinstance(type, VoidType) and len(part.parameters) == 1 and not name:
                break
            if isinstance(type, VoidType):
                self.context.error("wrong-type", f"the parameter '{name}' has the type void", parameter.span)
                type = ERROR
            parameters.append(self.adjusted(type))
            names.append(name)
        return FunctionType(returns, tuple(parameters), part.variadic, part.prototyped, tuple(names))

    @staticmethod
    def adjusted(type: Type) -> Type:
        """The type of a parameter that is declared with this one."""
        if isinstance(type, ArrayType):
            return PointerType(type.element)
        return PointerType(type) if isinstance(type, FunctionType) else type

    # ---- structs and unions ---------------------------------------------------------------------------------

    def _struct(self, spec: StructSpec, declares: bool) -> Type:
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
            self.context.error("incomplete-type", f"only the last member may be an array without a size: '{one.name}'", span)
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
                self.context.error("wrong-type", f"the member '{name}' is a function", one.span, "make it a pointer to one")
                continue
            if isinstance(type, ErrorType) or not self.names.complete(type, one.span, f"the member '{name}'"):
                found.append((Field(name, ERROR), one.span))
            elif one.bits is None:
                found.append((Field(name, type), one.span))
            else:
                field = self._bit_field(name, type, one.bits)
                if field is not None:
                    found.append((field, one.span))
        return found

    def _bit_field(self, name: str, type: Type, bits: Node) -> Field | None:
        width = self.constant(bits, "not-constant")
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
            self.context.error("redefined", f"'{name}' is {_article(found.word)}, not {_article(word)}", span, notes=notes)
        return found

    def _redefined(self, tag: Tag, span: Span) -> None:
        notes = self.names.declared_here(tag)
        name = tag.type.layout.tag if isinstance(tag.type, StructType) else tag.type.tag
        self.context.error("redefined", f"{tag.word} '{name}' is defined twice", span, notes=notes)

    def _enum(self, spec: EnumSpec, declares: bool) -> Type:
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
                given = self.constant(one.value, "not-constant")
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


def _about(declarator: Declarator) -> str:
    return f"'{declarator.name}': " if declarator.name else ""


def _article(word: str) -> str:
    return f"an {word}" if word == "enum" else f"a {word}"


def _no_constant(node: Node, rule: str) -> int | None:
    return None
