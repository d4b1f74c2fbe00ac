"""Engines run a described network: the reference in NumPy anything, the compiled one fast."""

import warnings
from dataclasses import dataclass
from functools import cache

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
from axone.engines.native import NativeEngine, UnsupportedError
from axone.engines.reference import ReferenceEngine
from axone.engines.variants import NotBuiltError
from axone.errors import UnknownNameError
from axone.optimizers import LBFGS

_ENGINES: dict[str, type[Engine]] = {"reference": ReferenceEngine, "native": NativeEngine}


def get_engine(name: str = "reference") -> Engine:
    """Return an engine by name.

    Raises
    ------
    UnknownNameError
        No engine of that name.
    NotBuiltError
        The compiled engine is not installed.
    """
    if name not in _ENGINES:
        raise UnknownNameError("engine", name, ["auto", *_ENGINES])
    return _ENGINES[name]()


@dataclass(frozen=True)
class Compiled:
    """A program, and which engine it runs on.

    Attributes
    ----------
    program : Program
    engine : str
        "native" or "reference".
    reason : str
        Why that one.
    """

    program: Program
    engine: str
    reason: str


def compile_recipe(recipe: Recipe, engine: str = "auto", threads: int | None = None) -> Compiled:
    """Compile a recipe; "auto" takes the compiled engine where it is installed and able.

    What it cannot run falls back to the reference engine, with a warning that says why.

    Parameters
    ----------
    recipe : Recipe
    engine : {"auto", "native", "reference"}
    threads : int, optional
        Of the compiled engine; chosen by it if left out. NumPy's threads are NumPy's.

    Raises
    ------
    UnknownNameError
        No engine of that name.
    NotBuiltError, UnsupportedError
        The engine was named, and is not installed or not able.
    """
    if engine != "auto":
        chosen = NativeEngine(threads) if engine == "native" else get_engine(engine)
        return Compiled(chosen.compile(recipe), chosen.name, "as asked")
    if isinstance(recipe.optimizer, LBFGS):
        reason = "L-BFGS runs through SciPy"
        return Compiled(ReferenceEngine().compile(recipe), ReferenceEngine.name, reason)
    try:
        native = NativeEngine(threads)
        reason = f"the fastest that is installed ({native.variant})"
        return Compiled(native.compile(recipe), native.name, reason)
    except NotBuiltError as error:
        _warn_not_built(str(error))
        reason = "the compiled engine is not installed"
    except UnsupportedError as error:
        reason = str(error)
        warnings.warn(f"The compiled engine is not used: {reason}", stacklevel=3)
    return Compiled(ReferenceEngine().compile(recipe), ReferenceEngine.name, reason)


@cache
def _warn_not_built(message: str) -> None:
    """Warn once in a process: it concerns every run alike."""
    warnings.warn(message, stacklevel=4)


__all__ = [
    "Compiled",
    "Divergence",
    "Engine",
    "EpochReport",
    "EpochReports",
    "EpochTotals",
    "NativeEngine",
    "NotBuiltError",
    "Outcome",
    "Program",
    "Recipe",
    "ReferenceEngine",
    "RunState",
    "UnsupportedError",
    "compile_recipe",
    "get_engine",
]
