"""Gradient descent on a loss of one weight: the numbers of the worked example, and its panels."""

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.plots import plot_descent
from axone.plots.ideas.descent import descent_of_one_weight, verdict


def test_the_steps_are_those_of_the_worked_example():
    path = descent_of_one_weight(0.1, 100)
    losses = [13.5, 3.5, 1.0, 0.375, 0.2188, 0.1797]
    np.testing.assert_allclose(path.losses[:6], losses, atol=5e-5)
    np.testing.assert_array_equal(path.weights[:7, 0], [0, 2, 1, 1.5, 1.25, 1.375, 1.3125])
    assert path.weights[100, 0] == pytest.approx(1.3333, abs=5e-5)


@pytest.mark.parametrize(
    ("rate", "steps", "said"),
    [
        (0.005, 10, "Too small: each step leads down, but hardly. After 10 steps J is 2.97"),
        (0.05, 10, "Right: each step leads down."),
        (0.1, 10, "Right: each step leaps across, but nearer. After 10 steps J is 0.167."),
        (0.13, 1, "Large: each step leaps across, and only a little nearer. After 1 step J is"),
        (2 / 15, 10, "Too large"),  # 2 over the curvature: always as far on the other side
        (0.14, 10, "Too large: each step leaps across and farther away."),
        (1e6, 1000, "Too large"),
    ],
)
def test_what_a_rate_does_is_said_in_words(rate, steps, said):
    assert verdict(descent_of_one_weight(rate, steps)).startswith(said)


def test_a_descent_ends_before_its_numbers_do():
    path = descent_of_one_weight(1e6, 1000)
    assert path.steps < 1000
    assert np.isfinite(path.losses).all()


def test_the_points_lie_on_the_parabola_of_their_panel():
    figure = plot_descent([0.01, 0.1], steps=4)
    for axes, rate in zip(figure.axes, (0.01, 0.1), strict=True):
        assert axes.get_title(loc="left") == f"η = {rate:g}"
        parabola, _middle, path = axes.lines
        weights, losses = path.get_data()
        assert len(weights) == 5
        expected = np.interp(weights, *parabola.get_data())
        np.testing.assert_allclose(losses, expected, atol=0.02)
        numbers = [text.get_text() for text in axes.texts]
        assert "0" in numbers


def test_rates_and_steps_out_of_bounds_are_refused():
    with pytest.raises(ConfigurationError, match="6 learning rates: give 1 to 5"):
        plot_descent([0.1] * 6)
    with pytest.raises(ConfigurationError, match="steps must be at most 1,000"):
        plot_descent([0.1], steps=1001)
