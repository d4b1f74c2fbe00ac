"""The candidates of a search, before any is run: scikit-learn enumerates grids and draws at random.

Each is known by its number, and depends on the space and the seed alone: processes that never meet
make the same list, and a longer list begins with the shorter one.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, Literal

from axone.bounds import MOST_TRIALS
from axone.checks import check_integer
from axone.errors import ConfigurationError
from axone.messages import _, formatted
from axone.tuning.parameters import Choices
from axone.tuning.space import Space

Search = Literal["grid", "random", "bayes"]

Candidate = dict[str, Any]
"""A label for each setting; empty where the search decides only once the trial begins."""

TRIALS = 50
_MOST = 10_000


def candidates(space: Space, search: Search, trials: int | None, seed: int) -> Sequence[Candidate]:
    """Return the candidates in the order in which they are run.

    Parameters
    ----------
    space : Space
    search : {"grid", "random", "bayes"}
    trials : int or None
        How many; 50, or for a grid all of it. No more are drawn than there are.
    seed : int

    Raises
    ------
    ConfigurationError
        A grid of more candidates than `trials`, or than anyone would wait for.
    """
    if trials is not None:
        check_integer("trials", trials, at_least=1, at_most=MOST_TRIALS)
    if search == "grid":
        return _grid(space, trials)
    count = min(TRIALS if trials is None else trials, size(space))
    return [{} for _ in range(count)] if search == "bayes" else _random(space, count, seed)


def size(space: Space) -> int:
    """Return how many candidates there are; a range without steps holds more than are ever run."""
    return prod(
        len(parameter.grid())
        if isinstance(parameter, Choices) or parameter.step is not None
        else _MOST
        for parameter in space.parameters.values()
    )


def _grid(space: Space, trials: int | None) -> list[Candidate]:
    from sklearn.model_selection import ParameterGrid

    grid = ParameterGrid({name: p.grid() for name, p in space.parameters.items()})
    count = len(grid)
    most = _MOST if trials is None else trials
    if count > most:
        shape = " × ".join(str(len(p.grid())) for p in space.parameters.values())
        raise ConfigurationError(
            _(
                "The grid has {shape} = {count:,} candidates, more than {most}: vary "
                "less, take fewer points of a range, or search at random.",
                shape=shape,
                count=count,
                most=formatted(most, ",")
                if trials is None
                else _("the {trials} trials asked for", trials=most),
            )
        )
    return [dict(candidate) for candidate in grid]


def _random(space: Space, count: int, seed: int) -> list[Candidate]:
    from sklearn.model_selection import ParameterSampler

    drawn = {name: parameter.sampled() for name, parameter in space.parameters.items()}
    # Of lists alone scikit-learn draws without replacement; only a whole permutation begins with
    # the shorter ones.
    total = size(space)
    lists = all(isinstance(values, list) for values in drawn.values())
    sampler = ParameterSampler(
        drawn, total if lists and total <= _MOST else count, random_state=seed
    )
    found = []
    for candidate in sampler:
        found.append({name: p.cast(candidate[name]) for name, p in space.parameters.items()})
        if len(found) == count:
            break
    return found
