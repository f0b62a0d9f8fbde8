"""The I/O system: drivers, devices, files, requests, Plug and Play."""
