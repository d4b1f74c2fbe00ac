"""The perceptron before any training: its settings, and Rosenblatt's rule, applied row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray, IntArray
from axone.bounds import MOST_UNITS
from axone.checks import check_choice, check_integer, check_number, check_seed, check_truth
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError
from axone.messages import _
from axone.perceptron.fitted import Convergence, FittedPerceptron
from axone.perceptron.inputs import LARGEST, checked_classes, checked_examples
from axone.perceptron.separability import (
    Separability,
    linearly_separable,
    separability_without_bias,
)
from axone.random import SHUFFLE, RandomStream

_LOOKAHEAD = 32
"""How many rows are judged at once while looking for the next mistake."""


class Correction(NamedTuple):
    """A mistake that was put right.

    Attributes
    ----------
    epoch : int
        Counted from 1.
    row : int
        Which row was wrong.
    weights : array of shape (n_features,)
    bias : float
        After the correction.
    """

    epoch: int
    row: int
    weights: FloatArray
    bias: float


def _is_flat(values: Any) -> bool:
    """Tell whether values have one axis; lists within lists may be deeper than NumPy can hold."""
    try:
        return np.ndim(values[:1]) == 1
    except (ValueError, IndexError):
        return False


@dataclass(frozen=True, slots=True)
class RosenblattPerceptron:
    """The perceptron of Rosenblatt (1958), before any training.

    It fires, ŷ = 1, where w·x + b > threshold, and else stays at ŷ = 0: at the threshold itself it
    does not fire. After each row w ← w + η·(y − ŷ)·x and b ← b + η·(y − ŷ): nothing happens unless
    it was wrong. Training ends with the first epoch without a mistake. Novikoff (1962) proved that
    this comes after at most (R/γ)² mistakes on separable data, R the longest row and γ the margin.

    Parameters
    ----------
    learning_rate : float, default 1.0
        η. From zero weights and a zero threshold it only scales the weights, so 1 is as good as
        any other.
    threshold : float, default 0.0
        The sum above which it fires. The bias makes it redundant; Rosenblatt had it.
    order : {"cyclic", "random", "with_replacement"}, default "cyclic"
        The rows as they come, or shuffled anew each epoch, or each row drawn from all of them. An
        epoch is then as many draws as there are rows, some of which do not come and others twice:
        that it had no mistake proves nothing, so that after each epoch all rows are judged, and
        training ends where none is wrong.
    max_epochs : int, default 1000
        Data that is not separable would keep it busy for ever.
    seed : int, default 0
        Decides the shuffles or the draws.
    initial_weights : sequence of float, shape (n_features,), optional
        Default: zeros. Several classes start from the same ones.
    initial_bias : float, default 0.0
        Likewise; 0 where no bias is learnt.
    bias : bool, default True
        Whether a bias is learnt. Without one the boundary is w·x = threshold: by default it goes
        through the origin.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting is out of bounds or of a wrong type.

    Examples
    --------
    >>> fitted = RosenblattPerceptron().fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    >>> fitted.predict([[1, 1], [0, 1]]).tolist()
    [1, 0]
    >>> RosenblattPerceptron().fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]).separable
    False
    """

    learning_rate: float = 1.0
    threshold: float = 0.0
    order: Literal["cyclic", "random", "with_replacement"] = "cyclic"
    max_epochs: int = 1000
    seed: int = 0
    initial_weights: Sequence[float] | None = None
    initial_bias: float = 0.0
    bias: bool = True

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0.0, at_most=LARGEST)
        check_number("threshold", self.threshold)
        check_truth("bias", self.bias)
        check_choice("order", self.order, ("cyclic", "random", "with_replacement"))
        check_integer("max_epochs", self.max_epochs, at_least=1)
        check_seed(self.seed)
        check_number("initial_bias", self.initial_bias)
        if not self.bias and self.initial_bias != 0:
            raise ConfigurationError(
                _(
                    "initial_bias is {initial_bias:g}, but with bias=False there is none: leave it "
                    "out, or give the threshold {threshold:g} instead.",
                    initial_bias=self.initial_bias,
                    threshold=self.threshold - self.initial_bias,
                )
            )
        if self.initial_weights is not None:
            weights = self.initial_weights
            # Looked at no further than needed: an endless range is a sequence too.
            one_each = isinstance(weights, Sequence | np.ndarray) and not isinstance(weights, str)
            if not one_each or not _is_flat(weights) or len(weights) > MOST_UNITS:
                raise ArgumentTypeError(
                    _(
                        "initial_weights must be a sequence of numbers, one a feature, not "
                        "{found!r}.",
                        found=self.initial_weights,
                    )
                )
            for index, weight in enumerate(self.initial_weights):
                check_number(f"initial_weights[{index}]", weight)
            # A tuple keeps the description frozen, comparable and hashable.
            object.__setattr__(self, "initial_weights", tuple(map(float, self.initial_weights)))

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> FittedPerceptron:
        """Train on the rows of X until an epoch passes without a mistake.

        Parameters
        ----------
        X : array_like of shape (m, n_features)
            Examples, finite numbers.
        y : array_like of shape (m,)
            Labels of any kind that sorts: integers, booleans, strings. Two classes make one
            perceptron, which fires for the second in sorted order; more make one a class
            against the rest.

        Returns
        -------
        FittedPerceptron
            The weights, and how the training ended.

        Raises
        ------
        DataError
            X is not a table of finite numbers, y is missing labels or holds a single class.
        ShapeError
            X and y, or X and the initial weights, do not fit together.
        """
        examples = checked_examples(X)
        classes, labels = checked_classes(y, len(examples))
        start = np.append(self._initial_weights(examples.shape[1]), float(self.initial_bias))
        neurons, runs = [], []
        for target in [1] if len(classes) == 2 else range(len(classes)):
            fires = labels == target
            neuron, mistakes, converged = self._train(examples, fires, start)
            neurons.append(neuron)
            found = Separability(True) if converged else self._chances(examples, fires)
            runs.append(
                Convergence(
                    label=classes.tolist()[target],
                    converged=converged,
                    epochs=len(mistakes),
                    mistakes=mistakes,
                    separable=found.separable,
                    n_features=examples.shape[1],
                    n_classes=len(classes),
                    is_reached=found.is_reached,
                    bias_helps=found.bias_helps,
                    held_threshold=None if self.bias else float(self.threshold),
                )
            )
        learnt = np.stack(neurons)
        return FittedPerceptron(
            learnt[:, :-1], learnt[:, -1], float(self.threshold), classes, tuple(runs)
        )

    def _initial_weights(self, n_features: int) -> FloatArray:
        if self.initial_weights is None:
            return np.zeros(n_features)
        if len(self.initial_weights) != n_features:
            raise ShapeError(
                _(
                    "initial_weights holds {count} numbers, but X has {n_features} "
                    "features: give one weight a feature.",
                    count=len(self.initial_weights),
                    n_features=n_features,
                )
            )
        return np.array(self.initial_weights, dtype=np.float64)

    def _train(
        self, X: FloatArray, fires: npt.NDArray[np.bool_], start: FloatArray
    ) -> tuple[FloatArray, tuple[int, ...], bool]:
        """Run epochs until nothing is wrong; return weights, mistakes, and whether it came to that.

        The bias is the weight of a last feature of ones, or of zeros where none is learnt.
        """
        rows, neuron = self._rows(X), start.copy()
        mistakes: list[int] = []
        converged = False
        for _epoch, order in self._orders(len(rows)):
            mistakes.append(sum(1 for _row in self._epoch(rows[order], fires[order], neuron)))
            converged = self._has_converged(mistakes[-1], rows, fires, neuron)
            if converged:
                break
        return neuron, tuple(mistakes), converged

    def _rows(self, X: FloatArray) -> FloatArray:
        """Return the rows with a last feature for the bias."""
        return np.column_stack([X, np.full(len(X), float(self.bias))])

    def _orders(self, n_rows: int) -> Iterator[tuple[int, IntArray | slice]]:
        """Give the epochs, counted from 1, each with the order of its rows."""
        stream = RandomStream.from_seed(self.seed)
        for epoch in range(self.max_epochs):
            yield epoch + 1, self._order(stream.child(SHUFFLE, epoch), n_rows)

    def _has_converged(
        self, wrong: int, rows: FloatArray, fires: npt.NDArray[np.bool_], neuron: FloatArray
    ) -> bool:
        """Say whether nothing is wrong after an epoch of so many mistakes."""
        if self.order == "with_replacement":  # an epoch that did not meet every row says little
            return bool(((rows @ neuron > self.threshold) == fires).all())
        return wrong == 0

    def _order(self, stream: RandomStream, n_rows: int) -> IntArray | slice:
        """Return the rows of an epoch, one after another."""
        if self.order == "random":
            return stream.permutation(n_rows)
        if self.order == "with_replacement":
            return np.asarray(stream.uniform((n_rows,)) * n_rows, dtype=np.intp)
        return slice(None)

    def _chances(self, X: FloatArray, fires: npt.NDArray[np.bool_]) -> Separability:
        """Say of a perceptron that has not converged whether it ever could."""
        if self.bias:
            return Separability(linearly_separable(X, fires))
        return separability_without_bias(X, fires, float(self.threshold))

    def corrections(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Iterator[Correction]:
        """Train on rows of two classes, and stop after each mistake that was put right.

        Parameters
        ----------
        X : array_like of shape (m, n_features)
        y : array_like of shape (m,)
            Of two classes; the perceptron fires for the second in sorted order.

        Yields
        ------
        Correction
            The weights after the last one are those of `fit`.

        Raises
        ------
        DataError, ShapeError
            As of `fit`, and of more classes than two.

        Examples
        --------
        >>> corners, ands = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
        >>> [(made.epoch, made.row) for made in RosenblattPerceptron().corrections(corners, ands)]
        [(1, 3), (2, 0), (2, 1), (2, 3), (3, 1), (3, 2), (3, 3), (4, 2), (4, 3), (5, 1)]
        """
        examples = checked_examples(X)
        classes, labels = checked_classes(y, len(examples))
        if len(classes) != 2:
            raise DataError(
                _("y holds {count} classes: one perceptron tells two apart.", count=len(classes))
            )
        rows, fires = self._rows(examples), labels == 1
        neuron = np.append(self._initial_weights(examples.shape[1]), float(self.initial_bias))
        for epoch, order in self._orders(len(rows)):
            places = np.arange(len(rows))[order]
            wrong = 0
            for position in self._epoch(rows[order], fires[order], neuron):
                wrong += 1
                learnt = neuron.copy()
                yield Correction(epoch, int(places[position]), learnt[:-1], float(learnt[-1]))
            if self._has_converged(wrong, rows, fires, neuron):
                return

    def _epoch(
        self, rows: FloatArray, fires: npt.NDArray[np.bool_], neuron: FloatArray
    ) -> Iterator[int]:
        """Apply the rule row by row, changing `neuron` in place; tell which rows were wrong.

        A right row changes nothing, so all rows up to the next mistake can be judged at once.
        """
        position = 0
        while position < len(rows):
            block = slice(position, position + _LOOKAHEAD)
            wrong = np.flatnonzero((rows[block] @ neuron > self.threshold) != fires[block])
            if wrong.size == 0:
                position += _LOOKAHEAD
                continue
            row = position + int(wrong[0])
            error = 1.0 if fires[row] else -1.0  # y − ŷ of a row that is wrong
            neuron += self.learning_rate * error * rows[row]
            yield row
            position = row + 1
