"""Models: what they predict, by the names and in the units of the target, calibrated or not."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import scipy.special
from sklearn.metrics import log_loss
from tests.models import MODELS, RANDOM, model_of

import axone as ax
from axone.engines import _ENGINES, NotBuiltError
from axone.errors import AxoneError, ConfigurationError, DataError, ShapeError
from axone.model import Classes, Numbers


def test_classes_are_predicted_by_their_names_with_probabilities_that_sum_to_one():
    model, X = MODELS["array"]
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    names = np.array(["a", "b", "c"])[probabilities.argmax(axis=1)]
    assert model.predict(X).tolist() == names.tolist()


def test_a_lone_sigmoid_gives_both_probabilities():
    model, X = MODELS["binary"]
    outputs = model.outputs(X)
    probabilities = model.predict_proba(X)
    np.testing.assert_array_equal(probabilities, np.hstack([1 - outputs, outputs]))
    expected = np.where(outputs[:, 0] > 0.5, "yes", "no")
    assert model.predict(X).tolist() == expected.tolist()


@pytest.mark.parametrize(("kind", "shape"), [("regression", (5,)), ("two numbers", (5, 2))])
def test_numbers_are_predicted_in_the_units_of_the_target(kind, shape):
    model, X = MODELS[kind]
    scaler = model.target.scaler
    expected = model.outputs(X).astype(float) * scaler.scale + scaler.shift
    assert model.predict(X).shape == shape
    np.testing.assert_allclose(model.predict(X), expected.reshape(shape))


def test_a_target_without_a_scaler_is_predicted_and_learnt_as_it_is():
    model = model_of(RANDOM.normal(size=(9, 2)), [ax.Dense(1)], Numbers(), "mse")
    X = RANDOM.normal(size=(4, 2))
    np.testing.assert_array_equal(model.predict(X), model.outputs(X)[:, 0])
    np.testing.assert_array_equal(model.target.scaled(np.arange(3.0)), np.arange(3.0))


def test_a_model_of_numbers_has_no_probabilities():
    model, X = MODELS["regression"]
    with pytest.raises(DataError, match="no probabilities"):
        model.predict_proba(X)


@pytest.mark.parametrize(
    "labels", [["a", "c", "b"], [0, 2, 1], [0.0, 2.0, 1.0], ["0", "2", "1"], np.array([0, 2, 1])]
)
def test_labels_are_encoded_as_the_file_wrote_them_or_by_name(labels):
    assert MODELS["array"][0].target.encode(labels).tolist() == [0, 2, 1]


def test_an_unknown_label_is_refused_with_those_that_are_known():
    with pytest.raises(DataError, match=r"does not know the class 'd'.*a, b, c"):
        MODELS["array"][0].target.encode(["a", "d"])


def test_rows_of_another_width_are_refused():
    with pytest.raises(ShapeError, match=r"\(4\)"):
        MODELS["array"][0].predict(np.zeros((2, 5)))


def independent():
    """Three labels, none of which excludes another."""
    layers = [ax.Dense(3, "sigmoid")]
    target = Classes(class_names=("a", "b", "c"))
    return model_of(RANDOM.normal(size=(20, 2)), layers, target, "binary_cross_entropy")


CALIBRATED = {
    "softmax": (*MODELS["array"], scipy.special.softmax),
    "float64": (*MODELS["float64"], scipy.special.softmax),
    "sigmoid": (*MODELS["binary"], lambda z, axis: scipy.special.expit(z)),
    "labels": (independent(), RANDOM.normal(size=(5, 2)), lambda z, axis: scipy.special.expit(z)),
}


@pytest.mark.parametrize("kind", CALIBRATED)
def test_the_temperature_divides_the_logits_wherever_the_model_predicts(tmp_path, kind):
    model, X, function = CALIBRATED[kind]
    ax.save(replace(model, temperature=2.5), tmp_path / "model.safetensors")
    warm = ax.load(tmp_path / "model.safetensors")
    assert warm.temperature == 2.5
    inputs = model.preprocessing.transform(X, model.dtype)
    logits = model.logits(inputs)
    expected = function(logits / 2.5, axis=1)
    np.testing.assert_allclose(warm.outputs(X), expected, rtol=1e-5)
    np.testing.assert_allclose(warm.predict_proba(X)[:, -1], expected[:, -1], rtol=1e-5)
    np.testing.assert_allclose(model.outputs(X), function(logits, axis=1), rtol=1e-5)
    assert warm.predict(X).tolist() == model.predict(X).tolist()
    # The loss is that of the warmed probabilities, by the definition of the cross-entropies.
    y = np.eye(3)[[0, 1, 2, 0, 1]] if kind == "labels" else np.array([0, 1, 1, 0, 1])
    loss, outputs = warm.evaluate(inputs, y)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)
    if kind == "labels":
        wanted = np.mean([log_loss(y[:, k], expected[:, k]) for k in range(3)])
    else:
        wanted = log_loss(
            y, warm.predict_proba(X), labels=range(expected.shape[1] + (kind == "sigmoid"))
        )
    assert loss == pytest.approx(wanted, rel=1e-5)


def test_a_calibrated_model_has_the_temperature_of_the_least_log_loss():
    model, _ = MODELS["float64"]
    X = RANDOM.normal(size=(200, 4))
    logits = model.logits(X)
    y = (RANDOM.gumbel(size=logits.shape) + 0.4 * logits).argmax(axis=1)
    found = model.calibrated(X, y)
    assert found.temperature == ax.find_temperature(logits, y)
    assert found.temperature > 1
    assert found.evaluate(X, y)[0] < model.evaluate(X, y)[0]
    assert model.temperature == 1


def test_a_model_of_numbers_has_no_temperature():
    model, X = MODELS["regression"]
    with pytest.raises(DataError, match="no probabilities"):
        model.calibrated(X, np.zeros(len(X)))
    with pytest.raises(ConfigurationError, match="no temperature"):
        replace(model, temperature=2.0)


@pytest.mark.parametrize("temperature", [0, -1.0, float("nan"), float("inf"), "2"])
def test_a_temperature_is_a_number_above_zero(temperature):
    with pytest.raises(AxoneError, match="temperature must be"):
        replace(MODELS["array"][0], temperature=temperature)


def test_predictions_and_the_loss_come_from_the_engine_that_trained(monkeypatch):
    compiled = []
    get_engine = ax.get_engine

    def watched(name):
        compiled.append(name)
        return get_engine(name)

    monkeypatch.setattr("axone.model.model.get_engine", watched)
    model, X = MODELS["array"]
    inputs = model.preprocessing.transform(X)
    by_default = replace(model).evaluate(inputs, np.zeros(5, dtype=int))
    by_the_reference = replace(model, engine="reference").evaluate(inputs, np.zeros(5, dtype=int))
    assert compiled[0] == "native"
    assert compiled[-1] == "reference"
    np.testing.assert_allclose(by_default[1], by_the_reference[1], rtol=1e-5)
    assert by_default[0] == pytest.approx(by_the_reference[0], rel=1e-5)


def test_a_model_is_compiled_once_and_sees_weights_that_change(monkeypatch):
    compiled = []
    get_engine = ax.get_engine

    def watched(name):
        compiled.append(name)
        return get_engine(name)

    monkeypatch.setattr("axone.model.model.get_engine", watched)
    model, X = MODELS["float64"]
    model = replace(model, members=(model.parameters.copy(),))
    before = model.outputs(X)
    np.testing.assert_array_equal(model.outputs(X), before)
    assert len(compiled) == 1
    model.parameters.vector[...] *= 2
    expected = model.network.predict(model.parameters, model.preprocessing.transform(X, "float64"))
    np.testing.assert_allclose(model.outputs(X), expected, rtol=1e-12)
    assert not np.allclose(expected, before)


def through_a_pickle(model):
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, through_a_pickle])
def test_a_copy_of_a_model_that_has_predicted_predicts_the_same(copied):
    model, X = MODELS["array"]
    expected = model.outputs(X)
    twin = copied(model)
    np.testing.assert_array_equal(twin.outputs(X), expected)
    np.testing.assert_array_equal(twin.logits(X), model.logits(X))


def test_without_the_compiled_engine_the_reference_engine_predicts(monkeypatch):
    def absent(threads=None):
        raise NotBuiltError("not here")

    model, X = MODELS["float64"]
    expected = replace(model, engine="reference").outputs(X)
    monkeypatch.setitem(_ENGINES, "native", absent)
    np.testing.assert_array_equal(replace(model, engine="native").outputs(X), expected)


def test_the_outputs_of_several_networks_are_averaged(tmp_path):
    one, X = MODELS["float64"]
    other = one.network.initialize(9, "float64")
    both = replace(one, members=(one.parameters, other))
    alone = [replace(one, members=(parameters,)) for parameters in both.members]
    mean = np.mean([model.outputs(X) for model in alone], axis=0)
    np.testing.assert_allclose(both.outputs(X), mean, rtol=1e-12)
    y = np.array([0, 1, 2, 0, 1])
    loss, outputs = both.evaluate(both.preprocessing.transform(X, "float64"), y)
    assert loss == pytest.approx(log_loss(y, mean))
    np.testing.assert_allclose(outputs, mean, rtol=1e-12)
    ax.save(both, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(ax.load(tmp_path / "model.safetensors").outputs(X), mean)
    warm = replace(both, temperature=2.0)
    expected = scipy.special.softmax(np.log(mean) / 2, axis=1)
    np.testing.assert_allclose(warm.outputs(X), expected, rtol=1e-9)
