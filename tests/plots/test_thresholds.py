"""ROC and precision-recall curves against scikit-learn's, and what many classes and rows do."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score
from sklearn.metrics import roc_curve as sk_roc_curve

from axone.errors import DataError, ShapeError
from axone.plots import plot_precision_recall, plot_roc, thresholds


def problem(rows, classes, seed=0):
    random = np.random.default_rng(seed)
    y = random.permutation(np.arange(rows) % classes)
    z = random.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[y]
    p = np.exp(z)
    return y, p / p.sum(axis=1, keepdims=True), [f"class {k}" for k in range(classes)]


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_of_two_classes_the_second_has_the_curve_and_area_of_scikit_learn():
    y, p, _ = problem(200, 2)
    figure = plot_roc(y, p, ["genuine", "fraud"], title="cards, test rows")
    area = roc_auc_score(y, p[:, 1])
    assert figure.get_suptitle() == "cards, test rows"
    assert legend(figure) == [f"fraud  {area:.3f}", "chance, area 0.5"]
    x, heights = lines(figure)[f"fraud  {area:.3f}"].get_data()
    wanted = sk_roc_curve(y, p[:, 1])
    np.testing.assert_allclose(x, wanted[0])
    np.testing.assert_allclose(heights, wanted[1])


def test_precision_holds_from_one_recall_to_the_next_and_its_area_is_scikit_learns():
    y, p, _ = problem(200, 2)
    figure = plot_precision_recall(y, p, ["genuine", "fraud"])
    label = f"fraud  {average_precision_score(y, p[:, 1]):.3f}"
    assert legend(figure) == [label, "chance, 0.5"]
    line = lines(figure)[label]
    precision, recall, _ = precision_recall_curve(y, p[:, 1])
    np.testing.assert_allclose(line.get_xdata()[::-1], recall)
    np.testing.assert_allclose(line.get_ydata()[::-1], precision)
    assert line.get_drawstyle() == "steps-pre"


def test_the_average_of_several_classes_is_scikit_learns_macro_average():
    y, p, names = problem(300, 4)
    roc = roc_auc_score(y, p, multi_class="ovr")
    assert legend(plot_roc(y, p, names))[-2] == f"average of 4  {roc:.3f}"
    figure = plot_precision_recall(y, p, names)
    ap = average_precision_score(np.eye(4)[y], p)
    assert legend(figure)[-1] == f"average of 4  {ap:.3f}"
    # The area below the drawn average is that average, to the width of the grid.
    x, heights = lines(figure)[legend(figure)[-1]].get_data()
    assert np.trapezoid(heights, x) == pytest.approx(ap, abs=0.005)


def test_of_many_classes_the_five_with_the_smallest_areas_are_named():
    y, p, names = problem(2000, 12)
    figure = plot_roc(y, p, names)
    areas = [roc_auc_score(y == k, p[:, k]) for k in range(12)]
    worst = sorted(np.argsort(areas)[:5])
    named = [f"class {k}  {areas[k]:.3f}" for k in worst]
    average = f"average of 12  {np.mean(areas):.3f}"
    assert legend(figure) == ["the 7 other classes", *named, average, "chance, area 0.5"]
    assert len(figure.axes[0].lines) == 12 + 2
    assert "the 5 classes with the smallest areas" in figure.get_supxlabel()


def test_of_very_many_classes_those_with_most_rows_are_looked_at(monkeypatch):
    monkeypatch.setattr(thresholds, "MOST_CLASSES", 3)
    y, p, names = problem(60, 6)
    y[y == 5] = 1
    figure = plot_roc(y, p, names)
    assert [text.split("  ")[0] for text in legend(figure)[:3]] == ["class 0", "class 1", "class 2"]
    assert "Without rows here: 1 of 6 classes." in figure.get_supxlabel()
    assert "The 3 classes with the most rows of 5." in figure.get_supxlabel()


def test_a_sample_of_very_many_rows_is_looked_at_and_the_picture_says_so(monkeypatch):
    monkeypatch.setattr(thresholds, "MOST_CELLS", 600)
    y, p, names = problem(1000, 3)
    figure = plot_precision_recall(y, p, names)
    assert "A random sample of 200 of 1,000 rows." in figure.get_supxlabel()
    assert len(figure.axes[0].lines[0].get_xdata()) <= 201


def test_a_class_that_the_sample_missed_has_no_curve(monkeypatch):
    monkeypatch.setattr(thresholds, "MOST_CELLS", 60)
    y, p, names = problem(1000, 3)
    y[y == 2] = 0
    y[7] = 2
    assert not any(text.startswith("class 2") for text in legend(plot_roc(y, p, names)))


@pytest.mark.parametrize("plot", [plot_roc, plot_precision_recall])
def test_rows_of_one_class_give_an_empty_picture_that_says_why(plot):
    (axes,) = plot(np.zeros(4, int), np.full((4, 2), 0.5), ["a", "b"]).axes
    assert [text.get_text() for text in axes.texts] == [
        "all rows are of one class: there is no curve"
    ]


def test_names_that_hold_dollars_are_drawn_as_they_are(tmp_path):
    y, p, _ = problem(30, 2)
    figure = plot_roc(y, p, ["a", "costs $5 or $6, with a very long name"])
    figure.draw_without_rendering()
    assert legend(figure)[0].startswith("costs $5 or $6, with…")


@pytest.mark.parametrize(
    ("y", "p", "error"),
    [
        ([0, 1], np.full((2, 3), 0.3), ShapeError),
        ([0, 1], [0.5, 0.5], ShapeError),
        ([0, 1, 1], np.full((2, 2), 0.5), ShapeError),
        ([0, 2], np.full((2, 2), 0.5), DataError),
        (np.empty(0, int), np.empty((0, 2)), DataError),
    ],
)
def test_labels_and_probabilities_that_do_not_fit_are_refused(y, p, error):
    with pytest.raises(error, match=r"probabilities|labels|no rows"):
        plot_roc(y, p, ["a", "b"])
