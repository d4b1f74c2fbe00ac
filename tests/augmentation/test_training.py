"""Augmentation in runs: of training rows only, from the seed, on either engine, and in files."""

import json

import numpy as np
import pytest

import axone as ax
from axone.augmentation import AUGMENTATIONS, ValueChange
from axone.data import Examples
from axone.engines import NotBuiltError, Recipe, get_engine
from axone.engines.torch.obstacles import obstacles
from axone.errors import (
    ArgumentTypeError,
    ConfigurationError,
    ModelFileError,
    ShapeError,
    UnknownNameError,
)
from axone.experiments import ExperimentData
from axone.losses import LOSSES

NETWORK = ax.Network(ax.Flatten(), ax.Dense(3, "softmax"), input_shape=(1, 6, 6))
CHAIN = [ax.Shift(1), ax.Rotate(20), ax.Jitter(0.1)]
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(50, 1, 6, 6)), RANDOM.integers(0, 3, 50)


@pytest.fixture(params=["reference", "native"])
def engine(request):
    try:
        return get_engine(request.param).name
    except NotBuiltError as error:
        pytest.skip(str(error))


def trainer(engine, **settings):
    settings = {"augmentation": CHAIN, "batch_size": 16, "dtype": "float64", **settings}
    return ax.Trainer(NETWORK, loss="cce", engine=engine, **settings)


def test_only_the_rows_of_training_are_changed(engine):
    plan, plain = trainer(engine).plan, trainer(engine, augmentation=()).plan
    weights, examples = NETWORK.initialize(0, "float64"), Examples(X, Y)
    assert plan.evaluate(weights, examples)[0] == plain.evaluate(weights, examples)[0]
    np.testing.assert_array_equal(plan.predict(weights, X), plain.predict(weights, X))
    changed = plan.loss_and_gradient(weights, examples, 1)[0]
    assert changed != plain.loss_and_gradient(weights, examples, 1)[0]
    assert changed != plan.loss_and_gradient(weights, examples, 2)[0]


def test_a_run_is_validated_on_rows_as_they_are(engine):
    run = trainer(engine).fit((X, Y), (X, Y), max_epochs=3, restore_best=False)
    loss, _ = trainer(engine, augmentation=()).plan.evaluate(run.parameters, Examples(X, Y))
    assert run.history["validation_loss"][-1] == pytest.approx(loss, rel=1e-12)


def test_a_step_learns_from_the_rows_that_the_augmenter_gives(engine):
    recipe = trainer(engine).recipe
    weights = NETWORK.initialize(0, "float64")
    found = trainer(engine).plan.loss_and_gradient(weights, Examples(X, Y), 5)
    changed = Examples(recipe.augmenter(X, step=5), Y)
    wanted = trainer(engine, augmentation=()).plan.loss_and_gradient(weights, changed, 5)
    assert found[0] == pytest.approx(wanted[0], rel=1e-12)
    np.testing.assert_allclose(found[1].vector, wanted[1].vector, atol=1e-13)


def test_one_seed_gives_the_same_bits_and_another_does_not(engine):
    first, again, other = (
        trainer(engine, seed=seed, shuffle=False)
        .fit((X, Y), max_epochs=3, initial=NETWORK.initialize(0))
        .parameters.vector
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-6


def test_a_resumed_run_goes_on_to_the_same_bits(engine, tmp_path):
    whole = trainer(engine).fit((X, Y), max_epochs=5)
    path = tmp_path / "run.safetensors"
    trainer(engine).fit((X, Y), max_epochs=2, checkpoint=path)
    resumed = trainer(engine).fit((X, Y), max_epochs=5, checkpoint=path, resume=True)
    np.testing.assert_array_equal(resumed.final.state.parameters.vector,
                                  whole.final.state.parameters.vector)  # fmt: skip


def test_a_run_with_another_augmentation_is_another_run(engine, tmp_path):
    path = tmp_path / "run.safetensors"
    trainer(engine).fit((X, Y), max_epochs=2, checkpoint=path)
    for other in [(), CHAIN[:2], [ax.Shift(2), *CHAIN[1:]], CHAIN[::-1]]:
        with pytest.raises(ModelFileError, match="other settings"):
            trainer(engine, augmentation=other).fit(
                (X, Y), max_epochs=3, checkpoint=path, resume=True
            )


def test_threads_change_no_bit():
    try:
        get_engine("native")
    except NotBuiltError as error:
        pytest.skip(str(error))
    one, many = (
        trainer("native", threads=threads).fit((X, Y), max_epochs=4).parameters.vector
        for threads in (1, 3)
    )
    np.testing.assert_array_equal(one, many)


def test_many_at_once_are_changed_as_each_alone(engine):
    trainers = [trainer(engine, seed=seed) for seed in range(9)]
    together = ax.fit_many(trainers, (X, Y), max_epochs=2, threads=1)
    for each, found in zip(trainers, together, strict=True):
        alone = each.fit((X, Y), max_epochs=2)
        np.testing.assert_allclose(found.parameters.vector, alone.parameters.vector, rtol=1e-9)


def test_names_and_mappings_stand_for_descriptions(engine):
    given = ["flip", {"name": "shift", "pixels": 3}, ax.Cut(0.2)]
    wanted = (ax.Flip(), ax.Shift(3), ax.Cut(0.2))
    assert trainer(engine, augmentation=given).recipe.augmentation == wanted
    assert trainer(engine, augmentation=ax.Shift(3)).recipe.augmentation == (ax.Shift(3),)
    assert trainer(engine, augmentation="cutout").recipe.augmentation == (ax.Cut(),)
    with pytest.raises(UnknownNameError, match="unknown augmentation 'shfit'"):
        trainer(engine, augmentation=["shfit"])
    with pytest.raises(ArgumentTypeError, match="augmentation must be a name"):
        trainer(engine, augmentation=[3])
    with pytest.raises(ConfigurationError, match="More than 100 augmentations"):
        trainer(engine, augmentation=["flip"] * 101)


def test_what_an_augmentation_cannot_change_is_refused():
    with pytest.raises(
        ShapeError, match=r"TimeWarp changes signals, sequences, and this network's"
    ):
        trainer("reference", augmentation=["time_warp"])
    features = ax.Network(ax.Dense(2, "softmax"), input_shape=4)
    with pytest.raises(ShapeError, match=r"Shift changes images.*\(4,\), are features"):
        ax.Trainer(features, loss="cce", augmentation=["shift"])
    tokens = ax.Network(ax.Embedding(5, 3), ax.Flatten(), ax.Dense(2, "softmax"), input_shape=4)
    with pytest.raises(ShapeError, match="are tokens"):
        ax.Trainer(tokens, loss="cce", augmentation=["jitter"])


def test_lbfgs_needs_a_loss_that_stays(engine):
    with pytest.raises(ConfigurationError, match="dropout, noise and augmentation"):
        trainer(engine, optimizer="lbfgs")


def test_pytorchs_translation_declares_it():
    recipe = Recipe(NETWORK, LOSSES.resolve("cce"), ax.SGD(), augmentation=(ax.Shift(),))
    assert obstacles(recipe) == ("augmentation",)


class Halved(ValueChange):
    """A change of one's own."""

    def changed(self, random, x, axes, lengths):
        return x / 2


def test_a_change_of_ones_own_runs_on_the_reference_engine():
    with pytest.warns(UserWarning, match="Halved"):
        halved = trainer("auto", augmentation=[Halved()])
    assert halved.engine_used == "reference"
    plain = trainer("reference", augmentation=())
    weights = NETWORK.initialize(0, "float64")
    found = halved.plan.loss_and_gradient(weights, Examples(X, Y), 1)
    assert found[0] == plain.plan.loss_and_gradient(weights, Examples(X / 2, Y), 1)[0]


def test_rows_of_different_length_keep_their_mask():
    network = ax.Network(ax.GRU(4, last=True), ax.Dense(2, "softmax"), input_shape=(12, 3))
    chain = [ax.TimeWarp(), ax.Crop(), ax.Jitter(), ax.Cut()]
    rows, random = 10, np.random.default_rng(1)
    lengths = random.integers(1, 13, rows)
    mask = np.arange(12) < lengths[:, None]
    sequences = random.normal(size=(rows, 12, 3))
    changing = ax.Trainer(network, loss="cce", augmentation=chain, engine="reference")
    losses = [
        changing.plan.loss_and_gradient(
            network.initialize(0, "float64"),
            Examples(np.where(mask[:, :, None], sequences, rest), np.arange(rows) % 2, mask=mask),
            1,
        )[0]
        for rest in (0.0, 99.0)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


class TestFiles:
    def test_what_a_file_says_reaches_the_trainer(self, tmp_path):
        content = {
            "data": {"source": "digits"},
            "network": {
                "layers": [
                    {"name": "reshape", "shape": [1, 8, 8]},
                    "flatten",
                    {"name": "dense", "units": 10, "activation": "softmax"},
                ]
            },
            "training": {
                "epochs": 2,
                "augmentation": [{"name": "shift", "pixels": 1}, {"name": "jitter"}],
            },
        }
        path = tmp_path / "run.json"
        path.write_text(json.dumps(content))
        run = ax.Experiment.from_file(path).run(tmp_path / "run")
        plain = ax.Experiment.in_memory({**content, "training": {"epochs": 2}}).run()
        assert np.abs(run.model.parameters.vector - plain.model.parameters.vector).max() > 1e-4
        assert "shift" in (tmp_path / "run" / "experiment.toml").read_text()

    def test_a_strange_one_is_told_with_its_place(self, tmp_path):
        path = tmp_path / "run.toml"
        path.write_text('[data]\nsource = "iris"\n[training]\naugmentation = ["shift"]\n')
        with pytest.raises(ShapeError, match=r"run.toml: training.augmentation: Shift changes"):
            ax.Experiment.from_file(path).run()
        path.write_text('[data]\nsource = "iris"\n[training]\naugmentation = ["shfit"]\n')
        with pytest.raises(ConfigurationError, match=r"training.augmentation.*'shfit'"):
            ax.Experiment.from_file(path)

    def test_the_schema_knows_all_of_them(self):
        schema = json.dumps(ExperimentData.model_json_schema()["$defs"]["TrainingSection"])
        assert all(f'"{name}"' in schema for name in AUGMENTATIONS)
