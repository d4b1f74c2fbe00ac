"""Residuals: the points, the means of the tenths, the histogram, and rows that cannot be drawn."""

import numpy as np
import pytest
from scipy.stats import norm

from axone.errors import ConfigurationError, DataError, ShapeError
from axone.plots import plot_residuals


@pytest.fixture
def targets():
    random = np.random.default_rng(0)
    true = random.normal(size=(200, 2))
    return true, true + 0.3 * random.normal(size=(200, 2))


def test_residuals_are_drawn_against_predictions(targets):
    true, predicted = targets
    scatter, histogram = plot_residuals(true[:, 0], predicted[:, 0], target_names=("price",)).axes
    drawn = np.asarray(scatter.collections[0].get_offsets())
    wanted = np.column_stack([predicted[:, 0], true[:, 0] - predicted[:, 0]])
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(wanted, axis=0))
    assert (scatter.get_xlabel(), scatter.get_ylabel()) == ("predicted price", "residual")
    assert histogram.get_xlabel() == "residual"


def test_the_mean_of_each_tenth_of_the_rows_shows_a_bend():
    predicted = np.linspace(-1, 1, 100)
    scatter = plot_residuals(predicted + predicted**2, predicted).axes[0]
    x, means = scatter.lines[1].get_data()
    np.testing.assert_allclose(x, predicted.reshape(10, 10).mean(axis=1))
    np.testing.assert_allclose(means, (predicted**2).reshape(10, 10).mean(axis=1))


def test_few_rows_have_no_means():
    scatter = plot_residuals(np.arange(12.0), np.ones(12)).axes[0]
    assert len(scatter.lines) == 1


def test_the_histogram_counts_all_rows_beside_a_normal_curve_as_wide(targets):
    true, predicted = targets
    residuals = true[:, 0] - predicted[:, 0]
    histogram = plot_residuals(true[:, 0], predicted[:, 0], max_points=5).axes[1]
    counts, edges, _ = histogram.patches[0].get_data()
    np.testing.assert_array_equal(counts, np.histogram(residuals, edges)[0])
    assert counts.sum() == 200
    x, y = histogram.lines[0].get_data()
    expected = norm.pdf(x, residuals.mean(), residuals.std()) * 200 * (edges[1] - edges[0])
    np.testing.assert_allclose(y, expected)
    mean, deviation = f"{residuals.mean():.3g}".replace("-", "−"), f"{residuals.std():.3g}"
    assert histogram.texts[0].get_text() == f"mean {mean}\nstd {deviation}"


def test_outliers_are_counted_instead_of_flattening_the_histogram(targets):
    true, predicted = targets
    true[3, 0] = 1e6
    figure = plot_residuals(true[:, 0], predicted[:, 0])
    assert figure.axes[1].patches[0].get_data().values.sum() == 199
    assert "Not in the histogram: 1 over 4 standard deviations away" in figure.get_supxlabel()


def test_a_sample_is_drawn_of_many_rows_and_the_picture_says_so(targets):
    figure = plot_residuals(*targets, max_points=50)
    assert len(figure.axes[0].collections[0].get_offsets()) == 50
    assert "50 of 200 rows drawn" in figure.get_supxlabel()


def test_three_of_many_targets_are_drawn_one_above_the_other():
    random = np.random.default_rng(0)
    figure = plot_residuals(random.normal(size=(30, 5)), random.normal(size=(30, 5)))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["target 1", "target 2", "target 3", "", "", ""]
    assert "The first 3 of 5 targets" in figure.get_supxlabel()


def test_exact_predictions_have_a_histogram_of_one_bar():
    figure = plot_residuals(np.arange(9.0), np.arange(9.0))
    counts = figure.axes[1].patches[0].get_data().values
    assert sorted(counts)[-2:] == [0, 9]
    assert len(figure.axes[1].lines) == 0


def test_rows_without_a_finite_prediction_are_left_out_and_counted():
    figure = plot_residuals([1.0, 2.0, 3.0], [1.0, np.nan, np.inf])
    assert "2 of 3 rows without a finite prediction" in figure.get_supxlabel()
    figure = plot_residuals([1.0, 2.0], [np.nan, np.nan])
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["no finite prediction"] * 2


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_nothing_is_clipped_at_any_number_of_targets(columns):
    random = np.random.default_rng(0)
    names = ["a long name of a target that is cut"] * columns
    y = 1e5 * random.normal(size=(2, 50, columns))
    figure = plot_residuals(*y, target_names=names)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert min(box.x0, box.y0) >= 0
    assert box.x1 <= figure.get_figwidth()
    assert box.y1 <= figure.get_figheight()


@pytest.mark.parametrize(
    ("true", "predicted", "settings", "error"),
    [
        ([1.0], [1.0, 2.0], {}, ShapeError),
        ([1.0], [1.0], {"target_names": ("a", "b")}, ShapeError),
        ([], [], {}, DataError),
        ([1.0], [1.0], {"max_points": 0}, ConfigurationError),
    ],
)
def test_arrays_that_do_not_fit_are_refused(true, predicted, settings, error):
    with pytest.raises(error, match=r"fit|y_true|max_points"):
        plot_residuals(true, predicted, **settings)
