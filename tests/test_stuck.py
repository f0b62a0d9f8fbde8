"""What a report says of requests and threads that go on no more: what holds them up."""

from __future__ import annotations

from dmascript.interp.options import Options
from dmascript.interp.report import Report
from dmascript.interp.script import load, run

QUEUE = r"""#include <wdm.h>
driver Stuck {
    on IRP_MJ_READ (PDEVICE_OBJECT DeviceObject, PIRP Irp) {
        IoMarkIrpPending(Irp);
        IoStartPacket(DeviceObject, Irp, NULL, NULL);
        return STATUS_PENDING;
    }
    on STARTIO (PDEVICE_OBJECT DeviceObject, PIRP Irp) {
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
}
process app {
    HANDLE file = CreateFile(L"\\\\.\\Stuck", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHAR byte;
    DWORD got;
    ReadFile(file, &byte, 1, &got, NULL);
    ReadFile(file, &byte, 1, &got, NULL);
}
"""
REMOVE_LOCK = r"""#include <wdm.h>
IO_REMOVE_LOCK lock;
IoInitializeRemoveLock(&lock, 'kcoL', 0, 0);
IoAcquireRemoveLock(&lock, (PVOID)1);
IoAcquireRemoveLock(&lock, (PVOID)2);
IoReleaseRemoveLockAndWait(&lock, (PVOID)1);
"""
MUTEX = r"""#include <wdm.h>
KMUTEX mutex;
KEVENT never;
HANDLE thread;
static VOID Hold(PVOID Context)
{
    KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&never, Executive, KernelMode, FALSE, NULL);
}
LARGE_INTEGER moment = { .QuadPart = -100 };
KeInitializeMutex(&mutex, 0);
KeInitializeEvent(&never, NotificationEvent, FALSE);
PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Hold, NULL);
KeDelayExecutionThread(KernelMode, FALSE, &moment);
KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL);
"""


def reports_of(text: str) -> list[Report]:
    loaded = load("stuck.dma", Options(), text)
    assert not loaded.diagnostics, [one.message for one in loaded.diagnostics]
    return run(loaded, Options(), lambda _: None).reports


def marked(report: Report) -> list[tuple[int, str]]:
    return [(place.line, place.label.partition(",")[0]) for place in report.places]


def test_a_device_queue_stands_still() -> None:
    """The request before is over, and IoStartNextPacket was left out."""
    report = next(one for one in reports_of(QUEUE) if one.rule == "irp-never-completed")
    assert dict(report.facts)["device queue"].startswith("busy with a request that is over")
    assert "IoStartNextPacket" in report.help


def test_who_holds_the_remove_lock_is_marked() -> None:
    """The line that acquired it under the tag that was not released."""
    report = next(one for one in reports_of(REMOVE_LOCK) if one.rule == "waits-for-ever")
    assert marked(report) == [(6, "waits here"), (5, "acquired here")]


def test_who_owns_the_mutex_is_marked() -> None:
    """The line where its owner acquired it."""
    reports = [one for one in reports_of(MUTEX) if one.rule == "waits-for-ever"]
    assert any((7, "acquired here by system thread 1") in marked(report) for report in reports)
