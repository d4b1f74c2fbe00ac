"""Estimators of sequences, whose networks read them position by position: recurrent, attention."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from axone.estimators.example_rows import GivenExamples, sequences
from axone.estimators.example_tasks import ExampleClassification, ExampleRegression
from axone.estimators.example_training import EXAMPLE_CONSTRAINTS, ExampleParameters
from axone.estimators.objectives import CLASS_CONSTRAINTS, LOSS_CONSTRAINTS
from axone.estimators.settings import Constraints
from axone.losses import Loss

_SEQUENCE_CONSTRAINTS: Constraints = {**EXAMPLE_CONSTRAINTS, "id": [str, None], "time": [str, None]}


@dataclass(eq=False, repr=False)
class SequenceClassifier(ExampleClassification, ClassifierMixin, ExampleParameters, BaseEstimator):
    """A classifier of sequences, of different lengths too.

    X is (m, length, features) or, of one feature, (m, length); a list of arrays (length, features)
    or (length,), which are masked where the shorter ones end; NaN where nothing is there; or a
    frame with a row a position, whose column `id` says of which sequence it is.

    Parameters
    ----------
    layers, preset
        As of `ConvClassifier`: ``[ax.GRU(32, last=True)]``, ``"lstm"``, ``"transformer"``.
    id : str, optional
        The column of a frame that tells whose a row is. Sequences come in the order in which their
        ids first appear, in which `y` is read, unless it is a pandas series with the ids as index.
    time : str, optional
        The column of a frame by which the positions of a sequence are ordered; by default as they
        come.
    scale : bool, str, mapping or Scaling, default True
        Each feature to mean 0 and standard deviation 1, from the training rows and the positions
        that are there.
    optimizer, batch_size, max_iter, schedule, clip_norm, alpha, augmentation, \
validation_fraction, class_weight, random_state, warm_start, verbose, callbacks, engine, threads, \
dtype
        As of `ConvClassifier`.

    Attributes
    ----------
    classes_, model_, network_, parameters_, preprocessing_, history_, n_iter_, best_epoch_, engine_
        As of `ConvClassifier`.
    n_features_in_ : int
        Columns of an X of two axes, features of a position of another.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> random = np.random.default_rng(0)
    >>> high = np.arange(40) % 2
    >>> X = [random.normal(2 * each, size=(random.integers(4, 12), 2)) for each in high]
    >>> y = np.where(high, "high", "low")
    >>> classifier = ax.SequenceClassifier([ax.GRU(8, last=True)], max_iter=30, random_state=0)
    >>> bool(classifier.fit(X, y).score(X, y) > 0.9)
    True
    """

    class_weight: Mapping[Any, float] | str | None = field(default=None, kw_only=True)
    id: str | None = field(default=None, kw_only=True)
    time: str | None = field(default=None, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **_SEQUENCE_CONSTRAINTS,
        **CLASS_CONSTRAINTS,
    }

    def _given(self, X: Any, *, reset: bool) -> GivenExamples:
        return sequences(self, X, reset=reset)


@dataclass(eq=False, repr=False)
class SequenceRegressor(ExampleRegression, RegressorMixin, ExampleParameters, BaseEstimator):
    """A regressor of sequences, of different lengths too.

    X is as of `SequenceClassifier`; targets are standardised.

    Parameters
    ----------
    loss
        As of `ConvRegressor`.
    id, time
        As of `SequenceClassifier`.
    layers, preset, optimizer, batch_size, max_iter, schedule, clip_norm, alpha, augmentation, \
validation_fraction, scale, random_state, warm_start, verbose, callbacks, engine, threads, dtype
        As of `SequenceClassifier`.

    Attributes
    ----------
    model_, network_, parameters_, preprocessing_, history_, n_iter_, best_epoch_, engine_, \
n_features_in_
        As of `SequenceClassifier`.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.random.default_rng(0).normal(size=(60, 8, 1))
    >>> y = X[:, :, 0].mean(axis=1)
    >>> regressor = ax.SequenceRegressor([ax.GRU(8, last=True)], max_iter=60, random_state=0)
    >>> bool(regressor.fit(X, y).score(X, y) > 0.8)
    True
    """

    loss: str | Mapping[str, Any] | Loss = field(default="squared_error", kw_only=True)
    id: str | None = field(default=None, kw_only=True)
    time: str | None = field(default=None, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **_SEQUENCE_CONSTRAINTS,
        **LOSS_CONSTRAINTS,
    }

    def _given(self, X: Any, *, reset: bool) -> GivenExamples:
        return sequences(self, X, reset=reset)
