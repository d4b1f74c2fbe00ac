"""What the network says of values that the page sends."""

import numpy as np
import pytest

from axone.data import load_dataset
from axone.errors import AxoneError
from axone.playground.questions import answers


def predict(bench, values):
    return answers()["predict"](bench, {"values": values})


def test_a_point_gets_the_probabilities_of_the_equations(bench):
    prepared, weights = bench.design.prepared, bench.parameters()
    train = prepared.parts["train"]
    raw = np.asarray(prepared.dataset.X, float)[train.numbers]
    point = np.array([0.5, -1.0])
    layer = (point - raw.mean(axis=0)) / raw.std(axis=0)
    layers = len(prepared.network.layers)
    for number in range(layers):
        layer = weights[f"{number}.weight"] @ layer + weights[f"{number}.bias"]
        layer = np.tanh(layer) if number < layers - 1 else np.exp(layer) / np.exp(layer).sum()
    found = predict(bench, point.tolist())
    np.testing.assert_allclose(found["probabilities"], layer, atol=1e-4)
    assert found["value"] == prepared.dataset.class_names[int(layer.argmax())]


def test_a_drawn_digit_is_recognised_by_a_network_that_learnt_them(empty_bench):
    empty_bench.set_design(
        {
            "data": {"source": "digits"},
            "network": {"hidden_layers": [{"name": "dense", "units": 32, "activation": "relu"}]},
            "training": {"optimizer": {"name": "adam", "learning_rate": 0.01}},
        }
    )
    for _ in range(5):
        empty_bench.epoch()
    digits = load_dataset("digits")
    found = [predict(empty_bench, row.tolist())["value"] for row in digits.X[:30]]
    right = [digits.class_names[label] for label in digits.y[:30]]
    assert sum(one == other for one, other in zip(found, right, strict=True)) >= 27


def test_a_regression_gives_a_number_and_no_probabilities(empty_bench):
    empty_bench.set_design({"data": {"source": "diabetes"}, "network": {"hidden_layers": []}})
    row = load_dataset("diabetes").X[0].tolist()
    found = predict(empty_bench, row)
    assert found["probabilities"] is None
    assert isinstance(found["value"], float)


@pytest.mark.parametrize(
    "values", [None, [], [1.0], [1.0, 2.0, 3.0], ["one", 2.0], [True, 2.0], [float("nan"), 0.0]]
)
def test_values_that_are_no_row_are_refused_in_words(bench, values):
    with pytest.raises(AxoneError, match="values"):
        predict(bench, values)
