"""Builders of the blocks: machine, device, driver, process, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from .build import Mark, Reduction, builder
from .build_declarations import FunctionHead, plain_parameters
from .build_statements import Head, labelled
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
    return Property(p.span(), word.text, value)


@builder
def device_head(p: Reduction, word: Token) -> Mark:
    return Mark(p.names.push(), "device", word.text)


@builder
def device(p: Reduction, head: Mark, items: list[Node]) -> DeviceBlock:
    p.names.pop(head.level)
    return DeviceBlock(p.span(), head.name, tuple(items))


@builder
def registers(p: Reduction, items: list[Node]) -> Registers:
    return Registers(p.span(), "", tuple(item for item in items if isinstance(item, Register)))


@builder
def named_registers(p: Reduction, word: Token, items: list[Node]) -> Registers:
    return Registers(p.span(), word.text, tuple(item for item in items if isinstance(item, Register)))


@builder
def register(p: Reduction, specifiers: Specifiers, word: Token, offset: Node, reset: Node | None = None) -> Register:
    p.names.declare(word.text, False)
    return Register(p.span(), specifiers, word.text, offset, reset)


@builder
def driver_head(p: Reduction, word: Token, device: Token | None = None) -> Mark:
    return Mark(p.names.push(), "driver", word.text, device.text if device else "")


@builder
def driver(p: Reduction, head: Mark, items: list[Node]) -> DriverBlock:
    p.names.pop(head.level)
    return DriverBlock(p.span(), head.name, head.device, tuple(items))


@builder
def process_head(p: Reduction, word: Token) -> Mark:
    return Mark(p.names.push(), "process", word.text)


@builder
def process(p: Reduction, head: Mark, items: list[Node], labels: list[Head] | None = None) -> ProcessBlock:
    p.names.pop(head.level)
    if labels:
        items.append(labelled(p, labels, ExpressionStatement(labels[-1].span, None)))
    return ProcessBlock(p.span(), head.name, tuple(items))


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
    name = names[0].text if names and isinstance(names[0], Token) else ""
    parameters: tuple[Parameter, ...] | None = plain_parameters(listed) if isinstance(listed, list) else None
    return FunctionHead(parameters, event=event.text, name=name)


@builder
def handler(p: Reduction, head: FunctionHead, body: CompoundStatement) -> Handler:
    return Handler(p.span(), head.event, head.name, head.parameters, body)
