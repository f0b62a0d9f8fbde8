"""Finding what a name means: in the script's scopes, then among the built-in names, read when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from . import types
from .context import Context, FunctionState
from .lexer import lex
from .reach import check_reach
from .scope import Constant, Scope, Symbol, Tag, TypedefName
from .source import NOWHERE, Note, SourceFile, Span
from .spell import nearest
from .syntax import TranslationUnit
from .tokens import END, Token
from .tree import Function, Variable
from .typenames import described
from .types import ArrayType, ErrorType, IntType, PointerType, StructLayout, StructType, Type, VoidType

# Types that the compiler itself knows, whatever the environment says.
_COMPILER_TYPEDEFS: dict[str, Type] = {
    "size_t": types.SIZE,
    "wchar_t": types.WCHAR,
    "va_list": PointerType(types.CHAR, typedef="va_list"),
    "__builtin_va_list": PointerType(types.CHAR, typedef="va_list"),
    "ptrdiff_t": types.named(types.INT64, "ptrdiff_t"),
    "intptr_t": types.named(types.INT64, "intptr_t"),
    "uintptr_t": types.named(types.UNSIGNED_INT64, "uintptr_t"),
}


class Lookup:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.declare: Callable[[TranslationUnit], None] = _nothing  # set by the checker: declares a built-in text
        self._asked: set[str] = set()
        self._asked_tags: set[str] = set()
        self._constant_types: dict[str, IntType | PointerType] = {}

    # ---- looking up -----------------------------------------------------------------------------------------

    def find(self, name: str) -> Symbol | None:
        """The symbol, or None. What is found is no use of it yet."""
        found = self.context.scope.find(name)
        return found if found is not None else self._load(name)

    def find_tag(self, name: str, word: str) -> Tag | None:
        """The tag, or None. A built-in struct is found incomplete, and is completed when its size is needed."""
        found = self.context.scope.find_tag(name)
        if found is None and name not in self._asked_tags:
            self._asked_tags.add(name)
            if self.context.environment.tag(name) is not None:
                found = self.new_tag(self.context.builtin, name, word, NOWHERE)
        return found

    def new_tag(self, scope: Scope, name: str, word: str, span: Span) -> Tag:
        type: StructType | IntType
        if word == "enum":
            type = IntType("int", 4, True, 3, tag=name)
        else:
            type = StructType(StructLayout(name, word == "union"))
        tag = Tag(word, type, span)
        if name:
            scope.tags[name] = tag
        return tag

    def type_named(self, name: str) -> Type | None:
        """The type of a typedef name, with that name on it."""
        symbol = self.find(name)
        if symbol is None:
            return _COMPILER_TYPEDEFS.get(name)
        return symbol.type if isinstance(symbol, TypedefName) else None

    # ---- completing -----------------------------------------------------------------------------------------

    def complete(self, type: Type, span: Span, what: str = "") -> bool:
        """True if the size of the object type is known; an error is reported if it is not."""
        inner = type
        while isinstance(inner, ArrayType):
            inner = inner.element
        if isinstance(inner, ErrorType):
            return False
        if isinstance(inner, StructType):
            self.load_body(inner.layout)
            if inner.layout.size < 0:
                subject = f"{what} has the type {described(inner)}, which" if what else described(inner)
                message = f"{subject} is declared but not defined, so its size is not known"
                self.context.error("incomplete-type", message, span)
                return False
        if isinstance(inner, VoidType):
            self.context.error("incomplete-type", f"{what or 'this'} has the type void, which has no size", span)
            return False
        return True

    def load_body(self, layout: StructLayout) -> None:
        """Read the body of a built-in struct if this is one that is not yet known."""
        if layout.size >= 0 or not layout.tag:
            return
        tag = self.context.builtin.tags.get(layout.tag)
        if tag is None or not isinstance(tag.type, StructType) or tag.type.layout is not layout:
            return
        text = self.context.environment.tag(layout.tag)
        if text is not None:
            self._read(text, layout.tag)

    # ---- built-in texts -------------------------------------------------------------------------------------

    def _load(self, name: str) -> Symbol | None:
        """Declare the built-in name in the built-in scope, if there is one of that name."""
        context = self.context
        if name in self._asked:
            return None
        self._asked.add(name)
        constant = context.environment.constant(name)
        if constant is not None:
            value, type_name = constant
            type = self._constant_type(type_name)
            wrapped = type.wrap(value) if isinstance(type, IntType) else value & ((1 << 64) - 1)
            context.builtin.names[name] = Constant(name, type, wrapped, NOWHERE)
        else:
            text = context.environment.declaration(name)
            if text is not None:
                self._read(text, name)
        found = context.builtin.names.get(name)
        if isinstance(found, Variable) and isinstance(found.type, StructType):
            self.load_body(found.type.layout)  # it is given room, even if only its address is taken
        return found

    def _constant_type(self, name: str) -> IntType | PointerType:
        found = self._constant_types.get(name)
        if found is None:
            type = self.type_named(name)
            if not isinstance(type, (IntType, PointerType)):
                self._read(f"typedef {name} __type_of_constants;", name)
                symbol = self.context.builtin.names.pop("__type_of_constants", None)
                type = symbol.type if isinstance(symbol, TypedefName) else None
                type = replace(type, typedef="") if isinstance(type, (IntType, PointerType)) else types.INT
            found = self._constant_types[name] = type
        return found

    def _read(self, text: str, name: str) -> None:
        """Parse a built-in text and declare what it says at built-in scope, whatever is being checked now."""
        from .parser import parse_declarations  # most runs of the checker need it, but not those of its own tests

        context = self.context
        before = context.scope, context.function, context.depth, context.constant_depth
        context.scope = context.builtin
        context.function = FunctionState(None, types.ERROR)
        context.depth = context.constant_depth = 0
        context.quiet += 1
        try:
            tokens = self._tokens(SourceFile(f"<{name}>", text))
            self.declare(parse_declarations(tokens, context.environment, context.diagnostics))
        finally:
            context.quiet -= 1
            context.scope, context.function, context.depth, context.constant_depth = before

    def _tokens(self, source: SourceFile) -> list[Token]:
        """The tokens of a built-in text. Macros are not known in it, directives (#pragma pack) seldom occur."""
        if "#" in source.text:
            from .files import FolderLoader
            from .preprocess import preprocess

            return preprocess(source, self.context.environment, self.context.diagnostics, FolderLoader(""))
        tokens = [token for line in lex(source) for token in line]
        last = tokens[-1].span if tokens else NOWHERE
        tokens.append(Token(END, "", Span(last.file, last.end_line, last.end_column, last.end_line, last.end_column)))
        return tokens

    # ---- unknown names --------------------------------------------------------------------------------------

    def unknown(self, name: str, span: Span, called: bool = False) -> None:
        """Report a name that nothing declares, once in each function."""
        state = self.context.function
        if name in state.reported:
            return
        state.reported.add(name)
        close = nearest(name, self._visible())
        what = "there is no function" if called else "nothing is declared with the name"
        help = f"did you mean '{close}'?" if close else ("declare it before it is called" if called else "")
        if name == "after" and called:
            self.context.error("misplaced-block", "'after' may only stand in a device", span)
            return
        if span.macro == name:
            help = f"the macro '{name}' does not expand inside itself: declare '{name}', or give the macro another name"
        self.context.error("unknown-name", f"{what} '{name}'", span, help)

    def unknown_type(self, name: str, span: Span) -> None:
        state = self.context.function
        if name in state.reported:
            return
        state.reported.add(name)
        tag = self.context.scope.find_tag(name)
        close = nearest(name, (n for n in self._visible() if self._is_type(n)))
        help = f"did you mean '{close}'?" if close else ""
        if tag is not None:
            help = f"write '{tag.word} {name}'"
        self.context.error("unknown-type", f"there is no type '{name}'", span, help)

    def _is_type(self, name: str) -> bool:
        symbol = self.context.scope.find(name)
        return isinstance(symbol, TypedefName) if symbol is not None else self.context.environment.is_typedef(name)

    def _visible(self) -> Iterator[str]:
        scope: Scope | None = self.context.scope
        while scope is not None:
            yield from scope.names
            scope = scope.parent
        yield from self.context.environment.names()

    def declared_here(self, symbol: Symbol | Tag) -> tuple[Note, ...]:
        """The note that shows where something was declared, if that is in the script."""
        if not symbol.span.line or symbol.span.file.startswith("<"):
            return ()
        return (Note("declared here", symbol.span),)

    def use(self, symbol: Variable | Function, span: Span) -> None:
        """Remember that the script needs a definition of this; complain if it is out of reach here."""
        if not self.context.quiet:
            check_reach(self.context, symbol, span)
        self.context.used.setdefault(symbol, span)
        if isinstance(symbol, Function) and symbol.builtin:
            self.context.externals.setdefault(symbol.name, symbol)


def _nothing(unit: TranslationUnit) -> None:
    """Before the checker is put together there is nobody to declare anything."""
