"""`axone activation`: an activation, its derivative, some values, a picture."""

import json

import numpy as np
import pytest


def test_a_formula_is_shown_with_its_derivative(axone):
    shown = axone("activation", "a*z + b*tanh(z), a=1, b=0.5").stdout
    assert "σ(z)   a·z + b·tanh(z)" in shown
    assert "σ′(z)  a + b * (1 - tanh(z)**2)" in shown
    assert "Learnt, from: a = 1, b = 0.5" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("name", ["gelu", "SiLU", "exp(-z**2)", "where(z > 0, log(z), 1e-9*z)"])
def test_json_tells_the_values(axone, name):
    told = json.loads(axone("activation", name, "--json").stdout)
    assert len(told["z"]) == len(told["value"]) == len(told["slope"])
    assert (told["derivative"] is None) == (name in ("gelu", "SiLU"))
    for words in axone("activation", name).stdout.splitlines()[-4:-2]:
        assert len(words) <= 80


def test_what_has_no_value_is_null(axone):
    told = json.loads(axone("activation", "log(z)", "--json").stdout)
    assert told["value"][0] is None
    assert told["value"][-1] == pytest.approx(np.log(4))


def test_a_picture_is_drawn(axone, here):
    told = axone("activation", "z * sigmoid(1.5*z)", "--out", "picture.png").stdout
    assert told.splitlines()[-1] == "Picture: picture.png"
    assert (here / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["z*("], "this bracket is never closed"),
        (["gelo"], "Did you mean 'gelu'"),
        (["softmax"], "its cells depend on one another"),
        (["__import__('os')"], "no formula holds this character"),
        (["gelu", "--out", "picture.jpg"], "saved as .png, .svg, .pdf"),
    ],
)
def test_what_is_no_activation_is_refused(refused, words, said):
    assert said in refused("activation", *words)
