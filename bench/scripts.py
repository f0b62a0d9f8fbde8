"""The bench's own scripts, compiled and loaded into machines; with or without a step budget."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dmascript.interp import generate as generator
from dmascript.interp.compile import compile_script
from dmascript.interp.compiled import Compiled
from dmascript.interp.options import Options
from dmascript.interp.session import Session
from dmascript.runtime.choose import Chooser
from dmascript.runtime.system import Settings

FOLDER = Path(__file__).parent / "workloads"
ENOUGH_STEPS = 1 << 60


class Machine:
    """A booted machine with one program loaded. `call("Run", …)` calls a function of the script by its name there."""

    def __init__(self, program: Compiled) -> None:
        settings = Settings()
        settings.max_steps = ENOUGH_STEPS
        self.session = Session(settings, Chooser(), lambda text: None)
        self.session.load(program)
        self.nt = self.session.nt
        self.names = self.session.names
        self.identifiers = {name: identifier for _, identifier, _, name, _ in program.functions}

    def function(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = self.names[self.identifiers[name]]  # type: ignore[assignment]
        return found

    def call(self, name: str, *arguments: int) -> Any:
        return self.function(name)(self.nt.thread.stack_bytes, *arguments)

    def allocate(self, data: bytes) -> int:
        """The address of nonpaged pool that holds these bytes."""
        where = self.nt.pool.allocate(len(data), int.from_bytes(b"Bnch", "little"))
        assert where
        self.nt.memory.write(where, data)
        return where


def compiled(name: str, budget: bool = True) -> Compiled:
    """A script of workloads/, compiled without the cache."""
    path = FOLDER / f"{name}.dma"
    with without_budget() if not budget else as_it_is():
        program, _, _, diagnostics = compile_script(str(path), Options(), None, False)
    if program is None:
        raise SystemExit("\n".join(f"{path}:{d.span.line}: {d.message}" for d in diagnostics))
    return program


@contextmanager
def as_it_is() -> Iterator[None]:
    yield


@contextmanager
def without_budget() -> Iterator[None]:
    """While this holds, programs are compiled without the code that counts steps."""

    def compile_free(module: ast.Module, *rest: Any, **options: Any) -> Any:
        return compile(ast.fix_missing_locations(Unbudgeted().visit(module)), *rest, **options)

    vars(generator)["compile"] = compile_free
    try:
        yield
    finally:
        del vars(generator)["compile"]


class Unbudgeted(ast.NodeTransformer):
    """Takes out of generated code whatever draws from STEPS."""

    def visit_While(self, node: ast.While) -> Any:
        """`while True: for _ in STEPS: body / else: TICK(); continue / break` becomes `while True: body`."""
        self.generic_visit(node)
        inner = node.body[0]
        if isinstance(inner, ast.For) and is_steps(inner.iter) and isinstance(node.body[-1], ast.Break):
            node.body = inner.body
        return node

    def visit_For(self, node: ast.For) -> Any:
        """`for _ in STEPS: break / else: TICK()` goes; `for _, i in zip(STEPS, turns)` becomes `for i in turns`."""
        self.generic_visit(node)
        if is_steps(node.iter) and isinstance(node.body[0], ast.Break):
            return None
        drawn = node.iter
        if (
            isinstance(drawn, ast.Call)
            and drawn.args
            and is_steps(drawn.args[0])
            and isinstance(node.target, ast.Tuple)
        ):
            node.iter, node.target = drawn.args[1], node.target.elts[1]
            node.orelse = []
        return node


def is_steps(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "STEPS"
