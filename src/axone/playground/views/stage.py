"""What does not change while a network learns: the grid's rows, the rows on it, those measured on.

A stage is made once for a design and a view. It is never written to, so that frames may be made
from it in a thread of their own, beside training.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.engines import NotBuiltError, Plan, Recipe, UnsupportedError, get_engine
from axone.engines.native import NativePlan
from axone.experiments.preparation import Part, Prepared
from axone.messages import Message, shorten
from axone.optimizers import SGD
from axone.parameters import Parameters
from axone.playground.limits import LONGEST_NAME, MOST_NAMES
from axone.playground.numbers import evenly
from axone.playground.views.answers import Answering
from axone.playground.views.inputs import possible_axes
from axone.playground.views.passes import single
from axone.playground.views.plane import Plane, described, plane_of
from axone.playground.views.possible import obstacles
from axone.playground.views.view import COARSEST_GRID, View

MOST_ROWS = 2000
"""Points of a picture, and rows that a network is measured on: more are not told apart."""

FEWEST_ROWS = 200
"""Rows that a large network is measured on, even so."""

MOST_WATCHED, FEWEST_WATCHED = 1000, 8
"""Rows on which units are found to be dead or saturated, by NumPy."""

_WORK = 5e7
"""Multiplications of one part of a frame, 2 or 3 ms: large networks are shown on fewer points."""

PART_NUMBERS: Mapping[str, int] = {"train": 0, "validation": 1, "test": 2}
"""What frames call the parts."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows as a network takes them.

    Attributes
    ----------
    X : array of shape (m, …)
    y : array of m rows
        As `Part` has it.
    mask : array of bool, shape (m, length), or None
    numbers : array of int, shape (m,)
        Of the rows in the dataset.
    parts : array of uint8, shape (m,)
        `PART_NUMBERS`.
    """

    X: FloatArray
    y: NDArray[Any]
    mask: BoolArray | None
    numbers: IntArray
    parts: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Stage:
    """All of a frame that stays the same while a network learns; make one with `Stage.of`.

    Attributes
    ----------
    prepared : Prepared
    view : View
    plan : Plan
        That predicts.
    plane : Plane or None
    grid, unit_grid : int
        Points each way of the surface and of units: fewer than the view asks for where the network
        is large.
    surface_rows, unit_rows : array of shape (points, n) or None
        The grid as the network takes it.
    points : Rows or None
        Of all parts, to be drawn on the plane.
    measured : Rows
        Validation rows, else training rows.
    measured_part : str
    watched : Rows
        Some of the same, for the states of units.
    example : Rows
        The one whose feature maps are shown.
    answering : Answering
        What the network's outputs mean.
    left_out : mapping of str to Message
        The parts that cannot be shown, with the reason.
    """

    prepared: Prepared
    view: View
    plan: Plan
    plane: Plane | None
    grid: int
    unit_grid: int
    surface_rows: FloatArray | None
    unit_rows: FloatArray | None
    points: Rows | None
    measured: Rows
    measured_part: str
    watched: Rows
    example: Rows
    answering: Answering
    left_out: Mapping[str, Message]

    @classmethod
    def of(cls, prepared: Prepared, view: View, plan: Plan | None = None) -> "Stage":
        """Lay out all that frames of a view need.

        Parameters
        ----------
        prepared : Prepared
        view : View
            Of the same experiment.
        plan : Plan, optional
            Of its trainer, which any number of threads may use; compiled anew if left out.
        """
        plan = _plan_of(prepared) if plan is None else plan
        plane, network = plane_of(prepared, view), prepared.network
        # What layers write down takes time and memory too where they multiply nothing.
        work = network.multiply_adds + network.kept_numbers
        grid, unit_grid = (
            _affordable_grid(wanted, plane, work) for wanted in (view.grid, view.unit_grid)
        )
        part_name = "validation" if "validation" in prepared.parts else "train"
        own = {part_name: prepared.parts[part_name]}
        dtype = plan.recipe.dtype
        chosen, row = view.example
        return cls(
            prepared,
            view,
            plan,
            plane,
            grid,
            unit_grid,
            None if plane is None else plane.inputs(grid).astype(dtype),
            None if plane is None else plane.inputs(unit_grid).astype(np.float32),
            None if plane is None else _rows(prepared.parts, _affordable(work, MOST_ROWS)),
            _rows(own, _affordable(work, MOST_ROWS)),
            part_name,
            _rows(own, _affordable(work, MOST_WATCHED, FEWEST_WATCHED)),
            _rows_at(chosen, prepared.parts[chosen], np.array([row])),
            Answering.of(prepared, view.target),
            obstacles(prepared),
        )

    def predict(self, parameters: Parameters, rows: Rows | FloatArray) -> FloatArray:
        """Return a network's outputs for rows, by the fastest engine that is able."""
        X, mask = (rows.X, rows.mask) if isinstance(rows, Rows) else (rows, None)
        if (
            mask is not None
            and isinstance(self.plan, NativePlan)
            and not self.plan.takes_mask(mask)
        ):
            return self.prepared.network.predict(parameters, X, mask)
        return self.plan.predict(parameters, X, mask)

    def to_data(self) -> dict[str, Any]:
        """Return the answer to `view`, as JSON holds it: the plane, its choices, the parts."""
        every = sum(map(len, self.prepared.parts.values()))
        shown = 0 if self.points is None else len(self.points.numbers)
        return {
            "plane": described(self.plane, self.view)
            | {"grid": self.grid, "unit_grid": self.unit_grid},
            "columns": [
                {"place": column.place, "name": shorten(column.name, LONGEST_NAME)}
                for column in possible_axes(self.prepared)[:MOST_NAMES]
            ],
            "parts": [part for part in self.view.parts if part not in self.left_out],
            "left_out": {part: str(words) for part, words in self.left_out.items()},
            "points": {"shown": shown, "of": every},
            "measured": {"part": self.measured_part, "rows": len(self.measured.numbers)},
            "target": str(self.answering.name),
            "targets": list(self.prepared.target.names),
        }


def _plan_of(prepared: Prepared) -> Plan:
    """Return what predicts fastest; that an engine lacks something is told where it trains."""
    settings = prepared.experiment.settings
    recipe = Recipe(prepared.network, prepared.loss, SGD(), dtype=settings.dtype)
    if settings.engine != "reference":
        with contextlib.suppress(NotBuiltError, UnsupportedError):
            return get_engine("native").compile(recipe)
    return get_engine("reference").compile(recipe)


def _affordable(work: int, most: int, fewest: int = FEWEST_ROWS) -> int:
    return int(np.clip(_WORK / max(work, 1), fewest, most))


def _affordable_grid(wanted: int, plane: Plane | None, work: int) -> int:
    if plane is None or plane.axes == 1:
        return wanted
    return max(COARSEST_GRID, min(wanted, int((_WORK / max(work, 1)) ** 0.5)))


def _rows(parts: Mapping[str, Part], most: int) -> Rows:
    """Return at most so many rows of some parts, evenly."""
    chosen = evenly(sum(map(len, parts.values())), most)
    found, before = [], 0
    for name, part in parts.items():
        within = chosen[(chosen >= before) & (chosen < before + len(part))] - before
        found.append(_rows_at(name, part, within))
        before += len(part)
    if len(found) == 1:
        return found[0]
    masks = [rows.mask for rows in found if rows.mask is not None]
    return Rows(
        np.concatenate([rows.X for rows in found]),
        np.concatenate([rows.y for rows in found]),
        np.concatenate(masks) if len(masks) == len(found) else None,
        np.concatenate([rows.numbers for rows in found]),
        np.concatenate([rows.parts for rows in found]),
    )


def _rows_at(name: str, part: Part, places: IntArray) -> Rows:
    rows = part.rows(places)
    X = rows.X if rows.X.dtype.kind in "iu" else np.ascontiguousarray(rows.X)
    numbers = np.asarray(rows.numbers, dtype=np.int32)
    y = rows.y if rows.labels is None else rows.labels
    return Rows(X, y, rows.mask, numbers, np.full(len(numbers), PART_NUMBERS[name], np.uint8))


def single_rows(rows: Rows) -> FloatArray:
    """Return rows as the layers' own equations take them here, in float32."""
    return single(rows.X)
