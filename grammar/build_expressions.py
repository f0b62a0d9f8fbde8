"""Builders of expressions. Operators come flat, as the grammar reads them, and get their precedence here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .brackets import MAX_CHAIN
from .build import Reduction, builder
from .syntax import (
    Assignment,
    Broken,
    CallExpr,
    CastExpr,
    Character,
    CompoundLiteralExpr,
    Dot,
    Index,
    Infix,
    InitList,
    Name,
    Node,
    Number,
    OffsetofExpr,
    Postfix,
    Prefix,
    SizeofExpr,
    SizeofType,
    String,
    Ternary,
    TypeName,
    VaArgExpr,
)
from .tokens import Token

_LEVELS = ("||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %")
PRECEDENCE = {op: level for level, row in enumerate(_LEVELS) for op in row.split()}

Chain = list[Node | Token]  # operand, operator, operand, operator, …


@builder
def name(p: Reduction, word: Token) -> Name:
    return Name(word.span, word.text)


@builder
def number(p: Reduction, token: Token) -> Number:
    text, _, unit = token.text.partition(" ")
    return Number(token.span, text, unit)


@builder
def character(p: Reduction, token: Token) -> Character:
    return Character(token.span, token.text)


@builder
def string(p: Reduction, parts: list[Token]) -> String:
    return String(p.span(), tuple(parts))


@builder
def broken(p: Reduction, token: Token) -> Broken:
    return Broken(token.span)


@builder
def parenthesised(p: Reduction, inner: Node) -> Node:
    """The expression itself; its span takes in the parentheses."""
    return replace(inner, span=p.span())


@builder
def index(p: Reduction, base: Node, position: Node) -> Index:
    return Index(p.span(), base, position)


@builder
def call(p: Reduction, callee: Node, arguments: Sequence[Node] = ()) -> CallExpr:
    return CallExpr(p.span(), callee, tuple(arguments))


@builder
def dot(p: Reduction, base: Node, member: Token) -> Dot:
    return Dot(p.span(), base, member.text, member.span, False)


@builder
def arrow(p: Reduction, base: Node, member: Token) -> Dot:
    return Dot(p.span(), base, member.text, member.span, True)


@builder
def postfix_operator(p: Reduction, operand: Node, op: Token) -> Postfix:
    return Postfix(p.span(), op.text, operand)


@builder
def prefix_operator(p: Reduction, op: Token, operand: Node) -> Prefix:
    return Prefix(p.span(), op.text, operand)


@builder
def sizeof_expression(p: Reduction, operand: Node) -> SizeofExpr:
    return SizeofExpr(p.span(), operand)


@builder
def sizeof_type(p: Reduction, type_name: TypeName) -> SizeofType:
    return SizeofType(p.span(), type_name)


@builder
def alignof_type(p: Reduction, word: Token, type_name: TypeName) -> SizeofType:
    return SizeofType(p.span(), type_name, True)


@builder
def offset_of(p: Reduction, word: Token, type_name: TypeName, path: Node) -> OffsetofExpr:
    return OffsetofExpr(p.span(), type_name, path)


@builder
def va_arg(p: Reduction, word: Token, arguments: Node, type_name: TypeName) -> VaArgExpr:
    return VaArgExpr(p.span(), arguments, type_name)


@builder
def compound_literal(p: Reduction, type_name: TypeName, initialiser: InitList) -> CompoundLiteralExpr:
    return CompoundLiteralExpr(p.span(), type_name, initialiser)


@builder
def cast_to(p: Reduction, type_name: TypeName, operand: Node) -> CastExpr:
    return CastExpr(p.span(), type_name, operand)


# ---- chains of operators ------------------------------------------------------------------------------------------


@builder
def begin_chain(p: Reduction, left: Node, op: Token, right: Node) -> Chain:
    return [left, op, right]


@builder
def more_chain(p: Reduction, chain: Chain, op: Token, right: Node) -> Chain:
    chain.append(op)
    chain.append(right)
    return chain


@builder
def infix(p: Reduction, chain: Chain) -> Node:
    """The tree of a chain: operators of one level group from the left."""
    operands: list[Node] = [chain[0]]  # type: ignore[list-item]
    waiting: list[Token] = []
    for i in range(1, len(chain), 2):
        op: Token = chain[i]  # type: ignore[assignment]
        level = PRECEDENCE[op.text]
        while waiting and PRECEDENCE[waiting[-1].text] >= level:
            _join(operands, waiting.pop())
        waiting.append(op)
        operands.append(chain[i + 1])  # type: ignore[arg-type]
    while waiting:
        _join(operands, waiting.pop())
    return operands[0]


def _join(operands: list[Node], op: Token) -> None:
    right = operands.pop()
    left = operands[-1]
    operands[-1] = Infix(left.span.to(right.span), op.text, left, right, op.span)


@builder
def comma_chain(p: Reduction, chain: Chain) -> Node:
    if len(chain) > 2 * MAX_CHAIN:
        p.diagnostics.error("nested-too-deeply", "these are too many commas", p.span(), "split it into smaller parts")
        return Broken(p.span())
    operands: list[Node] = [chain[0]]  # type: ignore[list-item]
    for i in range(1, len(chain), 2):
        operands.append(chain[i + 1])  # type: ignore[arg-type]
        _join(operands, chain[i])  # type: ignore[arg-type]
    return operands[0]


@builder
def ternary(p: Reduction, test: Node, then: Node, otherwise: Node) -> Ternary:
    return Ternary(p.span(), test, then, otherwise)


@builder
def ternary_chain(p: Reduction, test: Chain, then: Node, otherwise: Node) -> Ternary:
    return Ternary(p.span(), infix(p, test), then, otherwise)


@builder
def assign(p: Reduction, target: Node, op: Token, value: Node) -> Assignment:
    return Assignment(p.span(), op.text, target, value, op.span)


@builder
def assign_chain(p: Reduction, target: Chain, op: Token, value: Node) -> Assignment:
    return Assignment(p.span(), op.text, infix(p, target), value, op.span)
