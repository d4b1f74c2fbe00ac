"""What an estimator's network learns: how it must end for a target, and by which loss.

An objective knows how `y` becomes the loss's targets and how good outputs are; how outputs become
predictions again is the model's `Target`, which it makes. Its score is scikit-learn's accuracy or
R², computed in a thirtieth of the time, since it is wanted after every epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import compute_sample_weight
from sklearn.utils._param_validation import InvalidParameterError, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from axone.arrays import FloatArray
from axone.errors import ConfigurationError, DataError
from axone.estimators.settings import Constraints, resolved
from axone.losses import (
    LOSSES,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
)
from axone.messages import _
from axone.metrics import predicted_labels, r_squared, total_squares
from axone.model import Classes, Numbers

REGRESSION_LOSSES = ("squared_error", "poisson", "mae", "huber")
"""Names that scikit-learn knows, and two more."""

CLASS_CONSTRAINTS: Constraints = {"class_weight": [StrOptions({"balanced"}), dict, None]}
LOSS_CONSTRAINTS: Constraints = {"loss": [StrOptions(set(REGRESSION_LOSSES)), dict, Loss]}
"""What the parameters of a classifier and of a regressor may be, beside those of both."""


@dataclass(frozen=True, eq=False)
class ClassObjective:
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
    def of(cls, y: Any) -> "ClassObjective":
        """Find the classes in `y`.

        Raises
        ------
        ValueError
            scikit-learn's: `y` holds amounts, not classes.
        """
        with np.errstate(invalid="ignore"):  # amounts beyond all whole numbers are no classes
            check_classification_targets(y)
        if y.ndim == 2 and several_labels(y):
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
    def loss(self) -> Loss:
        """Cross-entropy, summed over the labels where there are several."""
        if self.activation == "softmax":
            return CategoricalCrossEntropy()
        return BinaryCrossEntropy(scale=float(self.outputs))

    @property
    def reported_share(self) -> float:
        """What the loss is multiplied by in `loss_curve_`."""
        return 1.0

    @property
    def target(self) -> Classes:
        """From outputs to labels."""
        return Classes.of(self.classes, several=self.several)

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
                _(
                    "`y` has classes not in `self.classes_`. `self.classes_` has {classes}. "
                    "'y' has {present}.",
                    classes=self.classes,
                    present=present,
                )
            )
        numbers = np.searchsorted(self.classes, y)
        return numbers if self.outputs > 1 else numbers.astype(np.float64)

    def score(self, outputs: FloatArray, target: NDArray[Any], weight: FloatArray | None) -> float:
        """Return the accuracy; of several labels, the share of rows with all of them right."""
        if self.several or self.outputs == 1:
            guessed, true = outputs > 0.5, target.reshape(outputs.shape) > 0.5
        else:
            guessed, true = predicted_labels(outputs), target
        right = (guessed == true).reshape(len(outputs), -1).all(axis=1)
        return float(np.average(right, weights=weight))

    def row_weights(
        self, y: Any, class_weight: Mapping[Any, float] | str | None
    ) -> FloatArray | None:
        """Return the weight of each row's class."""
        if class_weight is None:
            return None
        return weights_by_class(class_weight, y)

    def strata(self, y: Any) -> Any:
        """Return by what a split keeps proportions; None for several labels."""
        return None if self.several else y


class Regressor(Protocol):
    """An estimator that is told by which loss it learns."""

    loss: str | Mapping[str, Any] | Loss


@dataclass(frozen=True)
class NumberObjective:
    """Amounts, one or several a row.

    Attributes
    ----------
    outputs : int
    given_loss : str or Loss
        One of `REGRESSION_LOSSES`, or a loss that is taken as it is.
    """

    outputs: int
    given_loss: str | Loss

    @classmethod
    def of(cls, estimator: "Regressor", outputs: int) -> "NumberObjective":
        """Return what an estimator's parameter `loss` asks for.

        Raises
        ------
        InvalidParameterError
            It is no loss of numbers.
        """
        if isinstance(estimator.loss, str):
            return cls(outputs, estimator.loss)
        loss = resolved(estimator, "loss", LOSSES, estimator.loss)
        if loss.task != "regression":
            raise InvalidParameterError(
                _(
                    "The 'loss' parameter of {kind} must compare numbers, not classes: "
                    "{loss!r} cannot be used.",
                    kind=type(estimator).__name__,
                    loss=loss,
                )
            )
        return cls(outputs, loss)

    @property
    def activation(self) -> str:
        """Of the output layer: exponential for Poisson, whose predictions are positive."""
        return "exponential" if isinstance(self.loss, Poisson) else "identity"

    @property
    def loss(self) -> Loss:
        """The loss, summed over the outputs as scikit-learn's gradients are, squares halved."""
        outputs, given = float(self.outputs), self.given_loss
        if isinstance(given, Loss):
            return given
        scaled: dict[str, Loss] = {
            "squared_error": MeanSquaredError(scale=0.5 * outputs),
            "poisson": Poisson(scale=outputs),
            "mae": MeanAbsoluteError(scale=outputs),
            "huber": Huber(scale=outputs),
        }
        return scaled[given]

    @property
    def reported_share(self) -> float:
        """What the loss is multiplied by in `loss_curve_`.

        scikit-learn reports the mean over the outputs of squared errors, and the sum over them of
        everything else.
        """
        as_given = isinstance(self.given_loss, Loss) or self.given_loss == "poisson"
        return 1.0 if as_given else 1 / self.outputs

    @property
    def target(self) -> Numbers:
        """From outputs to numbers, which are in their own units already."""
        return Numbers()

    def encode(self, y: Any) -> FloatArray:
        """Return float64 numbers, (m,) or (m, outputs)."""
        return np.asarray(y, dtype=np.float64)

    def score(self, outputs: FloatArray, target: FloatArray, weight: FloatArray | None) -> float:
        """Return R², the mean over the outputs."""
        target = target.reshape(outputs.shape)
        answers = self.loss.answers
        errors, total = self.loss.hits(outputs, target, weight), total_squares(target, weight)
        return float(r_squared(errors[answers], total[answers]))

    def row_weights(self, y: Any, class_weight: None) -> None:
        """Numbers have no classes to weigh."""
        del y, class_weight

    def strata(self, y: Any) -> None:
        """A split of numbers keeps no proportions."""
        del y


Objective = ClassObjective | NumberObjective


def several_labels(y: Any) -> bool:
    """Whether `y` is an indicator matrix of several labels a row."""
    return bool(type_of_target(y).startswith("multilabel"))


def weights_by_class(class_weight: Mapping[Any, float] | str, y: Any) -> FloatArray:
    """Return the weight of each row's class.

    Raises
    ------
    ConfigurationError
        Not a weight for each class, by its label.
    """
    try:
        return np.asarray(compute_sample_weight(class_weight, y), dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise ConfigurationError(
            _(
                "class_weight {found!r} cannot be used: {error} Give each class a number, by its "
                "label, or 'balanced'.",
                found=class_weight,
                error=error,
            )
        ) from error
