"""Drivers that want to know of device interfaces that come and go: IoRegisterPlugPlayNotification.

Their routines are called in a thread of the system's, one event after the other."""

from __future__ import annotations

from .. import rules
from ..findings import address
from ..wdk.constants import STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER, STATUS_SUCCESS
from ..wdk.guids import value as guid_value
from .device_interfaces import guid_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

INTERFACE_CHANGE, INCLUDE_EXISTING = 2, 1  # EventCategoryDeviceInterfaceChange and its flag
TAG = int.from_bytes(b"PnpN", "little")
ARRIVAL, REMOVAL = "GUID_DEVICE_INTERFACE_ARRIVAL", "GUID_DEVICE_INTERFACE_REMOVAL"
NOTE_BYTES, NAME_AT = 48, 40  # of a DEVICE_INTERFACE_CHANGE_NOTIFICATION, and its SymbolicLinkName


class Note:
    """Who wants to know of the interfaces of a class."""

    __slots__ = ("guid", "routine", "context")

    def __init__(self, guid: bytes, routine: int, context: int) -> None:
        self.guid = guid
        self.routine = routine
        self.context = context


class InterfaceNotes:
    """`notes` are by the address that the driver knows each by."""

    __slots__ = ("nt", "notes")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.notes: dict[int, Note] = {}

    def register(
        self, category: int, flags: int, guid_at: int, driver: int, routine: int, context: int, entry_at: int
    ) -> int:  # fmt: skip
        nt = self.nt
        if category != INTERFACE_CHANGE:
            nt.not_modelled(f"IoRegisterPlugPlayNotification for category {category}")
        if not guid_at or not routine:
            return STATUS_INVALID_PARAMETER
        if nt.fails("IoRegisterPlugPlayNotification"):
            return STATUS_INSUFFICIENT_RESOURCES
        entry = nt.new_object(64)
        note = self.notes[entry] = Note(nt.memory.read(guid_at, 16), routine, context)
        nt.memory.write_uint(entry_at, 8, entry)
        facts = [("object", f"driver object {address(driver)}, by a Plug and Play notification")]
        nt.hold(rules.OBJECT_REFERENCE_LEFT, entry, facts)
        if flags & INCLUDE_EXISTING:
            for link in list(nt.io.names.links.values()):
                if link.enabled and guid_text(note.guid) in link.name.lower():
                    self._call(note, ARRIVAL, link.name)
        return STATUS_SUCCESS

    def unregister(self, entry: int) -> int:
        if self.notes.pop(entry, None) is None:
            return STATUS_INVALID_PARAMETER
        self.nt.let_go(rules.OBJECT_REFERENCE_LEFT, entry)
        return STATUS_SUCCESS

    def changed(self, name: str, enabled: bool) -> None:
        """An interface has come or gone."""
        event = ARRIVAL if enabled else REMOVAL
        wanted = [entry for entry, note in self.notes.items() if guid_text(note.guid) in name.lower()]
        if wanted:
            nt = self.nt
            nt.scheduler.create("device interfaces", nt.system_process, lambda: self._tell(wanted, event, name))

    def _tell(self, entries: list[int], event: str, name: str) -> None:
        for entry in entries:
            note = self.notes.get(entry)
            if note is not None:
                self._call(note, event, name)

    def _call(self, note: Note, event: str, name: str) -> None:
        nt, memory = self.nt, self.nt.memory
        text = name.encode("utf-16-le")
        where = nt.pool.allocate(NOTE_BYTES + 16 + len(text) + 2, TAG)
        if not where:
            return
        memory.write(where, (1 | NOTE_BYTES << 16).to_bytes(4, "little") + guid_value(event) + note.guid)
        memory.write_uint(where + NAME_AT, 8, where + NOTE_BYTES)
        string = where + NOTE_BYTES
        for at, size, number in ((0, 2, len(text)), (2, 2, len(text) + 2), (8, 8, string + 16)):
            memory.write_uint(string + at, size, number)
        memory.write(string + 16, text + b"\0\0")
        nt.call(note.routine, where, note.context)
        nt.pool.free(where)
