"""What every pool routine does: check the request, ask the pool, and keep account of what is not given back."""

from __future__ import annotations

from .. import rules
from ..ke.processor import APC_LEVEL, DISPATCH_LEVEL
from ..wdk.constants import (
    POOL_FLAG_CACHE_ALIGNED,
    POOL_FLAG_NON_PAGED,
    POOL_FLAG_NON_PAGED_EXECUTE,
    POOL_FLAG_PAGED,
    POOL_FLAG_RAISE_ON_FAILURE,
    POOL_FLAG_SESSION,
    POOL_FLAG_UNINITIALIZED,
    POOL_FLAG_USE_QUOTA,
    POOL_NX_ALLOCATION,
    POOL_RAISE_IF_ALLOCATION_FAILURE,
    POOL_ZERO_ALLOCATION,
    STATUS_INSUFFICIENT_RESOURCES,
    STATUS_QUOTA_EXCEEDED,
)
from .freed_contents import check_contents
from .store import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

RESERVED_TAG = int.from_bytes(b"BIG ", "little")
NO_TAG = int.from_bytes(b"None", "little")
PAGED_BIT, MUST_SUCCEED_BIT, CACHE_ALIGNED_BIT = 1, 2, 4  # of a POOL_TYPE
UNDERRUN_BITS = 9  # of an EX_POOL_PRIORITY whose name ends in SpecialPoolUnderrun
POOL2_KINDS = POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED
POOL2_REQUIRED = (
    POOL2_KINDS | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED | POOL_FLAG_SESSION | POOL_FLAG_CACHE_ALIGNED
    | POOL_FLAG_RAISE_ON_FAILURE
)  # fmt: skip


class Request:
    """One allocation as it was asked for. `raises` is the status that a failure raises, 0 if it returns NULL. In
    special pool the block begins its page if `at_start`, else it ends it."""

    __slots__ = ("routine", "pool_type", "size", "tag", "zero", "raises", "at_start")

    def __init__(self, routine: str, pool_type: int, size: int, tag: int, zero: bool = False, raises: int = 0) -> None:
        self.routine = routine
        self.pool_type = pool_type
        self.size = size
        self.tag = tag
        self.zero = zero
        self.raises = raises
        self.at_start = False

    def with_priority(self, priority: int) -> Request:
        """The same at an EX_POOL_PRIORITY, of which only the place in special pool counts."""
        self.at_start = priority & UNDERRUN_BITS == UNDERRUN_BITS
        return self


def allocate(nt: System, request: Request) -> int:
    paged = bool(request.pool_type & PAGED_BIT)
    where = 0
    _check(nt, request, paged)
    if not nt.fails(request.routine):
        where = nt.pool.allocate(
            request.size, request.tag, paged, request.zero, bool(request.pool_type & CACHE_ALIGNED_BIT),
            special=nt.settings.verifier > 0, at_start=request.at_start,
        )  # fmt: skip
    if where:
        block = nt.pool.blocks[where]
        nt.hold(rules.POOL_LEAKED, where, block.facts, nt.history["pool", where]["allocated"])
    elif request.raises:
        nt.faults.raise_exception(request.raises, noncontinuable=True)
    return where


def _check(nt: System, request: Request, paged: bool) -> None:
    irql, pool_type, size = nt.cpu.irql, request.pool_type, request.size
    tag = (request.tag & 0xFFFF_FFFF).to_bytes(4, "little")
    highest = APC_LEVEL if paged else DISPATCH_LEVEL
    is_right = (paged or pool_type & POOL_NX_ALLOCATION) and not pool_type & MUST_SUCCEED_BIT
    if is_right and irql <= highest and size and tag[:1].isalnum() and request.tag & 0xFFFF_FFFF != RESERVED_TAG:
        return  # as most are: nothing more to look at
    facts = [("asked for", f"{size} bytes of {'paged' if paged else 'nonpaged'} pool")]
    if irql > highest:
        nt.violation(rules.POOL_IRQL if paged else rules.POOL_IRQL_NONPAGED, (irql, pool_type, size), facts)
    if irql > DISPATCH_LEVEL:
        nt.violation(rules.POOL_IRQL_PLAIN, (irql, pool_type, size), facts)
    if pool_type & MUST_SUCCEED_BIT and size > PAGE:
        nt.violation(rules.POOL_MUST_SUCCEED_LARGE, (pool_type, size, request.tag), facts)
    if pool_type & MUST_SUCCEED_BIT:
        nt.violation(rules.POOL_MUST_SUCCEED, (pool_type, size, request.tag), facts)
    if not size:
        nt.violation(rules.POOL_ZERO_BYTES, (irql, pool_type, size), facts)
    if not request.tag:
        nt.violation(rules.POOL_TAG_ZERO, (pool_type, size, nt.instruction()), facts)
    elif request.tag & 0xFFFF_FFFF == RESERVED_TAG:
        nt.violation(rules.POOL_TAG_RESERVED, (pool_type, size, nt.instruction()), facts)
    elif not any(tag[index : index + 1].isalnum() for index in range(4)):
        nt.violation(rules.POOL_TAG_UNREADABLE, (request.tag, pool_type, nt.instruction()), facts)
    if not paged and not pool_type & POOL_NX_ALLOCATION and not (nt.pool.never_executable and pool_type == 0):
        nt.violation(rules.POOL_EXECUTABLE, (0, pool_type, request.tag), facts)


def free(nt: System, where: int, tag: int) -> None:
    block = nt.pool.blocks.get(where)
    if where in nt.irps.allocated:
        nt.violation(rules.IRP_FREED_AS_POOL, (where, 0, 0), nt.irps.facts(where), ("irp", where), irp="irp")
    if block is not None and not block.freed:
        irql = nt.cpu.irql
        if irql > (APC_LEVEL if block.paged else DISPATCH_LEVEL):
            rule = rules.POOL_FREE_IRQL if block.paged else rules.POOL_FREE_IRQL_NONPAGED
            nt.violation(rule, (irql, int(block.paged), where), block.facts(), ("pool", where))
        if irql > DISPATCH_LEVEL:
            nt.violation(rules.POOL_FREE_IRQL_PLAIN, (irql, int(block.paged), where), block.facts(), ("pool", where))
        check_contents(nt, where, block.size, block.paged)
    nt.pool.free(where, tag)


def raised(pool_type: int) -> int:
    return STATUS_INSUFFICIENT_RESOURCES if pool_type & POOL_RAISE_IF_ALLOCATION_FAILURE else 0


def zeroed(pool_type: int) -> bool:
    return bool(pool_type & POOL_ZERO_ALLOCATION)


def allocate2(nt: System, routine: str, flags: int, size: int, tag: int) -> int:
    kind = flags & POOL2_KINDS
    if not tag or kind & (kind - 1) or not kind or flags & 0xFFFF_FFFF & ~POOL2_REQUIRED:
        return 0
    pool_type = {POOL_FLAG_PAGED: PAGED_BIT, POOL_FLAG_NON_PAGED: POOL_NX_ALLOCATION}.get(kind, 0)
    if flags & POOL_FLAG_CACHE_ALIGNED:
        pool_type |= CACHE_ALIGNED_BIT
    raises = 0
    if flags & POOL_FLAG_RAISE_ON_FAILURE:
        raises = STATUS_QUOTA_EXCEEDED if flags & POOL_FLAG_USE_QUOTA else STATUS_INSUFFICIENT_RESOURCES
    return allocate(nt, Request(routine, pool_type, size, tag, not flags & POOL_FLAG_UNINITIALIZED, raises))
