"""Checks of single settings: what passes, and the words of what does not."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.checks import check_choice, check_integer, check_number, checked_shape
from axone.errors import ArgumentTypeError, ConfigurationError


@given(value=st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_every_finite_number_is_a_number(value):
    check_number("x", value)
    check_number("x", np.float64(value))
    check_number("x", value, at_least=value, at_most=value)


@pytest.mark.parametrize("value", [np.float32(0.5), np.int64(0), Fraction(1, 2)])
def test_numbers_of_other_types_are_numbers(value):
    check_number("x", value, at_least=0, below=1)


@pytest.mark.parametrize(
    "value", [True, np.True_, "1", None, [1.0], np.ones(1), np.ones(2), 1j, Decimal(1)]
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ArgumentTypeError, match=r"^rate must be a number, not "):
        check_number("rate", value)


@pytest.mark.parametrize(
    ("value", "bounds", "words"),
    [
        (float("nan"), {}, "finite, not nan"),
        (float("-inf"), {"at_most": 1}, "finite and at most 1, not -inf"),
        (0, {"above": 0}, "greater than 0, not 0"),
        (1, {"at_least": 0, "below": 1}, "at least 0 and less than 1, not 1"),
        (-1e-9, {"at_least": 0}, "at least 0, not -1e-09"),
        (3, {"at_most": 2}, "at most 2, not 3"),
        (-2, {"above": -1, "at_most": -1}, "greater than -1 and at most -1, not -2"),
    ],
)
def test_numbers_out_of_bounds_are_refused_with_the_bounds(value, bounds, words):
    with pytest.raises(ConfigurationError, match=f"rate must be {words}"):
        check_number("rate", value, **bounds)


@pytest.mark.parametrize("value", [1, np.int8(1), np.uint64(1)])
def test_whole_numbers_pass(value):
    check_integer("units", value, at_least=1)


@pytest.mark.parametrize("value", [1.0, True, np.True_, "1", None, np.array([1, 2]), np.array(1)])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(ArgumentTypeError, match="units must be a whole number, not "):
        check_integer("units", value, at_least=0)


def test_a_whole_number_too_small_is_refused():
    with pytest.raises(ConfigurationError, match="units must be at least 1, not 0"):
        check_integer("units", 0, at_least=1)


def test_a_word_must_be_one_of_the_allowed():
    check_choice("form", "a", ("a", "b"))
    with pytest.raises(ConfigurationError, match="form must be one of 'a', 'b', not 'c'"):
        check_choice("form", "c", ("a", "b"))


@given(sizes=st.lists(st.integers(1, 100), max_size=8))
def test_a_shape_comes_out_as_a_tuple_of_python_integers(sizes):
    assert checked_shape("s", sizes) == tuple(sizes)
    assert checked_shape("s", iter(np.array(sizes, int))) == tuple(sizes)
