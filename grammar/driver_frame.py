"""The C around a driver block: its DriverEntry and AddDevice, Plug and Play, power, and what connects the interrupt.

The text is checked as if it stood at the end of the block, and `expand` prints it. It is written to be read: only
what the driver's handlers need is in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from .driver_interrupt import connection_member, starting
from .handlers import POWER_MINORS, function_name, signature

_ALWAYS = ("IRP_MJ_CREATE", "IRP_MJ_CLOSE", "IRP_MJ_CLEANUP")  # answered with success if the driver does not

LONGEST = 110  # characters of a line


class Frame:
    """What the text is made from. `extension` is the type's C text or "", `flags` an expression or ""; `on_device` is
    false for a driver that names no device: it makes its device object by itself. A `filter` joins the stack of a
    device that has a driver already: what it does not handle it passes down. The device interrupts by `messages` or by
    its line."""

    def __init__(
        self, name: str, events: Iterable[str], extension: str, flags: str, on_device: bool, filter: bool = False,
        messages: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self.events = list(events)
        self.extension = extension
        self.flags = flags
        self.on_device = on_device
        self.filter = filter
        self.messages = messages and "INTERRUPT" in self.events
        self.struct = f"{name.upper()}_FRAME"

    @property
    def file(self) -> str:
        """The name under which reports show the text."""
        return f"{self.name}.frame.c"

    def text(self) -> str:
        return "\n\n".join(["\n".join(self.prototypes()), *self.definitions()]) + "\n"

    def has(self, event: str) -> bool:
        return event in self.events

    def handler(self, event: str) -> str:
        return function_name(self.name, event)

    @property
    def gated(self) -> list[str]:
        """The requests that reach their handlers only while the device is started."""
        own = (*_ALWAYS, "IRP_MJ_PNP", "IRP_MJ_POWER", "IRP_MJ_SYSTEM_CONTROL")
        return [event for event in self.events if event.startswith("IRP_MJ_") and event not in own]

    # ---- prototypes -----------------------------------------------------------------------------------------

    def prototypes(self) -> list[str]:
        name = self.name
        request = "(PDEVICE_OBJECT DeviceObject, PIRP Irp);"
        lines = ["NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);"]
        if self.on_device:
            lines += [
                f"static NTSTATUS {name}AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject);",
                f"static NTSTATUS {name}Forward{request}",
            ]
        for event in self.events:
            returns, parameters = signature(event)
            texts = [f"{type} {parameter}" for type, parameter in parameters]
            lines.append(head(f"static {returns} {self.handler(event)}", texts) + ";")
        return lines

    # ---- functions ------------------------------------------------------------------------------------------

    def definitions(self) -> list[str]:
        parts = [self._struct()] if self.on_device else []
        if not self.filter and any(not self.has(event) for event in _ALWAYS):
            parts.append(self._succeed())
        if self.on_device:
            parts.append(self._forward())
            if self.gated:
                parts.append(self._dispatch())
            if not self.has("IRP_MJ_PNP"):
                parts += [*starting(self), self._pnp()]
            if not self.has("IRP_MJ_POWER"):
                parts.append(self._power())
            parts.append(self._add_device())
        parts.append(self._unload())
        parts.append(self._entry())
        return parts

    def _struct(self) -> str:
        first = "    {:<16}Extension;              // first: DeviceExtension points at it\n"
        return (
            f"typedef struct _{self.struct} {{\n"
            + (first.format(self.extension + " ") if self.extension else "")
            + "    PDEVICE_OBJECT  PhysicalDevice, LowerDevice;\n"
            + connection_member(self)
            + "    EX_RUNDOWN_REF  Requests;               // run down while the device is not started\n"
            + "    BOOLEAN         Started;\n"
            + f"}} {self.struct}, *P{self.struct};"
        )

    def _succeed(self) -> str:
        return f"""static NTSTATUS {self.name}Succeed(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{{
    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}}"""

    def _forward(self) -> str:
        return f"""static NTSTATUS {self.name}Forward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{{
    P{self.struct} frame = DeviceObject->DeviceExtension;

    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(frame->LowerDevice, Irp);
}}"""

    def _dispatch(self) -> str:
        cases = "".join(
            f"    case {event}:\n        status = {self.handler(event)}(DeviceObject, Irp);\n        break;\n"
            for event in self.gated
        )
        return f"""static NTSTATUS {self.name}Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{{
    P{self.struct} frame = DeviceObject->DeviceExtension;
    NTSTATUS status = STATUS_DEVICE_NOT_READY;
    UCHAR major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;

    if (!ExAcquireRundownProtection(&frame->Requests)) {{
        Irp->IoStatus.Status = status;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return status;
    }}
    switch (major) {{
{cases}    }}
    ExReleaseRundownProtection(&frame->Requests);
    return status;
}}"""

    def _pnp(self) -> str:
        own = [event for event in self.events if event.startswith("IRP_MN_") and event not in POWER_MINORS]
        cases = "".join(self._case(event) for event in own)
        queries = (
            "IRP_MN_QUERY_STOP_DEVICE",
            "IRP_MN_CANCEL_STOP_DEVICE",
            "IRP_MN_QUERY_REMOVE_DEVICE",
            "IRP_MN_CANCEL_REMOVE_DEVICE",
        )
        agreed = "".join(f"    case {minor}:\n" for minor in queries if minor not in own)
        if agreed:
            agreed += "        Irp->IoStatus.Status = STATUS_SUCCESS;\n        break;\n"
        return f"""static NTSTATUS {self.name}DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{{
    P{self.struct} frame = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\\\DosDevices\\\\{self.name}");
    NTSTATUS status;

    switch (stack->MinorFunction) {{
    case IRP_MN_START_DEVICE:                   // the bus driver first, then this one
        if (!IoForwardIrpSynchronously(frame->LowerDevice, Irp))
            status = STATUS_UNSUCCESSFUL;
        else if (NT_SUCCESS(status = Irp->IoStatus.Status))
            status = {self.name}StartDevice(DeviceObject, stack->Parameters.StartDevice.AllocatedResourcesTranslated);
        Irp->IoStatus.Status = status;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return status;
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        {self.name}StopDevice(DeviceObject);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        {self.name}StopDevice(DeviceObject);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        status = {self.name}Forward(DeviceObject, Irp);
        IoDeleteSymbolicLink(&link);
        IoDetachDevice(frame->LowerDevice);
        IoDeleteDevice(DeviceObject);
        return status;
{cases}{agreed}    }}
    return {self.name}Forward(DeviceObject, Irp);
}}"""

    def _case(self, event: str) -> str:
        return f"    case {event}:\n        return {self.handler(event)}(DeviceObject, Irp);\n"

    def _power(self) -> str:
        own = [event for event in self.events if event in POWER_MINORS]
        text = f"""static NTSTATUS {self.name}DispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{{
    P{self.struct} frame = DeviceObject->DeviceExtension;

"""
        if own:
            text += "    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {\n"
            text += "".join(self._case(event) for event in own) + "    }\n"
        return (
            text
            + """    PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(frame->LowerDevice, Irp);
}"""
        )

    def _names(self) -> str:
        return (
            f'    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\\\Device\\\\{self.name}");\n'
            f'    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\\\DosDevices\\\\{self.name}");\n'
        )

    def _flags(self, always: str = "") -> str:
        """How the device's flags are set; a filter has those of the device below it."""
        own = f"    device->Flags |= {self.flags};\n" if self.flags else ""
        if self.filter:
            below = "" if self.flags else "DO_BUFFERED_IO | DO_DIRECT_IO | "
            return own + (
                "    device->DeviceType = frame->LowerDevice->DeviceType;\n"
                "    device->Characteristics = frame->LowerDevice->Characteristics;\n"
                f"    device->Flags |= frame->LowerDevice->Flags & ({below}DO_POWER_PAGABLE | DO_POWER_INRUSH);\n"
            )
        flags = [text for text in (self.flags, always) if text]
        return f"    device->Flags |= {' | '.join(flags)};\n" if flags else ""

    def _add_device(self) -> str:
        given = ["PDRIVER_OBJECT DriverObject", "PDEVICE_OBJECT PhysicalDeviceObject"]
        return f"""{head(f"static NTSTATUS {self.name}AddDevice", given)}
{{
{self._names()}    PDEVICE_OBJECT device;
    P{self.struct} frame;
    NTSTATUS status;

    status = IoCreateDevice(DriverObject, sizeof({self.struct}), &name, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    frame = device->DeviceExtension;
    ExInitializeRundownProtection(&frame->Requests);
    ExWaitForRundownProtectionRelease(&frame->Requests);
    frame->PhysicalDevice = PhysicalDeviceObject;
    frame->LowerDevice = IoAttachDeviceToDeviceStack(device, PhysicalDeviceObject);
    if (frame->LowerDevice == NULL) {{
        IoDeleteDevice(device);
        return STATUS_NO_SUCH_DEVICE;
    }}
    status = IoCreateSymbolicLink(&link, &name);
    if (!NT_SUCCESS(status)) {{
        IoDetachDevice(frame->LowerDevice);
        IoDeleteDevice(device);
        return status;
    }}
{self._flags("DO_POWER_PAGABLE")}    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}}"""

    def _unload(self) -> str:
        if self.has("UNLOAD") and self.on_device:
            return ""
        text = f"static VOID {self.name}UnloadDriver(PDRIVER_OBJECT DriverObject)\n{{\n"
        if self.on_device:
            return text + "    UNREFERENCED_PARAMETER(DriverObject);  // its devices are gone by now\n}"
        text += f'    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\\\DosDevices\\\\{self.name}");\n\n'
        if self.has("UNLOAD"):
            text += f"    {self.handler('UNLOAD')}(DriverObject);\n"
        return text + "    IoDeleteSymbolicLink(&link);\n    IoDeleteDevice(DriverObject->DeviceObject);\n}"

    def _entry(self) -> str:
        text = "NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)\n{\n"
        if not self.on_device:
            text += f"{self._names()}    PDEVICE_OBJECT device;\n    NTSTATUS status;\n\n"
        if self.filter:
            text += "    ULONG i;\n\n"
        text += "    UNREFERENCED_PARAMETER(RegistryPath);\n"
        if self.filter:
            text += "    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)\n"
            text += f"        DriverObject->MajorFunction[i] = {self.name}Forward;\n"
        if self.on_device:
            text += f"    DriverObject->DriverExtension->AddDevice = {self.name}AddDevice;\n"
        unload = self.handler("UNLOAD") if self.has("UNLOAD") and self.on_device else f"{self.name}UnloadDriver"
        text += f"    DriverObject->DriverUnload = {unload};\n"
        if self.has("STARTIO"):
            text += f"    DriverObject->DriverStartIo = {self.handler('STARTIO')};\n"
        for event, routine in self._table():
            text += f"    DriverObject->MajorFunction[{event}] = {routine};\n"
        if not self.on_device:
            text += self._own_device()
        return text + "    return STATUS_SUCCESS;\n}"

    def _table(self) -> list[tuple[str, str]]:
        """The major functions in the order of the table's filling, each with its routine."""
        table = [(event, self.handler(event) if self.has(event) else f"{self.name}Succeed") for event in _ALWAYS]
        if self.filter:
            table = [(event, self.handler(event)) for event in _ALWAYS if self.has(event)]
        gate = f"{self.name}Dispatch"
        table += [(event, gate if self.on_device else self.handler(event)) for event in self.gated]
        if self.on_device:
            for event, routine in (
                ("IRP_MJ_PNP", "DispatchPnp"),
                ("IRP_MJ_POWER", "DispatchPower"),
                ("IRP_MJ_SYSTEM_CONTROL", "Forward"),
            ):
                if self.has(event) or not (self.filter and routine == "Forward"):
                    table.append((event, self.handler(event) if self.has(event) else self.name + routine))
        else:
            own = [event for event in self.events if event in ("IRP_MJ_PNP", "IRP_MJ_POWER", "IRP_MJ_SYSTEM_CONTROL")]
            table += [(event, self.handler(event)) for event in own]
        return table

    def _own_device(self) -> str:
        size = f"sizeof({self.extension})" if self.extension else "0"
        dpc = f"    IoInitializeDpcRequest(device, {self.handler('DPC')});\n" if self.has("DPC") else ""
        return f"""    status = IoCreateDevice(DriverObject, {size}, &name, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
{self._flags()}{dpc}    status = IoCreateSymbolicLink(&link, &name);
    if (!NT_SUCCESS(status)) {{
        IoDeleteDevice(device);
        return status;
    }}
"""


def head(function: str, parameters: list[str]) -> str:
    """The head of a function, on two lines if it is long."""
    text = f"{function}({', '.join(parameters)})"
    if len(text) <= LONGEST:
        return text
    return f"{function}({', '.join(parameters[:-1])},\n    {parameters[-1]})"
