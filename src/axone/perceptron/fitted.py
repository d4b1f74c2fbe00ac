"""What the training of perceptrons leaves: their weights, and in words how each came to its end."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray
from axone.messages import Listed, Message, _, _n
from axone.perceptron.inputs import checked_examples
from axone.perceptron.neuron import weighted_sum


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the training of one perceptron, one class against the rest, came to its end.

    Parameters
    ----------
    label : object
        The class for which it fires.
    converged : bool
        Whether an epoch went by without a mistake; of rows drawn with replacement, whether after
        an epoch no row of all was wrong.
    epochs : int
        Epochs run, the last included.
    mistakes : tuple of int
        Mistakes, that is updates, in each epoch.
    separable : bool or None
        Whether weights exist that make no mistake: any hyperplane that separates the class from
        the rest, without a bias one that its threshold allows. None where that stayed undecided.
    n_features : int
        What decides whether messages speak of a line, a plane or a hyperplane.
    n_classes : int
        How many classes the data had.
    is_reached : bool
        Whether the rule is proven to find such weights, where there are any.
    bias_helps : bool
        Whether only the lack of a bias stands in the way.
    held_threshold : float or None
        The threshold of a perceptron without a bias, which cannot shift its boundary.
    """

    label: Any
    converged: bool
    epochs: int
    mistakes: tuple[int, ...]
    separable: bool | None
    n_features: int
    n_classes: int
    is_reached: bool = True
    bias_helps: bool = False
    held_threshold: float | None = None

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
        return self._hopeless if self.separable is False else self._hopeful

    @property
    def _hopeful(self) -> Message:
        """Of a perceptron that has not converged, and may yet."""
        if self.separable is None:
            return _(
                "Not converged in {epochs}: whether any {boundary} separates {sides} could not be "
                "decided.",
                epochs=self._epochs,
                boundary=self._boundary,
                sides=self._sides,
            )
        if not self.is_reached:
            return _(
                "Not converged in {epochs}: a {boundary} can separate {sides}, but without a bias "
                "the rule need not find it. Let a bias be learnt (bias=True), or try more epochs.",
                epochs=self._epochs,
                boundary=self._boundary,
                sides=self._sides,
            )
        return _(
            "Not converged in {epochs}, but a {boundary} can separate {sides}: more epochs "
            "would do (raise max_epochs).",
            epochs=self._epochs,
            boundary=self._boundary,
            sides=self._sides,
        )

    @property
    def _hopeless(self) -> Message:
        """Of a perceptron that never will."""
        if self.bias_helps:
            return _(
                "Not converged in {epochs}: no {boundary} separates {sides}, so without a bias no "
                "perceptron ever will. With one (bias=True) it will.",
                epochs=self._epochs,
                boundary=self._boundary,
                sides=self._sides,
            )
        if self.n_classes == 2 and self.held_threshold is None:
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
        boundary = known.get(self.n_features, _("hyperplane"))
        if self.held_threshold is None:
            return boundary
        if self.held_threshold == 0 and self.n_features == 1:
            return _("threshold at 0")
        if self.held_threshold == 0:
            return _("{boundary} through the origin", boundary=boundary)
        return _("{boundary} w·x = {threshold:g}", boundary=boundary, threshold=self.held_threshold)

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
        Added to the weighted sums; zeros where none was learnt.
    threshold : float
        The sum above which a perceptron fires.
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
        """Whether every perceptron came to make no mistake; see `Convergence`."""
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
        """Whether every class can be separated from the rest; None where undecided."""
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
            Two classes: the second is predicted above `threshold`, the first at it and below.

        Raises
        ------
        DataError
            X is not a table of finite numbers.
        ShapeError
            It does not have the features of the training.
        """
        sums = weighted_sum(checked_examples(X), self.weights, self.bias)
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
        chosen = sums.argmax(axis=1) if sums.ndim == 2 else (sums > self.threshold).astype(np.intp)
        return np.asarray(self.classes[chosen])
