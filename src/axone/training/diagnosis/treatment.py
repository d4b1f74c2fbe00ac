"""What a remedy does to a network: its hidden layers activated, begun, dropped or sized otherwise.

A run's own file lists every layer, so that what a remedy says of "the hidden layers" is done to
each of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from typing import Any

from axone.activations import ACTIVATIONS, Identity
from axone.layers import Activation, BatchNorm, Dense, Dropout, Flatten, Layer, Residual


def changed_layers(layers: Sequence[Layer], changes: Mapping[str, Any]) -> Sequence[Layer]:
    """Return layers with those of some changes made that are the layers' own.

    Parameters
    ----------
    layers : sequence of Layer
    changes : mapping of str to value
        As `Remedy.changes` has them; the same layers are returned where none is of theirs.
    """
    for key, value in changes.items():
        if is_of_layers(key):
            layers = _CHANGES[key](layers, value)
    return layers


def is_of_layers(key: str) -> bool:
    """Say whether a setting is one of the layers."""
    return key in _CHANGES


def _activated(layers: Sequence[Layer], name: Any) -> list[Layer]:
    """Give the hidden layers another activation, where they have one."""
    function = ACTIVATIONS.resolve(name)

    def changed(layer: Layer) -> Layer:
        if isinstance(layer, Activation):
            return Activation(function)
        own: Any = getattr(layer, "function", None)
        if own is None or isinstance(own, Identity) or "activation" not in _settings(layer):
            return layer
        other: Any = layer
        return replace(other, activation=function)

    return [*(_within(layer, changed) for layer in layers[:-1]), layers[-1]]


def _begun_anew(layers: Sequence[Layer], value: Any) -> list[Layer]:
    """Give every layer the first weights that suit it, or those that are named."""

    def changed(layer: Layer) -> Layer:
        settings = _settings(layer)
        new: dict[str, Any] = {}
        for name in ("initializer", "recurrent_initializer", "bias_initializer"):
            if name in settings:
                new[name] = _default(settings[name])
        if "initializer" in new and value is not None:
            new["initializer"] = value
        return replace(layer, **new) if new else layer

    return [_within(layer, changed) for layer in layers]


def _settings(layer: Layer) -> dict[str, Any]:
    """Return the settings of a layer by name."""
    return {setting.name: setting for setting in fields(layer)}


def _default(setting: Any) -> Any:
    return setting.default if setting.default is not MISSING else setting.default_factory()


def _dropped(layers: Sequence[Layer], rate: Any) -> list[Layer]:
    """Put dropout behind every hidden dense layer, at that rate; what there was is taken out."""
    *hidden, last = [layer for layer in layers if not isinstance(layer, Dropout)]
    changed: list[Layer] = []
    for layer in hidden:
        changed.append(layer)
        # What is normalised or activated apart is dropped behind the activation.
        active = isinstance(layer, Dense) and not isinstance(layer.function, Identity)
        if rate and (active or isinstance(layer, Activation)):
            changed.append(Dropout(rate))
    if rate and hidden and not any(isinstance(layer, Dropout) for layer in changed):
        # Of convolutional and recurrent networks what their last layer reads.
        changed.append(Dropout(rate))
    return [*changed, last]


def _normalised(layers: Sequence[Layer], wanted: Any) -> list[Layer]:
    """Put batch normalisation between the weights and the activation of every hidden layer."""
    if not wanted or any(isinstance(layer, BatchNorm) for layer in layers):
        return list(layers)
    changed: list[Layer] = []
    for layer in layers[:-1]:
        if isinstance(layer, Dense) and not isinstance(layer.function, Identity):
            start = layer.initializer or layer.function.initializer
            changed += [
                replace(layer, activation=Identity(), initializer=start),
                BatchNorm(),
                Activation(layer.function),
            ]
        else:
            changed.append(layer)
    return [*changed, layers[-1]]


def _sized(layers: Sequence[Layer], sizes: Any) -> list[Layer]:
    """Give the hidden dense layers other sizes; where there are none or fewer, some are added."""
    hidden = [layer for layer in layers[:-1] if isinstance(layer, Dense)]
    others = [layer for layer in layers[:-1] if not isinstance(layer, (Dense, Dropout, Activation))]
    if any(not isinstance(layer, (Flatten, BatchNorm)) for layer in others):
        # Of a network that is more than dense layers these alone grow.
        sizes = iter(list(sizes))
        return [
            replace(layer, units=next(sizes, layer.units)) if layer in hidden else layer
            for layer in layers[:-1]
        ] + [layers[-1]]
    like = hidden[-1] if hidden else Dense(1, "relu")
    if isinstance(like.function, Identity):
        like = replace(like, activation="relu", initializer=None)
    return [
        *(layer for layer in layers[:-1] if isinstance(layer, Flatten)),
        *(replace(like, units=size) for size in sizes),
        layers[-1],
    ]


def _within(layer: Layer, changed: Any) -> Layer:
    """Change a layer, or the layers within it."""
    if isinstance(layer, Residual):
        return Residual(
            *(_within(each, changed) for each in layer.layers),
            shortcut=[_within(each, changed) for each in layer.shortcut],
        )
    found: Layer = changed(layer)
    return found


_CHANGES: dict[str, Callable[[Sequence[Layer], Any], list[Layer]]] = {
    "network.activation": _activated,
    "network.initializer": _begun_anew,
    "network.dropout": _dropped,
    "network.batch_norm": _normalised,
    "network.hidden": _sized,
}
"""By the key of a setting that a remedy names."""
