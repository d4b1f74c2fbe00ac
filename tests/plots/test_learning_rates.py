"""The picture of a learning-rate range test."""

import numpy as np
import pytest

from axone.errors import ShapeError
from axone.plots import plot_learning_rates


def test_curve_suggestion_and_the_rate_there_is_are_drawn():
    rates, losses = np.geomspace(1e-4, 1, 5), [1.0, 0.9, 0.5, 0.4, 60.0]
    (axes,) = plot_learning_rates(
        rates, losses, suggestion=1e-2, learning_rate=1e-3, title="t"
    ).axes
    curve, *marks = axes.lines
    np.testing.assert_array_equal(curve.get_xdata(), rates)
    assert [mark.get_xdata()[0] for mark in marks] == [1e-2, 1e-3]
    low, high = axes.get_ylim()
    assert 0.2 < low < 0.4
    assert 2 < high < 2.3
    assert axes.get_xscale() == "log"


def test_a_curve_alone_has_no_legend():
    (axes,) = plot_learning_rates([1e-3, 1e-2], [1.0, np.nan]).axes
    assert axes.get_legend() is None


def test_rates_without_their_losses_are_refused():
    with pytest.raises(ShapeError, match="give a loss for each rate"):
        plot_learning_rates([1.0, 2.0], [1.0])
