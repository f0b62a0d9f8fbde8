"""Types from syntax: specifiers, declarators and type names."""

from __future__ import annotations

from . import types
from .context import Context
from .lookup import Lookup
from .records import MAX_SIZE, Records
from .syntax import (
    ArrayPart,
    Declarator,
    EnumSpec,
    FunctionPart,
    KeywordType,
    NamedType,
    Node,
    NoType,
    PointerPart,
    Specifiers,
    StructSpec,
    TypeName,
)
from .types import (
    ERROR,
    ArrayType,
    ErrorType,
    FunctionType,
    PointerType,
    Type,
    VoidType,
    qualified,
)

MAX_PARTS = 64

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
        self.records = Records(context, names, self.specified, self.declared)

    # ---- specifiers -----------------------------------------------------------------------------------------

    def specified(self, specifiers: Specifiers, declares: bool = False) -> Type:
        """The type before the declarators. `declares` if none follow: `struct x;` then makes a tag of this scope."""
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
            return self.records.struct(spec, declares)
        if isinstance(spec, EnumSpec):
            return self.records.enum(spec)
        if isinstance(spec, NoType):
            self.context.error(
                "missing-type", "a type is missing here", spec.span, "write the type; C no longer assumes int"
            )
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
            self.context.error(
                "wrong-type", f"{_about(declarator)}an array cannot have functions as its elements", part.span
            )
            return ERROR
        if not self.names.complete(element, part.span, "the element of the array"):
            return ERROR
        if part.count is None:
            return ArrayType(element, None)
        count = self.context.constant(part.count, "variable-length-array")
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


def _about(declarator: Declarator) -> str:
    return f"'{declarator.name}': " if declarator.name else ""
