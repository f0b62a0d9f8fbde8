"""Direct memory access: adapters, map registers, scatter/gather lists, common buffers, channels of the system's DMA
controller, and what each machine does between a device and memory.

`nt.dma` (adapters.py Dma) is the machine's; it is made when the first adapter is.
"""
