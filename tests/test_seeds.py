"""The same script gives the same output, whatever the seed chooses and whatever Python's hashes are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dmascript.interp import script
from dmascript.interp.options import Options
from dmascript.promises import programs_of

EXAMPLES = sorted(Path(__file__).parent.parent.joinpath("examples").glob("*.dma"))
GOLDEN = Path(__file__).parent / "golden"
KERNEL = sorted([*GOLDEN.joinpath("kernel").glob("*.dma"), *GOLDEN.joinpath("memory").glob("*.dma")])


def output(loaded: script.Loaded, options: Options) -> tuple[str, int, list[str]]:
    """What a run prints, its exit code and the rules that it broke."""
    pieces: list[str] = []
    outcome = script.run(loaded, options, pieces.append)
    return "".join(pieces), outcome.exit_code, [report.rule for report in outcome.reports]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_do_not_depend_on_the_seed(path: Path) -> None:
    """An example promises what holds on every machine: twenty seeds print what the plain run prints."""
    loaded = script.load(str(path), Options())
    if loaded.program is None:
        pytest.skip("the example shows errors of the checker")
    plain = output(loaded, Options())
    for seed in range(1, 21):
        assert output(loaded, Options(seed=seed)) == plain


def test_runs_do_not_depend_on_hashes(tmp_path: Path) -> None:
    """Two processes with different hash seeds print the same bytes, reports included."""
    wrong = tmp_path / "wrong.dma"
    wrong.write_text(
        "#include <wdm.h>\n"
        "PUCHAR p = ExAllocatePoolWithTag(NonPagedPoolNx, 100, 'gaT1');\n"
        "PMDL mdl = IoAllocateMdl(p, 100, FALSE, FALSE, NULL);\n"
        'DbgPrint("%p %p\\n", p, MmGetPhysicalAddress(p).QuadPart);\n'
        "MmUnlockPages(mdl);\n"
    )
    seen = set()
    for seed in ("1", "77"):
        done = subprocess.run(
            [sys.executable, "-m", "dmascript", "run", str(wrong), "--seed", "5", "--trace"],
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "DMASCRIPT_CACHE": str(tmp_path / seed)},
        )
        assert done.returncode == 1
        seen.add((done.stdout, done.stderr))
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["pio_read", "sg_read"])
def test_drivers_and_devices_do_not_depend_on_hashes(name: str, tmp_path: Path) -> None:
    """A whole story with programs, drivers and devices, event by event."""
    path = Path(__file__).parent.parent / "examples" / f"{name}.dma"
    seen = set()
    for hashes in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "dmascript", "run", str(path), "--seed", "9", "--trace"],
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": hashes, "DMASCRIPT_CACHE": str(tmp_path / hashes)},
        )
        assert done.returncode == 0
        seen.add((done.stdout, done.stderr))
    assert len(seen) == 1


@pytest.mark.parametrize("path", KERNEL, ids=lambda path: path.stem)
def test_kernel_scripts_do_not_depend_on_the_seed(path: Path) -> None:
    """What threads, waits, locks and memory promise holds in every order: twenty seeds print and find the same."""
    for program in programs_of(path.read_text(encoding="utf-8")):
        loaded = script.load(str(path), program.options(), program.text)
        plain = output(loaded, program.options())
        for seed in range(1, 21):
            options = program.options()
            options.seed = seed
            printed, code, rules = output(loaded, options)
            assert (printed, code, sorted(rules)) == (plain[0], plain[1], sorted(plain[2])), seed
