"""Penalties on large weights and clipping: their formulas, properties and bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import axone as ax
from axone.errors import ConfigurationError
from axone.penalties import Clipping, Penalty

VECTORS = arrays(np.float64, st.integers(1, 12), elements=st.floats(-1e3, 1e3))


def test_only_weights_are_penalised_and_the_batch_size_divides():
    network = ax.Network(ax.Dense(2, "prelu"), ax.BatchNorm(), ax.Dense(1), input_shape=2)
    parameters = network.initialize(0, "float64")
    parameters.vector[...] = 2
    mask = network.layout.penalised_mask("float64")
    gradient = np.zeros_like(parameters.vector)
    penalty = Penalty(l1=0.5, l2=3)
    # Six weights: 0.5·6·2 + 3/2·6·4, over four rows.
    assert penalty.value(parameters.vector, mask, 4) == (6 + 36) / 4
    penalty.add_gradient(gradient, parameters.vector, mask, 4)
    named = ax.Parameters(network.layout, gradient)
    for name, array in named.items():
        if "running" not in name:
            assert set(array.ravel()) == ({(0.5 + 6) / 4} if name in WEIGHTS else {0.0})


WEIGHTS = {"0.weight", "2.weight"}


def test_a_penalty_of_nothing_is_false():
    assert not Penalty()
    assert Penalty(l1=0.1)
    assert Penalty(l2=0.1)


@given(gradient=VECTORS, bound=st.floats(1e-3, 10))
def test_clipping_by_value_bounds_every_component(gradient, bound):
    clipped = gradient.copy()
    Clipping(value=bound).apply(clipped)
    np.testing.assert_array_equal(clipped, np.clip(gradient, -bound, bound))


@given(gradient=VECTORS, bound=st.floats(1e-3, 10))
def test_clipping_by_norm_keeps_the_direction_and_bounds_the_length(gradient, bound):
    clipped = gradient.copy()
    Clipping(norm=bound).apply(clipped)
    norm = np.linalg.norm(gradient)
    np.testing.assert_allclose(clipped, gradient * min(1, bound / max(norm, 1e-300)), rtol=1e-12)


def test_components_are_cut_before_the_norm():
    gradient = np.array([100.0, 3.0])
    Clipping(value=4, norm=1).apply(gradient)
    np.testing.assert_allclose(gradient, [0.8, 0.6])


def test_without_bounds_nothing_changes():
    gradient = np.array([1e9, -1e9])
    Clipping().apply(gradient)
    assert gradient.tolist() == [1e9, -1e9]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Penalty(l1=-1), "l1 must be at least 0, not -1"),
        (lambda: Penalty(l2=float("nan")), "l2 must be finite and at least 0, not nan"),
        (lambda: Clipping(value=0), "clip value must be greater than 0, not 0"),
        (lambda: Clipping(norm=-2), "clip norm must be greater than 0, not -2"),
    ],
)
def test_wrong_settings_are_refused(build, message):
    with pytest.raises(ConfigurationError, match=message):
        build()
