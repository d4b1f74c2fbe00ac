"""The perceptron's line: where it lies after each mistake, and what is said of it."""

import numpy as np
import pytest

from axone.errors import ConfigurationError, DataError
from axone.perceptron import RosenblattPerceptron
from axone.plots import animate_perceptron

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def by_hand(y, epochs):
    """Rosenblatt's rule, a row after the other."""
    w, b = np.zeros(2), 0.0
    for epoch in range(1, epochs + 1):
        for row in range(4):
            error = y[row] - int(w @ CORNERS[row] + b > 0)
            if error:
                w, b = w + error * CORNERS[row], b + error
                yield epoch, row, w.tolist(), b


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]])
def test_corrections_are_those_of_the_rule(y):
    made = RosenblattPerceptron(max_epochs=9).corrections(CORNERS, y)
    found = [(each.epoch, each.row, each.weights.tolist(), each.bias) for each in made]
    assert found == list(by_hand(y, 9))


@pytest.mark.parametrize("order", ["cyclic", "random", "with_replacement"])
def test_the_last_correction_leaves_the_weights_of_the_fit(order):
    perceptron = RosenblattPerceptron(order=order, seed=3)
    *_earlier, last = perceptron.corrections(CORNERS, [0, 0, 0, 1])
    fitted = perceptron.fit(CORNERS, [0, 0, 0, 1])
    np.testing.assert_array_equal(last.weights, fitted.weights[0])
    assert last.bias == fitted.bias[0]


def test_corrections_are_of_two_classes():
    with pytest.raises(DataError, match="y holds 4 classes"):
        list(RosenblattPerceptron().corrections(CORNERS, [0, 1, 2, 3]))


def test_the_line_goes_where_the_weighted_sum_is_nothing():
    animation = animate_perceptron("or")
    left = animation.figure.axes[0]
    line = next(each for each in left.lines if each.get_linestyle() == "-")
    *_earlier, (_epoch, _row, w, b) = by_hand([0, 1, 1, 1], 9)
    animation.show(animation.frames - 1)
    points = np.column_stack(line.get_data())
    assert points.shape == (2, 2)
    np.testing.assert_allclose(points @ w + b, 0, atol=1e-12)
    animation.show(0)
    assert len(line.get_xdata()) == 0


def test_a_row_that_is_wrong_is_ringed_and_named():
    animation = animate_perceptron("and")
    ring = animation.figure.axes[0].lines[-1]
    animation.show(1)
    assert np.column_stack(ring.get_data()).tolist() == [[1.0, 1.0]]
    assert animation.captions[1].startswith("Epoch 1, correction 1: row 4, x = (1.00, 1.00)")


def test_what_cannot_be_separated_is_said():
    animation = animate_perceptron("xor", corrections=3, epochs=5)
    assert "3 corrections of" in animation.captions[-1]
    assert "no straight line separates" in animation.captions[-1]
    animation.show(animation.frames - 1)
    heights = [bar.get_height() for bar in animation.figure.axes[1].patches]
    assert sum(heights) == len(list(by_hand([0, 1, 1, 0], 5)))


def test_the_heaps_of_points_are_separated():
    animation = animate_perceptron()
    assert animation.captions[-1].startswith("Converged in 4 epochs, after 10 mistakes")


@pytest.mark.parametrize(
    "settings",
    [{"dataset": "iris"}, {"corrections": 0}, {"corrections": 26}, {"epochs": 0}],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(ConfigurationError):
        animate_perceptron(**settings)
