"""A look into a network on some rows: what every layer gives, and what gradient it gets.

The reference engine's own pass, forward and backward, in training.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.data.examples import Examples
from axone.engines import Recipe
from axone.engines.reference import layer_norms
from axone.engines.reference.equations import Equations
from axone.parameters import Parameters

_WORK = 3e8
"""Multiplications that a look may cost, about a second: large networks are shown fewer rows."""

_FEWEST_ROWS, _MOST_ROWS = 8, 256


@dataclass(frozen=True)
class LayerView:
    """What was seen of one layer.

    Attributes
    ----------
    position : int
    kind : str
        What messages call it.
    weights : float
        ‖W‖ of all that it learns; 0 where there is nothing.
    gradient : float
        ‖∂L/∂W‖.
    dead, saturated : float
        Shares of its units that are 0 on every row, and of what it gives at a flat end.
    alike : bool
        Whether all of its units, several, have the same weights.
    """

    position: int
    kind: str
    weights: float
    gradient: float
    dead: float
    saturated: float
    alike: bool

    @property
    def pull(self) -> float:
        """‖∂L/∂W‖/‖W‖: how strongly the loss pulls at the weights."""
        return self.gradient / max(self.weights, 1e-12)


@dataclass(frozen=True)
class View:
    """What was seen of a network: its loss on these rows, its layers, and how many are frozen."""

    loss: float
    layers: tuple[LayerView, ...]
    frozen: int = 0

    @property
    def learning(self) -> tuple[LayerView, ...]:
        """The layers whose weights learn."""
        return tuple(
            layer for layer in self.layers[self.frozen :] if layer.weights > 0 or layer.gradient > 0
        )


def view_of(recipe: Recipe, parameters: Parameters, examples: Examples) -> View:
    """Return what is seen of a network on the first of some rows."""
    network = recipe.network
    affordable = int(_WORK // max(1, 3 * network.multiply_adds))
    rows = examples.rows(slice(0, int(np.clip(affordable, _FEWEST_ROWS, _MOST_ROWS))))
    equations = Equations(recipe)
    gradient = parameters.zeros_like()
    with np.errstate(all="ignore"):
        passed = equations.backpropagate(parameters, gradient, rows, step=1)
        norms = np.nan_to_num(layer_norms(gradient), nan=np.inf)
    return View(
        passed.loss / rows.total_weight,
        tuple(
            LayerView(
                position,
                network.layer_kind(position),
                _norm(parameters, position),
                float(norms[position]),
                layer.dead_share(cache),
                layer.saturated_share(cache),
                _all_alike(parameters.by_layer[position]),
            )
            for position, (layer, cache) in enumerate(
                zip(equations.body, passed.caches, strict=True)
            )
        ),
        recipe.frozen,
    )


def _norm(parameters: Parameters, position: int) -> float:
    """Return the norm of a layer's weights."""
    return float(np.linalg.norm(parameters.vector[parameters.layout.layer_slice(position)]))


def _all_alike(arrays: Any) -> bool:
    """Return whether every unit of a layer has the same weights, where it has several."""
    weight = arrays.get("weight")
    if weight is None or weight.ndim < 2 or len(weight) < 2:
        return False
    units = weight.reshape(len(weight), -1)
    size = float(np.abs(units).max())
    return bool(np.abs(units - units[0]).max() <= 1e-6 * size)
