"""Experiment files: three formats that say the same, and everything that can be wrong with one."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from axone.errors import AxoneError, ConfigurationError
from axone.experiments import Experiment
from axone.experiments.files import merged, read_mapping, to_toml

TOML = """
seed = 7
dtype = "float64"

[data]
source = "iris"
validation = 0.2
test = 0.1
scaling = "minmax"

[network]
layers = [
    { name = "dense", units = 8, activation = { name = "leaky_relu", alpha = 0.1 } },
    { name = "dropout", rate = 0.2 },
    { name = "dense", units = 3, activation = "softmax" },
]

[training]
optimizer = { name = "adamw", learning_rate = 0.003, weight_decay = 0.01 }
schedule = "cosine"
epochs = 5
batch_size = 16
clip_norm = 1.0
stopping = { loss_patience = 4, warmup_epochs = 2 }
"""

DATA = {
    "seed": 7,
    "dtype": "float64",
    "data": {"source": "iris", "validation": 0.2, "test": 0.1, "scaling": "minmax"},
    "network": {
        "layers": [
            {"name": "dense", "units": 8, "activation": {"name": "leaky_relu", "alpha": 0.1}},
            {"name": "dropout", "rate": 0.2},
            {"name": "dense", "units": 3, "activation": "softmax"},
        ]
    },
    "training": {
        "optimizer": {"name": "adamw", "learning_rate": 0.003, "weight_decay": 0.01},
        "schedule": "cosine",
        "epochs": 5,
        "batch_size": 16,
        "clip_norm": 1.0,
        "stopping": {"loss_patience": 4, "warmup_epochs": 2},
    },
}


def refusal(path, *words):
    """The message with which an experiment file is refused; it holds the file and the words."""
    with pytest.raises(ConfigurationError) as caught:
        Experiment.from_file(path)
    message = str(caught.value)
    assert [word for word in (str(path), *words) if word not in message] == []
    return message


def test_toml_json_and_yaml_give_the_same_settings(write):
    files = [
        write("run.toml", TOML),
        write("run.json", json.dumps(DATA)),
        write("run.yaml", yaml.safe_dump(DATA)),
        write("run.yml", yaml.safe_dump(DATA)),
    ]
    experiments = [Experiment.from_file(path) for path in files]
    assert [e.settings == experiments[0].settings for e in experiments] == [True] * 4
    settings = experiments[0].settings
    assert (settings.seed, settings.dtype, settings.data.source) == (7, "float64", "iris")
    assert settings.network.layers[0].units == 8
    assert settings.training.optimizer.weight_decay == 0.01
    assert settings.training.stopping.loss_patience == 4


def test_an_experiment_knows_its_name_and_folder_from_its_file(write, here):
    experiment = Experiment.from_file(write("first try.toml", TOML))
    assert (experiment.name, experiment.folder) == ("first try", here)


def test_overrides_take_precedence_table_by_table(write):
    path = write("run.toml", TOML)
    settings = Experiment.from_file(path, {"training": {"epochs": 9}, "seed": 1}).settings
    assert (settings.seed, settings.training.epochs, settings.training.batch_size) == (1, 9, 16)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('colour = 1\n[data]\nsource = "iris"', ["colour", "Allowed", "seed, threads"]),
        ('[data]\nsource = "iris"\ntaget = "x"', ["data.taget", "Did you mean 'target'?"]),
        (
            '[data]\nsource = "iris"\n[training.stopping]\npatence = 3',
            ["training.stopping.patence", "Did you mean 'patience'?"],
        ),
        ("seed = 1", ["data", "missing"]),
        ('[data]\ntarget = "x"', ["data.source", "missing"]),
        ("data = 3", ["data", "found 3"]),
        ('[data]\nsource = "iris"\n[training]\nepochs = "many"', ["training.epochs", "'many'"]),
        ('[data]\nsource = "iris"\n[training]\nepochs = 0', ["training.epochs", "found 0"]),
        ('[data]\nsource = "iris"\n[training]\nbatch_size = "big"', ["training.batch_size", "big"]),
        ('[data]\nsource = "iris"\nvalidation = 1.0', ["data.validation", "less than 1"]),
        (
            '[data]\nsource = "iris"\n[network]\nactivation = "rellu"',
            ["network.activation", "'rellu'", "Did you mean 'relu'?", "Allowed: elu"],
        ),
        (
            '[data]\nsource = "iris"\n[network]\nlayers = [{ name = "dens", units = 3 }]',
            ["network.layers.0", "'dens'", "Did you mean 'dense'?"],
        ),
        (
            '[data]\nsource = "iris"\n[network]\nlayers = [{ name = "dense" }]',
            ["network.layers.0", "needs units"],
        ),
        (
            '[data]\nsource = "iris"\n[network]\nlayers = [7]',
            ["network.layers.0", "not 7"],
        ),
        (
            '[data]\nsource = "iris"\n[training]\noptimizer = { name = "adam", momentum = 1 }',
            ["training.optimizer", "unknown setting 'momentum'", "beta_1"],
        ),
        (
            '[data]\nsource = "iris"\n[training]\noptimizer = { learning_rate = 1 }',
            ["training.optimizer", "has no name"],
        ),
        (
            '[data]\nsource = "iris"\n[training]\nloss = "msee"',
            ["training.loss", "Did you mean 'mse'?"],
        ),
        (
            '[data]\nsource = "iris"\n[data.columns]\nage = "numbr"',
            ["data.columns.age", "'number'", "found 'numbr'"],
        ),
        ('dtype = "float16"\n[data]\nsource = "iris"', ["dtype", "'float32' or 'float64'"]),
    ],
)
def test_a_wrong_setting_is_refused_with_file_key_found_and_allowed(write, toml, words):
    refusal(write("run.toml", toml), *words)


def test_every_wrong_setting_is_told_at_once(write):
    message = refusal(
        write("run.toml", 'seed = -1\n[data]\nsource = "iris"\n[training]\nepochs = 0'),
        "seed",
        "training.epochs",
    )
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("run.toml", "", ["empty"]),
        ("run.yaml", " \n\n", ["empty"]),
        ("run.json", b"\x93\x00\xff\xfe\x80binary", ["UTF-8"]),
        ("run.toml", "x = " + "1" * 2**20, ["larger than 1 MiB"]),
        ("run.toml", "[data\nsource", ["line 1"]),
        ("run.json", '{"data": ', ["line 1"]),
        ("run.yaml", "data: [", ["line 1"]),
        ("run.yaml", "data: !!python/object:os.system {}", ["could not determine a constructor"]),
        ("run.json", '["data"]', ["expected a table", "['data']"]),
        ("run.yaml", "- data", ["expected a table", "['data']"]),
        ("run.yaml", "iris", ["expected a table", "'iris'"]),
        ("run.yaml", "1: 2", ["line 1", "the key 1 is no text"]),
        ("run.json", '{"seed": 1, "seed": 2}', ["'seed' is given twice"]),
        ("run.json", '{"data": {"source": "a", "source": "b"}}', ["'source' is given twice"]),
        ("run.yaml", "seed: 1\nseed: 2", ["'seed' is given twice"]),
        ("run.yaml", "data:\n  source: a\n  source: b", ["'source' is given twice"]),
        ("run.toml", "seed = 1\nseed = 2", ["Cannot overwrite a value"]),
        ("run.yaml", "data: &a\n  source: iris\n  self: *a", ["line 3", "aliases"]),
        ("run.yaml", "a: &a [x, x]\nb: *a", ["line 2", "aliases"]),
        ("run.json", "[" * 100_000 + "]" * 100_000, ["nested too deeply"]),
        ("run.yaml", "[" * 500 + "]" * 500, ["nested too deeply"]),
        ("run.toml", "x = " + "[" * 5000 + "]" * 5000, ["nested too deeply"]),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "…",
)
def test_a_file_that_is_no_table_of_settings_is_refused_with_its_name(write, name, content, words):
    refusal(write(name, content), *words)


@pytest.mark.parametrize("key", ["hidden", "layers"])
def test_settings_nested_without_end_are_refused(write, key):
    path = write("run.toml", TOML)
    deep = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ConfigurationError, match=r"run\.toml"):
        Experiment.from_file(path, {"network": {key: [deep]}})


def test_a_file_that_is_not_there_is_refused_with_its_name(here):
    refusal(here / "nowhere.toml", "No such file")


@given(st.binary(max_size=60), st.sampled_from([".toml", ".json", ".yaml"]))
def test_whatever_a_file_holds_the_error_is_one_of_ours(tmp_path_factory, content, suffix):
    path = tmp_path_factory.mktemp("files") / f"run{suffix}"
    path.write_bytes(content)
    with pytest.raises(AxoneError, match="run"):
        Experiment.from_file(path)


PLAIN = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("abc äö\"'\\\n\t", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", min_size=1), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text("keys", min_size=1, max_size=5), PLAIN, min_size=1, max_size=4))
def test_what_is_written_as_toml_is_read_back_the_same(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("files") / "run.toml"
    path.write_text(to_toml(data), encoding="utf-8")
    assert read_mapping(path) == data


def test_what_is_none_is_left_out_of_toml():
    written = to_toml({"a": None, "b": [{"c": None, "d": 1}]})
    assert "".join(written.split()) == "b=[{d=1},]"


def test_a_choice_that_is_none_is_a_word_of_toml():
    assert "".join(to_toml({"space": {"clip_norm": [None, 1]}}).split()) == (
        '[space]clip_norm=["none",1,]'
    )


def test_laying_settings_over_others_changes_neither():
    below, above = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}, "d": {"e": 4}}
    assert merged(below, above) == {"a": {"b": 9, "c": 2}, "d": {"e": 4}}
    assert below == {"a": {"b": 1, "c": 2}, "d": 3}
    assert above == {"a": {"b": 9}, "d": {"e": 4}}
