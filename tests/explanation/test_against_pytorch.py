"""Every kind of layer, explained: its gradients are those of PyTorch's autograd, in float64."""

import numpy as np
import pytest
from tests.layers.test_every_layer import ROWS, inputs

import axone as ax
from axone.data import Examples
from axone.engines import Recipe
from axone.layers import LAYERS
from axone.losses import LOSSES

pytest.importorskip("torch", reason="the oracle is PyTorch, of the extra `torch`")

from axone.engines.torch import TorchEngine

SETTINGS = {"seed": 3, "step": 4, "training": True}
"""Which masks and noise are drawn, for both."""


def before_classes(layer, input_shape):
    """The layer first in a network whose outputs are three classes."""
    flat = [] if len(layer.output_shape(input_shape)) == 1 else [ax.Flatten()]
    return ax.Network(layer, *flat, ax.Dense(3, "softmax"), input_shape=input_shape)


def recipes_of(name):
    """What PyTorch can be given of a layer's cases: networks and how they learn."""
    for layer, input_shape in ROWS[name].cases:
        network = before_classes(layer, input_shape)
        loss, rule = LOSSES.resolve("categorical_cross_entropy"), ax.SGD(0.1)
        recipe = Recipe(network, loss, rule, dtype="float64", seed=SETTINGS["seed"])
        if not TorchEngine().obstacles(recipe):
            yield recipe


def gradients_of(trace):
    """∂L/∂W of every array, by its name."""
    arrays = [step for step in trace.walk() if step.kind == "update" and step.title]
    return {step.name: step.children[0].array for step in arrays if step.children[0].symbol == "g"}


@pytest.mark.parametrize("name", list(LAYERS))
def test_the_gradients_of_every_layer_are_those_of_pytorch(name, away_from_zero):
    recipes = list(recipes_of(name))
    assert recipes, f"PyTorch can be given no case of {name!r}"
    for recipe in recipes:
        network = recipe.network
        parameters = network.initialize(2, "float64")
        x = inputs(network.layers[0], network.input_shape, 5, 1, away_from_zero)
        y = np.arange(5) % 3
        trace = ax.explain(network, parameters, x, y, loss="cce", optimizer="sgd", **SETTINGS)
        plan = TorchEngine().compile(recipe)
        loss, wanted = plan.loss_and_gradient(parameters, Examples(x, y), SETTINGS["step"])
        assert trace.loss == pytest.approx(loss, rel=1e-12)
        found = gradients_of(trace)
        assert set(found) == {s.name for s in network.layout.slots if s.spec.trainable}
        for each, array in found.items():
            np.testing.assert_allclose(array, wanted[each], rtol=1e-12, atol=1e-12)
