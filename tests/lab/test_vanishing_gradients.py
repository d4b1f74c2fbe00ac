import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.lab.knobs import settings_of
from axone.lab.vanishing_gradients import gradient_norms, vanishing_gradients
from axone.plots import use_theme
from axone.random import GENERATE, RandomStream

BY_HAND = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
}


def norms_by_hand(activation, depth, width, scale, seed):
    """Backpropagation written out, softmax and cross-entropy at the end."""
    value, slope = BY_HAND[activation]
    layers = [ax.Dense(width, activation) for _ in range(depth)]
    network = ax.Network(*layers, ax.Dense(2, "softmax"), input_shape=width)
    drawn = network.initialize(seed, "float64")
    weights = [scale * drawn[f"{layer}.weight"] for layer in range(depth + 1)]
    X = RandomStream.from_seed(seed).child(GENERATE).normal((128, width))
    y = np.eye(2)[(X[:, 0] > 0).astype(int)]
    outputs = [X]
    for W in weights[:-1]:
        outputs.append(value(outputs[-1] @ W.T))
    z = outputs[-1] @ weights[-1].T
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - y) / len(X)
    norms = []
    for layer in range(depth, 0, -1):
        delta = (delta @ weights[layer]) * slope(outputs[layer])
        norms.append(np.linalg.norm(delta.T @ outputs[layer - 1]))
    return norms[::-1]


def test_through_four_sigmoids_at_best_a_two_hundred_and_fifty_sixth_is_left():
    seen = ax.lab.vanishing_gradients(depth=4)
    assert seen.column("sigmoid_at_best") == [0.25, 0.0625, 0.015625, 0.00390625]
    assert seen.column("layer") == [4, 3, 2, 1]
    assert seen.column("passed") == [1, 2, 3, 4]
    assert "0.00390625" in seen.table()
    assert "0.25^4 = 0.00391" in str(seen.sentences[0])


@pytest.mark.parametrize("activation", BY_HAND)
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.5])
def test_the_norms_are_those_of_backpropagation_written_out(activation, scale):
    seen = ax.lab.vanishing_gradients(activations=activation, depth=5, width=7, scale=scale, seed=3)
    by_hand = norms_by_hand(activation, 5, 7, scale, 3)
    np.testing.assert_allclose(seen.column(f"norm_{activation}")[::-1], by_hand, rtol=1e-9)


def test_sigmoids_lose_the_gradient_where_relus_keep_it():
    seen = ax.lab.vanishing_gradients()
    ratios = {
        name: seen.column(f"norm_{name}")[-1] / seen.column(f"norm_{name}")[0]
        for name in ("sigmoid", "tanh", "relu")
    }
    assert ratios["sigmoid"] < 1e-4
    assert ratios["relu"] > 0.1
    assert "is left in the first with: sigmoid." in str(seen.sentences[2])
    assert f"sigmoid: {ratios['sigmoid']:.3g}" in str(seen.sentences[1])


def test_large_weights_make_gradients_explode():
    seen = ax.lab.vanishing_gradients(activations=("tanh", "relu"), depth=20, scale=3)
    assert max(seen.column("norm_tanh")) > 100
    assert seen.column("norm_tanh")[-1] > 100 * seen.column("norm_tanh")[0]
    assert "with: tanh, relu." in str(seen.sentences[2])
    assert "is left in the first with: none." in str(seen.sentences[2])


def test_what_is_nought_or_overflows_is_said_and_drawn_as_nothing():
    seen = ax.lab.vanishing_gradients(activations=("tanh", "relu"), depth=50, width=2, scale=20)
    assert len(seen.sentences) == 3
    assert seen.figure().axes
    assert not np.isfinite(gradient_norms("relu", 3, 2, 1e200, "suited", 0)).all()


@pytest.mark.parametrize("activation", settings_of(vanishing_gradients)["activations"].knob.choices)
def test_every_activation_that_is_offered_can_be_measured(activation):
    seen = ax.lab.vanishing_gradients(activations=activation, depth=3, width=4)
    assert all(norm > 0 for norm in seen.column(f"norm_{activation}"))


def test_an_initializer_can_be_named_and_another_one_gives_other_norms():
    found = {
        name: tuple(ax.lab.vanishing_gradients(initializer=name).column("norm_tanh"))
        for name in ("suited", "orthogonal", "he_normal")
    }
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    "setting",
    [
        {"activations": ("sine",)},
        {"activations": ()},
        {"depth": 1},
        {"scale": 0.0},
        {"initializer": "zeros"},
    ],
)
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(ConfigurationError):
        ax.lab.vanishing_gradients(**setting)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_picture_has_a_line_and_a_label_for_each_activation(ground):
    seen = ax.lab.vanishing_gradients(depth=4)
    with use_theme(ground):
        (axes,) = seen.figure().axes
    assert [text.get_text().split(":")[0] for text in axes.texts] == [
        "sigmoid",
        "tanh",
        "relu",
        "0.25^k",
    ]
    assert axes.get_yscale() == "log"
