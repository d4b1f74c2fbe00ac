"""Double descent: output weights as NumPy and scikit-learn find them, and what is told of them."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import axone as ax
from axone.errors import AxoneError
from axone.lab.double_descent import least_squares


@pytest.fixture(scope="module")
def seen():
    return ax.lab.double_descent(rows=40, draws=5)


@pytest.mark.parametrize("units", [5, 20, 60])
def test_output_weights_are_the_shortest_least_squares(units):
    random = np.random.default_rng(units)
    features, y = random.normal(size=(20, units)), random.normal(size=20)
    np.testing.assert_allclose(
        least_squares(features, y), np.linalg.lstsq(features, y, rcond=None)[0], rtol=1e-6
    )


def test_units_that_never_fire_get_no_weight():
    features = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
    found = least_squares(features, np.array([1.0, 1.0]))
    np.testing.assert_allclose(found, np.linalg.pinv(features) @ [1.0, 1.0], atol=1e-12)
    assert found[1] == 0


@pytest.mark.parametrize("units", [5, 60])
def test_a_penalty_makes_it_ridge_regression(units):
    random = np.random.default_rng(units)
    features, y = random.normal(size=(20, units)), random.normal(size=20)
    ridge = Ridge(alpha=0.7, fit_intercept=False, solver="svd").fit(features, y)
    np.testing.assert_allclose(least_squares(features, y, 0.7), ridge.coef_, rtol=1e-9)


def test_the_test_error_peaks_at_as_many_weights_as_rows(seen):
    units, errors = seen.column("units"), seen.column("test_error")
    assert units[int(np.argmax(errors))] == 40
    assert errors[-1] < max(errors) / 3
    assert "where there are as many weights as training rows, 40" in seen.sentences[0]


def test_rows_are_met_exactly_from_there_on(seen):
    for units, error in zip(seen.column("units"), seen.column("train_error"), strict=True):
        assert (error < 1e-6) == (units >= 40)
    assert seen.sentences[1].startswith("From width 40 on every training row is met exactly")


def test_the_weights_are_longest_at_the_peak(seen):
    lengths = seen.column("length")
    assert seen.column("units")[int(np.argmax(lengths))] == 40


def test_the_second_descent_is_told_as_the_table_has_it(seen):
    units, errors = seen.column("units"), seen.column("test_error")
    narrow = min(error for width, error in zip(units, errors, strict=True) if width < 40)
    words = "less than the best" if errors[-1] < narrow else "no less than the best"
    assert words in seen.sentences[2]


def test_with_a_penalty_other_things_are_told():
    seen = ax.lab.double_descent(rows=40, draws=3, penalty=30.0)
    assert "and not where there are" in seen.sentences[0]
    assert seen.sentences[1].startswith("No width meets the training rows exactly")
    assert max(seen.column("test_error")) < 1.5


def test_progress_ends_at_the_whole():
    shares = []
    ax.lab.double_descent(rows=10, draws=4, on_progress=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_the_picture_marks_where_weights_are_as_many_as_rows(seen):
    (axes,) = seen.figure().axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.texts] == ["as many weights as rows: 40"]


def test_the_same_seed_gives_the_same_table():
    first, second = (ax.lab.double_descent(rows=10, draws=2, seed=3) for _time in range(2))
    assert first.rows == second.rows


@pytest.mark.parametrize(
    "settings", [{"rows": 5}, {"widest": 1.0}, {"noise": -1.0}, {"penalty": -1.0}, {"draws": 0}]
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(AxoneError, match=next(iter(settings))):
        ax.lab.double_descent(**settings)
