"""Generators as runs: no text in two parts, scores beside a constant's, pictures that fit."""

import json

import numpy as np
import pytest

import axone as ax
from axone.data.beginnings import END
from axone.errors import ConfigurationError, DataError, ShapeError, UnknownNameError
from axone.experiments import Experiment, load_run, prepare, run
from axone.experiments.labelled import read_labelled
from axone.layers import Embedding
from axone.metrics import log_loss
from axone.model import NextCharacter

NAMES = ["Anna", "Anton", "Bob", "Clara", "Dora", "Emil", "Emma", "Otto", "Paul", "Rosa"]


def described(source, **settings):
    base = {"data": {"task": "generation"}, "training": {"epochs": 2}}
    return Experiment.from_source(str(source), {**base, **settings})


def texts_of(prepared, name):
    """The texts of a part, from the rows that ask for their end."""
    part, step = prepared.parts[name], prepared.dataset.reader
    return {
        "".join(step.characters[token - 1] for token in row[1:] if token)
        for row in part.X[part.y == END]
    }


@pytest.fixture
def names(here):
    lines = [f"{name} {number}" for name in NAMES for number in range(4)]
    (here / "names.txt").write_text("\n".join(lines))
    return here / "names.txt"


@pytest.fixture
def table(here):
    rows = [f"{name}{n},{'fm'[n % 2]}" for name in NAMES for n in range(4)]
    (here / "names.csv").write_text("\n".join(["name,sex", *rows]))
    return here / "names.csv"


def test_no_text_is_in_two_parts_however_often_it_is_given(here):
    (here / "twice.txt").write_text("\n".join(sorted([*NAMES * 3, "Zora", "Yves"])))
    prepared = prepare(described("twice.txt", network={"hidden": [4]}))
    parts = [texts_of(prepared, name) for name in ("train", "validation", "test")]
    assert set.union(*parts) == {*NAMES, "Zora", "Yves"}
    assert sum(map(len, parts)) == len(NAMES) + 2
    assert all(parts)
    ends = sum(int((part.y == END).sum()) for part in prepared.parts.values())
    assert ends == 3 * len(NAMES) + 2


def test_no_text_is_in_two_folds(names):
    found = described(names, network={"hidden": [4]}).cross_validate(3)
    assert found.right[1] == sum(len(line) + 1 for line in names.read_text().splitlines())


def test_a_run_leaves_what_its_model_is_worth(names, here, pictures):
    result = run(described(names), here / "run")
    assert result.prepared.experiment.settings.data.task == "generation"
    assert result.prepared.experiment.settings.network.preset == "gru"
    assert {path.stem for path in (here / "run").glob("*.png")} == {"curves", "surprise"}
    assert not (here / "run" / "classification_report.txt").exists()
    metrics = json.loads((here / "run" / "metrics.json").read_text())
    assert sum(metrics["texts"].values()) == 40
    assert "class_counts" not in metrics
    part, scores = result.prepared.parts["test"], metrics["test"]
    wanted = log_loss(part.y, result.model.forward(part.X, part.mask))
    assert scores["log_loss"] == pytest.approx(wanted, abs=1e-5)
    assert scores["loss"] == pytest.approx(wanted, abs=1e-5)
    assert scores["perplexity"] == pytest.approx(np.exp(wanted), abs=1e-4)
    assert set(metrics["constant"]["test"]) == {
        "right",
        "of",
        "accuracy",
        "log_loss",
        "perplexity",
    }


def test_the_constant_is_each_characters_share_with_one_more_of_each(names):
    result = described(names).run()
    train, test = (result.prepared.parts[name].y for name in ("train", "test"))
    counts = 1 + np.bincount(train, minlength=len(result.model.target.class_names))
    wanted = -np.log(counts / counts.sum())[test].mean()
    assert result.metrics["constant"]["test"]["log_loss"] == pytest.approx(wanted, abs=1e-6)


def test_a_model_that_learnt_nothing_is_told(names):
    notes = described(
        names, training={"epochs": 1, "optimizer": {"name": "sgd", "learning_rate": 1e-9}}
    )
    found = notes.run().metrics["notes"]
    assert [note.code for note in found] == ["no_better_than_shares"]
    assert "its share of the training texts: perplexity" in found[0]


def test_texts_of_classes_can_be_asked_for_by_their_class(table):
    prepared = prepare(described(table, data={"task": "generation", "target": "sex"}))
    assert prepared.target == NextCharacter(
        column="sex", class_names=("end", *sorted(set("".join(NAMES) + "0123")))
    )
    assert prepared.dataset.reader.classes == ("f", "m")
    part = prepared.parts["train"]
    assert len(np.unique(part.X[:, 0])) == 2
    assert prepared.experiment.settings.data.target == "sex"


def test_the_folder_gives_the_same_model_and_the_same_run(table, here):
    first = run(described(table, data={"task": "generation", "target": "sex"}), here / "run")
    experiment, model = load_run(here / "run")
    assert model.generate(5) == first.model.generate(5)
    again = run(experiment)
    np.testing.assert_array_equal(again.model.parameters.vector, first.model.parameters.vector)


def test_texts_in_memory_are_enough():
    experiment = Experiment.in_memory({"data": {"task": "generation"}, "training": {"epochs": 2}})
    for rows in (NAMES, np.array(NAMES), (NAMES, ["x", "y"] * 5), ax.load_dataset):
        if callable(rows):
            with pytest.raises(DataError):
                experiment.run(dataset=rows)
            continue
        assert len(experiment.run(dataset=rows).model.generate(3)) == 3


@pytest.mark.parametrize("preset", ["gru", "lstm", "transformer", "mlp"])
def test_every_network_of_tokens_learns_it(names, preset):
    result = described(names, network={"preset": preset}, training={"epochs": 1}).run()
    assert len(result.model.generate(2)) == 2


def test_dense_layers_look_characters_up(names):
    prepared = prepare(described(names, network={"hidden": [6]}))
    assert isinstance(prepared.network.layers[0], Embedding)
    (note,) = [n for n in prepared.notes if n.code == "ends_read_as_tokens"]
    assert "the token 0" in note


def test_of_long_texts_the_last_characters_are_read(here):
    (here / "long.txt").write_text("\n".join(f"{n}{'ab' * 40}" for n in range(10)))
    result = described("long.txt").run()
    assert result.prepared.network.input_shape == (33,)
    assert all(len(text) <= 81 for text in result.model.generate(3))


def test_texts_of_a_file_are_measured(table, here):
    data = {"task": "generation", "target": "sex"}
    model = described(table, data=data).run().model
    found = read_labelled(table, model, "sex")
    assert len(found.part) == sum(len(line) + 1 - 2 for line in table.read_text().split()[1:])
    (here / "more.csv").write_text("name,sex\nAnna,f\nXaver,m\nBob,m\n")
    found = read_labelled(here / "more.csv", model, "sex")
    assert len(found.part) == len("Anna") + len("Bob") + 2
    assert [note.code for note in found.notes] == ["texts_left_out"]
    (here / "more.csv").write_text("name,sex\nAnna,f\nBob,x\n")
    with pytest.raises(UnknownNameError, match="class 'x'"):
        read_labelled(here / "more.csv", model, "sex")
    (here / "strange.csv").write_text("name,sex\nXX,f\nYY,m\n")
    with pytest.raises(DataError, match="every text has a character"):
        read_labelled(here / "strange.csv", model, "sex")
    (here / "none.txt").write_text("Anna\nBob\n")
    with pytest.raises(DataError, match="of none"):
        read_labelled(here / "none.txt", model, "")


def test_the_column_of_the_texts_is_that_of_training(here):
    rows = "\n".join(f"{name},x{name}y" for name in NAMES)
    (here / "two.csv").write_text(f"name,other\n{rows}\n")
    data = {"task": "generation", "columns": {"name": "text"}}
    model = described("two.csv", data=data).run().model
    assert len(read_labelled(here / "two.csv", model, "").part) == sum(len(n) + 1 for n in NAMES)


def test_a_generator_begins_with_what_another_knows(names, here):
    first = run(described(names), here / "run").model
    (here / "more.txt").write_text("Anna\nEmma\nZoe\nRosa\n")
    settings = {"network": {"start_from": str(here / "run"), "frozen": 1}}
    result = described("more.txt", **settings).run()
    assert result.model.preprocessing == first.preprocessing
    np.testing.assert_array_equal(result.model.parameters["0.weight"], first.parameters["0.weight"])
    assert "texts_left_out" in [note.code for note in result.prepared.notes]
    assert sum(result.metrics["texts"].values()) == 3


def test_a_generator_is_tuned_by_its_log_loss(names):
    found = ax.tune(described(names), {"batch_size": [16, 32]}, search="grid", cv=2)
    assert found.metric.name == "log_loss"
    assert not found.metric.maximise
    by_perplexity = ax.tune(
        described(names), {"batch_size": [16, 32]}, search="grid", cv=2, metric="perplexity"
    )
    for one, other in zip(found.trials, by_perplexity.trials, strict=True):
        np.testing.assert_allclose(other.scores, np.exp(one.scores), rtol=1e-3)


def test_a_calibrated_generator_keeps_its_temperature(names):
    settings = {"epochs": 2, "calibrate": "temperature"}
    result = described(names, training=settings).run()
    assert result.model.temperature != 1
    assert len(result.model.generate(3)) == 3


def test_what_makes_no_sense_is_refused(names, here):
    run(described(names, training={"epochs": 1}), here / "run")
    with pytest.raises(ConfigurationError, match="class_weight"):
        prepare(described(names, training={"class_weight": "balanced"}))
    Experiment.from_source("iris", {"training": {"epochs": 1}}).run(here / "iris")
    with pytest.raises(ConfigurationError, match=r"start_from: .* no generator"):
        prepare(described(names, network={"start_from": str(here / "iris")}))
    np.savez(here / "names.npz", names=NAMES, y=[0, 1] * 5)
    other = Experiment.from_source("names.npz", {"network": {"start_from": str(here / "run")}})
    with pytest.raises(DataError, match=r"start_from: .*continues texts"):
        prepare(other)
    with pytest.raises(DataError, match="no texts"):
        prepare(described("iris"))
    with pytest.raises(ShapeError, match="Jitter changes"):
        described(names, training={"epochs": 1, "augmentation": ["jitter"]}).run()
