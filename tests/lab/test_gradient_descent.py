"""Gradient descent with one weight: the table of the usual worked example, to the digit."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError

J = [13.5, 3.5, 1.0, 0.375, 0.2188, 0.1797]
W = [2.0, 1.0, 1.5, 1.25, 1.375, 1.3125]


def test_the_table_is_that_of_the_worked_example():
    seen = ax.lab.gradient_descent(steps=5)
    assert [round(loss, 4) for loss in seen.column("loss")] == J
    assert [round(weight, 4) for weight in seen.column("next_weight")] == W
    assert seen.column("gradient")[0] == -20
    assert seen.column("weight")[1:] == seen.column("next_weight")[:-1]
    printed = [line.split() for line in str(seen).splitlines()[3:9]]
    assert [float(cells[2]) for cells in printed] == J
    assert [float(cells[-1]) for cells in printed] == W


def test_a_hundred_steps_lead_to_four_thirds():
    seen = ax.lab.gradient_descent(steps=100)
    assert f"{seen.column('weight')[100]:.4f}" == "1.3333"


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (0.01, "1 − η·15 = 0.85, and stays on its side."),
        (1 / 15, "one step leads to its lowest point."),
        (0.1, "1 − η·15 = -0.5, so that sides change."),
    ],
)
def test_what_a_step_does_to_the_distance_is_said_and_true(rate, said):
    seen = ax.lab.gradient_descent(rate=rate, steps=5)
    assert seen.sentences[1].endswith(said)
    distances = np.array(seen.column("weight")) - 4 / 3
    np.testing.assert_allclose(distances[1:], (1 - 15 * rate) * distances[:-1], atol=1e-12)


@pytest.mark.parametrize(("rate", "word"), [(0.001, "Too small"), (0.1, "Right"), (0.14, "Too")])
def test_the_verdict_is_that_of_the_rate(rate, word):
    assert ax.lab.gradient_descent(rate=rate).sentences[0].startswith(word)


def test_the_picture_is_a_panel():
    assert len(ax.lab.gradient_descent(steps=3).figure().axes) == 1


def test_settings_out_of_bounds_are_refused():
    with pytest.raises(ConfigurationError, match="rate must be greater than 0 and at most 10"):
        ax.lab.gradient_descent(rate=0)
    with pytest.raises(ConfigurationError, match="steps must be at most 1,000"):
        ax.lab.gradient_descent(steps=1001)
    with pytest.raises(ArgumentTypeError, match="steps must be a whole number"):
        ax.lab.gradient_descent(steps=2.5)
