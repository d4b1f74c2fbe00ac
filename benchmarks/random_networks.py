"""Networks drawn at random, trained by both engines, and how far apart they end.

``python -m benchmarks.random_networks 3000`` draws so many, prints the seed it began with and every
network that ends further apart than `TOLERANCE`, with what one rounding does to it. Every single
step is also made by both engines from the same state, where nothing has had time to grow. The tests
draw fresh ones in every run.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import axone as ax
from axone.arrays import FloatArray
from axone.data import Examples
from axone.engines import Engine, NativeEngine, Recipe, ReferenceEngine
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.schedules import SCHEDULES

TOLERANCE = 1e-8
"""Of float64, after a step from the same state and after three epochs, relative to the largest
weight, or to 1 if that is larger."""

EPOCHS = 3

SHARE_OF_MOVEMENT = 10
"""How many times as far apart as the reference moves by itself, if that is more than `TOLERANCE`:
where batch norm leaves a gradient of nothing but rounding, Adam and its kin divide it by its own
size, and the last bit of the first weights decides about the eighth digit of the last. No step made
from the same state is excused so."""

_ROUNDINGS = 20
"""How many are tried to find that out. Few were found to miss what matters: of sixty, on a network
whose engines ended 1.4e-2 apart, six moved the reference by as much and most by 1e-5."""

_SMALL = 1e-3
"""A gradient whose largest number is smaller is compared as if that were it (and the moments, which
may hold its squares, as if they had this one's): behind a saturated tanh, 1 − a² keeps the rounding
of a, whatever is left of the gradient."""

_ACTIVATIONS = (
    *("identity", "tanh", "sigmoid", "relu", "leaky_relu", "prelu", "elu", "selu"),
    *("gelu", "gelu_tanh", "swish", "softplus"),
)
KINDS = (
    *("dense", "dense", "dropout", "batch_norm", "layer_norm", "rms_norm", "noise", "residual"),
)
"""Of hidden layers, each as likely as it is often here."""

HEADS = (
    ("categorical_cross_entropy", "softmax"),
    ("binary_cross_entropy", "sigmoid"),
    ("mse", "identity"),
    ("mse", "tanh"),
    ("mae", "identity"),
    ("huber", "identity"),
    ("poisson", "exponential"),
    ("poisson", "softplus"),
)
RULES = (
    *("gradient_descent", "sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "adagrad"),
    {"name": "momentum", "form": "classical"},
    {"name": "momentum", "form": "heavy_ball"},
)

_NORMS = {"layer_norm": ax.LayerNorm, "rms_norm": ax.RMSNorm}
_FEWEST_NORMALISED = 3
"""Features: of one or two, x̂ is 0 or a sign, and its gradient is the rounding of 0. What follows
then lies on the kink of its activation, where the last bit chooses the side."""


@dataclass(frozen=True)
class Agreement:
    """How two engines ended on the same recipe.

    Attributes
    ----------
    seed : int
        From which everything was drawn.
    recipe : Recipe
    rows : int
    difference : float
        The largest of weights, running averages and predictions, relative as `TOLERANCE` is.
    movement : float
        How far the reference ends from itself when it starts with weights that are one rounding
        off, where that had to be found out; else 0.
    step_difference : float
        The largest of any one step that both began in the reference's state: of its loss, gradient
        and moments, and of the running averages after it. The weights after it are not among them:
        a gradient of rounding over ε is a step of rounding, here too.
    same_steps : bool
        Whether both made as many steps.
    """

    seed: int
    recipe: Recipe
    rows: int
    difference: float
    movement: float
    step_difference: float
    same_steps: bool

    @property
    def holds(self) -> bool:
        """Whether they made every step alike and ended alike."""
        allowed = max(TOLERANCE, SHARE_OF_MOVEMENT * self.movement)
        return self.same_steps and self.step_difference < TOLERANCE and self.difference < allowed

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.difference:.1e} apart, one rounding moves the reference by "
            f"{self.movement:.1e}, a step from the same state at most {self.step_difference:.1e}; "
            f"{EPOCHS} epochs of {self.rows} rows"
            f"{'' if self.same_steps else ', other steps'}: {self.recipe}"
        )


def compared(seed: int, kinds: Sequence[str] = KINDS, rules: Sequence[Any] = RULES) -> Agreement:
    """Draw a network, its training and its rows from one number, and let both engines train it.

    Batches are ragged as they come, with batch norm too (a last batch of a single row included),
    and ε is what users have.

    Parameters
    ----------
    seed : int
    kinds : sequence of str
        Of the hidden layers. With others the same seed draws another network.
    rules : sequence of str or mapping
        The optimisers. With others the same seed draws another training.
    """
    random = np.random.default_rng(seed)
    recipe, rows = _recipe(random, kinds, rules), int(random.integers(2, 90))
    examples = _examples(random, recipe, rows)
    start = recipe.network.initialize(recipe.seed, "float64")
    wanted, steps = _trained(ReferenceEngine(), recipe, examples, start)
    found, same = _trained(NativeEngine(), recipe, examples, start)
    difference, movement = _apart(found, wanted), 0.0
    if difference >= TOLERANCE:
        for _ in range(_ROUNDINGS):
            nudged = start.copy()
            nudged.vector[...] *= 1 + np.finfo(float).eps * random.integers(
                -1, 2, nudged.vector.size
            )
            other, _steps = _trained(ReferenceEngine(), recipe, examples, nudged)
            movement = max(movement, _apart(other, wanted))
    step_difference = _furthest_step(recipe, examples, start)
    return Agreement(seed, recipe, rows, difference, movement, step_difference, steps == same)


def _trained(
    engine: Engine, recipe: Recipe, examples: Examples, start: Parameters
) -> tuple[list[FloatArray], int]:
    """Return weights, running averages and predictions after some epochs, and the steps made."""
    plan = engine.compile(recipe)
    state = plan.start(start.copy())
    with np.errstate(over="ignore", invalid="ignore"):
        plan.session(state, examples, EPOCHS).advance(epochs=EPOCHS)
        prediction = plan.predict(state.parameters, examples.X)
    return [state.parameters.vector, state.parameters.buffers, prediction], state.step


def _furthest_step(recipe: Recipe, examples: Examples, start: Parameters) -> float:
    """Begin every step in the reference's state with both engines; return the most they differ."""
    reference, native = ReferenceEngine().compile(recipe), NativeEngine().compile(recipe)
    state, size = reference.start(start.copy()), recipe.batch_rows(len(examples))
    furthest = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        while state.epoch < EPOCHS:
            order = recipe.order(state.epoch, len(examples))
            batch = examples.rows(order[state.batch * size : (state.batch + 1) * size])
            theirs = reference.loss_and_gradient(state.parameters, batch, state.step + 1)
            ours = native.loss_and_gradient(state.parameters, batch, state.step + 1)
            same = state.copy()
            laps = [
                plan.session(at, examples, EPOCHS).advance(epochs=EPOCHS, steps=1)
                for plan, at in ((reference, state), (native, same))
            ]
            if any(lap.divergence for lap in laps):
                return furthest if all(lap.divergence for lap in laps) else np.inf
            furthest = max(
                furthest,
                _apart([same.parameters.buffers], [state.parameters.buffers]),
                _apart([np.array(ours[0])], [np.array(theirs[0])]),
                _apart([ours[1].vector], [theirs[1].vector], _SMALL),
                _apart(list(same.slots.values()), list(state.slots.values()), _SMALL**2),
            )
    return furthest


def _apart(found: list[FloatArray], wanted: list[FloatArray], least: float = 1.0) -> float:
    """Return the largest relative difference; infinite where only one of two numbers is finite."""
    furthest = 0.0
    for ours, theirs in zip(found, wanted, strict=True):
        finite = np.isfinite(theirs)
        if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
            return np.inf
        if not np.isfinite(ours[finite]).all():
            return np.inf
        size = np.abs(theirs[finite]).max(initial=least)
        furthest = max(furthest, float(np.abs(ours - theirs)[finite].max(initial=0.0) / size))
    return furthest


def _choice(random: np.random.Generator, options: Any) -> Any:
    return options[int(random.integers(len(options)))]


def _recipe(random: np.random.Generator, kinds: Sequence[str], rules: Sequence[Any]) -> Recipe:
    width = inputs = int(random.integers(1, 70))
    layers = []
    for _ in range(int(random.integers(0, 5))):
        layer, width = _layer(random, width, kinds)
        layers.append(layer)
    loss, output = _choice(random, HEADS)
    outputs = int(random.integers(2 if output == "softmax" else 1, 35))
    rule, rate = _choice(random, rules), _choice(random, (0.001, 0.01))
    return Recipe(
        ax.Network(*layers, ax.Dense(outputs, output), input_shape=inputs),
        LOSSES.resolve({"name": loss, "scale": _choice(random, (1.0, 0.5, 3.0))}),
        replace(OPTIMIZERS.resolve(rule), learning_rate=rate),
        batch_size=int(random.integers(2, 40)),
        schedule=SCHEDULES.resolve(_choice(random, ("constant", "cosine", "adaptive"))),
        penalty=Penalty(_choice(random, (0.0, 0.1)), _choice(random, (0.0, 0.5))),
        clipping=Clipping(_choice(random, (None, 0.05)), _choice(random, (None, 0.1))),
        dtype="float64",
        seed=int(random.integers(1000)),
        shuffle=bool(random.integers(2)),
    )


def _layer(random: np.random.Generator, width: int, kinds: Sequence[str]) -> tuple[ax.Layer, int]:
    name = _choice(random, _ACTIVATIONS)
    kind = _choice(random, kinds)
    if kind == "dense":
        units = int(random.integers(1, 71))
        return ax.Dense(units, name, bias=bool(random.integers(2))), units
    if kind == "dropout":
        return ax.Dropout(_choice(random, (0.0, 0.3, 0.7))), width
    if kind in _NORMS:
        few = width < _FEWEST_NORMALISED
        return ax.Activation(name) if few else _NORMS[kind](), width
    if kind == "residual":
        return ax.Residual(ax.Dense(width, name), ax.Dropout(0.2), ax.Dense(width)), width
    return {"batch_norm": ax.BatchNorm(), "noise": ax.GaussianNoise(0.1)}[kind], width


def _examples(random: np.random.Generator, recipe: Recipe, rows: int) -> Examples:
    X = random.normal(size=(rows, *recipe.network.input_shape))
    target = targets(random, recipe, rows)
    weight = random.uniform(0.1, 2, size=rows) if random.integers(2) else None
    return Examples(X, target, weight)


def targets(random: np.random.Generator, recipe: Recipe, rows: int) -> FloatArray:
    """Draw what the loss of a recipe may be asked to learn, prepared for it."""
    (outputs,) = recipe.network.output_shape
    name = LOSSES.name_of(recipe.loss)
    if name == "poisson":
        y = random.poisson(2, size=(rows, outputs))
    elif name == "binary_cross_entropy":
        y = random.integers(0, 2, size=(rows, outputs))
    elif name == "categorical_cross_entropy":
        y = random.integers(0, outputs, size=rows)
    else:
        y = random.normal(size=(rows, outputs))
    return recipe.loss.prepare(y, (outputs,), recipe.dtype)


def _quantiles(differences: list[float]) -> str:
    median, most, largest = np.quantile(differences, (0.5, 0.99, 1), method="lower")
    return f"median {median:.1e}, 99 % below {most:.1e}, largest {largest:.1e}"


def main() -> int:
    """Compare as many networks as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.random_networks")
    parser.add_argument("count", type=int, nargs="?", default=3000)
    parser.add_argument("--seed", type=int, help="begin with this one; drawn if left out")
    given = parser.parse_args()
    first = secrets.randbelow(2**32) if given.seed is None else given.seed
    print(f"{given.count} networks from seed {first} on")
    differences, steps, beyond, apart = [], [], 0, 0
    for seed in range(first, first + given.count):
        found = compared(seed)
        differences.append(found.difference)
        steps.append(found.step_difference)
        beyond += found.difference >= TOLERANCE
        apart += not found.holds
        if found.difference >= TOLERANCE or not found.holds:
            print("explained:" if found.holds else "APART:", found, flush=True)
    print(f"a step from the same state: {_quantiles(steps)}")
    print(f"after {EPOCHS} epochs: {_quantiles(differences)}")
    print(f"{beyond} of {given.count} end further apart than {TOLERANCE:.0e}")
    print(
        f"{apart} are apart at a step, or end {SHARE_OF_MOVEMENT} times as far as a rounding moves"
    )
    return 1 if apart else 0


if __name__ == "__main__":
    sys.exit(main())
