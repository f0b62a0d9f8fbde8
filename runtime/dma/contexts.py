"""Transfer contexts: how version 3 tells one request of an adapter from another."""

from __future__ import annotations

from ..findings import address
from ..rules import dma as rules
from ..wdk.constants import DMA_TRANSFER_CONTEXT_SIZE_V1, DMA_TRANSFER_CONTEXT_VERSION1
from . import requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .adapters import Adapter
    from .registers import MapRegisters
    from .requests import Request


class Context:
    """`state` is "new", "waiting", "granted" or "done". `cancelled` says that nothing more shall begin under it."""

    __slots__ = ("address", "adapter", "state", "cancelled", "request", "registers")

    def __init__(self, where: int, adapter: Adapter) -> None:
        self.address = where
        self.adapter = adapter
        self.state = "new"
        self.cancelled = False
        self.request: Request | None = None
        self.registers: MapRegisters | None = None

    @property
    def facts(self) -> list[tuple[str, str]]:
        said = "cancelled" if self.cancelled else self.state
        return [("transfer context", f"{address(self.address)}, {said}")]


def initialise(nt: System, adapter: Adapter, where: int) -> bool:
    """Make memory a context that no request has used. False if one waits with it."""
    old = nt.dma.contexts.get(where)
    if not where or (old is not None and old.state == "waiting"):
        return False
    first = DMA_TRANSFER_CONTEXT_VERSION1.to_bytes(4, "little")
    nt.memory.write(where, first.ljust(DMA_TRANSFER_CONTEXT_SIZE_V1, b"\0"))
    nt.dma.contexts[where] = Context(where, adapter)
    nt.history.pop(("context", where), None)
    return True


def find(nt: System, adapter: Adapter, where: int) -> Context | None:
    """The context at an address, if it is one of the adapter's and its memory still says so."""
    found = nt.dma.contexts.get(where)
    if found is None or found.adapter is not adapter:
        return None
    return found if nt.memory.read_uint(where, 4) == DMA_TRANSFER_CONTEXT_VERSION1 else None


def for_request(nt: System, adapter: Adapter, where: int) -> Context | None:
    """The context for a new request, or None after a report: each request needs one of its own, freshly initialised."""
    found = find(nt, adapter, where)
    if found is not None and found.state == "new":
        nt.remember("context", where, "used", nt.dma.argument("DmaTransferContext"))
        return found
    facts = found.facts if found is not None else [("transfer context", nt.describe(where) if where else "NULL")]
    nt.violation(
        rules.DMA_CONTEXT_NOT_READY, (), [*facts, *adapter.facts], ("context", where),
        argument=nt.dma.argument("DmaTransferContext"),
    )  # fmt: skip
    return None


def granted(context: Context, registers: MapRegisters) -> None:
    context.state, context.registers = "granted", registers
    registers.context = context


def cancel(nt: System, adapter: Adapter, where: int) -> bool:
    """CancelAdapterChannel: whether the request with this context will never be served, be it made already or not."""
    found = find(nt, adapter, where)
    if found is None or found.state not in ("new", "waiting"):
        return False
    found.cancelled = True
    if found.request is not None and found.state == "waiting":
        found.state = "done"
        requests.cancel(nt, found.request)
    return True
