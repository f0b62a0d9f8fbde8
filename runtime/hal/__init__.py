"""The hardware: devices, their registers, what they are given, and the bus."""
