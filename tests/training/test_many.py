"""`fit_many`: many networks at once give what each gives alone."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.training.trainer import Trainer

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4))
Y = RANDOM.integers(0, 3, 60)


def trainers(count):
    network = ax.Network(ax.Dense(6, "relu"), ax.Dense(3, "softmax"), input_shape=4)
    return [ax.Trainer(network, loss="cce", batch_size=8, seed=seed) for seed in range(count)]


@pytest.mark.parametrize("threads", [1, 2, None])
def test_each_result_is_that_of_its_own_fit(threads):
    found = ax.fit_many(trainers(5), (X, Y), (X[:9], Y[:9]), threads=threads, max_epochs=3)
    for result, trainer in zip(found, trainers(5), strict=True):
        alone = trainer.fit((X, Y), (X[:9], Y[:9]), max_epochs=3)
        assert result.parameters.vector.tobytes() == alone.parameters.vector.tobytes()
        assert result.history["validation_loss"] == alone.history["validation_loss"]


def test_every_trainer_may_have_rows_of_its_own():
    halves = [(X[:30], Y[:30]), (X[30:], Y[30:])]
    found = ax.fit_many(trainers(2), halves, max_epochs=2)
    for result, trainer, rows in zip(found, trainers(2), halves, strict=True):
        alone = trainer.fit(rows, max_epochs=2)
        assert result.parameters.vector.tobytes() == alone.parameters.vector.tobytes()


def test_no_trainers_have_no_results():
    assert ax.fit_many([], (X, Y)) == []


def test_the_error_of_one_is_raised_and_no_other_begun(monkeypatch):
    begun = []

    def fit(trainer, *rows, **settings):
        begun.append(trainer)
        raise ConfigurationError("no")

    monkeypatch.setattr(Trainer, "fit", fit)
    with pytest.raises(ConfigurationError, match="no"):
        ax.fit_many(trainers(50), (X, Y), threads=1)
    assert len(begun) < 50


def test_what_cannot_be_shared_is_refused():
    # Two networks, and a list of two that is not one (X, y) for each.
    with pytest.raises(ConfigurationError, match=r"holds ndarray: write .* as a tuple, \(X, y\)"):
        ax.fit_many(trainers(2), [X, Y])
    with pytest.raises(ConfigurationError, match="3 entries for 2 trainers"):
        ax.fit_many(trainers(2), [(X, Y)] * 3)
    with pytest.raises(ConfigurationError, match="same checkpoint"):
        ax.fit_many(trainers(2), (X, Y), checkpoint="run.safetensors")
    with pytest.raises(ArgumentTypeError, match="threads must be a whole number"):
        ax.fit_many(trainers(2), (X, Y), threads=1.5)
