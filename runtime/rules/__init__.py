"""The rule table: every state that a driver must not bring about, what is wrong with it and what to do instead.

One namespace for the rules of a run and those of the checker (severity "static"), whose messages name the details.
A rule's id names the broken state. `stop` is the bug check that Windows would show: its code, and its sub-code or None.
`here` is said under the line at fault, `earlier` names an event in the object's history and what to say under its line.
"""

from __future__ import annotations

from .dma import *  # noqa: F403
from .hardware import *  # noqa: F403
from .kernel import *  # noqa: F403
from .mdls import *  # noqa: F403
from .memory import *  # noqa: F403
from .pool import *  # noqa: F403
from .requests import *  # noqa: F403
from .table import RULES as RULES
from .table import Rule as Rule
