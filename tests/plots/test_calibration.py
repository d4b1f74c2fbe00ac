"""The reliability diagram: its points are scikit-learn's, and both sides of a calibration show."""

import numpy as np
import pytest
from scipy.stats import beta
from sklearn.calibration import calibration_curve

import axone as ax
from axone.errors import DataError, ShapeError
from axone.plots import plot_calibration


@pytest.fixture
def rows():
    random = np.random.default_rng(0)
    p = random.random(300)
    return (random.random(300) < p**2).astype(int), np.column_stack([1 - p, p])


def legend(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_the_points_are_those_of_scikit_learn_and_the_legend_tells_the_error(rows):
    y, p = rows
    figure = plot_calibration(y, p, ["no", "yes"], title="t")
    upper, lower = figure.axes
    frequency, confidence = calibration_curve(y, p[:, 1], n_bins=15)
    x, heights = upper.lines[1].get_data()
    np.testing.assert_allclose(x, confidence)
    np.testing.assert_allclose(heights, frequency)
    assert legend(figure) == ["honest", f"calibration error {ax.calibration_error(p, y):.4f}"]
    assert (upper.get_ylabel(), lower.get_xlabel()) == ("share of yes", "probability of yes")
    assert lower.patches[0].get_data().values.sum() == 300
    assert lower.get_yscale() == "linear"


def test_the_bars_are_jeffreys_intervals(rows):
    y, p = rows
    upper = plot_calibration(y, p, ["no", "yes"]).axes[0]
    first = upper.collections[0].get_segments()[0]
    inside = p[:, 1] <= 1 / 15
    k, n = y[inside].sum(), inside.sum()
    np.testing.assert_allclose(first[:, 1], beta.interval(0.95, k + 0.5, n - k + 0.5))


def test_before_and_after_calibration_are_drawn_together(rows):
    y, p = rows
    honest = np.column_stack([1 - p[:, 1] ** 2, p[:, 1] ** 2])
    figure = plot_calibration(y, honest, ["a", "b"], before=p, note="Temperature 2.")
    assert legend(figure) == [
        "honest",
        f"before: calibration error {ax.calibration_error(p, y):.4f}",
        f"calibrated: calibration error {ax.calibration_error(honest, y):.4f}",
    ]
    assert figure.get_supxlabel().endswith("95 % probability.  Temperature 2.")


def test_of_several_classes_the_predicted_one_is_drawn_and_rare_bins_can_be_seen():
    random = np.random.default_rng(0)
    p = random.dirichlet(np.full(3, 0.05), 5000)
    figure = plot_calibration(random.integers(0, 3, 5000), p, list("abc"))
    upper, lower = figure.axes
    assert upper.get_ylabel() == "share predicted right"
    assert lower.get_xlabel() == "probability of the predicted class"
    assert lower.get_yscale() == "log"


@pytest.mark.parametrize(
    ("y", "p", "error"),
    [
        ([0, 1], np.full((2, 3), 0.3), ShapeError),
        ([0, 1, 1], np.full((2, 2), 0.5), ShapeError),
        ([0, 2], np.full((2, 2), 0.5), DataError),
        ([0, 1], np.full((2, 2), 1.5), DataError),
        (np.empty(0, int), np.empty((0, 2)), DataError),
    ],
)
def test_labels_and_probabilities_that_do_not_fit_are_refused(y, p, error):
    with pytest.raises(error, match=r"probabilities|labels"):
        plot_calibration(y, p, ["a", "b"])
