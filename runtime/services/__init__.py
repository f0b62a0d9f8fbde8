"""System services, in kernel mode: what a program's system call and a driver's Zw routine have in common."""
