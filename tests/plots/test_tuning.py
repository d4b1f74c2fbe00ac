"""Pictures of searches: every trial has its line, every setting its axis or bar."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection

from axone.errors import DataError, ShapeError
from axone.plots import plot_importance, plot_parallel_coordinates


def lines(figure):
    (axes,) = figure.axes
    (collection,) = [c for c in axes.collections if isinstance(c, LineCollection)]
    return collection.get_segments()


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_line_runs_through_the_values_of_its_trial():
    columns = {"rate": [1e-3, 1e-2, 1e-1], "units": ["8", "16", "16"]}
    figure = plot_parallel_coordinates(
        columns,
        [0.2, 0.9, 0.5],
        score_name="accuracy",
        logarithmic=["rate"],
        order={"units": ["8", "16", "32"]},
    )
    # The worst is drawn first, the best on top of all.
    worst, middle, best = lines(figure)
    assert worst[0, 1] == 0
    assert best[0, 1] == pytest.approx(0.5)
    assert middle[0, 1] == 1
    assert [line[-1, 1] for line in (worst, best)] == [0, 1]
    assert {"0.001", "0.01", "0.1", "8", "16"} <= set(texts(figure))
    assert "32" not in texts(figure)
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == ["rate", "units", "accuracy"]


def test_low_scores_are_drawn_on_top_where_low_is_good():
    figure = plot_parallel_coordinates({"a": [1, 2]}, [0.1, 0.9], score_name="loss", maximise=False)
    assert lines(figure)[-1][-1, 1] == 0
    assert "Good is low" in figure.get_supxlabel()


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6), st.booleans())
def test_any_trials_can_be_drawn(values, logarithmic):
    figure = plot_parallel_coordinates(
        {"a": values, "b": ["$x_1$"] * len(values)},
        np.arange(len(values)),
        score_name="r2",
        logarithmic=["a"] if logarithmic else [],
    )
    drawn = np.concatenate(lines(figure))
    assert drawn[:, 1].min() >= 0
    assert drawn[:, 1].max() <= 1
    assert len(lines(figure)) == len(values)


def test_what_are_no_trials_is_refused():
    with pytest.raises(DataError, match="at least one trial"):
        plot_parallel_coordinates({}, [], score_name="r2")
    with pytest.raises(DataError, match="finite"):
        plot_parallel_coordinates({"a": [1]}, [np.nan], score_name="r2")
    with pytest.raises(ShapeError, match="a: 1 values for 2 trials"):
        plot_parallel_coordinates({"a": [1]}, [1, 2], score_name="r2")
    with pytest.raises(DataError, match="at least one setting"):
        plot_importance({}, score_name="r2")


def test_importances_are_bars_with_their_shares_the_largest_at_the_top():
    figure = plot_importance({"rate": 0.75, "units": 0.25}, score_name="accuracy")
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.25]
    assert texts(figure) == [" 75%", " 25%"]
    assert axes.yaxis_inverted()
    assert "accuracy" in axes.get_xlabel()
