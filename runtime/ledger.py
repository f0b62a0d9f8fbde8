"""The account that a machine keeps: what happened to which object, who holds what, and which rules were broken."""

from __future__ import annotations

from . import rules
from .findings import Finding, Held, Moment, level_name
from .ke.exceptions import BugCheck, NotModelled
from .ke.irql import parameters as irql_parameters
from .ke.irql import stop_of as irql_stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .findings import Facts
    from .ke.clock import Clock
    from .ke.processor import Processor
    from .routine import Routine
    from .settings import Settings

WORD = 0xFFFF_FFFF_FFFF_FFFF  # a parameter of a bug check


class Ledger:
    """The half of System that keeps account, so that routines say `nt.violation`, `nt.remember`, `nt.hold`."""

    settings: Settings
    clock: Clock
    cpu: Processor
    where: Callable[[], object]
    breaking: Callable[[str, str], bool] | None
    stopped: bool
    findings: list[Finding]
    held: dict[tuple[str, int], Held]
    history: dict[tuple[str, int], dict[str, Moment]]

    def moment(self, argument: int | None = None) -> Moment:
        return Moment(self.where(), self.clock.now_ns, self.cpu.irql, self.cpu.number, argument)

    def remember(
        self, kind: str, object_address: int, event: str, argument: int | None = 0, moment: Moment | None = None
    ) -> Moment:
        """Note that this happened to the object, which is that argument of the call (None for none), here and now (or
        at the `moment` given), for reports to come."""
        if moment is None:
            moment = self.moment(None if event == "allocated" else argument)
        key = kind, object_address
        if key in self.history:
            self.history[key][event] = moment
        else:
            self.history[key] = {event: moment}
        return moment

    def hold(
        self, rule: rules.Rule, object_address: int, facts: Facts, moment: Moment | None = None, **names: str
    ) -> None:
        """Until `let_go`, this is charged as a leak of `rule`: to here and now, or to the `moment` given."""
        self.held[rule.id, object_address] = Held(rule, moment or self.moment(), facts, names)

    def let_go(self, rule: rules.Rule, object_address: int) -> None:
        self.held.pop((rule.id, object_address), None)

    def strand(self, rule: rules.Rule, object_address: int) -> None:
        """What is held here is beyond reach from now on: nothing that happens to the address lets it go any more."""
        held = self.held.pop((rule.id, object_address), None)
        if held is not None:
            ghost = -1
            while (rule.id, ghost) in self.held:
                ghost -= 1
            self.held[rule.id, ghost] = held

    def violation(
        self, rule: rules.Rule, parameters: tuple[int, ...] = (), facts: list[tuple[str, str]] | None = None,
        about: tuple[str, int] | None = None, title: str = "", stop: tuple[int, int | None] | None = None,
        argument: int | None = 0, moment: Moment | None = None, marks: Sequence[tuple[Moment, str]] = (), **names: str,
    ) -> None:  # fmt: skip
        """A rule is broken here and now, or at the `moment` given; `marks` are further moments with what they were.
        Returns if the machine goes on (not fatal, allowed, or only the verifier would notice and it is off). `about`
        names the object whose history explains it and which is that `argument` of the call, `parameters` are those of
        the bug check, without the sub-code where the rule has one; `stop` replaces the rule's own."""
        if rule.verifier > self.settings.verifier:
            return
        shown = list(marks)
        if rule.earlier is not None:
            event, label = rule.earlier
            earlier = self.cpu.raised_at if event == "irql" else self.history.get(about or ("", 0), {}).get(event)
            if earlier is not None:
                shown.insert(0, (earlier, label))
        allowed = rule.id in self.settings.allow
        severity = "note" if allowed else "error" if rule.severity == "fatal" else rule.severity
        code = stop or rule.stop
        words = None
        if rule.severity == "fatal" and not allowed and code is not None:
            words = stop_parameters(code, parameters)
        self.findings.append(
            Finding(
                rule,
                severity,
                title or rule.title,
                moment or self.moment(argument if about else None),
                shown,
                [*(facts or []), *_said_by_windows(rule, code if words is None else None)],
                rule.help.format(**names),
                rule.here,
                words,
            )
        )
        if rule.severity == "fatal" and not allowed:
            self._stop(rule.title)
            raise BugCheck(words[0], words[1:]) if words else BugCheck(0, (0, 0, 0, 0))

    def not_modelled(self, what: str, moment: Moment | None = None) -> None:
        """Something was asked for that the simulated kernel knows of and cannot do: it says so and stops. It came of
        what was done at the `moment`, or is done now."""
        rule = rules.NOT_MODELLED
        title = f"{what} is not modelled"
        self.findings.append(Finding(rule, "error", title, moment or self.moment(), [], [], rule.help, rule.here, None))
        if self.breaking is not None:
            self.breaking("bugcheck", title)
        self.stopped = True
        raise NotModelled

    def bug_check(self, rule: rules.Rule, code: int, parameters: tuple[int, int, int, int]) -> None:
        """Stop with a code that the rule does not fix."""
        self.findings.append(
            Finding(rule, "error", rule.title, self.moment(), [], [], rule.help, rule.here, (code, *parameters))
        )
        self._stop(rule.title)
        raise BugCheck(code, parameters)

    def charge_leaks(self) -> None:
        """Report everything still held, in the order in which it was taken."""
        for held in self.held.values():
            rule = held.rule
            if rule.verifier > self.settings.verifier:
                continue
            severity = "note" if rule.id in self.settings.allow else "leak"
            self.findings.append(
                Finding(
                    rule,
                    severity,
                    rule.title,
                    held.moment,
                    [],
                    [*held.said, *_said_by_windows(rule, rule.stop)],
                    rule.help.format(**held.names),
                    rule.here,
                    None,
                )
            )
        self.held.clear()

    def irql_violation(self, row: Routine, low: bool, arguments: tuple[int | bytes, ...] = ()) -> None:
        """A routine was called at an IRQL at which it may not be."""
        rule = rules.IRQL_TOO_LOW if low else rules.IRQL_TOO_HIGH
        have = level_name(self.cpu.irql)
        title = f"{row.name} is called at {have}; it needs {row.irql.replace('<= ', 'at most ').replace('== ', '')}"
        facts = [("irql", f"{have}, allowed: {row.irql}")]
        stop = irql_stop(row)
        parameters = irql_parameters(self.cpu.irql, stop or rule.stop, arguments, row)
        self.violation(rule, parameters, facts, title=title, stop=stop)

    def _stop(self, why: str) -> None:
        raise NotImplementedError


def _said_by_windows(rule: rules.Rule, stop: tuple[int, int | None] | None) -> list[tuple[str, str]]:
    """The bug check of a rule that does not stop this machine, as a fact."""
    if stop is None:
        return []
    code, sub = stop
    shown = f"0x{code:X}" + (f"/0x{sub:X}" if sub is not None else "")
    return [("windows", f"bug check {shown}{' from Driver Verifier' if rule.verifier else ''}")]


def stop_parameters(stop: tuple[int, int | None], parameters: tuple[int, ...]) -> tuple[int, int, int, int, int]:
    """Code and four parameters of a bug check, the sub-code first if it has one."""
    code, sub = stop
    given = [value & WORD for value in (parameters if sub is None else (sub, *parameters))] + [0, 0, 0, 0]
    return code, given[0], given[1], given[2], given[3]
