"""What of a recipe is beyond PyTorch, in words: whatever is in none of the translation's tables."""

from collections.abc import Sequence

from axone.engines.recipe import Recipe
from axone.engines.torch.translation import ACTIVATIONS, CELLS, LAYERS, OPTIMIZERS, criterion_of
from axone.layers import (
    Activation,
    Convolution,
    Dense,
    Layer,
    PositionwiseDense,
    Recurrent,
)
from axone.layers.residual import all_layers
from axone.messages import Message, _
from axone.optimizers import Adam
from axone.registry import name_of


def obstacles(recipe: Recipe) -> tuple[Message, ...]:
    """Return what of a recipe PyTorch cannot be given; nothing if it computes the same.

    Parameters
    ----------
    recipe : Recipe

    Returns
    -------
    tuple of Message
        Each names a thing: ``"the activation heaviside"``.
    """
    found = _strange(recipe.network.layers)
    _body, activation = recipe.network.split_output()
    if criterion_of(activation, recipe.loss, recipe.dtype) is None:
        found.append(
            _(
                "the loss {loss} of {activation} outputs",
                loss=name_of(recipe.loss),
                activation=name_of(activation),
            )
        )
    if type(recipe.optimizer) not in OPTIMIZERS:
        found.append(_("the optimizer {name}", name=name_of(recipe.optimizer)))
    elif isinstance(recipe.optimizer, Adam) and recipe.optimizer.form == "uncorrected":
        found.append(_("the uncorrected form of adam"))
    if recipe.augmentation:
        found.append(_("augmentation"))
    if recipe.frozen:
        found.append(_("frozen layers"))
    return tuple(dict.fromkeys(found))


def _strange(layers: Sequence[Layer]) -> list[Message]:
    found: list[Message] = []
    for layer in all_layers(layers):
        if type(layer) not in LAYERS:
            found.append(_("the layer {kind}", kind=type(layer).__name__))
        elif isinstance(layer, (Dense, PositionwiseDense, Convolution, Activation)):
            function = layer.function
            if type(function) not in ACTIVATIONS:
                found.append(_("the activation {name}", name=name_of(function)))
        elif isinstance(layer, Recurrent):
            if type(layer.cell) not in CELLS:
                found.append(_("the cell {name}", name=name_of(layer.cell)))
            if layer.truncation is not None:
                found.append(_("truncated backpropagation through time"))
    return found
