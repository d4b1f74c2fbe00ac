"""The weights between layers that are drawn unit by unit, biases, and kernels of convolutions."""

import numpy as np

from axone.arrays import FloatArray
from axone.layers import Dense, PositionwiseDense
from axone.layers.convolution import Convolution
from axone.parameters import Parameters
from axone.playground.frames import NamedArray
from axone.playground.views.passes import MOST_UNITS
from axone.playground.views.stage import Stage

MOST_LINKS = 4096
"""Weights of a layer that a frame holds: of more the strongest between units that are drawn."""

STRONGEST = 256


def links(stage: Stage, parameters: Parameters) -> list[NamedArray]:
    """Return `links.L`, (n_out, n_in), `links.L.top`, `bias.L` and `kernels.L`."""
    found = []
    for position, layer in enumerate(stage.prepared.network.layers):
        arrays = parameters.by_layer[position]
        if isinstance(layer, Dense | PositionwiseDense):
            found.append(_weights(f"links.{position}", arrays["weight"]))
        elif isinstance(layer, Convolution) and arrays["weight"].size <= MOST_LINKS:
            found.append(NamedArray(f"kernels.{position}", _single(arrays["weight"])))
        else:
            continue
        if "bias" in arrays:
            found.append(NamedArray(f"bias.{position}", _single(arrays["bias"][:MOST_LINKS])))
    return found


def _weights(name: str, weight: FloatArray) -> NamedArray:
    outputs, inputs = weight.shape
    if weight.size <= MOST_LINKS:
        return NamedArray(name, _single(weight))
    drawn = weight[:MOST_UNITS, :MOST_UNITS]
    flat = _single(drawn).ravel()
    count = min(STRONGEST, flat.size)
    # What is not a number is as strong as can be: it is to be seen.
    strength = np.nan_to_num(np.abs(flat), nan=np.inf, posinf=np.inf)
    places = np.argpartition(-strength, count - 1)[:count]
    places = places[np.argsort(-strength[places], kind="stable")]
    out, into = np.divmod(places, drawn.shape[1])
    top = np.column_stack([out, into, flat[places]]).astype(np.float32)
    return NamedArray(f"{name}.top", top, {"outputs": outputs, "inputs": inputs})


def _single(weight: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return weight.astype(np.float32)
