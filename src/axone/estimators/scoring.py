"""What early stopping watches: accuracy or R², or a scorer of scikit-learn's or the user's own."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer

from axone.arrays import FloatArray
from axone.data import Examples
from axone.estimators.objectives import ClassObjective, Objective
from axone.estimators.rows import RawRows
from axone.model import Model
from axone.parameters import Parameters
from axone.training import ValidationScore


class ModelClassifier(ClassifierMixin, BaseEstimator):
    """A model as scorers want it: a fitted classifier."""

    def __init__(self, model: Model, classes: NDArray[Any]) -> None:
        self.model = model
        self.classes_ = classes

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the model's predictions."""
        return np.asarray(self.model.predict(X))

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the model's probabilities."""
        return self.model.predict_proba(X)

    def predict_log_proba(self, X: Any) -> FloatArray:
        """Return their logarithms."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))


class ModelRegressor(RegressorMixin, BaseEstimator):
    """A model as scorers want it: a fitted regressor."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, X: Any) -> FloatArray:
        """Return the model's predictions."""
        return np.asarray(self.model.predict(X))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def validation_score(
    monitor: str | Callable[..., float] | None,
    objective: Objective,
    model: Model,
    raw: RawRows,
    examples: Examples,
) -> ValidationScore:
    """Return what is asked after each epoch about the validation rows.

    Parameters
    ----------
    monitor : str, callable or None
        A scorer; "loss" and None ask for the objective's own score.
    objective : Objective
    model : Model
        What predicts, but for the weights, which are those of each epoch.
    raw, examples
        The validation rows, as they came and as the network is measured by.
    """
    if monitor is None or monitor == "loss":
        return lambda _, outputs: (
            objective.score(outputs, examples.target, examples.weight)
            if np.isfinite(outputs).all()
            else math.nan
        )
    scorer: Any = get_scorer(monitor)
    weights = {} if raw.weight is None else {"sample_weight": raw.weight}

    def score(parameters: Parameters, outputs: FloatArray) -> float:
        del outputs
        now = replace(model, members=(parameters,))
        if isinstance(objective, ClassObjective):
            return float(scorer(ModelClassifier(now, objective.classes), raw.X, raw.y, **weights))
        return float(scorer(ModelRegressor(now), raw.X, raw.y, **weights))

    return score
