"""Small constructors for Python syntax trees. No text of a script ever passes through here as text: names are
generated.

Positions: the line of a node is its line in the script, and its column is an index into the span table of the
program, so that a position in running code leads back to file, line and columns even across includes and macros."""

from __future__ import annotations

import ast
from ast import expr, stmt

LOAD = ast.Load()
STORE = ast.Store()

_BINARY: dict[str, ast.operator] = {
    "+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "//": ast.FloorDiv(), "%": ast.Mod(), "&": ast.BitAnd(),
    "|": ast.BitOr(), "^": ast.BitXor(), "<<": ast.LShift(), ">>": ast.RShift(),
}  # fmt: skip
_COMPARE: dict[str, ast.cmpop] = {
    "==": ast.Eq(), "!=": ast.NotEq(), "<": ast.Lt(), "<=": ast.LtE(), ">": ast.Gt(), ">=": ast.GtE(), "is": ast.Is(),
}  # fmt: skip
_AND, _OR, _NOT, _NEGATE = ast.And(), ast.Or(), ast.Not(), ast.USub()


def name(identifier: str) -> expr:
    return ast.Name(identifier, LOAD)


def const(value: int | bytes | str | None) -> expr:
    if isinstance(value, int) and value < 0:
        return ast.UnaryOp(_NEGATE, ast.Constant(-value))
    return ast.Constant(value)


def binary(left: expr, op: str, right: expr) -> expr:
    return ast.BinOp(left, _BINARY[op], right)


def compare(left: expr, op: str, right: expr) -> expr:
    return ast.Compare(left, [_COMPARE[op]], [right])


def any_of(value: expr, values: list[int]) -> expr:
    if len(values) == 1:
        return compare(value, "==", const(values[0]))
    return ast.Compare(value, [ast.In()], [ast.Tuple([const(v) for v in values], LOAD)])


def both(left: expr, right: expr) -> expr:
    return ast.BoolOp(_AND, [left, right])


def either(left: expr, right: expr) -> expr:
    return ast.BoolOp(_OR, [left, right])


def negation(operand: expr) -> expr:
    return ast.UnaryOp(_NOT, operand)


def choice(test: expr, then: expr, otherwise: expr) -> expr:
    return ast.IfExp(test, then, otherwise)


def call(function: str | expr, *arguments: expr) -> expr:
    return ast.Call(name(function) if isinstance(function, str) else function, list(arguments), [])


def attribute(base: expr, member: str) -> expr:
    return ast.Attribute(base, member, LOAD)


def subscript(base: expr, index: expr) -> expr:
    return ast.Subscript(base, index, LOAD)


def walrus(identifier: str, value: expr) -> expr:
    return ast.NamedExpr(ast.Name(identifier, STORE), value)


def assign(identifier: str, value: expr) -> stmt:
    return ast.Assign([ast.Name(identifier, STORE)], value)


def assign_item(base: expr, index: expr, value: expr) -> stmt:
    return ast.Assign([ast.Subscript(base, index, STORE)], value)


def expression(value: expr) -> stmt:
    return ast.Expr(value)


def if_(test: expr, then: list[stmt], otherwise: list[stmt] | None = None) -> stmt:
    return ast.If(test, then or [ast.Pass()], otherwise or [])


def forever(body: list[stmt]) -> stmt:
    return ast.While(ast.Constant(True), body, [])


def drawn(iterator: str, exhausted: str) -> stmt:
    """One step of a global iterator; a function is called as it runs dry.

    for _ in STEPS: break
    else: TICK()
    """
    return ast.For(ast.Name("_", STORE), name(iterator), [ast.Break()], [expression(call(exhausted))])


def budgeted(body: list[stmt], orelse_extra: list[stmt] | None = None) -> stmt:
    """An endless loop each of whose turns draws a step: leave it with `break`.

    while True:
        for _ in STEPS:
            body
        else:
            TICK()
            continue
        break
    """
    inner = ast.For(
        ast.Name("_", STORE),
        name("STEPS"),
        body or [ast.Pass()],
        [*(orelse_extra or []), expression(call("TICK")), ast.Continue()],
    )
    return forever([inner, ast.Break()])


def function(identifier: str, parameters: list[str], body: list[stmt], rest: bool = False) -> stmt:
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(p) for p in parameters], vararg=ast.arg("_rest") if rest else None,
        kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[],
    )  # fmt: skip
    node = ast.FunctionDef(identifier, arguments, body or [ast.Pass()], [])
    if "type_params" in ast.FunctionDef._fields:
        node.type_params = []  # type: ignore[attr-defined,unused-ignore]
    return node


def try_(body: list[stmt], handlers: list[ast.ExceptHandler], final: list[stmt]) -> stmt:
    return ast.Try(body or [ast.Pass()], handlers, [], final)


def place(node: ast.AST, line: int, index: int) -> None:
    """Give a node its position in the script."""
    node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
    node.col_offset = node.end_col_offset = index  # type: ignore[attr-defined]


def fill_positions(root: ast.AST, line: int, index: int) -> None:
    """Give every node without a position that of its nearest ancestor. Iterative: trees may be deep."""
    todo: list[tuple[ast.AST, int, int]] = [(root, line, index)]
    while todo:
        node, line, index = todo.pop()
        if "lineno" in node._attributes:
            if hasattr(node, "lineno"):
                line, index = node.lineno, node.col_offset  # type: ignore[attr-defined]
            else:
                node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
                node.col_offset = node.end_col_offset = index  # type: ignore[attr-defined]
        for field in node._fields:
            child = getattr(node, field, None)
            if isinstance(child, list):
                todo.extend((item, line, index) for item in child if isinstance(item, ast.AST))
            elif isinstance(child, ast.AST):
                todo.append((child, line, index))
