"""What the simulated kernel does in a second: requests through a stack of drivers, switches between threads; and what a
trace costs."""

from __future__ import annotations

from dmascript.interp import script
from dmascript.interp.options import Options
from dmascript.interp.script import Loaded

from .machines import check, load
from .measure import Row, best, ms

READS = 1000  # of driver_stack.dma, each through three drivers
SWITCHES = 10_000  # of two_threads.dma


def run(quick: bool) -> list[Row]:
    rounds = 1 if quick else 5
    options, watched = Options(), Options(trace=True)
    stack, threads = load("driver_stack"), load("two_threads")
    check(stack, options)
    check(threads, options)
    reading, traced, switching = best(
        rounds, lambda: go(stack, options), lambda: go(stack, watched), lambda: go(threads, options)
    )
    return [
        Row("reads through three drivers", READS / reading, detail=ms(reading), unit="/s"),
        Row("the same with / without a trace", traced / reading, detail=ms(traced)),
        Row("thread switches by events", SWITCHES / switching, detail=ms(switching), unit="/s"),
    ]


def go(loaded: Loaded, options: Options) -> script.Outcome:
    return script.run(loaded, options, lambda text: None)
