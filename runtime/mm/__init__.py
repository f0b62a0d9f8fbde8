"""Memory: frames and pages, MDLs and what locks and maps them, pool."""
