"""Presets in experiments: named or chosen, under the author's settings, in files and back."""

import tomllib

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.experiments import Experiment, ExperimentData, prepare
from axone.layers import Conv1D, Conv2D, Dense
from axone.optimizers import Adam, AdamW
from axone.presets import PRESETS
from axone.schedules import ConstantRate, OneCycle


@pytest.fixture
def signals(here):
    """Sixty signals of two channels in three classes, as a file."""
    random = np.random.default_rng(0)
    y = np.arange(60) % 3
    time = np.arange(24)
    X = np.sin(time * (0.3 + 0.4 * y[:, None, None])) + 0.1 * random.normal(size=(60, 2, 24))
    np.savez(here / "waves.npz", X=X.astype(np.float32), y=y)
    return here / "waves.npz"


@pytest.fixture
def pictures_file(here):
    random = np.random.default_rng(0)
    X = random.integers(0, 256, (60, 9, 7), dtype=np.uint8)
    np.savez(here / "pictures.npz", X=X, y=np.arange(60) % 3)
    return here / "pictures.npz"


def described(source, **settings):
    return Experiment.from_source(str(source), settings)


def codes(prepared):
    return [getattr(note, "code", "") for note in prepared.notes]


def test_signals_get_a_preset_that_is_named_in_a_note_and_in_the_resolved_file(signals):
    prepared = prepare(described(signals))
    network = prepared.experiment.settings.network
    assert "preset_chosen" in codes(prepared)
    assert network.preset in str(prepared.notes)
    assert any(isinstance(layer, Conv1D) for layer in prepared.network.layers)
    assert PRESETS[network.preset].training(51)["epochs"] == (
        prepared.experiment.settings.training.epochs
    )


def test_images_get_a_convolutional_network(pictures_file):
    prepared = prepare(described(pictures_file))
    assert prepared.experiment.settings.network.preset == "cnn"
    assert any(isinstance(layer, Conv2D) for layer in prepared.network.layers)


def test_tables_and_features_keep_their_dense_layers(write):
    table = write("table.csv", "a,b,class\n" + "1,2,x\n3,1,y\n" * 20)
    for source in ("iris", table):
        prepared = prepare(described(source))
        assert prepared.experiment.settings.network.preset is None
        assert all(isinstance(layer, Dense) for layer in prepared.network.layers)
        assert prepared.experiment.settings.training.optimizer == Adam()


@pytest.mark.parametrize(
    "network",
    [
        {"hidden": [8]},
        {"activation": "tanh"},
        {"dropout": 0.1},
        {"batch_norm": True},
        {"layers": ["flatten", {"name": "dense", "units": 3, "activation": "softmax"}]},
    ],
    ids=lambda network: next(iter(network)),
)
def test_nothing_is_chosen_where_a_network_was_asked_for(signals, network):
    prepared = prepare(described(signals, network=network))
    assert prepared.experiment.settings.network.preset is None
    assert "preset_chosen" not in codes(prepared)
    assert prepared.experiment.settings.training.schedule == ConstantRate()


def test_a_check_of_the_input_size_asks_for_no_network(signals):
    prepared = prepare(described(signals, network={"input_size": 48}))
    assert prepared.experiment.settings.network.preset is not None


def test_one_that_is_named_needs_no_note(signals):
    prepared = prepare(described(signals, network={"preset": "course-1d"}))
    assert "preset_chosen" not in codes(prepared)
    # Two channels by three taps, 22 places pooled to 11, eight units, three classes.
    assert prepared.network.parameter_count == (2 * 3 + 1) + (11 * 8 + 8) + (8 * 3 + 3)


def test_settings_of_the_author_stand_before_the_presets(signals):
    training = {"epochs": 2, "optimizer": "adam", "batch_size": 5}
    prepared = prepare(described(signals, training=training))
    found = prepared.experiment.settings.training
    assert (found.epochs, found.optimizer, found.batch_size) == (2, Adam(), 5)
    assert found.schedule == OneCycle()


def test_few_rows_are_all_learnt_from_unless_the_author_says_otherwise(signals):
    assert sorted(prepare(described(signals)).parts) == ["test", "train"]
    asked = prepare(described(signals, data={"validation": 0.2}))
    assert len(asked.parts["validation"]) == 12


@pytest.mark.parametrize(
    "training",
    [
        {"stopping": {"loss_patience": 3}},
        {"restore_best": True},
        {"calibrate": "temperature"},
    ],
    ids=lambda training: next(iter(training)),
)
def test_settings_that_count_on_validation_rows_get_them(signals, training):
    prepared = prepare(described(signals, training=training))
    assert len(prepared.parts["validation"]) == 9


def test_the_resolved_file_gives_the_same_run_again(signals, here):
    first = described(signals, training={"epochs": 2}).run(here / "run")
    again = Experiment.from_file(here / "run" / "experiment.toml").run(here / "again")
    assert first.model.parameters.vector.tobytes() == again.model.parameters.vector.tobytes()
    texts = [(here / name / "experiment.toml").read_text() for name in ("run", "again")]
    assert texts[0] == texts[1]
    network = tomllib.loads(texts[0])["network"]
    assert network["preset"] in PRESETS
    assert "hidden" not in network
    assert len(network["layers"]) == len(first.prepared.network.layers)


def test_the_presets_training_is_not_laid_under_a_list_of_layers(signals):
    layers = ["flatten", {"name": "dense", "units": 3, "activation": "softmax"}]
    prepared = prepare(described(signals, network={"layers": layers, "preset": "gru"}))
    assert prepared.network.parameter_count == 48 * 3 + 3
    assert prepared.experiment.settings.training.optimizer == Adam()


def test_numbers_are_learnt_too(signals, here):
    waves = np.load(signals)
    np.savez(here / "numbers.npz", X=waves["X"], y=waves["X"].mean(axis=(1, 2)))
    prepared = prepare(described(here / "numbers.npz"))
    assert prepared.dataset.task == "regression"
    assert prepared.experiment.settings.network.preset is not None
    assert prepared.network.output_shape == (1,)


def test_a_file_that_names_a_preset_and_hidden_layers_is_refused(write):
    path = write("run.toml", 'data.source = "iris"\nnetwork = { preset = "mlp", hidden = [4] }\n')
    with pytest.raises(ConfigurationError, match=r"run\.toml: network: the preset mlp has layers"):
        Experiment.from_file(path)


def test_a_preset_laid_over_a_file_takes_the_place_of_its_network(write):
    path = write("run.toml", 'data.source = "iris"\nnetwork = { hidden = [4], dropout = 0.5 }\n')
    over = Experiment.from_file(path, {"network": {"preset": "mlp"}})
    assert over.settings.network.preset == "mlp"
    assert prepare(over).network.parameter_count > 8000


def test_an_unknown_name_is_refused_with_the_key_and_the_names(write):
    path = write("run.toml", 'data.source = "iris"\nnetwork.preset = "lenett"\n')
    with pytest.raises(ConfigurationError, match=r"run\.toml: network\.preset: .*'lenet'"):
        Experiment.from_file(path)


def test_a_preset_that_cannot_take_the_examples_says_what_would_fit(signals):
    with pytest.raises(ConfigurationError, match=r"network\.preset: the preset lenet.*fcn-1d"):
        prepare(described(signals, network={"preset": "lenet"}))


def test_the_schema_lists_the_names():
    section = ExperimentData.model_json_schema()["$defs"]["NetworkSection"]
    (names,) = [form["enum"] for form in section["properties"]["preset"]["anyOf"] if "enum" in form]
    assert names == list(PRESETS)


def test_a_cross_validation_trains_the_preset_in_every_fold(signals):
    found = described(signals, training={"epochs": 2}).cross_validate(2)
    assert len(found.folds) == 2
    assert [fold.epochs for fold in found.folds] == [2, 2]


def test_a_named_learning_rate_changes_the_presets_own_optimiser(signals):
    from axone.cli.sources import Overrides, describe

    kept = prepare(describe(str(signals), Overrides(learning_rate=0.5))).experiment
    optimizer = kept.settings.training.optimizer
    assert isinstance(optimizer, AdamW)
    assert optimizer.learning_rate == 0.5
    own = describe(str(signals), Overrides(learning_rate=0.5, optimizer="adam"))
    assert prepare(own).experiment.settings.training.optimizer == Adam(0.5)
    table = prepare(describe("iris", Overrides(learning_rate=0.5))).experiment
    assert table.settings.training.optimizer == Adam(0.5)
