"""C compilers as oracles: the same programs must print the same there and here."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import oracle_csmith
import oracle_flow
import oracle_windows
from dmascript.promises import Program, programs_of

LANGUAGE = Path(__file__).resolve().parent / "golden" / "language"
SEEDS = range(40)
FLOWS = range(130, 160)
WINDOWS_SEEDS = (3, 10, 21, 33, 44, 46)

needs_csmith = pytest.mark.skipif(bool(oracle_csmith.missing_tools()), reason=f"no {oracle_csmith.missing_tools()}")
needs_windows = pytest.mark.skipif(bool(oracle_windows.missing_tools()), reason=f"no {oracle_windows.missing_tools()}")


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> oracle_windows.Windows:
    return oracle_windows.Windows(tmp_path_factory.mktemp("windows"))


@needs_csmith
def test_random_programs_print_what_gcc_makes_them_print() -> None:
    """40 programs of csmith have the checksums that gcc gives them."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        verdicts = list(pool.map(oracle_csmith.compare, SEEDS, chunksize=5))
    kinds = [verdict.kind for verdict in verdicts]
    assert [verdict for verdict in verdicts if verdict.kind == oracle_csmith.DIFFERENT] == []
    assert kinds.count(oracle_csmith.SAME) > len(kinds) // 2


@needs_csmith
@needs_windows
def test_random_programs_print_what_windows_makes_them_print(windows: oracle_windows.Windows) -> None:
    """Programs of csmith, with their `long` constants as they are, have the checksums that they have on Windows."""
    verdicts = oracle_csmith.compare_with_windows(WINDOWS_SEEDS, windows)
    assert [verdict for verdict in verdicts if verdict.kind != oracle_csmith.SAME] == []


@needs_windows
def test_random_control_flow_takes_the_path_that_windows_takes(windows: oracle_windows.Windows) -> None:
    """Loops, switches, gotos and exceptions in one another run in the order in which Windows runs them."""
    verdicts = oracle_flow.compare(FLOWS, windows)
    assert [verdict for verdict in verdicts if verdict.kind != oracle_csmith.SAME] == []
    assert len(verdicts) > len(FLOWS) // 2


@needs_windows
def test_golden_scripts_promise_what_windows_prints(windows: oracle_windows.Windows) -> None:
    """The C of the golden scripts prints under Windows what their comments promise: no promise is only our own idea."""
    promised = {
        f"{path.name}:{program.first_line}": program
        for path in comparable()
        for program in programs_of(path.read_text("utf-8"))
    }
    sources = {name: program.text for name, program in promised.items()}
    printed = windows.run_driver_c(sources)
    assert {name: [line.rstrip() for line in text.splitlines()] for name, text in printed.items()} == {
        name: output_of(program) for name, program in promised.items()
    }


def comparable() -> list[Path]:
    """The scripts that are plain C, begin at DriverEntry, and do what any C compiler for Windows makes of them."""
    paths = [*LANGUAGE.glob("c_*.dma"), *LANGUAGE.glob("seh_*.dma")]
    return [path for path in sorted(paths) if path.name != "seh_windows.dma"]


def output_of(program: Program) -> list[str]:
    return [text.rstrip() for _, text in program.output]
