"""dmascript: a scripting language for driver DMA flows, run against a simulated Windows NT kernel."""

__version__ = "0.1.0"
