"""How much of a network is looked at where nobody says: what can be had within some seconds.

Estimated from the network alone, and not by a clock, so that a check is the same each time.
"""

import numpy as np

from axone.network import Network

_WORK = 2 * 10**10
"""Multiplications that all passes may take together: some seconds."""

_WORK_OF_A_PASS, _WORK_OF_A_NUMBER, _WORK_OF_A_LAYER = 10**8, 250, 2 * 10**5
"""Of one pass, as many as it may take where rows can be had; what a number that a layer computes,
and a layer itself, take beside the products, in multiplications."""

_EVALUATIONS = 4
"""Passes that a slope takes at least."""

_FEWEST_ROWS, _ROWS = 2, 8

_FEWEST, _MOST = 3, 40
"""Entries of an array that are looked at where nobody says how many."""


def usual_entries(network: Network, rows: int) -> int:
    """Return how many entries of a tensor can be looked at within some seconds."""
    layers, tensors = len(network.layers), len(network.layout.slots) + 1
    a_pass = rows * _work_of_a_row(network) + layers * _WORK_OF_A_LAYER
    # A pass begins at the layer whose array is moved, half-way on average; then each layer alone.
    an_entry = _EVALUATIONS * tensors * a_pass * (0.5 + 1 / layers)
    return int(np.clip(_WORK / an_entry, _FEWEST, _MOST))


def usual_rows(network: Network) -> int:
    """Return how many rows a check takes where nobody says how many."""
    return int(np.clip(_WORK_OF_A_PASS / _work_of_a_row(network), _FEWEST_ROWS, _ROWS))


def _work_of_a_row(network: Network) -> int:
    return network.multiply_adds + _WORK_OF_A_NUMBER * network.kept_numbers
