"""The modules of a run in one file of the cache folder, which Python loads faster than eighty files.

The file holds, for each module, the code that Python's own .pyc has of it. It counts only while the sources of all of
them have the size and time that they had when it was written; without it, everything is imported as usual. A run that
needed more than it holds writes it anew. What compiling a script needs besides stands in a second file.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec

from .grammar import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

    Entry = tuple[str, int, int, bool, CodeType]  # source, its time and size, whether it is a package, code

PACKAGE = __name__.partition(".")[0]
COMPILER = f"{PACKAGE}.interp.compile"
HOME = os.path.dirname(os.path.abspath(__file__))  # another installation's modules are not ours
RUN_FILE, COMPILER_FILE = (f"modules-{what}-{sys.implementation.cache_tag}.bin" for what in ("run", "compile"))


class ModuleCache:
    """Finds and loads modules that the files hold. `entries` are those by name."""

    def __init__(self) -> None:
        self.entries = _read(RUN_FILE)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        entry = self.entries.get(name)
        if entry is None and name == COMPILER:
            self.entries = _read(COMPILER_FILE) | self.entries
            entry = self.entries.get(name)
        if entry is None:
            return None
        spec = ModuleSpec(name, self, origin=entry[0], is_package=entry[3])  # type: ignore[arg-type]
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(os.path.dirname(entry[0]))
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module will do."""

    def exec_module(self, module: ModuleType) -> None:
        module.__file__, _, _, _, code = self.entries[module.__name__]
        exec(code, module.__dict__)

    def get_code(self, name: str) -> CodeType:
        return self.entries[name][4]

    def keep(self) -> None:
        """Write the file anew if modules were needed that it does not hold."""
        needed = [name for name in sys.modules if name.startswith(PACKAGE + ".") and name not in self.entries]
        added = {name: entry for name in needed if (entry := _entry(name)) is not None}
        if added:
            file = COMPILER_FILE if COMPILER in sys.modules else RUN_FILE
            cache.store(file, (sys.hexversion, HOME, self.entries | added))


def _read(file: str) -> dict[str, Entry]:
    """What a file holds, or nothing if a source is not what it was."""
    held = cache.load(file)
    if type(held) is not tuple or len(held) != 3 or held[:2] != (sys.hexversion, HOME):
        return {}
    entries: dict[str, Entry] = held[2]
    try:
        for source, time, size, _, _ in entries.values():
            status = os.stat(source)
            if status.st_mtime_ns != time or status.st_size != size:
                return {}
    except OSError:
        return {}
    return entries


def _entry(name: str) -> Entry | None:
    """A loaded module as the file holds it; None for one that does not come from a source file."""
    spec = getattr(sys.modules[name], "__spec__", None)
    loader = getattr(spec, "loader", None)
    if spec is None or loader is None or spec.name != name or not spec.origin or not hasattr(loader, "get_code"):
        return None
    try:
        status = os.stat(spec.origin)
        code = loader.get_code(name)
    except (OSError, ImportError):
        return None
    if code is None:
        return None
    package = spec.submodule_search_locations is not None
    return spec.origin, status.st_mtime_ns, status.st_size, package, code
