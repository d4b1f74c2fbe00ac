"""The learning-rate range test: where the loss falls, and where it is thrown up."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.training.range_test import HIGHEST, LOWEST, range_test

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 8))
NUMBERS = X @ RANDOM.normal(size=8)


LAYERS = (ax.Dense(16, "relu"), ax.Dense(1))


def rates_tried(engine="native", layers=LAYERS, scale=1.0, **settings):
    network = ax.Network(*layers, input_shape=8)
    trainer = ax.Trainer(network, loss="mse", engine=engine, **settings)
    examples = trainer.examples((X * scale, NUMBERS))
    begin = trainer.plan.initialize()
    before = begin.vector.copy()
    found = range_test(trainer.recipe, trainer.engine_used, examples, begin)
    np.testing.assert_array_equal(begin.vector, before)
    return found, trainer, examples


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "rmsprop"])
@pytest.mark.parametrize("engine", ["native", "reference"])
def test_the_suggestion_learns_better_than_a_hundredth_and_a_hundred_times_of_it(optimizer, engine):
    found, trainer, examples = rates_tried(engine, optimizer=optimizer)

    def loss_at(factor):
        rule = type(trainer.recipe.optimizer)(learning_rate=factor * found.suggestion)
        other = ax.Trainer(trainer.network, loss="mse", engine=engine, optimizer=rule)
        history = other.fit(examples, max_epochs=4).history
        return history["train_loss"][-1] if history.epochs == 4 else np.inf

    assert loss_at(1) < min(loss_at(0.01), loss_at(100))


def test_rates_rise_from_the_lowest_and_end_where_the_loss_is_thrown_up():
    found, *_rest = rates_tried(optimizer="sgd")
    assert found.rates[0] == LOWEST
    assert (np.diff(found.rates) > 0).all()
    assert found.rates[-1] < HIGHEST
    assert found.losses[-1] > 3 * found.first_loss or len(found.losses) < 71
    assert np.isfinite(found.losses).all()
    assert len(found.losses) == len(found.rates)


def test_larger_features_ask_for_a_lower_rate():
    assert rates_tried(scale=10.0, optimizer="sgd")[0].suggestion < (
        0.2 * rates_tried(optimizer="sgd")[0].suggestion
    )


def test_both_engines_suggest_alike():
    rates = [
        rates_tried(engine, dtype="float64")[0].suggestion for engine in ("native", "reference")
    ]
    assert rates[0] == rates[1]


def test_batch_norm_is_judged_as_in_training():
    layers = (ax.Dense(16), ax.BatchNorm(), ax.Activation("relu"), ax.Dense(1))
    found, *_rest = rates_tried(layers=layers)
    assert found.suggestion is not None
    assert found.losses.min() < 0.5 * found.first_loss


def test_where_nothing_is_learnt_nothing_is_suggested():
    network = ax.Network(ax.Dense(1), input_shape=8)
    trainer = ax.Trainer(network, loss="mse")
    examples = trainer.examples((np.zeros((60, 8)), np.tile([-1.0, 1.0], 30)))
    found = range_test(trainer.recipe, "native", examples, trainer.plan.initialize())
    assert found.suggestion is None


def test_an_optimiser_that_searches_for_its_steps_is_refused():
    with pytest.raises(ConfigurationError, match="no rate to look for"):
        rates_tried(optimizer="lbfgs")
