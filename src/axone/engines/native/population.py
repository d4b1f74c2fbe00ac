"""A population of the compiled engine: many runs of one shape, a lane of every vector each.

A network of few units leaves most of a processor's vectors empty; as many networks as a vector has
lanes fill them, however narrow they are. Their sums are taken in another order than one network's,
so that results agree to rounding.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines.engine import Plan
from axone.engines.native.plan import NativePlan
from axone.engines.native.session import position_of, reports_of, take_position
from axone.engines.native.translation import flat_examples
from axone.engines.recipe import Recipe
from axone.engines.state import Lap, RunState
from axone.parameters import Trail

_LAYERS = ("dense", "activation", "dropout")
"""Kinds of layers that run in lanes."""

_MOST_BYTES = 320 * 1024
"""Of the weights of a whole population: with more, they and the optimiser's numbers leave the
second-level cache, and it is slower than its networks one after another."""

_MOST_ROWS = 32
"""Of a batch: what lies between the layers would leave the caches too.
`python -m benchmarks --parts populations` measures both."""


def shape_of(plan: Plan, rows: int) -> str | None:
    """Return what runs must have in common to train in one population, None for one that cannot.

    Parameters
    ----------
    plan : Plan
    rows : int
        How many it is to learn from.
    """
    if not isinstance(plan, NativePlan) or (plan.threads or 1) > 1:
        return None
    recipe, settings = plan.recipe, plan.settings
    if not recipe.optimizer.stepwise or recipe.augmentation or recipe.frozen:
        return None
    small = settings["parameters"] * plan.compiled.vector_bytes <= _MOST_BYTES
    if not small or recipe.batch_rows(rows) > _MOST_ROWS or settings["buffers"]:
        return None
    if not all(map(_runs_in_lanes, settings["layers"])):
        return None
    if settings["head"]["activation"] == "formula":
        return None
    rule = settings["optimizer"]["rule"]
    common = (settings["layers"], settings["head"], rule, settings["columns"], recipe.dtype)
    return repr((*common, recipe.batch_rows(rows), recipe.shuffle, bool(recipe.measures)))


def _runs_in_lanes(layer: dict[str, Any]) -> bool:
    if layer["kind"] not in _LAYERS:
        return False
    # What a formula gives of a row that a lane's shorter batch has not may be infinite.
    return not layer.get("learned") and layer.get("activation") not in ("softmax", "formula")


class Seat:
    """A run's place in a population.

    Attributes
    ----------
    number : int
        Which one.
    recipe, state, examples, max_epochs
        Of the run that has it.
    """

    def __init__(
        self, number: int, recipe: Recipe, state: RunState, examples: Examples, max_epochs: int
    ) -> None:
        self.number, self.recipe, self.state = number, recipe, state
        self.examples, self.max_epochs = examples, max_epochs


class Population:
    """Runs of one shape that train together, each in a seat of its own.

    Parameters
    ----------
    plan : NativePlan
        Of one of them.
    rows : int
        How many it learns from.
    """

    def __init__(self, plan: NativePlan, rows: int) -> None:
        recipe = plan.recipe
        self._compiled = plan.compiled.population(
            recipe.batch_rows(rows),
            recipe.shuffle and not recipe.full_batch,
            bool(recipe.measures),
        )
        self._hit_counts = plan.compiled.hit_counts
        self._free = list(range(self.seats))[::-1]

    @property
    def seats(self) -> int:
        """How many runs it takes."""
        return int(self._compiled.seats)

    @property
    def has_room(self) -> bool:
        """Whether a seat is free."""
        return bool(self._free)

    def seat(self, plan: Plan, state: RunState, examples: Examples, max_epochs: int) -> Seat:
        """Give a run a free seat.

        Parameters
        ----------
        plan : Plan
            Of the same `shape_of` as the population's.
        state, examples, max_epochs
            As of `Plan.session`: the state is moved in place.
        """
        number, recipe = self._free.pop(), plan.recipe
        compiled = cast(NativePlan, plan).compiled
        self._compiled.take(
            number,
            compiled,
            state.parameters.vector,
            state.parameters.buffers,
            [state.slots[name] for name in recipe.optimizer.slots],
            *flat_examples(examples, recipe.dtype)[:4],  # no layer in lanes takes a mask
        )
        return Seat(number, recipe, state, examples, max_epochs)

    def leave(self, seat: Seat) -> None:
        """Let the seat be free."""
        self._compiled.leave(seat.number)
        self._free.append(seat.number)

    def advance(
        self, turns: Mapping[Seat, tuple[int, Trail | None]], interrupted: Callable[[], bool]
    ) -> dict[Seat, Lap | None]:
        """Train until every run has completed its epochs, or `interrupted` says so between steps.

        Parameters
        ----------
        turns : mapping of Seat to (int, Trail or None)
            How many epochs each is to complete, the one begun included, and where its weights at
            the end of each of them go. Whoever has a seat and is not named rests.
        interrupted : callable

        Returns
        -------
        dict of Seat to Lap or None
            None for a run whose numbers are not finite any more: its state is as it was, and a
            session of its own finds out what happened.
        """
        told: list[tuple[tuple[Any, ...], FloatArray, FloatArray | None] | None]
        told = [None] * self.seats
        for seat, (epochs, trail) in turns.items():
            state, last = seat.state, seat.max_epochs
            count = min(epochs, last - state.epoch)
            rates = seat.recipe.rates(state, count, len(seat.examples), last)
            rows = None if trail is None else trail.rows
            told[seat.number] = position_of(state), rates, rows
        results = self._compiled.run(told, interrupted)
        return {seat: self._lap(seat, *results[seat.number]) for seat in turns}

    def _lap(
        self, seat: Seat, has_failed: bool, position: tuple[Any, ...], table: FloatArray
    ) -> Lap | None:
        if has_failed:
            return None
        take_position(seat.state, position)
        reports = reports_of(table, seat.recipe, self._hit_counts)
        seat.state.losses.extend(reports.loss.tolist())
        return Lap(reports)


def population_of(plan: Plan, rows: int) -> Population:
    """Return an empty population for runs that have one `shape_of` with this plan and its rows."""
    return Population(cast(NativePlan, plan), rows)


def seats_of(plan: Plan) -> int:
    """Return how many runs like this one a population takes."""
    compiled = cast(NativePlan, plan).compiled
    return int(compiled.vector_bytes) // np.dtype(plan.recipe.dtype).itemsize
