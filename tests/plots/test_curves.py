"""Learning curves: what is drawn of whole, short and diverged runs, and what is refused."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_curves

NAN = float("nan")


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_loss_and_score_stand_side_by_side_with_the_best_epoch_marked():
    history = {
        "epoch": [1, 2, 3],
        "train_loss": [1.0, 0.6, 0.5],
        "validation_loss": [1.1, 0.8, 0.9],
        "train_accuracy": [0.5, 0.7, 0.9],
        "validation_accuracy": [0.4, 0.6, 0.5],
        "seconds": [1, 1, 1],
    }
    figure = plot_curves(history, title="iris", best_epoch=2, stopped_by="patience")
    loss, score = figure.axes
    assert figure.get_suptitle() == "iris"
    assert figure.get_supxlabel() == "Stopped by: patience."
    assert list(lines(loss)["training"].get_ydata()) == history["train_loss"]
    assert list(lines(score)["validation"].get_ydata()) == history["validation_accuracy"]
    assert list(lines(score)["best epoch 2"].get_xdata()) == [2, 2]
    assert loss.get_yscale() == "linear"
    assert score.get_ylabel().startswith("accuracy")


def test_a_loss_over_many_decades_is_drawn_on_a_logarithmic_axis():
    (axes,) = plot_curves({"train_loss": [10.0, 1.0, 0.01]}).axes
    assert axes.get_yscale() == "log"
    assert list(lines(axes)) == ["training"]


def test_a_loss_of_zero_keeps_the_axis_linear():
    assert plot_curves({"train_loss": [10.0, 0.01, 0.0]}).axes[0].get_yscale() == "linear"


def test_a_single_epoch_is_a_dot_at_a_whole_number():
    figure = plot_curves({"train_loss": [0.5], "validation_loss": [NAN]}, best_epoch=1)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert lines(axes)["training"].get_marker() == "o"
    low, high = axes.get_xlim()
    assert [tick for tick in axes.get_xticks() if low <= tick <= high] == [1.0]


def test_the_epochs_after_a_divergence_are_shaded_and_named():
    figure = plot_curves({"train_loss": [1.0, 50.0, NAN, float("inf")]})
    assert "not finite from epoch 3" in figure.get_supxlabel()
    assert figure.axes[0].patches[0].get_x() == 2.5


def test_a_run_without_any_finite_loss_says_so_in_the_picture():
    (axes,) = plot_curves({"train_loss": [NAN, NAN]}).axes
    assert "not finite in any epoch" in [text.get_text() for text in axes.texts]


def test_a_hopeless_first_r2_does_not_flatten_the_others():
    history = {"train_loss": [9.0, 0.5, 0.4], "train_r2": [-80.0, 0.4, 0.5]}
    figure = plot_curves(history)
    assert figure.axes[1].get_ylim()[0] == -1.0
    assert "R² below −1 is not shown" in figure.get_supxlabel()


@pytest.mark.parametrize(
    ("history", "error", "words"),
    [
        ({}, DataError, "no 'train_loss'"),
        ({"train_loss": []}, DataError, "nothing to draw"),
        ({"train_loss": ["a"]}, DataError, "'train_loss' is not a row of numbers"),
        ({"train_loss": [1.0], "epoch": [NAN]}, DataError, "'epoch' must hold whole numbers"),
        ({"train_loss": [1.0], "validation_loss": [1.0, 2.0]}, ShapeError, "validation_loss"),
    ],
)
def test_a_history_that_cannot_be_drawn_is_refused_by_column(history, error, words):
    with pytest.raises(error, match=words):
        plot_curves(history)


def test_the_style_of_other_pictures_is_left_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot_curves({"train_loss": np.linspace(1, 0.1, 50)})
    assert dict(mpl.rcParams) == before
