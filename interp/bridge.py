"""How generated code calls kernel routines and functions by address, and the small helpers in its globals.

A routine's wrapper checks the IRQL, turns the arguments that travel differently in Python, and calls the body beside
the prototype in runtime/routines."""

from __future__ import annotations

from ..runtime import rules
from ..runtime.findings import Finding
from ..runtime.ke.exceptions import NotModelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..runtime.routine import Routine
    from ..runtime.system import System

NEVER_FAILS = frozenset(("", "cannot fail", "does not return", "bug check"))
MINUS_ONE = frozenset(("INVALID_HANDLE_VALUE", "WAIT_FAILED", "(DWORD)-1", "(SIZE_T)-1", "TLS_OUT_OF_INDEXES"))
STATUS_INSUFFICIENT_RESOURCES = 0xC000_009A
ERROR_NOT_ENOUGH_MEMORY = 8
SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "q": 8, "Q": 8, "?": 1}


def split_signature(signature: str) -> tuple[list[str], bool, str]:
    """The letters of a signature: parameters, variadic, result."""
    inside, _, returns = signature.partition(">")
    variadic = inside.endswith(".")
    letters: list[str] = []
    rest = inside.rstrip(".")
    while rest:
        end = rest.index("}") + 1 if rest[0] == "{" else 1
        letters.append(rest[:end])
        rest = rest[end:]
    return letters, variadic, returns


def to_range(value: int, letter: str) -> int:
    """An integer as a parameter or result of this kind holds it."""
    size = SIZES[letter]
    value &= (1 << 8 * size) - 1
    if letter in "bhiq" and value >> (8 * size - 1):
        value -= 1 << 8 * size
    return value


def bind(nt: System, row: Routine, signature: str, trace: Callable[..., None] | None = None) -> Callable[..., Any]:
    """The function that generated code calls for a routine."""
    body = row.body
    if body is None:
        return lambda *arguments: not_modelled(nt, row)
    returns = signature.rpartition(">")[2]
    function: Callable[..., Any] = body.__get__(nt)  # bound as a method is: `nt` goes first
    if row.statuses:
        function = with_statuses(function, row.statuses)
    if returns in ("b", "h", "i", "q"):
        function = signed(function, SIZES[returns])
    if (row.irql_min > 0 or row.irql_max < 15) and not row.checks_irql:
        function = checked(nt, row, function)
    if trace is not None:
        function = traced(function, row, trace)
    if not row.fails_itself and row.fails not in NEVER_FAILS and nt.chooser.may_fail:
        function = failing(nt, row, function, returns)
    if row.calls_back:
        function = with_stack(nt, function)
    if nt.scheduler.live and not row.macro:
        function = preemptible(nt, function)
    return function


def failing(nt: System, row: Routine, function: Callable[..., Any], returns: str) -> Callable[..., Any]:
    """A call that shall fail does nothing, and answers as the routine says that it has failed."""

    def call(*arguments: int) -> Any:
        if not nt.fails(row.name):
            return function(*arguments)
        if row.fails == "exception":
            nt.faults.raise_exception(row.raises[0] if row.raises else STATUS_INSUFFICIENT_RESOURCES)
        if row.category.startswith("win32"):
            nt.thread.last_error = ERROR_NOT_ENOUGH_MEMORY
        answer = {"NTSTATUS": STATUS_INSUFFICIENT_RESOURCES}.get(row.fails, -1 if row.fails in MINUS_ONE else 0)
        return to_range(answer, returns) if returns in SIZES else None

    return call


def preemptible(nt: System, function: Callable[..., Any]) -> Callable[..., Any]:
    """A call is where another processor, a device or an interrupt may come in between."""
    point = nt.scheduler.point

    def call(*arguments: int) -> Any:
        point()
        return function(*arguments)

    return call


def checked(nt: System, row: Routine, function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a call at a wrong IRQL."""
    low, high = row.irql_min, row.irql_max

    def call(*arguments: int) -> Any:
        irql = nt.cpu.irql
        if irql > high or irql < low:
            nt.irql_violation(row, irql < low, arguments)
        return function(*arguments)

    return call


def with_statuses(function: Callable[..., Any], positions: tuple[int, ...]) -> Callable[..., Any]:
    def call(*arguments: int) -> Any:
        given = list(arguments)
        for position in positions:
            given[position] &= 0xFFFF_FFFF
        return function(*given)

    return call


def signed(function: Callable[..., Any], size: int) -> Callable[..., Any]:
    """Bodies may return a status or a LONG as the unsigned number that people know it by."""
    half, whole = 1 << (8 * size - 1), 1 << (8 * size)

    def call(*arguments: int) -> int:
        result: int = function(*arguments)
        return result - whole if result >= half else result

    return call


def traced(function: Callable[..., Any], row: Routine, trace: Callable[..., None]) -> Callable[..., Any]:
    def call(*arguments: int) -> Any:
        return trace(row, function, arguments)

    return call


def with_stack(nt: System, function: Callable[..., Any]) -> Callable[..., Any]:
    """Routines that call driver code or wait get the stack that is left, for whoever runs on it next."""

    def call(sp: int, *arguments: int) -> Any:
        nt.thread.sp = sp
        return function(*arguments)

    return call


def not_modelled(nt: System, row: Routine) -> None:
    title = f"{row.name} is not modelled"
    facts = [("prototype", row.prototype)]
    rule = rules.NOT_MODELLED
    nt.findings.append(Finding(rule, "error", title, nt.moment(), [], facts, rule.help, rule.here, None))
    if nt.breaking is not None:
        nt.breaking("bugcheck", title)
    nt.stopped = True
    raise NotModelled


def slots(nt: System, where: int) -> list[int]:
    """Variadic arguments in memory, for a routine that was called through a pointer: as many as a caller can have
    meant."""
    found = []
    for index in range(16):
        if nt.memory.region_at(where + 8 * index) is None:
            break
        found.append(nt.memory.read_uint(where + 8 * index, 8))
    return found


class PointerTable(dict[int, "Callable[..., Any]"]):
    """Address to function, for calls through pointers of one signature. What is called with another signature than
    its own goes through a thunk that makes of its arguments what the registers would have held."""

    __slots__ = ("nt", "signature", "functions", "routine_at", "trace", "wrap")

    def __init__(
        self,
        nt: System,
        signature: str,
        functions: dict[int, tuple[Callable[..., Any], str]],
        routine_at: Callable[[int], Routine | None],
        trace: Callable[..., Any] | None = None,
    ) -> None:
        self.nt = nt
        self.signature = signature
        self.functions = functions
        self.routine_at = routine_at
        self.trace = trace
        self.wrap: Callable[[int, Routine, Callable[..., Any]], Callable[..., Any]] | None = None  # a debugger's

    def __missing__(self, where: int) -> Callable[..., Any]:
        found = self.functions.get(where)
        if found is not None:
            function, own = found
            made = function if own == self.signature else thunk(function, own, self.signature)
        else:
            row = self.routine_at(where)
            if row is not None:
                made = self.routine(row)
                if self.wrap is not None:
                    made = self.wrap(where, row, made)
            elif where in self.nt.natives:
                made = self.native(where)
            else:
                self.no_function(where)
                return self[where]
        self[where] = made
        return made

    def routine(self, row: Routine) -> Callable[..., Any]:
        """A kernel routine called by address."""
        nt = self.nt
        letters, variadic, returns = split_signature(self.signature)
        function = bind(nt, row, self.signature, self.trace)

        def call(sp: int, *arguments: Any) -> Any:
            given = [
                value if isinstance(value, int) else int.from_bytes(value, "little", signed=True) for value in arguments
            ]
            if variadic:
                given[len(letters) :] = slots(nt, given[len(letters)])
            count = len(row.parameters)
            if not row.variadic:
                given = (given + [0] * count)[:count]
            result = function(sp, *given) if row.calls_back else function(*given)
            if returns[0] == "{":
                return int(result or 0).to_bytes(int(returns[1:-1]), "little", signed=(result or 0) < 0)
            return to_range(int(result or 0), returns) if returns != "v" else None

        return call

    def native(self, where: int) -> Callable[..., Any]:
        """A function of the kernel that is no routine of its own, called by address."""
        nt = self.nt
        _, _, returns = split_signature(self.signature)

        def call(sp: int, *arguments: int) -> Any:
            nt.thread.sp = sp
            result = nt.call_native(where, *arguments)
            return to_range(result, returns) if returns != "v" else None

        return call

    def no_function(self, where: int) -> None:
        """A call to where no function begins. Returns if a filter wants it tried again."""
        nt = self.nt
        if where < 0x8000_0000_0000:
            nt.faults.raise_exception(0xC000_0005, (8, where))
            return
        facts = [("address", nt.describe(where))]
        if nt.memory.permits(where, False):
            nt.violation(rules.JUMP_TO_NO_CODE, (where, 0, 0, 0), facts)
        nt.violation(rules.PAGE_FAULT_IN_NONPAGED_AREA, (where, 0x10, nt.instruction(), 2), facts)
        nt.faults.raise_exception(0xC000_0005, (8, where))


def thunk(function: Callable[..., Any], own: str, used: str) -> Callable[..., Any]:
    """A function called through a pointer of another type: arguments and result as the registers would carry them."""
    wanted, own_variadic, own_returns = split_signature(own)
    given_letters, used_variadic, used_returns = split_signature(used)

    def as_int(value: Any) -> int:
        return value if isinstance(value, int) else int.from_bytes(value[:8], "little")

    def call(sp: int, *arguments: Any) -> Any:
        given = list(arguments)
        rest = given.pop() if used_variadic else 0
        adapted: list[Any] = []
        for position, letter in enumerate(wanted):
            value = given[position] if position < len(given) else 0
            if letter[0] == "{":
                size = int(letter[1:-1])
                adapted.append(
                    value
                    if isinstance(value, bytes) and len(value) == size
                    else as_int(value).to_bytes(16, "little")[:size].ljust(size, b"\0")
                )
            else:
                adapted.append(to_range(as_int(value), letter))
        if own_variadic:
            adapted.append(rest)
        result = function(sp, *adapted)
        if used_returns == "v":
            return None
        if used_returns[0] == "{":
            size = int(used_returns[1:-1])
            return result if isinstance(result, bytes) and len(result) == size else bytes(size)
        return to_range(as_int(result or 0), used_returns)

    return call
