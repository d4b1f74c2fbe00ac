"""Weights drawn by the compiled module, against NumPy's draws, mpmath and SciPy's distributions."""

import math
from contextlib import nullcontext

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import axone as ax
from axone.engines.native.draws import CompiledStream
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.initializers import INITIALIZERS
from axone.random import WEIGHTS, RandomStream

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

SHAPES = [(1,), (3, 5), (7, 11), (16, 8), (301, 33)]
"""Whole vectors of every width, and rests of them."""


def both(key):
    return CompiledStream(key, load_variant()), RandomStream(key)


@given(key=st.integers(0, 2**64 - 1), shape=st.sampled_from(SHAPES))
def test_uniform_numbers_are_the_same_to_the_bit(key, shape):
    compiled, numpy = both(key)
    np.testing.assert_array_equal(compiled.uniform(shape), numpy.uniform(shape))


@given(key=st.integers(0, 2**64 - 1), shape=st.sampled_from(SHAPES))
def test_normal_numbers_are_the_same_to_the_rounding_of_the_angle(key, shape):
    # NumPy is given 2π·u rounded: half an ulp of 2π, times a radius of at most √(2 ln 2³³) = 6.8.
    compiled, numpy = both(key)
    np.testing.assert_allclose(compiled.normal(shape), numpy.normal(shape), rtol=1e-15, atol=4e-15)


def test_normal_numbers_are_within_a_few_roundings_of_the_exact_ones():
    compiled, numpy = both(12345)
    count = 3000
    first, second = numpy.bits(2 * count).reshape(2, count).tolist()
    drawn = compiled.normal((count,)).tolist()
    with mpmath.workdps(40):
        for a, b, found in zip(first, second, drawn, strict=True):
            radius = mpmath.sqrt(-2 * mpmath.log((a + mpmath.mpf("0.5")) / 2**32))
            exact = radius * mpmath.cos(2 * mpmath.pi * b / 2**32)
            # 4 ulp: logarithm, root, cosine and their product round once or twice each.
            assert abs(found - exact) <= 4 * 2.0**-53 * abs(exact)


def test_normal_numbers_are_normal():
    numbers = both(7)[0].normal((500, 400)).ravel()
    assert stats.kstest(numbers, "norm").pvalue > 1e-3


def test_children_have_the_keys_of_numpys_children():
    compiled = CompiledStream.of(42, load_variant())
    assert compiled.child(WEIGHTS).child(3, 4).key == RandomStream.from_seed(42).child(1, 3, 4).key


@pytest.mark.parametrize("name", list(INITIALIZERS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_engines_draw_the_same_weights(name, dtype):
    alike = name in ("zeros", "constant")
    initializer = {"name": name, "value": 0.5} if name == "constant" else name
    layer = ax.Dense(31, "relu", initializer=initializer)
    network = ax.Network(layer, ax.BatchNorm(), ax.Dense(3, "softmax"), input_shape=17)
    settings = {"loss": "cce", "dtype": dtype, "seed": 5}
    fast, book = (ax.Trainer(network, engine=each, **settings) for each in ("native", "reference"))
    with pytest.warns(UserWarning, match="same value") if alike else nullcontext():
        fast, book = fast.plan.initialize(), book.plan.initialize()
    assert fast.vector.dtype == book.vector.dtype == dtype
    np.testing.assert_array_equal(fast.buffers, book.buffers)
    # As of the numbers themselves above: initialisers scale them by less than 1.
    if dtype == "float32":
        np.testing.assert_array_equal(fast.vector, book.vector)
    np.testing.assert_allclose(fast.vector, book.vector, rtol=1e-15, atol=4e-15)


def test_the_module_writes_into_arrays_of_its_type_only():
    module = load_variant()
    for out in (np.empty(4, np.float32), np.empty((2, 2)), np.empty(8)[::2], [0.0]):
        with pytest.raises(TypeError):
            module.normal(1, out)
    with pytest.raises(TypeError):
        module.uniform(-1, np.empty(4))


def test_nothing_is_drawn_into_nothing():
    assert both(1)[0].normal((0, 5)).shape == (0, 5)
    assert math.prod(both(1)[0].uniform((3, 0)).shape) == 0
