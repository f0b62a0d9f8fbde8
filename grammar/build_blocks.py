"""Builders of the blocks: machine, device, driver, process, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from .build import Mark, Reduction, builder
from .build_declarations import FunctionHead, plain_parameters
from .build_statements import Head, labelled
from .source import NOWHERE
from .syntax import (
    CompoundStatement,
    DeviceBlock,
    DriverBlock,
    ExpressionStatement,
    Handler,
    MachineBlock,
    Node,
    Parameter,
    ProcessBlock,
    Property,
    Register,
    Registers,
    Specifiers,
)
from .tokens import Token


def _settings(items: Sequence[Node]) -> tuple[Property, ...]:
    return tuple(item for item in items if isinstance(item, Property))


@builder
def machine(p: Reduction, settings: list[Node]) -> MachineBlock:
    return MachineBlock(p.span(), _settings(settings))


@builder
def property_(p: Reduction, word: Token, value: Node) -> Property:
    return Property(p.span(), word.text, value, word.span)


@builder
def device_head(p: Reduction, word: Token) -> Mark:
    return Mark(p.names.push(), "device", word)


@builder
def device(p: Reduction, head: Mark, items: list[Node]) -> DeviceBlock:
    p.names.pop(head.level)
    name, where = head.called
    return DeviceBlock(p.span(), name, tuple(items), where)


@builder
def registers(p: Reduction, items: list[Node]) -> Registers:
    return Registers(p.span(), "", tuple(item for item in items if isinstance(item, Register)))


@builder
def named_registers(p: Reduction, word: Token, items: list[Node]) -> Registers:
    found = tuple(item for item in items if isinstance(item, Register))
    return Registers(p.span(), word.text, found, word.span)


@builder
def register(p: Reduction, specifiers: Specifiers, word: Token, offset: Node, reset: Node | None = None) -> Register:
    p.names.declare(word.text, False)
    return Register(p.span(), specifiers, word.text, offset, reset, word.span)


@builder
def driver_head(p: Reduction, word: Token, device: Token | None = None) -> Mark:
    return Mark(p.names.push(), "driver", word, device)


@builder
def driver(p: Reduction, head: Mark, items: list[Node]) -> DriverBlock:
    p.names.pop(head.level)
    name, where = head.called
    device, device_span = head.device_named
    return DriverBlock(p.span(), name, device, tuple(items), where, device_span)


@builder
def process_head(p: Reduction, word: Token) -> Mark:
    return Mark(p.names.push(), "process", word)


@builder
def process(p: Reduction, head: Mark, items: list[Node], labels: list[Head] | None = None) -> ProcessBlock:
    p.names.pop(head.level)
    if labels:
        items.append(labelled(p, labels, ExpressionStatement(labels[-1].span, None)))
    name, where = head.called
    return ProcessBlock(p.span(), name, tuple(items), where)


@builder
def no_parameters(p: Reduction) -> list[Node]:
    return []


@builder
def parenthesised_list(p: Reduction, parameters: list[Node]) -> list[Node]:
    return parameters


@builder
def handler_head(p: Reduction, event: Token, *rest: Token | list[Node] | None) -> FunctionHead:
    """`on EVENT`, a register's name if there is one, and the parameters or None."""
    *names, listed = rest
    name = names[0] if names and isinstance(names[0], Token) else None
    parameters: tuple[Parameter, ...] | None = plain_parameters(listed) if isinstance(listed, list) else None
    return FunctionHead(parameters, event=event, name=name)


@builder
def handler(p: Reduction, head: FunctionHead, body: CompoundStatement) -> Handler:
    assert head.event is not None
    name, where = (head.name.text, head.name.span) if head.name is not None else ("", NOWHERE)
    return Handler(p.span(), head.event.text, name, head.parameters, body, head.event.span, where)
