"""What a session shows of the machine, read off the screen of a terminal of 80 columns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pexpect", reason="needs pexpect")
pytest.importorskip("pyte", reason="needs pyte")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no pseudo-terminal")

from typed_session import TypedSession  # noqa: E402

EXAMPLE = Path(__file__).parent.parent / "examples" / "sg_read.dma"
ENTRIES = (
    "PUCHAR p = ExAllocatePoolWithTag(PagedPool, 20000, 'Test');",
    "PMDL mdl = IoAllocateMdl(p, 10000, FALSE, FALSE, NULL);",
    "MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);",
    "PIRP irp = IoAllocateIrp(2, FALSE); WCHAR wide[] = L\"wide\"; CHAR narrow[] = \"narrow\";",
    "LARGE_INTEGER t; t.QuadPart = -30; KeDelayExecutionThread(KernelMode, FALSE, &t);",
)
COMMANDS = {
    "mdl": "MDL of 3 pages, locked", "p": "paged pool 'tseT', 20000 bytes", "dt nt!_MDL": "+0x018 MappedSystemVa",
    "dt mdl MdlFlags": "MDL_PAGES_LOCKED |", "eb p 41 42": "", "db p L2": "  41 42                    AB",
    "dw p L1": "  4241", "dd p L1": "4241\n", "dq p L1": "`", "dc p L1": "AB", "dps &p L1": "paged pool 'tseT'",
    "da narrow": '"narrow"', "du wide": '"wide"', "ew p 1": "", "ed p 1": "", "eq p 1": "",
    "dp p L1": "00000000`00000001", "x nt!MmUnlockPages": "nt!MmUnlockPages",
    "ln MmUnlockPages": "VOID MmUnlockPages(", "? 0n10": "00000000`0000000a",
    "?? mdl->ByteCount": "ULONG 10000 (0x2710)", "!mdl mdl": "->", "!lockedpages": "locked in all",
    "!irp irp": "Completion-Context", "!irp": "not sent yet", "!devobj SgSample": "FILE_DEVICE_UNKNOWN",
    "!drvobj SgSample": "IRP_MJ_READ", "!devstack SgSample": "Hardware Card: started", "!map p": "physical",
    "!vtop p": "translates to physical address", "!pte p": "PTE  pfn", "!pfn 1234": "state", "!pool p": "(Allocated)",
    "!process 0 0": "script (current)", "!thread": "RUNNING on processor 0", "!running": "PASSIVE_LEVEL",
    "!irql": "(PASSIVE_LEVEL)", "!locks": "No lock is held.", "!object \\": "SymbolicLink", ".process app": "(app)",
    "!handle": "  File  ", "!timer": "Machine time is", "!dpcs": "No DPC is queued.", "!idt": "SgSampleInterrupt",
    "!pci Card": "BAR 0", "!dma": "Profile direct", "!dma Card": "Mapping of 9984 bytes",
    "!verifier": "pages-left-locked", "!analyze": "no bug check has occurred",
    "!dq 1000000 L1": "00000000`01000000  00000000`00000000",
    "!error c0000005": "STATUS_ACCESS_VIOLATION",
}  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TypedSession]:
    with TypedSession(tmp_path_factory.mktemp("session"), "repl", str(EXAMPLE)) as opened:
        opened.prompt()
        for line in ENTRIES:
            opened.enter(line)
        yield opened


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_answered_on_the_screen(session: TypedSession, line: str) -> None:
    shown = session.enter(line)
    assert COMMANDS[line] in shown and not shown.startswith("error")


def test_a_crash_is_looked_into(tmp_path: Path) -> None:
    with TypedSession(tmp_path, "repl") as session:
        session.prompt()
        for line in ENTRIES[:3]:
            session.enter(line)
        session.enter(ENTRIES[2], "0: kd>")
        assert "DRIVER_VERIFIER_DETECTED_VIOLATION" in session.enter("!analyze -v", "0: kd>")
        assert "Locked     at entry 3:1" in session.enter("!mdl mdl", "0: kd>")
