"""Weights and activations along a training: a ridge for each epoch, a row of panels a layer."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_layer_histograms


def layers(count, epochs=2):
    return [[np.arange(20.0)] * epochs] * count


def test_each_epoch_is_a_ridge_upon_its_line_as_high_as_the_root_of_the_count():
    cells = [np.repeat([0.0, 1.0], [100, 25]), np.repeat([0.0, 1.0], [25, 100])]
    figure = plot_layer_histograms([cells], [cells], ["hidden"], [0, 7])
    before, after = figure.axes[0].lines[1:]
    above = before.get_ydata() - 0.0
    assert above[-1] / above[0] == pytest.approx(0.5)
    below = after.get_ydata() + 1.0
    assert below[0] / below[-1] == pytest.approx(0.5)
    assert before.get_linestyle() != after.get_linestyle()
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["0", "7"]


def test_few_weights_far_away_do_not_press_the_others_together():
    cells = np.concatenate([np.linspace(-1, 1, 10_000), [1e9]])
    figure = plot_layer_histograms([[cells]], [[cells]], ["hidden"], [0])
    assert max(abs(x) for x in figure.axes[0].get_xlim()) < 2


def test_of_a_deep_network_the_ends_are_drawn():
    names = [f"layer {n}" for n in range(9)]
    figure = plot_layer_histograms(layers(9), layers(9), names, [0, 1])
    titles = [axes.get_title("left") for axes in figure.axes if axes.get_title("left")]
    assert titles == ["layer 0", "layer 1", "layer 2", "layer 6", "layer 7", "layer 8"]
    assert "3 layers between are not drawn" in figure.get_supxlabel()


def test_what_is_not_finite_is_left_out():
    cells = [np.array([1.0, np.nan, np.inf, 2.0]), np.array([np.nan])]
    figure = plot_layer_histograms([cells], [[[np.nan], []]], ["hidden"], [0, 1])
    assert np.isfinite(figure.axes[0].lines[1].get_ydata()).all()
    assert [text.get_text() for text in figure.axes[1].texts] == ["nothing finite"]


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ShapeError, match="2 layers at 2 epochs"):
        plot_layer_histograms(layers(1), layers(2), ["a", "b"], [0, 1])
    with pytest.raises(ShapeError):
        plot_layer_histograms(layers(1, 3), layers(1), ["a"], [0, 1])
    with pytest.raises(DataError, match="no layer"):
        plot_layer_histograms([], [], [], [0, 1])
