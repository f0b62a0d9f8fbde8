"""The registry: keys in a tree, values with a type and bytes. It begins with the services of the drivers alone."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

ROOTS = {
    0: "",  # RTL_REGISTRY_ABSOLUTE
    1: "\\Registry\\Machine\\System\\CurrentControlSet\\Services",
    2: "\\Registry\\Machine\\System\\CurrentControlSet\\Control",
    3: "\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion",
    4: "\\Registry\\Machine\\Hardware\\DeviceMap",
    5: "\\Registry\\User\\CurrentUser",
}


class Key:
    """`values` by the folded name: name, type, bytes."""

    __slots__ = ("name", "path", "keys", "values")

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        self.keys: dict[str, Key] = {}
        self.values: dict[str, tuple[str, int, bytes]] = {}

    def set(self, name: str, kind: int, data: bytes) -> None:
        self.values[name.upper()] = (name, kind, data)


class Registry:
    __slots__ = ("nt", "root")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.root = Key("", "")

    def find(self, path: str, start: Key | None = None) -> Key | None:
        """The key of a path, absolute or below `start`."""
        key: Key | None = start or self.root
        for part in path.split("\\"):
            if part and key is not None:
                key = key.keys.get(part.upper())
        return key

    def create(self, path: str, start: Key | None = None) -> Key:
        """The key of a path, with all that is missing on the way."""
        key = start or self.root
        for part in path.split("\\"):
            if part:
                key = key.keys.setdefault(part.upper(), Key(part, f"{key.path}\\{part}"))
        return key

    def remove(self, path: str) -> bool:
        """Delete a key without subkeys."""
        parent, _, name = path.rstrip("\\").rpartition("\\")
        key = self.find(parent)
        found = key.keys.get(name.upper()) if key is not None else None
        if key is None or found is None or found.keys:
            return False
        del key.keys[name.upper()]
        return True

    def path(self, relative_to: int, path: str) -> str | None:
        """The absolute path that a RelativeTo value and a path name, or None for a root that is not modelled."""
        root = ROOTS.get(relative_to & 0xFF)
        if root is None:
            return None
        return path if not root else f"{root}\\{path}" if path else root
