"""Runs on signals, sequences, texts and series: masks reach the engine, nobody is in two parts."""

import json
from itertools import pairwise

import numpy as np
import pytest

from axone.experiments import Experiment, prepare, run
from axone.experiments.folds import make_folds
from axone.experiments.measuring import measure
from axone.model import load

RANDOM = np.random.default_rng(0)
RECURRENT = {
    "layers": [
        {"name": "recurrent", "cell": {"name": "rnn", "units": 6}},
        "last_step",
        {"name": "dense", "units": 2, "activation": "softmax"},
    ]
}


@pytest.fixture
def ragged(write, here):
    """Sequences whose last value tells the class; what stands behind the end is nonsense."""
    lengths = RANDOM.integers(2, 9, 80)
    X = RANDOM.normal(size=(80, 9, 1)).astype(np.float32)
    y = (X[np.arange(80), lengths - 1, 0] > 0).astype(int)
    path = here / "ragged.npz"
    np.savez(path, X=X, lengths=lengths, y=y, kind=np.array("sequences"))
    return path


def experiment(source, **tables):
    return Experiment.from_source(str(source), tables)


def test_masks_reach_the_network_in_training_measuring_and_predicting(ragged, here):
    described = experiment(
        ragged, network=RECURRENT, training={"epochs": 60, "optimizer": {"name": "adam",
                                                                         "learning_rate": 0.02}},
    )  # fmt: skip
    result = run(described, here / "out")
    parts = result.prepared.parts
    assert all(part.mask is not None for part in parts.values())
    assert result.metrics["train"]["accuracy"] > 0.9
    # What stands behind the ends changes nothing: the file's own rows, with other nonsense there.
    model = load(here / "out" / "model.safetensors")
    with np.load(ragged) as archive:
        X, lengths = archive["X"], archive["lengths"]
    there = np.arange(9) < lengths[:, None]
    rows = np.where(there[:, :, None], X, np.nan)
    expected = model.predict_proba(rows)
    as_lists = [row[:length] for row, length in zip(X, lengths, strict=True)]
    np.testing.assert_allclose(model.predict_proba(as_lists), expected, atol=1e-6)
    again = {name: measure(model, part) for name, part in parts.items()}
    assert json.loads(json.dumps(again)) == {name: result.metrics[name] for name in parts}


def test_layers_that_know_no_ends_read_zeros_there_and_it_is_said(ragged):
    prepared = prepare(experiment(ragged))
    assert "ends_read_as_zeros" in [note.code for note in prepared.notes]
    assert all(part.mask is None for part in prepared.parts.values())
    with np.load(ragged) as archive:
        lengths = archive["lengths"]
    train = prepared.parts["train"]
    behind = np.arange(9) >= lengths[train.numbers][:, None]
    assert not train.X[behind].any()


def test_statistics_are_of_training_rows_alone(ragged):
    prepared = prepare(experiment(ragged, network=RECURRENT))
    train = prepared.parts["train"]
    numbers = train.X[train.mask]
    np.testing.assert_allclose([numbers.mean(), numbers.std()], [0, 1], atol=1e-5)


@pytest.fixture
def people(here):
    groups = np.repeat(np.arange(15), 8)
    path = here / "people.npz"
    X = RANDOM.normal(size=(120, 2, 10))
    np.savez(path, X=X, y=np.tile([0, 1], 60), groups=groups)
    return path, groups


def test_nobody_is_in_two_parts_nor_in_two_folds(people):
    path, groups = people
    described = experiment(path)
    prepared = prepare(described)
    seen = [set(groups[part.numbers]) for part in prepared.parts.values()]
    assert sum(map(len, seen)) == len(set().union(*seen)) == 15
    folds = make_folds(described, prepared.dataset, 3)
    for arranged in folds.arranged:
        seen = [set(groups[part.numbers]) for part in arranged.parts.values()]
        assert sum(map(len, seen)) == len(set().union(*seen))


def test_a_series_is_cut_along_time_in_parts_and_in_folds(here):
    np.savez(here / "walk.npz", series=np.cumsum(RANDOM.normal(size=(300, 2)), axis=0))
    described = experiment(here / "walk.npz", data={"options": {"lags": 10, "horizon": 4}})
    prepared = prepare(described)
    spans = prepared.dataset.spans
    order = [spans[prepared.parts[name].numbers] for name in ("train", "validation", "test")]
    for before, after in pairwise(order):
        assert before[:, 1].max() <= after[:, 0].min()
    # Its statistics end with the training part.
    with np.load(here / "walk.npz") as archive:
        past = archive["series"][: order[0][:, 1].max()]
    shift = prepared.preprocessing.scaler.shift[:, 0]
    assert (past.min(axis=0) < shift).all()
    assert (shift < past.max(axis=0)).all()
    for arranged in make_folds(described, prepared.dataset, 3).arranged:
        trained, judged = (spans[arranged.parts[name].numbers] for name in ("train", "scored"))
        assert trained[:, 1].max() <= judged[:, 0].min()


def test_a_run_on_a_series_is_made_again_from_its_own_file(here):
    np.savez(here / "walk.npz", series=np.cumsum(RANDOM.normal(size=(200, 1)), axis=0))
    options = {"lags": 8, "horizon": 2}
    described = experiment(here / "walk.npz", data={"options": options}, training={"epochs": 3})
    first = run(described, here / "out")
    again = run(Experiment.from_file(here / "out" / "experiment.toml"), here / "again")
    assert first.metrics["test"] == again.metrics["test"]


def test_texts_are_learnt_by_their_characters(here):
    lengths = RANDOM.integers(2, 7, 200)
    words = np.array(["".join(RANDOM.choice(list("abxy"), length)) for length in lengths])
    y = np.array(["ab" if word[-1] in "ab" else "xy" for word in words])
    np.savez(here / "words.npz", text=words, y=y)
    layers = [{"name": "embedding", "vocabulary_size": 6, "dimension": 4}, *RECURRENT["layers"]]
    described = experiment(
        here / "words.npz",
        engine="reference",
        network={"layers": layers},
        training={"epochs": 40, "optimizer": {"name": "adam", "learning_rate": 0.03}},
    )
    result = run(described, here / "out")
    assert result.metrics["test"]["accuracy"] > 0.9
    model = load(here / "out" / "model.safetensors")
    assert model.predict(np.array(["xxa", "aby"])).tolist() == ["ab", "xy"]
    assert result.prepared.preprocessing.layout.tokens
