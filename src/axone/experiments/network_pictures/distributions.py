"""The weights of each layer along a training, and what the layers then made of some rows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from axone.arrays import FloatArray
from axone.data import Examples
from axone.experiments.network_pictures.anew import TrainedAnew, chosen_epochs
from axone.experiments.training import learnt_rows
from axone.network import Network
from axone.parameters import Parameters

_MOST_ROWS = 200
"""That activations are computed of."""

_MOST_NUMBERS = 50_000
"""Of a layer and epoch: a histogram of more looks the same."""


class Distributions(NamedTuple):
    """Numbers of each layer that has weights, at some epochs.

    Attributes
    ----------
    positions : tuple of int
        Of the layers.
    epochs : tuple of int
    weights, activations : lists of shape (n_layers, n_epochs) of arrays
    """

    positions: tuple[int, ...]
    epochs: tuple[int, ...]
    weights: list[list[FloatArray]]
    activations: list[list[FloatArray]]


def distributions_of(anew: TrainedAnew, most_epochs: int) -> Distributions:
    """Return weights without biases, and activations of some training rows, of each layer."""
    network = anew.prepared.network
    positions = tuple(
        position
        for position, slots in enumerate(network.layout.by_layer)
        if any(slot.spec.penalised for slot in slots)
    )
    places = chosen_epochs(anew.epochs, most_epochs).tolist()
    rows = anew.trainer.examples(learnt_rows(anew.prepared, "train"))
    weights: list[list[FloatArray]] = [[] for _position in positions]
    activations: list[list[FloatArray]] = [[] for _position in positions]
    for place in places:
        parameters = anew.weights[place]
        given = _given_by_layers(network, parameters, rows)
        for number, position in enumerate(positions):
            weights[number].append(_weights(parameters, position))
            activations[number].append(_thinned(given[position]))
    return Distributions(
        positions, tuple(anew.epochs[place] for place in places), weights, activations
    )


def _weights(parameters: Parameters, position: int) -> FloatArray:
    arrays = [
        parameters.view(slot).ravel()
        for slot in parameters.layout.by_layer[position]
        if slot.spec.penalised
    ]
    return _thinned(np.concatenate(arrays))


def _given_by_layers(
    network: Network, parameters: Parameters, rows: Examples
) -> Sequence[FloatArray]:
    """Return what each layer gives for the first rows."""
    count = network.rows_together(_MOST_ROWS)
    mask = None if rows.mask is None else rows.mask[:count]
    traced = network.trace(parameters, np.asarray(rows.X[:count]), mask=mask)
    return [layer.forward[-1].array for layer in traced]


def _thinned(numbers: FloatArray) -> FloatArray:
    """Return at most so many of the numbers, spread evenly over them."""
    flat = numbers.ravel()
    step = -(-flat.size // _MOST_NUMBERS)
    return flat[:: max(1, step)].astype(np.float64)
