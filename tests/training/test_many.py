"""`fit_many`: many networks at once give what each gives alone."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.training.trainer import Trainer

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4))
Y = RANDOM.integers(0, 3, 60)


def trainers(count, optimizer="adam", dtype="float64"):
    network = ax.Network(ax.Dense(6, "relu"), ax.Dense(3, "softmax"), input_shape=4)
    return [
        ax.Trainer(network, loss="cce", batch_size=8, seed=seed, optimizer=optimizer, dtype=dtype)
        for seed in range(count)
    ]


def assert_same_results(found, alone, tolerance=1e-12):
    """A result of a network that trained beside others is that of its own fit, to rounding."""
    close = {"rtol": tolerance, "atol": tolerance}
    assert len(found) == len(alone)
    for one, other in zip(found, alone, strict=True):
        np.testing.assert_allclose(one.parameters.vector, other.parameters.vector, **close)
        assert (one.stopped_by, one.best_epoch) == (other.stopped_by, other.best_epoch)
        assert one.steps == other.steps
        assert set(one.history) == set(other.history)
        for name in set(one.history) - {"seconds"}:
            np.testing.assert_allclose(one.history[name], other.history[name], **close)


@pytest.mark.parametrize("threads", [1, 2, None])
@pytest.mark.parametrize("count", [2, 8, 37])
def test_each_result_is_that_of_its_own_fit(threads, count):
    found = ax.fit_many(trainers(count), (X, Y), (X[:9], Y[:9]), threads=threads, max_epochs=3)
    alone = [each.fit((X, Y), (X[:9], Y[:9]), max_epochs=3) for each in trainers(count)]
    assert_same_results(found, alone)


def test_too_few_for_the_lanes_give_the_same_bits():
    # Of the narrowest vectors, which have four lanes in float32, two would be half.
    found = ax.fit_many(trainers(2, dtype="float32"), (X, Y), threads=2, max_epochs=3)
    for result, trainer in zip(found, trainers(2, dtype="float32"), strict=True):
        alone = trainer.fit((X, Y), max_epochs=3)
        assert result.parameters.vector.tobytes() == alone.parameters.vector.tobytes()


def test_how_many_threads_there_are_changes_no_bit_of_networks_side_by_side():
    one, two = (ax.fit_many(trainers(64), (X, Y), threads=n, max_epochs=3) for n in (1, 2))
    for first, second in zip(one, two, strict=True):
        assert first.parameters.vector.tobytes() == second.parameters.vector.tobytes()


def test_each_ends_by_its_own_rules():
    rules = {
        "max_epochs": 60,
        "stopping": [ax.NoImprovement(patience=3), ax.ValidationLoss(4)],
    }
    y = (X[:, 0] > X[:, 1]).astype(int)
    held_out = (X[:20], y[:20])
    optimizers = [ax.Adam(0.01 * (n % 17 + 1)) for n in range(50)]
    network = trainers(1)[0].network
    many = [
        ax.Trainer(network, loss="cce", optimizer=each, seed=n, dtype="float64")
        for n, each in enumerate(optimizers)
    ]
    found = ax.fit_many(many, (X, y), held_out, threads=1, **rules)
    assert len({result.epochs for result in found}) > 3
    assert_same_results(found, [each.fit((X, y), held_out, **rules) for each in many], 1e-9)


def test_every_trainer_may_have_rows_of_its_own():
    parts = [(X[n:], Y[n:]) for n in range(12)]
    found = ax.fit_many(trainers(12), parts, threads=1, max_epochs=2)
    alone = [each.fit(rows, max_epochs=2) for each, rows in zip(trainers(12), parts, strict=True)]
    assert_same_results(found, alone)


def test_one_that_fails_is_diagnosed_as_alone_and_the_others_go_on():
    many = trainers(12)
    many[5] = trainers(6, ax.Adam(1e300))[5]
    found = ax.fit_many(many, (X, Y), threads=1, max_epochs=4)
    alone = many[5].fit((X, Y), max_epochs=4)
    assert found[5].stopped_by == alone.stopped_by == "diverged"
    assert str(found[5].diagnosis) == str(alone.diagnosis)
    assert_same_results(found[:5], [each.fit((X, Y), max_epochs=4) for each in many[:5]])


def test_no_trainers_have_no_results():
    assert ax.fit_many([], (X, Y)) == []


def test_the_error_of_one_is_raised_and_no_other_begun(monkeypatch):
    begun = []

    def fit(trainer, *rows, **settings):
        begun.append(trainer)
        raise ConfigurationError("no")

    monkeypatch.setattr(Trainer, "fit", fit)
    with pytest.raises(ConfigurationError, match="no"):
        ax.fit_many(trainers(50), (X, Y), threads=1, resume=False)
    assert len(begun) < 50


def test_rows_that_are_refused_end_all_fits_with_their_error():
    wrong = [(X, Y)] * 11 + [(X, Y[:-1])]
    with pytest.raises(ax.ShapeError, match="training: 60 rows in X, but 59 targets"):
        ax.fit_many(trainers(12), wrong, threads=1, max_epochs=2)


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


def test_one_whose_validation_loss_is_not_finite_finds_out_alone_after_which_epoch():
    slope = ax.Network(ax.Dense(1, bias=False), input_shape=1)
    rates = [1e-6 if n % 3 else 0.02 for n in range(24)]
    models = [
        ax.Trainer(slope, loss="mse", optimizer=ax.SGD(rate), batch_size=8, dtype="float64", seed=n)
        for n, rate in enumerate(rates)
    ]
    one = np.linspace(-1, 1, 32)[:, None]
    rows = (one, 3 * one[:, 0]), (np.array([[0.5], [1e154]]), np.zeros(2))
    found = ax.fit_many(models, *rows, max_epochs=60)
    alone = [model.fit(*rows, max_epochs=60) for model in models]
    assert_same_results(found, alone)
    assert {result.stopped_by for result in found} == {"diverged", "max_epochs"}
