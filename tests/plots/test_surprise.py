"""The picture of what surprises a generator."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import MOST_SURPRISED, plot_surprise


def test_every_character_stands_on_the_colour_of_its_surprise():
    figure = plot_surprise(["ab", "c"], [[1.0, 2.0, 3.0], [0.5, 9.0]])
    cells = figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(cells.filled(-1), [[1, 2, 3], [0.5, 9, -1]])
    assert [text.get_text() for text in figure.axes[0].texts] == ["a", "b", "¶", "c", "¶"]
    assert "3.10 bits a character in 2 texts" in figure._supxlabel.get_text()


def test_of_many_long_texts_a_part_is_drawn():
    figure = plot_surprise(["x" * 100] * 50, [np.ones(101)] * 50)
    assert figure.axes[0].images[0].get_array().shape == (MOST_SURPRISED, 40)


def test_control_characters_are_shown_by_their_codes():
    figure = plot_surprise(["\x1b"], [[1.0, 2.0]])
    assert "\x1b" not in figure.axes[0].texts[0].get_text()
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("texts", "surprises", "error"),
    [
        ([], [], DataError),
        (["a"], [], DataError),
        (["a"], [[1.0]], ShapeError),
        (["a"], [[1.0, -1.0]], DataError),
        (["a"], [[1.0, np.nan]], DataError),
    ],
)
def test_what_is_no_surprise_is_refused(texts, surprises, error):
    with pytest.raises(error):
        plot_surprise(texts, surprises)
