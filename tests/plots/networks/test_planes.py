"""Answers over a plane: regions and borders of classes, surfaces of numbers, rows upon both."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_decision_boundary, plot_prediction_surface

AXIS = np.linspace(-1.0, 1.0, 41)


def sides(classes=2):
    """Probabilities that change at x = 0: of more classes the others are never likeliest."""
    p = np.broadcast_to(1 / (1 + np.exp(-5 * AXIS)), (41, 41))
    rest = [np.zeros((41, 41))] * (classes - 2)
    return np.dstack([1 - p, p, *rest])


def test_the_border_lies_where_two_classes_are_as_likely():
    figure = plot_decision_boundary(AXIS, AXIS, sides(3), [[0.5, 0]], [1], [1], ["a", "b", "c"])
    contours = [c for c in figure.axes[0].collections if type(c).__name__ == "QuadContourSet"]
    border = np.concatenate([path.vertices for each in contours for path in each.get_paths()])
    assert len(border) > 0
    assert np.abs(border[:, 0]).max() < 1e-9


def test_regions_are_named_and_rows_have_a_marker_of_their_class():
    points, labels = [[-0.5, 0.2], [0.4, -0.1], [0.6, 0.3]], [0, 1, 0]
    figure = plot_decision_boundary(AXIS, AXIS, sides(), points, labels, [0, 1, 1], ["no", "yes"])
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["no", "yes"]
    no, yes, wrong = axes.get_legend().get_texts()
    assert (no.get_text(), yes.get_text()) == ("no", "yes")
    assert wrong.get_text() == "wrong (1 of 3)"
    scattered = [c for c in axes.collections if type(c).__name__ == "PathCollection"]
    assert len(scattered[0].get_paths()[0].vertices) != len(scattered[1].get_paths()[0].vertices)
    np.testing.assert_allclose(scattered[2].get_offsets(), [[0.6, 0.3]])


def test_a_surer_answer_has_a_stronger_colour():
    figure = plot_decision_boundary(AXIS, AXIS, sides(), [[0, 0]], [0], [0], ["no", "yes"])
    row = figure.axes[0].images[0].get_array()[20]
    whiteness = np.asarray(row).min(axis=1)
    assert (np.diff(whiteness[:20]) > 0).all()
    assert (np.diff(whiteness[21:]) < 0).all()


def test_a_single_region_has_no_border_but_its_name():
    p = np.dstack([np.ones((41, 41)), np.zeros((41, 41))])
    figure = plot_decision_boundary(AXIS, AXIS, p, [[0, 0]], [0], [0], ["all", "none"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["all"]


def test_rows_that_cannot_be_placed_are_counted():
    figure = plot_decision_boundary(
        AXIS, AXIS, sides(), [[np.nan, 0], [0, 0]], [0, 1], [0, 1], ["a", "b"]
    )
    assert "1 row with a missing cell is not drawn" in figure.get_supxlabel()


def test_the_surface_has_lines_of_equal_predictions_at_their_place():
    surface = AXIS + AXIS[:, None]
    figure = plot_prediction_surface(AXIS, AXIS, surface, [[0.5, 0.5]], [1.0], target_name="sum")
    (lines,) = (c for c in figure.axes[0].collections if type(c).__name__ == "QuadContourSet")
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        if len(path.vertices):
            np.testing.assert_allclose(path.vertices.sum(axis=1), level, atol=1e-9)
    assert figure.axes[1].get_ylabel().startswith("sum")


def test_ground_and_rows_share_one_scale():
    figure = plot_prediction_surface(AXIS, AXIS, np.zeros((41, 41)), [[0, 0], [1, 1]], [-3, 5])
    (rows,) = (c for c in figure.axes[0].collections if type(c).__name__ == "PathCollection")
    assert rows.get_clim() == figure.axes[0].images[0].get_clim() == (-3, 5)


@pytest.mark.parametrize(
    ("answers", "points", "labels", "names", "error"),
    [
        (sides()[:20], [[0, 0]], [0], ["a", "b"], ShapeError),
        (sides(3), [[0, 0]], [0], ["a", "b"], ShapeError),
        (sides(), [[0, 0, 0]], [0], ["a", "b"], ShapeError),
        (sides(), [[0, 0]], [0, 1], ["a", "b"], ShapeError),
        (sides(), [[0, 0]], [2], ["a", "b"], DataError),
        (sides() * np.nan, [[0, 0]], [0], ["a", "b"], DataError),
    ],
)
def test_what_does_not_fit_together_is_refused(answers, points, labels, names, error):
    with pytest.raises(error):
        plot_decision_boundary(AXIS, AXIS, answers, points, labels, labels, names)


def test_a_surface_without_a_target_for_each_row_is_refused():
    with pytest.raises(ShapeError, match="one target for each of the 2 rows"):
        plot_prediction_surface(AXIS, AXIS, np.zeros((41, 41)), [[0, 0], [1, 1]], [1.0])
