"""What a user program calls, in user mode: the stubs of Win32 over the services of the kernel."""
