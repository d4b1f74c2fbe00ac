"""Feature maps: what a network has made of one example after each layer that reads positions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.activations import ACTIVATIONS, title
from axone.arrays import BoolArray, FloatArray
from axone.checks import as_array
from axone.layers import (
    Activation,
    Attention,
    BatchNorm,
    ChannelDropout,
    Convolution,
    Dropout,
    GaussianNoise,
    Layer,
    LayerNorm,
    Recurrent,
    Residual,
    RMSNorm,
)
from axone.layers.sequence import LayerTrace, masks_between
from axone.network import Network
from axone.parameters import Parameters
from axone.summary import layer_title

_FINISHING = (BatchNorm, LayerNorm, RMSNorm, Activation, Dropout, ChannelDropout, GaussianNoise)
"""Layers that belong to the one before them: it is their output that the next one reads."""


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """What a layer answered at every position.

    Attributes
    ----------
    label : str
        The layers that made it, with the place of the first: ``"0 Conv1D + BatchNorm + relu"``.
    array : array of shape (channels, length) or (channels, height, width)
        Channels first, those of sequences too; NaN where the mask says that nothing is there.
    """

    label: str
    array: FloatArray


def feature_maps(
    network: Network, parameters: Parameters, example: Any, mask: Any = None
) -> tuple[FeatureMap, ...]:
    """Return the maps of one example after each convolution, recurrent or attention layer.

    The normalisation and the activation that follow a layer are taken with it. A residual block
    that holds such layers gives one map; a recurrent layer all its hidden states, those of the way
    back below the others, even where it hands on only the last.

    Parameters
    ----------
    network : Network
    parameters : Parameters
    example : array of shape network.input_shape
        As the network takes it, already scaled.
    mask : array of bool, shape (length,), optional
        Which positions are there; all if left out.

    Returns
    -------
    tuple of FeatureMap
        In the order of the layers; empty for a network without such layers.

    Raises
    ------
    ShapeError, DataError
        An example, parameters or a mask that do not fit.
    """
    rows = as_array(example, "example")[None]
    present = None if mask is None else as_array(mask, "mask")[None]
    steps = network.trace(parameters, rows, mask=present)
    masks = masks_between(network.layers, network.check_mask(present, 1))
    found, position = [], 0
    while position < len(steps):
        last = _finished(network.layers, position)
        if _reads_positions(network.layers[position]):
            array = _map(steps[position], steps[last])
            after = masks[position if _is_last_state(steps[position].layer) else last + 1]
            label = f"{position} {_title(network.layers[position : last + 1])}"
            found.append(FeatureMap(label, _where_there(array, after)))
        position = last + 1
    return tuple(found)


def _reads_positions(layer: Layer) -> bool:
    if isinstance(layer, Residual):
        return any(map(_reads_positions, layer.layers))
    return isinstance(layer, Convolution | Recurrent | Attention)


def _features_last(layer: Layer) -> bool:
    """Whether a layer reads sequences (length, features) rather than channels."""
    if isinstance(layer, Residual):
        return any(_features_last(inner) for inner in layer.layers if _reads_positions(inner))
    return isinstance(layer, Recurrent | Attention)


def _is_last_state(layer: Layer) -> bool:
    return isinstance(layer, Recurrent) and layer.last


def _finished(layers: tuple[Layer, ...], position: int) -> int:
    """Return the place of the last layer that belongs to the one at that position."""
    if not _reads_positions(layers[position]) or _is_last_state(layers[position]):
        return position
    while position + 1 < len(layers) and isinstance(layers[position + 1], _FINISHING):
        position += 1
    return position


def _map(first: LayerTrace, last: LayerTrace) -> FloatArray:
    if not _is_last_state(first.layer):
        y = last.forward[-1].array[0]
        return y.T if _features_last(first.layer) else y
    states = [step.array[0].T for step in first.forward if step.symbol in {"h", "←h"}]
    return np.concatenate(states)


def _where_there(array: FloatArray, mask: BoolArray | None) -> FloatArray:
    return array if mask is None else np.where(mask[0], array, np.nan)


def _title(layers: tuple[Layer, ...]) -> str:
    """Name layers in a row, those left out that do nothing when predicting."""
    idle = (Dropout, ChannelDropout, GaussianNoise)
    return " + ".join(
        title(ACTIVATIONS.resolve(layer.function))
        if isinstance(layer, Activation)
        else layer_title(layer)
        for layer in layers
        if not isinstance(layer, idle)
    )
