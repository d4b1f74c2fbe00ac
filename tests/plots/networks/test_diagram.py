"""The diagram of a network: a circle a unit, a line a weight, a block for every other layer."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from axone.errors import ConfigurationError, ShapeError
from axone.layers import BatchNorm, Conv1D, Dense, Dropout, Embedding, Flatten, LastStep
from axone.network import Network
from axone.plots import plot_network_diagram

SMALL = Network(Dense(2, "relu"), Dense(1), input_shape=3)


def circles(figure):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)]


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def links(figure):
    """Ends, width, colour and dashes of every line."""
    found = []
    for collection in figure.axes[0].collections:
        assert isinstance(collection, LineCollection)
        segments = collection.get_segments()
        widths = np.broadcast_to(collection.get_linewidths(), len(segments))
        (_offset, dashes), *_rest = collection.get_linestyles()
        color = tuple(collection.get_colors()[0][:3])
        pairs = zip(segments, widths, strict=True)
        found += [(*segment, width, color, dashes) for segment, width in pairs]
    return found


def test_a_line_is_as_wide_as_its_weight_is_large_and_dashed_where_it_is_negative():
    parameters = SMALL.initialize().replaced(
        {"0.weight": [[1.0, -2.0, 0.0], [0.5, 0.0, 0.0]], "1.weight": [[-0.1, 0.1]]}
    )
    figure = plot_network_diagram(SMALL, parameters)
    inputs = sorted((c.center for c in circles(figure)), key=lambda c: (c[0], -c[1]))
    found = {(tuple(a), tuple(b)): rest for a, b, *rest in links(figure)}
    assert len(found) == 3 * 2 + 2
    (half, half_color, half_dashes) = found[inputs[0], inputs[3]]
    (whole, color, dashes) = found[inputs[1], inputs[3]]
    (nothing, _color, _dashes) = found[inputs[2], inputs[3]]
    assert half - nothing == pytest.approx((whole - nothing) / 2)
    assert half_color != color
    assert half_dashes is None
    assert dashes is not None
    # Each layer by its own largest: -0.1 is as wide as -2.
    assert found[inputs[3], inputs[5]][0] == pytest.approx(whole)


def test_of_a_wide_layer_the_ends_are_drawn_and_the_rest_is_counted():
    network = Network(Dense(1000, "relu"), Dense(3, "softmax"), input_shape=12)
    figure = plot_network_diagram(network, network.initialize())
    assert len(circles(figure)) == 12 + 10 + 3
    assert "… 990 …" in words(figure)
    assert len(links(figure)) == 12 * 10 + 10 * 3


def test_layers_that_change_no_shape_stand_with_the_one_before():
    network = Network(Dense(4, "tanh"), Dropout(0.2), Dense(2), input_shape=3)
    assert "4\nDense (tanh)\nDropout" in words(plot_network_diagram(network))


def test_other_layers_are_blocks_with_their_shapes():
    network = Network(
        Conv1D(4, 3), BatchNorm(), Flatten(), Dense(2, "softmax"), input_shape=(1, 10)
    )
    figure = plot_network_diagram(network, network.initialize())
    assert words(figure)[:3] == ["input   1 × 10", "Conv1D · BatchNorm   4 × 8", "Flatten   32"]
    assert sum(isinstance(patch, FancyBboxPatch) for patch in figure.axes[0].patches) == 3
    assert len(circles(figure)) == 2


def test_tokens_are_a_block_not_units():
    network = Network(Embedding(10, 4), LastStep(), Dense(2), input_shape=7)
    figure = plot_network_diagram(network)
    assert words(figure)[0] == "input   7"
    assert len(circles(figure)) == 2


def test_the_middle_of_a_deep_network_is_left_out_and_counted():
    network = Network(*[Dense(2) for _ in range(30)], input_shape=2)
    figure = plot_network_diagram(network)
    assert len(circles(figure)) == 2 * 12
    assert "… 19 more layers" in words(figure)  # 31 columns, 12 drawn


def test_biases_are_the_weights_of_a_square():
    figure = plot_network_diagram(SMALL, SMALL.initialize(), biases=True)
    squares = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert len(squares) == 2
    assert len(links(figure)) == (3 + 1) * 2 + (2 + 1)


def test_names_stand_beside_inputs_and_outputs_where_there_is_one_for_each():
    named = plot_network_diagram(SMALL, input_names=["a", "b", "c"], output_names=["answer"])
    assert {"a", "b", "c", "answer"} <= set(words(named))
    unnamed = plot_network_diagram(SMALL, input_names=["a", "b"])
    assert not {"a", "b"} & set(words(unnamed))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError):
        plot_network_diagram(SMALL, Network(Dense(2), input_shape=3).initialize())
    with pytest.raises(ConfigurationError, match="give them too"):
        plot_network_diagram(SMALL, biases=True)
