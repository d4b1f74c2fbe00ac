"""The pairs that are confused most: which, in what order, and which of their examples."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_confused_images, plot_confused_signals

RANDOM = np.random.default_rng(6)
# Rows 1, 3, 5 of "cat" are taken for "dog", row 4 of "dog" for "owl".
TRUE = np.array([0, 0, 1, 0, 1, 0])
TABLE = np.array(
    [
        [0.9, 0.1, 0.0],
        [0.4, 0.6, 0.0],
        [0.2, 0.8, 0.0],
        [0.1, 0.9, 0.0],
        [0.1, 0.1, 0.8],
        [0.3, 0.7, 0.0],
    ]
)
NAMES = ("cat", "dog", "owl")
IMAGES = RANDOM.random((6, 3, 3))
SIGNALS = RANDOM.normal(size=(6, 2, 9))


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_worst_pair_comes_first_and_its_surest_mistake():
    figure = plot_confused_images(IMAGES, TRUE, TABLE, NAMES)
    assert words(figure) == [
        "cat\ntaken for\ndog\n3 rows (75.0%)",
        "dog\ntaken for\nowl\n1 row (50.0%)",
    ]
    panels = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in panels] == ["90%", "70%", "60%", "80%"]
    scaled = (IMAGES - IMAGES.min()) / np.ptp(IMAGES)
    for axes, row in zip(panels, (3, 5, 1, 4), strict=True):
        np.testing.assert_allclose(np.asarray(axes.images[0].get_array()), scaled[row])


def test_signals_stand_before_the_means_of_both_classes():
    figure = plot_confused_signals(SIGNALS, TRUE, TABLE, NAMES, channel_names=("x", "y"))
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in panels] == ["90%", "70%", "60%", "80%"]
    low, high = SIGNALS.min(axis=(0, 2)), SIGNALS.max(axis=(0, 2))

    def heights(signal, k):
        return 0.08 + 0.84 * (signal[k] - low[k]) / (high[k] - low[k]) - (k + 1)

    curves = [line.get_ydata() for line in panels[0].lines if len(line.get_ydata()) == 9]
    own, other = SIGNALS[TRUE == 0].mean(axis=0), SIGNALS[TRUE == 1].mean(axis=0)
    for found, (signal, k) in zip(
        curves, [(s, k) for s in (own, other, SIGNALS[3]) for k in (0, 1)], strict=True
    ):
        np.testing.assert_allclose(found, heights(signal, k))


def test_a_class_that_has_no_rows_of_its_own_has_no_mean():
    figure = plot_confused_signals(SIGNALS, TRUE, TABLE, NAMES)
    last = [axes for axes in figure.axes if axes.get_title(loc="left")][-1]
    curves = [line.get_ydata() for line in last.lines if len(line.get_ydata()) == 9]
    assert np.isnan(curves[2:4]).all()


def test_six_pairs_are_drawn_at_most():
    table = np.roll(np.eye(9), 1, axis=1)
    figure = plot_confused_images(np.zeros((9, 2, 2)), np.arange(9), table, range(9))
    assert len(words(figure)) == 6


def test_without_mistakes_that_is_said():
    right = np.eye(3)[TRUE]
    for figure in (
        plot_confused_images(IMAGES, TRUE, right, NAMES),
        plot_confused_signals(SIGNALS, TRUE, right, NAMES),
    ):
        assert words(figure) == ["no row is predicted wrongly"]


def test_labels_and_probabilities_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"need \(6, 2\)"):
        plot_confused_images(IMAGES, TRUE, TABLE, NAMES[:2])
    with pytest.raises(DataError, match="labels must be"):
        plot_confused_signals(SIGNALS, TRUE + 2, TABLE, NAMES)
