"""The list of what is fuzzed: a module a kind, each with `cases` and `attempt(case, folder)`.

A new kind is a module and its name here.
"""

from importlib import import_module

NAMES = (
    "settings",
    "options",
    "spaces",
    "archives",
    "images",
    "models",
    "descriptions",
    "estimators",
    "rows",
    "tables",
    "recordings",
    "playground",
)


def kind(name):
    """The module of a kind: `cases`, a strategy, and `attempt`, which makes one try."""
    return import_module(f"tests.fuzz.{name}")
