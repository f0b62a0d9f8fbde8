"""The command line: its commands, their options and their help.

What a command does stands in the module that does it; here are only names, help texts and exit codes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from . import __version__
from .console import EXIT_CLEAN, EXIT_FOUND, EXIT_INTERRUPTED, EXIT_USAGE, Console
from .run_options import ALL, RUN_OPTIONS, Refusal, RunOption, closest, options_of


class _Commands(click.Group):
    """A group that says which command was meant."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:
            hint = closest(args[0], self.list_commands(ctx))
            hint = hint or (f" (to run a script: dmascript run {args[0]})" if Path(args[0]).exists() else "")
            ctx.fail(f"there is no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


def command_line(words: list[str]) -> int:
    """Run one command line and return its exit code."""
    if not words and not sys.stdin.isatty():
        return _no_command()
    words = words or ["repl"]
    try:
        result = commands.main(words, prog_name="dmascript", standalone_mode=False)
    except click.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return result if isinstance(result, int) else EXIT_CLEAN


def _no_command() -> int:
    with click.Context(commands, info_name="dmascript") as context:
        Console().say(commands.get_help(context))
    return EXIT_USAGE


def _reader(row: RunOption) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A click callback that reads the text of an option, or of each of them, by its row of the table."""

    def read(context: click.Context, option: click.Parameter, given: Any) -> Any:
        try:
            if row.repeats:
                return [row.read(text) for text in given]
            return None if given is None else row.read(given)
        except Refusal as refusal:
            raise click.BadParameter(str(refusal), context, option) from None

    return read


def _run_options(*flags: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a command with rows of the option table; it gets them by the name of their field."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for flag in reversed(flags or tuple(RUN_OPTIONS)):
            row = RUN_OPTIONS[flag]
            command = click.option(
                flag, row.field, callback=_reader(row), metavar=row.metavar, help=row.help, multiple=row.repeats
            )(command)
        return command

    return decorate


def _options(fields: dict[str, Any], trace: bool = False) -> Any:
    """The Options that the given fields of a command make; what was not said keeps its default."""
    values: list[tuple[RunOption, object]] = []
    for row in RUN_OPTIONS.values():
        given = fields.get(row.field)
        if row.repeats:
            values.extend((row, one) for one in given or ())
        elif given is not None:
            values.append((row, given))
    return options_of(values, trace)


_NO_COLOUR = click.option("--no-color", "plain", is_flag=True, help="Plain text, also on a terminal.")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with:  dmascript run FILE.dma",
)
@click.version_option(__version__, message="dmascript %(version)s")
def commands() -> None:
    """Run driver DMA flows against a simulated Windows NT kernel."""


@commands.command(epilog="Example:  dmascript run read.dma --profile bounce --set processors=4")
@click.argument("path", metavar="FILE")
@_run_options()
@click.option("--json", "json_file", metavar="FILE", help="Write the findings as JSON.")
@click.option("--trace", is_flag=True, help="Print what happened, event by event.")
@click.option("--picture", is_flag=True, help="Print a drawing of each DMA mapping and common buffer.")
@click.option("--debug", is_flag=True, help="Stop at the first statement, in a session.")
@_NO_COLOUR
def run(path: str, json_file: str | None, trace: bool, picture: bool, debug: bool, plain: bool, **fields: Any) -> int:
    """Run a script: a .dma file, a .c file, or - for standard input.

    Output goes to standard output, reports to standard error. Exit codes: 0 clean; 1 a rule was broken; 2 wrong
    usage, or the file cannot be opened; 3 a host limit was reached; 65 the script does not compile.
    """
    from .running import run_script

    options = _options(fields, trace)
    if debug:
        return _session(path, options, plain, debug=True)
    options.picture = picture
    return run_script(path, options, Console(plain), json_file)


@commands.command(epilog="Examples:  dmascript repl read.dma --profile bounce    dmascript repl < entries.txt")
@click.argument("path", metavar="[FILE]", required=False)
@_run_options(*(flag for flag in RUN_OPTIONS if flag != "--trace-file"))
@_NO_COLOUR
def repl(path: str | None, plain: bool, **fields: Any) -> int:
    """Open a session on a live machine: type statements and WinDbg's commands, step forwards and backwards.

    FILE is run first, and what it has set up stays. From a pipe entries are read without prompts; the exit code is then
    1 if a rule was broken, 65 if an entry does not compile.
    """
    return _session(path, _options(fields), plain)


def _session(path: str | None, options: Any, plain: bool, debug: bool = False) -> int:
    console = Console(plain)
    if options.profile == ALL:
        console.say("dmascript: a session is on one machine: name one profile")
        return EXIT_USAGE
    from .repl.starting import start

    return start(options, console, path, debug, plain)


@commands.command(epilog="Example:  dmascript picture examples/sg_read.dma --profile bounce -o sg_read.svg")
@click.argument("path", metavar="FILE")
@click.option("-o", "--output", metavar="FILE", required=True, help="The .svg or .html file to write.")
@click.option("--mapping", metavar="N", type=click.IntRange(min=1), help="Only the N-th mapping, from 1.")
@_run_options(*(flag for flag in RUN_OPTIONS if flag != "--trace-file"))
@_NO_COLOUR
def picture(path: str, output: str, mapping: int | None, plain: bool, **fields: Any) -> int:
    """Draw what a run maps for devices.

    Each DMA mapping and common buffer is a picture: the buffer, its MDL, the frames in physical memory, map registers
    or IOMMU pages, the elements, and what the device saw. An .html file holds all of them, with --profile all those of
    every profile; an .svg file holds one: of several, each goes to a file of its own, FILE-1.svg and so on.
    """
    from .picturing import draw_script

    return draw_script(path, output, mapping, _options(fields), Console(plain))


@commands.command(epilog="Example:  dmascript check driver.c -I include")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@_run_options("-I")
@click.option("--json", "json_file", metavar="FILE", help="Write the findings as JSON.")
@_NO_COLOUR
def check(paths: tuple[str, ...], json_file: str | None, plain: bool, **fields: Any) -> int:
    """Check scripts without running them; exit code 65 if one has errors."""
    from .running import check_scripts

    return check_scripts(paths, _options(fields), Console(plain), json_file)


@commands.command(epilog="Example:  dmascript test examples/*.dma")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--update", is_flag=True, help="Rewrite the `expect:` comments to what the scripts print now.")
@_NO_COLOUR
def test(paths: tuple[str, ...], update: bool, plain: bool) -> int:
    """Run scripts, and directories of them, and compare with what their comments expect."""
    from .testing import run_tests

    return run_tests(paths, update, Console(plain))


@commands.command(epilog="Example:  dmascript expand pio_read.dma -o plain")
@click.argument("path", metavar="FILE")
@click.option("-o", "--output", "folder", metavar="DIR", help="Write DRIVER.c for each driver, and the script.")
@_run_options("-I")
@_NO_COLOUR
def expand(path: str, folder: str | None, plain: bool, **fields: Any) -> int:
    """Print the plain C that the driver blocks of a script stand for.

    With --output each driver goes to a file of its own in DIR, with the script beside them, its driver blocks reduced
    to an #include of that file: it runs as before.
    """
    from .expanding import expand_script

    return expand_script(path, folder, _options(fields), Console(plain))


@commands.command(epilog="Examples:  dmascript explain mdl-leaked    dmascript explain 0xC4 0x7C 0xffffa10000000010")
@click.argument("name", metavar="NAME")
@click.argument("parameters", metavar="[PARAMETER]...", nargs=-1)
def explain(name: str, parameters: tuple[str, ...]) -> int:
    """Say what a rule, a routine or a bug check means.

    A bug check is named by its code (0xC4, 0xC4/0xB0) or its name, and may be followed by its parameters as Windows or
    a debugger shows them.
    """
    from .explain import explain as explanation_of
    from .explain import known_names, misunderstood

    console = Console()
    wrong = misunderstood(name, parameters)
    if wrong:
        console.say(f"dmascript: {wrong}")
        return EXIT_USAGE
    text = explanation_of(name, parameters)
    if not text:
        console.say(f"dmascript: there is no rule, routine or bug check {name!r}{closest(name, known_names())}")
        return EXIT_USAGE
    console.write(text)
    console.flush()
    return EXIT_CLEAN


@commands.command(epilog="Examples:  dmascript routines mdl    dmascript routines 'Mm*Pages'")
@click.argument("pattern", metavar="[PATTERN]", default="")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def routines(pattern: str, as_json: bool) -> int:
    """List the kernel routines: name, modelled or not, IRQL, what undoes it, prototype.

    PATTERN is any part of the name, or a glob if it has * or ?; case does not matter.
    """
    from .explain import routine_as_dict, routine_lines, routine_rows

    console = Console()
    rows = routine_rows(pattern)
    if as_json:
        import json

        console.write(json.dumps([routine_as_dict(row) for row in rows], indent=2) + "\n")
    else:
        console.write("".join(line + "\n" for line in routine_lines(rows)))
    console.flush()
    if not rows:
        console.say(f"dmascript: no routine matches {pattern!r}")
    return EXIT_CLEAN if rows else EXIT_FOUND
