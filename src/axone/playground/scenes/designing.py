"""Short ways of writing the designs of scenes; what they return is plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from axone.messages import Message, _

PERCEPTRON: Message = _("Perceptron and XOR")
DESCENT: Message = _("Gradient descent and its rate")
ACTIVATIONS: Message = _("Activations and gradients that vanish")
INITIALIZATION: Message = _("First weights")
LOSSES: Message = _("Losses and outputs")
REGULARIZATION: Message = _("Overfitting and what holds it back")
OPTIMIZERS: Message = _("Optimisers")
SCALING: Message = _("Scaling of data")
IMBALANCE: Message = _("Rare classes")
CONVOLUTION: Message = _("Convolution")
RECURRENCE: Message = _("Recurrence")
REGRESSION: Message = _("Regression")
TABLES: Message = _("Real tables")

HELD_OUT: Mapping[str, Any] = {"validation": 0.25, "test": 0}
"""Rows to watch by, and none kept for the end."""

NONE_HELD_OUT: Mapping[str, Any] = {"validation": 0, "test": 0}
"""Of truth tables every row is learnt from."""


def dense(units: int, activation: str = "tanh", **settings: Any) -> dict[str, Any]:
    """Return a hidden dense layer."""
    return {"name": "dense", "units": units, "activation": activation, **settings}


def optimizer(name: str, learning_rate: float) -> dict[str, Any]:
    """Return an optimiser at a rate."""
    return {"name": name, "learning_rate": learning_rate}


def design(
    source: str,
    hidden_layers: Sequence[Mapping[str, Any]],
    training: Mapping[str, Any],
    *,
    options: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] = HELD_OUT,
    seed: int = 0,
    output_layer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a design as the page edits it.

    Parameters
    ----------
    source : str
    hidden_layers : sequence of mapping
    training : mapping
    options : mapping, optional
        Of a generated set.
    data : mapping, optional
        What else is said of the data.
    seed : int, default 0
    output_layer : mapping, optional
        Where the one that follows from the data is not wanted.
    """
    network: dict[str, Any] = {"hidden_layers": [dict(layer) for layer in hidden_layers]}
    if output_layer is not None:
        network["output_layer"] = dict(output_layer)
    rows: dict[str, Any] = {"source": source, **data}
    if options is not None:
        rows["options"] = dict(options)
    return {"data": rows, "network": network, "training": dict(training), "seed": seed}
