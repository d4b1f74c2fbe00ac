"""What remedies do to layers works on every network that there is by name."""

import pytest

from axone import Network
from axone.layers import Conv1D, Dense, Flatten, Residual
from axone.presets import PRESETS
from axone.training.diagnosis.treatment import changed_layers

SHAPES = {"features": (20,), "signals": (3, 64), "images": (1, 28, 28), "sequences": (25, 12)}

CHANGES = {
    "network.activation": "leaky_relu",
    "network.initializer": None,
    "network.dropout": 0.3,
    "network.batch_norm": True,
    "network.hidden": [64],
}


@pytest.mark.parametrize("key", CHANGES)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_network_after_every_change(name, key):
    preset = PRESETS[name]
    shape = SHAPES[preset.reads]
    before = preset.layers(shape, 3)
    after = changed_layers(before, {key: CHANGES[key]})
    network = Network(*after, input_shape=shape)
    assert network.output_shape == Network(*before, input_shape=shape).output_shape


def test_layers_within_a_block_and_of_its_shortcut_begin_anew():
    flat = {"initializer": "zeros"}
    block = Residual(Conv1D(4, 3, "relu", padding="same", **flat), shortcut=[Conv1D(4, 1, **flat)])
    layers = [block, Flatten(), Dense(2, "softmax", initializer="zeros")]
    changed = changed_layers(layers, {"network.initializer": None})
    assert changed[0].layers[0].initializer is None
    assert changed[0].shortcut[0].initializer is None
    assert changed[2].initializer is None
    named = changed_layers(layers, {"network.initializer": "he_normal"})
    assert named[0].layers[0].initializer == changed_layers([named[2]], {})[0].initializer
