"""Pictures made of signals: samples, means and spread, saliency, and what is refused."""

import numpy as np
import pytest

from axone.errors import ConfigurationError, DataError, ShapeError
from axone.plots import plot_signal_grid, plot_signal_means, plot_signal_saliency
from axone.plots.signals import as_signals
from axone.plots.style import theme

RANDOM = np.random.default_rng(2)
SIGNALS = RANDOM.normal(size=(6, 3, 20))
LABELS = np.array([0, 2, 0, 2, 2, 0])


def captions(figure):
    return [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]


def lines(axes, points=20):
    """The heights of the lines that are no edge of a strip."""
    return [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == points]


def test_signals_of_one_channel_may_leave_it_out():
    assert np.array_equal(as_signals(SIGNALS[:, 0]), SIGNALS[:, :1])


@pytest.mark.parametrize(
    ("signals", "error", "words"),
    [
        (np.zeros(9), ShapeError, r"shape \(9,\)"),
        (np.zeros((2, 1, 3, 4)), ShapeError, r"\(m, channels, length\)"),
        (np.zeros((0, 1, 4)), DataError, "nothing to draw"),
        (np.full((1, 1, 2), "a"), DataError, "array of numbers"),
        (np.full((1, 1, 2), np.nan), DataError, "no finite number"),
    ],
)
def test_what_is_no_signal_is_refused_with_its_shape(signals, error, words):
    with pytest.raises(error, match=words):
        as_signals(signals)


def test_a_grid_shows_every_channel_in_a_strip_of_its_own_on_one_scale():
    figure = plot_signal_grid(SIGNALS, "abcdef", channel_names=("x", "y", "z"), columns=4)
    assert captions(figure) == list("abcdef")
    assert [axes.axison for axes in figure.axes] == [True] * 6 + [False] * 2
    low, high = SIGNALS.min(axis=(0, 2)), SIGNALS.max(axis=(0, 2))
    for axes, signal in zip(figure.axes, SIGNALS, strict=False):
        for k, heights in enumerate(lines(axes)):
            share = (signal[k] - low[k]) / (high[k] - low[k])
            np.testing.assert_allclose(heights, 0.08 + 0.84 * share - (k + 1))
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == ["x", "y", "z"]
    assert [text.get_text() for text in figure.axes[1].get_yticklabels()] == [""] * 3


def test_a_grid_is_cut_says_so_and_draws_constant_and_missing_channels():
    signals = np.zeros((50, 10, 4))
    signals[:, 1] = np.nan
    signals[0, 2, 1] = np.inf
    figure = plot_signal_grid(signals, range(50))
    assert len(captions(figure)) == 40
    assert figure.get_supxlabel() == (
        "Each channel from its least to its largest number.  The first 8 of 10 channels.  "
        "The first 40 of 50 signals."
    )
    heights = lines(figure.axes[0], points=4)
    assert np.allclose(heights[0], -0.5)
    assert np.isnan(heights[1]).all()
    assert np.isnan(heights[2]).tolist() == [False, True, False, False]


def test_a_grid_refuses_labels_names_and_columns_that_make_no_sense():
    with pytest.raises(ShapeError, match="6 signals need as many labels, not 1"):
        plot_signal_grid(SIGNALS, ["a"])
    with pytest.raises(ShapeError, match="3 channels need as many names, not 2"):
        plot_signal_grid(SIGNALS, "abcdef", channel_names=("x", "y"))
    with pytest.raises(ConfigurationError, match="columns must be at least 1"):
        plot_signal_grid(SIGNALS, "abcdef", columns=0)


def test_means_have_a_row_a_class_and_a_column_a_channel_with_their_spread():
    signals = SIGNALS.copy()
    signals[0, :, 15:] = np.nan  # it ends early: the mean is of the others there
    figure = plot_signal_means(signals, LABELS, ("run", "rest", "walk"))
    assert captions(figure) == ["run (3)", "walk (3)"]
    panels = np.array(figure.axes).reshape(2, 3)
    for row, k in zip(panels, (0, 2), strict=True):
        members = signals[k == LABELS]
        for channel, axes in enumerate(row):
            overall, mean = lines(axes)
            np.testing.assert_allclose(mean, np.nanmean(members[:, channel], axis=0))
            np.testing.assert_allclose(overall, np.nanmean(signals[:, channel], axis=0))
            (band,) = axes.collections
            spread = np.nanstd(members[:, channel], axis=0)
            heights = band.get_paths()[0].vertices[:, 1]
            np.testing.assert_allclose(heights.max(), (mean + spread).max())
            np.testing.assert_allclose(heights.min(), (mean - spread).min())
    assert [axes.get_xlabel() for axes in panels[1]] == [f"channel {k}" for k in range(3)]


def test_means_of_a_single_channel_stand_beside_one_another_on_one_scale():
    figure = plot_signal_means(np.arange(40.0).reshape(4, 1, 10), np.arange(4), "abcd")
    assert captions(figure) == ["a (1)", "b (1)", "c (1)", "d (1)"]
    assert [axes.axison for axes in figure.axes] == [True] * 4 + [False] * 2
    assert len({axes.get_ylim() for axes in figure.axes[:4]}) == 1


def test_means_of_many_classes_and_channels_are_cut_and_say_so():
    figure = plot_signal_means(np.zeros((14, 8, 3)), np.arange(14), range(14))
    assert len(figure.axes) == 12 * 6
    assert figure.get_supxlabel().endswith(
        "The first 12 of 14 classes.  The first 6 of 8 channels."
    )


def test_saliency_is_dark_and_broad_where_the_gradient_is_large():
    gradients = np.zeros((1, 1, 5))
    gradients[0, 0, 3] = -2.0
    figure = plot_signal_saliency(np.arange(5.0)[None], gradients, ["ramp"], [False])
    (pieces,) = figure.axes[0].collections
    widths = np.array(pieces.get_linewidths())
    np.testing.assert_allclose(widths, [1.0, 1.0, 3.6, 3.6])
    colors = pieces.get_colors()
    assert np.array_equal(colors[0], colors[1])
    assert colors[2].sum() < colors[0].sum()
    assert captions(figure) == ["ramp"]
    assert figure.axes[0]._left_title.get_color() == theme().vermilion


def test_saliency_draws_the_channels_that_matter_and_leaves_gaps():
    signals, gradients = np.zeros((2, 10, 4)), np.zeros((2, 10, 4))
    signals[:, :, 3] = np.nan
    gradients[:, 2:, :2] = 1.0
    figure = plot_signal_saliency(signals, gradients, ["", ""], channel_names=list("abcdefghij"))
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == list("cdefghij")
    assert all(len(lines.get_segments()) == 2 for lines in figure.axes[0].collections)
    assert "The 8 of 10 channels that move it most." in figure.get_supxlabel()


def test_saliency_refuses_gradients_and_captions_that_do_not_fit():
    with pytest.raises(ShapeError, match="gradients have shape"):
        plot_signal_saliency(SIGNALS, SIGNALS[:, :2], ["a"] * 6)
    with pytest.raises(ShapeError, match="6 examples need as many captions and truths, not 2"):
        plot_signal_saliency(SIGNALS, SIGNALS, ["a"] * 2)
    with pytest.raises(ShapeError, match="not 1"):
        plot_signal_saliency(SIGNALS, SIGNALS, ["a"] * 6, [True])
    with pytest.raises(DataError, match="diverged"):
        plot_signal_saliency(SIGNALS, SIGNALS * np.nan, ["a"] * 6)
