"""The kernel proper: processors and threads, what they wait for, locks, interrupts and DPCs, exceptions."""
