"""Light and dark ground: what is written can be read on both, and nothing of the other stays."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from axone.errors import UnknownNameError
from axone.layers import Dense
from axone.network import Network
from axone.plots import (
    THEMES,
    plot_activations,
    plot_bias,
    plot_confusion_matrix,
    plot_curves,
    plot_decision_boundary,
    plot_descent,
    plot_descent_2d,
    plot_first_weights,
    plot_gradient_flow,
    plot_initializers,
    plot_layer_histograms,
    plot_loss_landscape,
    plot_network_diagram,
    plot_prediction_surface,
    plot_residual_arrows,
    plot_scaling,
    plot_size_curves,
    plot_softmax_surface,
    plot_stationary_points,
    plot_steps,
    use_theme,
)
from axone.plots.style import theme

NETWORK = Network(Dense(3, "relu"), Dense(2, "softmax"), input_shape=4)


def luminance(color):
    """The relative luminance of WCAG 2.1."""
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_what_is_written_stands_out_from_the_ground(name):
    colors = THEMES[name]
    assert contrast(colors.ink, colors.paper) > 7
    assert contrast(colors.muted, colors.paper) > 4.5
    assert all(contrast(colors.ink, behind) > 4.5 for behind in colors.behind_text[:-1])


@pytest.mark.parametrize("name", THEMES)
def test_lines_stand_out_from_the_ground(name):
    colors = THEMES[name]
    assert all(contrast(color, colors.paper) > 2 for color in colors.palette)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot_activations(["relu", "z * sigmoid(z)"]),
        lambda: plot_curves({"train_loss": [1.0, 0.5], "validation_loss": [1.1, 0.7]}),
        lambda: plot_confusion_matrix([[3, 1], [0, 2]], ["a", "b"]),
        plot_descent,
        plot_bias,
        plot_steps,
        plot_initializers,
        plot_stationary_points,
        plot_softmax_surface,
        plot_scaling,
        plot_descent_2d,
        lambda: plot_decision_boundary(
            [0, 1], [0, 1], np.eye(2)[[[0, 1], [0, 1]]], [[0, 1]], [0], [1], ["a", "b"]
        ),
        lambda: plot_prediction_surface([0, 1], [0, 1], [[0, 1], [1, 2]], [[0, 1]], [3]),
        lambda: plot_network_diagram(NETWORK, NETWORK.initialize(), biases=True),
        lambda: plot_gradient_flow([[0.1, 1.0], [0.2, 0.5]], ["hidden", "output"]),
        lambda: plot_gradient_flow(np.full((3, 12), 0.1), range(12)),
        lambda: plot_first_weights(np.eye(4), image_shape=(2, 2)),
        lambda: plot_first_weights(np.eye(3), column_names=["a", "b", "c"]),
        lambda: plot_layer_histograms([[np.arange(9), [1]]], [[[0], []]], ["layer"], [0, 5]),
        lambda: plot_loss_landscape([-1, 0, 1], [-1, 1], [[2, 1, 2], [3, 2, 3]], path=[[1, 1]]),
        lambda: plot_residual_arrows([1, 2], [1.0, 3.0], [2.0, 2.5]),
        lambda: plot_size_curves([1, 20], [[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.3, 0.4]]),
    ],
)
def test_every_text_of_a_picture_can_be_read_on_its_ground(draw, name):
    with use_theme(name):
        figure = draw()
    ground = THEMES[name].paper
    assert to_rgb(figure.get_facecolor()) == to_rgb(ground)
    figure.canvas.draw()
    for axes in figure.axes:
        assert to_rgb(axes.get_facecolor()) == to_rgb(ground)
    # What stands on a coloured cell has that for its ground.
    on_cells = {text for axes in figure.axes for text in axes.texts}
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    texts = [text for text in texts if text not in on_cells]
    assert texts
    assert all(contrast(text.get_color(), ground) > 4.5 for text in texts)


def fail_in_the_dark():
    with use_theme("dark"):
        raise RuntimeError(theme().name)


def test_the_ground_is_light_again_afterwards_even_after_an_error():
    with pytest.raises(RuntimeError, match="dark"):
        fail_in_the_dark()
    assert theme().name == "light"


def test_an_unknown_theme_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="sepia"), use_theme("sepia"):
        pass
