"""The first epoch step by step ends at the weights of the reference engine."""

import numpy as np
import pytest

import axone as ax
from axone.augmentation import Jitter
from axone.errors import ConfigurationError
from axone.explanation import as_text, first_epoch


def rows():
    random = np.random.default_rng(5)
    return random.normal(size=(23, 4)), random.integers(0, 3, 23), random.uniform(0.5, 2, 23)


@pytest.mark.parametrize("frozen", [0, 3])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", ax.AdamW(0.01, weight_decay=0.2)], ids=str)
def test_the_last_step_ends_where_the_engine_does(optimizer, weighted, frozen):
    network = ax.Network(
        ax.Dense(5, "tanh"),
        ax.BatchNorm(),
        ax.Dropout(0.3),
        ax.Dense(4, "tanh"),
        ax.BatchNorm(),
        ax.Dropout(0.3),
        ax.Dense(3, "softmax"),
        input_shape=4,
    )
    trainer = ax.Trainer(
        network,
        loss="cce",
        optimizer=optimizer,
        batch_size=5,
        schedule="cosine",
        l2=0.1,
        clip_norm=0.5,
        clip_value=0.2,
        frozen=frozen,
        dtype="float64",
        engine="reference",
        seed=3,
    )
    X, y, weight = rows()
    examples = ax.Examples(X, y, weight if weighted else None)
    start = network.initialize(3, "float64")
    steps = list(first_epoch(trainer.recipe, start, examples, 7))
    assert [(step.number, step.steps) for step in steps] == [(n, 5) for n in range(5)]
    reached = next(iter(trainer.start(examples, max_epochs=7, initial=start))).parameters
    np.testing.assert_allclose(steps[-1].parameters.vector, reached.vector, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(steps[-1].parameters.buffers, reached.buffers, rtol=1e-12)
    losses = [step.trace.loss for step in steps]
    assert np.isfinite(losses).all()


def test_a_batch_whose_rows_all_count_nothing_teaches_nothing_but_is_a_step():
    network = ax.Network(ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=4)
    settings = {"loss": "cce", "batch_size": 5, "dtype": "float64", "engine": "reference"}
    trainer = ax.Trainer(network, optimizer="adam", seed=3, **settings)
    X, y, weight = rows()
    weight[trainer.recipe.order(0, len(X))[5:10]] = 0
    examples = ax.Examples(X, y, weight)
    start = network.initialize(3, "float64")
    steps = list(first_epoch(trainer.recipe, start, examples, 1))
    reached = next(iter(trainer.start(examples, max_epochs=1, initial=start))).parameters
    np.testing.assert_allclose(steps[-1].parameters.vector, reached.vector, rtol=1e-12, atol=1e-15)
    second = steps[1].trace
    assert second.loss == 0
    for symbol in ("∂L/∂W", "∂L/∂b"):
        assert not second.find("backward", 0, symbol).array.any()
    assert "nan" not in as_text(second)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "lbfgs"}, "L-BFGS"),
        ({"augmentation": [Jitter(0.1)]}, "without augmentation"),
    ],
)
def test_what_a_trace_does_not_show_is_refused(settings, message):
    network = ax.Network(ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=4)
    trainer = ax.Trainer(network, loss="cce", engine="reference", **settings)
    X, y, _weight = rows()
    with pytest.raises(ConfigurationError, match=message):
        next(first_epoch(trainer.recipe, network.initialize(), ax.Examples(X, y), 3))
