"""Estimators for tables as they come, whose first fit is to be a fair answer.

Their defaults follow "Better by Default" (Holzmüller, Grinsztajn & Steinwart, NeurIPS 2024): what
pays there and pays here too is taken, within seconds on one core.
"""

import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from axone.activations import ActivationFunction
from axone.arrays import FloatArray, IntArray
from axone.data import ColumnKind, Scaler, Standard, Task, cell_text, split_rows
from axone.data.frames import as_frame, is_frame
from axone.engines import Recipe, compile_recipe
from axone.errors import DataError
from axone.estimators.tabular_features import TableFeatures
from axone.layers import Dense, Dropout, Layer
from axone.losses import LOSSES
from axone.network import Network
from axone.optimizers import SGD, AdamW
from axone.training import Trainer, TrainingResult, fit_many

if TYPE_CHECKING:
    from pandas import DataFrame

_Taken = tuple[FloatArray, FloatArray, FloatArray | None]

_FEWEST_VALIDATION_ROWS = 20
"""The best epoch of fewer rows is chance: then all rows are trained on, to the last epoch."""

_VISITS = 1_500_000
"""Rows that a network sees in a run with "auto" epochs: however large the table, so many."""

_FEWEST_STEPS = 1500
"""Of a run: a table of some hundred rows makes few steps an epoch, and needs the more epochs."""

_SMOOTHED_ROWS = 200
"""Label smoothing "auto" is this over the rows: many rows keep a network from certainty alone."""


class _TabularEstimator(BaseEstimator):
    """What classifier and regressor share: the features, the networks, how they are trained."""

    _loss: str
    _task: Task
    _names: list[str]

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [str, dict, ActivationFunction],
        "bins": [Interval(Integral, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "max_epochs": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "n_networks": [Interval(Integral, 1, None, closed="left")],
        "columns": [dict, None],
        "threads": [Interval(Integral, 1, None, closed="left"), None],
        "engine": [StrOptions({"auto", "native", "reference"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128, 128),
        activation: Any = "swish",
        *,
        bins: int = 16,
        dropout: float = 0.05,
        learning_rate: float = 0.002,
        weight_decay: float = 0.0,
        batch_size: int | str = "auto",
        max_epochs: int | str = "auto",
        validation_fraction: float = 0.1,
        n_networks: int = 2,
        columns: Mapping[str, ColumnKind] | None = None,
        threads: int | None = None,
        engine: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.bins = bins
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.validation_fraction = validation_fraction
        self.n_networks = n_networks
        self.columns = columns
        self.threads = threads
        self.engine = engine
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _fit(
        self,
        table: "DataFrame",
        target: FloatArray,
        strata: NDArray[Any],
        weight: FloatArray | None,
        output: Dense,
    ) -> Self:
        """Train the networks on rows whose target is as the loss takes it.

        Parameters
        ----------
        table : pandas.DataFrame of m rows
        target : ndarray of shape (m, n_outputs)
        strata : ndarray of shape (m,) or (m, n)
            Class numbers, by which validation rows are chosen; for regression anything.
        weight : ndarray of shape (m,), optional
        output : Dense
            The last layer.
        """
        random = check_random_state(self.random_state)
        seeds = random.randint(2**31 - 1, size=self.n_networks + 1).tolist()
        generator = np.random.default_rng(seeds.pop())
        self.features_ = TableFeatures.fit(table, self.columns, self.bins, generator)
        inputs = self.features_.transform(table)
        self.network_ = Network(*self._hidden_layers(), output, input_shape=self.features_.size)
        trains, validations = self._parts(inputs, target, strata, weight, seeds)
        rows = len(trains[0][0])
        results = fit_many(
            [self._trainer(rows, seed, alone=len(seeds) == 1) for seed in seeds],
            trains,
            validations,
            threads=self.threads,
            max_epochs=self._epochs(rows),
        )
        _warn_of_divergence(results)
        self.parameters_ = [result.parameters for result in results]
        self.histories_ = [result.history for result in results]
        self.best_epochs_ = [result.best_epoch for result in results]
        return self

    def _outputs(self, X: Any) -> FloatArray:
        """Return the mean of the networks' outputs, (m, n_outputs)."""
        check_is_fitted(self)
        inputs = self.features_.transform(self._table(X, reset=False))
        # In float64, lest a row's last digits depend on the rows that stand beside it.
        recipe = Recipe(self.network_, LOSSES.resolve(self._loss), SGD(), dtype="float64")
        plan = compile_recipe(recipe, self.engine, self.threads).plan
        networks = [parameters.astype("float64") for parameters in self.parameters_]
        return np.asarray(np.mean([plan.predict(one, inputs) for one in networks], axis=0))

    def _table(self, X: Any, *, reset: bool) -> "DataFrame":
        """Return X as a pandas frame, its columns counted and named as scikit-learn does."""
        import pandas as pd

        if is_frame(X):
            X = X.collect() if hasattr(X, "collect") else X
            validate_data(self, X, reset=reset, skip_check_array=True)
            frame = as_frame(X, "X")
        else:
            cells = validate_data(self, X, reset=reset, dtype=None, ensure_all_finite="allow-nan")
            names = [f"x{number}" for number in range(cells.shape[1])] if reset else self._names
            frame = as_frame(pd.DataFrame(cells, columns=names).infer_objects(), "X")
        least = 2 if reset else 1
        if len(frame) < least:
            raise DataError(f"X has {len(frame)} sample(s), but at least {least} are needed.")
        if reset:
            self._names = list(frame.columns)
        return frame

    def _hidden_layers(self) -> list[Layer]:
        layers: list[Layer] = []
        given = self.hidden_layer_sizes
        sizes: Any = [given] if isinstance(given, Integral) else given
        for units in sizes:
            layers.append(Dense(units, self.activation))
            if self.dropout > 0:
                layers.append(Dropout(self.dropout))
        return layers

    def _trainer(self, rows: int, seed: int, *, alone: bool) -> Trainer:
        return Trainer(
            self.network_,
            loss=self._loss,
            optimizer=AdamW(self.learning_rate, beta_2=0.95, weight_decay=self.weight_decay),
            schedule="cosine",
            batch_size=self._rows_of_a_batch(rows),
            engine=self.engine,
            threads=self.threads if alone else 1,
            seed=seed,
        )

    def _parts(
        self,
        inputs: FloatArray,
        target: FloatArray,
        strata: NDArray[Any],
        weight: FloatArray | None,
        seeds: Sequence[int],
    ) -> tuple[list[_Taken], list[_Taken] | None]:
        """Return the rows that each network is trained on, and those that choose its best epoch."""
        data = (inputs, target, weight)
        if round(self.validation_fraction * len(inputs)) < _FEWEST_VALIDATION_ROWS:
            return [data] * len(seeds), None
        splits = [
            split_rows(strata, self._task, validation=self.validation_fraction, test=0, seed=seed)
            for seed in seeds
        ]
        trains = [_taken(data, split.train) for split in splits]
        return trains, [_taken(data, split.validation) for split in splits]

    def _rows_of_a_batch(self, rows: int) -> int:
        if isinstance(self.batch_size, Integral):
            return int(self.batch_size)
        return int(2 ** np.clip(np.round(np.log2(rows) / 2), 5, 9))

    def _epochs(self, rows: int) -> int:
        if isinstance(self.max_epochs, Integral):
            return int(self.max_epochs)
        steps = -(-rows // min(self._rows_of_a_batch(rows), rows))
        epochs = np.clip(_VISITS // rows, 6, 30)
        return int(max(epochs, -(-_FEWEST_STEPS // steps)))


class TabularClassifier(ClassifierMixin, _TabularEstimator):
    """A classifier for tables as they come: categories, dates, missing values, unscaled numbers.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (128, 128)
        Units of the hidden layers.
    activation : str, mapping or ActivationFunction, default "swish"
        Smooth, of the kind of the Mish of "Better by Default".
    bins : int, default 16
        Of the piecewise-linear encoding of each amount, beside the amount itself (Gorishniy,
        Rubachev & Babenko 2022); fewer where columns are many, 0 for none.
    dropout : float, default 0.1
        After every hidden layer.
    label_smoothing : float or "auto", default "auto"
        ε of the targets (1 − ε)·one-hot + ε·(shares of the classes) (Szegedy et al. 2016, with the
        shares for the uniform distribution, so that rare classes stay rare). "auto" is 0.1 up to
        2000 rows and 200/rows beyond: a network is too sure of itself where it knows every row.
    learning_rate : float, default 0.002
        The first of AdamW (β₂ = 0.95); it falls to 0 along half a cosine.
    weight_decay : float, default 0
        λ of AdamW.
    batch_size : int or "auto", default "auto"
        "auto" is the power of two nearest to √rows, 32 to 512.
    max_epochs : int or "auto", default "auto"
        "auto" is 1 500 000/rows, 6 to 30, or as many as make 1500 steps where that is more.
    validation_fraction : float, default 0.1
        Share of the rows that each network is not trained on: the epoch of their least loss is
        kept. None where that is fewer than 20 rows.
    n_networks : int, default 2
        How many networks, each with its own validation rows, are averaged. More are better, most
        of all on tables of few rows, and take their time.
    class_weight : dict or "balanced", optional
        As scikit-learn's.
    columns : mapping of str to str, optional
        What columns are, where the guess would be wrong: "number", "boolean", "category",
        "ordinal", "date" or "ignore". Columns of an array are called "x0", "x1", ….
    threads : int, optional
        Several networks are trained at once, one a processor by default; results do not depend
        on it.
    engine : {"auto", "native", "reference"}, default "auto"
    random_state : int, RandomState instance or None, default None
        Decides everything: validation rows, weights, shuffles, masks.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X was a table.
    features_ : TableFeatures
        From rows to the network's inputs; ``features_.encoder.notes`` says what was decided.
    network_ : Network
    parameters_ : list of Parameters
        Of each network.
    histories_ : list of History
    best_epochs_ : list of int

    Notes
    -----
    Amounts are scaled by median and quartiles and smoothly clipped at ±3. Categories are one-hot;
    the 64 most frequent of them. Of a table's columns, text that is all ISO dates becomes a date,
    text that hardly repeats is left out as an identifier.

    Examples
    --------
    >>> import pandas as pd, axone as ax
    >>> table = pd.DataFrame({"size": [1.0, 2.5, None, 9.0] * 9, "kind": ["a", "a", "b", "b"] * 9})
    >>> y = ["low", "low", "high", "high"] * 9
    >>> model = ax.TabularClassifier(random_state=0).fit(table, y)
    >>> model.predict(table[:4]).tolist()
    ['low', 'low', 'high', 'high']
    """

    _loss = "categorical_cross_entropy"
    _task: Task = "classification"

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_TabularEstimator._parameter_constraints,
        "label_smoothing": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="left")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128),
        activation: Any = "swish",
        *,
        bins: int = 16,
        dropout: float = 0.1,
        label_smoothing: float | str = "auto",
        learning_rate: float = 0.002,
        weight_decay: float = 0.0,
        batch_size: int | str = "auto",
        max_epochs: int | str = "auto",
        validation_fraction: float = 0.1,
        n_networks: int = 2,
        class_weight: Mapping[Any, float] | str | None = None,
        columns: Mapping[str, ColumnKind] | None = None,
        threads: int | None = None,
        engine: str = "auto",
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            bins=bins,
            dropout=dropout,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            batch_size=batch_size,
            max_epochs=max_epochs,
            validation_fraction=validation_fraction,
            n_networks=n_networks,
            columns=columns,
            threads=threads,
            engine=engine,
            random_state=random_state,
        )
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        X : pandas or polars frame, or array-like of shape (m, n_features)
            Cells may be missing.
        y : array-like of shape (m,)
            Classes: numbers or text.
        sample_weight : array-like of shape (m,), optional
            Rows of weight 0 count for nothing at all.

        Returns
        -------
        self

        Raises
        ------
        DataError
            Fewer than two rows or classes, no column to learn from, cells of the wrong kind.
        InvalidParameterError
            A setting out of bounds.
        """
        self._validate_params()
        table = self._table(X, reset=True)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        table, labels, weight = _weighted_rows(table, labels, sample_weight)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                f"All rows are of one class, {cell_text(self.classes_[0])!r}: at least 2 classes "
                "are needed."
            )
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, labels)
            weight = by_class if weight is None else weight * by_class
        one_hot = np.eye(len(self.classes_), dtype=np.float32)[numbers]
        shares = np.average(one_hot, axis=0, weights=weight)
        smoothing = self._smoothing(len(labels))
        target = np.float32(1 - smoothing) * one_hot + np.float32(smoothing) * shares
        output = Dense(len(self.classes_), "softmax")
        return self._fit(table, target, numbers, weight, output)

    def _smoothing(self, rows: int) -> float:
        if self.label_smoothing == "auto":
            return min(0.1, _SMOOTHED_ROWS / rows)
        return float(self.label_smoothing)

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of every class, (m, n_classes), in the order of `classes_`."""
        return self._outputs(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of every row, (m,)."""
        best = self._outputs(X).argmax(axis=1)
        return np.asarray(self.classes_[best])


class TabularRegressor(RegressorMixin, _TabularEstimator):
    """A regressor for tables as they come: categories, dates, missing values, unscaled numbers.

    Targets are standardised, the mean squared error is minimised, and predictions stay within the
    range of the training targets.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (128, 128, 128)
        One layer more than for classes, which sharp functions of few columns need.
    dropout : float, default 0.05
        Half as much as for classes: noise within blurs numbers sooner.
    activation, bins, learning_rate, weight_decay, batch_size, max_epochs
        As of `TabularClassifier`.
    validation_fraction, n_networks, columns, threads, engine, random_state
        As of `TabularClassifier`.

    Attributes
    ----------
    target_scaler_ : Scaler
        Mean and standard deviation of the targets.
    target_range_ : tuple of (lowest, highest)
        Of each target.
    features_, network_, parameters_, histories_, best_epochs_, n_features_in_, feature_names_in_
        As of `TabularClassifier`.

    Examples
    --------
    >>> import pandas as pd, axone as ax
    >>> days = pd.date_range("2026-01-01", periods=90).astype(str)
    >>> table = pd.DataFrame({"day": days, "open": [True, False, True] * 30})
    >>> sales = [10.0, 0.0, 10.0] * 30
    >>> model = ax.TabularRegressor(random_state=0).fit(table, sales)
    >>> bool(model.score(table, sales) > 0.9)
    True
    """

    _loss = "mse"
    _task: Task = "regression"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        X : pandas or polars frame, or array-like of shape (m, n_features)
            Cells may be missing.
        y : array-like of shape (m,) or (m, n_outputs)
            Numbers.
        sample_weight : array-like of shape (m,), optional
            Rows of weight 0 count for nothing at all.

        Returns
        -------
        self

        Raises
        ------
        DataError
            Fewer than two rows, no column to learn from, cells of the wrong kind.
        InvalidParameterError
            A setting out of bounds.
        """
        self._validate_params()
        table = self._table(X, reset=True)
        if y is None:
            raise DataError("TabularRegressor requires y to be passed, but the target y is None.")
        numbers = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if numbers.ndim == 2 and numbers.shape[1] == 1:
            numbers = column_or_1d(numbers, warn=True)
        table, numbers, weight = _weighted_rows(table, numbers, sample_weight)
        self.target_scaler_: Scaler = Standard().fit(numbers)
        self.target_range_ = (numbers.min(axis=0), numbers.max(axis=0))
        target = self.target_scaler_.transform(numbers).reshape(len(numbers), -1)
        return self._fit(table, target, target, weight, Dense(target.shape[1]))

    def predict(self, X: Any) -> FloatArray:
        """Return the targets, (m,) or (m, n_outputs), in their own units."""
        outputs = self._outputs(X)
        if self.target_scaler_.shift.ndim == 0:  # one target, given as (m,)
            outputs = outputs[:, 0]
        return np.clip(self.target_scaler_.inverse(outputs), *self.target_range_)


def _weighted_rows(
    table: "DataFrame", y: NDArray[Any], sample_weight: Any
) -> tuple["DataFrame", NDArray[Any], FloatArray | None]:
    """Return the rows of positive weight, and their weights where they are given."""
    check_consistent_length(table, y)
    if sample_weight is None:
        return table, y, None
    weight = _check_sample_weight(sample_weight, y, dtype=np.float64, ensure_non_negative=True)
    kept = weight > 0
    return table[kept].reset_index(drop=True), y[kept], weight[kept]


def _taken(data: _Taken, rows: IntArray) -> _Taken:
    inputs, target, weight = data
    return inputs[rows], target[rows], None if weight is None else weight[rows]


def _warn_of_divergence(results: Sequence[TrainingResult]) -> None:
    diverged = [result for result in results if result.diagnosis is not None]
    if diverged:
        warnings.warn(
            f"{len(diverged)} of {len(results)} networks diverged in epoch "
            f"{diverged[0].epochs + 1}; the weights before that are kept. Lower learning_rate.",
            ConvergenceWarning,
            stacklevel=4,
        )
