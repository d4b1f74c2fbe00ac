"""The first epoch step by step ends at the weights of the reference engine."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.explanation import first_epoch


def rows():
    random = np.random.default_rng(5)
    return random.normal(size=(23, 4)), random.integers(0, 3, 23), random.uniform(0.5, 2, 23)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", ax.AdamW(0.01, weight_decay=0.2)], ids=str)
def test_the_last_step_ends_where_the_engine_does(optimizer, weighted):
    network = ax.Network(
        ax.Dense(5, "tanh"),
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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "lbfgs"}, "L-BFGS"),
        ({"frozen": 1}, "without augmentation and frozen layers"),
    ],
)
def test_what_a_trace_does_not_show_is_refused(settings, message):
    network = ax.Network(ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=4)
    trainer = ax.Trainer(network, loss="cce", engine="reference", **settings)
    X, y, _weight = rows()
    with pytest.raises(ConfigurationError, match=message):
        next(first_epoch(trainer.recipe, network.initialize(), ax.Examples(X, y), 3))
