"""Predicted against true: the points, the line, the scores, and rows that cannot be drawn."""

import numpy as np
import pytest
from sklearn.metrics import r2_score, root_mean_squared_error

from axone.errors import ConfigurationError, DataError, ShapeError
from axone.plots import plot_predictions


@pytest.fixture
def targets():
    random = np.random.default_rng(0)
    true = random.normal(size=(60, 2))
    return true, true + 0.3 * random.normal(size=(60, 2))


def points(axes):
    return np.asarray(axes.collections[0].get_offsets())


def test_each_target_has_a_panel_with_its_points_and_scores(targets):
    true, predicted = targets
    figure = plot_predictions(true, predicted, target_names=("rain", "sun"), title="weather")
    assert figure.get_suptitle() == "weather"
    for i, axes in enumerate(figure.axes):
        assert axes.get_title(loc="left") == ("rain", "sun")[i]
        r2 = r2_score(true[:, i], predicted[:, i])
        rmse = root_mean_squared_error(true[:, i], predicted[:, i])
        assert axes.texts[0].get_text() == f"R² {r2:.3f}\nRMSE {rmse:.4g}"
        wanted = np.column_stack([true[:, i], predicted[:, i]])
        np.testing.assert_allclose(np.sort(points(axes), axis=0), np.sort(wanted, axis=0))
        assert axes.get_xlim() == axes.get_ylim()


def test_a_single_target_gives_the_axes_its_name(targets):
    true, predicted = targets
    (axes,) = plot_predictions(true[:, 0], predicted[:, :1], target_names=("price",)).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("true price", "predicted price")


def test_a_sample_is_drawn_of_many_rows_but_all_are_scored():
    true = np.linspace(0.0, 1e6, 500)
    figure = plot_predictions(true, true + 20_000.0, max_points=50)
    (axes,) = figure.axes
    assert len(points(axes)) == 50
    assert axes.texts[0].get_text().endswith("RMSE 20,000")
    assert "50 of 500 rows drawn" in figure.get_supxlabel()


def test_rows_without_a_finite_prediction_are_left_out_and_counted():
    figure = plot_predictions([1.0, 2.0, 3.0], [1.0, np.nan, np.inf])
    assert points(figure.axes[0]).tolist() == [[1.0, 1.0]]
    assert "2 of 3 rows without a finite prediction" in figure.get_supxlabel()


def test_a_run_that_predicts_nothing_finite_still_gives_a_picture():
    (axes,) = plot_predictions([1.0, 2.0], [np.nan, np.nan]).axes
    assert [text.get_text() for text in axes.texts] == ["no finite prediction"]


def test_of_many_targets_six_are_drawn():
    figure = plot_predictions(np.eye(8), np.eye(8))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        f"target {i}" for i in range(1, 7)
    ]
    assert "The first 6 of 8 targets" in figure.get_supxlabel()


def test_places_without_a_target_are_left_blank():
    assert [axes.axison for axes in plot_predictions(np.eye(5), np.eye(5)).axes] == [True] * 5 + [
        False
    ]


@pytest.mark.parametrize(
    ("true", "predicted", "settings", "error"),
    [
        ([1.0], [1.0, 2.0], {}, ShapeError),
        ([1.0], [1.0], {"target_names": ("a", "b")}, ShapeError),
        ([[[1.0]]], [1.0], {}, ShapeError),
        ([], [], {}, DataError),
        (["high"], [1.0], {}, DataError),
        ([1.0], [1.0], {"max_points": 0}, ConfigurationError),
    ],
)
def test_arrays_that_do_not_fit_are_refused(true, predicted, settings, error):
    with pytest.raises(error, match=r"fit|y_true|max_points"):
        plot_predictions(true, predicted, **settings)
