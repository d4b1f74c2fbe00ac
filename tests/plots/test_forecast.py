"""A forecast against the truth: the lines, the band, how often it held, and what is refused."""

import numpy as np
import pytest

from axone.errors import ConfigurationError, DataError, ShapeError
from axone.plots import plot_forecast

TIMES = np.arange(4)
TRUTH = np.array([1.0, 2.0, 3.0, np.nan])
SAID = np.array([1.5, 2.0, 2.0, 4.0])


def test_truth_and_forecast_are_lines_and_the_interval_a_band():
    figure = plot_forecast(
        TIMES, TRUTH, SAID, SAID - 0.6, SAID + 0.6, level=0.8, quantity="demand (GW)"
    )
    (axes,) = figure.axes
    lower, upper, truth, forecast = (line.get_ydata() for line in axes.lines)
    np.testing.assert_array_equal(lower, SAID - 0.6)
    np.testing.assert_array_equal(upper, SAID + 0.6)
    np.testing.assert_array_equal(truth, TRUTH)
    np.testing.assert_array_equal(forecast, SAID)
    assert axes.get_legend_handles_labels()[1] == ["80% interval", "truth", "forecast"]
    assert axes.get_ylabel() == "demand (GW)"
    assert figure.get_supxlabel() == (
        "Mean absolute error 0.5.  67% of the truth lies in the interval, of 80% expected."
    )


def test_without_interval_or_truth_only_the_forecast_is_drawn():
    figure = plot_forecast(TIMES, np.full(4, np.nan), SAID)
    (axes,) = figure.axes
    assert len(axes.collections) == 0
    assert figure.get_supxlabel() == ""


def test_moments_are_written_in_numbers_in_every_language():
    times = np.datetime64("2026-01-30") + np.arange(96) * np.timedelta64(1, "h")
    figure = plot_forecast(times, np.arange(96.0), np.arange(96.0))
    figure.canvas.draw()
    (axes,) = figure.axes
    written = [text.get_text() for text in axes.get_xticklabels()]
    assert "2026-02" in written
    assert not any(letter.isalpha() for text in written for letter in text)


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "words"),
    [
        ((TIMES, TRUTH[:3], SAID), {}, ShapeError, r"truth has shape \(3,\)"),
        ((TIMES[:, None], TRUTH, SAID), {}, ShapeError, "one number for each moment"),
        ((TIMES, TRUTH, SAID, SAID), {}, ShapeError, "two ends"),
        ((TIMES, TRUTH, SAID, SAID + 1, SAID), {}, DataError, "lower is above upper"),
        ((TIMES, TRUTH, SAID * np.nan), {}, DataError, "nothing to draw"),
        ((TIMES, ["high"] * 4, SAID), {}, DataError, "truth does not hold numbers"),
        ((TIMES, TRUTH, SAID), {"level": 1.0}, ConfigurationError, "level"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, settings, error, words):
    with pytest.raises(error, match=words):
        plot_forecast(*arguments, **settings)
