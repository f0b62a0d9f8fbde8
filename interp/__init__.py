"""Checked programs to Python code objects, and their run against the simulated NT. Imports grammar, runtime, stdlib."""
