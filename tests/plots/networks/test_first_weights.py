"""The weights of a first dense layer: an image a unit, or bars by column."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_first_weights


def panels(figure):
    return [axes for axes in figure.axes if axes.axison and axes.get_title("left")]


def test_each_unit_is_an_image_and_all_share_one_scale_about_0():
    weight = np.array([[1.0, 2, 3, 4], [0, 0, 0, -8]])
    figure = plot_first_weights(weight, image_shape=(2, 2))
    images = [axes.images[0] for axes in panels(figure)]
    np.testing.assert_array_equal(images[0].get_array(), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(images[1].get_array(), [[0, 0], [0, -8]])
    assert [image.get_clim() for image in images] == [(-8, 8)] * 2


def test_channels_stand_below_one_another():
    figure = plot_first_weights(np.arange(12.0)[None], image_shape=(3, 2, 2))
    (axes,) = panels(figure)
    np.testing.assert_array_equal(axes.images[0].get_array(), np.arange(12.0).reshape(6, 2))


def test_bars_are_as_long_as_the_weights_on_the_side_of_their_sign():
    figure = plot_first_weights([[0.5, -2.0], [1.0, 0.0]], column_names=["age", "income"])
    first, second = panels(figure)
    assert [bar.get_width() for bar in first.patches] == [0.5, -2.0]
    assert [bar.get_width() for bar in second.patches] == [1.0, 0.0]
    assert first.patches[0].get_facecolor() != first.patches[1].get_facecolor()
    assert [label.get_text() for label in first.get_yticklabels()] == ["age", "income"]


def test_of_many_units_those_with_the_largest_weights_are_drawn_in_their_order():
    weight = np.ones((50, 4)) * np.arange(50)[:, None]
    figure = plot_first_weights(weight[::-1], image_shape=(2, 2))
    assert [axes.get_title("left") for axes in panels(figure)] == [str(n) for n in range(40)]
    assert "The 40 of 50 units with the largest weights." in figure.get_supxlabel()


def test_of_many_columns_those_with_the_largest_weights_are_drawn():
    weight = np.zeros((1, 30))
    weight[0, 5:25] = 1.0
    figure = plot_first_weights(weight)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == [f"x{n + 1}" for n in range(5, 25)]
    assert "The 20 of 30 columns" in figure.get_supxlabel()


@pytest.mark.parametrize(
    ("weight", "options", "error"),
    [
        ([1.0, 2.0], {}, ShapeError),
        ([[1.0, 2.0]], {"image_shape": (2, 2)}, ShapeError),
        ([[1.0, 2.0]], {"column_names": ["a"]}, ShapeError),
        ([[1.0, np.nan]], {}, DataError),
    ],
)
def test_what_cannot_be_drawn_is_refused(weight, options, error):
    with pytest.raises(error):
        plot_first_weights(weight, **options)
