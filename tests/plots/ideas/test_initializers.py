"""How far signals reach before training: spreads by layer, against PyTorch and the theory."""

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.initializers import GlorotNormal, HeNormal, Normal, Zeros
from axone.plots import plot_initializers
from axone.plots.ideas.initializers import BEGINNINGS, course_of, reach
from axone.random import GENERATE, RandomStream


def test_zeros_tell_nothing_forward_and_nothing_back():
    found = reach(Zeros(), "tanh", depth=4, width=8)
    np.testing.assert_array_equal(found.activations, 0)
    np.testing.assert_array_equal(found.deltas[:-1], 0)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_the_spreads_are_those_of_pytorch(torch, activation):
    from axone import Dense, Network

    depth, width, seed = 4, 12, 3
    found = reach(HeNormal(), activation, depth=depth, width=width, seed=seed)
    layers = [Dense(width, activation, initializer="he_normal") for _layer in range(depth)]
    parameters = Network(*layers, input_shape=width).initialize(seed, "float64")
    random = RandomStream.from_seed(seed).child(GENERATE)
    a = torch.tensor(random.child(0).normal((128, width)))
    sums, spreads = [], []
    for layer in range(depth):
        z = a @ torch.tensor(parameters[f"{layer}.weight"]).T
        z.requires_grad_() if layer == 0 else z.retain_grad()
        a = getattr(torch, activation)(z)
        sums.append(z)
        spreads.append(a.std(correction=0).item())
    a.backward(torch.tensor(random.child(1).normal((128, width))))
    np.testing.assert_allclose(found.activations, spreads, rtol=1e-9)
    deltas = [z.grad.std(correction=0).item() for z in sums]
    np.testing.assert_allclose(found.deltas, deltas, rtol=1e-9)


def test_each_layer_multiplies_by_the_root_of_the_width_times_the_deviation():
    found = reach(Normal(0.01), "identity", depth=6, width=200)
    expected = (0.01 * np.sqrt(200)) ** np.arange(1, 7)
    np.testing.assert_allclose(found.activations, expected, rtol=0.1)


def test_he_keeps_what_relu_loses_and_xavier_does_not():
    he = reach(HeNormal(), "relu", depth=10, width=200)
    xavier = reach(GlorotNormal(), "relu", depth=10, width=200)
    assert 0.5 < he.activations[-1] / he.activations[0] < 2
    assert 0.5 < he.deltas[0] / he.deltas[-1] < 2
    # Half of the variance is lost in each of the nine layers between.
    assert xavier.activations[-1] / xavier.activations[0] == pytest.approx(2**-4.5, rel=0.5)


@pytest.mark.parametrize(
    ("heights", "said"),
    [
        ([0.0, 0.0], "x: 0 everywhere"),
        ([8.0, 4.0, 2.0], "x: × 0.5 a layer"),
        ([1.0, 0.0, 0.0], "x: 0 after 1 layer"),
        ([1.0, 2.0, np.inf, np.nan], "x: overflows after 2 layers"),
    ],
)
def test_the_course_of_a_line_is_said_in_words(heights, said):
    assert course_of("x", np.array(heights)) == said


def test_every_way_to_begin_has_a_line_in_both_panels():
    for axes in plot_initializers("relu", depth=5, width=16).axes:
        assert len(axes.lines) == len(BEGINNINGS)
        told = [text.get_text() for text in axes.get_legend().get_texts()]
        assert [line.partition(":")[0] for line in told] == [each.title for each in BEGINNINGS]
        assert axes.get_yscale() == "log"


def test_what_overflows_is_left_out():
    forward, _back = plot_initializers("exp(z)", depth=5, width=16).axes
    drawn = np.concatenate([line.get_ydata() for line in forward.lines])
    assert not np.isinf(drawn).any()


def test_an_activation_of_whole_layers_is_refused():
    with pytest.raises(ConfigurationError, match="its cells depend on one another"):
        plot_initializers("softmax")
