"""The commands for the machine and the session: .profile .set .seed .reset .restart .load .fault .schedule .help …"""

from __future__ import annotations

import os

from ...interp.machine_settings import LIMITS, PROFILES, WORDS, SettingError, checked
from ...run_options import Refusal, closest, failure, rule_id, whole_number
from ...runtime import routines
from ...runtime.profiles import PROFILES as IN_WORDS
from ..command import GROUPS, Command, Refused, all_commands, command
from ..reading import columns
from ..shell import Leave, Shell

GROUP = "machine"


# -- the machine


@command(".profile", ".profile [NAME]", "Show the kinds of machine, or go on with another: everything is done again.",
         group=GROUP, completes="profile")  # fmt: skip
def profile(shell: Shell, rest: str) -> None:
    present = shell.live.nt.settings.profile
    if not rest:
        rows = [("*" if name == present else " ", name, words[0]) for name, words in IN_WORDS.items()]
        shell.say("\n".join(columns(rows, indent=0)))
        return
    if rest not in PROFILES:
        raise Refused(f"there is no profile {rest!r}{closest(rest, PROFILES) or ': one of ' + ', '.join(PROFILES)}")
    before = shell.live.options.profile
    shell.live.options.profile = rest
    _renew(shell, f"the machine is {rest}: {IN_WORDS[rest][1]}", lambda: setattr(shell.live.options, "profile", before))


@command(".set", ".set [NAME=VALUE]", "Show the settings of the machine, or change one: everything is done again.",
         group=GROUP, completes="setting")  # fmt: skip
def set_(shell: Shell, rest: str) -> None:
    if not rest:
        shell.say("\n".join(columns(_settings(shell), indent=0)))
        return
    name, _, value = rest.partition("=") if "=" in rest else rest.partition(" ")
    name, value = name.strip(), value.strip()
    if not value:
        raise Refused(f"{name} needs a value: {_values_of(name)}")
    try:
        checked(name, value)
    except SettingError as error:
        raise Refused(f"{error}{'' if name in WORDS or name in LIMITS else closest(name, (*WORDS, *LIMITS))}") from None
    options = shell.live.options
    fields = {"profile": options.profile, "seed": options.seed, "verifier": options.verifier,
              "granularity": options.granularity, "settings": dict(options.settings)}  # fmt: skip
    options.settings = {**options.settings, name: value}
    if name == "profile":  # the command line's own words for these would hide the setting
        options.profile = None
    elif name == "seed":
        options.seed = None
    elif name == "verifier":
        options.verifier = "standard"
    elif name == "granularity":
        options.granularity = "call"

    def back() -> None:
        for field, before in fields.items():
            setattr(options, field, before)

    _renew(shell, f"{name} is {value}", back)


def _values_of(name: str) -> str:
    """What a setting can be."""
    if name in WORDS:
        return ", ".join(WORDS[name])
    if name in LIMITS:
        low, high = LIMITS[name]
        return f"{low} to {high}"
    raise Refused(f"there is no setting {name!r}{closest(name, (*WORDS, *LIMITS))}")


def _settings(shell: Shell) -> list[tuple[str, str]]:
    settings = shell.live.nt.settings
    pages = (
        ("memory", settings.memory_pages), ("nonpaged_pool", settings.nonpaged_pages),
        ("paged_pool", settings.paged_pages),
    )  # fmt: skip
    seed = shell.live.nt.chooser.seed
    rows = [("profile", settings.profile), ("generation", settings.generation)]
    rows += [(name, _bytes(count)) for name, count in pages if count is not None]
    rows += [(name, str(getattr(settings, name))) for name in ("processors", "map_registers", "system_ptes")]
    rows += [("fragmentation", settings.fragmentation), ("verifier", tuple(WORDS["verifier"])[settings.verifier])]
    rows += [("granularity", settings.granularity), ("seed", "none: plain answers" if seed is None else str(seed))]
    return rows + [("allow", ", ".join(sorted(settings.allow)))] if settings.allow else rows


def _bytes(pages: int) -> str:
    size = pages << 12
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if size >= 1 << power and not size % (1 << power):
            return f"{size >> power} {unit}"
    return f"{size} bytes"


@command(".seed", ".seed [N | off]", "Answer open choices from a seed, or plainly again: everything is done again.",
         group=GROUP)  # fmt: skip
def seed(shell: Shell, rest: str) -> None:
    options = shell.live.options
    if not rest:
        present = shell.live.nt.chooser.seed
        shell.say("no seed: each choice has its plain answer" if present is None else f"the seed is {present}")
        return
    before, settings = options.seed, options.settings
    try:
        options.seed = None if rest in ("off", "none") else whole_number(rest)
    except Refusal as refusal:
        raise Refused(str(refusal)) from None
    options.settings = {name: value for name, value in settings.items() if name != "seed"}

    def back() -> None:
        options.seed, options.settings = before, settings

    _renew(shell, f"the seed is {rest}" if options.seed is not None else "no seed", back)


@command(".allow", ".allow [RULE]", "Turn a rule into a note: everything is done again. Without a rule, show them.",
         group=GROUP, completes="rule")  # fmt: skip
def allow(shell: Shell, rest: str) -> None:
    options = shell.live.options
    if not rest:
        shell.say("\n".join(options.allow) or "no rule is allowed to be broken")
        return
    try:
        rule = rule_id(rest)
    except Refusal as refusal:
        raise Refused(str(refusal)) from None
    before = options.allow
    options.allow = (*(one for one in before if one != rule), rule)
    _renew(shell, f"{rule} is only a note now", lambda: setattr(options, "allow", before))


def _renew(shell: Shell, what: str, back: object) -> None:
    """Everything again on a machine with other settings; what it found there that it had not found before is said."""
    live = shell.live
    known = {(finding.rule.id, finding.title) for finding in live.nt.findings}
    live.silent = True
    try:
        live.rerun()
    except SettingError as error:
        assert callable(back)
        back()
        live.rerun()
        raise Refused(str(error)) from None
    finally:
        live.silent = False
    done = len(live.journal)
    shell.say(what + (f" ({done} {'entry' if done == 1 else 'entries'} done again)" if done else ""))
    from ..telling import tell_finding

    for finding in live.nt.findings:
        if (finding.rule.id, finding.title) not in known:
            tell_finding(shell, finding)


@command(".restart", ".restart", "A fresh machine, on which everything is done again.", group=GROUP)
def restart(shell: Shell, rest: str) -> None:
    _renew(shell, "a fresh machine", lambda: None)


@command(".reset", ".reset", "A fresh machine, and nothing that was entered.", group=GROUP)
def reset(shell: Shell, rest: str) -> None:
    shell.renew()
    shell.say("a fresh machine, with nothing on it")


# -- files


@command(".load", ".load FILE", "Run a script on this machine, and leave standing what it has set up.", group=GROUP,
         completes="file")  # fmt: skip
def load(shell: Shell, rest: str) -> None:
    shell.load(_file(rest, ".load"))


@command(".open", ".open FILE", "A fresh machine, on which a script is run: one that .save has written, or any other.",
         group=GROUP, completes="file")  # fmt: skip
def open_(shell: Shell, rest: str) -> None:
    path = _file(rest, ".open")
    if not os.path.isfile(path):
        raise Refused(f"cannot open {path}: there is no such file")
    shell.renew()
    shell.load(path)


@command(".save", ".save FILE", "Write the session as a script with its expectations.", group=GROUP, completes="file")
def save(shell: Shell, rest: str) -> None:
    from ..saving import saved

    path = _file(rest, ".save")
    text, remarks = saved(shell.live, path)
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror or error}") from None
    shell.say("\n".join([f"saved to {path}", *remarks]))


@command(".log", ".log [FILE | off]", "Write all that is shown to a file too, from here on.", group=GROUP,
         completes="file", names=(".logopen", ".logclose"))  # fmt: skip
def log(shell: Shell, rest: str) -> None:
    before = shell.log_name
    if shell.spelled == ".logclose" or rest == "off":
        shell.close_log()
        shell.say(f"{before} is closed" if before else "there was no log")
    elif not rest:
        shell.say(f"writing to {before}" if before else "no log; .log FILE begins one")
    else:
        path = _file(rest, ".log")
        try:
            shell.open_log(path)
        except OSError as error:
            raise Refused(f"cannot write {path}: {error.strerror or error}") from None
        shell.say(f"writing to {path}")


def _file(rest: str, name: str) -> str:
    path = rest.strip().strip('"')
    if not path:
        raise Refused(f"{name} needs the name of a file")
    if "\0" in path:
        raise Refused("that is no name of a file")
    return os.path.expanduser(path)


# -- chance


@command(".fault", ".fault NTH ROUTINE", "Let the NTH call of a routine from here on fail: 1 is the next one.",
         group=GROUP, completes="routine")  # fmt: skip
def fault(shell: Shell, rest: str) -> None:
    words = rest.split()
    if len(words) == 1 and not words[0].isdigit():
        words = ["1", words[0]]
    if len(words) != 2:
        planned = sorted(shell.live.nt.chooser.failures)
        done = shell.live.nt.chooser.asked
        left = [f"{name.removeprefix('fail:')}, call {nth}" for name, nth in planned if nth > done.get(name, 0)]
        if words:
            raise Refused("it takes a number and a routine: .fault 2 IoAllocateMdl")
        shell.say("\n".join(left) or "no call is to fail")
        return
    try:
        nth = whole_number(words[0])
        name, _ = failure(words[1])
    except Refusal as refusal:
        raise Refused(str(refusal)) from None
    row = routines.find(name) or routines.find_member(name)
    if nth < 1:
        raise Refused("the next call is number 1")
    if row is not None and row.body is None:
        raise Refused(f"{name} is not modelled")
    key = f"fail:{name}"
    at = shell.live.nt.chooser.asked.get(key, 0) + nth

    def plan() -> None:
        shell.live.nt.chooser.failures |= {(key, at)}

    shell.live.do(f"--fail {name}:{at}", plan)
    shell.say(f"{'the next call' if nth == 1 else f'call {nth} from here on'} of {name} will fail")


@command(".schedule", ".schedule [on | off]", "Choose by hand what happens next, wherever a machine has a choice.",
         group=GROUP, completes="on|off")  # fmt: skip
def schedule(shell: Shell, rest: str) -> None:
    chooser = shell.live.nt.chooser
    on = bool(getattr(chooser, "on", False))
    if not rest:
        shell.say("choices are made by hand" if on else "choices are made by the plain rules, or by the seed")
        return
    if rest not in ("on", "off"):
        raise Refused("say on or off")
    wanted = rest == "on"

    def switch() -> None:
        shell.live.nt.chooser.on = wanted  # type: ignore[attr-defined]

    shell.live.do(f".schedule {rest}", switch)
    shell.say("from here on you are asked" if wanted else "from here on nobody is asked")


# -- help


@command(".help", ".help [COMMAND]", "Show all commands, or what one does.", group=GROUP, completes="command",
         names=(".hh",))  # fmt: skip
def help_(shell: Shell, rest: str) -> None:
    known = all_commands()
    if rest:
        row = known.get(rest) or known.get("." + rest) or known.get("!" + rest)
        if row is None:
            from ...explain import explain

            found = explain(rest)
            if not found:
                raise Refused(f"there is no command {rest}{closest(rest, known)}")
            shell.say(found)
            return
        shell.say(f"{row.usage}\n    {row.help}")
        others = [name for name in row.names if name != row.usage.split()[0]]
        if others:
            shell.say(f"    also: {', '.join(others)}")
        return
    shell.say("\n".join(help_lines(shell.width)))


def help_lines(width: int) -> list[str]:
    """All commands by group, one to a line."""
    rows: dict[int, Command] = {id(row): row for row in all_commands().values()}
    lines = ["A line is C: a statement, declaration, function or block; without `;` an expression shows its value.",
             "Or it is a command:"]  # fmt: skip
    for group, title in GROUPS.items():
        members = sorted((row for row in rows.values() if row.group == group), key=lambda row: row.usage.lstrip(".!"))
        if not members:
            continue
        lines += ["", title]
        for row in members:
            usage = row.usage if len(row.usage) <= 26 else row.usage.split()[0] + " …"
            room = max(width - 30, 20)
            first = row.help if len(row.help) <= room else row.help.split(": ")[0].split("; ")[0]
            lines.append(f"  {usage:<26}  {first if len(first) <= room else first[: room - 1] + '…'}")
    lines += ["", "  ?NAME                       What a routine, a rule or a bug check means.",
              "  .help COMMAND               The whole of what a command takes."]  # fmt: skip
    return lines


@command("?NAME", "?NAME", "Explain a routine, a rule, a type or a bug check.", group="language", completes="routine")
def explain_(shell: Shell, rest: str) -> None:
    from ...explain import explain

    words = rest.split()
    found = explain(words[0], words[1:]) if words else ""
    if not found and words and shell.live.growing.type_named(words[0]) is not None:
        all_commands()["dt"].body(shell, words[0])
        return
    if not found:
        known = [*routines.names(), *_rules()]
        raise Refused(f"nothing is known by the name {rest!r}{closest(words[0], known) if words else ''}")
    shell.say(found)


def _rules() -> list[str]:
    from ...explain import RULES

    return list(RULES)


@command(".quit", ".quit", "Leave.", group=GROUP, names=("q", "qq", ".q"))
def quit_(shell: Shell, rest: str) -> None:
    raise Leave
