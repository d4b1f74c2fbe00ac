"""The answers over a plane, and the rows on it with what is predicted of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.parameters import Parameters
from axone.playground.frames import NamedArray
from axone.playground.views.quantised import as_bytes, extent, shares_as_bytes
from axone.playground.views.stage import Rows, Stage

MOST_SHARES = 12
"""Classes of which each has its share shown; of more the likeliest one of every point is."""


def surface(stage: Stage, parameters: Parameters) -> list[NamedArray]:
    """Return `surface`, the answers over the plane, the lowest row first.

    Of classes (gy, gx, K): their shares; of more than `MOST_SHARES` the likeliest one's number,
    (gy, gx), with ``winner``. Of numbers (gy, gx), with `low` and `high` in the target's units.
    Over a line there is `line` as well, the same in full precision, (gx,) or (gx, K).
    """
    plane, rows = stage.plane, stage.surface_rows
    if plane is None or rows is None:
        return []
    answering, outputs = stage.answering, stage.predict(parameters, rows)
    shown: NDArray[Any]
    if answering.kind != "classes":
        answers = answering.numbers(outputs, rows)
        low, high = (float(each) for each in extent(answers))
        shown = as_bytes(answers, low, high)
        extras: dict[str, Any] = {"low": low, "high": high}
    elif answering.classes <= MOST_SHARES:
        answers = answering.shares(outputs)
        shown, extras = shares_as_bytes(answers), {"classes": answering.classes}
    else:
        answers = answering.labels(outputs)
        shown = answers.astype(np.uint8 if answering.classes <= 256 else np.int32)
        extras = {"classes": answering.classes, "winner": True}
    shape = (*plane.shape(stage.grid), *shown.shape[1:])
    found = [NamedArray("surface", shown.reshape(shape), {"kind": answering.kind, **extras})]
    if plane.axes == 1:
        found.append(NamedArray("line", answers.astype(np.float32)))
    return found


def points(stage: Stage, parameters: Parameters, *, fresh: bool) -> list[NamedArray]:
    """Return what is predicted of the rows on the plane, and if `fresh` the rows themselves.

    `points`, (m, 2), in the axes' own units, on a line with the truth as their height;
    `points.label`, the truth; `points.number`, of the row in the dataset; `points.part`.
    """
    rows, plane, answering = stage.points, stage.plane, stage.answering
    if rows is None or plane is None:
        return []
    outputs = stage.predict(parameters, rows)
    found = [NamedArray("points.predicted", _predicted(stage, rows, outputs))]
    if not fresh:
        return found
    label = _label(stage, rows)
    xy = plane.place(rows.X)
    if plane.axes == 1:
        xy = np.column_stack([xy[:, 0], label])
    extras = {"of": sum(map(len, stage.prepared.parts.values())), "kind": answering.kind}
    return [
        NamedArray("points", xy.astype(np.float32), extras),
        NamedArray("points.label", label),
        NamedArray("points.number", rows.numbers),
        NamedArray("points.part", rows.parts),
        *found,
    ]


def _predicted(stage: Stage, rows: Rows, outputs: FloatArray) -> FloatArray:
    if stage.answering.kind == "classes":
        return stage.answering.labels(outputs).astype(np.int32)
    return stage.answering.numbers(outputs, rows.X).astype(np.float32)


def _label(stage: Stage, rows: Rows) -> NDArray[np.int32] | NDArray[np.float32]:
    """Return classes or numbers; of an autoencoder what its rows are, though it learns it not."""
    y = np.asarray(rows.y)
    if stage.prepared.dataset.class_names or y.dtype.kind in "iu":
        classes = y.argmax(axis=1) if y.ndim > 1 else y
        return classes.astype(np.int32)
    return stage.answering.wanted(y).astype(np.float32)
