"""What an estimator learns to predict: labels, sets of labels or numbers, and back from outputs.

Each kind knows how a network must end for it, how its `y` becomes the loss's targets, and how the
network's outputs become predictions again. Its score is scikit-learn's accuracy or R², computed in
a thirtieth of the time, since it is wanted after every epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from axone.arrays import FloatArray
from axone.errors import DataError
from axone.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
)

REGRESSION_LOSSES = ("squared_error", "poisson", "mae", "huber")
"""Names that scikit-learn knows, and two more."""


@dataclass(frozen=True)
class Objective:
    """A loss as it is minimised, and as it is reported.

    Attributes
    ----------
    loss : Loss
        Scaled so that it sums over the outputs, as scikit-learn's gradients do.
    reported_share : float
        What its value is multiplied by in `loss_curve_`: scikit-learn reports the mean over the
        outputs of squared errors, and the sum over them of everything else.
    """

    loss: Loss
    reported_share: float = 1.0


@dataclass(frozen=True, eq=False)
class Labels:
    """Classes, one a row, or several yes/no labels a row.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        In sorted order.
    several : bool
        Whether a row may have several labels, or none; `y` is then an indicator matrix.
    """

    classes: NDArray[Any]
    several: bool = False

    @classmethod
    def of(cls, y: Any) -> "Labels":
        """Find the classes in `y`.

        Raises
        ------
        ValueError
            scikit-learn's: `y` holds amounts, not classes.
        """
        check_classification_targets(y)
        if several_labels(y):
            return cls(np.arange(y.shape[1]), several=True)
        return cls(np.unique(y))

    @property
    def outputs(self) -> int:
        """How many outputs the network has: one for two classes."""
        count = len(self.classes)
        return count if self.several or count > 2 else 1

    @property
    def activation(self) -> str:
        """Of the output layer."""
        return "softmax" if self.outputs > 1 and not self.several else "sigmoid"

    @property
    def objective(self) -> Objective:
        """Cross-entropy, summed over the labels where there are several."""
        if self.activation == "softmax":
            return Objective(CategoricalCrossEntropy())
        return Objective(BinaryCrossEntropy(scale=float(self.outputs)))

    def encode(self, y: Any) -> NDArray[Any]:
        """Return class numbers (m,), or zeros and ones (m, outputs).

        Raises
        ------
        DataError
            A label that is none of `classes`.
        """
        if self.several:
            return np.asarray(y.toarray() if issparse(y) else y, dtype=np.float64)
        present = np.unique(y)
        if np.setdiff1d(present, self.classes).size:
            raise DataError(
                "`y` has classes not in `self.classes_`. "
                f"`self.classes_` has {self.classes}. 'y' has {present}."
            )
        numbers = np.searchsorted(self.classes, y)
        return numbers if self.outputs > 1 else numbers.astype(np.float64)

    def probabilities(self, outputs: FloatArray) -> FloatArray:
        """Return a column a class; of several labels, each one's own probability."""
        if self.outputs > 1 or self.several:
            return outputs
        if len(self.classes) == 1:
            return np.ones_like(outputs)
        return np.hstack([1 - outputs, outputs])

    def decode(self, outputs: FloatArray) -> NDArray[Any]:
        """Return labels (m,), or an indicator matrix (m, n_labels)."""
        if self.several:
            return (outputs > 0.5).astype(int)
        if self.outputs > 1:
            return np.asarray(self.classes[outputs.argmax(axis=1)])
        second = (outputs[:, 0] > 0.5) & (len(self.classes) > 1)
        return np.asarray(self.classes[second.astype(np.intp)])

    def score(self, outputs: FloatArray, target: NDArray[Any], weight: FloatArray | None) -> float:
        """Return the accuracy; of several labels, the share of rows with all of them right."""
        if self.several or self.outputs == 1:
            guessed, true = outputs > 0.5, target.reshape(outputs.shape) > 0.5
        else:
            guessed, true = outputs.argmax(axis=1), target
        right = (guessed == true).reshape(len(outputs), -1).all(axis=1)
        return float(np.average(right, weights=weight))

    def row_weights(
        self, y: Any, class_weight: Mapping[Any, float] | str | None
    ) -> FloatArray | None:
        """Return the weight of each row's class."""
        if class_weight is None:
            return None
        return np.asarray(compute_sample_weight(class_weight, y))

    def strata(self, y: Any) -> Any:
        """Return by what a split keeps proportions; None for several labels."""
        return None if self.several else y


@dataclass(frozen=True)
class Numbers:
    """Amounts, one or several a row.

    Attributes
    ----------
    outputs : int
    given_loss : str or Loss
        One of `REGRESSION_LOSSES`, or a loss that is taken as it is.
    """

    outputs: int
    given_loss: str | Loss

    @property
    def activation(self) -> str:
        """Of the output layer: exponential for Poisson, whose predictions are positive."""
        return "exponential" if isinstance(self.objective.loss, Poisson) else "identity"

    @property
    def objective(self) -> Objective:
        """The loss, summed over the outputs, squared errors halved."""
        outputs = float(self.outputs)
        scaled: dict[str, Loss] = {
            "squared_error": MeanSquaredError(scale=0.5 * outputs),
            "poisson": Poisson(scale=outputs),
            "mae": MeanAbsoluteError(scale=outputs),
            "huber": Huber(scale=outputs),
        }
        given = self.given_loss
        if isinstance(given, Loss):
            return Objective(given)
        return Objective(scaled[given], 1.0 if given == "poisson" else 1 / outputs)

    def encode(self, y: Any) -> FloatArray:
        """Return float64 numbers, (m,) or (m, outputs)."""
        return np.asarray(y, dtype=np.float64)

    def decode(self, outputs: FloatArray) -> FloatArray:
        """Return predictions (m,) or (m, outputs)."""
        return outputs[:, 0] if self.outputs == 1 else outputs

    def score(self, outputs: FloatArray, target: FloatArray, weight: FloatArray | None) -> float:
        """Return R², the mean over the outputs."""
        target = target.reshape(outputs.shape)

        def spread(deviations: FloatArray) -> FloatArray:
            return np.asarray(np.average(deviations**2, axis=0, weights=weight))

        errors = spread(target - outputs)
        total = spread(target - np.average(target, axis=0, weights=weight))
        varies = total > 0
        # Of a number that never changes, right is 1 and wrong is 0, as scikit-learn has it.
        constant = (errors == 0).astype(np.float64)
        return float(np.where(varies, 1 - errors / np.where(varies, total, 1), constant).mean())

    def row_weights(self, y: Any, class_weight: None) -> None:
        """Numbers have no classes to weigh."""
        del y, class_weight

    def strata(self, y: Any) -> None:
        """A split of numbers keeps no proportions."""
        del y


Targets = Labels | Numbers


def several_labels(y: Any) -> bool:
    """Whether `y` is an indicator matrix of several labels a row."""
    return bool(type_of_target(y).startswith("multilabel"))
