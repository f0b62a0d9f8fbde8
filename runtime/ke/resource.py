"""Executive resources: ERESOURCE, owned by one thread exclusively or by several shared.

Drivers do not look inside, so who owns a resource and who waits for it is known here. Who waits for it exclusively goes
before those who ask for it shared later. Each thread that waits has a ticket, an event of its own.
"""

from __future__ import annotations

from .. import rules
from ..findings import Held, address
from .dispatcher import SYNCHRONIZATION_EVENT
from .processor import APC_LEVEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings import Moment
    from ..system import System
    from .processor import Thread

BYTES = 104
ALIGNMENT = 8


class Ticket:
    """A thread that waits, and the event that it waits for."""

    __slots__ = ("thread", "exclusive", "event", "moment")

    def __init__(self, thread: Thread, exclusive: bool, event: int, moment: Moment) -> None:
        self.thread = thread
        self.exclusive = exclusive
        self.event = event
        self.moment = moment


class Resource:
    """`owners` count the acquisitions of each thread."""

    __slots__ = ("exclusive", "owners", "waiting")

    def __init__(self) -> None:
        self.exclusive = False
        self.owners: dict[Thread, int] = {}
        self.waiting: list[Ticket] = []


class Resources:
    """All resources that are initialised, by address."""

    __slots__ = ("nt", "active")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.active: dict[int, Resource] = {}

    def facts(self, where: int) -> list[tuple[str, str]]:
        return [("resource", self.nt.describe(where))]

    def initialise(self, where: int) -> None:
        nt = self.nt
        if where % ALIGNMENT:
            nt.violation(rules.RESOURCE_MISALIGNED, (0, 0, where), self.facts(where))
        if where in self.active:
            nt.violation(rules.RESOURCE_INITIALISED_TWICE, (where, 0, 0), self.facts(where), ("resource", where))
        nt.memory.write(where, bytes(BYTES))
        self.active[where] = Resource()
        nt.remember("resource", where, "initialised")
        nt.hold(rules.RESOURCE_NOT_DELETED, where, self.facts(where))

    def delete(self, where: int) -> None:
        nt = self.nt
        if self.active.pop(where, None) is None:
            nt.violation(rules.RESOURCE_NOT_INITIALISED, (where, 0, 0), self.facts(where), ("resource", where))
        nt.remember("resource", where, "deleted")
        nt.let_go(rules.RESOURCE_NOT_DELETED, where)
        nt.let_go(rules.RESOURCE_LEFT_OWNED, where)

    def in_range(self, start: int, size: int) -> int | None:
        """A resource that is not deleted and lies in a range of memory, or None."""
        return next((where for where in self.active if start <= where < start + size), None)

    # -- acquiring

    def acquire(self, where: int, exclusive: bool, wait: bool) -> bool:
        """Own the resource. False if that would take a wait and there shall be none."""
        nt = self.nt
        self._check_apcs(where, 0x37)
        resource = self._find(where)
        if resource is None:
            return False
        moment = nt.moment(0)
        if self._may_own(resource, nt.thread, exclusive):
            self._grant(where, resource, nt.thread, exclusive, moment)
            return True
        if not wait:
            return False
        if exclusive and nt.thread in resource.owners:
            nt.violation(rules.RESOURCE_HELD_SHARED, (where, 0, 0), self.facts(where), ("resource", where))
        ticket = Ticket(nt.thread, exclusive, nt.new_object(64), moment)
        owners = " and ".join(thread.name for thread in resource.owners)
        nt.dispatcher.opaque(ticket.event, SYNCHRONIZATION_EVENT)
        resource.waiting.append(ticket)
        nt.dispatcher.wait([ticket.event], reason=f"resource at {nt.describe(where)}, owned by {owners}")
        del nt.dispatcher.opaque_objects[ticket.event]
        return True

    def _find(self, where: int) -> Resource | None:
        found = self.active.get(where)
        if found is None:
            nt = self.nt
            nt.violation(rules.RESOURCE_NOT_INITIALISED, (where, 0, 0), self.facts(where), ("resource", where))
        return found

    def _check_apcs(self, where: int, sub_code: int) -> None:
        """While a thread owns a resource, no normal kernel APC may come in between and want it too."""
        nt = self.nt
        thread = nt.thread
        if nt.irql < APC_LEVEL and not thread.regions_entered and not thread.guarded:
            nt.violation(rules.RESOURCE_WITH_APCS, (nt.irql, 0, where), self.facts(where), stop=(0xC4, sub_code))

    def _may_own(self, resource: Resource, thread: Thread, exclusive: bool) -> bool:
        if not resource.owners:
            return True
        if thread in resource.owners:
            return resource.exclusive or not exclusive
        return not exclusive and not resource.exclusive and not any(ticket.exclusive for ticket in resource.waiting)

    def _grant(self, where: int, resource: Resource, thread: Thread, exclusive: bool, moment: Moment) -> None:
        resource.exclusive = exclusive if thread not in resource.owners else resource.exclusive
        resource.owners[thread] = resource.owners.get(thread, 0) + 1
        nt = self.nt
        nt.history.setdefault(("resource", where), {})["acquired"] = moment
        if (rules.RESOURCE_LEFT_OWNED.id, where) not in nt.held:
            facts = [*self.facts(where), ("thread", thread.name)]
            nt.held[rules.RESOURCE_LEFT_OWNED.id, where] = Held(rules.RESOURCE_LEFT_OWNED, moment, facts, {})

    # -- releasing

    def release(self, where: int) -> None:
        nt = self.nt
        self._check_apcs(where, 0x38)
        resource = self._find(where)
        if resource is None:
            return
        if nt.thread not in resource.owners:
            facts = [*self.facts(where), ("thread", f"{nt.thread.name}, {address(nt.thread.address)}")]
            nt.violation(rules.RESOURCE_NOT_OWNED, (where, nt.thread.address, 0, 0), facts, ("resource", where))
            return
        resource.owners[nt.thread] -= 1
        if not resource.owners[nt.thread]:
            del resource.owners[nt.thread]
        if not resource.owners:
            nt.let_go(rules.RESOURCE_LEFT_OWNED, where)
            self._hand_over(where, resource)

    def _hand_over(self, where: int, resource: Resource) -> None:
        """A free resource goes to who has waited longest: alone, or together with all who want it shared."""
        if not resource.waiting:
            return
        first = resource.waiting[0]
        chosen = [first] if first.exclusive else [ticket for ticket in resource.waiting if not ticket.exclusive]
        for ticket in chosen:
            resource.waiting.remove(ticket)
            self._grant(where, resource, ticket.thread, ticket.exclusive, ticket.moment)
            self.nt.dispatcher.signal(ticket.event)
