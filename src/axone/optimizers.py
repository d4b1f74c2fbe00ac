"""Optimisers: how a gradient moves the weights. Each works on whole vectors and knows no layers.

`update` changes the vector of weights and the optimiser's own vectors (its slots) in place: they
are as large as the network, and a step should not allocate them anew.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from axone import lbfgs
from axone.arrays import DType, FloatArray
from axone.bounds import LARGEST_FLOAT32, MOST_PAIRS
from axone.checks import check_choice, check_integer, check_number
from axone.errors import ConfigurationError
from axone.messages import _
from axone.registry import Registry
from axone.traced import Index, Traced, WorkedAt, Working, joined


class Move(NamedTuple):
    """One step that an optimiser made, for its trace: flat vectors before it and after it.

    `gradient` is as the rule was given it, clipped and with its penalty; weights are those that it
    moved, the decay behind them.
    """

    gradient: FloatArray
    weights: FloatArray
    slots: Sequence[FloatArray]
    moved_weights: FloatArray
    moved_slots: Sequence[FloatArray]
    learning_rate: float
    step: int


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule W ← W − η·(something made of ∂L/∂W).

    Attributes
    ----------
    slots : tuple of str
        Names of the vectors that the rule remembers from step to step.
    full_batch : bool
        Whether one step sees every row.
    stepwise : bool
        Whether `update` makes the steps, one a batch. A rule that is not stepwise searches for its
        steps itself, an epoch being one of them, and has no learning rate.
    """

    learning_rate: float = 0.01
    slots: ClassVar[tuple[str, ...]] = ()
    full_batch: ClassVar[bool] = False
    stepwise: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0)

    @property
    def decoupled_decay(self) -> float:
        """Return λ of W ← W − ηλW, applied before the update and apart from the gradient."""
        return 0.0

    def fresh_slots(self, vector: FloatArray) -> dict[str, FloatArray]:
        """Return what the rule remembers of a run that has made no step with these weights.

        Vectors of zeros, unless a rule says otherwise.
        """
        return {name: np.zeros(vector.shape, vector.dtype) for name in self.slots}

    def without_rows(self, slots: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return what is remembered, but for what is true of the rows learnt from alone.

        For a run that goes on with others, perhaps; all of it, unless a rule says otherwise.
        """
        return dict(slots)

    def without_frozen(self, slots: Mapping[str, FloatArray], size: int) -> dict[str, FloatArray]:
        """Return what is remembered, but for what would move the first `size` weights.

        For a run that goes on with them frozen. A rule that is given the other weights alone, as
        all are that make a step a batch, forgets nothing.
        """
        del size
        return dict(slots)

    @abstractmethod
    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        """Make one step in place.

        Parameters
        ----------
        weights, gradient : array of shape (n_parameters,)
            `gradient` is only read.
        slots : sequence of arrays of shape (n_parameters,)
            What the rule remembers, in the order of `self.slots`.
        learning_rate : float
            η of this step, the schedule already applied.
        step : int
            1 for the first step of the run.
        """

    def trace(self, move: Move) -> tuple[Traced, ...]:
        """Name what a step computed: what is remembered, in the order of `slots`; last the weights.

        Every array is as long as the vector of weights.
        """
        remembered = zip(self.slots, move.moved_slots, strict=True)
        return (
            *(
                Traced(name, _("{name} = after the step", name=name), slot)
                for name, slot in remembered
            ),
            Traced("W", _("W = W moved by {rule}", rule=type(self).__name__), move.moved_weights),
        )


def _descent(move: Move) -> tuple[Traced, ...]:
    """Name W ← W − η·g."""
    return (_weights(move, "W = W − η·g", move.gradient),)


def _weights(move: Move, equation: str, by: FloatArray) -> Traced:
    """Name the weights after a step of η times something."""

    def worked_at(index: Index) -> Working:
        moved = (move.learning_rate, "·", float(by[index]))
        return joined((float(move.weights[index]),), moved, by=" − ")

    return Traced("W", equation, move.moved_weights, worked_at)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent: W ← W − η·g (Robbins & Monro 1951)."""

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        weights -= learning_rate * gradient

    def trace(self, move: Move) -> tuple[Traced, ...]:
        return _descent(move)


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    """Gradient descent (Cauchy 1847): W ← W − η·g, every step on all the rows."""

    full_batch: ClassVar[bool] = True

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        weights -= learning_rate * gradient

    def trace(self, move: Move) -> tuple[Traced, ...]:
        return _descent(move)


@dataclass(frozen=True)
class Momentum(Optimizer):
    """A velocity made of all gradients so far moves the weights (Polyak 1964).

    Three forms are in use; g is the gradient and η the learning rate of the step:

    ============  =================  ==========  =================================================
    form          velocity           weights     where
    ============  =================  ==========  =================================================
    "averaged"    v ← βv + (1 − β)g  W ← W − ηv  many courses; Adam's first moment (Kingma & Ba
                                                 2015): v has the size of a gradient
    "classical"   v ← βv + g         W ← W − ηv  PyTorch
    "heavy_ball"  v ← βv + ηg        W ← W − v   Polyak 1964, whose v is the last step; Sutskever
                                                 et al. 2013, equations 1 and 2, scikit-learn and
                                                 Keras write it v ← βv − ηg, W ← W + v
    ============  =================  ==========  =================================================

    At a constant η the last two take the same path, and the first does where its η is 1/(1 − β)
    times as large. They part where η changes: in a heavy ball the gradients of before keep the η
    they were met with, in the others they get the new one.

    Parameters
    ----------
    learning_rate : float, default 0.01
    beta : float, default 0.9
        How much of the velocity survives a step.
    form : {"averaged", "classical", "heavy_ball"}, default "averaged"
        The default needs no other learning rate than plain gradient descent.
    """

    beta: float = 0.9
    form: str = "averaged"
    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("beta", self.beta, at_least=0, below=1)
        check_choice("form", self.form, ("averaged", "classical", "heavy_ball"))

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        (velocity,) = slots
        velocity *= self.beta
        if self.form == "heavy_ball":
            velocity += learning_rate * gradient
            weights -= velocity
            return
        share = 1 - self.beta if self.form == "averaged" else 1.0
        velocity += share * gradient
        weights -= learning_rate * velocity

    def trace(self, move: Move) -> tuple[Traced, ...]:
        (before,), (velocity,) = move.slots, move.moved_slots
        share = {"averaged": 1 - self.beta, "heavy_ball": move.learning_rate}.get(self.form, 1.0)
        written = {"averaged": "(1 − β)·g", "heavy_ball": "η·g"}.get(self.form, "g")

        def of_velocity(index: Index) -> Working:
            kept, g = (self.beta, "·", float(before[index])), float(move.gradient[index])
            return joined(kept, (g,) if self.form == "classical" else (share, "·", g))

        def of_weights(index: Index) -> Working:
            return (float(move.weights[index]), " − ", float(velocity[index]))

        traced = Traced("v", f"v = β·v + {written}", velocity, of_velocity)
        if self.form == "heavy_ball":
            return (traced, Traced("W", "W = W − v", move.moved_weights, of_weights))
        return (traced, _weights(move, "W = W − η·v", velocity))


@dataclass(frozen=True)
class Nesterov(Optimizer):
    """Momentum that looks ahead: v ← βv + g, W ← W − η(g + βv) (Nesterov 1983; Sutskever 2013).

    In PyTorch's form, whose velocity holds gradients, like that of "classical" `Momentum`.
    """

    beta: float = 0.9
    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("beta", self.beta, at_least=0, below=1)

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        (velocity,) = slots
        velocity *= self.beta
        velocity += gradient
        weights -= learning_rate * (gradient + self.beta * velocity)

    def trace(self, move: Move) -> tuple[Traced, ...]:
        (before,), (velocity,) = move.slots, move.moved_slots

        def of_velocity(index: Index) -> Working:
            return (self.beta, "·", float(before[index]), " + ", float(move.gradient[index]))

        def of_weights(index: Index) -> Working:
            ahead = (float(move.gradient[index]), " + ", self.beta, "·", float(velocity[index]))
            return (float(move.weights[index]), " − ", move.learning_rate, "·(", *ahead, ")")

        return (
            Traced("v", "v = β·v + g", velocity, of_velocity),
            Traced("W", "W = W − η·(g + β·v)", move.moved_weights, of_weights),
        )


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Steps divided by the root of all squares so far: s ← s + g², W ← W − ηg/(√s + ε).

    Duchi, Hazan & Singer 2011, section 1.1: a weight whose gradients were large or many moves less
    and less, one that is seldom asked keeps its rate. The rate falls by itself, like 1/√t;
    a schedule may lower it further.

    Parameters
    ----------
    learning_rate : float, default 0.01
    epsilon : float, default 1e-10
        Keeps 0/0 away where a weight has met no gradient; PyTorch's default.
    initial_accumulator : float, default 0
        s before the first step. Where it is 0 the first step of every weight is ±η.
    """

    epsilon: float = 1e-10
    initial_accumulator: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("accumulator",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("epsilon", self.epsilon, above=0)
        check_number(
            "initial_accumulator", self.initial_accumulator, at_least=0, at_most=LARGEST_FLOAT32
        )

    def fresh_slots(self, vector: FloatArray) -> dict[str, FloatArray]:
        return {"accumulator": np.full(vector.shape, self.initial_accumulator, vector.dtype)}

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        (accumulator,) = slots
        accumulator += gradient * gradient
        root = np.sqrt(accumulator)
        root += self.epsilon
        weights -= learning_rate * gradient / root

    def trace(self, move: Move) -> tuple[Traced, ...]:
        (before,), (squares,) = move.slots, move.moved_slots

        def of_squares(index: Index) -> Working:
            return (float(before[index]), " + ", float(move.gradient[index]), "²")

        return (
            Traced("s", "s = s + g²", squares, of_squares),
            _by_root(move, move.gradient, squares, self.epsilon, "g", "s"),
        )


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """Steps divided by a running root mean square: s ← ρs + (1 − ρ)g², W ← W − ηg/(√s + ε).

    Tieleman & Hinton 2012, lecture 6e.
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    slots: ClassVar[tuple[str, ...]] = ("mean_square",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("rho", self.rho, at_least=0, below=1)
        check_number("epsilon", self.epsilon, above=0)

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        (mean_square,) = slots
        square = gradient * gradient
        square *= 1 - self.rho
        mean_square *= self.rho
        mean_square += square
        root = np.sqrt(mean_square, out=square)
        root += self.epsilon
        weights -= learning_rate * gradient / root

    def trace(self, move: Move) -> tuple[Traced, ...]:
        (before,), (squares,) = move.slots, move.moved_slots
        of_squares = _running(self.rho, before, move.gradient, "²")
        return (
            Traced("s", "s = ρ·s + (1 − ρ)·g²", squares, of_squares),
            _by_root(move, move.gradient, squares, self.epsilon, "g", "s"),
        )


@dataclass(frozen=True)
class Adam(Optimizer):
    """Momentum and RMSProp, both corrected for their start at zero (Kingma & Ba 2015, algorithm 1).

    m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ),
    W ← W − ηm̂/(√v̂ + ε).

    Parameters
    ----------
    form : {"corrected", "uncorrected"}, default "corrected"
        Which root ε is added to: that of v̂, or that of v before its correction, so that
        W ← W − η√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε), the form at the end of their section 2, which
        scikit-learn and TensorFlow compute. They differ where a gradient is hardly above ε.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    form: str = "corrected"
    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_adam(self)
        check_choice("form", self.form, ("corrected", "uncorrected"))

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        _adam_step(self, weights, gradient, slots, learning_rate, step)

    def trace(self, move: Move) -> tuple[Traced, ...]:
        return _adam_trace(self, move)


@dataclass(frozen=True)
class AdamW(Optimizer):
    """Adam with weight decay beside the gradient: W ← W − ηλW first (Loshchilov & Hutter 2019).

    Parameters
    ----------
    weight_decay : float, default 0.01
        λ; biases and batch-norm parameters do not decay.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    slots: ClassVar[tuple[str, ...]] = Adam.slots

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_adam(self)
        check_number("weight_decay", self.weight_decay, at_least=0)

    @property
    def decoupled_decay(self) -> float:
        return self.weight_decay

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        _adam_step(self, weights, gradient, slots, learning_rate, step)

    def trace(self, move: Move) -> tuple[Traced, ...]:
        return _adam_trace(self, move)


def _check_adam(adam: Adam | AdamW) -> None:
    check_number("beta_1", adam.beta_1, at_least=0, below=1)
    check_number("beta_2", adam.beta_2, at_least=0, below=1)
    check_number("epsilon", adam.epsilon, above=0)


def _adam_step(
    adam: Adam | AdamW,
    weights: FloatArray,
    gradient: FloatArray,
    slots: Sequence[FloatArray],
    learning_rate: float,
    step: int,
) -> None:
    first, second = slots
    scratch = gradient * (1 - adam.beta_1)
    first *= adam.beta_1
    first += scratch
    np.multiply(gradient, gradient, out=scratch)
    scratch *= 1 - adam.beta_2
    second *= adam.beta_2
    second += scratch
    # The corrections are two scalars: with cᵢ = 1 − βᵢᵗ, m̂/(√v̂ + ε) is √c₂/c₁·m/(√v + ε√c₂).
    root = math.sqrt(1 - adam.beta_2**step)
    uncorrected = isinstance(adam, Adam) and adam.form == "uncorrected"
    np.sqrt(second, out=scratch)
    scratch += adam.epsilon * (1 if uncorrected else root)
    np.divide(first, scratch, out=scratch)
    scratch *= learning_rate * root / (1 - adam.beta_1**step)
    weights -= scratch


def _running(keep: float, before: FloatArray, found: FloatArray, power: str = "") -> WorkedAt:
    """Write a running mean: keep·before + (1 − keep)·found."""

    def worked_at(index: Index) -> Working:
        share: Working = (1 - keep, "·", float(found[index]), power)
        return joined((keep, "·", float(before[index])), share if power else share[:-1])

    return worked_at


def _by_root(
    move: Move, over: FloatArray, squares: FloatArray, epsilon: float, g: str, s: str
) -> Traced:
    """Name W ← W − η·g/(√s + ε)."""

    def worked_at(index: Index) -> Working:
        root = ("√(", float(squares[index]), ") + ", epsilon)
        by = (move.learning_rate, "·", float(over[index]), "/(", *root, ")")
        return joined((float(move.weights[index]),), by, by=" − ")

    return Traced("W", f"W = W − η·{g}/(√{s} + ε)", move.moved_weights, worked_at)


def _adam_trace(adam: Adam | AdamW, move: Move) -> tuple[Traced, ...]:
    (first_before, second_before), (first, second) = move.slots, move.moved_slots
    of_first = _running(adam.beta_1, first_before, move.gradient)
    of_second = _running(adam.beta_2, second_before, move.gradient, "²")
    moments = (
        Traced("m", "m = β₁·m + (1 − β₁)·g", first, of_first),
        Traced("v", "v = β₂·v + (1 − β₂)·g²", second, of_second),
    )
    if isinstance(adam, Adam) and adam.form == "uncorrected":

        def of_weights(index: Index) -> Working:
            step = float(move.step)
            rate = ("√(1 − ", adam.beta_2, "^(", step, "))/(1 − ", adam.beta_1, "^(", step, "))")
            root = ("·", float(first[index]), "/(√(", float(second[index]), ") + ", adam.epsilon)
            return (float(move.weights[index]), " − ", move.learning_rate, "·", *rate, *root, ")")

        equation = "W = W − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε)"
        return (*moments, Traced("W", equation, move.moved_weights, of_weights))

    def corrected(moment: FloatArray, beta: float, index: Index) -> Working:
        return (float(moment[index]), "/(1 − ", beta, "^(", float(move.step), "))")

    unbiased_first = first / (1 - adam.beta_1**move.step)
    unbiased_second = second / (1 - adam.beta_2**move.step)
    of_mean = partial(corrected, first, adam.beta_1)
    of_square = partial(corrected, second, adam.beta_2)
    return (
        *moments,
        Traced("m̂", "m̂ = m/(1 − β₁ᵗ)", unbiased_first, of_mean),
        Traced("v̂", "v̂ = v/(1 − β₂ᵗ)", unbiased_second, of_square),
        _by_root(move, unbiased_first, unbiased_second, adam.epsilon, "m̂", "v̂"),
    )


@dataclass(frozen=True)
class LBFGS(Optimizer):
    """Limited-memory quasi-Newton on all rows at once (Liu & Nocedal 1989); see `axone.lbfgs`.

    An epoch is one iteration, with its line search, which finds the length of the step: there is
    no learning rate to choose. A step of the run is one gradient.

    Parameters
    ----------
    memory : int, default 10
        How many past steps model the curvature.
    gradient_tolerance : float, default 1e-5
        Converged when no component of the gradient is larger, SciPy's default.
    max_evaluations : int, default 15000
        How many gradients a whole run may compute, scikit-learn's default.
    loss_tolerance : float, optional
        Converged when an iteration lowers the loss by no more than this share of it; by default
        64 roundings of the run's precision. SciPy's default, and scikit-learn's, is 2.2e-9.
    """

    learning_rate: float = field(default=1.0, init=False)
    memory: int = 10
    gradient_tolerance: float = 1e-5
    max_evaluations: int = 15000
    loss_tolerance: float | None = None
    slots: ClassVar[tuple[str, ...]] = lbfgs.SLOTS
    full_batch: ClassVar[bool] = True
    stepwise: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_integer("memory", self.memory, at_least=1, at_most=MOST_PAIRS)
        check_number("gradient_tolerance", self.gradient_tolerance, at_least=0)
        check_integer("max_evaluations", self.max_evaluations, at_least=1)
        if self.loss_tolerance is not None:
            check_number("loss_tolerance", self.loss_tolerance, at_least=0)

    def limits(self, dtype: DType) -> lbfgs.Limits:
        """Return when a run in that precision ends."""
        given = self.loss_tolerance
        loss_tolerance = 64 * float(np.finfo(dtype).eps) if given is None else given
        return lbfgs.Limits(self.gradient_tolerance, loss_tolerance, self.max_evaluations)

    def fresh_slots(self, vector: FloatArray) -> dict[str, FloatArray]:
        return lbfgs.fresh_slots(vector, self.memory)

    def without_rows(self, slots: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        return lbfgs.without_loss(slots)

    def without_frozen(self, slots: Mapping[str, FloatArray], size: int) -> dict[str, FloatArray]:
        # A pair of steps that moved them is of no use, and a part of one has no curvature.
        if not slots["steps"][:, :size].any():
            return dict(slots)
        return lbfgs.fresh_slots(slots["gradient"], self.memory)

    def update(
        self,
        weights: FloatArray,
        gradient: FloatArray,
        slots: Sequence[FloatArray],
        learning_rate: float,
        step: int,
    ) -> None:
        raise ConfigurationError(
            _("L-BFGS searches for its steps itself: it has none of one batch.")
        )


OPTIMIZERS: Registry[Optimizer] = Registry(
    _("optimizer"),
    {
        "gradient_descent": GradientDescent,
        "sgd": SGD,
        "momentum": Momentum,
        "nesterov": Nesterov,
        "adagrad": Adagrad,
        "rmsprop": RMSProp,
        "adam": Adam,
        "adamw": AdamW,
        "lbfgs": LBFGS,
    },
    aliases={"gd": "gradient_descent", "l-bfgs": "lbfgs"},
)
