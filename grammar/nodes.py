"""The nodes of the trees as dataclasses that are quick to define: a first run of a script defines a hundred and fifty.

Type checkers see `dataclasses.dataclass`, with `frozen` and `slots` as each class says; at run time both are left out,
since each would make more methods for every class, and slower ones.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    from dataclasses import dataclass as _dataclass

    def dataclass(**options: object) -> object:
        return _dataclass(eq=options.get("eq", True), repr=False)
