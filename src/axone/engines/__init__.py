"""Engines run a described network. The reference engine is NumPy and runs everything."""

from axone.engines.engine import (
    Divergence,
    Engine,
    EpochReport,
    EpochReports,
    EpochTotals,
    Outcome,
    Program,
    Recipe,
    RunState,
)
from axone.engines.reference import ReferenceEngine
from axone.errors import UnknownNameError

_ENGINES: dict[str, type[Engine]] = {"reference": ReferenceEngine}


def get_engine(name: str = "auto") -> Engine:
    """Return an engine by name; "auto" is the fastest that is installed.

    Raises
    ------
    UnknownNameError
        No engine of that name.
    """
    if name == "auto":
        name = "reference"
    if name not in _ENGINES:
        raise UnknownNameError("engine", name, ["auto", *_ENGINES])
    return _ENGINES[name]()


__all__ = [
    "Divergence",
    "Engine",
    "EpochReport",
    "EpochReports",
    "EpochTotals",
    "Outcome",
    "Program",
    "Recipe",
    "ReferenceEngine",
    "RunState",
    "get_engine",
]
