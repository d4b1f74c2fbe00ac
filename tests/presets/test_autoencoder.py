"""The autoencoder preset: it ends in as many numbers as it begins with, whatever the shape."""

import math

import pytest

import axone as ax
from axone.errors import ShapeError
from axone.model.model import code_depth
from axone.presets import AUTOENCODER, preset_for

SHAPES = [
    ("features", (1,)),
    ("features", (2,)),
    ("features", (30,)),
    ("features", (784,)),
    ("images", (28, 28)),
    ("images", (3, 32, 32)),
    ("images", (1, 7, 9)),
    ("images", (3, 3)),
    ("images", (1, 5)),
    ("signals", (1, 150)),
    ("signals", (6, 101)),
    ("signals", (2, 1)),
    ("sequences", (29, 12)),
    ("sequences", (1, 3)),
]


@pytest.mark.parametrize(("kind", "shape"), SHAPES)
def test_it_gives_back_as_many_numbers_through_fewer(kind, shape):
    network = ax.Network(*AUTOENCODER.layers(shape, 3, kind=kind), input_shape=shape)
    numbers = math.prod(shape)
    assert network.output_shape == (numbers,)
    code = network.shapes[code_depth(network) - 1]
    assert code == (code[0],)
    assert code[0] < numbers or numbers == 1
    assert code[0] <= 32


def test_the_way_up_is_the_way_down_turned_round():
    kinds = [type(layer).__name__ for layer in AUTOENCODER.layers((28, 28), 10, kind="images")]
    shaping = [kind for kind in kinds if kind not in {"BatchNorm", "Activation"}]
    assert shaping[:5] == ["Reshape", "Conv2D", "MaxPool", "Conv2D", "MaxPool"]
    assert shaping[5:9] == ["Flatten", "Dense", "Dense", "Reshape"]
    assert shaping[9:] == ["Upsample", "Conv2D", "Upsample", "Conv2D", "Flatten"]


def test_it_takes_no_tokens_and_is_never_chosen_for_classes():
    with pytest.raises(ShapeError, match="autoencoder takes"):
        AUTOENCODER.layers((12,), 2, kind="tokens")
    assert preset_for("images", (28, 28), 100).name != "autoencoder"


def test_the_code_is_the_layer_of_that_name_or_the_narrowest():
    layers = [ax.Dense(9, "relu"), ax.Dense(3), ax.Activation("tanh"), ax.Dense(4), ax.Dense(12)]
    network = ax.Network(*layers, input_shape=12)
    assert code_depth(network) == 3
    named = ax.Network(*layers, input_shape=12, layer_names=["", "", "", "code", ""])
    assert code_depth(named) == 4
