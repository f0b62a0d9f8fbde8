"""`python -m dmascript` and the console script.

A plain `run FILE` starts through here with as little imported as can be; everything else, and every mistake, goes to
the command line in cli.py.
"""

from __future__ import annotations

import sys

from .console import EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_LIMIT, Console


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        return _quick(sys.argv[1:]) if sys.argv[1:2] == ["run"] else _full(sys.argv[1:])
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except (MemoryError, RecursionError) as error:
        return _say(f"the host gave out: {type(error).__name__}", EXIT_LIMIT)
    except Exception as error:
        return _internal(error)


def _quick(words: list[str]) -> int:
    """Run one file with plain options; whatever is not quite that is left to the full command line."""
    from .run_options import Refusal, options_of, read_words

    colourless = "--no-color" in words
    rest = [word for word in words[1:] if word != "--no-color"]
    paths = [word for index, word in enumerate(rest) if _is_path(rest, index)]
    if len(paths) != 1:
        return _full(words)
    rest.remove(paths[0])
    try:
        options = options_of(read_words(rest))
    except Refusal:
        return _full(words)
    from .running import run_script

    return run_script(paths[0], options, Console(plain=colourless))


def _is_path(words: list[str], index: int) -> bool:
    """Whether this word is neither an option nor the value of the option before it."""
    before = words[index - 1] if index else ""
    takes_value = before.startswith("-") and before != "-" and "=" not in before
    return not takes_value and (words[index] == "-" or not words[index].startswith("-"))


def _full(words: list[str]) -> int:
    from .cli import command_line

    return command_line(words)


def _internal(error: Exception) -> int:
    """A mistake of our own: say so without a traceback, unless one is asked for."""
    import os

    if os.environ.get("DMASCRIPT_TRACEBACK"):
        import traceback

        traceback.print_exc()
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" at {os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else ""
    return _say(
        f"internal error: {type(error).__name__}: {error}{place}\n"
        "  This is a mistake in dmascript, not in the script. Set DMASCRIPT_TRACEBACK=1 to see where it comes from.",
        EXIT_INTERNAL,
    )


def _say(message: str, code: int) -> int:
    Console().say(f"dmascript: {message}")
    return code


def start() -> None:
    """Be this process's program: a plain run takes its modules from one file, and the process ends without taking
    everything down piece by piece."""
    if sys.argv[1:2] != ["run"]:
        sys.exit(main())
    import gc

    gc.set_threshold(100_000)  # what is loaded stays: looking through it again and again frees nothing
    from .module_cache import ModuleCache

    modules = ModuleCache()
    sys.meta_path.insert(0, modules)
    code = main()
    modules.keep()
    if not _watched():
        import os

        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _watched() -> bool:
    """Whether something waits for the interpreter's own end: a profiler, a debugger, `python -i`, who asked atexit."""
    import atexit

    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None and any(monitoring.get_tool(number) for number in range(6)):
        return True
    return bool(sys.gettrace() or sys.getprofile() or sys.flags.inspect or getattr(atexit, "_ncallbacks", lambda: 1)())


if __name__ == "__main__":
    start()
