"""What is asked of a changed row: is the answer another, by how much, and which way is nearer."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.errors import ConfigurationError, DataError, UnknownNameError
from axone.explanation.counterfactual.columns import RowSpace
from axone.explanation.saliency import LookedAt
from axone.losses import nearest_to_the_median
from axone.messages import _
from axone.model import Classes, Model, Numbers

_STEP = 1e-2
"""Of a spread: so far preprocessing is followed to either side for its slope, which single
precision still resolves."""


@dataclass(frozen=True, eq=False)
class Question:
    """Whether a row's answer is the one that is wanted.

    Attributes
    ----------
    model : Model
    space : RowSpace
    current : int
        Of classes, the one that the row has.
    wanted : int or None
        The one that it is to have; None for any other.
    to : float
        Of numbers, what the answer is to reach.
    upwards : bool
        Whether it is to be at least that, or at most.
    """

    model: Model
    space: RowSpace
    current: int = 0
    wanted: int | None = None
    to: float = 0.0
    upwards: bool = True

    def flipped(self, states: FloatArray) -> BoolArray:
        """Return which rows have the answer that is wanted, (m,)."""
        outputs = self.model.forward(self._inputs(states))
        target = self.model.target
        if isinstance(target, Classes):
            numbers = target.numbers(outputs)
            return numbers != self.current if self.wanted is None else numbers == self.wanted
        answers = target.decode(outputs)
        return answers >= self.to if self.upwards else answers <= self.to

    def margins(self, states: FloatArray) -> FloatArray:
        """Return how far rows are on the side that is wanted, (m,): in logits, or in units."""
        inputs = self._inputs(states)
        if isinstance(self.model.target, Classes):
            logits = self._logits(inputs)
            own, rival = self._sides(logits)
            rows = np.arange(len(logits))
            return np.asarray(logits[rows, own] - logits[rows, rival])
        answers = np.asarray(self.model.target.decode(self.model.forward(inputs)))
        return (answers - self.to) * (1.0 if self.upwards else -1.0)

    def slopes(self, state: FloatArray) -> FloatArray:
        """Return ∂margin/∂amount of every column, (n,): by saliency behind the preprocessing."""
        space, model = self.space, self.model
        matrix = space.matrix(state[None])
        inputs = space.inputs_of(matrix, "float64")
        if isinstance(model.target, Classes):
            own, rival = self._sides(self._logits(inputs.astype(model.dtype)))
            gradient = self._saliency(inputs, own) - self._saliency(inputs, rival)
        else:
            assert isinstance(model.target, Numbers)  # noqa: S101 — as `ask` has seen
            levels = model.target.levels
            place = nearest_to_the_median(levels) if levels else 0
            sign = 1.0 if self.upwards else -1.0
            gradient = sign * self._saliency(inputs, np.array([place]))
        moving = [place for place, field in enumerate(space.fields) if field.moves]
        steps = np.array([_STEP * space.fields[place].spread for place in moving])
        ahead, behind = (np.repeat(matrix, len(moving), axis=0) for _side in range(2))
        at = np.array([space.blocks[place].start for place in moving], dtype=int)
        rows = np.arange(len(moving))
        ahead[rows, at] += steps
        behind[rows, at] -= steps
        found = np.zeros(len(space.fields))
        if moving:
            change = space.inputs_of(ahead, "float64") - space.inputs_of(behind, "float64")
            along = (change * gradient).reshape(len(moving), -1).sum(axis=1)
            found[moving] = along / (2 * steps)
        return found

    def _inputs(self, states: FloatArray) -> FloatArray:
        return self.space.inputs_of(self.space.matrix(states), self.model.dtype)

    def _logits(self, inputs: FloatArray) -> FloatArray:
        logits = self.model.logits(inputs).astype(np.float64)
        # One output z stands for two classes, as in saliency.
        return np.hstack([-logits, logits]) if logits.shape[1] == 1 else logits

    def _sides(self, logits: FloatArray) -> tuple[Any, Any]:
        """Return which class is to win and which is in its way, for each row."""
        rest = logits.copy()
        if self.wanted is None:
            rest[:, self.current] = -np.inf
            return rest.argmax(axis=1), np.full(len(logits), self.current)
        rest[:, self.wanted] = -np.inf
        return np.full(len(logits), self.wanted), rest.argmax(axis=1)

    def _saliency(self, inputs: FloatArray, outputs: Any) -> FloatArray:
        """Return the mean slope of the networks' logits."""
        each = []
        for parameters in self.model.members:
            precise = parameters.astype("float64")
            looked_at = LookedAt.checked(self.model.network, precise, inputs, outputs, None)
            each.append(looked_at.slopes(looked_at.X, np.arange(len(inputs))))
        return np.asarray(np.mean(each, axis=0))


def ask(model: Model, space: RowSpace, wanted: Any, to: float | None) -> Question:
    """Check what is wanted of a row's answer.

    Raises
    ------
    DataError
        A model that predicts neither one class a row, with its probability, nor one number.
    UnknownNameError
        There is no such class.
    ConfigurationError
        A class of numbers, a number of classes, or numbers and nothing to reach.
    """
    target = model.target
    outputs = model.forward(space.inputs_of(space.matrix(space.start[None]), model.dtype))
    if isinstance(target, Classes) and not target.several and model.has_probabilities:
        if to is not None:
            raise ConfigurationError(_("to: this model predicts classes. Say which is wanted."))
        current = int(target.numbers(outputs)[0])
        return Question(model, space, current, _class_number(target, wanted))
    one = isinstance(target, Numbers) and np.ndim(target.decode(outputs)) == 1
    if not one:
        raise DataError(
            _(
                "A counterfactual is of one class a row, with its probability, or of one number: "
                "this model predicts something else."
            )
        )
    if wanted is not None:
        raise ConfigurationError(
            _("wanted: this model predicts numbers. Say which it is to reach (to).")
        )
    if to is None or not np.isfinite(to):
        raise ConfigurationError(_("to: say which number the prediction is to reach."))
    now = float(target.decode(outputs)[0])
    return Question(model, space, to=float(to), upwards=now < to)


def _class_number(target: Classes, wanted: Any) -> int | None:
    if wanted is None:
        return None
    labels, names = target.array.tolist(), list(target.class_names)
    for known in (labels, names):
        if wanted in known:
            return int(known.index(wanted))
    raise UnknownNameError(_("class"), str(wanted), names)
