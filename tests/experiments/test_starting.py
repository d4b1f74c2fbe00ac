"""Experiments that begin with a model: in files, on the command line's words, and on again."""

import signal

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError, DataError, ModelFileError
from axone.experiments import Experiment, prepare, run


@pytest.fixture
def body(here):
    """The folder of a run on waves of three lengths, and other waves as a file."""
    random = np.random.default_rng(0)
    for name, shift in (("waves", 0.0), ("others", 0.15)):
        y = np.arange(90) % 3
        steps = np.arange(20)
        X = np.sin(steps * (0.4 + shift + 0.4 * y[:, None])) + 0.1 * random.normal(size=(90, 20))
        np.savez(here / f"{name}.npz", X=X.astype(np.float32), y=y)
    settings = {
        "network": {
            "layers": [
                "batch_norm",
                {"name": "dense", "units": 8, "activation": "tanh"},
                {"name": "dropout", "rate": 0.1},
                {"name": "dense", "units": 6, "activation": "relu"},
                {"name": "dense", "units": 3, "activation": "softmax"},
            ],
            "layer_names": ["norm", "first", "", "second", "classes"],
        },
        "training": {"epochs": 4},
    }
    run(Experiment.from_source("waves.npz", settings), here / "body")
    return here / "body"


def others(**network):
    settings = {"network": network, "training": {"epochs": 3}}
    return Experiment.from_source("others.npz", settings)


def test_the_body_begins_the_network_and_frozen_layers_end_as_they_began(body):
    model = ax.load(body / "model.safetensors")
    result = others(start_from="body", frozen="first").run()
    ended = result.model.parameters
    assert result.prepared.network.layers[:4] == model.network.layers[:4]
    for name in ("0.weight", "0.running_mean", "1.weight", "1.bias"):
        np.testing.assert_array_equal(ended[name], model.parameters[name])
    assert not np.array_equal(ended["3.weight"], model.parameters["3.weight"])
    assert result.model.preprocessing == model.preprocessing


def test_hidden_layers_come_between_body_and_output(body):
    network = prepare(others(start_from="body", hidden=[7])).network
    assert [getattr(layer, "units", 0) for layer in network.layers] == [0, 8, 0, 6, 7, 3]


def test_a_note_says_what_is_begun_with(body):
    notes = prepare(others(start_from="body", frozen=2)).notes
    assert any(
        "first 4 layers of" in note and "2 of its layers learn nothing" in note for note in notes
    )


def test_a_file_finds_the_run_beside_it_and_the_folder_written_runs_again(body, here, monkeypatch):
    text = 'data.source = "others.npz"\nnetwork.start_from = "body"\nnetwork.frozen = 2\n'
    (here / "letters.toml").write_text(text + "training.epochs = 3\n")
    first = Experiment.from_file(here / "letters.toml").run(here / "letters")
    monkeypatch.chdir("/")
    again = Experiment.from_file(here / "letters" / "experiment.toml").run()
    np.testing.assert_array_equal(again.model.parameters.vector, first.model.parameters.vector)
    assert again.prepared.experiment.settings.network.frozen == 2


def test_a_killed_run_is_taken_up_to_the_same_bits(body, here):
    whole = run(others(start_from="body", frozen=2))
    part = run(
        others(start_from="body", frozen=2),
        here / "part",
        after_epoch=lambda history: (
            signal.raise_signal(signal.SIGINT) if history.epochs == 2 else None
        ),
    )
    assert part.training.epochs == 2
    described = Experiment.from_file(here / "part" / "experiment.toml")
    resumed = run(described, here / "part", resume=True)
    assert resumed.training.epochs == 3
    np.testing.assert_array_equal(resumed.model.parameters.vector, whole.model.parameters.vector)


def test_folds_begin_with_the_body_too(body):
    found = others(start_from="body", frozen=4).cross_validate(2)
    assert found.right[1] == 90


def test_layers_listed_take_what_they_have_in_common_with_the_body(body):
    model = ax.load(body / "model.safetensors")
    layers = [*model.network.layers[:2], ax.Dense(4, "relu"), ax.Dense(3, "softmax")]
    prepared = prepare(others(start_from="body", layers=layers))
    assert prepared.initial is not None
    np.testing.assert_array_equal(prepared.initial["1.weight"], model.parameters["1.weight"])
    with pytest.raises(ConfigurationError, match=r"network.start_from.*not those of the model"):
        prepare(others(start_from="body", layers=[ax.Dense(4, "relu"), ax.Dense(3, "softmax")]))


def test_what_cannot_be_begun_with_is_told_with_the_setting(body, here):
    with pytest.raises(ModelFileError, match=r"network.start_from: .*nothing"):
        prepare(others(start_from="nothing"))
    (here / "text.safetensors").write_text("no model")
    with pytest.raises(ModelFileError, match=r"network.start_from"):
        prepare(others(start_from="text.safetensors"))
    with pytest.raises(DataError, match=r"network.start_from: these rows are not such"):
        prepare(Experiment.from_source("iris", {"network": {"start_from": "body"}}))
    with pytest.raises(ConfigurationError, match="two networks"):
        others(start_from="body", preset="mlp")
    with pytest.raises(ConfigurationError, match=r"frozen = 5 leaves nothing"):
        run(others(start_from="body", frozen=5))
    with pytest.raises(ConfigurationError, match=r"network.frozen"):
        others(start_from="body", frozen=-1)
    with pytest.raises(ConfigurationError, match="'second'"):
        run(others(start_from="body", frozen="secnod"))


def test_layers_are_frozen_without_a_model_as_well():
    settings = {"network": {"hidden": [9], "frozen": 1}, "training": {"epochs": 2}}
    result = Experiment.from_source("iris", settings).run()
    begun = result.prepared.network.initialize(0)
    np.testing.assert_array_equal(result.model.parameters["0.weight"], begun["0.weight"])


def test_images_of_another_size_are_refused_with_the_options_that_bring_them_to_it(here):
    random = np.random.default_rng(0)
    y = np.arange(20) % 2
    for name, shape in (("small", (1, 6, 6)), ("large", (3, 9, 7))):
        np.savez(here / f"{name}.npz", X=random.normal(size=(20, *shape)), y=y)
    settings = {"network": {"preset": "mlp"}}
    settings["training"] = {"epochs": 1}
    run(Experiment.from_source("small.npz", settings), here / "small")
    again = Experiment.from_source("large.npz", {"network": {"start_from": "small"}})
    with pytest.raises(DataError, match=r"3 × 9 × 7 .* reads 1 × 6 × 6.*height=6.*grey"):
        prepare(again)
