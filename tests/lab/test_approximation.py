"""Universal approximation: errors along a grid, and what the theorem promises of them."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

import axone as ax
from axone.errors import AxoneError
from axone.lab.approximation import FUNCTIONS


@pytest.fixture(scope="module")
def seen():
    return ax.lab.approximation(widths=(1, 4, 16), iterations=1000)


def test_a_hidden_unit_brings_three_parameters_and_the_output_one(seen):
    assert seen.column("parameters") == [3 * width + 1 for width in seen.column("width")]


def test_wider_networks_come_closer(seen):
    largest, rmse = seen.column("largest"), seen.column("rmse")
    assert largest[0] > largest[1] > largest[2]
    assert largest[2] < largest[0] / 10
    assert all(one > other for one, other in zip(largest, rmse, strict=True))


def test_one_tanh_unit_is_no_better_than_the_best_function_that_only_rises_or_falls(seen):
    x = np.linspace(-1, 1, 2001)
    y = np.sin(3 * np.pi * x)
    best = min(
        np.sqrt(np.mean((IsotonicRegression(increasing=rises).fit_transform(x, y) - y) ** 2))
        for rises in (True, False)
    )
    assert best <= seen.column("rmse")[0] < np.sqrt(np.mean(y**2))


def test_relu_units_make_the_absolute_value():
    """|x| = ReLU(x) + ReLU(−x)."""
    seen = ax.lab.approximation(function="abs", activation="relu", widths=[4])
    assert seen.column("largest")[0] < 1e-3


@pytest.mark.parametrize(
    ("function", "x", "y"), [("sine", 0.5, -1), ("abs", -0.5, 0.5), ("bump", 0, 1), ("step", 0, 0)]
)
def test_functions_are_what_they_are_called(function, x, y):
    assert FUNCTIONS[function][1](np.array([x])) == pytest.approx(y)


def test_of_a_jump_nothing_is_promised():
    seen = ax.lab.approximation(function="step", widths=(1, 8), iterations=100)
    assert "promises nothing here" in seen.sentences[2]


def test_what_is_not_reached_is_not_claimed():
    seen = ax.lab.approximation(widths=[1], tries=1, iterations=20)
    assert seen.sentences[0].startswith("With 4 parameters, width 1")
    assert "none of these came closer" in seen.sentences[2]


def test_the_first_width_within_a_bound_is_named(seen):
    largest = dict(zip(seen.column("width"), seen.column("largest"), strict=True))
    assert largest[16] <= 0.1 < largest[4]
    assert "width 16 with its 49 parameters was the first of these" in seen.sentences[2]


@pytest.mark.parametrize("widths", [(1, 2), (2, 1)])
def test_the_width_of_the_least_largest_error_is_named(widths):
    seen = ax.lab.approximation(function="bump", widths=widths)
    assert "at the greatest width tried, 2" in seen.sentences[1]


def test_where_training_hinders_is_told():
    seen = ax.lab.approximation(function="step", widths=(2, 64), iterations=1000)
    two, many = seen.column("largest")
    assert two < many
    assert "training did not find it" in seen.sentences[1]


def test_widths_are_put_in_order_once_each():
    seen = ax.lab.approximation(widths=[4, 1, 4], iterations=10, tries=1)
    assert seen.column("width") == [1, 4]


def test_progress_is_told_after_each_width():
    shares = []
    ax.lab.approximation(widths=(1, 2), iterations=5, tries=1, on_progress=shares.append)
    assert shares == [0.5, 1.0]


@pytest.mark.parametrize("widths", [(1,), (1, 2), (1, 2, 3, 4, 5)])
def test_the_picture_shows_some_widths_and_all_errors(widths):
    seen = ax.lab.approximation(widths=widths, iterations=5, tries=1)
    figure = seen.figure()
    errors = figure.axes[-1]
    assert [len(line.get_xdata()) for line in errors.lines] == [len(widths)] * 2
    shown = [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]
    assert "width 1" in shown
    assert f"width {widths[-1]}" in shown


@pytest.mark.parametrize(
    "settings",
    [
        {"function": "cosine"},
        {"widths": []},
        {"widths": [0]},
        {"widths": [1.5]},
        {"activation": "linear"},
        {"tries": 0},
        {"iterations": 0},
    ],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(AxoneError, match=next(iter(settings))):
        ax.lab.approximation(**settings)
