"""The simulated NT: memory, objects, kernel routines, rules. Usable from Python without the language; imports nothing
of ours."""
