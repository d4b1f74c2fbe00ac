"""PyTorch as an engine: the same predictions, losses and gradients as the reference engine."""

import subprocess
import sys

import numpy as np
import pytest

import axone as ax
from axone.data import Examples
from axone.engines import Recipe, ReferenceEngine, UnsupportedError
from axone.losses import LOSSES
from axone.optimizers import SGD
from axone.penalties import Penalty

pytest.importorskip("torch", reason="the engine is PyTorch, of the extra `torch`")

from axone.engines.torch import TorchEngine

RANDOM = np.random.default_rng(1)
ROWS = 23


def recipe_of(*layers, loss="cce", dtype="float64", **settings):
    network = ax.Network(*layers, input_shape=4)
    return Recipe(network, LOSSES.resolve(loss), SGD(0.1), dtype=dtype, seed=3, **settings)


def examples_of(recipe, weight=None):
    outputs = recipe.network.output_shape[0]
    X = RANDOM.normal(size=(ROWS, 4)).astype(recipe.dtype)
    y = (
        RANDOM.integers(0, outputs, ROWS)
        if recipe.loss.task == "classification"
        else X[:, :outputs]
    )
    return Examples(X, recipe.loss.prepare(y, recipe.network.output_shape, recipe.dtype), weight)


RECIPES = {
    "classes": recipe_of(ax.Dense(6, "tanh"), ax.Dense(3, "softmax")),
    "several numbers": recipe_of(ax.Dense(6, "gelu"), ax.Dense(2), loss="huber"),
    "quantiles": recipe_of(
        ax.Dense(6, "gelu"), ax.Dense(4), loss={"name": "quantile", "levels": [0.1, 0.7]}
    ),
    "random layers": recipe_of(
        ax.GaussianNoise(0.1), ax.Dense(6, "prelu"), ax.Dropout(0.3), ax.Dense(3, "softmax")
    ),
    "batch norm within a block": recipe_of(
        ax.Residual(ax.Dense(4), ax.BatchNorm(), ax.Activation("relu")), ax.Dense(3, "softmax")
    ),
    "a recurrent layer of each cell": recipe_of(
        ax.Reshape((4, 1)),
        ax.GRU(3, bidirectional=True),
        ax.Recurrent(ax.RNNCell(3)),
        ax.Recurrent(ax.RNNCell(3, "relu"), bidirectional=True),
        ax.LSTM(2),
        ax.LastStep(),
        ax.Dense(3, "softmax"),
    ),
    "the last states of both directions": recipe_of(
        ax.Reshape((2, 2)), ax.LSTM(3, bidirectional=True, last=True), ax.Dense(3, "softmax")
    ),
    "a transformer": recipe_of(
        ax.Reshape((2, 2)),
        ax.PositionwiseDense(4),
        ax.PositionalEncoding(),
        ax.Residual(ax.LayerNorm(), ax.Attention(2), ax.Dropout(0.2)),
        ax.Residual(ax.RMSNorm(), ax.PositionwiseDense(6, "prelu"), ax.PositionwiseDense(4)),
        ax.Attention(4, causal=True),
        ax.GRU(2, last=True),
        ax.Dense(3, "softmax"),
    ),
    "signals": recipe_of(
        ax.Reshape((2, 2)),
        ax.Conv1D(4, 3, "relu", stride=2, padding=2, groups=2),
        ax.Residual(
            ax.Conv1D(3, 2, "prelu", padding="same", stride=2, bias=False),
            shortcut=[ax.Conv1D(3, 1, stride=2), ax.BatchNorm(), ax.Dropout(0.2)],
        ),
        ax.MaxPool(2, 1, "same"),
        ax.ChannelDropout(0.3),
        ax.Transpose(),
        ax.AveragePool(2, padding=1),
        ax.Upsample(size=7),
        ax.GlobalPool("max"),
        ax.Dense(3, "softmax"),
    ),
    "images": recipe_of(
        ax.Dense(40),
        ax.Reshape((2, 4, 5)),
        ax.Conv2D(3, (3, 2), "tanh", (2, 1), padding=(1, 0), dilation=(1, 2)),
        ax.AveragePool((2, 3), 2, "same"),
        ax.Upsample((2, 3)),
        ax.Conv2D(4, 4, "softmax", padding="same"),
        ax.MaxPool(2, 1, (1, 0)),
        ax.GlobalPool(),
        ax.Dense(3, "softmax"),
    ),
    "formulas": recipe_of(
        ax.Dense(6, "a*z + b*tanh(c*z), a=1, b=0.5, c=2"),
        ax.Dense(5, "0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3)))"),
        ax.Dense(5, "clip(where(z > 0, log1p(abs(z)), exp(z)/(1 + z**2)), -1, 0.9) - erf(z)"),
        ax.Activation("a*sin(z)**2, a=2"),
        ax.Dense(4, "z + 0.2*cos(z)"),
        loss="huber",
    ),
    "penalties": recipe_of(
        ax.Dense(5, "relu"), ax.Dense(1, "sigmoid"), loss="bce", penalty=Penalty(0.3, 0.7)
    ),
}


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("name", RECIPES)
def test_it_computes_what_the_reference_engine_computes(name, weighted):
    recipe = RECIPES[name]
    weight = RANDOM.uniform(0.1, 2, ROWS) if weighted else None
    examples = examples_of(recipe, weight)
    plan, reference = TorchEngine().compile(recipe), ReferenceEngine().compile(recipe)
    parameters = recipe.network.initialize(2, "float64")
    rows = (examples,)
    wanted = reference.predict(parameters, examples.X)
    np.testing.assert_allclose(plan.predict(parameters, examples.X), wanted, rtol=1e-12)
    loss, prediction = plan.evaluate(parameters, examples)
    assert loss == pytest.approx(reference.evaluate(parameters, *rows)[0], rel=1e-12)
    np.testing.assert_allclose(prediction, wanted, rtol=1e-12)
    value, gradient = plan.loss_and_gradient(parameters, examples, step=4)
    expected, slope = reference.loss_and_gradient(parameters, *rows, step=4)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient.vector, slope.vector, rtol=1e-10, atol=1e-13)


def test_float32_stays_float32():
    recipe = recipe_of(ax.Dense(3, "softmax"), dtype="float32")
    plan, parameters = TorchEngine().compile(recipe), recipe.network.initialize(0)
    examples = examples_of(recipe)
    assert plan.predict(parameters, examples.X).dtype == np.float32
    assert plan.loss_and_gradient(parameters, examples, 1)[1].vector.dtype == np.float32


def test_a_plan_moves_neither_the_weights_nor_pytorchs_generator(torch):
    recipe = RECIPES["batch norm within a block"]
    plan, parameters = TorchEngine().compile(recipe), recipe.network.initialize(0, "float64")
    before = parameters.copy()
    generator = torch.random.get_rng_state()
    plan.loss_and_gradient(parameters, examples_of(recipe), 1)
    assert parameters.vector.tobytes() == before.vector.tobytes()
    assert parameters.buffers.tobytes() == before.buffers.tobytes()
    assert torch.equal(torch.random.get_rng_state(), generator)


def test_what_is_beyond_pytorch_is_said_in_words_and_refused():
    engine = TorchEngine()
    assert engine.obstacles(RECIPES["classes"]) == ()
    within = ax.Residual(ax.Dense(4), shortcut=[ax.Dense(4, "heaviside")])
    assert engine.obstacles(recipe_of(within, ax.Dense(3, "softmax"))) == (
        "PyTorch cannot be given the activation heaviside.",
    )
    strange = recipe_of(ax.Dense(5, "heaviside"), ax.Dense(3, "softmax"))
    assert engine.obstacles(strange) == ("PyTorch cannot be given the activation heaviside.",)
    with pytest.raises(UnsupportedError, match="cannot be given the activation heaviside"):
        engine.compile(strange)


def test_tokens_of_any_integers_are_read():
    network = ax.Network(
        ax.Embedding(5, 3), ax.LSTM(2, last=True), ax.Dense(2, "softmax"), input_shape=4
    )
    recipe = Recipe(network, LOSSES.resolve("cce"), SGD(0.1), dtype="float64", seed=3)
    parameters = network.initialize(2, "float64")
    X = RANDOM.integers(0, 5, (6, 4)).astype(np.uint8)
    plan, reference = TorchEngine().compile(recipe), ReferenceEngine().compile(recipe)
    wanted = reference.predict(parameters, X)
    np.testing.assert_allclose(plan.predict(parameters, X), wanted, rtol=1e-12)


def test_cells_of_ones_own_and_truncation_are_beyond_pytorch():
    class Slow(ax.GRUCell):
        """In no table."""

    engine, head = TorchEngine(), ax.Dense(3, "softmax")
    own = recipe_of(ax.Reshape((4, 1)), ax.Recurrent(Slow(2), last=True), head)
    assert engine.obstacles(own) == ("PyTorch cannot be given the cell Slow.",)
    short = recipe_of(ax.Reshape((4, 1)), ax.GRU(2, last=True, truncation=2), head)
    assert engine.obstacles(short) == (
        "PyTorch cannot be given truncated backpropagation through time.",
    )


def test_axone_does_not_import_pytorch_by_itself():
    code = "import sys, axone, axone.comparison; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
