"""The first epoch of a run step by step, as courses print it: every batch forward, back, and moved.

Which rows a step sees, its learning rate and its noise are the recipe's, as for every engine: the
weights after the last step are those of the reference engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from axone.data.examples import Examples
from axone.engines import Recipe
from axone.engines.state import RunState
from axone.errors import ConfigurationError
from axone.explanation.explaining import Manner, explain_step
from axone.explanation.trace import Trace
from axone.explanation.updating import Rule
from axone.messages import _
from axone.parameters import Parameters

_CELLS = 6
"""Of an array of a batch that are worked out at most: an epoch has many steps."""


@dataclass(frozen=True, eq=False)
class EpochStep:
    """One step of the epoch.

    Attributes
    ----------
    number, steps : int
        From 0, and how many there are.
    trace : Trace
    parameters : Parameters
        After the step.
    """

    number: int
    steps: int
    trace: Trace
    parameters: Parameters


def first_epoch(
    recipe: Recipe, parameters: Parameters, examples: Examples, max_epochs: int
) -> Iterator[EpochStep]:
    """Give the steps of a run's first epoch.

    Parameters
    ----------
    recipe : Recipe
    parameters : Parameters
        With which the run begins; they are not changed.
    examples : Examples
        The training rows, as `axone.training.rows.examples_of` makes them ready.
    max_epochs : int
        Of the run, for its schedule.

    Raises
    ------
    ConfigurationError
        The recipe changes rows at random, or searches for its steps.
    """
    _require_plain(recipe)
    state = RunState.beginning(parameters.copy(), recipe.optimizer)
    order, size = recipe.order(0, len(examples)), recipe.batch_rows(len(examples))
    rates = recipe.rates(state, 1, len(examples), max_epochs)[0]
    slots = state.slots
    for number, rate in enumerate(rates.tolist()):
        batch = examples.rows(order[number * size : (number + 1) * size])
        manner = Manner(True, recipe.seed, number + 1, recipe.frozen, cells=_CELLS)
        rule = Rule(recipe.optimizer, recipe.clipping, slots, rate)
        made = explain_step(
            recipe.network, parameters, batch, recipe.loss, rule, recipe.penalty, manner
        )
        assert made.stepped is not None  # noqa: S101 — there is a rule
        parameters, slots = made.stepped.parameters, made.stepped.slots
        yield EpochStep(number, len(rates), made.trace, parameters)


def _require_plain(recipe: Recipe) -> None:
    """Refuse what a trace does not show."""
    if not recipe.optimizer.stepwise:
        raise ConfigurationError(
            _("L-BFGS searches for its steps on all rows: its epochs have none to be shown.")
        )
    if recipe.augmentation:
        raise ConfigurationError(
            _("The first epoch is shown of runs without augmentation: leave it out to see it.")
        )
