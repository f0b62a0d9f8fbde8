"""What code costs in which a debugger may stop, while it runs freely, beside the same code in a plain run."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from .measure import Row, best, ms

# Each has functions, and behind a line of `//` what calls them.
LOOPS = {
    "a tight loop": """\
unsigned crc(unsigned n) {
    unsigned c = ~0u;
    for (unsigned i = 0; i < n; i++)
        for (int k = 0; k < 8; k++)
            c = (c >> 1) ^ (0xEDB88320u & (0u - (c & 1)));
    return c;
}
//
crc(TURNS * 2048);
""",
    "calls": """\
int fib(int n) { if (n < 2) { return n; } return fib(n - 1) + fib(n - 2); }
//
for (int i = 0; i < TURNS; i++) { fib(16); }
""",
    "statements": """\
unsigned a[256], x = 1;
unsigned sum(unsigned rounds) {
    unsigned s = 0;
    for (unsigned r = 0; r < rounds; r++)
        for (unsigned i = 0; i < 256; i++) { a[i] = a[i] * 3 + r; s += a[i]; x = x ^ s; }
    return s;
}
//
sum(TURNS * 20);
""",
}


def run(quick: bool) -> list[Row]:
    from dmascript.interp import script
    from dmascript.interp.debugger.live import Live
    from dmascript.interp.options import Options

    turns, rounds = (1, 1) if quick else (60, 3)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for what, template in LOOPS.items():
            text = template.replace("TURNS", str(turns))
            functions, call = text.split("//\n")
            path = Path(folder) / "loops.dma"
            path.write_text(text, encoding="utf-8")
            options = Options()
            loaded = script.load(str(path), options)
            live = Live(options, _silent)
            live.enter(functions)
            plain, watched = best(rounds, partial(script.run, loaded, options, _silent), partial(live.enter, call))
            live.close()
            rows.append(Row(f"watched / plain, {what}", watched / plain, detail=f"{ms(watched)} / {ms(plain)}"))
    return rows


def _silent(text: str) -> None:
    """Nobody reads what is printed."""
