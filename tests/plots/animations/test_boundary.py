"""A boundary as it is learnt: which frames there are, and what each shows of the training."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from axone.errors import ConfigurationError, UnknownNameError
from axone.messages import _
from axone.plots import animate_boundary
from axone.plots.animations.learnt import Learnt, animate_learnt, shown_epochs
from axone.plots.networks.plane import Plane
from axone.plots.style import theme

AXIS = np.linspace(-1, 1, 41)
POINTS = np.array([[-0.5, 0.0], [0.1, 0.3], [0.5, -0.2]])


def moved_to(place):
    """Probabilities of two classes that are alike where x is `place`."""
    p = np.broadcast_to(1 / (1 + np.exp(-20 * (AXIS - place))), (41, 41))
    return np.dstack([1 - p, p])


def learnt(**changed):
    given = {
        "plane": Plane(AXIS, AXIS, POINTS),
        "truth": np.array([0, 0, 1]),
        "answers": np.stack([moved_to(-0.3), moved_to(0.2)]),
        "predicted": np.array([[0, 1, 1], [0, 0, 1]]),
        "epochs": (0, 3),
        "train_loss": np.array([0.9, 0.5, 0.25]),
        "validation_loss": np.array([1.0, 0.6, 0.5]),
        "class_names": ("left", "right"),
        "axis_names": ("x", "y"),
        "notes": (),
    }
    return animate_learnt(Learnt(**{**given, **changed}), _("A border that moves"))


def border(animation):
    """Where the lines of the border lie."""
    from matplotlib.contour import ContourSet

    left = animation.figure.axes[0]
    sets = [each for each in left.collections if isinstance(each, ContourSet)]
    return np.concatenate([path.vertices for each in sets for path in each.get_paths()])


def test_the_border_is_where_the_classes_are_as_likely():
    animation = learnt()
    for frame, place in ((0, -0.3), (1, 0.2), (0, -0.3)):
        animation.show(frame)
        np.testing.assert_allclose(border(animation)[:, 0], place, atol=1e-3)


def test_regions_have_the_colour_of_their_class_the_surer_the_stronger():
    animation = learnt()
    animation.show(1)
    colors = np.asarray(animation.figure.axes[0].images[0].get_array())
    far = [np.abs(colors[20, column] - to_rgb(theme().blue)).sum() for column in (0, 23)]
    assert far[0] < far[1]
    assert np.abs(colors[20, -1] - to_rgb(theme().orange)).sum() < 1


def test_rows_that_are_wrong_are_ringed():
    animation = learnt()
    rings = animation.figure.axes[0].lines[-1]
    animation.show(0)
    assert np.column_stack(rings.get_data()).tolist() == [[0.1, 0.3]]
    animation.show(1)
    assert len(rings.get_xdata()) == 0


def test_losses_are_drawn_as_far_as_they_came_and_said():
    animation = learnt()
    train, validation = animation.figure.axes[1].lines
    animation.show(1)
    np.testing.assert_array_equal(train.get_data(), [[1, 2, 3], [0.9, 0.5, 0.25]])
    np.testing.assert_array_equal(validation.get_ydata(), [1.0, 0.6, 0.5])
    animation.show(0)
    assert len(train.get_xdata()) == 0
    assert animation.captions == (
        "Before the first step: 66.7% of the rows are right.",
        "Epoch 3: training loss 0.25, validation loss 0.5; 100.0% of the rows are right.",
    )


def test_without_validation_rows_there_is_no_loss_of_theirs():
    animation = learnt(validation_loss=np.array([]))
    assert len(animation.figure.axes[1].lines) == 1
    assert "validation" not in animation.captions[1]


def test_a_network_of_hidden_layers_learns_the_corners():
    animation = animate_boundary("xor", hidden=[8], epochs=60, frames=5, seed=1)
    assert animation.frames == 5
    share = float(animation.captions[-1].split("; ")[1].split("%")[0])
    assert share > 95


def test_a_network_without_hidden_layers_draws_a_straight_line():
    animation = animate_boundary("moons", hidden=[], epochs=3, frames=3)
    animation.show(2)
    points = border(animation)
    middle = points - points.mean(axis=0)
    # The smaller singular value is how far the points are off a line.
    assert np.linalg.svd(middle, compute_uv=False)[1] < 1e-2


def test_early_epochs_are_shown_more_closely_than_late_ones():
    for epochs, frames in ((100, 48), (1000, 90), (5, 48), (1, 2)):
        found = shown_epochs(epochs, frames)
        assert found[0] == 0
        assert found[-1] == epochs
        assert len(found) <= frames
        steps = np.diff(found)
        assert steps[0] <= steps[-1]
        assert steps.min() > 0
    assert shown_epochs(5, 48) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "settings",
    [
        {"dataset": "iris"},
        {"hidden": [4] * 6},
        {"hidden": [0]},
        {"hidden": [200]},
        {"rate": 0},
        {"epochs": 0},
        {"frames": 1},
        {"frames": 76},
    ],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(ConfigurationError):
        animate_boundary(**settings)


def test_an_unknown_activation_is_refused():
    with pytest.raises(UnknownNameError):
        animate_boundary(activation="tan")
