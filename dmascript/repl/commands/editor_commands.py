"""The commands about typing: .keys."""

from __future__ import annotations

from ..command import Refused, command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shell import Shell


@command(
    ".keys", ".keys [vi|emacs]", "Edit as vi or as emacs does; alone, list the keys.", group="machine",
    completes="vi|emacs",
)  # fmt: skip
def keys(shell: Shell, rest: str) -> None:
    if not rest:
        from ..key_list import KEYS
        from ..reading import facts

        shell.say("\n".join(facts(KEYS, shell.width)))
    elif rest not in ("vi", "emacs"):
        raise Refused(f"there are the keys of vi and of emacs, not of {rest!r}")
    elif shell.set_keys is None:
        raise Refused("there is no editor here: lines are taken as they come")
    else:
        shell.set_keys(rest)
