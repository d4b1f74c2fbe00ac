"""The confusion matrix: counts and shares in the cells, and what many classes do to it."""

import numpy as np
import pytest
from scipy.sparse import coo_array, eye_array
from sklearn.metrics import confusion_matrix

from axone.errors import DataError, ShapeError
from axone.plots import plot_confusion_matrix


def names(count):
    return [f"class {i}" for i in range(count)]


def tick_names(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_cells_show_counts_and_shares_of_the_true_class():
    counts = np.array([[9, 1, 0], [0, 4, 0], [2, 0, 2000]])
    figure = plot_confusion_matrix(counts, ("a", "b", "c"), title="iris, test rows")
    (axes,) = figure.axes
    cells = [text.get_text() for text in axes.texts]
    assert cells[:3] == ["9\n90.0%", "1\n10.0%", "0"]
    assert cells[8] == "2,000\n99.9%"
    assert figure.get_suptitle() == "iris, test rows"
    assert figure.get_supxlabel().startswith("2,013 of 2,016 rows right (99.9%)")
    assert tick_names(axes.xaxis) == tick_names(axes.yaxis) == ["a", "b", "c"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true class", "predicted class")


def test_colours_are_scikit_learns_matrix_normalised_by_row():
    random = np.random.default_rng(0)
    true, predicted = random.integers(0, 5, (2, 200))
    (axes,) = plot_confusion_matrix(confusion_matrix(true, predicted), names(5)).axes
    wanted = confusion_matrix(true, predicted, normalize="true")
    np.testing.assert_allclose(axes.images[0].get_array(), wanted)


def test_a_class_without_rows_is_drawn_empty():
    (axes,) = plot_confusion_matrix(np.array([[3, 1], [0, 0]]), names(2)).axes
    assert axes.images[0].get_array()[1].tolist() == [0.0, 0.0]


def test_of_many_classes_only_the_colours_are_drawn():
    axes, bar = plot_confusion_matrix(np.eye(40, dtype=int), names(40)).axes
    assert not axes.texts
    assert len(tick_names(axes.xaxis)) == 40
    assert bar.get_ylabel() == "share of the true class's rows"


def test_of_very_many_classes_the_most_confused_are_drawn_in_order():
    counts = 10 * np.eye(100, dtype=int)
    confused = np.arange(70, 100)
    counts[confused, np.roll(confused, 1)] = 5
    figure = plot_confusion_matrix(counts, names(100))
    assert tick_names(figure.axes[0].yaxis) == names(100)[70:]
    assert "Only the 30 most confused of 100 classes" in figure.get_supxlabel()


def test_counts_may_be_sparse_so_that_ten_thousand_classes_fit_into_memory():
    random = np.random.default_rng(0)
    cells = random.integers(0, 5, (2, 200))
    ones = np.ones(200, int)
    sparse = coo_array((ones, tuple(cells)), shape=(5, 5))
    dense = plot_confusion_matrix(sparse.toarray(), names(5)).axes[0]
    texts = [text.get_text() for text in plot_confusion_matrix(sparse, names(5)).axes[0].texts]
    assert texts == [text.get_text() for text in dense.texts]
    figure = plot_confusion_matrix(3 * eye_array(10_000, dtype=int), names(10_000))
    assert figure.get_supxlabel().startswith("30,000 of 30,000 rows right")


def test_long_names_are_shortened_and_turned():
    axes = plot_confusion_matrix(np.eye(9, dtype=int), ["x" * 99] * 9).axes[0]
    label = axes.xaxis.get_ticklabels()[0]
    assert label.get_text() == "x" * 21 + "…"
    assert label.get_rotation() == 90.0


@pytest.mark.parametrize("classes", [2, 6, 12, 30, 60])
def test_nothing_is_clipped_at_any_number_of_classes(classes):
    figure = plot_confusion_matrix(np.eye(classes, dtype=int), ["a long name of a class"] * classes)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= figure.get_figwidth()
    assert box.y1 <= figure.get_figheight()


@pytest.mark.parametrize(
    ("matrix", "count", "error"),
    [
        (np.zeros((2, 3), int), 2, ShapeError),
        (np.zeros((2, 2), int), 3, ShapeError),
        (np.zeros((0, 0), int), 0, ShapeError),
        (np.array([[0.5, 0.5], [0, 1]]), 2, DataError),
        (np.array([[1, -1], [0, 1]]), 2, DataError),
    ],
)
def test_a_matrix_that_holds_no_counts_of_these_classes_is_refused(matrix, count, error):
    with pytest.raises(error, match="confusion matrix"):
        plot_confusion_matrix(matrix, names(count))
