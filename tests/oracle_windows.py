"""Windows as an oracle: C programs compiled for it on this machine, and run under wine.

wine takes seconds for its first start and most of one for each later start, so many programs are linked into one. Two
compilers serve: mingw's gcc, and clang, which knows `__try` and lays structs out as Microsoft's does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ORACLE = Path(__file__).resolve().parent / "oracle"
MINGW = ("x86_64-w64-mingw32-gcc", "-w", "-O1")
# Without optimisation, so that a fault happens in the function that the program reads it in.
CLANG = ("clang", "--target=x86_64-pc-windows-msvc", "-fms-extensions", "-fno-crash-diagnostics", "-w", "-O0", "-x", "c")
WINE_SECONDS = 120
_MARK = "\x01"


def missing_tools() -> str:
    """The tools that this oracle lacks, or an empty text."""
    wanted = ("x86_64-w64-mingw32-gcc", "clang", "wine")
    return ", ".join(tool for tool in wanted if shutil.which(tool) is None)


class Windows:
    """A folder to build in, with a wine of its own in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        quiet = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "winedbg.exe="}
        self.environment = {**os.environ, **quiet, "WINEPREFIX": str(folder / "wine")}

    def run_c(self, sources: Mapping[str, str], entry: str, flags: tuple[str, ...] = ()) -> dict[str, str]:
        """What each program prints, by its name, as mingw's gcc compiles it. It starts at the function `entry`."""
        return self._run([*MINGW, *flags, "-I", str(ORACLE), "-c"], sources, entry)

    def run_driver_c(self, sources: Mapping[str, str], flags: tuple[str, ...] = ()) -> dict[str, str]:
        """What each program prints, as clang compiles it with our small wdm.h. It starts at DriverEntry. A program that
        clang breaks down on is left out."""
        return self._run([*CLANG, *flags, "-I", str(ORACLE / "wdm"), "-c"], sources, "DriverEntry")

    def _run(self, compiler: list[str], sources: Mapping[str, str], entry: str) -> dict[str, str]:
        objects: list[Path] = []
        names: list[str] = []
        for name, source in sources.items():
            compiled = self._compile(compiler, len(names), source, entry)
            if compiled is not None:
                objects.append(compiled)
                names.append(name)
        start = self.folder / "start.c"
        start.write_text(_start(len(names)))
        program = self.folder / "program.exe"
        handler = ORACLE / "wdm" / "handler.c"
        subprocess.run([*MINGW, str(start), str(handler), *map(str, objects), "-o", str(program)], check=True)
        done = subprocess.run(
            ["wine", str(program)], capture_output=True, env=self.environment, timeout=WINE_SECONDS, check=False
        )
        printed = done.stdout.decode("utf-8", "replace").split(_MARK)[1:]
        return {name: printed[index] if index < len(printed) else "(never ran)" for index, name in enumerate(names)}

    def _compile(self, compiler: list[str], index: int, source: str, entry: str) -> Path | None:
        text = self.folder / f"case{index}.c"
        compiled = text.with_suffix(".o")
        text.write_text(source, encoding="utf-8")
        command = [*compiler, f"-D{entry}=case{index}", str(text), "-o", str(compiled)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):  # 1 is a mistake in the program; anything else is the compiler's own
            return None
        if done.returncode:
            raise AssertionError(done.stderr)
        return compiled


def _start(count: int) -> str:
    """A main that runs all programs, a mark before each, unbuffered so that a crash loses nothing."""
    declared = "".join(f"int case{index}(void *, void *);\n" for index in range(count))
    called = "".join(f'    printf("\\x01");\n    case{index}(0, 0);\n' for index in range(count))
    return f"""#include <stdio.h>
#include <fcntl.h>
#include <io.h>
{declared}
int main(void)
{{
    setvbuf(stdout, NULL, _IONBF, 0);
    _setmode(1, _O_BINARY);
{called}    return 0;
}}
"""
