"""What the layers make of one example: feature maps of images, signals, sequences and texts."""

from collections.abc import Mapping

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.parameters import Parameters
from axone.playground.frames import NamedArray
from axone.playground.views.passes import (
    MOST_UNITS,
    features_stand_last,
    in_single_precision,
    passed,
)
from axone.playground.views.quantised import as_bytes, extent
from axone.playground.views.stage import Stage, single_rows

MOST_PIXELS = 64
"""Of a map each way, and `MOST_POSITIONS` of a signal: of more every second or third is shown."""

MOST_POSITIONS = 512


def maps(stage: Stage, parameters: Parameters) -> list[NamedArray]:
    """Return `maps.input` and `maps.L` of every layer: (channels, h, w) or (channels, length).

    What gives single numbers is (units, 1). `low` and `high` are those of all channels together, so
    that these can be compared; `shown` and `of` where there are more than `MOST_UNITS`; `step` says
    that every so-many-th pixel is shown, `row` and `part` which example it is.
    """
    rows, network = stage.example, stage.prepared.network
    last = features_stand_last(stage.prepared)
    x = single_rows(rows)
    told = {"part": stage.view.example[0], "row": stage.view.example[1]}
    found = [_map("maps.input", _input(stage, x[0], last[0]), _first(rows.mask), told)]
    for step in passed(network, in_single_precision(parameters), x, rows.mask):
        y = _channels_first(step.y[0], last[step.position + 1])
        found.append(_map(f"maps.{step.position}", y, _first(step.mask), told))
    return found


def _first(mask: BoolArray | None) -> BoolArray | None:
    return None if mask is None else mask[0]


def _input(stage: Stage, x: FloatArray, features_last: bool) -> FloatArray:
    """Return an example as channels; tokens, and images of a single one, do not say that of it."""
    is_bare_image = stage.prepared.dataset.kind == "images" and x.ndim == 2
    if is_bare_image or stage.prepared.preprocessing.layout.tokens:
        return x[None]
    return _channels_first(x, features_last)


def _channels_first(y: FloatArray, features_last: bool) -> FloatArray:
    if y.ndim == 1:
        return y[:, None]
    return y.T if y.ndim == 2 and features_last else y


def _map(
    name: str, y: FloatArray, mask: BoolArray | None, told: Mapping[str, object]
) -> NamedArray:
    if mask is not None and y.shape[1:] == mask.shape:
        y = np.where(mask, y, np.nan)
    most = MOST_PIXELS if y.ndim == 3 else MOST_POSITIONS
    step = max(1, -(-max(y.shape[1:]) // most))
    thinned = (slice(MOST_UNITS), *[slice(None, None, step)] * (y.ndim - 1))
    shown = y[thinned].astype(np.float32)
    low, high = (float(each) for each in extent(shown))
    extras = {**told, "low": low, "high": high, "step": step}
    if len(y) > MOST_UNITS:
        extras |= {"shown": MOST_UNITS, "of": len(y)}
    return NamedArray(name, as_bytes(shown, low, high), extras)
