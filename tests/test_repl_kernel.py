"""What a session shows of requests, devices, drivers, processes, threads, interrupts and adapters."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompt import Prompt

EXAMPLES = Path(__file__).parent.parent / "examples"
WAIT = "LARGE_INTEGER t; t.QuadPart = -30; KeDelayExecutionThread(KernelMode, FALSE, &t);"


def under_way(example: str = "sg_read", **options: object) -> Prompt:
    """An example that stands in the midst of its first transfer."""
    prompt = Prompt(80, **options)
    prompt(f".load {EXAMPLES / f'{example}.dma'}")
    prompt(WAIT)
    return prompt


@pytest.fixture(scope="module")
def transfer() -> Prompt:
    return under_way()


def the_irp(prompt: Prompt) -> str:
    return prompt("!irp").splitlines()[1].split()[0]


# ---- requests


def test_irps_are_listed_with_who_made_them(transfer: Prompt) -> None:
    head, line = transfer("!irp").splitlines()
    assert head.split() == ["Irp", "Request", "Stacks", "Status", "Made"]
    assert "IRP_MJ_READ  2 of 2  on its way  sg_read.dma:" in line


def test_an_irp_is_shown_with_its_stack_locations(transfer: Prompt) -> None:
    shown = transfer(f"!irp {the_irp(transfer)}")
    assert "is active with 2 stacks, 2 is current (= 0xffff" in shown.splitlines()[0]
    assert "  Mdl           0xffff" in shown and "MDL of 3 pages, locked" in shown
    assert ">[IRP_MJ_READ(3), N/A(0)]\n" in shown and " [N/A(0), N/A(0)]\n" in shown
    assert "\\Device\\SgSample of SgSample, pending\n" in shown and "Length 9984 (0x2700), ByteOffset 0" in shown
    assert "SgSampleDispatch  returned 0x00000103 (STATUS_PENDING)" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_an_irp_of_a_drivers_own_is_shown_before_it_is_sent() -> None:
    prompt = Prompt(80)
    assert prompt("!irp") == "There is no IRP now.\n"
    prompt("PIRP irp = IoAllocateIrp(2, FALSE);")
    assert "none is current: it was not sent yet" in prompt("!irp irp")
    assert "not sent yet  none of 2" in prompt("!irp")
    prompt("IoFreeIrp(irp);")
    assert "is no IRP:" in prompt("!irp irp")


def test_control_codes_are_told(transfer: Prompt) -> None:
    prompt = Prompt(80)
    prompt("PIRP irp = IoAllocateIrp(1, FALSE); PIO_STACK_LOCATION stack = IoGetNextIrpStackLocation(irp);")
    prompt("stack->MajorFunction = IRP_MJ_DEVICE_CONTROL; stack->Parameters.DeviceIoControl.IoControlCode = 0x222007;")
    prompt("stack->Parameters.DeviceIoControl.InputBufferLength = 16;")
    shown = prompt("!irp irp")
    assert "code 0x00222007 METHOD_NEITHER, input 16 (0x10), output 0" in shown


def test_completion_routines_are_named() -> None:
    prompt = Prompt(80)
    prompt("NTSTATUS Done(PDEVICE_OBJECT d, PIRP i, PVOID c) { return STATUS_SUCCESS; }")
    prompt("PIRP irp = IoAllocateIrp(1, FALSE); IoSetCompletionRoutine(irp, Done, NULL, TRUE, FALSE, TRUE);")
    assert "         Done, Success Cancel\n" in prompt("!irp irp")


# ---- devices and drivers


def test_a_device_object_is_shown(transfer: Prompt) -> None:
    shown = transfer("!devobj SgSample")
    assert shown.splitlines()[1].startswith(" \\Device\\SgSample \\Driver\\SgSample DriverObject 0xffff")
    assert "0x00000022 FILE_DEVICE_UNKNOWN" in shown and "DO_DIRECT_IO" in shown
    assert " AttachedTo       (Lower) 0xffff" in shown and "Device queue is busy." in shown
    assert "Current Irp      0xffff" in shown


@pytest.mark.parametrize("name", ["\\Device\\SgSample", "sgsample", "\\??\\SgSample"])
def test_a_device_is_found_by_its_names(transfer: Prompt, name: str) -> None:
    assert "\\Driver\\SgSample" in transfer(f"!devobj {name}")


def test_a_stack_of_devices_is_shown(transfer: Prompt) -> None:
    shown = transfer("!devstack SgSample").splitlines()
    assert shown[0].split() == ["!DevObj", "!DrvObj", "!DevExt", "ObjectName"]
    assert shown[1].startswith("> ffff") and "\\Driver\\SgSample" in shown[1] and "\\Driver\\pci" in shown[2]
    assert shown[3] == "Hardware Card: started"


def test_a_driver_is_shown_with_its_routines(transfer: Prompt) -> None:
    shown = transfer("!drvobj SgSample")
    assert " \\Driver\\SgSample, loaded\n" in shown and "DriverStartIo:  fffff804`" in shown
    assert "[03] IRP_MJ_READ " in shown and "SgSampleDispatch\n" in shown
    assert "the other 21: nt!IopInvalidDeviceRequest" in shown
    assert "\\Driver\\pci" in transfer("!drvobj")


def test_a_file_object_is_shown(transfer: Prompt) -> None:
    where = next(iter(transfer.shell.live.nt.io.files.known))
    shown = transfer(f"!fileobj {where:x}")
    assert "\\Device\\SgSample of SgSample" in shown and "FO_SYNCHRONOUS_IO" in shown and "Handles      1" in shown


def test_what_is_no_such_object_is_named(transfer: Prompt) -> None:
    assert "is no device object: NULL" in transfer("!devobj 0")
    assert "is no driver object: NULL" in transfer("!drvobj 0")
    assert "is no file object: NULL" in transfer("!fileobj 0")
    assert "nothing has the name" in transfer("!devobj \\Device\\Nobody")
    assert "there is no device object" in Prompt()("!devobj Card")


# ---- who runs


def test_processes_are_listed(transfer: Prompt) -> None:
    shown = transfer("!process 0 0")
    assert "Cid 0004  System\n" in shown and "  script (current)\n" in shown
    assert "  app\n    1 thread, 1 handle, 3 pages locked\n" in shown


def test_a_process_is_shown_with_its_threads(transfer: Prompt) -> None:
    shown = transfer("!process app")
    assert "    User space  " in shown and "THREAD ffffb700`" in shown and "WAITING" in shown
    assert "Waits for  IRP_MJ_READ on \\Device\\SgSample, since" in shown and "IRP List:" in shown


def test_the_current_thread_is_shown(transfer: Prompt) -> None:
    shown = transfer("!thread")
    assert "RUNNING on processor 0" in shown and "Irql      PASSIVE_LEVEL" in shown
    assert "WAITING" in transfer("!thread app")


def test_processors_and_irql() -> None:
    prompt = Prompt(80)
    assert prompt("!irql") == "Debugger saved IRQL for processor 0x0 -- 0 (PASSIVE_LEVEL)\n"
    prompt("KIRQL old; KeRaiseIrql(DISPATCH_LEVEL, &old);")
    assert "-- 2 (DISPATCH_LEVEL)\n  raised at entry 1:1" in prompt("!irql")
    assert prompt("!running").splitlines()[1].split()[:3] == ["*", "0", "DISPATCH_LEVEL"]
    assert "this machine has 2" in prompt("!irql 7")


def test_timers_and_dpcs_are_listed() -> None:
    prompt = Prompt(80)
    assert "No timer is set." in prompt("!timer") and prompt("!dpcs") == "No DPC is queued.\n"
    prompt("KTIMER timer; KDPC dpc; VOID Later(PKDPC d, PVOID c, PVOID a, PVOID b) { }")
    prompt("KeInitializeTimer(&timer); KeInitializeDpc(&dpc, Later, NULL);")
    prompt("LARGE_INTEGER due; due.QuadPart = -10000; KeSetTimerEx(&timer, due, 5, &dpc);")
    assert "in 1000.000 us  every 5 ms  Later  entry 3:1" in prompt("!timer")
    prompt("KIRQL old; KeRaiseIrql(DISPATCH_LEVEL, &old); KeInsertQueueDpc(&dpc, NULL, NULL);")
    assert "  Later     entry 4:1" in prompt("!dpcs")


def test_locks_are_listed() -> None:
    prompt = Prompt(80)
    assert prompt("!locks") == "No lock is held.\n"
    prompt("KSPIN_LOCK lock; KeInitializeSpinLock(&lock); KIRQL old; KeAcquireSpinLock(&lock, &old);")
    assert " lock  processor 0  entry 1:1" in prompt("!locks")
    prompt("KeReleaseSpinLock(&lock, old);")
    prompt("ERESOURCE *r = ExAllocatePoolWithTag(NonPagedPool, 104, 'Rsrc'); ExInitializeResourceLite(r);")
    prompt("KeEnterCriticalRegion(); ExAcquireResourceExclusiveLite(r, TRUE);")
    assert "resource" in prompt("!locks") and "(exclusive)" in prompt("!locks")


def test_objects_and_handles(transfer: Prompt) -> None:
    assert "\\DosDevices\\SgSample   SymbolicLink  \\Device\\SgSample" in transfer("!object \\")
    assert "\\Device\\SgSample       Device  0xffff" in transfer("!object \\Device")
    assert "  Type   Device\n" in transfer("!object \\Device\\SgSample")
    assert "nothing has the name" in transfer("!object \\Nowhere")
    assert "no object of the object manager" in transfer("!object 5")
    prompt = Prompt(80)
    assert prompt("!handle") == "No handle is open.\n"
    prompt("HANDLE event; OBJECT_ATTRIBUTES a; InitializeObjectAttributes(&a, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);")
    prompt("ZwCreateEvent(&event, EVENT_ALL_ACCESS, &a, NotificationEvent, FALSE);")
    assert "0004    System  Event  " in prompt("!handle")
    assert "is no handle of" in prompt("!handle 1234")


# ---- hardware


def test_vectors_and_devices_are_listed(transfer: Prompt) -> None:
    assert "level  Card" in transfer("!idt") and "SgSampleInterrupt (KINTERRUPT 0xffff" in transfer("!idt")
    assert "pci  Card    1234:0001" in transfer("!pci")
    shown = transfer("!pci Card")
    assert "+0x14 Command, 4 bytes" in shown and "DMA        32 address bits" in shown and "bus master" in shown
    assert "there is no device Disk: only Card" in transfer("!pci Disk")


@pytest.mark.parametrize(
    ("profile", "said"),
    [("direct", "devices reach all of memory"), ("bounce", "Map registers: 61 of 64 free"),
     ("iommu", "through an IOMMU"), ("noncoherent", "Caches: ")],
)  # fmt: skip
def test_adapters_are_listed(profile: str, said: str) -> None:
    prompt = under_way(profile=profile)
    assert said in prompt("!dma") and "  Card    s/g master" in prompt("!dma")


def test_an_adapter_is_shown_with_what_is_mapped() -> None:
    prompt = under_way(profile="bounce")
    shown = prompt("!dma Card")
    assert "Kind       scatter/gather master, version 1\n" in shown and "Reaches    32 address bits\n" in shown
    assert "17 for one transfer at most, 3 held\n" in shown
    assert "  Mapping of 9984 bytes from the device, at sg_read.dma:" in shown
    assert shown.count(" copied through ") == 3 and "  Scatter/gather lists:\n" in shown
    assert max(map(len, shown.splitlines())) <= 84


def test_common_buffers_are_shown() -> None:
    prompt = Prompt(80)
    prompt("device Card { bus = pci; dma_bits = 32; }")
    prompt("DEVICE_DESCRIPTION d = { 0 }; d.Version = 2; d.Master = TRUE; d.InterfaceType = PCIBus;")
    prompt("d.MaximumLength = 4096; ULONG count; PHYSICAL_ADDRESS at;")
    prompt("PDMA_ADAPTER adapter = IoGetDmaAdapter(NULL, &d, &count);")
    prompt("PVOID ring = adapter->DmaOperations->AllocateCommonBuffer(adapter, 4096, &at, TRUE);")
    shown = prompt("!dma adapter")
    assert "  Common buffers:\n" in shown and " 4096  cached entry 5:1" in shown
    assert "common buffer of 4096 bytes" in prompt("!map ring")
    assert "common buffer of Card" in prompt("ring")


def test_no_adapter_is_said() -> None:
    assert "No driver has a DMA adapter." in Prompt()("!dma")
    assert "no driver has a DMA adapter" in Prompt()("!dma Card")


def test_memory_is_looked_at_from_another_process() -> None:
    prompt = under_way()
    nt = prompt.shell.live.nt
    lock = next(iter(nt.mdls.locks))
    where = nt.mdls.at(lock).virtual_address
    assert "an address of app, while script is the current process" in prompt(f"db {where:x} L4")
    assert prompt(".process app").endswith(" (app)\n")
    assert prompt(f"db {where:x} L4").count("\n") == 1 and "user memory of app" in prompt(f"!map {where:x}")
    prompt(f"eb {where:x} 5a")
    assert "5a 00" in prompt(f"db {where:x} L2")
    assert nt.process.name == "script"
    assert prompt(".process 0").endswith(" (script)\n")
    assert "is no process" in prompt(".process 5")


def test_the_timer_of_a_device_is_listed() -> None:
    prompt = under_way()
    device = next(one for one in prompt.shell.live.nt.io.devices.known.values() if one.name == "\\Device\\SgSample")
    prompt("VOID Tick(PDEVICE_OBJECT d, PVOID c) { }")
    prompt(f"PDEVICE_OBJECT d = (PDEVICE_OBJECT){device.address:#x};")
    prompt("IoInitializeTimer(d, Tick, NULL); IoStartTimer(d);")
    assert "  every 1 s  Tick  \\Device\\SgSample\n" in prompt("!timer")
