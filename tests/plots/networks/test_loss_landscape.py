"""The loss over a plane of weights: contour lines at their losses, and the path of training."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_loss_landscape

AXIS = np.linspace(-1.0, 1.0, 41)
BOWL = AXIS**2 + AXIS[:, None] ** 2


def contour_lines(figure):
    sets = [c for c in figure.axes[0].collections if type(c).__name__ == "QuadContourSet"]
    return next(c for c in sets if not c.filled)


def test_lines_lie_where_the_loss_is_theirs():
    lines = contour_lines(plot_loss_landscape(AXIS, AXIS, BOWL))
    assert len(lines.levels) == 12
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        radii = np.hypot(*path.vertices.T)
        np.testing.assert_allclose(radii**2, level, atol=2e-3)


def test_losses_over_decades_have_lines_of_a_constant_ratio():
    lines = contour_lines(plot_loss_landscape(AXIS, AXIS, 10 ** (4 * BOWL)))
    np.testing.assert_allclose(np.diff(np.log(lines.levels)), np.log(10**8) / 13, rtol=1e-9)


def test_start_end_and_what_was_kept_are_marked_by_shape_and_word():
    path = [[0.8, 0.5], [0.2, 0.0], [0.0, 0.1]]
    figure = plot_loss_landscape(AXIS, AXIS, BOWL, path=path, kept=1)
    way, start, end, kept = figure.axes[0].lines
    np.testing.assert_allclose(way.get_xydata(), path)
    np.testing.assert_allclose(start.get_xydata(), path[:1])
    np.testing.assert_allclose(end.get_xydata(), path[2:])
    np.testing.assert_allclose(kept.get_xydata(), path[1:2])
    assert len({line.get_marker() for line in (start, end, kept)}) == 3
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert words == ["path of training", "start", "end", "weights kept"]


def test_numbers_on_lines_keep_clear_of_one_another():
    figure = plot_loss_landscape(AXIS, AXIS, 10 ** (4 * BOWL))
    shown = [text for text in figure.axes[0].texts if text.get_visible()]
    places = np.array([text.get_position() for text in shown])
    apart = np.hypot(*(places[:, None] - places).T) + 9 * np.eye(len(places))
    assert len(shown) > 2
    assert apart.min() > 0.13


def test_what_is_not_finite_is_blank_and_said():
    losses = BOWL.copy()
    losses[0, 0] = np.inf
    figure = plot_loss_landscape(AXIS, AXIS, losses)
    assert "Blank: the loss is not finite." in figure.get_supxlabel()


def test_a_flat_landscape_is_drawn_without_lines():
    figure = plot_loss_landscape(AXIS, AXIS, np.ones((41, 41)))
    assert not figure.axes[0].collections


@pytest.mark.parametrize(
    ("losses", "path", "error"),
    [
        (BOWL[:5], None, ShapeError),
        (BOWL, [[1, 2, 3]], ShapeError),
        (BOWL * np.nan, None, DataError),
    ],
)
def test_what_cannot_be_drawn_is_refused(losses, path, error):
    with pytest.raises(error):
        plot_loss_landscape(AXIS, AXIS, losses, path=path)
