"""What the page may ask, a file a kind of question; each is a function of the bench and the fields.

A function checks the fields, does what is asked, and returns plain JSON data. What it raises of
Axone's errors is what the page is told.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

from axone.playground.bench import Bench

Answer: TypeAlias = Callable[[Bench, Mapping[str, Any]], Any]

_MODULES = (
    "control",
    "rows",
    "stepping",
    "formulas",
    "code",
    "sharing",
    "saving",
    "scenes",
    "laboratory",
    "diagnosis",
    "looking",
    "predicting",
)


@cache
def answers() -> Mapping[str, Answer]:
    """Return what answers each question, by its name."""
    found: dict[str, Answer] = {}
    for name in _MODULES:
        found |= import_module(f"{__name__}.{name}").ANSWERS
    return found
