"""Models: saved and loaded to the same bits, whatever they were trained on."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

import axone as ax
from axone.activations import ActivationFunction
from axone.data import Preprocessing
from axone.data.scaling import Standard
from axone.engines import _ENGINES, NotBuiltError
from axone.errors import AxoneError, ConfigurationError, DataError, ModelFileError, ShapeError
from axone.files import read_tensors, write_tensors
from axone.losses import LOSSES
from axone.model import Classes, Model, Numbers

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(5, 2, size=(30, 4))


def model_of(X, layers, target, loss, *, dtype="float32", **preprocessing):
    prepared = Preprocessing.fit(X, **preprocessing)
    network = ax.Network(*layers, input_shape=prepared.feature_shape)
    return Model(network, (network.initialize(3, dtype),), LOSSES.resolve(loss), prepared, target)


def classifier(X=ROWS, dtype="float32", **preprocessing):
    layers = [ax.Dense(6, "relu"), ax.BatchNorm(), ax.Dense(3, "softmax")]
    if np.ndim(X) > 2:
        layers.insert(0, ax.Flatten())
    target = Classes(column="kind", class_names=("a", "b", "c"), class_values=("0", "1", "2"))
    return model_of(X, layers, target, "categorical_cross_entropy", dtype=dtype, **preprocessing)


def binary():
    layers = [ax.Dense(3, "tanh"), ax.Dense(1, "sigmoid")]
    target = Classes(class_names=("no", "yes"))
    return model_of(RANDOM.normal(size=(20, 2)), layers, target, "binary_cross_entropy")


def regression(columns=1):
    y = RANDOM.normal(100, 20, size=(30, columns))
    scaler = Standard().fit(y[:, 0] if columns == 1 else y)
    names = tuple(f"y{n}" for n in range(columns))
    target = Numbers(names=names, scaler=scaler)
    return model_of(RANDOM.normal(size=(30, 2)), [ax.Dense(columns)], target, "mse")


TABLE = pd.DataFrame(
    {
        "weight": [1.0, 2.0, None, 4.0, 3.0, 0.5],
        "colour": ["red", "blue", "red", None, "green", "blue"],
        "when": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"] * 2),
    }
)

MODELS = {
    "array": (classifier(), RANDOM.normal(size=(5, 4))),
    "float64": (classifier(dtype="float64"), RANDOM.normal(size=(5, 4))),
    "table": (classifier(TABLE), TABLE.iloc[::-1]),
    "images": (
        classifier(RANDOM.integers(0, 256, (20, 6, 6), dtype=np.uint8), is_image=True),
        RANDOM.integers(0, 256, (5, 6, 6), dtype=np.uint8),
    ),
    "named columns": (
        classifier(feature_names=("a", "b", "c", "d")),
        pd.DataFrame(RANDOM.normal(size=(5, 4)), columns=list("dbca")),
    ),
    "binary": (binary(), RANDOM.normal(size=(5, 2))),
    "regression": (regression(), RANDOM.normal(size=(5, 2))),
    "two numbers": (regression(2), RANDOM.normal(size=(5, 2))),
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_loaded_model_is_the_saved_one_bit_for_bit(tmp_path, kind):
    model, X = MODELS[kind]
    ax.save(model, tmp_path / "model.safetensors")
    loaded = ax.load(str(tmp_path / "model.safetensors"))
    assert loaded.network == model.network
    assert loaded.loss == model.loss
    assert loaded.dtype == model.dtype
    assert loaded.parameters.vector.tobytes() == model.parameters.vector.tobytes()
    assert loaded.parameters.buffers.tobytes() == model.parameters.buffers.tobytes()
    assert loaded.preprocessing.to_data() == model.preprocessing.to_data()
    assert loaded.target.to_data() == model.target.to_data()
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    np.testing.assert_array_equal(loaded.outputs(X), model.outputs(X))


@pytest.mark.parametrize("kind", MODELS)
def test_the_same_model_is_always_the_same_bytes(tmp_path, kind):
    paths = [tmp_path / f"{n}.safetensors" for n in range(20)]
    for path in paths:
        ax.save(MODELS[kind][0], path)
    assert len({path.read_bytes() for path in paths}) == 1


@given(st.sampled_from(["float32", "float64"]), st.integers(0, 2**32))
def test_any_weights_come_back_bit_for_bit(tmp_path_factory, dtype, seed):
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    model = classifier(dtype=dtype)
    bits = np.random.default_rng(seed).normal(scale=1e3, size=model.parameters.vector.shape)
    model.parameters.vector[...] = bits
    ax.save(model, path)
    assert ax.load(path).parameters.vector.tobytes() == model.parameters.vector.tobytes()


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


def rewritten(model, path, change):
    """Save a model, and change what its header says, the checksum made to fit."""
    ax.save(model, path)
    words, arrays = read_tensors(path, "model")
    described = json.loads(words["axone-model-2"])
    change(described)
    write_tensors(path, arrays, {"axone-model-2": json.dumps(described)})


@pytest.mark.parametrize("temperature", [0, None, "warm", "2", True])
def test_a_file_with_a_temperature_that_is_none_is_refused(tmp_path, temperature):
    path = tmp_path / "model.safetensors"
    rewritten(MODELS["array"][0], path, lambda described: described.update(temperature=temperature))
    with pytest.raises(ModelFileError, match=r"temperature.* (must be|should be)"):
        ax.load(path)


def places(described, path=()):
    """Every key of a header, as the path that leads to it."""
    inner = described.items() if isinstance(described, dict) else enumerate(described)
    for key, value in inner:
        if isinstance(described, dict):
            yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def header_of(kind, tmp_path):
    ax.save(MODELS[kind][0], tmp_path / "model.safetensors")
    return json.loads(read_tensors(tmp_path / "model.safetensors", "model")[0]["axone-model-2"])


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("wrong", ["type", "missing", "extra"])
def test_a_header_with_a_key_of_the_wrong_type_missing_or_too_many_is_refused_naming_it(
    tmp_path, kind, wrong
):
    def change(described, place):
        inner = described
        for key in place[:-1]:
            inner = inner[key]
        if wrong == "type":
            inner[place[-1]] = {"of": ["another", "type"]}
        elif wrong == "missing":
            del inner[place[-1]]
        else:
            inner[f"{place[-1]}_too_many"] = inner[place[-1]]

    for place in places(header_of(kind, tmp_path)):
        # What has a default may be left out of a layer, as it may be of an experiment.
        if wrong == "missing" and place[0] == "network" and place[-1] == "activation":
            continue
        path = tmp_path / "edited.safetensors"
        rewritten(MODELS[kind][0], path, lambda described: change(described, place))  # noqa: B023
        with pytest.raises(ModelFileError) as refused:
            ax.load(path)
        assert place[-1] in str(refused.value)
        assert "edited.safetensors is a damaged model" in str(refused.value)


def test_of_six_hundred_flipped_bits_none_goes_unnoticed(tmp_path):
    model, X = MODELS["table"]
    path = tmp_path / "model.safetensors"
    ax.save(model, path)
    content = path.read_bytes()
    for bit in np.random.default_rng(0).choice(8 * len(content), 600, replace=False):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            loaded = ax.load(path)
        except ModelFileError:
            continue
        np.testing.assert_array_equal(loaded.outputs(X), model.outputs(X))


def test_predictions_and_the_loss_come_from_the_engine_that_trained(monkeypatch):
    compiled = []
    get_engine = ax.get_engine

    def watched(name):
        compiled.append(name)
        return get_engine(name)

    monkeypatch.setattr("axone.model.model.get_engine", watched)
    model, X = MODELS["array"]
    inputs = model.preprocessing.transform(X)
    by_default = model.evaluate(inputs, np.zeros(5, dtype=int))
    by_the_reference = replace(model, engine="reference").evaluate(inputs, np.zeros(5, dtype=int))
    assert compiled[0] == "native"
    assert compiled[-1] == "reference"
    np.testing.assert_allclose(by_default[1], by_the_reference[1], rtol=1e-5)
    assert by_default[0] == pytest.approx(by_the_reference[0], rel=1e-5)


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


KEPT = Path(__file__).with_name("kept_files")


@pytest.mark.parametrize("kind", ["table", "array", "numbers", "image", "ensemble"])
def test_a_model_that_an_earlier_version_wrote_predicts_what_it_predicted(kind):
    kept = json.loads((KEPT / f"{kind}.json").read_text(encoding="utf-8"))
    model = ax.load(KEPT / f"{kind}.safetensors")
    rows = kept["rows"]
    X = pd.DataFrame(**rows) if isinstance(rows, dict) else np.array(rows)
    if kind == "numbers":
        np.testing.assert_allclose(model.predict(X), kept["predict"], rtol=1e-5)
        return
    assert model.predict(X).tolist() == kept["predict"]
    np.testing.assert_allclose(model.predict_proba(X), kept["predict_proba"], rtol=1e-4)


@dataclass(frozen=True)
class Cube(ActivationFunction):
    """An activation of the user's own."""

    def value(self, z):
        return z**3

    def derivative(self, z, a):
        return 3 * z**2


def test_a_network_with_an_activation_of_ones_own_runs_but_cannot_be_saved(tmp_path):
    layers = [ax.Dense(4, Cube()), ax.Dense(1)]
    model = model_of(RANDOM.normal(size=(9, 2)), layers, Numbers(), "mse")
    assert model.predict(np.zeros((3, 2))).shape == (3,)
    path = tmp_path / "model.safetensors"
    ax.save(MODELS["array"][0], path)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=r"Cube\(\) is of a class of your own"):
        ax.save(model, path)
    assert path.read_bytes() == before


def test_a_save_that_fails_leaves_the_old_model(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    ax.save(MODELS["array"][0], path)
    before = path.read_bytes()

    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("axone.files.os.fsync", fail)
    with pytest.raises(DataError, match="No space left on device"):
        ax.save(MODELS["binary"][0], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_model_cannot_be_saved_where_there_is_no_folder(tmp_path):
    with pytest.raises(DataError, match="Cannot write"):
        ax.save(MODELS["array"][0], tmp_path / "nowhere" / "model.safetensors")


@pytest.mark.parametrize("name", ["nowhere.safetensors", "."])
def test_what_is_no_file_is_no_model(tmp_path, name):
    with pytest.raises(ModelFileError, match="is not a model that can be read"):
        ax.load(tmp_path / name)


def test_a_file_above_the_limit_is_not_read(tmp_path, monkeypatch):
    ax.save(MODELS["array"][0], tmp_path / "model.safetensors")
    monkeypatch.setattr("axone.files._MAX_BYTES", 100)
    with pytest.raises(ModelFileError, match="larger than"):
        ax.load(tmp_path / "model.safetensors")


def test_weights_that_are_no_floating_point_numbers_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    ax.save(MODELS["regression"][0], path)
    words, arrays = read_tensors(path, "model")
    write_tensors(path, {name: array.astype(np.int32) for name, array in arrays.items()}, words)
    with pytest.raises(ModelFileError, match="its weights are int32"):
        ax.load(path)


def model_or_refusal(path):
    try:
        return ax.load(path)
    except ModelFileError as error:
        return str(error)


@given(st.data())
def test_a_model_with_any_byte_changed_loads_or_is_refused_with_its_name(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    ax.save(MODELS["array"][0], path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), place]))])
    outcome = model_or_refusal(path)
    if isinstance(outcome, str):
        assert "model.safetensors" in outcome
    else:
        assert outcome.network.output_shape == (3,)
