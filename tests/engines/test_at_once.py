"""What several threads do with one plan or one trainer at once is what each would do alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

import axone as ax
from axone.data import Examples
from axone.engines import Recipe
from axone.engines.native import NativeEngine
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.losses import LOSSES
from axone.penalties import Clipping

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

AT_ONCE = 4
NETWORK = ax.Network(
    ax.Dense(160, "relu"),
    ax.BatchNorm(),
    ax.Dropout(0.2),
    ax.Dense(160, "tanh"),
    ax.Dense(3, "softmax"),
    input_shape=12,
)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 12)).astype("float32")
Y = RANDOM.integers(0, 3, 300)


def at_once(task):
    """Call task(0), task(1), … in threads that begin together."""
    start = Barrier(AT_ONCE)

    def begin(number):
        start.wait()
        return task(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


def plan_with_a_team(members, clip_norm=None):
    """A plan whose sessions take their whole team at every step, however slow that is."""
    recipe = Recipe(
        NETWORK, LOSSES.resolve("cce"), ax.Adam(), batch_size=32, clipping=Clipping(norm=clip_norm)
    )
    plan = NativeEngine(members).compile(recipe)
    workspaces = plan.compiled.workspace
    forced = type("Forced", (), {})()
    forced.workspace = lambda *sizes: workspaces(*sizes, threads_forced=True)
    forced.hit_counts = plan.compiled.hit_counts
    plan.compiled = forced
    return plan


def weights_after(plan, seed, epochs=2):
    state = plan.start(NETWORK.initialize(seed))
    plan.session(state, Examples(X, Y), epochs).advance(epochs=epochs)
    return state.parameters.vector.tobytes()


@pytest.mark.parametrize("clip_norm", [None, 0.05])
def test_sessions_of_one_plan_each_with_a_team(clip_norm):
    alone = [weights_after(plan_with_a_team(1, clip_norm), seed) for seed in range(AT_ONCE)]
    plan = plan_with_a_team(3, clip_norm)
    assert at_once(lambda number: weights_after(plan, number)) == alone


def test_one_trainer_fitted_by_several_threads():
    trainer = ax.Trainer(NETWORK, loss="cce", batch_size=32, seed=5, engine="native")
    alone = trainer.fit((X, Y), (X[:50], Y[:50]), max_epochs=2).parameters.vector.tobytes()
    found = at_once(lambda _: trainer.fit((X, Y), (X[:50], Y[:50]), max_epochs=2))
    assert {result.parameters.vector.tobytes() for result in found} == {alone}


def test_predictions_evaluations_and_gradients_while_a_session_trains():
    plan = plan_with_a_team(2)
    parameters, examples = NETWORK.initialize(1), Examples(X, Y)

    def measured():
        loss, prediction = plan.evaluate(parameters, examples)
        _, gradient = plan.loss_and_gradient(parameters, examples, 1)
        return loss, prediction.tobytes(), gradient.vector.tobytes()

    alone = measured()
    trained_alone = weights_after(plan, 2, epochs=4)
    tasks = [lambda: weights_after(plan, 2, epochs=4), measured, measured, measured]
    trained, *found = at_once(lambda number: tasks[number]())
    assert trained == trained_alone
    assert found == [alone] * 3


def test_many_fits_at_once_are_each_its_own():
    trainers = [ax.Trainer(NETWORK, loss="cce", seed=seed, engine="native") for seed in range(6)]
    found = ax.fit_many(trainers, (X, Y), threads=AT_ONCE, max_epochs=2)
    for result, trainer in zip(found, trainers, strict=True):
        alone = trainer.fit((X, Y), max_epochs=2)
        assert result.parameters.vector.tobytes() == alone.parameters.vector.tobytes()
