"""The debugger as a library: a live machine that is given one entry after the other, stops, is looked at, and goes on
or back. It prints nothing; the REPL fronts it."""
