"""Names of devices, and symbolic links to them, as the object manager has them: blind to case, in directories.

`\\DosDevices\\`, `\\GLOBAL??\\` and `\\??\\` are one directory. What follows the name of a device belongs to the file
that is opened: `\\Device\\Card\\sub` is the file `\\sub` of `\\Device\\Card`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..system import System

LINKS = "\\??\\"
ALIASES = ("\\DOSDEVICES\\", "\\GLOBAL??\\", "\\DOSDEVICES\\GLOBAL\\")
DIRECTORIES = ("\\", "\\DEVICE", "\\??", "\\DOSDEVICES", "\\GLOBAL??", "\\DRIVER", "\\BASENAMEDOBJECTS", "\\FILESYSTEM")
MOST_LINKS = 32  # one upon another


def folded(name: str) -> str:
    """A name by which it is found."""
    upper = name.upper()
    for alias in ALIASES:
        if upper.startswith(alias):
            return LINKS + upper[len(alias) :]
    return upper


class Link:
    """A symbolic link: the name as it was given, and where it leads. `enabled` is false for that of a device interface
    that is not open for use."""

    __slots__ = ("name", "target", "enabled")

    def __init__(self, name: str, target: str) -> None:
        self.name = name
        self.target = target
        self.enabled = True


class Namespace:
    """`devices` by their folded names, `links` likewise."""

    __slots__ = ("nt", "devices", "links")

    def __init__(self, nt: System) -> None:
        self.nt = nt
        self.devices: dict[str, int] = {}
        self.links: dict[str, Link] = {}

    def is_taken(self, name: str) -> bool:
        key = folded(name)
        return key in self.devices or key in self.links

    def has_directory(self, name: str) -> bool:
        """Whether the directory is there that a name stands in."""
        return name.startswith("\\") and folded(name).rpartition("\\")[0] in ("", *DIRECTORIES)

    def add_device(self, name: str, device: int) -> None:
        self.devices[folded(name)] = device

    def remove_device(self, name: str) -> None:
        self.devices.pop(folded(name), None)

    def add_link(self, name: str, target: str) -> Link:
        made = self.links[folded(name)] = Link(name, target)
        return made

    def remove_link(self, name: str) -> bool:
        return self.links.pop(folded(name), None) is not None

    def find(self, path: str) -> tuple[int, str]:
        """The device that a path leads to, and what of it is behind the device's name; (0, "") if it leads nowhere."""
        for _ in range(MOST_LINKS):
            whole = folded(path)
            moved = len(whole) - len(path)  # an alias of another length was put in its place
            end = len(whole)
            while end > 0:
                key = whole[:end]
                if key in self.devices:
                    return self.devices[key], path[end - moved :]
                link = self.links.get(key)
                if link is not None:
                    if not link.enabled:
                        return 0, ""
                    path = link.target + path[end - moved :]
                    break
                end = whole.rfind("\\", 0, end)
            else:
                return 0, ""
        return 0, ""


def link_key(name: str) -> int:
    """A number under which a link is held until it is deleted."""
    return -2 - int.from_bytes(folded(name).encode("utf-16-le"), "little")
