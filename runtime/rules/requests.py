"""The rules of requests, drivers and devices."""

from __future__ import annotations

from .table import rule

IRP_LEAKED = rule(
    "irp-leaked", "leak", "an IRP was never freed", here="allocated here", help="call IoFreeIrp({irp}) on every path",
    stop=(0xC4, 0x62), verifier=1, page="nf-wdm-ioallocateirp",
    explanation="The I/O manager frees the IRPs that it makes. One from IoAllocateIrp is its maker's to free.",
)  # fmt: skip
IRP_FREED_AS_POOL = rule(
    "irp-freed-as-pool", "fatal", "an IRP from IoAllocateIrp is freed with ExFreePool", here="freed here",
    earlier=("allocated", "allocated here"), help="call IoFreeIrp({irp})", stop=(0xC4, 0x105), verifier=1,
    page="nf-wdm-iofreeirp",
    explanation="IRPs come from lists of the I/O manager's own. Memory from there that goes to the pool damages both.",
)  # fmt: skip
IRP_NOT_AN_IRP = rule(
    "not-an-irp", "fatal", "no IRP lies at this address", here="used here", earlier=("freed", "freed here"),
    help="pass an IRP that is still allocated, once", stop=(0xC9, 0x1), also=((0xC9, 0x3),), verifier=1, page="nf-wdm-iofreeirp",
    explanation="The I/O manager looks at the Type field first. An IRP that was freed does not have it any more.",
)  # fmt: skip
IRP_FREED_TWICE = rule(
    "irp-freed-twice", "fatal", "an IRP is freed that is none any more", here="freed here",
    earlier=("freed", "freed here"), help="free an IRP once, and set the pointer to NULL", stop=(0x44, None),
    page="bug-check-0x44--multiple-irp-complete-requests",
    explanation="Two owners believe that the IRP is theirs. Windows notices by the Type field, if the memory has not "
    "found another use yet.",
)  # fmt: skip
IRP_INITIALISED_TWICE = rule(
    "irp-initialized-twice", "fatal", "IoInitializeIrp is used on an IRP from IoAllocateIrp", here="initialised here",
    earlier=("allocated", "allocated here"), help="use IoReuseIrp: IoAllocateIrp has initialised it already",
    stop=(0xC9, 0x20D), verifier=1, page="nf-wdm-ioinitializeirp",
    explanation="IoInitializeIrp is for raw memory. It wipes out what IoFreeIrp must know: whether quota was charged, "
    "and which list the memory came from.",
)  # fmt: skip
IRP_MDL_LOST = rule(
    "irp-mdl-overwritten", "error", "the MDL of an IRP is replaced by another one", here="allocated here",
    earlier=("attached", "the one before was attached here"),
    help="pass TRUE for SecondaryBuffer to add to the chain, or free the old MDL first", page="nf-wdm-ioallocatemdl",
    explanation="Irp->MdlAddress is simply overwritten. Nobody else has the address of the old MDL.",
)  # fmt: skip
IRP_NO_CURRENT_LOCATION = rule(
    "irp-without-current-location", "error", "this IRP has no current stack location", here="asked for here",
    earlier=("allocated", "allocated here"),
    help="use IoGetNextIrpStackLocation, or allocate one more and call IoSetNextIrpStackLocation",
    page="nf-wdm-iogetcurrentirpstacklocation",
    explanation="A driver that allocates an IRP owns none of its stack locations: they are those of the drivers below. "
    "The address behind the last one belongs to other memory.",
)  # fmt: skip
IRP_NO_NEXT_LOCATION = rule(
    "irp-without-next-location", "fatal", "this IRP has no stack location left for a lower driver",
    here="asked for here", help="allocate the IRP with the StackSize of the device that it is sent to",
    stop=(0x35, None), page="bug-check-0x35--no-more-irp-stack-locations",
    explanation="Each driver that an IRP passes through needs a location of its own; one more would lie in the IRP's "
    "own header.",
)  # fmt: skip

IRP_COMPLETED_TWICE = rule(
    "irp-completed-twice", "fatal", "this IRP has been completed already", here="completed again here",
    earlier=("completed", "completed here"), help="complete an IRP once, and forget it when it is completed",
    stop=(0x44, None), page="bug-check-0x44--multiple-irp-complete-requests",
    explanation="After IoCompleteRequest the IRP belongs to whoever made it. Two completions come from two owners who "
    "do not know of each other: often a dispatch routine and a cancel routine, or a timeout and a DPC.",
)  # fmt: skip
IRP_TOUCHED = rule(
    "irp-touched-after-completion", "fatal", "an IRP, its buffer or its MDL is touched after the IRP was completed",
    here="touched here", earlier=("completed", "completed here"),
    help="read what is needed from the IRP before IoCompleteRequest, or before handing it on", stop=(0xD5, None),
    also=((0xCC, None),), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="As IoCompleteRequest goes up the stack, the I/O manager unlocks and frees the MDLs, frees the system "
    "buffer and then the IRP itself. What lies there a moment later belongs to somebody else.",
)  # fmt: skip
IRP_COMPLETED_PENDING = rule(
    "irp-completed-as-pending", "fatal", "an IRP is completed with a status that means it is not complete",
    here="completed here", help="set IoStatus.Status to the final status before IoCompleteRequest", stop=(0xC9, 0x6),
    verifier=1, page="nf-wdm-iocompleterequest",
    explanation="STATUS_PENDING is what a dispatch routine returns, never what an IRP is completed with; -1 is no "
    "status at all. Who waits for the request takes it for one that is still on its way.",
)  # fmt: skip
IRP_COMPLETED_CANCELABLE = rule(
    "irp-completed-with-cancel-routine", "fatal", "an IRP is completed while it has a cancel routine",
    here="completed here", earlier=("cancelable", "the cancel routine was set here"),
    help="call IoSetCancelRoutine(Irp, NULL) first; NULL back means that the cancel routine completes it",
    stop=(0xC9, 0x7), also=((0xC9, 0x23C),), verifier=1, page="nf-wdm-iosetcancelroutine",
    explanation="Whoever cancels the request between the completion and the end of the IRP would call the cancel "
    "routine for an IRP that is gone.",
)  # fmt: skip
IRP_SENT_CANCELABLE = rule(
    "irp-sent-with-cancel-routine", "fatal", "an IRP is handed to another driver while it has a cancel routine",
    here="sent here", earlier=("cancelable", "the cancel routine was set here"),
    help="call IoSetCancelRoutine(Irp, NULL) before IoCallDriver", stop=(0xC9, 0x203), verifier=1,
    page="nf-wdm-iocalldriver",
    explanation="There is one cancel routine in an IRP, and it belongs to the driver that holds the IRP. The next "
    "driver sets its own, or completes the IRP with a stranger's.",
)  # fmt: skip
NOT_A_DEVICE = rule(
    "not-a-device-object", "fatal", "no device object lies at this address", here="used here",
    earlier=("deleted", "deleted here"), help="pass what IoCreateDevice or IoAttachDeviceToDeviceStack gave",
    stop=(0xC9, 0x4), also=((0xC9, 0x204),), verifier=1, page="nf-wdm-iocalldriver",
    explanation="The address of the next lower device is what IoAttachDeviceToDeviceStack returned. After "
    "IoDeleteDevice, or if attaching failed, there is none.",
)  # fmt: skip
IRP_SENT_BELOW = rule(
    "irp-sent-while-below", "fatal", "an IRP is sent on though a lower driver has it", here="sent again here",
    help="after IoCallDriver leave the IRP alone, or keep it with a completion routine that returns "
    "STATUS_MORE_PROCESSING_REQUIRED",
    stop=(0xC9, 0x205), verifier=1, page="nf-wdm-iocalldriver",
    explanation="IoCallDriver hands the IRP over. Until it comes back up, the lower driver may be filling its buffer, "
    "or have it in a queue.",
)  # fmt: skip
IRP_COMPLETED_BELOW = rule(
    "irp-completed-while-below", "fatal", "an IRP is completed though a lower driver has it", here="completed here",
    help="return what IoCallDriver returned; to do something afterwards set a completion routine", stop=(0xC9, 0x209),
    verifier=1, page="nf-wdm-iocompleterequest",
    explanation="The lower driver answered STATUS_PENDING: it will complete the IRP itself, a second time then.",
)  # fmt: skip
LOCATION_STILL_PENDING = rule(
    "stack-location-still-pending", "fatal", "the next driver's stack location is marked pending already",
    here="sent here", earlier=("pending", "marked pending here"),
    help="fill the location with IoCopyCurrentIrpStackLocationToNext, which clears Control, and do not call "
    "IoMarkIrpPending before IoSkipCurrentIrpStackLocation",
    stop=(0xC9, 0x206), verifier=1, page="nf-wdm-iocopycurrentirpstacklocationtonext",
    explanation="Control tells what this driver did with the IRP. Copied by hand, or left there by "
    "IoSkipCurrentIrpStackLocation, it speaks for the next driver, which may not pend the IRP at all.",
)  # fmt: skip
SKIPPED_TWICE = rule(
    "stack-location-skipped-twice", "error", "a driver gives up a stack location that is not its own",
    here="skipped again here", earlier=("skipped", "skipped here"),
    help="call IoSkipCurrentIrpStackLocation once for each IoCallDriver, in the function that sends the IRP",
    also=((0xCD, None),), page="nf-wdm-ioskipcurrentirpstacklocation",
    explanation="The first call hands the driver's own location on to the next driver. A second one hands on that of the "
    "driver above, or memory behind the IRP: the next driver sees another request.",
)  # fmt: skip
COMPLETION_ROUTINE_AFTER_SKIP = rule(
    "completion-routine-after-skip", "error", "a completion routine is set in a stack location that was skipped",
    here="set here", earlier=("skipped", "skipped here"),
    help="use IoCopyCurrentIrpStackLocationToNext when a completion routine is wanted", page="nf-wdm-iosetcompletionroutine",
    explanation="After IoSkipCurrentIrpStackLocation the next location is the driver's own, where the completion routine "
    "of the driver above stands. That one is overwritten, and the new one is called as if it belonged to the driver above.",
)  # fmt: skip
COMPLETION_ROUTINE_COPIED = rule(
    "completion-routine-copied", "fatal", "the completion routine of the driver above is copied to the driver below",
    here="sent here", help="use IoCopyCurrentIrpStackLocationToNext, which leaves the completion routine out",
    stop=(0xC9, 0x207), verifier=1, page="nf-wdm-iocopycurrentirpstacklocationtonext",
    explanation="A stack location that is copied as a whole brings the routine along that the driver above has set for "
    "itself: it would be called twice, the first time with the wrong device.",
)  # fmt: skip
IRP_FREED_IN_USE = rule(
    "irp-freed-while-in-use", "fatal", "an IRP is freed though a lower driver has it", here="freed here",
    help="free it in the completion routine, which returns STATUS_MORE_PROCESSING_REQUIRED", stop=(0xC9, 0x20B),
    also=((0xC9, 0x20A),), verifier=1, page="nf-wdm-iofreeirp",
    explanation="The IRP has been sent and has not come back. The lower driver goes on working with memory that "
    "belongs to somebody else soon.",
)  # fmt: skip
IRP_FREED_THREADED = rule(
    "irp-of-thread-freed", "fatal", "an IRP is freed that the I/O manager frees", here="freed here",
    earlier=("allocated", "built here"), help="leave IoFreeIrp out: sending the IRP is all that is to be done",
    stop=(0xC9, 0x2), also=((0xC9, 0x20C),), verifier=1, page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="IRPs from IoBuildSynchronousFsdRequest and IoBuildDeviceIoControlRequest are in the list of their "
    "thread. The I/O manager takes them out of it and frees them as they are completed.",
)  # fmt: skip
STATUS_NOT_INITIALISED = rule(
    "request-status-not-initialized", "error", "a request is sent with another status than STATUS_NOT_SUPPORTED",
    here="sent here", earlier=("allocated", "allocated here"),
    help="set Irp->IoStatus.Status to STATUS_NOT_SUPPORTED before IoCallDriver", stop=(0xC9, 0x20E),
    also=((0xC9, 0x20F), (0xC9, 0x210)), verifier=1, page="nf-wdm-iocalldriver",
    explanation="Drivers that do not know a Plug and Play, power or WMI request leave its status alone. Only if it "
    "began as STATUS_NOT_SUPPORTED can the sender tell that nobody has handled it.",
)  # fmt: skip
DEVICE_SKIPPED = rule(
    "device-in-stack-skipped", "error", "an IRP passes over a device of its stack", here="sent here",
    help="send it to what IoAttachDeviceToDeviceStack returned, not to the physical device object", stop=(0xC9, 0x211),
    verifier=1, page="nf-wdm-ioattachdevicetodevicestack",
    explanation="Between a device and its physical device object there may be filters that must see every IRP.",
)  # fmt: skip
IRP_STACK_DAMAGED = rule(
    "irp-stack-damaged", "error", "the stack pointer of this IRP does not fit its stack location number",
    here="sent here", help="change both only with IoSkipCurrentIrpStackLocation and IoSetNextIrpStackLocation",
    stop=(0xC9, 0x212), verifier=1, page="nf-wdm-iogetnextirpstacklocation",
    explanation="CurrentLocation and Tail.Overlay.CurrentStackLocation belong together. Moved by hand, one of them "
    "tells of a location that belongs to another driver.",
)  # fmt: skip
FAILED_PASSED_DOWN = rule(
    "failed-request-passed-down", "error", "a Plug and Play or power request is passed down though it has failed",
    here="sent here", help="complete a request that this driver fails at once", stop=(0xC9, 0x215),
    also=((0xC9, 0x219),), verifier=1, page="nf-wdm-iocalldriver",
    explanation="The drivers below would act upon a request that is not going to happen, and their status would hide "
    "the failure.",
)  # fmt: skip
LOWER_STATUS_LOST = rule(
    "status-of-lower-driver-lost", "error", "a lower driver's answer is replaced by STATUS_NOT_SUPPORTED",
    here="completed here", help="leave the status of a request alone that this driver has nothing to add to",
    stop=(0xC9, 0x216), also=((0xC9, 0x21A),), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="STATUS_NOT_SUPPORTED means that no driver of the stack has handled the request. One has.",
)  # fmt: skip
SUSPICIOUS_STATUS = rule(
    "suspicious-status-returned", "error", "a dispatch routine returns what is no status of a request",
    here="this dispatch routine", help="return the status that the IRP was completed with, or STATUS_PENDING",
    stop=(0xC9, 0x21B), also=((0xC9, 0x225),), verifier=1, page="nc-wdm-driver_dispatch",
    explanation="STATUS_MORE_PROCESSING_REQUIRED is for completion routines, and -1 is what a forgotten return looks "
    "like.",
)  # fmt: skip
LOCATION_COPIED_NEEDLESSLY = rule(
    "stack-location-copied-needlessly", "note", "a stack location is copied though no completion routine is set",
    here="sent here", help="use IoSkipCurrentIrpStackLocation, which is faster", stop=(0xC9, 0x21C), verifier=1,
    page="nf-wdm-ioskipcurrentirpstacklocation",
    explanation="A driver that only passes an IRP on can let the next one have its own stack location.",
)  # fmt: skip
LEFT_ATTACHED_ON_REMOVE = rule(
    "device-left-attached-on-remove", "fatal", "a device is still attached after IRP_MN_REMOVE_DEVICE",
    here="this dispatch routine", earlier=("attached", "attached here"),
    help="call IoDetachDevice, then IoDeleteDevice, when the request has been passed down", stop=(0xC9, 0x21D),
    verifier=1, page="nf-wdm-iodetachdevice",
    explanation="The driver below deletes its device next. Who is still attached to it has a pointer to freed memory.",
)  # fmt: skip
LEFT_ON_REMOVE = rule(
    "device-left-on-remove", "fatal", "a device object is still there after IRP_MN_REMOVE_DEVICE",
    here="this dispatch routine", earlier=("created", "created here"),
    help="call IoDeleteDevice after IoDetachDevice", stop=(0xC9, 0x21E), verifier=1, page="nf-wdm-iodeletedevice",
    explanation="A device object that nobody deletes keeps its driver loaded for ever.",
)  # fmt: skip
DISPATCH_MISSING = rule(
    "required-dispatch-routine-missing", "error", "a driver that is in a device's stack has no dispatch routine",
    here="this AddDevice",
    help="handle IRP_MJ_PNP, IRP_MJ_POWER and IRP_MJ_SYSTEM_CONTROL, at least by passing them on",
    stop=(0xC9, 0x21F), verifier=1, page="nc-wdm-driver_add_device",
    explanation="What a driver does not handle is completed with STATUS_INVALID_DEVICE_REQUEST: the drivers below "
    "never see the request.",
)  # fmt: skip
OTHER_DEVICE_DELETED = rule(
    "device-of-other-driver-deleted", "fatal", "a device object is deleted that another driver has created",
    here="deleted here", earlier=("created", "created here"),
    help="delete the device object that this driver's IoCreateDevice made", stop=(0xC9, 0x221), verifier=1,
    page="nf-wdm-iodeletedevice",
    explanation="The physical device object is the bus driver's. It goes when the bus finds that the device is gone.",
)  # fmt: skip
RETURNED_STATUS_DIFFERS = rule(
    "returned-status-differs", "fatal", "a dispatch routine returns another status than the IRP has",
    here="this dispatch routine", earlier=("completed", "completed here"),
    help="return the status that is in IoStatus.Status, or what IoCallDriver returned", stop=(0xC9, 0x224),
    verifier=1, page="nc-wdm-driver_dispatch",
    explanation="The driver above acts on the returned value at once, and on IoStatus in its completion routine. If "
    "they differ, it does both.",
)  # fmt: skip
IRP_NEITHER = rule(
    "irp-neither-completed-nor-sent", "fatal", "a dispatch routine returns without completing the IRP or passing it on",
    here="this dispatch routine", help="complete it, pass it down, or mark it pending and return STATUS_PENDING",
    stop=(0xC9, 0x226), verifier=1, page="nc-wdm-driver_dispatch",
    explanation="Nobody has the IRP any more, and nobody will complete it. Who waits for it waits for ever.",
)  # fmt: skip
PENDING_NOT_PROPAGATED = rule(
    "pending-not-propagated", "error", "a completion routine does not pass on that the IRP was pended",
    here="this completion routine", help="begin with: if (Irp->PendingReturned) IoMarkIrpPending(Irp);",
    stop=(0xC9, 0x228), verifier=1, page="nf-wdm-iosetcompletionroutine",
    explanation="The dispatch routine returned STATUS_PENDING, which came from below. Its own stack location must say "
    "so too, and once a completion routine is called the I/O manager leaves that to it.",
)  # fmt: skip
CANCEL_ROUTINE_BELOW = rule(
    "cancel-routine-set-while-below", "fatal", "a cancel routine is set in an IRP that a lower driver has",
    here="set here", help="set cancel routines only while this driver holds the IRP", stop=(0xC9, 0x229), verifier=1,
    page="nf-wdm-iosetcancelroutine",
    explanation="There is one cancel routine in an IRP. The lower driver's is lost.",
)  # fmt: skip
PNP_COMPLETED = rule(
    "pnp-request-not-passed-down", "error", "a Plug and Play request is completed before all drivers have seen it",
    here="completed here", help="pass it down; complete it here only to fail it", stop=(0xC9, 0x22E),
    also=((0xC9, 0x22D), (0xC9, 0x22F)), verifier=1, page="handling-irps",
    explanation="The bus driver at the bottom of the stack has to act on it too. A driver that does not know a request "
    "leaves it alone and passes it on.",
)  # fmt: skip
POWER_COMPLETED = rule(
    "power-request-not-passed-down", "fatal", "a power request is completed before all drivers have seen it",
    here="completed here", help="pass it down with IoCallDriver", stop=(0xC9, 0x231),
    also=((0xC9, 0x230), (0xC9, 0x232)), verifier=1, page="handling-irps",
    explanation="The bus driver at the bottom of the stack switches the device's power.",
)  # fmt: skip
SYSTEM_CONTROL_COMPLETED = rule(
    "wmi-request-not-passed-down", "error", "a WMI request for another device is completed", here="completed here",
    help="compare Parameters.WMI.ProviderId with the own device object, and pass on what is not for it",
    stop=(0xC9, 0x220), verifier=1, page="handling-irps",
    explanation="WMI requests go to the top of the stack. Each driver takes those that name its device.",
)  # fmt: skip
CAPABILITIES_NOT_INITIALISED = rule(
    "capabilities-not-initialized", "error", "a query for capabilities is sent with a structure that is not prepared",
    here="sent here", help="zero it, then set Size, Version to 1, and Address and UINumber to -1", stop=(0xC9, 0x233),
    also=((0xC9, 0x234), (0xC9, 0x235), (0xC9, 0x236)), verifier=1, page="irp-mn-query-capabilities",
    explanation="Drivers below tell by Version what they may write, and by -1 that nobody has answered yet.",
)  # fmt: skip
SYSTEM_IRP_SENT = rule(
    "system-request-sent-by-driver", "fatal", "a driver sends a request that is the system's to send",
    here="sent here", help="ask the Plug and Play manager for it, or use PoRequestPowerIrp", stop=(0xC9, 0x237),
    verifier=1, page="nf-wdm-iocalldriver",
    explanation="Starting, stopping and removing devices, and their power, follow states that only the system keeps.",
)  # fmt: skip
UNSENT_IRP_COMPLETED = rule(
    "unsent-irp-completed", "note", "an IRP is completed that was never sent", here="completed here",
    earlier=("allocated", "allocated here"), help="use IoFreeIrp for an IRP that is not needed after all",
    stop=(0xC9, 0x239), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="Completion answers a sender. Nobody has sent this IRP.",
)  # fmt: skip
IRP_SENT_AT_IRQL = rule(
    "request-sent-at-wrong-irql", "fatal", "a request is sent at an IRQL at which no driver expects it",
    here="sent here", help="send it from a work item at PASSIVE_LEVEL", stop=(0xC9, 0x23A), verifier=1,
    page="nf-wdm-iocalldriver",
    explanation="Dispatch routines for Plug and Play, WMI, create, cleanup and close are called at PASSIVE_LEVEL, and "
    "may be pageable and wait.",
)  # fmt: skip
PENDING_UNMARKED = rule(
    "pending-returned-unmarked", "error", "STATUS_PENDING is returned for an IRP that is not marked pending",
    here="this dispatch routine", help="call IoMarkIrpPending(Irp) before queueing it", stop=(0xC9, 0x23D),
    also=((0xC9, 0x24C),), verifier=1, page="nf-wdm-iomarkirppending",
    explanation="The mark tells the I/O manager that somebody waits, and has to be woken when the IRP is completed. "
    "Without it the request ends and its requestor goes on waiting.",
)  # fmt: skip
PENDING_NOT_RETURNED = rule(
    "pending-marked-not-returned", "error", "an IRP is marked pending, but STATUS_PENDING is not returned",
    here="this dispatch routine", earlier=("pending", "marked pending here"),
    help="return STATUS_PENDING after IoMarkIrpPending, even if the IRP is complete by then", stop=(0xC9, 0x23E),
    verifier=1, page="nf-wdm-iomarkirppending",
    explanation="The mark and the returned status are read at different times by different people. The requestor takes "
    "the request for finished, and gets its data later, wherever its buffer is by then.",
)  # fmt: skip
DEVICE_INITIALIZING = rule(
    "device-initializing-not-cleared", "fatal", "AddDevice leaves DO_DEVICE_INITIALIZING set", here="this AddDevice",
    earlier=("created", "created here"), help="end AddDevice with DeviceObject->Flags &= ~DO_DEVICE_INITIALIZING;",
    stop=(0xC9, 0x243), verifier=1, page="nf-wdm-iocreatedevice",
    explanation="As long as the flag is set nobody can open the device or attach to it. The I/O manager clears it only "
    "for devices that DriverEntry creates.",
)  # fmt: skip
DEVICE_FLAGS = rule(
    "device-flags-not-inherited", "fatal", "a filter has other buffer or power flags than the device below it",
    here="this AddDevice", earlier=("attached", "attached here"),
    help="copy DO_BUFFERED_IO, DO_DIRECT_IO and DO_POWER_PAGABLE from the device that was attached to",
    stop=(0xC9, 0x244), also=((0xC9, 0x23F),), verifier=1, page="nf-wdm-ioattachdevicetodevicestack",
    explanation="The I/O manager looks at the flags of the highest device only. The driver below finds its buffers "
    "where the filter's flags say.",
)  # fmt: skip
DEVICE_TYPE_DIFFERS = rule(
    "device-type-not-inherited", "fatal", "a filter has another device type than the device below it",
    here="this AddDevice", earlier=("attached", "attached here"),
    help="pass the lower device's DeviceType to IoCreateDevice, or copy it", stop=(0xC9, 0x246), verifier=1,
    page="nf-wdm-ioattachdevicetodevicestack",
    explanation="Who opens the stack looks at its highest device, and must find there what the device really is.",
)  # fmt: skip
BOTH_BUFFER_FLAGS = rule(
    "both-buffer-flags-set", "fatal", "a device has both DO_BUFFERED_IO and DO_DIRECT_IO", here="this AddDevice",
    earlier=("created", "created here"), help="choose one", stop=(0xC9, 0x245), verifier=1,
    page="nf-wdm-iocreatedevice",
    explanation="A request has either a system buffer or an MDL.",
)  # fmt: skip
DEVICE_DELETED_ATTACHED = rule(
    "device-deleted-while-attached", "fatal", "a device object is deleted while it is attached to another",
    here="deleted here", earlier=("attached", "attached here"), help="call IoDetachDevice with the lower device first",
    stop=(0xC9, 0x201), verifier=1, page="nf-wdm-iodeletedevice",
    explanation="The device below keeps the address of this one, and hands it every IRP.",
)  # fmt: skip
DEVICE_NOT_ATTACHED = rule(
    "device-not-attached", "fatal", "a device is detached from one that nothing is attached to", here="detached here",
    earlier=("detached", "already detached here"),
    help="pass what IoAttachDeviceToDeviceStack returned, once", stop=(0xC9, 0x202), verifier=1,
    page="nf-wdm-iodetachdevice",
    explanation="IoDetachDevice takes the lower device, not the driver's own.",
)  # fmt: skip
DEVICE_DELETED_TWICE = rule(
    "device-deleted-twice", "fatal", "this device object has been deleted", here="deleted again here",
    earlier=("deleted", "deleted here"), help="delete a device object once", stop=(0xC9, 0x240), verifier=1,
    page="nf-wdm-iodeletedevice",
    explanation="While somebody has it open a deleted device object lingers, and looks alive.",
)  # fmt: skip
DETACHED_ON_SURPRISE = rule(
    "device-detached-on-surprise-removal", "fatal", "a device is detached while it is removed by surprise",
    here="this dispatch routine", earlier=("detached", "detached here"),
    help="wait for IRP_MN_REMOVE_DEVICE, which follows when all handles are closed", stop=(0xC9, 0x241), verifier=1,
    page="irp-mn-surprise-removal",
    explanation="Programs still have the device open, and their requests must come out of the stack by the way that "
    "they went in.",
)  # fmt: skip
DELETED_ON_SURPRISE = rule(
    "device-deleted-on-surprise-removal", "fatal", "a device object is deleted while it is removed by surprise",
    here="this dispatch routine", earlier=("deleted", "deleted here"),
    help="wait for IRP_MN_REMOVE_DEVICE, which follows when all handles are closed", stop=(0xC9, 0x242), verifier=1,
    page="irp-mn-surprise-removal",
    explanation="Programs still have the device open: they have to be told by failing their requests.",
)  # fmt: skip
MAY_NOT_FAIL = rule(
    "request-failed-that-may-not-fail", "fatal", "a request is failed that a driver has to succeed",
    here="completed here", help="set STATUS_SUCCESS and pass it down", stop=(0xC9, 0x247), also=((0xC9, 0x306),),
    verifier=1, page="handling-irps",
    explanation="Stopping, removing, and cancelling either, are not questions. The questions are QUERY_STOP and "
    "QUERY_REMOVE.",
)  # fmt: skip
NOT_A_PDO = rule(
    "not-a-physical-device-object", "fatal", "a routine needs the physical device object and gets another",
    here="called here", earlier=("created", "created here"),
    help="pass the second argument of AddDevice", stop=(0xC9, 0x24D), verifier=1,
    page="nf-wdm-ioregisterdeviceinterface",
    explanation="What the Plug and Play manager knows of a device hangs on the object that the bus driver has created.",
)  # fmt: skip
SYNCHRONOUS_AT_APC_LEVEL = rule(
    "synchronous-request-at-apc-level", "error", "a request whose end is told by an APC is sent where none can run",
    here="sent here", earlier=("irql", "the IRQL was raised here"),
    help="send it at PASSIVE_LEVEL outside critical regions, or use IoBuildAsynchronousFsdRequest", stop=(0xC9, 0x302),
    verifier=1, page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="The status block and the event of such a request are set by a special kernel APC to the thread that "
    "waits for them.",
)  # fmt: skip
EVENT_SIGNALLED_BEFORE = rule(
    "event-signalled-before-request", "error", "a request is pended whose event was signalled already",
    here="sent here",
    help="call KeInitializeEvent or KeClearEvent before each request", stop=(0xC9, 0x307), verifier=1,
    page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="Who waits for the event goes on at once, and takes an unfinished request for a finished one.",
)  # fmt: skip
IRP_REUSED_IN_USE = rule(
    "irp-reused-while-in-use", "error", "an IRP is made ready for another request though a lower driver has it",
    here="reused here", help="reuse it in or after the completion routine that keeps it", stop=(0xC9, 0x310),
    verifier=1, page="nf-wdm-ioreuseirp",
    explanation="The lower driver's stack location is wiped out while it works with it.",
)  # fmt: skip
IRP_REUSED_BUILDER = rule(
    "irp-of-builder-reused", "error", "IoReuseIrp is used on an IRP from one of the IoBuild routines",
    here="reused here", earlier=("allocated", "built here"), help="build another one, or use IoAllocateIrp",
    stop=(0xC9, 0x311), verifier=1, page="nf-wdm-ioreuseirp",
    explanation="Such an IRP has a buffer, an MDL or a place in its thread's list that would be forgotten.",
)  # fmt: skip
INFORMATION_TOO_LARGE = rule(
    "information-larger-than-buffer", "error", "IoStatus.Information is more than the requestor has room for",
    here="completed here", help="set Information to the number of bytes that were put into the system buffer",
    stop=(0xC9, 0x312), verifier=1, page="nf-wdm-iocompleterequest",
    explanation="The I/O manager copies so many bytes from the system buffer to the program. Past its end lies other "
    "drivers' memory, past the program's buffer its own.",
)  # fmt: skip
MORE_THAN_ASKED = rule(
    "more-transferred-than-asked", "error", "a transfer is completed with more bytes than its stack location asks for",
    here="completed here", help="take the length from Parameters.Read.Length (or Write) of the current stack location",
    page="nf-wdm-iogetcurrentirpstacklocation",
    explanation="The MDL describes the whole buffer, and an upper driver may ask for a part of it. What is moved beyond "
    "Length lands in bytes that belong to another part, or come from one.",
)  # fmt: skip
UNWRITTEN_BYTES_RETURNED = rule(
    "unwritten-bytes-returned", "error", "bytes of the system buffer that nobody wrote go to the requestor",
    here="completed here", help="set Information to what was written, or clear the buffer first",
    page="nf-wdm-iocompleterequest",
    explanation="The system buffer is pool that others have used before. What is not overwritten in it tells a program "
    "what the kernel kept there.",
)  # fmt: skip
DISPATCH_CHANGED_IRQL = rule(
    "dispatch-routine-changed-irql", "fatal", "a dispatch routine returns at another IRQL than it was called at",
    here="this dispatch routine", earlier=("irql", "the IRQL was changed here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0xC9, 0x5), verifier=1,
    page="nc-wdm-driver_dispatch",
    explanation="The driver above goes on at an IRQL that it has not asked for.",
)  # fmt: skip
IRQL_RAISED_AT_RETURN = rule(
    "irql-raised-at-return-to-user-mode", "fatal", "a system service returns to its program at a raised IRQL",
    here="this routine came back at a raised IRQL", earlier=("irql", "the IRQL was raised here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0x4A, None),
    page="bug-check-0x4a--irql-gt-zero-at-system-service",
    explanation="Programs run at PASSIVE_LEVEL. Without the verifier nobody looks at the IRQL before the thread leaves "
    "the kernel, long after the driver's routine has returned.",
)  # fmt: skip
APCS_OFF_AT_RETURN = rule(
    "apcs-off-at-return-to-user-mode", "fatal", "a system service returns to its program with APCs disabled",
    here="this routine has left them off", help="leave each region that was entered, and release each mutex, on all paths",
    stop=(0x1, None), page="bug-check-0x1--apc-index-mismatch",
    explanation="KeEnterCriticalRegion, KeEnterGuardedRegion and an owned kernel mutex keep APCs from the thread, and with "
    "them the ends of its requests. Without the verifier it is the way back to user mode that notices.",
)  # fmt: skip
IRP_COMPLETED_TOO_HIGH = rule(
    "irp-completed-above-dispatch-level", "fatal", "an IRP is completed above DISPATCH_LEVEL", here="completed here",
    help="call IoRequestDpc in the service routine, and complete the IRP in the DPC", stop=(0x9, None),
    page="nf-wdm-iocompleterequest",
    explanation="IoCompleteRequest takes locks of DISPATCH_LEVEL. A service routine that calls it would bring its own "
    "IRQL down to that, or wait for a lock whose holder it has interrupted. With the verifier it is irql-too-high.",
)  # fmt: skip
REQUEST_FINISHED_TWICE = rule(
    "request-finished-twice", "fatal", "a request marked pending is finished a second time, by the status returned for it",
    here="this dispatch routine", earlier=("pending", "marked pending here"),
    help="return STATUS_PENDING after IoMarkIrpPending, even if the IRP is complete by then", stop=(0x44, None),
    page="nf-wdm-iomarkirppending",
    explanation="For a request marked pending, its completion queues what ends it: an APC in the thread that asked. Any "
    "status but STATUS_PENDING tells the I/O manager to do the same at once. The IRP is freed twice. Without the verifier "
    "nothing else looks at the mark and the status together.",
)  # fmt: skip
COMPLETION_CHANGED_IRQL = rule(
    "completion-routine-changed-irql", "fatal", "a completion routine returns at another IRQL than it was called at",
    here="this completion routine", earlier=("irql", "the IRQL was changed here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0xC4, 0xFA), verifier=1,
    page="nf-wdm-iosetcompletionroutine",
    explanation="The driver that completes the IRP goes on at an IRQL that it has not asked for.",
)  # fmt: skip
CRITICAL_REGION_KEPT = rule(
    "critical-region-kept", "fatal", "a routine returns within a critical region that it has entered",
    here="this routine", help="call KeLeaveCriticalRegion on all paths", stop=(0xC4, 0xC5), also=((0xC4, 0xFB),),
    verifier=1, page="nf-ntddk-keentercriticalregion",
    explanation="The thread gets no normal kernel APCs any more, whoever it belongs to.",
)  # fmt: skip
USER_MEMORY_FETCHED_TWICE = rule(
    "user-memory-fetched-twice", "error", "what a driver has read from a program's memory is another value the second time",
    here="fetched again here",
    help="copy it once into a variable of the driver's own, then check and use that copy", page="nf-wdm-probeforread",
    explanation="Another thread of the program can write to its memory between any two instructions of the driver. A "
    "length that was checked and then read again is a length that nobody has checked.",
)  # fmt: skip
USER_MEMORY_FETCHED_AGAIN = rule(
    "user-memory-fetched-again", "note", "a driver reads the same place of a program's memory a second time",
    here="fetched again here",
    help="copy it once into a variable of the driver's own, then check and use that copy", page="nf-wdm-probeforread",
    explanation="All is well as long as the program does not change what lies there between the two. A program that wants "
    "to can, from another thread: whatever the first value was checked for need not hold for the second.",
)  # fmt: skip
USER_ADDRESS_IN_KERNEL_IRP = rule(
    "user-address-in-kernel-irp", "fatal", "a request of the kernel's holds an address of a program", here="sent here",
    earlier=("allocated", "allocated here"),
    help="set RequestorMode to that of the original request, or pass a kernel buffer", stop=(0xC4, 0xE2), verifier=1,
    page="nf-wdm-iocalldriver",
    explanation="Drivers trust the addresses in a request from kernel mode and do not probe them. A program that "
    "chooses the address reads or writes the kernel.",
)  # fmt: skip
KERNEL_BUFFER_BAD = rule(
    "request-buffer-not-accessible", "fatal", "a request is built for a buffer that cannot be accessed",
    here="built here", help="pass memory that is there, and writable for a read", stop=(0xC9, 0x8),
    also=((0xC9, 0x9),), verifier=1, page="nf-wdm-iobuildasynchronousfsdrequest",
    explanation="The IoBuild routines lock or copy the buffer as the target device wants it. Without the verifier they "
    "return NULL.",
)  # fmt: skip
IO_TIMER_TWICE = rule(
    "io-timer-initialized-twice", "fatal", "a device gets a second timer", here="initialised again here",
    earlier=("timer", "initialised here"), help="call IoInitializeTimer once for a device, in AddDevice",
    stop=(0xC9, 0xA), verifier=1, page="nf-wdm-ioinitializetimer",
    explanation="A device object has one timer. Start and stop it as often as needed.",
)  # fmt: skip
STATUS_BLOCK_UNWOUND = rule(
    "status-block-on-unwound-stack", "fatal", "the status block of a request lies on a stack that was unwound",
    here="written here", earlier=("allocated", "the request was built here"),
    help="wait for the request before the function returns that has the IO_STATUS_BLOCK", stop=(0xC9, 0xC), verifier=1,
    page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="The I/O manager writes it when the request ends. Whatever the thread keeps there by then is "
    "overwritten.",
)  # fmt: skip
EVENT_UNWOUND = rule(
    "event-on-unwound-stack", "fatal", "the event of a request lies on a stack that was unwound", here="signalled here",
    earlier=("allocated", "the request was built here"),
    help="wait for the request before the function returns that has the KEVENT", stop=(0xC9, 0xD), verifier=1,
    page="nf-wdm-iobuildsynchronousfsdrequest",
    explanation="The I/O manager signals it when the request ends. Whatever the thread keeps there by then is taken "
    "for an event.",
)  # fmt: skip
IRP_CANCELLED_COMPLETED = rule(
    "irp-cancelled-after-completion", "fatal", "an IRP is cancelled that has been completed", here="cancelled here",
    earlier=("completed", "completed here"),
    help="cancel an IRP only while its owner knows that it has not come back", stop=(0x48, None),
    page="bug-check-0x48--cancel-state-in-completed-irp",
    explanation="IoCancelIrp is for the driver that made or holds the IRP. After completion its memory is somebody "
    "else's.",
)  # fmt: skip
CANCEL_LOCK_KEPT = rule(
    "cancel-lock-kept", "fatal", "a cancel routine returns with the cancel spin lock held", here="this cancel routine",
    help="begin with IoReleaseCancelSpinLock(Irp->CancelIrql)", stop=(0x11B, None),
    page="bug-check-0x11b--driver-returned-holding-cancel-lock",
    explanation="The lock is the whole system's. Nobody can cancel or queue a request any more.",
)  # fmt: skip
DRIVER_IRP_AT_TOP = rule(
    "driver-irp-not-kept", "error", "an IRP of a driver's own goes past its last completion routine",
    here="completed here", earlier=("allocated", "allocated here"),
    help="set a completion routine that frees the IRP and returns STATUS_MORE_PROCESSING_REQUIRED",
    page="nf-wdm-ioallocateirp",
    explanation="At the top of the stack the I/O manager takes over, and looks for the thread to tell. An IRP from "
    "IoAllocateIrp has none: Windows reads through a NULL pointer there.",
)  # fmt: skip
IRP_FREED_BY_COMPLETION_ROUTINE = rule(
    "irp-freed-but-not-kept", "fatal", "a completion routine frees the IRP and lets completion go on",
    here="completed here", earlier=("freed", "freed here"),
    help="return STATUS_MORE_PROCESSING_REQUIRED after IoFreeIrp", stop=(0x44, None), page="nf-wdm-iofreeirp",
    explanation="Any other value makes IoCompleteRequest go on with the next stack location, of an IRP that is gone.",
)  # fmt: skip
IRP_NEVER_COMPLETED = rule(
    "irp-never-completed", "error", "a request is never completed", here="sent here",
    help="complete every IRP, also when the device does not answer, and let it be cancelled",
    page="nf-wdm-iocompleterequest",
    explanation="Nothing in the machine can run any more that would complete it. The program that waits for it cannot "
    "even be ended: its thread stays until the IRP is done.",
)  # fmt: skip
NO_START_IO = rule(
    "start-io-missing", "fatal", "IoStartPacket is called by a driver that has no StartIo routine", here="called here",
    help="set DriverObject->DriverStartIo in DriverEntry", stop=(0xD1, None), page="nf-wdm-iostartpacket",
    explanation="The I/O manager calls what DriverStartIo points at.",
)  # fmt: skip
REMOVE_LOCK_NOT_HELD = rule(
    "remove-lock-not-held", "fatal", "a remove lock is released under a tag that it is not held under",
    here="released here", earlier=("acquired", "last acquired here"),
    help="release with the tag of the acquisition, once, and only if IoAcquireRemoveLock succeeded", stop=(0xC4, 0xD5),
    verifier=1, page="nf-wdm-ioreleaseremovelock",
    explanation="The count reaches zero while somebody still uses the device, and its removal does not wait for him.",
)  # fmt: skip
REMOVE_LOCK_WRONG_TAG = rule(
    "remove-lock-tag-unknown", "fatal",
    "IoReleaseRemoveLockAndWait is called with a tag that the lock is not held under",
    here="called here", earlier=("acquired", "last acquired here"),
    help="acquire the lock for IRP_MN_REMOVE_DEVICE as for any request, and pass the same tag", stop=(0xC4, 0xD6),
    verifier=1, page="nf-wdm-ioreleaseremovelockandwait",
    explanation="The routine gives back two counts: the one of the removing request and the device's own.",
)  # fmt: skip
REMOVE_LOCK_INITIALISED_TWICE = rule(
    "remove-lock-initialized-twice", "fatal", "a remove lock is initialised while somebody holds it",
    here="initialised again here", earlier=("acquired", "acquired here"), help="initialise it once, in AddDevice",
    stop=(0xC4, 0xD7), verifier=1, page="nf-wdm-ioinitializeremovelock",
    explanation="The count starts anew, and those who hold the lock are forgotten.",
)  # fmt: skip
WORK_ITEM_LEFT = rule(
    "work-item-leaked", "leak", "a work item was never freed", here="allocated here",
    help="call IoFreeWorkItem when its routine has run", stop=(0xC4, 0x62), verifier=1,
    page="nf-wdm-ioallocateworkitem",
    explanation="IoAllocateWorkItem takes pool. The routine of an item may free the item itself.",
)  # fmt: skip
WORK_ITEM_QUEUED_TWICE = rule(
    "work-item-queued-twice", "fatal", "a work item is queued that is in the queue already", here="queued again here",
    earlier=("queued", "queued here"), help="queue an item again when its routine has begun", stop=(0x96, None),
    page="bug-check-0x96--invalid-work-queue-item",
    explanation="The item's list entry is part of the queue. A second insertion makes a ring of it.",
)  # fmt: skip
WORK_ITEM_FREED_QUEUED = rule(
    "work-item-freed-while-queued", "fatal", "a work item is freed that is still in the queue", here="freed here",
    earlier=("queued", "queued here"), help="free it in its own routine, or wait until that has run", stop=(0xE4, None),
    page="bug-check-0xe4--worker-invalid",
    explanation="A worker thread takes it from the queue when its memory is somebody else's.",
)  # fmt: skip
WORK_ITEM_PAGEABLE = rule(
    "work-item-pageable", "fatal", "a work item lies in memory that can be paged out", here="queued here",
    help="allocate it from nonpaged pool", stop=(0xC4, 0x131), verifier=1, page="nf-wdm-exqueueworkitem",
    explanation="The queue is walked at raised IRQL.",
)  # fmt: skip
WORKER_IRQL = rule(
    "worker-returned-at-raised-irql", "fatal", "the routine of a work item returns at a raised IRQL",
    here="this routine", earlier=("irql", "the IRQL was raised here"),
    help="lower the IRQL, and release every spin lock, on all paths", stop=(0xE1, None),
    page="bug-check-0xe1--worker-thread-returned-at-bad-irql",
    explanation="Worker threads belong to all drivers.",
)  # fmt: skip
UNLOADED_WITH_WORK = rule(
    "driver-unloaded-with-work-outstanding", "fatal", "a driver is unloaded while something of its is still to run",
    here="queued here", help="wait in DriverUnload for work items and threads, cancel timers, and flush DPCs",
    stop=(0xCE, None), page="bug-check-0xce--driver-unloaded-without-cancelling-pending-operations",
    explanation="When DriverUnload returns the driver's code leaves memory. Whatever calls it afterwards runs into "
    "nothing.",
)  # fmt: skip
DEVICE_LEFT = rule(
    "device-object-left", "leak", "a device object was never deleted", here="created here",
    help="call IoDeleteDevice in DriverUnload, or on IRP_MN_REMOVE_DEVICE", page="nf-wdm-iocreatedevice",
    explanation="A driver stays loaded as long as it has device objects.",
)  # fmt: skip
LINK_LEFT = rule(
    "symbolic-link-left", "leak", "a symbolic link was never deleted", here="created here",
    help="call IoDeleteSymbolicLink before IoDeleteDevice", page="nf-wdm-iocreatesymboliclink",
    explanation="The name goes on leading to a device that is gone, and the driver cannot create it at its next start.",
)  # fmt: skip
FILE_OBJECT_LEFT = rule(
    "file-object-left-referenced", "leak", "a file object is still referenced", here="referenced here",
    help="call ObDereferenceObject for the file object of IoGetDeviceObjectPointer",
    page="nf-wdm-iogetdeviceobjectpointer",
    explanation="The device below gets no IRP_MJ_CLOSE, and its driver cannot unload.",
)  # fmt: skip
OBJECT_OVER_DEREFERENCED = rule(
    "object-dereferenced-too-often", "fatal", "an object is dereferenced more often than it was referenced",
    here="dereferenced here", help="give back each reference once", stop=(0x18, None),
    page="bug-check-0x18--reference-by-pointer",
    explanation="Somebody else's reference is gone now: the object may vanish under him.",
)  # fmt: skip
