"""Executive resources, and run-down protection of objects that others still use."""

from __future__ import annotations

from ..ke import rundown
from ..ke.synchronization import check_resident
from ..routine import routine
from ..wdk.constants import STATUS_SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System


@routine(
    "NTSTATUS ExInitializeResourceLite(PERESOURCE Resource)",
    page="nf-wdm-exinitializeresourcelite", irql="<= DISPATCH_LEVEL", undo="ExDeleteResourceLite",
)  # fmt: skip
def ExInitializeResourceLite(nt: System, resource: int) -> int:
    check_resident(nt, resource)
    nt.resources.initialise(resource)
    return STATUS_SUCCESS


@routine(
    "NTSTATUS ExDeleteResourceLite(PERESOURCE Resource)",
    page="nf-wdm-exdeleteresourcelite", irql="<= DISPATCH_LEVEL", fails="NTSTATUS",
)  # fmt: skip
def ExDeleteResourceLite(nt: System, resource: int) -> int:
    """Forget a resource, before its memory is freed."""
    nt.resources.delete(resource)
    return STATUS_SUCCESS


@routine(
    "BOOLEAN ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)",
    page="nf-wdm-exacquireresourceexclusivelite", irql="<= APC_LEVEL", fails="FALSE", undo="ExReleaseResourceLite",
    calls_back=True,
)  # fmt: skip
def ExAcquireResourceExclusiveLite(nt: System, resource: int, wait: int) -> int:
    """Own a resource alone; again and again if it is owned so already. FALSE if it is taken and Wait is FALSE."""
    return int(nt.resources.acquire(resource, True, wait != 0))


@routine(
    "BOOLEAN ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)",
    page="nf-wdm-exacquireresourcesharedlite", irql="<= APC_LEVEL", fails="FALSE", undo="ExReleaseResourceLite",
    calls_back=True,
)  # fmt: skip
def ExAcquireResourceSharedLite(nt: System, resource: int, wait: int) -> int:
    """Own a resource together with others who want it shared. Whoever waits to have it alone goes first."""
    return int(nt.resources.acquire(resource, False, wait != 0))


@routine(
    "VOID ExReleaseResourceLite(PERESOURCE Resource)",
    page="nf-wdm-exreleaseresourcelite", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExReleaseResourceLite(nt: System, resource: int) -> None:
    """Give a resource up once."""
    nt.resources.release(resource)


@routine(
    "VOID ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exinitializerundownprotection", irql="<= DISPATCH_LEVEL",
)  # fmt: skip
def ExInitializeRundownProtection(nt: System, reference: int) -> None:
    nt.memory.write_uint(reference, 8, 0)


@routine(
    "BOOLEAN ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exacquirerundownprotection", irql="<= DISPATCH_LEVEL", fails="FALSE",
    undo="ExReleaseRundownProtection",
)  # fmt: skip
def ExAcquireRundownProtection(nt: System, reference: int) -> int:
    """TRUE if the object may be used; FALSE once its owner has begun to run it down."""
    return int(rundown.acquire(nt, reference))


@routine(
    "VOID ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exreleaserundownprotection", irql="<= DISPATCH_LEVEL", calls_back=True,
)  # fmt: skip
def ExReleaseRundownProtection(nt: System, reference: int) -> None:
    rundown.release(nt, reference)


@routine(
    "VOID ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exwaitforrundownprotectionrelease", irql="<= APC_LEVEL", calls_back=True,
)  # fmt: skip
def ExWaitForRundownProtectionRelease(nt: System, reference: int) -> None:
    """Let nobody in any more, and wait until all have left."""
    rundown.wait(nt, reference)


@routine(
    "VOID ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)",
    page="nf-wdm-exreinitializerundownprotection", irql="<= APC_LEVEL",
)  # fmt: skip
def ExReInitializeRundownProtection(nt: System, reference: int) -> None:
    """The object that was run down can be used again."""
    nt.memory.write_uint(reference, 8, 0)
