"""Vectors of common buffers: a number of buffers of one size under one handle."""

from __future__ import annotations

from ..findings import address, plural
from ..rules import dma as rules
from . import common_buffers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .adapters import Adapter
    from .common_buffers import CommonBuffer


class Vector:
    """`buffers` are None where an element has been freed."""

    __slots__ = ("handle", "adapter", "buffers")

    def __init__(self, handle: int, adapter: Adapter, buffers: list[CommonBuffer | None]) -> None:
        self.handle = handle
        self.adapter = adapter
        self.buffers = buffers

    @property
    def facts(self) -> list[tuple[str, str]]:
        left = sum(one is not None for one in self.buffers)
        return [("vector", f"{address(self.handle)}, {plural(len(self.buffers), 'element')}, {left} not freed")]


def allocate(
    nt: System, adapter: Adapter, low: int, high: int, cached: bool, count: int, size: int
) -> Vector | None:
    """A new vector, or None: all of its buffers, or none."""
    made: list[CommonBuffer] = []
    for _ in range(count):
        one = common_buffers.allocate(nt, adapter, size, cached, low=low, high=high, coherent=not cached)
        if one is None:
            for buffer in made:
                common_buffers.discard(nt, adapter, buffer)
            return None
        nt.let_go(rules.DMA_BUFFER_LEFT, one.address)
        made.append(one)
    vector = Vector(nt.new_object(0x40), adapter, [*made])
    nt.dma.vectors[vector.handle] = vector
    nt.remember("vector", vector.handle, "allocated")
    nt.hold(rules.VECTOR_LEFT, vector.handle, [*vector.facts, *adapter.facts])
    return vector


def must_live(nt: System, adapter: Adapter, handle: int) -> Vector | None:
    """The vector that a routine was given, or None after a report."""
    found = nt.dma.vectors.get(handle)
    if found is None or found.adapter is not adapter:
        facts, where = [("vector", address(handle))], nt.dma.argument("Vector")
        nt.violation(rules.VECTOR_UNKNOWN, (), facts, ("vector", handle), argument=where)
        return None
    return found


def element(nt: System, vector: Vector, index: int) -> CommonBuffer | None:
    """One of its buffers, or None after a report."""
    if index >= len(vector.buffers):
        facts = [*vector.facts, ("index", str(index))]
        nt.violation(
            rules.VECTOR_INDEX, (len(vector.buffers), index, 0), facts, ("vector", vector.handle),
            argument=nt.dma.argument("Index"),
        )  # fmt: skip
        return None
    found = vector.buffers[index]
    if found is None:
        nt.violation(
            rules.VECTOR_ELEMENT_FREED, (index, 0, 0), [*vector.facts, ("index", str(index))],
            ("vector", vector.handle), argument=nt.dma.argument("Index"),
        )  # fmt: skip
    return found


def free_element(nt: System, vector: Vector, index: int) -> None:
    found = element(nt, vector, index)
    if found is not None:
        common_buffers.discard(nt, vector.adapter, found)
        vector.buffers[index] = None
        nt.remember("vector", vector.handle, "element freed", nt.dma.argument("Index"))


def free(nt: System, vector: Vector) -> None:
    """The vector goes; its elements must have gone before."""
    for index, buffer in enumerate(vector.buffers):
        if buffer is not None:
            parameters = (index, buffer.address, buffer.logical)
            where = nt.dma.argument("Vector")
            nt.violation(rules.VECTOR_NOT_EMPTY, parameters, vector.facts, ("vector", vector.handle), argument=where)
            break
    for index, buffer in enumerate(vector.buffers):
        if buffer is not None:
            free_element(nt, vector, index)
    del nt.dma.vectors[vector.handle]
    nt.let_go(rules.VECTOR_LEFT, vector.handle)
    nt.remember("vector", vector.handle, "freed", nt.dma.argument("Vector"))
