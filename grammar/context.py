"""What all parts of the checker share: where the findings go, the scope they are in, and the function they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field

from .environment import Environment
from .nodes import dataclass
from .scope import Scope
from .source import Diagnostics, Note, Span
from .syntax import Node, StaticAssert
from .tree import Case, Const, Expr, Function, Initialiser, Label, Variable
from .types import ERROR, VOID, IntType, Type

MAX_DEPTH = 200  # of nested expressions and statements, long chains of operators and of else-if not counted

Path = tuple[int, ...]  # the __try bodies, handlers and finally blocks around a place, outermost first


@dataclass(slots=True, eq=False)
class Jumps:
    """The labels and gotos of one function, to be matched at its end."""

    labels: dict[str, Label] = field(default_factory=dict)  # those defined and those jumped to
    defined: dict[Label, Path] = field(default_factory=dict)
    gotos: list[tuple[Label, Span, Path]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SwitchState:
    """A switch that is being checked: `type` is that of its value, `path` where it stands."""

    type: IntType | None
    path: Path
    cases: list[Case | None] = field(default_factory=list)
    seen: dict[int | None, Span] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class FunctionState:
    """The function that is being checked; `function` is None for the statements at file level. `outer` is the function
    around an `after` statement, and `captured` has the copies of its locals that the statement uses."""

    function: Function | None
    returns: Type
    locals: list[Variable] = field(default_factory=list)
    jumps: Jumps = field(default_factory=Jumps)
    nest: list[str] = field(default_factory=list)  # "loop", "switch", "try", "filter", "except", "finally"
    path: Path = ()
    switches: list[SwitchState] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)  # unknown names, said once each
    has_return: bool = False
    regions: int = 0
    finals: set[int] = field(default_factory=set)  # the regions that are finally blocks
    outer: FunctionState | None = None
    captured: dict[Variable, Variable] = field(default_factory=dict)


class NestedTooDeeply(Exception):
    """Unwinds to the nearest declaration or function, which goes on behind it."""


class Context:
    def __init__(self, environment: Environment, diagnostics: Diagnostics) -> None:
        self.environment = environment
        self.diagnostics = diagnostics
        self.builtin = Scope(None)
        self.file = Scope(self.builtin)  # in a block it is the block's own
        self.kernel = self.file  # what stands at file level, whatever block is being checked
        self.kind = "script"  # or the word of the block that is being checked
        self.titles: dict[str, str] = {}  # what to call functions made of handlers: "on START"
        self.blocks: list[tuple[str, Scope]] = []  # the kind and the names of each block that was checked
        self.lifted: list[Function] = []  # made of `after` statements
        self.scope = self.file
        self.function = FunctionState(None, ERROR)
        self.quiet = 0  # inside the text of a built-in declaration
        self.depth = 0
        self.constant_depth = 0  # inside an expression that must be constant
        self.constant: Callable[[Node, str], int | None] = _no_constant  # set by the checker: a constant expression
        self.externals: dict[str, Function] = {}
        self.variables: dict[Variable, Initialiser | None] = {}  # the globals and statics that this unit defines
        self.used: dict[Variable | Function, Span] = {}  # what needs a definition, with its first use

    @property
    def at_file_level(self) -> bool:
        return self.scope is self.file or self.scope is self.builtin

    @property
    def in_driver_code(self) -> bool:
        """True where only what a C compiler takes may stand."""
        return self.kind == "driver" or self.kind == "script" and self.function.function is not None

    def title(self, function: Function) -> str:
        """What a message calls a function: a handler as it was written."""
        return self.titles.get(function.name, function.name)

    def error(self, rule: str, message: str, span: Span, help: str = "", notes: tuple[Note, ...] = ()) -> None:
        self.diagnostics.error(rule, message, span, help, notes)

    def warning(self, rule: str, message: str, span: Span, help: str = "", notes: tuple[Note, ...] = ()) -> None:
        if not self.quiet:
            self.diagnostics.warning(rule, message, span, help, notes)

    def check_assert(self, node: StaticAssert) -> None:
        """Report a static assertion that does not hold."""
        if self.constant(node.test, "not-constant") == 0:
            said = f": {' '.join(part.text for part in node.message.parts)}" if node.message else ""
            self.error("static-assertion-failed", f"the assertion does not hold{said}", node.test.span)

    def poison(self, rule: str, message: str, span: Span, help: str = "", notes: tuple[Note, ...] = ()) -> Expr:
        """Report an error and give an expression that silences whatever is done with it."""
        self.error(rule, message, span, help, notes)
        return Const(ERROR, span, 0)

    def enter(self, span: Span) -> None:
        """Go one level down; the caller comes back up with `depth -= 1`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.error("nested-too-deeply", f"this is nested more than {MAX_DEPTH} levels deep", span)
            raise NestedTooDeeply

    @contextmanager
    def inner_scope(self) -> Iterator[Scope]:
        outer = self.scope
        self.scope = Scope(outer)
        try:
            yield self.scope
        finally:
            self.scope = outer

    @contextmanager
    def block(self, kind: str) -> Iterator[Scope]:
        """Inside a block of that kind, which has names and variables of its own."""
        before = self.scope, self.file, self.kind, self.variables, self.function, self.depth
        self.scope = self.file = Scope(self.kernel)
        self.blocks.append((kind, self.file))
        self.kind, self.variables, self.titles = kind, {}, {}
        self.function = FunctionState(None, VOID)
        try:
            yield self.file
        finally:
            self.scope, self.file, self.kind, self.variables, self.function, self.depth = before

    @contextmanager
    def nested(self, word: str, region: bool = False) -> Iterator[None]:
        """Inside a loop, switch, filter or part of a __try; `region` if no jump may enter it."""
        state = self.function
        path = state.path
        state.nest.append(word)
        if region:
            state.regions += 1
            state.path = (*path, state.regions)
            if word == "finally":
                state.finals.add(state.regions)
        try:
            yield
        finally:
            state.nest.pop()
            state.path = path


def _no_constant(node: Node, rule: str) -> int | None:
    """Before the checker is put together nothing can be evaluated."""
    return None
