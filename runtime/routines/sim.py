"""What only the simulator has: steering the run from driver code and scripts."""

from __future__ import annotations

from ..routine import known

known("VOID SimPageOut(PVOID VirtualAddress, SIZE_T Length)", irql="any", header="")
known("ULONG SimPinnedFrames(VOID)", irql="any", header="")
known("VOID SimFailNext(PCSTR Routine, ULONG Count)", irql="any", header="")
known("VOID SimAdvance(ULONGLONG Nanoseconds)", irql="<= DISPATCH_LEVEL", header="", calls_back=True)
known("PEPROCESS SimCreateProcess(VOID)", irql="== PASSIVE_LEVEL", undo="SimExitProcess", header="")
known("VOID SimExitProcess(PEPROCESS Process)", irql="== PASSIVE_LEVEL", header="", calls_back=True)
