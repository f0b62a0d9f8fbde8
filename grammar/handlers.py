"""The handlers of driver blocks: what each is called with, what it returns, and the function that it becomes."""

from __future__ import annotations

DISPATCH = ("NTSTATUS", (("PDEVICE_OBJECT", "DeviceObject"), ("PIRP", "Irp")))

# What a handler returns, and its parameters in full.
OWN: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "START": (
        "NTSTATUS",
        (
            ("PDEVICE_OBJECT", "DeviceObject"),
            ("PDEVICE_OBJECT", "PhysicalDeviceObject"),
            ("PCM_RESOURCE_LIST", "Resources"),
        ),
    ),
    "STOP": ("VOID", (("PDEVICE_OBJECT", "DeviceObject"),)),
    "STARTIO": ("VOID", DISPATCH[1]),
    "INTERRUPT": ("BOOLEAN", (("PKINTERRUPT", "Interrupt"), ("PVOID", "Context"))),
    "DPC": (
        "VOID",
        (("PKDPC", "Dpc"), ("PDEVICE_OBJECT", "DeviceObject"), ("PIRP", "Irp"), ("PVOID", "Context")),
    ),
    "UNLOAD": ("VOID", (("PDRIVER_OBJECT", "DriverObject"),)),
}
_NAMES = {"STARTIO": "StartIo"}

POWER_MINORS = frozenset(("IRP_MN_WAIT_WAKE", "IRP_MN_POWER_SEQUENCE", "IRP_MN_SET_POWER", "IRP_MN_QUERY_POWER"))
# Minor functions that the frame answers, and the handler that stands for them.
FRAME_MINORS = {
    "IRP_MN_START_DEVICE": "START",
    "IRP_MN_STOP_DEVICE": "STOP",
    "IRP_MN_SURPRISE_REMOVAL": "STOP",
    "IRP_MN_REMOVE_DEVICE": "STOP",
}
NEEDS_DEVICE = frozenset(("START", "STOP", "INTERRUPT"))
DEVICE_EVENTS = ("read", "write", "reset")


def signature(event: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a driver's handler of this event returns, and its parameters as (type, name)."""
    return OWN.get(event, DISPATCH)


def function_name(driver: str, event: str) -> str:
    """`PioSampleDeviceControl` for IRP_MJ_DEVICE_CONTROL of PioSample."""
    word = event[7:] if event.startswith(("IRP_MJ_", "IRP_MN_")) else event
    return driver + _NAMES.get(event, "".join(part.capitalize() for part in word.split("_")))
