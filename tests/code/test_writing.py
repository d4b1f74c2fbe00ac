"""Values, calls and comments as source: what is read back is what was written."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.code.writing import call, comment, described, value
from axone.layers import Activation, Conv2D, Dense, Residual
from axone.messages import _

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(PLAIN)
def test_a_value_is_read_back_as_it_was(given):
    assert ast.literal_eval(value(given)) == given


@given(st.text())
def test_a_comment_holds_nothing_but_comments(text):
    written = comment(_("about {name}", name=text))
    assert ast.parse(written).body == []


def test_a_call_breaks_where_it_is_too_long():
    assert call("f", ["a", "b"], "x = ") == "x = f(a, b)"
    middling = call("f", ["a" * 40, "b" * 40], "x = ")
    assert middling == f"x = f(\n    {'a' * 40}, {'b' * 40}\n)"
    long = call("f", ["a" * 60, "b" * 60], "x = ")
    assert long == f"x = f(\n    {'a' * 60},\n    {'b' * 60},\n)"


@pytest.mark.parametrize(
    "layer",
    [
        Dense(3),
        Dense(3, {"name": "leaky_relu", "alpha": 0.1}, bias=False),
        Dense(3, initializer="he_normal"),
        Conv2D(4, (3, 5), "relu", padding="same"),
        Activation("gelu"),
        Residual(Dense(4), Dense(4, "tanh"), shortcut=[Dense(4)]),
    ],
)
def test_a_description_is_made_again_by_its_source(layer):
    import axone as ax

    assert eval(described(layer), {"ax": ax}) == layer
