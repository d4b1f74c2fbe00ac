"""Initialisers: the distributions that their authors wrote down."""

import numpy as np
import pytest
from scipy import stats

from axone.errors import ConfigurationError
from axone.initializers import INITIALIZERS
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


def draw(name, seed=1):
    random = RandomStream.from_seed(seed)
    return INITIALIZERS.resolve(name).draw(SHAPE, FAN_IN, FAN_OUT, random)


def test_every_initializer_of_the_table_has_its_law_here():
    assert {*NORMAL, *UNIFORM, *FIXED} == set(INITIALIZERS)


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


@pytest.mark.parametrize("name", [*NORMAL, *UNIFORM])
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
