"""Arrows from what was predicted for single rows to what is true."""

import numpy as np
import pytest
from sklearn.metrics import mean_squared_error

from axone.errors import ConfigurationError, DataError, ShapeError
from axone.plots import plot_residual_arrows


def arrows(figure):
    return [text for text in figure.axes[0].texts if text.arrow_patch is not None]


def told(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def test_an_arrow_leads_from_each_prediction_to_the_truth():
    figure = plot_residual_arrows([1, 2], [3.0, 1.0], [2.0, 5.0])
    found = {(*arrow.xyann, *arrow.xy) for arrow in arrows(figure)}
    assert found == {(1, 2, 1, 3), (2, 5, 2, 1)}
    up, down = (a.arrow_patch.get_edgecolor() for a in sorted(arrows(figure), key=lambda a: a.xy))
    assert up != down


def test_the_mean_squared_error_is_that_of_all_rows():
    random = np.random.default_rng(0)
    true, said = random.normal(size=(2, 200))
    figure = plot_residual_arrows(np.arange(200), true, said, max_rows=10)
    assert len(arrows(figure)) == 10
    assert f"{mean_squared_error(true, said):.4g} of 200 rows" in figure.axes[0].get_title("left")
    assert "10 of 200 rows drawn" in figure.get_supxlabel()


def test_the_largest_squared_errors_are_written_out():
    figure = plot_residual_arrows(np.arange(8), np.zeros(8), [0, 1, 2, 3, 4, 5, 6, 200])
    assert told(figure) == ["40,000", "36", "25", "16", "9"]


def test_of_no_error_nothing_is_written():
    assert told(plot_residual_arrows([1, 2], [3.0, 1.0], [3.0, 1.0])) == []


def test_rows_that_are_not_finite_are_left_out_and_counted():
    figure = plot_residual_arrows([1, np.nan, 3], [1.0, 2.0, 3.0], [1.0, 2.0, np.inf])
    assert len(arrows(figure)) == 1
    assert "left out: 2" in figure.get_supxlabel()


@pytest.mark.parametrize(
    ("x", "true", "said", "rows", "error"),
    [
        ([1, 2], [1.0], [1.0], 5, ShapeError),
        ([[1]], [[1.0]], [[1.0]], 5, ShapeError),
        ([np.nan], [1.0], [1.0], 5, DataError),
        ([1], [1.0], [1.0], 0, ConfigurationError),
    ],
)
def test_what_cannot_be_drawn_is_refused(x, true, said, rows, error):
    with pytest.raises(error):
        plot_residual_arrows(x, true, said, max_rows=rows)
