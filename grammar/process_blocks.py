"""process blocks: user programs with names of their own."""

from __future__ import annotations

from .blocks import Blocks
from .context import Context
from .jumps import match_jumps
from .syntax import Broken, ProcessBlock
from .tree import Function, Process, Stmt


class ProcessBlocks:
    def __init__(self, context: Context, blocks: Blocks) -> None:
        self.context = context
        self.blocks = blocks

    def read(self, node: ProcessBlock) -> Process:
        context, blocks = self.context, self.blocks
        blocks.named("process", node.name, node.name_span)
        with context.block("process"):
            functions: list[Function] = []
            statements: list[Stmt] = []
            for item in node.items:
                if not isinstance(item, Broken):
                    statements.extend(blocks.code(item, functions))
            match_jumps(context, context.function)
            main = next((function for function in functions if function.name == "main"), None)
            if main is not None and statements and main not in context.used:
                help = "call it, or leave the statements out"
                context.warning("main-not-run", "'main' is not run: the statements of the process are", main.span, help)
            return Process(
                node.name,
                node.name_span,
                main if not statements else None,
                tuple(functions),
                blocks.variables(),
                tuple(statements),
                tuple(context.function.locals),
            )
