"""The commands about what is held: !locks !object !handle."""

from __future__ import annotations

from ...runtime.findings import address as shown
from ...runtime.findings import plural
from ...runtime.io.namespace import folded
from ...runtime.ob.handles import KERNEL
from ..command import Refused, command
from ..reading import columns, facts, lies, long, machine, number, say, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime.ob.objects import Object
    from ..shell import Shell


@command("!locks", "!locks", "List the locks that are held: spin locks, mutexes, fast mutexes and resources.",
         group="kernel")  # fmt: skip
def locks(shell: Shell, rest: str) -> None:
    nt = shell.live.nt
    rows = []
    for where, owner in nt.spin_owners.items():
        moment = nt.history.get(("lock", where), {}).get("acquired")
        rows.append(("spin lock", _where(shell, where), f"processor {owner}", when(shell, moment, "")))
    for where, thread_of in nt.dispatcher.owned.items():
        rows.append(("mutex", _where(shell, where), thread_of.name, ""))
    for (rule, where), held in nt.held.items():
        if rule == "mutex-left-owned":
            owner_of = next((text for label, text in held.said if label == "thread"), "")
            rows.append(("fast mutex", _where(shell, where), owner_of, when(shell, held.moment, "")))
    for where, resource in nt.resources.active.items():
        names = ", ".join(one.name for one in resource.owners)
        if names:
            kind = "exclusive" if resource.exclusive else "shared"
            waiting = f", {len(resource.waiting)} waiting" if resource.waiting else ""
            rows.append(("resource", _where(shell, where), f"{names} ({kind}{waiting})", ""))
    say(shell, columns([("Kind", "Lock", "Owner", "Since"), *rows], 0) if rows else ["No lock is held."])
    for cpu, lock in nt.spinning.items():
        shell.say(f"Processor {cpu} spins for {_where(shell, lock)}")


def _where(shell: Shell, where: int) -> str:
    return f"{shown(where)} {lies(shell, where)}"


# ---- objects and handles


@command("!object", "!object ADDRESS|\\NAME", "Show an object with its handles and references, or a directory.",
         group="kernel", completes="address")  # fmt: skip
def object_(shell: Shell, rest: str) -> None:
    nt, text = shell.live.nt, rest.strip()
    if not text:
        raise Refused("an address or a name is missing: !object \\")
    if text.startswith("\\"):
        say(shell, _named(shell, text))
        return
    where = number(shell, text)
    found = nt.objects.at(where)
    if found is None:
        raise Refused(f"{shown(where)} is no object of the object manager: {lies(shell, where)}")
    say(shell, _object(shell, found))


def _object(shell: Shell, found: Object) -> list[str]:
    pairs = [("Type", found.kind), ("Name", found.name),
             ("Count", f"{plural(found.references, 'reference')}, {plural(found.handles, 'handle')}"),
             ("Is", lies(shell, found.address))]  # fmt: skip
    return [f"Object {long(found.address)}", *facts(pairs, shell.width)]


def _named(shell: Shell, path: str) -> list[str]:
    """The object of a name, or the names in a directory."""
    nt = shell.live.nt
    if nt.has_io:
        where, _ = nt.io.names.find(path)
        found = nt.objects.at(where) if where else None
        if found is not None:
            return _object(shell, found)
    wanted = folded(path.rstrip("\\") + "\\").rstrip("\\")
    rows = []
    if nt.has_io:
        for name, device in nt.io.names.devices.items():
            known = nt.io.devices.at(device)
            rows.append((known.name if known is not None and known.name else name, "Device", shown(device)))
        for link in nt.io.names.links.values():
            rows.append((link.name, "SymbolicLink", link.target + ("" if link.enabled else "  (disabled)")))
        rows += [(f"\\Driver\\{one.name}", "Driver", shown(one.address)) for one in nt.io.drivers.known.values()]
    rows += [(one.name, one.kind, shown(one.address)) for one in nt.objects.named.values()]
    kept = [row for row in rows if folded(row[0]) == wanted or folded(row[0]).startswith(f"{wanted}\\")]
    if not kept:
        raise Refused(f"nothing has the name {path}")
    return columns([("Name", "Type", "Object"), *sorted(kept)], 0)


@command("!handle", "!handle [HANDLE]", "List the handles of the current process and of the system, or show one.",
         group="kernel")  # fmt: skip
def handle(shell: Shell, rest: str) -> None:
    nt = machine(shell)
    wanted = number(shell, rest.strip()) if rest.strip() else None
    rows = []
    for one in dict.fromkeys([nt.process, nt.system_process]):
        if one.handles is None:
            continue
        for value in one.handles.handles():
            opened = one.handles.get(value)
            full = value | KERNEL if one is nt.system_process else value
            if opened is None or wanted not in (None, value, full):
                continue
            name = opened.object.name or lies(shell, opened.object.address)
            rows.append((f"{value:04x}", one.name, opened.object.kind, f"{opened.access:08x}", name))
    if not rows and wanted is not None:
        raise Refused(f"0x{wanted:x} is no handle of {nt.process.name}, nor of the system")
    say(shell, columns([("Handle", "Of", "Type", "Access", "Object"), *rows], 0) if rows else ["No handle is open."])
