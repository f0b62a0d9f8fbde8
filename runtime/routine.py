"""How a kernel routine is declared: its C prototype and its rules in one row, with its body beside it.

    @routine("VOID IoFreeMdl(PMDL Mdl)", page="nf-wdm-iofreemdl", irql="<= DISPATCH_LEVEL")
    def IoFreeMdl(nt: System, mdl: int) -> None: ...

The row is made when the decorator is called; the body joins it when the decorator is applied, and is refused if its
parameters do not fit the prototype. A row without a body is a routine that is known but not modelled.
IRQL is `any`, or `<= LEVEL`, `>= LEVEL`, `== LEVEL`, or two of them as `A if condition else B`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .system import System

    Body = TypeVar("Body", bound=Callable[..., Any])

# Routines of which another module than that of their body decides whether they fail.
FAIL_WITHIN = frozenset((
    "AllocateAdapterChannelEx", "ExAllocateFromLookasideListEx", "ExAllocateFromNPagedLookasideList",
    "ExAllocateFromPagedLookasideList", "GetScatterGatherList", "IoGetDmaAdapter", "MmAllocateMdlForIoSpace",
    "MmProbeAndLockPages", "MmProbeAndLockProcessPages", "MmProbeAndLockSelectedPages",
))  # fmt: skip

LEVELS = {"PASSIVE_LEVEL": 0, "APC_LEVEL": 1, "DISPATCH_LEVEL": 2, "DIRQL": 11, "HIGH_LEVEL": 15}

_TAKES_STAR_ARGUMENTS = 0x04  # CO_VARARGS of the inspect module, which is slow to import


def irql_range(text: str) -> tuple[int, int]:
    """The lowest and the highest IRQL that an IRQL text allows, over all its conditions."""
    if text == "any":
        return 0, 15
    if " if " in text:
        first, _, rest = text.partition(" if ")
        one, other = irql_range(first), irql_range(rest.partition(" else ")[2])
        return min(one[0], other[0]), max(one[1], other[1])
    operator, _, level = text.partition(" ")
    number = LEVELS[level]
    return (number if operator != "<=" else 0), (number if operator != ">=" else 15)


class Routine:
    """One routine: what its documentation says, and its body if it is modelled.

    `fails` is how a caller sees failure ("NULL", "FALSE", "NTSTATUS", "exception", "bug check", "cannot fail"),
    `raises` are the status codes that it may raise, `undo` is the routine that gives back what it took.
    `macro` is true if the WDK has it inline. `calls_back` is true if it may call driver code or wait.
    `irql_stop` are the code and sub-code that the verifier shows for a wrong IRQL, where it has one for this routine.
    `takes_list` is true if its last parameter is a va_list. `type` and `version` are of a DMA_OPERATIONS member:
    the name of its pointer type, and the first version of the table that has it. `checks_irql` is true if the body
    itself looks at the IRQL, because what Windows shows depends on the arguments. `fails_itself` is true if the body
    asks by its own name whether this call shall fail; of the others, a call that shall fail does nothing.
    """

    __slots__ = (
        "body", "calls_back", "category", "checks_irql", "fails", "header", "irql", "irql_max", "irql_min",
        "fails_itself", "irql_stop", "macro", "name", "page", "prototype", "raises", "takes_list", "type", "undo",
        "variadic", "version", "_statuses",
    )  # fmt: skip

    def __init__(self, prototype: str, page: str, irql: str) -> None:
        self.prototype = prototype
        self.name = prototype[: prototype.index("(")].rpartition(" ")[2].lstrip("*")
        self.page = page
        self.irql = irql
        self.irql_min, self.irql_max = irql_range(irql)
        self.variadic = prototype.endswith("...)")
        self.raises: tuple[int, ...] = ()
        self.fails = self.undo = self.header = self.category = self.type = ""
        self.macro = self.calls_back = self.takes_list = self.checks_irql = False
        self.version = 0
        self.fails_itself = False
        self.irql_stop: tuple[int, int] | None = None
        self.body: Callable[..., Any] | None = None
        self._statuses: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        return f"<Routine {self.prototype}>"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the fixed parameters, in order."""
        return tuple(parameter_name(text) for text in self._fixed())

    @property
    def statuses(self) -> tuple[int, ...]:
        """The positions of the parameters whose type is NTSTATUS, which bodies see unsigned."""
        if self._statuses is None:
            texts = self._fixed() if "NTSTATUS " in self.prototype.partition("(")[2] else []
            self._statuses = tuple(i for i, text in enumerate(texts) if text.strip().startswith("NTSTATUS "))
        return self._statuses

    def _fixed(self) -> list[str]:
        inside = self.prototype[self.prototype.index("(") + 1 : -1].strip()
        texts = [] if inside in ("", "VOID", "void") else inside.split(",")
        return texts[:-1] if self.variadic else texts

    def attach(self, body: Callable[..., Any]) -> None:
        """Give the row its body: `(nt, one per fixed parameter, *arguments if variadic)`. TypeError if it does not."""
        code = body.__code__
        starred = bool(code.co_flags & _TAKES_STAR_ARGUMENTS)
        if code.co_argcount - 1 != len(self._fixed()) or starred != self.variadic:
            raise TypeError(f"the parameters of the body of {self.name} do not fit {self.prototype}")
        self.body = body
        self.fails_itself = self.name in code.co_consts or self.name in FAIL_WITHIN


def parameter_name(text: str) -> str:
    """The name declared by the C text of one parameter, such as `PVOID *Object` or `UCHAR Data[4]`."""
    text = text.partition("[")[0].rstrip()
    return text.replace("*", " ").rpartition(" ")[2]


ROWS: dict[str, Routine] = {}
MEMBERS: dict[str, Routine] = {}


def routine(
    prototype: str, *, page: str = "", irql: str = "any", raises: tuple[int, ...] = (), fails: str = "cannot fail",
    undo: str = "", header: str = "wdm.h", macro: bool = False, calls_back: bool = False, takes_list: bool = False,
    irql_stop: tuple[int, int] | None = None, checks_irql: bool = False,
) -> Callable[[Body], Body]:  # fmt: skip
    """Declare a routine that drivers call by name, and return the decorator for its body."""
    row = ROWS[prototype[: prototype.index("(")].rpartition(" ")[2].lstrip("*")] = Routine(prototype, page, irql)
    row.raises, row.fails, row.undo, row.header = raises, fails, undo, header
    row.macro, row.calls_back, row.takes_list, row.irql_stop = macro, calls_back, takes_list, irql_stop
    row.checks_irql = checks_irql
    return _attacher(row)


def known(
    prototype: str, *, page: str = "", irql: str = "any", raises: tuple[int, ...] = (), fails: str = "cannot fail",
    undo: str = "", header: str = "wdm.h", macro: bool = False, calls_back: bool = False, takes_list: bool = False,
    irql_stop: tuple[int, int] | None = None,
) -> None:  # fmt: skip
    """Declare a routine that is not modelled: calling it is an error that says so."""
    routine(
        prototype, page=page, irql=irql, raises=raises, fails=fails, undo=undo, header=header, macro=macro,
        calls_back=calls_back, takes_list=takes_list, irql_stop=irql_stop,
    )  # fmt: skip


def member(
    prototype: str, *, type: str, version: int, page: str = "", irql: str = "any", raises: tuple[int, ...] = (),
    fails: str = "cannot fail", undo: str = "", calls_back: bool = False, irql_stop: tuple[int, int] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
    """Declare a member of DMA_OPERATIONS, reached only through that table, and return the decorator for its body, which
    gets the adapter in place of its address. A call for an adapter that does not live is reported, and refused.
    Called without being applied, it declares a member that is not modelled."""
    row = Routine(prototype, page, irql)
    MEMBERS[row.name] = row
    row.type, row.version, row.header = type, version, "wdm.h"
    row.raises, row.fails, row.undo, row.calls_back, row.irql_stop = raises, fails, undo, calls_back, irql_stop
    refused = 0xC000_000D if prototype.startswith("NTSTATUS ") else 0  # STATUS_INVALID_PARAMETER

    def attach(body: Callable[..., Any]) -> Callable[..., Any]:
        row.attach(body)

        def call(nt: System, where: int, *arguments: int) -> Any:
            dma = nt.dma
            adapter = dma.must_live(where)
            if adapter is None:
                return refused
            before, dma.running = dma.running, row
            try:
                return body(nt, adapter, *arguments)
            finally:
                dma.running = before

        row.body = call
        return call

    return attach


def _attacher(row: Routine) -> Callable[[Body], Body]:
    def attach(body: Body) -> Body:
        row.attach(body)
        return body

    return attach
