"""Gradient descent on a loss of a weight and a bias: the worked example, and its panels."""

import numpy as np
import pytest

from axone.plots import plot_descent_2d
from axone.plots.ideas.descent_2d import descent_with_bias, verdict


def test_the_steps_are_those_of_the_worked_example():
    path = descent_with_bias(0.1)
    np.testing.assert_allclose(path.losses[:3], [13.5, 6.09, 2.761], atol=5e-4)
    points = [(0, 0), (2.0, 0.7), (0.65, 0.26), (1.545, 0.583)]
    np.testing.assert_allclose(path.weights[:4], points, atol=5e-4)
    assert path.steps == 233
    np.testing.assert_array_equal(path.weights[-1].round(3), [1, 1])
    assert (path.weights[-2].round(3) != 1).any()


def test_the_limit_of_the_rate_is_two_over_the_greatest_curvature():
    moments = np.array([[7.5, 2.5], [2.5, 1.0]])  # means of x², x and 1
    limit = 2 / np.linalg.eigvalsh(2 * moments)[-1]
    assert verdict(descent_with_bias(limit * 1.001)).startswith("Too large")
    assert verdict(descent_with_bias(limit * 0.999)).startswith("Large")
    assert verdict(descent_with_bias(limit * 0.99)).startswith("Across the valley and back")


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (1e-5, "Too small: each step leads down, but hardly. Not there after 3,000 steps."),
        (0.001, "Too small: into the valley, then hardly along it. Not there after 3,000 steps."),
        (0.01, "Small: down into the valley, then slowly along its floor. There after 2,360 steps"),
        (0.1, "Across the valley and back, then along its floor. There after 233 steps."),
        (1.0, "Too large: each step leaps across the valley, and farther."),
        (1e6, "Too large"),
    ],
)
def test_what_a_rate_does_is_said_in_words(rate, said):
    assert verdict(descent_with_bias(rate)).startswith(said)


def test_a_path_is_drawn_for_each_rate_as_far_as_it_can_be_seen():
    arrives, leaves = plot_descent_2d([0.1, 0.125], steps=20).axes
    assert len(arrives.lines[-1].get_xdata()) == 21
    drawn = np.column_stack(leaves.lines[-1].get_data())
    low, high = np.transpose([leaves.get_xlim(), leaves.get_ylim()])
    inside = ((drawn >= low) & (drawn <= high)).all(axis=1)
    assert inside[:-1].all()
    assert not inside[-1]
