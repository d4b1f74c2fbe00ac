"""The metric that decides: one of a run's own, or any of scikit-learn's scorers, by name."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.data import Dataset, Task
from axone.data.beginnings import Beginnings
from axone.errors import ConfigurationError, DataError, UnknownNameError
from axone.messages import Message, _, listed
from axone.metrics import classification_metrics, generation_metrics, regression_metrics
from axone.model import Model, NextCharacter, class_probabilities

_OWN: dict[Task, dict[str, str]] = {
    "classification": {
        "accuracy": "validation_accuracy",
        "f1_macro": "validation_f1",
        "recall_macro": "validation_recall",
        **dict.fromkeys(
            ("precision_macro", "precision_weighted", "recall_weighted", "f1_weighted"),
            "validation_accuracy",
        ),
        **dict.fromkeys(("log_loss", "roc_auc", "loss"), "validation_loss"),
    },
    "regression": {
        **dict.fromkeys(("r2", "rmse", "mse", "mae"), "validation_r2"),
        "loss": "validation_loss",
    },
}
"""A run's own metrics, and which column of its history follows each while it trains."""

_OWN_OF_TEXTS = {
    **dict.fromkeys(("log_loss", "perplexity", "loss"), "validation_loss"),
    "accuracy": "validation_accuracy",
}
"""Those of a generator, by the next character."""

_MINIMISED = ("perplexity", "loss", "log_loss", "mse", "rmse", "mae")

_ALIASES = {
    "neg_log_loss": "log_loss",
    "neg_mean_squared_error": "mse",
    "neg_root_mean_squared_error": "rmse",
    "neg_mean_absolute_error": "mae",
    "balanced_accuracy": "recall_macro",
    "roc_auc_ovr": "roc_auc",
}
"""scikit-learn's names of what a run measures itself."""


@dataclass(frozen=True)
class Metric:
    """What a trial is judged by.

    Attributes
    ----------
    name : str
    task : {"classification", "regression"}
    maximise : bool
        Whether more is better.
    curve : str
        The column of the history that follows it from epoch to epoch.
    own : bool
        Whether a run measures it itself; else scikit-learn's scorer of that name does.
    """

    name: str
    task: Task
    maximise: bool
    curve: str
    own: bool = True

    def score(self, model: Model, y: FloatArray, outputs: FloatArray, loss: float) -> float:
        """Measure predictions.

        Parameters
        ----------
        model : Model
        y : array of m rows
            Class numbers, or numbers in the target's own units.
        outputs : array of m rows
            The network's.
        loss : float
            Their mean loss.

        Raises
        ------
        DataError
            These rows do not allow it: ROC AUC where a class is missing.
        """
        classes = len(model.target.class_names)
        predicted = (
            class_probabilities(outputs)
            if self.task == "classification"
            else model.in_units(outputs)
        )
        if self.name == "loss":
            return loss
        if self.name == "accuracy":
            return float(np.mean(predicted.argmax(axis=1) == y))
        if isinstance(model.target, NextCharacter) and self.own:
            return float(generation_metrics(y, predicted)[self.name])
        if not self.own:
            return _scored(self.name, self.task, predicted, y)
        scores = (
            classification_metrics(y, predicted, classes)
            if self.task == "classification"
            else regression_metrics(y, predicted)
        )
        if self.name not in scores:
            raise DataError(
                _(
                    "{name} cannot be measured on {rows} rows that lack a class or have but one "
                    "row: use fewer folds, more rows or another metric.",
                    name=self.name,
                    rows=len(y),
                )
            )
        return scores[self.name]

    def progress(self, value: float) -> float:
        """Return a figure of the curve, turned so that it rises when the metric does."""
        rises = not self.curve.endswith("loss")
        return value if rises == self.maximise else -value


def find_metric(name: str | None, dataset: Dataset) -> Metric:
    """Return the metric of that name, which must fit what is to be learnt.

    Parameters
    ----------
    name : str or None
        By default accuracy, R², or of generators log loss.
    dataset : Dataset

    Raises
    ------
    UnknownNameError
        Neither a run's own metric nor a scorer of scikit-learn's.
    ConfigurationError
        A metric of another task.
    """
    from sklearn.metrics import get_scorer_names

    task = dataset.task
    own = _OWN_OF_TEXTS if isinstance(dataset.reader, Beginnings) else _OWN[task]
    wanted = (name or next(iter(own))).strip().lower()
    wanted = _ALIASES.get(wanted, wanted)
    if wanted in own:
        return Metric(wanted, task, wanted not in _MINIMISED, own[wanted])
    other: Task = "regression" if task == "classification" else "classification"
    known = set(get_scorer_names())
    if wanted not in known and wanted not in _OWN[other]:
        raise UnknownNameError(_("metric"), name, {*own, *known})
    curve = "validation_loss" if task == "classification" else "validation_r2"
    if wanted in _OWN[other] or not _fits(wanted, dataset):
        raise ConfigurationError(
            _(
                "The metric {name!r} does not fit: {source} is a {task}. Metrics "
                "that do: {metrics}; and scikit-learn's scorers for such a target.",
                name=name,
                source=dataset.name,
                task=_described(dataset),
                metrics=listed(own),
            )
        )
    return Metric(wanted, task, True, curve, own=False)


def _described(dataset: Dataset) -> Message:
    if dataset.task == "classification":
        return _("classification of {classes} classes", classes=len(dataset.class_names))
    if dataset.y.ndim == 1:
        return _("regression of one number")
    return _("regression of several numbers")


def _fits(name: str, dataset: Dataset) -> bool:
    """Try a scorer on perfect predictions, of every class if there are classes."""
    y: FloatArray
    if dataset.task == "classification":
        y = np.repeat(np.arange(len(dataset.class_names)), 2)
        predicted = np.eye(len(dataset.class_names))[y]
    else:
        # Positive and different, which some scorers ask for; whole numbers might be classes.
        numbers = np.arange(1.5, 1.5 + 2 * dataset.y[:1].size)
        y = predicted = numbers.reshape(2, *dataset.y.shape[1:])
    try:
        return bool(np.isfinite(_scored(name, dataset.task, predicted, y)))
    except (ValueError, TypeError, AttributeError):
        return False


def _scored(name: str, task: Task, predicted: FloatArray, y: FloatArray) -> float:
    from sklearn.metrics import get_scorer

    return float(get_scorer(name)(_predictor(task, predicted.shape[-1]), predicted, y))


@lru_cache
def _predictor(task: Task, classes: int) -> Any:
    """Return an estimator in scikit-learn's sense whose input is the prediction itself."""
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

    class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        classes_ = np.arange(classes)

        def predict(self, X: FloatArray) -> Any:
            return X.argmax(axis=1)

        def predict_proba(self, X: FloatArray) -> FloatArray:
            # float32 sums stray from 1 by more than scikit-learn lets pass.
            wide = X.astype(np.float64)
            return wide / wide.sum(axis=1, keepdims=True)

        def __sklearn_is_fitted__(self) -> bool:
            return True

    class Regressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
        def predict(self, X: FloatArray) -> FloatArray:
            return X

        def __sklearn_is_fitted__(self) -> bool:
            return True

    return Classifier() if task == "classification" else Regressor()
