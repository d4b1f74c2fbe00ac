"""The gradient of each layer over the epochs: lines, or a map of a deep network."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_gradient_flow


def test_each_layer_is_a_line_of_its_own_on_a_logarithmic_scale():
    figure = plot_gradient_flow([[0.1, 1.0], [0.01, 2.0]], ["hidden", "output"], epochs=[3, 4])
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0.1, 0.01], [1.0, 2.0]]
    assert [line.get_xdata().tolist() for line in axes.lines] == [[3, 4]] * 2
    # The output above, as its gradients are.
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["output", "hidden"]
    assert len({line.get_marker() for line in axes.lines}) == 2


@pytest.mark.parametrize("layers", [2, 11])
def test_norms_are_plain_numbers_beside_their_axis(layers):
    figure = plot_gradient_flow([[2e-19] * layers, [7e-19] * layers], range(layers))
    figure.canvas.draw()
    axis = figure.axes[-1].yaxis
    labels = [label.get_text() for label in axis.get_ticklabels(which="both")]
    assert {"2e-19", "5e-19"} <= set(labels)
    assert not any("$" in label for label in labels)


def test_ten_layers_can_be_told_apart_without_colour():
    figure = plot_gradient_flow(np.ones((3, 10)), range(10))
    looks = {(line.get_marker(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == 10


def test_more_layers_are_a_map_with_the_input_below():
    norms = 10.0 ** np.arange(11) * np.ones((4, 11))
    figure = plot_gradient_flow(norms, [f"layer {n}" for n in range(11)])
    axes = figure.axes[0]
    (mesh,) = axes.collections
    assert mesh.get_clim() == (1.0, 1e10)
    assert axes.get_yticklabels()[0].get_text() == "layer 0"
    np.testing.assert_allclose(np.asarray(mesh.get_array())[:, 0], 10.0 ** np.arange(11))


def test_what_is_zero_or_not_finite_is_a_gap():
    figure = plot_gradient_flow([[1.0], [0.0], [np.inf], [2.0]], ["layer"])
    np.testing.assert_equal(figure.axes[0].lines[0].get_ydata(), [1.0, np.nan, np.nan, 2.0])


@pytest.mark.parametrize(
    ("norms", "epochs", "error"),
    [([[1.0, 2.0]], None, ShapeError), ([[1.0]], [1, 2], ShapeError), ([[0.0]], None, DataError)],
)
def test_what_cannot_be_drawn_is_refused(norms, epochs, error):
    with pytest.raises(error):
        plot_gradient_flow(norms, ["layer"], epochs=epochs)
