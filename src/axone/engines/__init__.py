"""Engines run a described network: the reference in NumPy anything, the compiled one fast."""

import warnings
from dataclasses import dataclass
from functools import cache

from axone.engines.engine import Engine, Plan, Session, UnsupportedError, never
from axone.engines.native import NativeEngine
from axone.engines.native.population import Population, Seat, population_of, seats_of, shape_of
from axone.engines.native.variants import NotBuiltError
from axone.engines.recipe import DEAD_UNITS, GRADIENT_NORM, MEASURES, Recipe
from axone.engines.reference import ReferenceEngine
from axone.engines.state import Divergence, EpochReport, EpochReports, EpochTotals, Lap, RunState
from axone.errors import UnknownNameError
from axone.messages import Message, _

_AS_ASKED = _("as asked")
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
    if not isinstance(name, str) or name not in _ENGINES:
        known = ("auto", *_ENGINES)
        raise UnknownNameError(_("engine"), name, known)
    return _ENGINES[name]()


@dataclass(frozen=True)
class Compiled:
    """A plan, and which engine it runs on.

    Attributes
    ----------
    plan : Plan
    engine : str
        "native" or "reference".
    reason : Message
        Why that one.
    """

    plan: Plan
    engine: str
    reason: Message


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
        The engine was named, and is not installed or not able; or no engine is able.
    """
    # Arrays and the like do not even compare.
    named = isinstance(engine, str)
    if not named or engine != "auto":
        chosen = NativeEngine(threads) if named and engine == "native" else get_engine(engine)
        return Compiled(chosen.compile(recipe), chosen.name, _AS_ASKED)
    reference = ReferenceEngine()
    try:
        native = NativeEngine(threads)
    except NotBuiltError as error:
        _warn_not_built(error.message)
        reason = _("the compiled engine is not installed")
        return Compiled(reference.compile(recipe), reference.name, reason)
    try:
        plan = native.compile(recipe)
    except UnsupportedError as error:
        obstacles = error.message
    else:
        reason = _("the fastest that is installed ({variant})", variant=native.variant)
        return Compiled(plan, native.name, reason)
    fallback = Compiled(reference.compile(recipe), reference.name, obstacles)
    warnings.warn(_("The compiled engine is not used: {reason}", reason=obstacles), stacklevel=3)
    return fallback


@cache
def _warn_not_built(message: Message) -> None:
    """Warn once in a process: it concerns every run alike."""
    warnings.warn(message, stacklevel=4)


__all__ = [
    "DEAD_UNITS",
    "GRADIENT_NORM",
    "MEASURES",
    "Compiled",
    "Divergence",
    "Engine",
    "EpochReport",
    "EpochReports",
    "EpochTotals",
    "Lap",
    "NativeEngine",
    "NotBuiltError",
    "Plan",
    "Population",
    "Recipe",
    "ReferenceEngine",
    "RunState",
    "Seat",
    "Session",
    "UnsupportedError",
    "compile_recipe",
    "get_engine",
    "never",
    "population_of",
    "seats_of",
    "shape_of",
]
