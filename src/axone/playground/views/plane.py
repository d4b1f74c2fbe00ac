"""The plane that a picture is drawn on: its axes, its grid as the network takes it, rows on it.

Through two inputs, all others held at what is usual, or through the two first principal components
of the training rows, all others at their mean; of a network of a single input it is a line.
"""

from dataclasses import dataclass, field

import numpy as np

from axone.arrays import FloatArray
from axone.experiments.preparation import Prepared
from axone.messages import _, shorten
from axone.playground.numbers import evenly
from axone.playground.views.inputs import (
    input_names,
    some_training_rows,
    units_of,
    usual_row,
)
from axone.playground.views.view import PlaneKind, View

_MARGIN = 0.06
"""Of the training rows' range, on either side."""

_LONGEST_NAME = 60

_WIDE = 1000
"""Inputs of which there are more: principal components are found among so many rows instead."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A flat piece of the space of a network's inputs: base + u·directions₀ + v·directions₁.

    Attributes
    ----------
    kind : {"columns", "components", "line"}
    names : tuple of str
        Of the axes, one of a line.
    ranges : array of shape (axes, 2)
        Of what is shown, in the axes' own units.
    base : array of shape (n,)
        The inputs at u = v = 0.
    directions : array of shape (axes, n)
    shift, scale : array of shape (axes,)
        u·scale + shift is in the axis's own units.
    columns : tuple of int
        Which inputs the axes are; empty for components.
    """

    kind: PlaneKind
    names: tuple[str, ...]
    ranges: FloatArray
    base: FloatArray
    directions: FloatArray
    shift: FloatArray
    scale: FloatArray
    columns: tuple[int, ...] = field(default=())

    @property
    def axes(self) -> int:
        """How many there are: 1 of a line."""
        return len(self.names)

    def shape(self, grid: int) -> tuple[int, int]:
        """Return rows and columns of a grid of so many points each way."""
        return (grid if self.axes == 2 else 1), grid

    def ticks(self, grid: int) -> tuple[FloatArray, ...]:
        """Return where the points of a grid lie on each axis, rising, in its own units."""
        return tuple(np.linspace(low, high, grid) for low, high in self.ranges)

    def inputs(self, grid: int) -> FloatArray:
        """Return the inputs at the points of a grid, (rows·columns, n): the lowest row first."""
        across = [
            (ticks - s) / k
            for ticks, s, k in zip(self.ticks(grid), self.shift, self.scale, strict=True)
        ]
        mesh = np.stack([each.ravel() for each in np.meshgrid(*across)], axis=1)
        return np.asarray(self.base + mesh @ self.directions)

    def place(self, rows: FloatArray) -> FloatArray:
        """Return where rows, as the network takes them, lie: (m, axes), in the axes' own units."""
        if self.columns:
            found = rows[:, list(self.columns)].astype(np.float64)
        else:
            found = (rows - self.base) @ self.directions.T
        return np.asarray(found * self.scale + self.shift)


def plane_of(prepared: Prepared, view: View) -> Plane | None:
    """Return the plane of a view; None where there is none."""
    if view.plane == "none":
        return None
    rows = some_training_rows(prepared)
    if view.plane == "components":
        return _of_components(rows)
    return _of_columns(prepared, rows, view)


def _of_columns(prepared: Prepared, rows: FloatArray, view: View) -> Plane:
    columns = list(view.columns)
    base = usual_row(prepared, rows)
    base[columns] = 0
    directions = np.zeros((len(columns), len(base)))
    directions[np.arange(len(columns)), columns] = 1
    shift, scale = (each[columns] for each in units_of(prepared))
    # All training rows, for the one that lies furthest out is to be seen.
    inputs = prepared.parts["train"].X
    every = np.stack([inputs[:, place].astype(np.float64) for place in columns], axis=1)
    names = input_names(prepared)
    return Plane(
        view.plane,
        tuple(names[place] for place in columns),
        _ranges(every * scale + shift),
        base,
        directions,
        shift,
        scale,
        tuple(columns),
    )


def _of_components(rows: FloatArray) -> Plane:
    mean, directions, shares = principal_components(rows)
    first, second = shares.tolist()
    found = (rows - mean) @ directions.T
    return Plane(
        "components",
        (
            _("1st principal component ({share:.0%} of the variance)", share=first),
            _("2nd principal component ({share:.0%})", share=second),
        ),
        _ranges(found),
        mean,
        directions,
        np.zeros(2),
        np.ones(2),
    )


def principal_components(rows: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean (n,), the two first principal components (2, n), and their variance's shares.

    Of each component the largest weight is positive, as in scikit-learn, so that the plane does not
    turn over from one time to the next. Of more inputs than rows the components are found by the
    rows' products with one another, which are fewer numbers (Turk & Pentland 1991).
    """
    if rows.shape[1] > _WIDE:
        rows = rows[evenly(len(rows), _WIDE)]
    mean = rows.mean(axis=0, dtype=np.float64)
    centred = rows.astype(np.float64) - mean
    wide = centred.shape[1] > len(centred)
    products = centred @ centred.T if wide else centred.T @ centred
    values, vectors = np.linalg.eigh(products)
    total = max(float(np.trace(products)), np.finfo(float).tiny)
    top = vectors[:, ::-1][:, :2].T
    shares = np.maximum(values[::-1][:2], 0) / total
    if wide:
        top = top @ centred
        lengths = np.linalg.norm(top, axis=1, keepdims=True)
        top = np.divide(top, lengths, out=np.zeros_like(top), where=lengths > 0)
    if len(top) < 2:  # a single row
        top, shares = np.vstack([top, np.zeros_like(top)]), np.append(shares, 0.0)
    largest = np.take_along_axis(top, np.abs(top).argmax(axis=1)[:, None], axis=1)
    return mean, np.where(largest < 0, -top, top), shares


def _ranges(points: FloatArray) -> FloatArray:
    low, high = points.min(axis=0), points.max(axis=0)
    # Of rows that are all alike something is to be seen, too.
    margin = np.where(high > low, _MARGIN * (high - low), np.maximum(0.5, np.abs(low) * _MARGIN))
    return np.stack([low - margin, high + margin], axis=1)


def described(plane: Plane | None, view: View) -> dict[str, object]:
    """Return what a page is told of the plane: kind, columns, names and ranges of the axes.

    Row 0 of whatever lies on it is the lowest.
    """
    if plane is None:
        return {"kind": "none", "columns": [], "names": [], "ranges": []}
    return {
        "kind": plane.kind,
        "columns": list(plane.columns),
        "names": [shorten(str(name), _LONGEST_NAME) for name in plane.names],
        "ranges": plane.ranges.tolist(),
        "grid": view.grid,
        "unit_grid": view.unit_grid,
        "origin": "lower",
    }
