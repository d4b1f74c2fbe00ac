"""Exercises made of a few lines, and the contestants that do them."""

import numpy as np
import pytest

import axone as ax
from axone.comparison.exercise import Exercise
from axone.comparison.ours import AxoneContestant
from axone.data.examples import Examples
from axone.engines import Recipe, compile_recipe
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty
from axone.schedules import SCHEDULES

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(53, 4))
TARGETS = {
    "cce": ((X[:, 0] > 0) + (X[:, 1] > 0.3) * 1),
    "bce": (X[:, 0] * X[:, 1] > 0) * 1,
    "mse": np.stack([X.sum(axis=1), X[:, 0] * X[:, 1]], axis=1),
    "poisson": RANDOM.poisson(np.exp(X[:, :2])),
}


@pytest.fixture(scope="session")
def exercise():
    """Make an exercise of 53 rows, the last 10 for validation: batches of 10 and one of 3."""

    def make(network, loss="cce", optimizer="adam", *, y=None, epochs=3, rows=43, **settings):
        penalty = Penalty(settings.pop("l1", 0.0), settings.pop("l2", 0.0))
        clipping = Clipping(settings.pop("clip_value", None), settings.pop("clip_norm", None))
        settings = {"dtype": "float64", "batch_size": 10, "seed": 5} | settings
        resolved = LOSSES.resolve(loss)
        recipe = Recipe(
            network,
            resolved,
            OPTIMIZERS.resolve(optimizer),
            schedule=SCHEDULES.resolve(settings.pop("schedule", "constant")),
            penalty=penalty,
            clipping=clipping,
            **settings,
        )
        named = LOSSES.to_data(resolved)
        name = named if isinstance(named, str) else named["name"]
        short = {"categorical_cross_entropy": "cce", "binary_cross_entropy": "bce"}.get(name, name)
        wanted = TARGETS.get(short, TARGETS["mse"]) if y is None else y
        if wanted.ndim > 1:
            wanted = wanted[:, : network.output_shape[0]]
        target = resolved.prepare(wanted, network.output_shape, recipe.dtype)
        examples = X.astype(recipe.dtype).reshape(len(X), *network.input_shape)
        initial = network.initialize(recipe.seed, recipe.dtype)
        return Exercise(
            recipe,
            initial,
            Examples(examples[:rows], target[:rows]),
            Examples(examples[rows:], target[rows:]) if rows < len(X) else None,
            epochs,
        )

    return make


@pytest.fixture(scope="session")
def race():
    """Run an exercise with Axone and another; the weights and losses must be the same."""

    def run(exercise, contestant, tolerance=1e-12, validation=1e-9, engine="auto"):
        plan = compile_recipe(exercise.recipe, engine).plan
        ours, theirs = AxoneContestant(exercise, plan), contestant(exercise)
        losses = []
        for epoch in range(exercise.epochs):
            order, rates = exercise.order(epoch), exercise.rates(epoch, losses)
            timed, other = ours.run_epoch(order, rates), theirs.run_epoch(order, rates)
            assert other.loss == pytest.approx(timed.loss, rel=1e-9, abs=1e-12)
            assert other.seconds > 0
            losses.append(timed.loss)
            if exercise.validation is not None:
                wanted = pytest.approx(ours.validation_loss(), rel=validation)
                assert theirs.validation_loss() == wanted
        np.testing.assert_allclose(theirs.weights(), ours.weights(), rtol=0, atol=tolerance)
        assert np.abs(ours.weights() - exercise.initial.vector).max() > 1e-3
        return ours, theirs

    return run


@pytest.fixture
def classifier():
    """Make a network of three classes around other layers."""

    def make(*layers, outputs=3, head="softmax"):
        return ax.Network(*layers, ax.Dense(outputs, head), input_shape=4)

    return make
