"""One neuron: its sum with every number, what each input adds to it, and what comes of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.errors import ConfigurationError
from axone.explanation.source_lines import layer_lines
from axone.explanation.trace import FORWARD
from axone.layers import Context, Convolution, Dense, Layer, PositionwiseDense
from axone.layers.sequence import LayerTrace, trace_through
from axone.layers.windows import cells_within
from axone.messages import _
from axone.playground.numbers import finite
from axone.playground.subjects import Subject
from axone.playground.traces import number_data, working_data
from axone.traced import Traced

MOST_TERMS = 200
"""Of a sum that is written out."""

_MOST_TRACED = 64
"""Steps of a layer of which one unit is told, where they are not a sum."""


@dataclass(frozen=True, eq=False)
class _Sum:
    """A weighted sum: what is multiplied with what, and what the inputs are called."""

    weights: FloatArray
    inputs: FloatArray
    names: list[str]
    bias: float | None
    window: list[list[int]] | None = None


def neuron(subject: Subject, layer: int, unit: int, position: tuple[int, ...]) -> dict[str, Any]:
    """Describe a unit of a layer for an example.

    Parameters
    ----------
    subject : Subject
    layer : int
        Its position in the network.
    unit : int
        Of dense and recurrent layers; of a convolution the channel.
    position : tuple of int
        Where a channel is looked at, or which position of a sequence; the middle if empty.

    Returns
    -------
    dict
        ``layer``, ``unit``, ``position``, ``equations``, and of a sum ``terms``, with ``weight``,
        ``input``, ``product``, ``share`` of |products| and ``name`` each, ``terms_left_out`` and
        the ``rest`` that they come to, ``bias``, ``z``, ``a``; ``working`` of a; else ``steps``:
        what the layer's trace says of the unit.

    Raises
    ------
    ConfigurationError
        There is no such layer, unit or position.
    """
    network = subject.prepared.network
    if not 0 <= layer < len(network.layers):
        raise ConfigurationError(_("layer: there is no layer {number}", number=layer))
    kind = network.layers[layer]
    passed = trace_through(
        network.layers,
        subject.parameters.by_layer,
        network.cast_examples(subject.X, subject.parameters.vector.dtype),
        Context(mask=subject.mask),
    )
    x = subject.X if layer == 0 else passed[layer - 1].forward[-1].array
    y = passed[layer].forward[-1].array
    index = _index(kind, y, unit, position)
    found: dict[str, Any] = {
        "layer": layer,
        "unit": unit,
        "position": list(_position_of(kind, index)),
        "positions": list(_lengths(kind, y)),
        "equations": [str(step.equation) for step in passed[layer].forward],
        "source": [
            line.to_data()
            for step in passed[layer].forward[-2:]
            for line in layer_lines(kind, FORWARD, step.symbol, step.equation)
        ],
    }
    summed = _sum_of(subject, kind, layer, x, index)
    if summed is None:
        return {**found, "steps": _steps(passed[layer], index, unit)}
    return {**found, **_written(passed[layer], index, summed)}


def _position_of(kind: Layer, index: tuple[int, ...]) -> tuple[int, ...]:
    return index[2:] if isinstance(kind, Convolution) else index[1:-1]


def _lengths(kind: Layer, y: FloatArray) -> tuple[int, ...]:
    return y.shape[2:] if isinstance(kind, Convolution) or _has_channels(y) else y.shape[1:-1]


def _has_channels(y: FloatArray) -> bool:
    return y.ndim == 4


def _index(kind: Layer, y: FloatArray, unit: int, position: tuple[int, ...]) -> tuple[int, ...]:
    """Return where the unit stands in a layer's output, for the first row."""
    channels_first = isinstance(kind, Convolution) or _has_channels(y)
    units = y.shape[1] if channels_first else y.shape[-1]
    lengths = y.shape[2:] if channels_first else y.shape[1:-1]
    if not 0 <= unit < units:
        raise ConfigurationError(
            _(
                "unit: the layer has {count} units, not one of number {found}",
                count=units,
                found=unit,
            )
        )
    there = position or tuple(length // 2 for length in lengths)
    if len(there) != len(lengths) or not all(
        0 <= at < length for at, length in zip(there, lengths, strict=True)
    ):
        raise ConfigurationError(_("position: there is none at {found}", found=list(there)))
    return (0, unit, *there) if channels_first else (0, *there, unit)


def _sum_of(
    subject: Subject, kind: Layer, layer: int, x: FloatArray, index: tuple[int, ...]
) -> _Sum | None:
    arrays = subject.parameters.by_layer[layer]
    if isinstance(kind, Dense | PositionwiseDense):
        weights, inputs = arrays["weight"][index[-1]], x[index[:-1]]
        names = list(subject.feature_names) if layer == 0 else []
        return _Sum(weights, inputs, names, _bias(arrays, index[-1]))
    if isinstance(kind, Convolution):
        _row, channel, *p = index
        weight = arrays["weight"]
        inputs = weight.shape[1]
        first = channel // (kind.channels // kind.groups) * inputs
        cells = list(cells_within(kind.windows(x.shape[1:]), tuple(p)))
        weights = [weight[(channel, j, *k)] for j in range(inputs) for k, _i in cells]
        met = [x[(0, first + j, *i)] for j in range(inputs) for _k, i in cells]
        places = [[first + j, *map(int, i)] for j in range(inputs) for _k, i in cells]
        names = [",".join(str(each + 1) for each in place) for place in places]
        bias = _bias(arrays, channel)
        return _Sum(np.array(weights), np.array(met), names, bias, places[:MOST_TERMS])
    return None


def _bias(arrays: Any, unit: int) -> float | None:
    return float(arrays["bias"][unit]) if "bias" in arrays else None


def _written(trace: LayerTrace, index: tuple[int, ...], summed: _Sum) -> dict[str, Any]:
    terms = summed.weights * summed.inputs
    sizes = np.abs(terms)
    whole = float(sizes.sum())
    # Of very many the largest, in the order in which they stand.
    shown = np.arange(len(terms))
    if len(terms) > MOST_TERMS:
        shown = np.sort(np.argsort(-sizes, kind="stable")[:MOST_TERMS])
    rest = float(np.delete(terms, shown).sum())
    *_before, z, a = trace.forward if len(trace.forward) > 1 else (*trace.forward, *trace.forward)
    working = a.worked_at(index) if a.worked_at is not None else ()
    return {
        "terms": [
            {
                "name": summed.names[place] if place < len(summed.names) else "",
                "input_number": place,
                "weight": number_data(float(summed.weights[place])),
                "input": number_data(float(summed.inputs[place])),
                "product": number_data(float(terms[place])),
                "share": finite(sizes[place] / whole) if whole else 0.0,
            }
            for place in shown.tolist()
        ],
        "terms_left_out": len(terms) - len(shown),
        "rest": number_data(rest),
        "bias": number_data(summed.bias),
        "window": summed.window,
        "z": number_data(float(z.array[index])),
        "a": number_data(float(a.array[index])),
        "equation": str(z.equation),
        "activation": str(a.equation),
        "working": working_data(working),
    }


def _steps(trace: LayerTrace, index: tuple[int, ...], unit: int) -> list[dict[str, Any]]:
    """Tell of each array of a layer the number of the unit, and how it came about."""
    found = []
    for step in trace.forward[:_MOST_TRACED]:
        place = _place_in(step, index, unit)
        if place is None:
            continue
        working = step.worked_at(place) if step.worked_at is not None else ()
        found.append(
            {
                "symbol": step.symbol,
                "equation": str(step.equation),
                "index": list(place),
                "value": number_data(float(step.array[place])),
                "working": working_data(working),
            }
        )
    return found


def _place_in(step: Traced, index: tuple[int, ...], unit: int) -> tuple[int, ...] | None:
    """Return where the unit stands in an array of a step; None where that has no such place."""
    shape = step.array.shape
    if len(shape) == len(index) and all(
        at < length for at, length in zip(index, shape, strict=True)
    ):
        return index
    # Of all positions the last, where a layer gives the state after it alone.
    if len(shape) == len(index) + 1 and unit < shape[-1]:
        last = step.positions[-1] if step.positions else shape[1] - 1
        return (0, last, unit)
    return None
