"""Initialisers: the distributions that their authors wrote down."""

import numpy as np
import pytest
from scipy import stats

from axone.errors import ConfigurationError
from axone.initializers import INITIALIZERS, Constant, Orthogonal, Stacked
from axone.random import RandomStream

SHAPE, FAN_IN, FAN_OUT = (300, 200), 200, 300

NORMAL = {
    "normal": 0.01,
    "glorot_normal": np.sqrt(2 / 500),
    "he_normal": np.sqrt(2 / 200),
    "lecun_normal": np.sqrt(1 / 200),
}
UNIFORM = {"uniform": 0.05, "glorot_uniform": np.sqrt(6 / 500), "he_uniform": np.sqrt(6 / 200)}
FIXED = {"zeros": 0.0, "constant": 0.0}
OTHER = {"orthogonal"}


def draw(name, seed=1):
    random = RandomStream.from_seed(seed)
    return INITIALIZERS.resolve(name).draw(SHAPE, FAN_IN, FAN_OUT, random)


def test_every_initializer_of_the_table_has_its_law_here():
    assert {*NORMAL, *UNIFORM, *FIXED, *OTHER} == set(INITIALIZERS)


@pytest.mark.parametrize("name", NORMAL)
def test_normal_weights_have_their_standard_deviation(name):
    weights = draw(name)
    assert weights.shape == SHAPE
    assert stats.kstest(weights.ravel() / NORMAL[name], "norm").pvalue > 1e-3


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_weights_fill_their_interval(name):
    limit = UNIFORM[name]
    assert stats.kstest(draw(name).ravel(), "uniform", (-limit, 2 * limit)).pvalue > 1e-3


def test_fixed_weights_are_what_they_say():
    assert set(draw("zeros").ravel()) == {0}
    assert set(draw({"name": "constant", "value": 2.5}).ravel()) == {2.5}


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (25, 25), (10, 2, 3), (7,)], ids=str)
def test_orthogonal_weights_stand_at_right_angles(shape):
    weights = Orthogonal().draw(shape, 1, 1, RandomStream.from_seed(1))
    assert weights.shape == shape
    matrix = weights.reshape(shape[0], -1)
    matrix = matrix if shape[0] <= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-12)


def test_orthogonal_matrices_are_drawn_evenly():
    """As SciPy's are: cells of mean 0 and variance 1/n, no sign before the other."""
    draws = [Orthogonal().draw((3, 3), 3, 3, RandomStream.from_seed(s)) for s in range(500)]
    theirs = stats.ortho_group(3, seed=0).rvs(500)
    for cell in [(0, 0), (1, 2), (2, 2)]:
        ours = [draw[cell] for draw in draws]
        assert stats.ks_2samp(ours, theirs[:, *cell]).pvalue > 1e-3


def test_stacked_weights_are_drawn_each_by_itself():
    stacked = Stacked((Constant(1.0), Orthogonal(), Orthogonal()))
    weights = stacked.draw((6, 2), 2, 2, RandomStream.from_seed(1))
    assert weights[:2].tolist() == [[1, 1], [1, 1]]
    for part in (weights[2:4], weights[4:]):
        np.testing.assert_allclose(part @ part.T, np.eye(2), atol=1e-12)
    assert not np.allclose(weights[2:4], weights[4:])


@pytest.mark.parametrize("name", [*NORMAL, *UNIFORM, *OTHER])
def test_the_stream_decides(name):
    np.testing.assert_array_equal(draw(name, 3), draw(name, 3))
    assert not np.array_equal(draw(name, 3), draw(name, 4))


@pytest.mark.parametrize(
    ("alias", "name"),
    [("He", "he_normal"), ("xavier", "glorot_uniform"), ("kaiming_uniform", "he_uniform")],
)
def test_names_of_the_literature_are_known(alias, name):
    assert INITIALIZERS.resolve(alias) == INITIALIZERS.resolve(name)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("constant", {"value": float("inf")}, "value must be finite, not inf"),
        ("normal", {"standard_deviation": 0}, "standard_deviation must be greater than 0"),
        ("uniform", {"limit": -1}, "limit must be greater than 0, not -1"),
        ("zeros", {"value": 1}, "'zeros' takes no settings, but was given 'value'"),
    ],
)
def test_wrong_settings_are_refused(name, settings, message):
    with pytest.raises(ConfigurationError, match=message):
        INITIALIZERS.resolve({"name": name, **settings})
