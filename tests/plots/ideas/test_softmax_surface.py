"""Softmax as surfaces: the heights, and that each panel shows its class."""

import numpy as np
import pytest
from scipy.special import softmax

from axone.errors import ConfigurationError
from axone.plots import plot_softmax_surface
from axone.plots.ideas.softmax_surface import softmax_over


@pytest.mark.parametrize("third", [0.0, -2.0])
def test_the_heights_are_those_of_softmax(third):
    z = np.array([-2.5, 0.0, 2.5, 5.0])
    heights = softmax_over(z, third)
    assert heights.shape == (3, 4, 4)
    for column, first in enumerate(z):
        for row, second in enumerate(z):
            expected = softmax([first, second, third])
            np.testing.assert_allclose(heights[:, row, column], expected, rtol=1e-12)


def test_the_worked_examples_are_points_of_the_surfaces():
    z = np.array([-2.5, 0.0, 2.5, 5.0])
    heights = softmax_over(z)
    np.testing.assert_allclose(heights[:, 1, 3], [0.98670329, 0.00664835, 0.00664835], atol=5e-9)
    np.testing.assert_allclose(heights[:, 0, 2], [0.91842297, 0.00618829, 0.07538875], atol=5e-9)


def test_every_class_has_a_panel_from_0_to_1():
    panels = plot_softmax_surface(reach=3).axes
    assert [axes.get_title() for axes in panels] == ["ŷ₁", "ŷ₂", "ŷ₃"]
    for axes in panels:
        assert axes.get_zlim() == (0, 1)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("z₁", "z₂")
        assert len(axes.collections) == 1


def test_a_reach_of_nothing_is_refused():
    with pytest.raises(ConfigurationError, match="reach must be greater than 0"):
        plot_softmax_surface(reach=0)
