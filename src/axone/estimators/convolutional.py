"""Estimators of signals and images, whose networks see neighbours: convolutions and pools."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from axone.estimators.example_rows import GivenExamples, signals_or_images
from axone.estimators.example_tasks import ExampleClassification, ExampleRegression
from axone.estimators.example_training import EXAMPLE_CONSTRAINTS, ExampleParameters
from axone.estimators.objectives import CLASS_CONSTRAINTS, LOSS_CONSTRAINTS
from axone.estimators.settings import Constraints
from axone.losses import Loss


@dataclass(eq=False, repr=False)
class ConvClassifier(ExampleClassification, ClassifierMixin, ExampleParameters, BaseEstimator):
    """A classifier of signals and images.

    X is (m, channels, length) or, of one channel, (m, length) for signals; (m, channels, height,
    width) or bytes of shape (m, height, width) for images. Signals of different lengths come as a
    list of arrays (channels, length) or (length,), or with NaN where nothing is there.

    Parameters
    ----------
    layers : sequence of Layer, or Network, optional
        The layers before the output layer, which is added: a softmax over the classes. A `Network`
        is taken whole.
    preset : str, optional
        A network by name, with how it is trained: ``"fcn-1d"``, ``"lenet"``; ``axone presets``
        lists them. Where neither it nor `layers` is given, one is chosen by what X is.
    optimizer : str, mapping or Optimizer, optional
        By default the preset's, as are the four below; for `layers` AdamW along one cycle.
    batch_size : int, optional
    max_iter : int, optional
        Epochs.
    schedule : str, mapping or Schedule, optional
    clip_norm : float, optional
    alpha : float, default 0
        L2 penalty, as of `MLPClassifier`.
    augmentation : sequence of str, mapping or Augmentation, default ()
        What changes the training rows of every step at random: ``[ax.Shift(2)]``. Empty leaves it
        to the preset.
    validation_fraction : float, default 0
        Share of the rows that are not learnt from: the weights of the epoch that is best on them
        are kept. A course that ends in a low learning rate needs none.
    class_weight : mapping or "balanced", optional
        The weight of each class's rows.
    scale : bool, str, mapping or Scaling, default True
        Each channel of a signal to mean 0 and standard deviation 1, from the training rows and the
        positions that are there; of images all pixels alike.
    random_state : int, RandomState instance or None, default None
        Decides everything: weights, shuffles, masks, augmentation, validation rows.
    warm_start : bool, default False
        Whether `fit` goes on from the weights of the fit before, along the whole course again:
        rows are scaled as then, and layers and classes must be the same.
    verbose, callbacks, engine, threads
        As of `MLPClassifier`.
    dtype : {"float32", "float64"}, default "float32"

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    model_ : Model
        Everything that predicts; `axone.save` writes it.
    network_ : Network
    parameters_ : Parameters
    preprocessing_ : Preprocessing
    history_ : History
        Every column that the trainer records.
    n_iter_, best_epoch_ : int
    engine_ : str
    n_features_in_ : int
        Columns of an X of two axes, channels of another.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> random = np.random.default_rng(0)
    >>> y = np.arange(40) % 2
    >>> X = random.normal(size=(40, 1, 20)); X[y == 1, :, 5:9] += 3.0
    >>> layers = [ax.Conv1D(8, 5, "relu"), ax.MaxPool(2), ax.Flatten()]
    >>> classifier = ax.ConvClassifier(layers, max_iter=40, random_state=0)
    >>> bool(classifier.fit(X, y).score(X, y) > 0.9)
    True
    """

    class_weight: Mapping[Any, float] | str | None = field(default=None, kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **EXAMPLE_CONSTRAINTS,
        **CLASS_CONSTRAINTS,
    }

    def _given(self, X: Any, *, reset: bool) -> GivenExamples:
        return signals_or_images(self, X, reset=reset)


@dataclass(eq=False, repr=False)
class ConvRegressor(ExampleRegression, RegressorMixin, ExampleParameters, BaseEstimator):
    """A regressor of signals and images.

    X is as of `ConvClassifier`; targets are standardised.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "mae", "huber"}, mapping or Loss, default "squared_error"
        As of `MLPRegressor`. With ``Quantile((0.05, 0.5, 0.95))`` the median is predicted, and
        ``model_.predict_quantiles`` gives all three.
    layers, preset, optimizer, batch_size, max_iter, schedule, clip_norm, alpha, augmentation, \
validation_fraction, scale, random_state, warm_start, verbose, callbacks, engine, threads, dtype
        As of `ConvClassifier`.

    Attributes
    ----------
    model_, network_, parameters_, preprocessing_, history_, n_iter_, best_epoch_, engine_, \
n_features_in_
        As of `ConvClassifier`.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.sin(np.linspace(0, 6, 30) * np.linspace(1, 2, 60)[:, np.newaxis])
    >>> y = np.linspace(1, 2, 60)
    >>> regressor = ax.ConvRegressor([ax.Conv1D(4, 3, "relu"), ax.Flatten()], random_state=0)
    >>> bool(regressor.fit(X, y).score(X, y) > 0.9)
    True
    """

    loss: str | Mapping[str, Any] | Loss = field(default="squared_error", kw_only=True)

    _parameter_constraints: ClassVar[Constraints] = {
        **EXAMPLE_CONSTRAINTS,
        **LOSS_CONSTRAINTS,
    }

    def _given(self, X: Any, *, reset: bool) -> GivenExamples:
        return signals_or_images(self, X, reset=reset)
