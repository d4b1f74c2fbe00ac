"""Rosenblatt's perceptron: the first neuron that learnt, trained row by row with the 0/1 rule.

It converges exactly where a hyperplane separates the classes; where it does not converge, a linear
programme decides whether it ever could, and the fitted perceptron says so in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray, IntArray
from axone.checks import check_choice, check_integer, check_number
from axone.errors import ArgumentTypeError, DataError, ShapeError
from axone.messages import Listed, Message, _, _n
from axone.random import SHUFFLE, RandomStream

_LOOKAHEAD = 32
"""How many rows are judged at once while looking for the next mistake."""

_LARGEST = 1e100
"""Beyond this a feature is refused: the weighted sums of a long training could overflow."""

_SEPARABILITY_SECONDS = 10.0
"""Thousands of rows of hundreds of features are beyond the linear programme."""


def weighted_sum(X: npt.ArrayLike, weights: npt.ArrayLike, bias: npt.ArrayLike = 0.0) -> FloatArray:
    """Compute `x·w + b`, what a neuron sums before it decides.

    Parameters
    ----------
    X : array_like of shape (n_features,) or (m, n_features)
        One example, or one a row.
    weights : array_like of shape (n_features,) or (n_neurons, n_features)
        One neuron, or one a row.
    bias : array_like of shape () or (n_neurons,), default 0
        The neuron's readiness to fire.

    Returns
    -------
    ndarray
        float64, of shape (), (m,), (n_neurons,) or (m, n_neurons).

    Raises
    ------
    DataError
        X, the weights or the bias are not numbers.
    ShapeError
        X and the weights do not have as many features, or there is not one bias a neuron.

    Examples
    --------
    >>> round(float(weighted_sum([7, -3, 2], [1 / 3, 1 / 3, 1 / 3])), 12)
    2.0
    """
    examples, neurons, biases = (
        _numbers("X", X),
        _numbers("weights", weights),
        _numbers("bias", bias),
    )
    if examples.shape[-1:] != neurons.shape[-1:] or not 1 <= neurons.ndim <= 2:
        raise ShapeError(
            _(
                "X of shape {shape} and weights of shape {weights} do not fit: the last axis "
                "of both must be the features.",
                shape=examples.shape,
                weights=neurons.shape,
            )
        )
    if biases.ndim and biases.shape != neurons.shape[:-1]:
        raise ShapeError(
            _(
                "bias of shape {shape} does not fit weights of shape {weights}: give one "
                "number, or one a neuron.",
                shape=biases.shape,
                weights=neurons.shape,
            )
        )
    return np.asarray(examples @ neurons.T + biases)


def linearly_separable(
    X: FloatArray, positive: npt.NDArray[np.bool_], *, time_limit: float = _SEPARABILITY_SECONDS
) -> bool | None:
    """Decide whether a hyperplane separates the positive rows from the others.

    It does where `s·(w·x + b) ≥ 1` has a solution, with s = ±1 the side of each row: a linear
    programme without an objective (Mangasarian 1965, "Linear and nonlinear separation of patterns
    by linear programming").

    Parameters
    ----------
    X : ndarray of shape (m, n_features)
        The rows.
    positive : ndarray of bool, shape (m,)
        The rows of one class.
    time_limit : float, default 10
        Seconds that the solver may take.

    Returns
    -------
    bool or None
        None where the solver found no answer in its time, or none that holds in floating point.
    """
    from scipy.optimize import linprog

    # Shifting and scaling a feature changes nothing but the solver's rounding errors.
    centred = X - X.mean(axis=0)
    spread = np.abs(centred).max(axis=0)
    scaled = centred / np.where(spread > 0.0, spread, 1.0)
    rows = np.column_stack([scaled, np.ones(len(X))])
    signed = rows * np.where(positive, 1.0, -1.0)[:, np.newaxis]
    found = linprog(
        np.zeros(rows.shape[1]),
        A_ub=-signed,
        b_ub=-np.ones(len(rows)),
        bounds=(None, None),
        options={"time_limit": time_limit},
    )
    if found.status == 0:
        return True if bool((signed @ found.x > 0.0).all()) else None
    return False if found.status == 2 else None


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the training of one perceptron, one class against the rest, came to its end.

    Parameters
    ----------
    label : object
        The class for which it fires.
    converged : bool
        Whether an epoch went by without a mistake.
    epochs : int
        Epochs run, the one without a mistake included.
    mistakes : tuple of int
        Mistakes, that is updates, in each epoch.
    separable : bool or None
        Whether any hyperplane separates the class from the rest; None where that stayed undecided.
    n_features : int
        What decides whether messages speak of a line, a plane or a hyperplane.
    n_classes : int
        How many classes the data had.
    """

    label: Any
    converged: bool
    epochs: int
    mistakes: tuple[int, ...]
    separable: bool | None
    n_features: int
    n_classes: int

    @property
    def explanation(self) -> Message:
        """One sentence: did it converge, and if not, will it ever."""
        if self.converged:
            return _(
                "Converged in {epochs}, after {mistakes}: its {boundary} separates {sides}.",
                epochs=self._epochs,
                mistakes=_n("{count} mistake", "{count} mistakes", sum(self.mistakes)),
                boundary=self._boundary,
                sides=self._sides,
            )
        if self.separable is None:
            return _(
                "Not converged in {epochs}: whether any {boundary} separates {sides} could not be "
                "decided.",
                epochs=self._epochs,
                boundary=self._boundary,
                sides=self._sides,
            )
        if self.separable:
            return _(
                "Not converged in {epochs}, but a {boundary} can separate {sides}: more epochs "
                "would do (raise max_epochs).",
                epochs=self._epochs,
                boundary=self._boundary,
                sides=self._sides,
            )
        if self.n_classes == 2:
            return _(
                "Not converged in {epochs}: no {boundary} separates {sides} (XOR is the classic "
                "case), so no perceptron ever will.",
                epochs=self._epochs,
                boundary=self._boundary,
                sides=self._sides,
            )
        return _(
            "Not converged in {epochs}: no {boundary} separates {sides}, so no perceptron ever "
            "will.",
            epochs=self._epochs,
            boundary=self._boundary,
            sides=self._sides,
        )

    @property
    def _epochs(self) -> Message:
        return _n("{count} epoch", "{count} epochs", self.epochs)

    @property
    def _boundary(self) -> Message:
        known = {1: _("threshold"), 2: _("straight line"), 3: _("plane")}
        return known.get(self.n_features, _("hyperplane"))

    @property
    def _sides(self) -> Message:
        if self.n_classes == 2:
            return _("the two classes")
        return _("{label!s} from the rest", label=self.label)


@dataclass(frozen=True, slots=True, eq=False)
class FittedPerceptron:
    """What `RosenblattPerceptron.fit` has learnt: one perceptron, or one a class.

    Parameters
    ----------
    weights : ndarray of shape (n_perceptrons, n_features)
        One row for two classes, else one a class.
    bias : ndarray of shape (n_perceptrons,)
        Added to the weighted sums.
    threshold : float
        The sum from which on a perceptron fires.
    classes : ndarray of shape (n_classes,)
        The labels in sorted order; of two, the perceptron fires for the second.
    runs : tuple of Convergence
        How each perceptron's training ended, in the order of `weights`.
    """

    weights: FloatArray
    bias: FloatArray
    threshold: float
    classes: npt.NDArray[Any]
    runs: tuple[Convergence, ...]

    @property
    def converged(self) -> bool:
        """Whether every perceptron ran an epoch without a mistake."""
        return all(run.converged for run in self.runs)

    @property
    def epochs(self) -> int:
        """Epochs of the perceptron that took the most."""
        return max(run.epochs for run in self.runs)

    @property
    def mistakes(self) -> tuple[int, ...]:
        """Mistakes in each epoch, all perceptrons together."""
        return tuple(
            sum(run.mistakes[epoch] for run in self.runs if epoch < run.epochs)
            for epoch in range(self.epochs)
        )

    @property
    def separable(self) -> bool | None:
        """Whether every class is linearly separable from the rest; None where undecided."""
        answers = [run.separable for run in self.runs]
        if False in answers:
            return False
        return None if None in answers else True

    @property
    def explanation(self) -> Message:
        """Whether it converged, and if not, whether it ever would; a sentence a perceptron."""
        if len(self.runs) == 1:
            return self.runs[0].explanation
        count = sum(run.converged for run in self.runs)
        rows = [
            _("{label!s}: {explanation}", label=run.label, explanation=run.explanation)
            for run in self.runs
        ]
        return _(
            "{count} of {runs} perceptrons converged.\n{rows}",
            count=count,
            runs=len(self.runs),
            rows=Listed(rows, "\n"),
        )

    def decision(self, X: npt.ArrayLike) -> FloatArray:
        """Compute the weighted sums w·x + b.

        Parameters
        ----------
        X : array_like of shape (m, n_features)
            Examples.

        Returns
        -------
        ndarray of shape (m,) for two classes, (m, n_classes) for more
            Two classes: the second is predicted from `threshold` on.

        Raises
        ------
        DataError
            X is not a table of finite numbers.
        ShapeError
            It does not have the features of the training.
        """
        sums = weighted_sum(_examples(X), self.weights, self.bias)
        return sums[:, 0] if len(self.classes) == 2 else sums

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Predict a label for each row of X: of several classes, the one of the largest w·x + b.

        Parameters
        ----------
        X : array_like of shape (m, n_features)
            Examples.

        Returns
        -------
        ndarray of shape (m,)
            Members of `classes`.

        Raises
        ------
        DataError, ShapeError
            As in `decision`.
        """
        sums = self.decision(X)
        chosen = sums.argmax(axis=1) if sums.ndim == 2 else (sums >= self.threshold).astype(np.intp)
        return np.asarray(self.classes[chosen])


@dataclass(frozen=True, slots=True)
class RosenblattPerceptron:
    """The perceptron of Rosenblatt (1958), before any training.

    It fires, ŷ = 1, where w·x + b ≥ threshold, and else stays at ŷ = 0. After each row
    w ← w + η·(y − ŷ)·x and b ← b + η·(y − ŷ): nothing happens unless it was wrong. Training ends
    with the first epoch without a mistake. Novikoff (1962) proved that this comes after at most
    (R/γ)² mistakes on separable data, R the longest row and γ the margin.

    Parameters
    ----------
    learning_rate : float, default 1.0
        η. From zero weights and a zero threshold it only scales the weights, so 1 is as good as
        any other.
    threshold : float, default 0.0
        The sum from which on it fires. The bias makes it redundant; Rosenblatt had it.
    order : {"cyclic", "random"}, default "cyclic"
        The rows as they come, or shuffled anew each epoch.
    max_epochs : int, default 1000
        Data that is not separable would keep it busy for ever.
    seed : int, default 0
        Decides the shuffles of the random order.
    initial_weights : sequence of float, shape (n_features,), optional
        Default: zeros. Several classes start from the same ones.
    initial_bias : float, default 0.0
        Likewise.

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
    order: Literal["cyclic", "random"] = "cyclic"
    max_epochs: int = 1000
    seed: int = 0
    initial_weights: Sequence[float] | None = None
    initial_bias: float = 0.0

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0.0, at_most=_LARGEST)
        check_number("threshold", self.threshold)
        check_choice("order", self.order, ("cyclic", "random"))
        check_integer("max_epochs", self.max_epochs, at_least=1)
        check_integer("seed", self.seed, at_least=0)
        check_number("initial_bias", self.initial_bias)
        if self.initial_weights is not None:
            if isinstance(self.initial_weights, str) or np.ndim(self.initial_weights) != 1:
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
        examples = _examples(X)
        classes, labels = _classes(y, len(examples))
        start = np.append(self._initial_weights(examples.shape[1]), float(self.initial_bias))
        neurons, runs = [], []
        for target in [1] if len(classes) == 2 else range(len(classes)):
            fires = labels == target
            neuron, mistakes = self._train(examples, fires, start)
            converged = mistakes[-1] == 0
            neurons.append(neuron)
            runs.append(
                Convergence(
                    label=classes.tolist()[target],
                    converged=converged,
                    epochs=len(mistakes),
                    mistakes=mistakes,
                    separable=converged or linearly_separable(examples, fires),
                    n_features=examples.shape[1],
                    n_classes=len(classes),
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
    ) -> tuple[FloatArray, tuple[int, ...]]:
        """Run epochs until one has no mistake; the bias is the weight of a last feature of ones."""
        rows = np.column_stack([X, np.ones(len(X))])
        neuron = start.copy()
        shuffles = RandomStream.from_seed(self.seed)
        mistakes: list[int] = []
        while len(mistakes) < self.max_epochs and (not mistakes or mistakes[-1] > 0):
            if self.order == "random":
                order = shuffles.child(SHUFFLE, len(mistakes)).permutation(len(rows))
                mistakes.append(self._epoch(rows[order], fires[order], neuron))
            else:
                mistakes.append(self._epoch(rows, fires, neuron))
        return neuron, tuple(mistakes)

    def _epoch(self, rows: FloatArray, fires: npt.NDArray[np.bool_], neuron: FloatArray) -> int:
        """Apply the rule row by row, changing `neuron` in place; return how many were wrong.

        A right row changes nothing, so all rows up to the next mistake can be judged at once.
        """
        position = mistakes = 0
        while position < len(rows):
            block = slice(position, position + _LOOKAHEAD)
            wrong = np.flatnonzero((rows[block] @ neuron >= self.threshold) != fires[block])
            if wrong.size == 0:
                position += _LOOKAHEAD
                continue
            row = position + int(wrong[0])
            error = 1.0 if fires[row] else -1.0  # y − ŷ of a row that is wrong
            neuron += self.learning_rate * error * rows[row]
            mistakes += 1
            position = row + 1
        return mistakes


def _numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            _(
                "{name} is not an array of numbers ({error}): encode categories as numbers, "
                "and give every row as many.",
                name=name,
                error=error,
            )
        ) from error


def _examples(X: npt.ArrayLike) -> FloatArray:
    """Return X as a float64 table, or say what is wrong with it."""
    examples = _numbers("X", X)
    if examples.ndim != 2 or examples.size == 0:
        raise ShapeError(
            _(
                "X has shape {shape}; wanted (m, n_features), one example a row, at least one "
                "row and one feature. A single example is X.reshape(1, -1).",
                shape=examples.shape,
            )
        )
    usable = np.abs(examples) <= _LARGEST
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        raise DataError(
            _(
                "X[{row}, {column}] is {cell}: a perceptron needs finite numbers of at "
                "most {largest:g}. Fill in missing values and scale the features.",
                row=row,
                column=column,
                cell=examples[row, column],
                largest=_LARGEST,
            )
        )
    return examples


def _classes(y: npt.ArrayLike, n_rows: int) -> tuple[npt.NDArray[Any], IntArray]:
    """Return the sorted labels, and for each row the position of its own."""
    try:
        given = np.asarray(y)
    except ValueError as error:
        raise DataError(
            _("y is not a row of labels ({error}): give one label a row.", error=error)
        ) from error
    if given.shape != (n_rows,):
        raise ShapeError(
            _(
                "y has shape {shape}, but X has {n_rows} rows: give one label a row, shape "
                "({n_rows},); of one-hot rows, y.argmax(axis=1).",
                shape=given.shape,
                n_rows=n_rows,
            )
        )
    if _any_missing(given):
        raise DataError(_("y has missing labels: drop those rows, or give them a label."))
    if given.dtype.kind == "f" and not bool((given == np.round(given)).all()):
        raise DataError(
            _(
                "y holds {label}: a perceptron tells classes apart, it does not predict "
                "quantities. Labels are whole numbers or strings.",
                label=given[given != np.round(given)][0],
            )
        )
    try:
        classes, labels = np.unique(given, return_inverse=True)
    except TypeError as error:
        raise DataError(
            _(
                "y mixes labels that cannot be sorted ({error}): use whole numbers or strings "
                "throughout.",
                error=error,
            )
        ) from error
    if len(classes) < 2:
        raise DataError(
            _(
                "y holds the single class {label!s}: there is nothing to tell apart. At "
                "least two classes are needed.",
                label=classes[0],
            )
        )
    return classes, labels


def _any_missing(labels: npt.NDArray[Any]) -> bool:
    if labels.dtype != object:
        return bool((labels != labels).any())  # noqa: PLR0124 — NaN and NaT differ from themselves
    import pandas as pd

    return bool(pd.isna(labels).any())
