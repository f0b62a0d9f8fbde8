"""Which names are typedefs, at each point of a script: C cannot be parsed without."""

from __future__ import annotations

from .environment import Environment


class TypedefScope:
    """File-level names that outlive one parse: True for a typedef, False for an ordinary name."""

    __slots__ = ("kinds",)

    def __init__(self) -> None:
        self.kinds: dict[str, bool] = {}


class Names:
    """The names that are visible, in one dictionary; a log of what inner scopes changed undoes it as they close."""

    __slots__ = ("kinds", "environment", "_log", "_built_in")

    def __init__(self, environment: Environment, scope: TypedefScope | None = None) -> None:
        self.kinds: dict[str, bool] = scope.kinds if scope is not None else {}
        self.environment = environment
        self._log: list[tuple[str, bool | None]] = []
        self._built_in: dict[str, bool] = {}

    def declare(self, name: str, typedef: bool) -> None:
        """Give a name its meaning until the innermost open scope closes."""
        self._log.append((name, self.kinds.get(name)))
        self.kinds[name] = typedef

    def push(self) -> int:
        """Open a scope; what is returned closes it."""
        return len(self._log)

    def pop(self, level: int) -> None:
        """Close the scope that `level` opened, and any inside it."""
        log, kinds = self._log, self.kinds
        while len(log) > level:
            name, kind = log.pop()
            if kind is None:
                kinds.pop(name, None)
            else:
                kinds[name] = kind

    def is_typedef(self, name: str) -> bool:
        kind = self.kinds.get(name)
        return self._is_built_in_typedef(name) if kind is None else kind

    def _is_built_in_typedef(self, name: str) -> bool:
        known = self._built_in.get(name)
        if known is None:
            known = self._built_in[name] = self.environment.is_typedef(name)
        return known

    def is_ordinary(self, name: str) -> bool:
        """True if the name is known, and not as a typedef."""
        kind = self.kinds.get(name)
        if kind is not None:
            return not kind
        environment = self.environment
        if self._is_built_in_typedef(name):
            return False
        return environment.constant(name) is not None or environment.declaration(name) is not None
