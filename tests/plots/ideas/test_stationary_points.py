"""Local minimum, saddle, plateau: the slopes are right, and descents do what is said of them."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from axone.errors import ConfigurationError
from axone.plots import plot_stationary_points
from axone.plots.ideas.stationary_points import LANDSCAPES

VALLEYS, SADDLE, PLATEAU = LANDSCAPES


def height_of(landscape):
    return lambda weights: float(landscape.height(*np.asarray(weights)))


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda landscape: landscape.title)
@pytest.mark.parametrize("point", [(0.3, -0.7), (-1.2, 0.4), (1.5, 1.1)])
def test_the_slopes_are_those_of_the_heights(landscape, point):
    measured = approx_fprime(point, height_of(landscape))
    np.testing.assert_allclose(landscape.slopes(*point), measured, atol=1e-6)


@pytest.mark.parametrize("landscape", [VALLEYS, SADDLE], ids=lambda landscape: landscape.title)
def test_the_lowest_point_is_the_one_that_is_marked(landscape):
    found = minimize(height_of(landscape), np.add(landscape.lowest, 0.1))
    np.testing.assert_allclose(found.x, landscape.lowest, atol=1e-3)


def test_a_descent_ends_in_the_higher_valley():
    end = VALLEYS.descent(200).weights[-1]
    np.testing.assert_allclose(VALLEYS.slopes(*end), 0, atol=1e-6)
    assert end[0] > 0
    assert height_of(VALLEYS)(end) > height_of(VALLEYS)(VALLEYS.lowest) + 0.5


def test_a_descent_slows_down_at_the_saddle_and_leaves_it():
    path = SADDLE.descent(80)
    lengths = np.linalg.norm(np.diff(path.weights, axis=0), axis=1)
    slowest = int(lengths[:20].argmin())
    assert np.abs(path.weights[slowest]).max() < 0.2
    assert lengths[slowest] < lengths[0] / 5
    np.testing.assert_allclose(path.weights[-1], SADDLE.lowest, atol=1e-3)


def test_a_descent_creeps_across_the_plateau():
    path = PLATEAU.descent(80)
    on_it = np.abs(path.weights[:, 0]) < 0.5
    assert on_it.sum() > 40
    assert path.weights[-1, 0] < -1


def test_every_landscape_is_seen_from_above_and_as_a_surface():
    panels = plot_stationary_points(steps=5).axes
    from_above = [axes for axes in panels if axes.name != "3d"]
    assert [axes.get_title(loc="left") for axes in from_above] == [
        "Local minimum",
        "Saddle",
        "Plateau",
    ]
    assert len(panels) == 6


def test_no_steps_are_refused():
    with pytest.raises(ConfigurationError, match="steps must be at least 1"):
        plot_stationary_points(steps=0)
