"""The learning-rate range test: a few steps at rates that rise, and what the loss says to each.

After Smith, "Cyclical learning rates for training neural networks" (2017): too small a rate leaves
the loss where it is, a good one lets it fall, too large a one throws it up again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines import Plan, Recipe, compile_recipe, never
from axone.errors import ConfigurationError
from axone.messages import _
from axone.optimizers import SGD, GradientDescent, Momentum, Nesterov
from axone.parameters import Parameters
from axone.schedules import ConstantRate

LOWEST, HIGHEST, RATES = 1e-6, 10.0, 71
"""Ten rates a power of ten: seven powers, which hold the useful rates of every optimiser."""

_STEPS = 2
"""At every rate."""

_BATCHES = 4
"""Whose rows judge, the same ones after every rate: batches differ more than rates do."""

_THROWN_UP = 3.0
"""Times the first loss, beyond which no higher rate is worth a try."""

_FALLEN = 0.98
"""Of the first loss: where it never fell below, it did not fall."""

_BELOW_THE_LEAST = 10.0
"""How far below the rate of the least loss the suggestion lies: there it falls, and calmly."""

_BELOW_WHERE_STEPS_FOLLOW_THE_GRADIENT = 3.0
"""The same for rules whose steps grow shorter with the gradient, near the end all by themselves."""

_MOST_OF_ADAPTIVE = 0.01
"""The highest that is suggested for rules that make every step about as long as the rate: a few
steps stand more than an epoch does."""


@dataclass(frozen=True)
class RangeTest:
    """What a range test found.

    Attributes
    ----------
    rates, losses : array of shape (n_rates,)
        The rates tried, and the loss of some rows after the steps at each.
    first_loss : float
        Theirs before the first step.
    suggestion : float or None
        The rate to take; None where the loss never fell.
    """

    rates: FloatArray
    losses: FloatArray
    first_loss: float
    suggestion: float | None


def range_test(
    recipe: Recipe,
    engine: str,
    examples: Examples,
    begin: Parameters,
    interrupted: Callable[[], bool] = never,
) -> RangeTest:
    """Train for some steps at rates that rise from step to step.

    Parameters
    ----------
    recipe : Recipe
        How the network is trained; its own learning rate and schedule are left aside.
    engine : str
    examples : Examples
        The training rows, or some of them.
    begin : Parameters
        The weights to begin with, which stay as they are.
    interrupted : callable
        Asked between steps; True ends the test early.

    Raises
    ------
    ConfigurationError
        The optimiser finds the length of its steps itself.
    """
    if not recipe.optimizer.stepwise:
        raise ConfigurationError(
            _("L-BFGS finds the length of its steps itself: there is no rate to look for.")
        )
    tried = replace(recipe, schedule=ConstantRate(), measures=(), drop_last=False)
    plan = compile_recipe(tried, engine, 1).plan
    state = plan.start(begin.copy())
    judges = examples.rows(slice(0, _BATCHES * tried.batch_rows(len(examples))))
    rates = np.geomspace(LOWEST, HIGHEST, RATES)
    session = plan.session(state, examples, _STEPS * RATES + 1)
    losses: list[float] = []
    with np.errstate(all="ignore"):
        try:
            first = _judged(plan, begin, judges)
            for rate in rates:
                state.learning_rate = float(rate)
                lap = session.advance(epochs=_STEPS + 1, steps=_STEPS)
                loss = _judged(plan, state.parameters, judges)
                if lap.divergence is not None or not np.isfinite(loss) or interrupted():
                    break
                losses.append(loss)
                if loss > _THROWN_UP * first:
                    break
        finally:
            session.close()
    found = np.array(losses)
    return RangeTest(rates[: len(found)], found, first, _suggested(recipe, rates, found, first))


def _judged(plan: Plan, parameters: Parameters, judges: Examples) -> float:
    """Return the loss of some rows as in training: batch norm has no averages yet."""
    if parameters.buffers.size:
        return plan.loss_and_gradient(parameters, judges, step=1)[0]
    return plan.evaluate(parameters, judges)[0]


def _suggested(recipe: Recipe, rates: FloatArray, losses: FloatArray, first: float) -> float | None:
    """Return the rate to take, with two digits."""
    if not len(losses) or losses.min() > _FALLEN * first:
        return None
    follows = isinstance(recipe.optimizer, (SGD, GradientDescent, Momentum, Nesterov))
    rate = float(rates[int(losses.argmin())])
    if follows:
        rate /= _BELOW_WHERE_STEPS_FOLLOW_THE_GRADIENT
    else:
        rate = min(rate / _BELOW_THE_LEAST, _MOST_OF_ADAPTIVE)
    return float(f"{rate:.1e}")
