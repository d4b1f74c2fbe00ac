"""The picture of a comparison: curves that lie on each other, differences, times."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_comparison
from axone.plots.comparison import duration

LOSSES = {"Axone": [1.0, 0.6, 0.5], "scikit-learn": [1.0, 0.6, 0.5], "PyTorch": [1.0, 0.6, 0.5]}
DIFFERENCES = {"scikit-learn": [1e-16, 2e-16, 5e-16], "PyTorch": [0.0, 1e-16, float("nan")]}
SECONDS = {"Axone": 0.0002, "scikit-learn": 0.004, "PyTorch": 0.006}


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_every_library_has_its_curve_and_looks_of_its_own():
    figure = plot_comparison(LOSSES, DIFFERENCES, SECONDS, title="iris", note="float64")
    losses, differences, seconds = figure.axes
    assert figure.get_suptitle() == "iris"
    assert figure.get_supxlabel() == "float64"
    drawn = lines(losses)
    assert list(drawn) == list(LOSSES)
    assert all(list(drawn[name].get_ydata()) == LOSSES[name] for name in LOSSES)
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in drawn.values()}
    assert len(looks) == 3
    assert drawn["Axone"].get_linewidth() > 3 * drawn["PyTorch"].get_linewidth()
    assert differences.get_yscale() == "log"
    assert list(lines(differences)) == list(DIFFERENCES)
    assert [bar.get_width() for bar in seconds.patches] == pytest.approx([0.2, 4, 6])
    assert [text.get_text().strip() for text in seconds.texts] == [
        "200 µs",
        "4 ms  (×20)",
        "6 ms  (×30)",
    ]


def test_validation_losses_have_a_panel_of_their_own():
    figure = plot_comparison(LOSSES, DIFFERENCES, SECONDS, validation_losses=LOSSES)
    assert [axes.get_ylabel() for axes in figure.axes[:2]] == ["training loss", "validation loss"]


def test_rounding_noise_is_drawn_over_three_decades_at_least():
    axes = plot_comparison(LOSSES, DIFFERENCES, SECONDS).axes[1]
    low, high = axes.get_ylim()
    assert np.log10(high / low) >= 3 - 1e-9


def test_no_difference_at_all_is_said_in_words():
    none = {"PyTorch": [0.0, 0.0, 0.0]}
    axes = plot_comparison(LOSSES, none, SECONDS).axes[1]
    assert axes.get_yscale() == "linear"
    assert [text.get_text() for text in axes.texts] == ["none in any epoch"]


def test_a_single_epoch_is_marked_for_everyone():
    figure = plot_comparison({"Axone": [1.0], "PyTorch": [1.0]}, {"PyTorch": [1e-16]}, SECONDS)
    assert all(line.get_marker() for line in figure.axes[0].get_lines())


def test_rounding_is_not_drawn_as_a_landscape():
    losses = {"Axone": [0.5, 0.5], "PyTorch": [0.5 + 1e-13, 0.5]}
    low, high = plot_comparison(losses, {}, SECONDS).axes[0].get_ylim()
    assert (low, high) == pytest.approx((0.475, 0.525))


def test_losses_that_are_no_numbers_leave_an_empty_panel():
    (line,) = plot_comparison({"Axone": [float("nan")]}, {}, {"Axone": 1.0}).axes[0].get_lines()
    assert np.isnan(line.get_ydata()).all()


def test_many_epochs_have_few_marks_that_do_not_fall_on_each_other():
    many = {name: np.linspace(1, 0.1, 300) for name in LOSSES}
    drawn = lines(plot_comparison(many, {}, SECONDS).axes[0])
    starts = {line.get_markevery() for line in drawn.values()}
    assert len(starts) == 3


@pytest.mark.parametrize("losses", [{}, {"Axone": []}, {str(n): [1.0] for n in range(4)}])
def test_nothing_and_too_much_to_draw_are_refused(losses):
    with pytest.raises(DataError, match="1 to 3 libraries and at least one epoch"):
        plot_comparison(losses, {}, {})


def test_curves_of_different_lengths_are_refused():
    with pytest.raises(ShapeError, match="PyTorch has 1 epochs, Axone 3"):
        plot_comparison(LOSSES, {"PyTorch": [1.0]}, SECONDS)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.00031, "310 µs"), (0.0123, "12.3 ms"), (1.75, "1.75 s")]
)
def test_times_are_written_in_the_unit_that_suits_them(seconds, text):
    assert duration(seconds) == text
