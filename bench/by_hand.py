"""The six workloads as an engineer who knows the simulated memory would write them in Python.

Loads and stores go through the same views (U8 … U64) and page windows (R1 … W8) as in generated code, in the same
words: `U32[(a + R4[a & -4093]) >> 2]`, the address in a local called `a` and the value of a store in one called `s`,
where a page fault looks for them. Values are masked only where they can leave their C type, loops are Python's own,
and nobody counts steps.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from dmascript.runtime.routines import find

# Placeholders: `bound` gives each function the globals of a machine, where these names are its memory.
U8 = U32 = U64 = I64 = memoryview(b"")
R1: dict[int, int] = {}
R4 = R8 = W4 = W8 = R1
NT: Any = None
TABLE = 0


def bound(function: Callable[..., Any], names: dict[str, object]) -> Callable[..., Any]:
    """The function as generated code is: with the machine's own names as its globals."""
    made = FunctionType(function.__code__, names)
    names[function.__name__] = made
    return made


def crc_table(data: int, length: int) -> int:
    crc = 0xFFFFFFFF
    for i in range(length):
        a = data + i
        a = TABLE + ((crc ^ U8[a + R1[a & -4096]]) & 0xFF) * 4
        crc = crc >> 8 ^ U32[(a + R4[a & -4093]) >> 2]
    return crc ^ 0xFFFFFFFF


def crc_bit(data: int, length: int) -> int:
    crc = 0xFFFFFFFF
    for i in range(length):
        a = data + i
        crc ^= U8[a + R1[a & -4096]]
        for _ in range(8):
            crc = crc >> 1 ^ 0xEDB88320 if crc & 1 else crc >> 1
    return crc ^ 0xFFFFFFFF


def list_walk(head: int) -> int:
    total = 0
    a = head
    while (entry := U64[(a + R8[a & -4089]) >> 3]) != head:
        a = entry + 16
        total = total + U32[(a + R4[a & -4093]) >> 2] & 0xFFFFFFFF
        a = entry
    return total


def scatter(frames: int, pages: int, where: int) -> int:
    count = 0
    following = 0
    for i in range(pages):
        a = frames + i * 8
        frame = U64[(a + R8[a & -4089]) >> 3]
        if count and frame == following:
            a = where + count * 24
            s = U32[(a + R4[a & -4093]) >> 2] + 4096
            U32[(a + W4[a & -4093]) >> 2] = s
        else:
            a = where + 16 + count * 24
            s = frame << 12
            I64[(a + W8[a & -4089]) >> 3] = s
            a += 8
            s = 4096
            U32[(a + W4[a & -4093]) >> 2] = s
            count += 1
        following = frame + 1
    a = where
    s = count
    U32[(a + W4[a & -4093]) >> 2] = s
    return count


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2) & 0xFFFFFFFF


def calls(mdl: int, count: int) -> int:
    total = 0
    for _ in range(count):
        total += MmGetMdlByteCount(NT, mdl)
        total += KeGetCurrentIrql(NT)
    return total & 0xFFFFFFFF


def body(name: str) -> Callable[..., Any]:
    """What a kernel routine does, without the bridge from scripts to it."""
    row = find(name)
    assert row is not None and row.body is not None, f"{name} is not modelled"
    return row.body


def MmGetMdlByteCount(nt: Any, mdl: int) -> int:
    raise NotImplementedError("bound to the routine's body")


def KeGetCurrentIrql(nt: Any) -> int:
    raise NotImplementedError("bound to the routine's body")
