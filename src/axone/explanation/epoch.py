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
from axone.explanation.explaining import explain_step
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
        The training rows, as the network learns them.
    max_epochs : int
        Of the run, for its schedule.

    Raises
    ------
    ConfigurationError
        The recipe changes rows at random, freezes layers, or searches for its steps.
    """
    _require_plain(recipe)
    state = RunState.beginning(parameters.copy(), recipe.optimizer)
    order, size = recipe.order(0, len(examples)), recipe.batch_rows(len(examples))
    rates = recipe.rates(state, 1, len(examples), max_epochs)[0]
    slots = state.slots
    for number, rate in enumerate(rates.tolist()):
        batch = examples.rows(order[number * size : (number + 1) * size])
        made = explain_step(
            recipe.network,
            parameters,
            batch.X,
            batch.target,
            loss=recipe.loss,
            rule=Rule(recipe.optimizer, recipe.penalty, recipe.clipping, slots, rate),
            penalty=recipe.penalty,
            sample_weight=batch.weight,
            training=True,
            seed=recipe.seed,
            step=number + 1,
            mask=batch.mask,
            cells=_CELLS,
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
    if recipe.augmentation or recipe.frozen:
        raise ConfigurationError(
            _(
                "The first epoch is shown of runs without augmentation and frozen layers: leave "
                "them out to see it."
            )
        )
