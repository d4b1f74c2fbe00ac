"""The least change of a row that changes the answer (Wachter, Mittelstadt & Russell 2017).

What would have to be otherwise for another answer: an explanation that asks nobody to look inside
the network. Distances are theirs, Σ |change|/median absolute deviation of the column.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.errors import ArgumentTypeError
from axone.explanation.counterfactual.columns import Bounds, RowSpace, row_space
from axone.explanation.counterfactual.least import least
from axone.explanation.counterfactual.question import Question, ask
from axone.explanation.counterfactual.search import beginnings, farther, swapped
from axone.messages import _
from axone.model import Classes, Model

if TYPE_CHECKING:
    from axone.arrays import FloatArray


_EXCHANGED, _MOST_SWAPS = 3, 10
"""How many ends are exchanged for cheaper ones, and how often at most."""


@dataclass(frozen=True)
class Change:
    """What one column would have to be.

    Attributes
    ----------
    column : str
    before, after : object
        The cell as it is, and as it would be.
    """

    column: str
    before: Any
    after: Any


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """A row that is nearly the same, and has another answer.

    Attributes
    ----------
    changes : tuple of Change
        The largest in its column's units first; none where the answer is as wanted already.
    row : dict of str to object
        All columns that the network reads, changed.
    before, after : object
        The model's answers: to the row as it is, and changed.
    distance : float
        Σ |change|/spread over the columns, of a changed category 1.
    """

    changes: tuple[Change, ...]
    row: dict[str, Any]
    before: Any
    after: Any
    distance: float


def counterfactual(
    model: Any,
    row: Any,
    X: Any,
    *,
    wanted: Any = None,
    to: float | None = None,
    fixed: Collection[str] = (),
    bounds: Bounds | None = None,
) -> Counterfactual | None:
    """Find the least change of a row that gives it another answer.

    It is looked for in one column at a time, along the network's own gradient, and towards other
    rows that have the answer; of what is found there as much is taken back, or exchanged for what
    costs less, as can be: a column more must spare a whole unit of distance. So nothing in
    the result is idle: undo any one change, or make it a hundredth smaller (a whole number by one),
    and the answer is no longer the wanted one. That no quite different change would be smaller is
    likely, and not certain.

    Parameters
    ----------
    model : Model, or an estimator of Axone's that is fitted
        Of a table, or an array of columns.
    row : mapping, one-row table, or array of shape (n,)
    X : table or array of rows
        Best those of training. Between the least and the greatest number of a column a change
        stays, and its unit is the column's spread: the median absolute deviation, the mean one
        where that is 0. Columns of whole numbers keep to them; categories have the values that they
        have there.
    wanted : label or name of a class, optional
        By default any class but the row's own.
    to : float, optional
        Of numbers: what the prediction is to reach, from wherever it is.
    fixed : collection of str, optional
        Columns that stay. Dates and missing cells always do.
    bounds : mapping of str to (low, high), optional
        In place of a column's range; None leaves that end as it is.

    Returns
    -------
    Counterfactual or None
        None where no change within the bounds was found.

    Raises
    ------
    DataError, ShapeError
        No rows of columns, or not those that the model reads; or a model of something else than one
        class or one number a row.
    UnknownNameError, ConfigurationError
        Columns, classes or numbers that there are not.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.random.default_rng(0).normal(size=(300, 2))
    >>> run = ax.Experiment.in_memory({"seed": 1}).run(dataset=(X, (X[:, 0] > 0).astype(int)))
    >>> found = ax.counterfactual(run.model, [-1.0, 0.5], X)
    >>> [change.column for change in found.changes], found.before, found.after
    (['x1'], '0', '1')
    """
    fitted = model if isinstance(model, Model) else getattr(model, "model_", None)
    if not isinstance(fitted, Model):
        raise ArgumentTypeError(
            _("Give a Model or a fitted estimator of Axone's, not {found!r}.", found=model)
        )
    space = row_space(fitted.preprocessing, row, X, fixed, bounds or {})
    question = ask(fitted, space, wanted, to)
    if question.flipped(space.start[None])[0]:
        return _found(question, space.start)
    found = [end for begin in beginnings(question) if (end := least(question, begin)) is not None]
    found.sort(key=lambda end: float(space.cost(end[None])[0]))
    # Of one column, of two …: exchanges lead from each to others of about as many.
    first = {int((end != space.start).sum()): end for end in reversed(found)}
    cheapest = sorted(first.values(), key=lambda end: float(space.cost(end[None])[0]))
    ends = [*found, *(_exchanged(question, end) for end in cheapest[:_EXCHANGED])]
    # The answers of many rows at once and of one alone may differ in their last bit.
    sure = [end for end in ends if question.flipped(end[None])[0]]
    if not sure:
        return None
    return _found(question, min(sure, key=lambda end: float(space.cost(end[None])[0])))


def _exchanged(question: Question, end: "FloatArray") -> "FloatArray":
    """Exchange changes for others, or some of one for more of another, while that costs less."""
    for _swap in range(_MOST_SWAPS):
        other = swapped(question, end)
        smaller = _cheaper(question, end, [] if other is None else [other])
        if smaller is None:
            smaller = _cheaper(question, end, farther(question, end))
        if smaller is None:
            break
        end = smaller
    return end


def _cheaper(
    question: Question, end: "FloatArray", begins: "Iterable[FloatArray]"
) -> "FloatArray | None":
    """Return the first that costs less than the end, made as small as can be; None if none does."""
    cost = question.space.cost(end[None])[0] * (1 - 1e-4)
    settled = (least(question, begin) for begin in begins)
    return next(
        (
            each
            for each in settled
            if each is not None and question.space.cost(each[None])[0] < cost
        ),
        None,
    )


def _found(question: Question, state: "FloatArray") -> Counterfactual:
    space: RowSpace = question.space
    changed = np.flatnonzero(state != space.start).tolist()
    shares = {
        place: 1.0
        if space.fields[place].choices
        else abs(state[place] - space.start[place]) / space.fields[place].spread
        for place in changed
    }
    changed.sort(key=lambda place: -shares[place])
    cells = {
        field.name: space.cell(place, float(state[place]))
        for place, field in enumerate(space.fields)
    }
    names = [space.fields[place].name for place in changed]
    before, after = (_answer(question, each) for each in (space.start, state))
    return Counterfactual(
        tuple(Change(name, space.cells[name], cells[name]) for name in names),
        cells,
        before,
        after,
        float(sum(shares.values())),
    )


def _answer(question: Question, state: "FloatArray") -> Any:
    space, model = question.space, question.model
    outputs = model.forward(space.inputs_of(space.matrix(state[None]), model.dtype))
    answer = model.target.decode(outputs)[0]
    if isinstance(model.target, Classes):
        return answer.item() if isinstance(answer, np.generic) else answer
    return float(answer)
