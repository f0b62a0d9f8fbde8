"""Rewrites the `expect:` comments of a script to what it prints now.

A promise keeps its place: the n-th comment takes the n-th line of output. Lines that have no comment go to the end of
their program, comments that have no line go away. Nothing but the output is rewritten.
"""

from __future__ import annotations

from .golden import Execute, execute
from .promises import Comment, Program, programs_of
from .run_options import ALL, Refusal


def updated(path: str, text: str, execute: Execute = execute) -> str:
    """The text with its promises of output brought up to date; a program that does not compile keeps its own."""
    lines = text.split("\n")
    ending = "\r" if text.count("\r\n") * 2 > text.count("\n") else ""
    # From the last program to the first, so that the lines of the ones before stay where they are.
    for program in reversed(programs_of(text)):
        printed = _printed(path, program, execute)
        if printed is not None:
            _rewrite(lines, program, printed, ending)
    return "\n".join(lines)


def _printed(path: str, program: Program, execute: Execute) -> list[str] | None:
    """The lines that a program prints, or None if it cannot run."""
    if program.mistakes:
        return None
    try:
        options = program.options()
        if options.profile == ALL:
            options.profile = None  # the lines are those of the plain machine; the others must print the same
        came = execute(path, program.text, options)
    except Refusal:
        return None
    return None if came.refused else came.output_lines


def _rewrite(lines: list[str], program: Program, printed: list[str], ending: str) -> None:
    comments = [comment for comment, _ in program.output]
    promised = [text.rstrip() for _, text in program.output]
    missing = [f"// expect: {text}".rstrip() + ending for text in printed[len(comments) :]]
    if missing:
        end = _end_of(lines, program)
        at_end_of_file = end == len(lines)
        lines[end:end] = [*missing, ""] if at_end_of_file and lines[-1] else missing
    for index in reversed(range(len(comments))):
        if index >= len(printed):
            _remove(lines, comments[index])
        elif promised[index] != printed[index]:
            _replace(lines, comments[index], printed[index])


def _end_of(lines: list[str], program: Program) -> int:
    """Where a line can be added to a program: behind its last line that is not blank."""
    end = min(program.last_line, len(lines))
    while end >= program.first_line and not lines[end - 1].strip():
        end -= 1
    return end


def _replace(lines: list[str], comment: Comment, text: str) -> None:
    line = lines[comment.line - 1]
    tail = "\r" if line.endswith("\r") else ""
    lines[comment.line - 1] = f"{line[: comment.column - 1]}// expect: {text}".rstrip() + tail


def _remove(lines: list[str], comment: Comment) -> None:
    line = lines[comment.line - 1]
    code = line[: comment.column - 1].rstrip()
    if code:
        lines[comment.line - 1] = code + ("\r" if line.endswith("\r") else "")
    else:
        del lines[comment.line - 1]
