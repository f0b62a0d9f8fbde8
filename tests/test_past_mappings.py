"""What a report says of an address whose mapping is gone."""

from __future__ import annotations

from dmascript.interp.options import Options
from dmascript.interp.report import Report
from dmascript.interp.script import load, run

IO_SPACE = """#include <wdm.h>
PHYSICAL_ADDRESS bar;
KIRQL before;
bar.QuadPart = 0xFEB00000;
PULONG registers = MmMapIoSpace(bar, 16, MmNonCached);
MmUnmapIoSpace(registers, 16);
{}
WRITE_REGISTER_ULONG(registers, 1);
"""
MDL = """#include <wdm.h>
PUCHAR buffer = ExAllocatePoolZero(NonPagedPoolNx, 4096, 'ffuB');
PMDL mdl = IoAllocateMdl(buffer, 4096, FALSE, FALSE, NULL);
MmProbeAndLockPages(mdl, KernelMode, IoModifyAccess);
PUCHAR second = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
MmUnlockPages(mdl);
second[0] = 1;
"""


def first_report(text: str) -> Report:
    loaded = load("past.dma", Options(), text)
    assert not loaded.diagnostics
    return run(loaded, Options(), lambda _: None).reports[0]


def test_registers_are_named_after_their_mapping_has_gone() -> None:
    """Below DISPATCH_LEVEL and at it: what was mapped there, and the line that gave it back."""
    for raise_irql, code in (("", 0x50), ("KeRaiseIrql(2, &before);", 0xD1)):
        report = first_report(IO_SPACE.format(raise_irql))
        assert report.rule == "mapping-used-after-unmap"
        assert report.stop is not None and report.stop.code == code
        assert ("was", "device memory, mapped by MmMapIoSpace") in report.facts
        assert (6, "unmapped here") in [(place.line, place.label.partition(",")[0]) for place in report.places]


def test_a_mapping_of_an_mdl_is_named_too() -> None:
    """MmUnlockPages takes the system address away."""
    report = first_report(MDL)
    assert report.rule == "mapping-used-after-unmap"
    assert ("was", "a mapping of an MDL") in report.facts
    assert (6, "unmapped here") in [(place.line, place.label.partition(",")[0]) for place in report.places]
