"""What the verifier looks at as device stacks are built and taken down."""

from __future__ import annotations

from .. import rules
from ..wdk.constants import (
    DO_BUFFERED_IO,
    DO_DEVICE_INITIALIZING,
    DO_DIRECT_IO,
    DO_POWER_PAGABLE,
    IRP_MJ_PNP,
    IRP_MJ_POWER,
    IRP_MJ_SYSTEM_CONTROL,
)
from .device_objects import DEVICE_TYPE, FLAGS
from .driver_objects import MAJOR_FUNCTION
from .request_checks import MAJORS, head_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System
    from .driver_objects import Driver

REQUIRED = (IRP_MJ_PNP, IRP_MJ_POWER, IRP_MJ_SYSTEM_CONTROL)


def after_add_device(nt: System, driver: Driver, routine: int, made: list[int], pdo: int) -> None:
    """AddDevice has returned: `made` are the device objects that it left behind."""
    memory, where = nt.memory, head_of(nt, routine)
    for address in made:
        device = nt.io.devices.at(address)
        if device is None or not device.below:
            continue
        facts, about = nt.io.devices.facts(device), ("device", address)
        flags = memory.read_uint(address + FLAGS, 4)
        if flags & DO_DEVICE_INITIALIZING:
            nt.violation(rules.DEVICE_INITIALIZING, (routine, address, 0), facts, about, moment=where)
        if device.below != pdo:
            lower = memory.read_uint(device.below + FLAGS, 4)
            said = [*facts, ("below", nt.io.devices.name_of(device.below))]
            if (flags ^ lower) & (DO_BUFFERED_IO | DO_DIRECT_IO):
                nt.violation(rules.DEVICE_FLAGS, (routine, address, 0), said, about, moment=where)
            if lower & ~flags & DO_POWER_PAGABLE:
                stop = (0xC9, 0x23F)
                nt.violation(rules.DEVICE_FLAGS, (routine, address, 0), said, about, stop=stop, moment=where)
            if memory.read_uint(address + DEVICE_TYPE, 4) != memory.read_uint(device.below + DEVICE_TYPE, 4):
                nt.violation(rules.DEVICE_TYPE_DIFFERS, (routine, address, 0), said, about, moment=where)
        if flags & DO_BUFFERED_IO and flags & DO_DIRECT_IO:
            nt.violation(rules.BOTH_BUFFER_FLAGS, (routine, address, 0), facts, about, moment=where)
        for major in REQUIRED:
            if nt.io.drivers.is_default(memory.read_uint(driver.address + MAJOR_FUNCTION + 8 * major, 8)):
                said = [("driver", driver.name), ("missing", f"IRP_MJ_{MAJORS[major]}")]
                nt.violation(rules.DISPATCH_MISSING, (routine, 0, 0), said, moment=where)


def after_remove(nt: System, stack: list[int]) -> None:
    """IRP_MN_REMOVE_DEVICE is done with: each driver must have detached and deleted its device, the lowest one last."""
    for address in stack:
        device = nt.io.devices.at(address)
        if device is None or device.deleted:
            continue
        routine = nt.memory.read_uint(device.driver.address + MAJOR_FUNCTION + 8 * IRP_MJ_PNP, 8)
        facts, about = nt.io.devices.facts(device), ("device", address)
        rule = rules.LEFT_ATTACHED_ON_REMOVE if device.below else rules.LEFT_ON_REMOVE
        nt.violation(rule, (routine, 0, address), facts, about, moment=head_of(nt, routine))


def drivers_of(nt: System, stack: list[int]) -> list[tuple[int, int, Driver | None]]:
    """The devices of a stack above the lowest: each with the one below it and its driver."""
    known = [(lower, where, nt.io.devices.at(where)) for lower, where in zip(stack, stack[1:], strict=False)]
    return [(lower, where, device.driver if device is not None else None) for lower, where, device in known]


def after_surprise(nt: System, before: list[tuple[int, int, Driver | None]]) -> None:
    """IRP_MN_SURPRISE_REMOVAL is done with: the stack must still be there."""
    for lower, where, driver in before:
        device = nt.io.devices.at(where)
        alive = device is not None and not device.deleted
        if alive and device is not None and device.below == lower or driver is None:
            continue
        routine = nt.memory.read_uint(driver.address + MAJOR_FUNCTION + 8 * IRP_MJ_PNP, 8)
        rule = rules.DETACHED_ON_SURPRISE if alive else rules.DELETED_ON_SURPRISE
        facts = [("driver", driver.name)]
        nt.violation(rule, (routine, 0, where), facts, ("device", where), moment=head_of(nt, routine))
