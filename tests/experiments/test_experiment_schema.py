"""The JSON Schema of experiment files, and the resolved experiment that it describes."""

import json
import tomllib
from pathlib import Path

import pytest

from axone.experiments import Experiment, ExperimentData, prepare
from axone.layers import LAYERS
from axone.optimizers import OPTIMIZERS

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


@pytest.fixture(scope="module")
def schema():
    return ExperimentData.model_json_schema()


@pytest.fixture(scope="module")
def validate(schema):
    jsonschema = pytest.importorskip("jsonschema", reason="the oracle is the jsonschema package")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate


def test_the_schema_describes_every_table_and_setting(schema):
    assert list(schema["properties"]) == list(ExperimentData.model_fields)
    assert schema["required"] == ["data"]
    for section in schema["$defs"].values():
        assert section["additionalProperties"] is False
        undescribed = [k for k, v in section["properties"].items() if "description" not in v]
        assert undescribed == []


@pytest.mark.parametrize(
    ("table", "key", "registry"),
    [("TrainingSection", "optimizer", OPTIMIZERS), ("NetworkSection", "layers", LAYERS)],
)
def test_the_schema_knows_every_member_of_a_family_with_its_settings(schema, table, key, registry):
    text = json.dumps(schema["$defs"][table]["properties"][key])
    for name in registry:
        assert f'"const": "{name}"' in text
        assert [f.name for f in registry.settings(name) if f'"{f.name}"' not in text] == []


def test_short_ways_of_layers_are_described_checked_and_written_in_full(validate):
    layers = [
        {"name": "reshape", "shape": [2, 2]},
        {"name": "gru", "units": 3, "bidirectional": True, "truncation": 2},
        {"name": "lstm", "units": 4, "last": True},
        {"name": "dense", "units": 3, "activation": "softmax"},
    ]
    data = {"data": {"source": "iris"}, "network": {"layers": layers}}
    validate(data)
    written = tomllib.loads(Experiment(ExperimentData.model_validate(data), "given").to_toml())
    validate(written)
    assert written["network"]["layers"][2] == {
        "name": "recurrent",
        "cell": {"name": "lstm", "units": 4},
        "last": True,
    }
    wrong = {"name": "lstm", "units": "four"}
    with pytest.raises(Exception, match="is not valid under any of the given schemas"):
        validate({"data": {"source": "iris"}, "network": {"layers": [wrong]}})


@pytest.mark.parametrize("source", ["iris", "diabetes", "xor", "calculator"])
def test_a_resolved_experiment_is_valid_json_schema_and_is_read_back_as_it_was(validate, source):
    text = prepare(Experiment.from_source(source)).experiment.to_toml()
    data = tomllib.loads(text)
    validate(data)
    assert Experiment(ExperimentData.model_validate(data), source).to_toml() == text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_valid_json_schema(validate, path):
    validate(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"colour": 1},
        {"data": {"source": "iris", "tagret": "x"}},
        {"training": {"optimizer": {"name": "adam", "momentum": 1}}},
        {"network": {"activation": "rellu"}},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(validate, wrong):
    import jsonschema

    with pytest.raises(jsonschema.ValidationError):
        validate({"data": {"source": "iris"}, **wrong})
