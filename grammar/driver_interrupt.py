"""The part of a driver block's frame from the START request to a device that takes requests, and back: the handlers
START and STOP, the interrupt by line or by messages, and the DPC."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .driver_frame import Frame


def connection_member(frame: Frame) -> str:
    """The member of the frame's struct that keeps what was connected."""
    if not frame.has("INTERRUPT"):
        return ""
    if frame.messages:
        return "    PIO_INTERRUPT_MESSAGE_INFO Messages;\n"
    return "    PKINTERRUPT     Interrupt;\n"


def starting(frame: Frame) -> list[str]:
    """The functions that start and stop the device."""
    return [*([_message(frame)] if frame.messages else []), _start(frame), _stop(frame)]


def _message(frame: Frame) -> str:
    return f"""static BOOLEAN {frame.name}Message(PKINTERRUPT Interrupt, PVOID Context, ULONG MessageId)
{{
    UNREFERENCED_PARAMETER(MessageId);      // one handler for all messages
    return {frame.handler("INTERRUPT")}(Interrupt, Context);
}}"""


def _start(frame: Frame) -> str:
    interrupt = frame.has("INTERRUPT")
    text = f"static NTSTATUS {frame.name}StartDevice(PDEVICE_OBJECT DeviceObject, PCM_RESOURCE_LIST Resources)\n{{\n"
    text += f"    P{frame.struct} frame = DeviceObject->DeviceExtension;\n"
    if frame.has("START") or interrupt:
        text += "    NTSTATUS status;\n"
    if frame.messages:
        text += "    IO_CONNECT_INTERRUPT_PARAMETERS connect = { 0 };\n"
    elif interrupt:
        text += "    PCM_PARTIAL_RESOURCE_DESCRIPTOR line = NULL;\n    ULONG i;\n"
    text += "\n"
    if frame.has("START"):
        text += f"""    status = {frame.handler("START")}(DeviceObject, frame->PhysicalDevice, Resources);
    if (!NT_SUCCESS(status))
        return status;
"""
    elif not interrupt or frame.messages:
        text += "    UNREFERENCED_PARAMETER(Resources);\n"
    if frame.has("DPC"):
        text += f"    IoInitializeDpcRequest(DeviceObject, {frame.handler('DPC')});\n"
    if interrupt:
        text += _connect_messages(frame) if frame.messages else _connect_line(frame)
        failed = f"        {frame.handler('STOP')}(DeviceObject);\n" if frame.has("STOP") else ""
        text += f"    if (!NT_SUCCESS(status)) {{\n{failed}        return status;\n    }}\n"
    return text + (
        "    frame->Started = TRUE;\n"
        "    ExReInitializeRundownProtection(&frame->Requests);\n"
        "    return STATUS_SUCCESS;\n}"
    )


def _connect_line(frame: Frame) -> str:
    return f"""    for (i = 0; Resources != NULL && i < Resources->List[0].PartialResourceList.Count; i++)
        if (Resources->List[0].PartialResourceList.PartialDescriptors[i].Type == CmResourceTypeInterrupt)
            line = &Resources->List[0].PartialResourceList.PartialDescriptors[i];
    status = STATUS_DEVICE_CONFIGURATION_ERROR;
    if (line != NULL)
        status = IoConnectInterrupt(&frame->Interrupt, {frame.handler("INTERRUPT")}, DeviceObject, NULL,
                                    line->u.Interrupt.Vector, (KIRQL)line->u.Interrupt.Level,
                                    (KIRQL)line->u.Interrupt.Level,
                                    line->Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched : LevelSensitive,
                                    line->ShareDisposition == CmResourceShareShared,
                                    line->u.Interrupt.Affinity, FALSE);
"""


def _connect_messages(frame: Frame) -> str:
    """All messages of the device, under one lock."""
    return f"""    connect.Version = CONNECT_MESSAGE_BASED;
    connect.MessageBased.PhysicalDeviceObject = frame->PhysicalDevice;
    connect.MessageBased.ConnectionContext.InterruptMessageTable = &frame->Messages;
    connect.MessageBased.MessageServiceRoutine = {frame.name}Message;
    connect.MessageBased.ServiceContext = DeviceObject;
    status = IoConnectInterruptEx(&connect);
"""


def _stop(frame: Frame) -> str:
    disconnect = "    IO_DISCONNECT_INTERRUPT_PARAMETERS disconnect = { 0 };\n" if frame.messages else ""
    text = f"""static VOID {frame.name}StopDevice(PDEVICE_OBJECT DeviceObject)
{{
    P{frame.struct} frame = DeviceObject->DeviceExtension;
{disconnect}
    if (!frame->Started)
        return;
    frame->Started = FALSE;
    ExWaitForRundownProtectionRelease(&frame->Requests);
"""
    if frame.messages:
        text += """    disconnect.Version = CONNECT_MESSAGE_BASED;
    disconnect.ConnectionContext.InterruptMessageTable = frame->Messages;
    IoDisconnectInterruptEx(&disconnect);
"""
    elif frame.has("INTERRUPT"):
        text += "    IoDisconnectInterrupt(frame->Interrupt);\n"
    if frame.has("DPC"):
        text += "    KeFlushQueuedDpcs();\n"
    if frame.has("STOP"):
        text += f"    {frame.handler('STOP')}(DeviceObject);\n"
    return text + "}"
