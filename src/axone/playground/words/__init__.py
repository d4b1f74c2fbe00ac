"""Every text of the page, by key: the page has no text of its own.

A file a panel; keys begin with the panel's name. What counts has two texts, ``key.one`` and
``key.many``, between which the page chooses as its language counts. Figures are named plainly,
``{name}``: the page writes the numbers.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from axone.messages import Message

LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"en": "English", "fr": "Français"})
"""Languages of the page, by the name that each has of itself."""


@cache
def templates() -> Mapping[str, Message]:
    """Return the templates of all panels by key."""
    gathered: dict[str, Message] = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        gathered.update(importlib.import_module(f"{__name__}.{module}").WORDS)
    return MappingProxyType(gathered)


def words() -> dict[str, str]:
    """Return the templates as texts in the language in use, for the page to fill."""
    return {key: str(message) for key, message in templates().items()}
