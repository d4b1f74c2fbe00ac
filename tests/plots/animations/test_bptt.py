"""Backpropagation through time: closed forms with ReLU, finite differences with tanh."""

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.plots import animate_bptt
from axone.plots.animations.bptt import unrolled, verdict


def states(x, scale, function):
    h, found = 0.0, []
    for number in x:
        h = function(0.5 * number + scale * h)
        found.append(h)
    return np.array(found)


@pytest.mark.parametrize("scale", [0.6, 1.0, 1.5])
def test_with_relu_each_step_back_multiplies_by_the_weight(scale):
    seen = unrolled(scale, "relu", 8, 0)
    np.testing.assert_allclose(seen.h, states(seen.x, scale, lambda z: max(z, 0.0)))
    assert seen.loss == pytest.approx((seen.h[-1] - 1) ** 2)
    last = 2 * (seen.h[-1] - 1)
    np.testing.assert_allclose(seen.gradients, last * scale ** np.arange(7, -1, -1))


def test_with_tanh_gradients_are_the_slopes_of_the_loss(numeric_gradient):
    seen = unrolled(1.3, "tanh", 6, 1)
    pushed = np.zeros(6)  # added to each state

    def loss():
        h = 0.0
        for number, push in zip(seen.x, pushed, strict=True):
            h = np.tanh(0.5 * number + 1.3 * h) + push
        return float((h - 1) ** 2)

    np.testing.assert_allclose(seen.gradients, numeric_gradient(loss, pushed), rtol=1e-7)
    weight = np.array([1.3])

    def of_weight():
        return float((states(seen.x, weight[0], np.tanh)[-1] - 1) ** 2)

    assert seen.of_weight == pytest.approx(numeric_gradient(of_weight, weight)[0], rel=1e-7)


@pytest.mark.parametrize(
    ("scale", "activation", "said"),
    [
        (0.5, "relu", "512 times smaller: it vanishes"),
        (1.5, "relu", "38.4 times as large: it explodes"),
        (1.0, "relu", "stayed about the same"),
        (3.0, "tanh", "it vanishes"),
    ],
)
def test_what_becomes_of_the_gradient_is_said(scale, activation, said):
    assert said in verdict(unrolled(scale, activation, 10, 0))
    assert said in animate_bptt(scale, activation=activation).captions[-1]


def test_states_go_forward_then_gradients_back():
    animation = animate_bptt(0.6, steps=4)
    assert animation.frames == 4 + 1 + 4 + 1
    (dots,) = animation.figure.axes[1].lines[1:]
    for frame, times in ((3, []), (4, []), (5, [4]), (7, [4, 3, 2]), (9, [4, 3, 2, 1])):
        animation.show(frame)
        assert np.asarray(dots.get_xdata()).tolist() == times
    seen = unrolled(0.6, "relu", 4, 0)
    np.testing.assert_allclose(dots.get_ydata(), np.abs(seen.gradients[::-1]))
    assert animation.captions[0].startswith("Time 1: h = max(0, 0.5·")


def test_arrows_back_are_as_wide_as_their_gradients():
    animation = animate_bptt(1.5, steps=5)
    animation.show(animation.frames - 1)
    arrows = [patch for patch in animation.figure.axes[0].patches if patch.get_linestyle() != "-"]
    widths = [arrow.get_linewidth() for arrow in arrows]
    assert len(widths) == 5
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(
    "settings",
    [{"scale": 0.05}, {"scale": 3.5}, {"activation": "sigmoid"}, {"steps": 2}, {"steps": 13}],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(ConfigurationError):
        animate_bptt(**settings)
