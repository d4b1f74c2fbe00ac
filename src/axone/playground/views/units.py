"""What single units answer over a plane, and which of them are dead or saturated."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from axone.activations import ActivationFunction
from axone.arrays import FloatArray
from axone.layers import PositionwiseDense
from axone.parameters import Parameters
from axone.playground.frames import NamedArray
from axone.playground.views.passes import (
    MOST_UNITS,
    Step,
    features_stand_last,
    in_single_precision,
    passed,
)
from axone.playground.views.quantised import as_bytes, extent
from axone.playground.views.stage import Stage, single_rows

SATURATED = 0.9
"""Share of the rows on which a unit that counts as saturated is at a flat end."""


def units(stage: Stage, parameters: Parameters, *, fresh: bool) -> list[NamedArray]:
    """Return `units.L` of every layer that gives single numbers, and if `fresh` `units.input`.

    (n, g, g), the lowest row first, with `low` and `high`, a number each unit; of a layer of more
    than `MOST_UNITS` the first ones, with `shown` and `of`.
    """
    rows = stage.unit_rows
    if rows is None:
        return []
    found = [_maps(stage, "units.input", rows)] if fresh else []
    for step in passed(stage.prepared.network, in_single_precision(parameters), rows):
        if step.y.ndim == 2:
            found.append(_maps(stage, f"units.{step.position}", step.y))
    return found


def _maps(stage: Stage, name: str, y: FloatArray) -> NamedArray:
    assert stage.plane is not None  # noqa: S101 — there are rows of its grid
    count = y.shape[1]
    shown = np.ascontiguousarray(y[:, :MOST_UNITS].T)
    low, high = extent(shown, axis=1)
    maps = as_bytes(shown, low[:, None], high[:, None])
    extras = {"low": low.tolist(), "high": high.tolist()}
    if count > MOST_UNITS:
        extras |= {"shown": MOST_UNITS, "of": count}
    return NamedArray(name, maps.reshape(-1, *stage.plane.shape(stage.unit_grid)), extras)


def states(stage: Stage, parameters: Parameters) -> list[NamedArray]:
    """Return `dead.L` and `saturated.L`, a 0 or 1 each unit or channel, where there is σ.

    A unit is dead that gives nothing for any of the rows, saturated where `SATURATED` of what it
    gives lies at a flat end, by the activation's own notion of both.
    """
    rows, found = stage.watched, []
    last = features_stand_last(stage.prepared)
    steps = passed(
        stage.prepared.network, in_single_precision(parameters), single_rows(rows), rows.mask
    )
    for step in steps:
        for function, a in _activated(step, features_last=last[step.position + 1]):
            dead, flat = function.dead(a), function.saturated(a).mean(axis=0) >= SATURATED
            for name, truths in (("dead", dead), ("saturated", flat)):
                shown = truths[:MOST_UNITS].astype(np.uint8)
                found.append(NamedArray(f"{name}.{step.position}", shown, _of(truths)))
    return found


def _of(units_: Any) -> dict[str, int]:
    return {"shown": MOST_UNITS, "of": len(units_)} if len(units_) > MOST_UNITS else {}


def _activated(
    step: Step, *, features_last: bool
) -> Iterator[tuple[ActivationFunction, FloatArray]]:
    """Give a layer's σ, if it has one, and what it gave, (rows, units): positions are rows, too."""
    layer = step.layer.dense if isinstance(step.layer, PositionwiseDense) else step.layer
    function = getattr(layer, "function", None)
    if not isinstance(function, ActivationFunction) or step.y.ndim < 2:
        return
    y = step.y if features_last or step.y.ndim == 2 else np.moveaxis(step.y, 1, -1)
    if step.mask is not None and step.y.ndim == 3:
        yield function, y[step.mask]
    else:
        yield function, y.reshape(-1, y.shape[-1])
