"""Scores by a size: means and spreads of seeds, of rows learnt from and of others."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_size_curves

TRAINING = [[0.1, 0.3], [0.4, 0.4]]
OTHERS = [[0.9, 0.7], [0.5, 0.7]]


def test_lines_are_means_and_bands_a_standard_deviation_about_them():
    figure = plot_size_curves([10, 20], TRAINING, OTHERS, score_name="loss")
    axes = figure.axes[0]
    learnt, others = axes.lines
    np.testing.assert_allclose(learnt.get_ydata(), [0.2, 0.4])
    np.testing.assert_allclose(others.get_ydata(), [0.8, 0.6])
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(0.1)
    assert band[band[:, 0] == 20, 1] == pytest.approx(0.4)
    assert learnt.get_linestyle() != others.get_linestyle()
    assert learnt.get_marker() != others.get_marker()


def test_sizes_far_apart_lie_on_a_logarithmic_axis_and_are_named():
    figure = plot_size_curves([1, 2, 1000], [[1.0]] * 3, [[2.0]] * 3)
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    assert sorted(label.get_text() for label in axes.get_xticklabels()) == ["1", "1,000", "2"]
    assert plot_size_curves([10, 20], TRAINING, OTHERS).axes[0].get_xscale() == "linear"


def test_names_that_would_meet_are_left_out():
    figure = plot_size_curves([1, 990, 1000], [[1.0]] * 3, [[2.0]] * 3)
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert sorted(names) == ["1", "1,000"]


def test_what_is_not_finite_is_left_out_and_counted():
    figure = plot_size_curves([10, 20], [[0.1, np.inf], [0.4, 0.2]], OTHERS)
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), [0.1, 0.3])
    assert "1 score left out" in figure.get_supxlabel()


@pytest.mark.parametrize(
    ("sizes", "training", "error"),
    [([10], TRAINING, ShapeError), ([10, 20], [0.1, 0.2], ShapeError)],
)
def test_scores_of_other_shapes_are_refused(sizes, training, error):
    with pytest.raises(error):
        plot_size_curves(sizes, training, OTHERS)


def test_scores_none_of_which_is_finite_are_refused():
    with pytest.raises(DataError, match="diverged"):
        plot_size_curves([1], [[np.nan]], [[np.inf]])
