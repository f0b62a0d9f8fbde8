"""docs/bugchecks.md: every case of the bug checks that memory, MDL, kernel and DMA code can reach, with its script.

    python tests/bugcheck_table.py      writes the table anew

The scripts are found by what they promise, so the table is true as long as the zoo's tests pass. Cases without a
script have a reason here: a text, or the routines that would have to be modelled first.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dmascript.interp.script import load, run
from dmascript.promises import programs_of
from dmascript.runtime import routines
from dmascript.runtime.rules import RULES
from dmascript.runtime.wdk import bugchecks

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "bugchecks.md"
ZOO = ROOT / "tests" / "zoo"
CODES = (0xC4, 0x4E, 0x76, 0xCB, 0x12E, 0x40, 0xDA, 0xC2, 0xC1, 0x1A, 0xC7, 0x133, 0xC9, 0xE6, 0x1DC)

Reason = str | tuple[str, ...]

_POOL_SAYS = "the pool manager's own check comes first: "
_OTHER = "not about memory: the verifier's checks of {}"
_COMPLIANCE = "an older check finds the same call first, and has a sub-code of its own: see 0x1 to 0x80, 0x11A and 0xE5"
_INTERRUPTS = "a driver turns interrupts off with instructions of the processor, which scripts do not have"
_OLDER = "I/O verification finds the same mistake first: see 0xC9"
_BUS = "bus drivers of the script's own, which report devices, are not modelled"
_INTERNAL = "no mistake of a driver's alone leads there: it takes broken memory, or a fault in Windows"
_PTE_INTERNAL = "Windows' own allocator of page table entries: drivers reach it only through routines that check first"
_TRACKING = "special pool, which the verifier uses as well, finds the same write first: 0xC1/0x23 and 0x24, 0xCD, 0xD6"

REASONS: dict[int, dict[int, Reason]] = {
    0xC4: {
        0x10: _POOL_SAYS + "0xC2/0x41, 0x42, 0x46, 0x50 and 0x41286, 0xC1/0x21",
        0x13: _POOL_SAYS + "0xC2/0x7",
        0x14: _POOL_SAYS + "0xC2/0x7",
        0x35: "the kernel's own release routine; drivers end in 0x32",
        0x3F: _OTHER.format("objects and handles"),
        **dict.fromkeys((0x51, 0x52, 0x53, 0x54, 0x59), _TRACKING),
        0x60: "the first of three forms of the same leak; shown as 0x62",
        0x61: "the driver's threads allocate while it unloads; leaks are shown as 0x62",
        0x91: "x86 code that moves the stack pointer by itself",
        **dict.fromkeys((0xA0, 0xA1, 0xA2), _OTHER.format("disks")),
        0xB7: "the firmware writes to memory while the machine sleeps",
        **dict.fromkeys((0xC0, 0xC1, 0xC2, 0xC3), _INTERRUPTS),
        0xC6: "there is no fast I/O: it is for file systems",
        0xFB: "the same for completion routines; shown as 0xC5",
        0x135: "the end of the run comes first: see irp-never-completed",
        **dict.fromkeys((0xDA, 0xDB, 0xDC, 0xDD), _OTHER.format("WMI and ETW registrations")),
        **dict.fromkeys((0xDF, 0x130), "there is no session space: it is for display drivers"),
        **dict.fromkeys((0xE4, 0xE6), "Zw routines for files and keys, which are not modelled"),
        **dict.fromkeys((0xEA, 0xEB), "push locks are for file systems"),
        0xFC: _OTHER.format("the registry"),
        **dict.fromkeys((0x10A, 0x10B), "quota is not counted"),
        0x110: "extended processor state is not modelled",
        0x111: "the kernel's own check of a service routine comes first: 0xC8",
        0x115: _OTHER.format("shutdown"),
        **dict.fromkeys(range(0x13A, 0x140), "the verifier's own list of blocks, which lies where no driver writes"),
        **dict.fromkeys(
            (*range(0x1002, 0x1006), *range(0x1007, 0x100C)), _OTHER.format("the order in which locks are taken")
        ),
        **dict.fromkeys((0x1010, 0x1011), "not checked: whether the data of a request change while it is on its way"),
        **dict.fromkeys((0x1012, 0x1013), "the verifier's own data"),
        **dict.fromkeys((0x2003, 0x2004, 0x2005), "faults of an image file; a script has none"),
        **dict.fromkeys((*range(0x20002, 0x20012), 0x20015, 0x20016, *range(0x20019, 0x20025)), _COMPLIANCE),
        **dict.fromkeys(
            (0x40003, 0x40006, 0x40007, 0x40009, 0x4000A, 0x4000E),
            "an older check finds the same mistake first: 0x3E, 0x32, 0x36, 0x40 to 0x42, bug checks 0xF and 0x10",
        ),
        **dict.fromkeys((0x4100B, 0x4100F, 0x43006), _OLDER),
    },
    0x4E: dict.fromkeys((0x1, 0x2, 0x6, 0x8D, 0x8F), _INTERNAL),
    0xDA: {
        0x1: "two records of one mapping; the second mapping itself is 0xC4/0xB2, and its release 0xDA/0x6",
        0x10B: "a part of a range cannot be named: MmUnmapReservedMapping takes whole MDLs, see 0x109 and 0x10C",
        **dict.fromkeys((0x200, 0x201, *range(0x300, 0x307)), _PTE_INTERNAL),
    },
    0xC2: {
        0x0: "plain Windows grants a block of zero bytes; the verifier says 0xC4/0x0",
        **dict.fromkeys((0x1, 0x2, 0x4, 0x99), "a damaged header is shown as bug check 0x19"),
        0x6: "another form of 0x7",
        **dict.fromkeys((0xB, 0xC, 0xD), "quota is not counted"),
        0x43: "another form of 0x42",
        **dict.fromkeys((0x44, 0x47), "another form of 0x41"),
        0x48: "another form of 0x50",
    },
    0xC1: {
        0x20: "the address of a block that is gone is 0xC2/0x7",
        0x22: "another form of 0x21",
        0x30: "the verifier's check of the call comes first: 0xC4/0x1 and 0x2",
        0x31: "the verifier's check of the call comes first: 0xC4/0x11 and 0x12",
        0x32: _INTERNAL,
    },
    0xE6: {
        **dict.fromkeys((0x1, 0x2), "the verifier measures the HAL with it, not a driver; the simulated counter is steady"),
        0x14: "an older form of 0x13",
        0x22: "the verifier copies by system addresses and may find none; here data is copied by frame",
    },
    0x1A: {0x1000: "Windows 2000 and before"},
    0xC9: {
        0x9: "the same for IoBuildDeviceIoControlRequest; shown as 0x8",
        0xF: "only the I/O manager itself sends IRP_MJ_CREATE for a file object",
        0x11: "there is no fast I/O: it is for file systems",
        0x12: "another form of 0x5",
        0x200: "what the verifier has no name for",
        0x208: "the end of the stack is found by Windows itself: 0x35",
        **dict.fromkeys((0x20A, 0x20C), "other forms of 0x20B and 0x2"),
        **dict.fromkeys((0x213, 0x214, 0x23B), "the verifier sends requests that nobody knows to find these"),
        **dict.fromkeys((0x217, 0x218, 0x22A, 0x22B, 0x22C, 0x248, 0x249, 0x24B), _BUS),
        **dict.fromkeys((0x222, 0x223), "filters below a function driver that outlive it are not modelled"),
        0x227: "the code of a script is never paged out",
        **dict.fromkeys((0x230, 0x232), "other forms of 0x231"),
        0x238: "another form of 0x20D",
        0x23C: "another form of 0x7",
        0x23F: "the same for DO_POWER_PAGABLE; shown as 0x244",
        0x247: "the same for requests that the system sends only to stop devices; shown as 0x306",
        0x24A: "a wrong IRQL is found as it is for every routine: 0xC4/0xE5",
        0x300: "another form of 0x21B",
        0x301: "another form of 0x10",
    },
    0xC7: {0x2: "the code of a driver is not in memory that can be freed"},
}


@cache
def scripts() -> dict[tuple[int, int | None], list[str]]:
    """The scripts that show each case: by the bug check that they promise, or for a rule that does not stop the machine
    by what Windows would show."""
    found: dict[tuple[int, int | None], list[str]] = {}
    for path in sorted(ZOO.glob("*.dma")):
        if path.stem.endswith("-fixed"):
            continue
        rule = RULES.get(path.stem)
        stops = {(code, sub) for program in programs_of(path.read_text("utf-8")) for _, code, sub in program.bugchecks}
        if rule is not None and rule.severity in ("error", "leak", "note"):
            stops.update(stop for stop in (rule.stop, *rule.also) if stop is not None)
        for stop in stops:
            found.setdefault(stop, []).append(path.stem)
    return found


@cache
def violations(name: str, code: int, sub: int) -> frozenset[int]:
    """What the second parameter tells apart: its values in the stops of a script's programs with this sub-code."""
    path = ZOO / f"{name}.dma"
    found = set()
    for program in programs_of(path.read_text("utf-8")):
        if (code, sub) not in {(known, case) for _, known, case in program.bugchecks}:
            continue
        options = program.options()
        outcome = run(load(str(path), options, program.text), options, lambda text: None)
        found.update(report.stop.parameters[1] for report in outcome.reports if report.stop is not None)
    return frozenset(found)


def scripts_of(code: int, case: bugchecks.SubCode) -> list[str]:
    """The scripts that show one case."""
    names = scripts().get((code, case.code), [])
    if case.violation is None:
        return names
    return [name for name in names if case.violation in violations(name, code, case.code)]


def reason_text(reason: Reason) -> str:
    if isinstance(reason, str):
        return reason
    return f"needs {' and '.join(f'`{name}`' for name in reason)}, not modelled yet"


def now_modelled() -> list[str]:
    """Routines for which cases wait, and which are there by now: these cases want a script."""
    reasons = [reason for table in REASONS.values() for reason in table.values() if not isinstance(reason, str)]
    rows = [(name, routines.find(name)) for name in sorted({name for reason in reasons for name in reason})]
    return [name for name, row in rows if row is None or row.body is not None]


def missing() -> list[tuple[int, int]]:
    """Cases with neither a script nor a reason."""
    return [
        (code, case.code)
        for code in CODES
        for case in bugchecks.cases(code)
        if not scripts_of(code, case) and case.code not in REASONS.get(code, {})
    ]


def superfluous() -> list[tuple[int, int]]:
    """Cases with a script and a reason why there is none."""
    shown = scripts()
    return [(code, sub) for code, reasons in REASONS.items() for sub in reasons if (code, sub) in shown]


def page() -> str:
    """The whole page."""
    shown = scripts()
    lines = [
        "# Bug checks of memory, MDLs, kernel objects and DMA",
        "",
        "What each case takes, and the script in `tests/zoo` that shows it (its twin, `-fixed`, does it right), or why",
        "there is none. `dmascript explain 0xC4/0x7C` tells more. Made by `python tests/bugcheck_table.py`.",
    ]
    for code in CODES:
        row = bugchecks.describe(code)
        assert row is not None
        lines += ["", f"## 0x{code:X} {row.name}", "", row.meaning]
        cases = bugchecks.cases(code)
        if (code, None) in shown:
            lines += ["", f"Shown by {links(shown[code, None])}."]
        if cases:
            lines += ["", "| sub-code | what happened | script, or why not |", "| --- | --- | --- |"]
        for case in cases:
            names = scripts_of(code, case)
            last = links(names) if names else reason_text(REASONS.get(code, {}).get(case.code, ""))
            violation = "" if case.violation is None else f", {case.violation}"
            lines.append(f"| 0x{case.code:X}{violation} | {case.cause.rstrip('.')} | {last} |")
    return "\n".join(lines) + "\n"


def links(names: list[str]) -> str:
    return ", ".join(f"[{name}](../tests/zoo/{name}.dma)" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
