"""Curves of activations: values of other libraries, slopes by differences, mistakes marked."""

import json
import math

import numpy as np
import pytest
from scipy.special import erf, expit

from axone.errors import ArgumentTypeError
from axone.playground.questions.formulas import formula


def asked(text):
    return formula(None, {"text": text})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tanh", np.tanh),
        ("gelu", lambda x: x / 2 * (1 + erf(x / math.sqrt(2)))),
        ("z * sigmoid(1.5*z)", lambda x: x * expit(1.5 * x)),
        ("a*z + b*max(0, z), a=2, b=-1", lambda x: 2 * x - np.maximum(0, x)),
        ("z", lambda x: x),
    ],
)
def test_a_curve_has_the_values_of_the_function_and_their_slopes(text, wanted):
    told = asked(text)
    x = np.array(told["x"])
    assert (x.size, x[0], x[-1]) == (200, -6, 6)
    np.testing.assert_allclose(told["y"], wanted(x), atol=1e-12)
    slopes = (wanted(x + 1e-6) - wanted(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(told["slope"], slopes, atol=1e-6)


def test_a_derivative_is_told_as_a_formula_which_is_one():
    told = asked("z**3 + tanh(z)")
    again = asked(told["derivative"])
    np.testing.assert_allclose(again["y"], told["slope"], atol=1e-12)
    assert asked("relu")["derivative"] is None


def test_constants_are_told_with_their_start_values():
    assert asked("a*z + b*tanh(z), a=1, b=0.5")["constants"] == {"a": 1.0, "b": 0.5}
    assert asked("prelu")["constants"] == {"alpha": 0.25}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("relu", [0]),
        ("leaky_relu", [0]),
        ("heaviside", [0]),
        ("gelu", []),
        ("elu", []),  # its slope is 1 on both sides
        ("clip(z, -1, 2)", [-1, 2]),
        ("where(z > 0.3, z, 0.1*z)", [0.3]),
        ("abs(sin(z))", [-math.pi, 0, math.pi]),
        ("relu(z) * relu(z)", []),
        ("max(z, a), a=1.25", [1.25]),
        ("abs(z**2 - 2)", [-math.sqrt(2), math.sqrt(2)]),
    ],
)
def test_kinks_are_where_the_slope_or_the_value_jumps(text, places):
    np.testing.assert_allclose(asked(text)["kinks"], places, atol=1e-8)


def test_what_is_no_finite_number_is_none_so_that_the_answer_is_json():
    told = asked("sqrt(z)")
    assert told["y"][0] is None
    assert told["y"][-1] == pytest.approx(math.sqrt(6))
    json.dumps(asked("exp(exp(exp(z)))"), allow_nan=False)


@pytest.mark.parametrize(
    ("text", "marked", "said"),
    [
        ("z * foo(2)", "foo(2)", "no function 'foo'"),
        ("z + q", "q", "neither z nor a constant"),
        ("z ^ 2", "^", "this character"),
        ("relu(z, 1)", "relu(z, 1)", "takes 1"),
        ("(z + 1", "(", "never closed"),
        ("z + 1)", ")", "no bracket was opened"),
        ("a*z, a=tanh(1)", "tanh(1)", "starts from a number"),
        ("sogmoid", "sogmoid", "Did you mean 'sigmoid'"),
        ("softmax", "softmax", "no function of one number"),
        ("__import__('os')", "'", "this character"),
        ("z.real", "z.real", "no formula holds this"),
        ("", "", "no formula"),
    ],
)
def test_a_mistake_is_told_with_the_part_of_the_text_that_it_is(text, marked, said):
    mistake = asked(text)["mistake"]
    assert text[mistake["start"] : mistake["end"]] == marked
    assert said in mistake["words"]
    assert "\n" not in mistake["words"]


def test_a_text_of_thousands_of_characters_is_read_no_further_than_a_bound():
    mistake = asked("z+" * 5000 + "z")["mistake"]
    assert "1000 are read" in mistake["words"]
    assert "read" in asked("x" * 5000)["mistake"]["words"]


@pytest.mark.parametrize("given", [None, 3, ["z"]])
def test_what_is_no_text_is_refused(given):
    with pytest.raises(ArgumentTypeError, match="must be a text"):
        asked(given)
