"""A changed setting is another run: none can be forgotten, because the trainer's fields are all."""

from dataclasses import fields

import numpy as np
import pytest

import axone as ax
from axone.engines import get_engine
from axone.training.fingerprint import checksum_of_rows

NETWORK = ax.Network(ax.Dense(4, "tanh"), ax.Dense(3, "softmax"), input_shape=2)
OTHERS = {
    "network": ax.Network(ax.Dense(3, "softmax", bias=False), input_shape=2),
    "loss": {"name": "cce", "scale": 2.0},
    "optimizer": ax.Adam(0.5),
    "batch_size": 31,
    "drop_last": True,
    "schedule": "cosine",
    "l1": 0.1,
    "l2": 0.1,
    "clip_value": 1.0,
    "clip_norm": 1.0,
    "augmentation": ["jitter"],
    "frozen": 1,
    "dtype": "float64",
    "engine": "reference",
    "seed": 1,
    "shuffle": False,
}
"""For each setting that changes weights another value than its default."""

WITHOUT_EFFECT = {"threads": 2, "measures": ()}
SETTINGS = [each.name for each in fields(ax.Trainer) if each.init]


def mark(**settings):
    network = settings.pop("network", NETWORK)
    return ax.Trainer(network, **({"loss": "cce"} | settings)).fingerprint()


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_counts_unless_it_changes_no_weight(name):
    if name == "engine" and ax.Trainer(NETWORK, loss="cce").engine_used == "reference":
        pytest.skip("there is no other engine")
    if name in WITHOUT_EFFECT:
        assert mark(**{name: WITHOUT_EFFECT[name]}) == mark()
    else:
        assert mark(**{name: OTHERS[name]}) != mark()


def test_a_name_and_what_it_stands_for_are_the_same_run():
    assert mark(optimizer="adam") == mark(optimizer=ax.Adam()) == mark(optimizer={"name": "Adam"})
    assert mark(engine=ax.Trainer(NETWORK, loss="cce").engine_used) == mark(engine="auto")


def test_a_setting_that_came_later_leaves_the_marks_of_runs_without_it():
    """So that they can be resumed; written down before there was `drop_last`."""
    network = ax.Network(ax.Dense(3, "tanh"), ax.Dense(2, "softmax"), input_shape=2)
    assert mark(network=network, engine="reference", seed=7) == "28bac06f"


def test_other_rows_are_another_run():
    trainer = ax.Trainer(NETWORK, loss="cce", engine=get_engine("reference").name)
    X, y = np.eye(2), np.array([0, 1])
    sums = [
        checksum_of_rows(trainer.examples(rows))
        for rows in [(X, y), (X + 1, y), (X, 1 - y), (X, y, np.array([1.0, 2.0]))]
    ]
    assert len({trainer.fingerprint([each]) for each in sums}) == 4
