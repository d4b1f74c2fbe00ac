"""Models as files: the same bits again, an earlier version's too; what is damaged is refused."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import MODELS, RANDOM, classifier, model_of

import axone as ax
from axone.activations import ActivationFunction
from axone.errors import ConfigurationError, DataError, ModelFileError
from axone.files import read_tensors, write_tensors
from axone.model import Classes, Numbers


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


def rewritten(model, path, change, kind="axone-model-3"):
    """Save a model, and change what its header says, the checksum made to fit."""
    ax.save(model, path)
    write_changed(*read_tensors(path, "model"), path, change, kind)


def write_changed(words, arrays, path, change, kind="axone-model-3"):
    """Write what a model's file held, with another header."""
    described = json.loads(words["axone-model-3"])
    change(described)
    write_tensors(path, arrays, {kind: json.dumps(described)})


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

    path = tmp_path / "edited.safetensors"
    ax.save(MODELS[kind][0], path)
    words, arrays = read_tensors(path, "model")
    for place in places(json.loads(words["axone-model-3"])):
        # What has a default may be left out of a layer, as it may be of an experiment.
        if wrong == "missing" and place[0] == "network" and place[-1] == "activation":
            continue
        write_changed(words, arrays, path, lambda described: change(described, place))  # noqa: B023
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


def test_a_perceptron_that_an_earlier_version_wrote_still_fires_at_its_threshold(tmp_path):
    """It learnt that the sum of (1, 1), exactly 0, fires: read as of today, all would be "no"."""
    kept = json.loads((KEPT / "perceptron.json").read_text(encoding="utf-8"))
    model = ax.load(KEPT / "perceptron.safetensors")
    assert kept["predict"] == ["no", "no", "no", "yes"]
    assert model.predict(np.array(kept["rows"])).tolist() == kept["predict"]
    ax.save(model, tmp_path / "again.safetensors")
    again = ax.load(tmp_path / "again.safetensors")
    assert again.network == model.network
    assert again.predict(np.array(kept["rows"])).tolist() == kept["predict"]


def test_threshold_units_within_blocks_say_what_they_give_at_zero(tmp_path):
    block = ax.Residual(ax.Dense(2, "heaviside"), ax.Activation("heaviside"))
    target = Classes(class_names=("no", "yes"))
    saved = model_of(RANDOM.normal(size=(9, 2)), [block, ax.Dense(2, "softmax")], target, "cce")
    path = tmp_path / "model.safetensors"
    ax.save(saved, path)
    assert ax.load(path).network == saved.network

    def forget(described):
        block = described["network"]["layers"][0]["layers"]
        block[0]["activation"] = block[1]["function"] = "heaviside"

    rewritten(saved, path, forget, kind="axone-model-2")
    earlier = ax.load(path).network.layers[0].layers
    assert (earlier[0].function.at_zero, earlier[1].function.at_zero) == (1, 1)


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
    monkeypatch.setattr("axone.files.MODEL_BYTES", 100)
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
