"""What the estimators of networks share: checked rows go to `Trainer`, its result to attributes.

An estimator says how its network is built and trained; everything between `fit` and the fitted
attributes that scikit-learn's users know happens here.
"""

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils._param_validation import Interval, InvalidParameterError, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from axone.arrays import DType, FloatArray, IntArray
from axone.data import Examples
from axone.data.scaling import SCALINGS, Scaler, Scaling
from axone.engines import RunState
from axone.errors import AxoneError, DataError
from axone.estimators.targets import Objective, Targets
from axone.network import Network
from axone.optimizers import LBFGS, Optimizer
from axone.parameters import Parameters
from axone.random import RandomStream
from axone.registry import Registry
from axone.schedules import SCHEDULES, Clock, InverseScaling, Schedule
from axone.training import (
    Checkpoint,
    EpochCallback,
    History,
    NoImprovement,
    Run,
    Trainer,
    TrainingResult,
    ValidationScore,
)

LARGEST_DENSE = 4 << 30
"""Bytes that a sparse X may take once it is dense: the network's products need all its zeros."""

_PREDICTION_ROWS = 1024
"""At a time: what they become on their way fits into a processor's cache."""

_AUTO_BATCH = 200
_SLOWEST_RATE = 1e-6
_RATE_DIVISOR = 5.0

Constraints = dict[str, list[Any]]
Member = TypeVar("Member")


@dataclass(frozen=True)
class Settings:
    """How one estimator trains.

    Attributes
    ----------
    optimizer : Optimizer or LBFGS
    schedule : Schedule
    batch_size : int or "auto"
        "auto" is at most 200 rows.
    l2 : float
    divides : bool
        Whether the learning rate is divided by 5 where training would otherwise stop, until it is
        1e-6: scikit-learn's "adaptive".
    remembers_steps : bool
        Whether the optimiser's velocity is to hold steps, as scikit-learn's does, where ours holds
        gradients. It makes a difference where the learning rate changes.
    """

    optimizer: Optimizer | LBFGS
    schedule: Schedule
    batch_size: int | Literal["auto"]
    l2: float
    divides: bool = False
    remembers_steps: bool = False


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as a network learns them.

    Attributes
    ----------
    X : ndarray of shape (m, ...)
    target : ndarray of m rows
    weight : ndarray of shape (m,) or None
    raw : tuple
        X and y as they came, for scorers; of validation rows only.
    """

    X: FloatArray
    target: NDArray[Any]
    weight: FloatArray | None
    raw: tuple[Any, Any] = (None, None)

    @property
    def all(self) -> tuple[Any, Any, Any]:
        """As `Trainer.fit` takes them."""
        return self.X, self.target, self.weight


@dataclass
class Progress:
    """What `partial_fit` and a warm start need to know of the fits before.

    Attributes
    ----------
    final : Checkpoint
        Where the last fit ended.
    seed : int
        Of shuffles and masks.
    divisions : int
        How often the learning rate has been divided by 5.
    divided_at : int
        The epoch of the last time.
    """

    final: Checkpoint
    seed: int
    divisions: int = 0
    divided_at: int = 0


@dataclass(eq=False, repr=False, kw_only=True)
class TrainedNetwork(BaseEstimator, ABC):
    """Parameters and behaviour of every estimator that trains a network.

    The parameters mean what scikit-learn's `MLPClassifier` means by them, as far as it has them;
    the estimators describe them.
    """

    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    verbose: bool | int = False
    warm_start: bool = False
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: float = 10
    monitor: str | Callable[..., float] | None = None
    l1: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    schedule: Schedule | str | Mapping[str, Any] | None = None
    scale: Scaling | str | Mapping[str, Any] | bool = False
    callbacks: EpochCallback | Sequence[EpochCallback] | None = None
    dtype: DType | None = None
    engine: str = "auto"
    threads: int | None = None

    _parameter_constraints: ClassVar[Constraints] = {
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {math.inf}),
        ],
        "monitor": [StrOptions({"loss", *get_scorer_names()}), callable, None],
        "l1": [Interval(Real, 0, None, closed="left")],
        "clip_norm": [Interval(Real, 0, None, closed="neither"), None],
        "clip_value": [Interval(Real, 0, None, closed="neither"), None],
        "schedule": [str, dict, Schedule, None],
        "scale": ["boolean", str, dict, Scaling],
        "callbacks": [callable, "array-like", None],
        "dtype": [StrOptions({"float32", "float64"}), None],
        "engine": [StrOptions({"auto", "native", "reference"})],
        "threads": [Interval(Integral, 1, None, closed="left"), None],
    }

    _numeric_targets: ClassVar[bool] = False

    network_: Network = field(init=False)
    parameters_: Parameters = field(init=False)
    loss_curve_: list[float] = field(init=False)

    @abstractmethod
    def _architecture(self, features: int, targets: Targets) -> Network:
        """Return the network for rows of so many features."""

    @abstractmethod
    def _training_settings(self) -> Settings:
        """Return how it is trained."""

    @abstractmethod
    def _initial_parameters(
        self, network: Network, dtype: DType, random: np.random.RandomState
    ) -> Parameters:
        """Draw the first weights."""

    def _preset(self, network: Network, parameters: Parameters) -> Parameters:
        """Return the weights to begin with, those included that a user has set beforehand."""
        del network
        return parameters

    @abstractmethod
    def _targets_of(self, y: Any) -> Targets:
        """Find out what `y` holds."""

    @abstractmethod
    def _check_known(self, y: Any) -> None:
        """Refuse targets that a warm start cannot go on with."""

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, validation_data: Any, *, one_epoch: bool = False
    ) -> Self:
        """Train, from the start or on from the fits before."""
        if one_epoch and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        fresh = not hasattr(self, "parameters_") or not (self.warm_start or one_epoch)
        X, y = self._checked(X, y, reset=fresh)
        random = check_random_state(self.random_state)
        if fresh:
            if not (one_epoch and hasattr(self, "_targets")):
                self._targets: Targets = self._targets_of(y)
        elif self.warm_start:
            self._check_known(y)
        network = self._architecture(X.shape[1], self._targets)
        if fresh:
            parameters = self._initial_parameters(network, _dtype_of(X), random)
            if self.warm_start or one_epoch:
                parameters = self._preset(network, parameters)
        else:
            parameters = self._current_parameters()
            _require_same(network, self.network_)
        self.network_ = network
        train, held_out = self._divided(X, y, sample_weight, validation_data, random, fresh)
        if fresh:
            seed = int(random.randint(np.iinfo(np.int32).max))
            progress = Progress(self._first_checkpoint(parameters), seed)
            self.loss_curve_, self.t_ = [], 0
        else:
            progress = self._continued(parameters, held_out, keep_memory=one_epoch)
        self._train(progress, train, held_out, one_epoch)
        return self

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[FloatArray, Any]:
        """Return X, dense and of the run's precision, and y, as scikit-learn checks them."""
        X, y = validate_data(
            self,
            X,
            y,
            reset=reset,
            multi_output=True,
            y_numeric=self._numeric_targets,
            **self._accepted,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return _dense(X), y

    @property
    def _accepted(self) -> dict[str, Any]:
        """What rows may be: sparse, of the precision asked for or of either."""
        dtype = (np.float64, np.float32) if self.dtype is None else np.dtype(self.dtype)
        return {"accept_sparse": ["csr", "csc"], "dtype": dtype}

    def _divided(
        self,
        X: FloatArray,
        y: Any,
        sample_weight: Any,
        validation_data: Any,
        random: np.random.RandomState,
        fresh: bool,
    ) -> tuple[Rows, Rows | None]:
        """Return the rows to learn from, and those held out, scaled."""
        weight = self._row_weights(X, y, sample_weight)
        held_out = None
        if validation_data is not None:
            held_out = self._given_validation(validation_data)
        elif self.early_stopping and not self._is_full_batch:
            kept, taken = self._split(y, random)
            held_out = X[taken], y[taken], None if weight is None else weight[taken]
            X, y = X[kept], y[kept]
            weight = None if weight is None else weight[kept]
        if fresh:
            self.scaler_ = self._fitted_scaler(X)
        train = Rows(self._inputs(X), self._targets.encode(y), weight)
        if held_out is None:
            return train, None
        X_val, y_val, weight_val = held_out
        return train, Rows(
            self._inputs(X_val), self._targets.encode(y_val), weight_val, (X_val, y_val)
        )

    def _given_validation(self, validation_data: Any) -> tuple[Any, Any, Any]:
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
            raise ValueError(
                "validation_data must be (X, y) or (X, y, sample_weight), "
                f"not {type(validation_data).__name__}."
            )
        X, y = self._checked(*validation_data[:2], reset=False)
        weight = validation_data[2] if len(validation_data) == 3 else None
        return X, y, self._row_weights(X, y, weight, by_class=False)

    def _split(self, y: Any, random: np.random.RandomState) -> tuple[IntArray, IntArray]:
        strata = self._targets.strata(y)
        numbers = np.arange(len(y))
        settings = {"test_size": self.validation_fraction, "random_state": random}
        try:
            kept, taken = train_test_split(numbers, stratify=strata, **settings)
        except ValueError:
            # As scikit-learn, which splits more than two classes without keeping proportions.
            if strata is None or self._targets.outputs == 1:
                raise
            kept, taken = train_test_split(numbers, **settings)
        if len(taken) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of "
                "your dataset."
            )
        return kept, taken

    def _row_weights(
        self, X: Any, y: Any, sample_weight: Any, by_class: bool = True
    ) -> FloatArray | None:
        """Return the weight of every row, its class's included; None where all are alike."""
        class_weight = getattr(self, "class_weight", None) if by_class else None
        weight = self._targets.row_weights(y, class_weight)
        if sample_weight is None:
            return weight
        given = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
        if (given < 0).any() or not given.any():
            raise DataError(
                "sample_weight must hold numbers of at least 0, not all of them zero: a row of "
                "weight two counts as two rows, one of weight zero as none."
            )
        return given if weight is None else given * weight

    def _fitted_scaler(self, X: FloatArray) -> Scaler | None:
        given = self.scale
        if given is False:
            return None
        scaling: Any = "standard" if given is True else given
        return self._resolved("scale", SCALINGS, scaling).fit(X)

    def _inputs(self, X: FloatArray) -> FloatArray:
        """Return rows as the network takes them."""
        scaled = X if self.scaler_ is None else self.scaler_.transform(X, _dtype_of(X))
        return scaled.reshape(len(X), *self.network_.input_shape)

    @property
    def _is_full_batch(self) -> bool:
        """Whether the solver is L-BFGS, which sees all rows and stops by itself."""
        return isinstance(self._training_settings().optimizer, LBFGS)

    def _first_checkpoint(self, parameters: Parameters) -> Checkpoint:
        state = RunState(parameters, {}, 0.0)
        return Checkpoint("", state, parameters.copy(), 0, History(), 0.0)

    def _continued(
        self, parameters: Parameters, held_out: Rows | None, *, keep_memory: bool
    ) -> Progress:
        """Return where to go on, from the weights as they are now."""
        progress = self._progress
        final = progress.final
        state = final.state
        state.parameters = parameters
        history = final.history
        if (held_out is None) == ("validation_loss" in history):
            # Epochs with and without validation rows do not fit into one table.
            history = History()
            state.epoch, state.losses = 0, []
        if not keep_memory:
            state.slots, state.step = {}, 0
            mixed = RandomStream.from_seed(progress.seed).child(history.epochs + 1)
            progress = Progress(final, mixed.key % 2**31)
        progress.final = replace(final, history=history, best=parameters.copy())
        return progress

    def _train(
        self, progress: Progress, train: Rows, held_out: Rows | None, one_epoch: bool
    ) -> None:
        """Run the trainer as often as the learning rate is divided, and take its result over."""
        settings = self._training_settings()
        objective = self._targets.objective
        rule = self._stopping_rule(objective, held_out)
        before = progress.final.history.epochs
        max_epochs = before + self.max_iter
        follow = self._rate_follower(len(train.X))
        watch = _Watch(self, objective, before, one_epoch, follow)
        seen = max(before, progress.divided_at) if not one_epoch else progress.divided_at
        while True:
            trainer = self._trainer(settings, objective, train, progress)
            _complete_slots(progress.final, settings.optimizer)
            run = trainer.start(
                train.all,
                None if held_out is None else held_out.all,
                max_epochs=max_epochs,
                stopping=[] if one_epoch or isinstance(settings.optimizer, LBFGS) else [rule],
                warmup_epochs=seen,
                restore_best=self.early_stopping,
                start_from=progress.final,
                validation_score=None if held_out is None else self._score_of(held_out),
                every="epoch" if watch.wanted else "lap",
            )
            watch.run = run
            result = run.to_the_end(watch if watch.wanted else None)
            progress.final = result.final
            stale = result.stopped_by == rule.name
            if one_epoch:
                stale = rule.reason(result.history, seen) is not None
            rate = self._rate(settings, progress)
            if not stale or not settings.divides or rate <= _SLOWEST_RATE:
                break
            progress.divisions += 1
            progress.divided_at = seen = result.epochs
            if settings.remembers_steps:
                _scale_velocity(progress.final.state, _RATE_DIVISOR)
            self._say(f"Setting learning rate to {rate / _RATE_DIVISOR:f}")
            stale = False
            if one_epoch or result.epochs >= max_epochs:
                break
        self._progress = progress
        self._take_over(result, trainer, train, objective, before)
        self._tell_how_it_ended(result, rule, stale, one_epoch)

    def _trainer(
        self, settings: Settings, objective: Objective, train: Rows, progress: Progress
    ) -> Trainer:
        rows = len(train.X)
        batch_size: Any = settings.batch_size
        if batch_size == "auto":
            batch_size = min(_AUTO_BATCH, rows)
        elif batch_size > rows:
            self._batches_clipped()
            batch_size = rows
        optimizer = settings.optimizer
        if progress.divisions and not isinstance(optimizer, LBFGS):
            optimizer = replace(optimizer, learning_rate=self._rate(settings, progress))
        # The penalty is shared among the rows' weights, as scikit-learn shares it: a row of weight
        # two counts as two rows.
        share = 1.0 if train.weight is None else rows / float(train.weight.sum())
        return Trainer(
            self.network_,
            loss=objective.loss,
            optimizer=optimizer,
            batch_size=batch_size,
            schedule=settings.schedule,
            l1=float(self.l1) * share,
            l2=settings.l2 * share,
            clip_value=self.clip_value,
            clip_norm=self.clip_norm,
            dtype=_dtype_of(train.X),
            engine=self.engine,
            threads=self.threads,
            seed=progress.seed,
            shuffle=bool(self.shuffle),
        )

    def _rate_follower(self, rows: int) -> Callable[[RunState, int], None] | None:
        """Return what keeps a velocity that holds steps right, epoch by epoch, if there is one."""
        settings = self._training_settings()
        schedule = settings.schedule
        if not settings.remembers_steps or not isinstance(schedule, InverseScaling):
            return None

        def factor(epoch: int) -> float:
            return float(schedule.factors(Clock(epoch, 1, 1, rows))[0])

        return lambda state, epoch: _scale_velocity(state, factor(epoch - 1) / factor(epoch))

    def _batches_clipped(self) -> None:
        """Learn that there are fewer rows than a batch was to have."""

    def _rate(self, settings: Settings, progress: Progress) -> float:
        if isinstance(settings.optimizer, LBFGS):
            return 0.0
        return float(settings.optimizer.learning_rate) / _RATE_DIVISOR**progress.divisions

    def _stopping_rule(self, objective: Objective, held_out: Rows | None) -> NoImprovement:
        watched: str | dict[str, float] = {
            "train_loss": objective.reported_share,
            "train_penalty": 1.0,
        }
        if self.early_stopping and held_out is not None:
            watched = "validation_loss" if self.monitor == "loss" else "validation_score"
        return NoImprovement(self.n_iter_no_change, float(self.tol), watched)

    def _score_of(self, held_out: Rows) -> ValidationScore:
        """Return what is asked after each epoch about the validation rows."""
        targets, monitor = self._targets, self.monitor
        if monitor is None or monitor == "loss":
            return lambda _, outputs: (
                targets.score(outputs, held_out.target, held_out.weight)
                if np.isfinite(outputs).all()
                else math.nan
            )
        scorer: Any = get_scorer(monitor)
        weights = {} if held_out.weight is None else {"sample_weight": held_out.weight}
        # Scorers want an estimator: one that shares all with this one but its weights. Its rows are
        # arrays by now, whatever names their columns had.
        probe = object.__new__(type(self))
        probe.__dict__.update(vars(self))
        probe.__dict__.pop("feature_names_in_", None)

        def score(parameters: Parameters, outputs: FloatArray) -> float:
            del outputs
            probe.parameters_ = parameters
            probe._attributes_fitted()
            return float(scorer(probe, *held_out.raw, **weights))

        return score

    def _take_over(
        self,
        result: TrainingResult,
        trainer: Trainer,
        train: Rows,
        objective: Objective,
        before: int,
    ) -> None:
        """Set the fitted attributes."""
        history, parameters = result.history, result.parameters
        if result.diagnosis is not None and not (self.early_stopping and result.best_epoch):
            raise DataError(
                "Solver produced non-finite parameter weights. The input data may contain large "
                f"values and need to be preprocessed.\n{result.diagnosis}"
            )
        self.parameters_ = parameters
        self.history_ = history
        self.engine_ = result.engine
        self.n_iter_ = result.epochs - before
        self.t_ += self.n_iter_ * len(train.X)
        self.n_outputs_ = self._targets.outputs
        self.out_activation_ = _OUTPUT_NAMES.get(self._targets.activation, self._targets.activation)
        self.loss_curve_ += reported_losses(history, objective, before)
        if self.loss_curve_:
            self.loss_ = self.loss_curve_[-1]
        else:
            X, target, weight = train.all
            prepared = objective.loss.prepare(target, self.network_.output_shape, str(X.dtype))
            rows = Examples(X, prepared, weight)
            self.loss_ = trainer.plan.loss_and_gradient(parameters, rows, 1)[0]
        self._take_over_validation(result, objective)
        self._attributes_fitted()

    def _take_over_validation(self, result: TrainingResult, objective: Objective) -> None:
        history = result.history
        self.best_loss_ = None if self.early_stopping else min(self.loss_curve_, default=self.loss_)
        self.validation_loss_curve_ = self.validation_scores_ = self.best_validation_score_ = None
        if "validation_loss" not in history:
            return
        share = objective.reported_share
        self.validation_loss_curve_ = [share * loss for loss in history["validation_loss"]]
        scores = self.validation_scores_ = list(history["validation_score"])
        best = result.best_epoch if self.early_stopping else history.best_epoch("validation_score")
        self.best_validation_score_ = scores[best - 1]
        if result.diagnosis is not None:
            scores.append(math.nan)

    def _attributes_fitted(self) -> None:
        """Set what an estimator has beside the common attributes."""

    def _tell_how_it_ended(
        self, result: TrainingResult, rule: NoImprovement, stale: bool, one_epoch: bool
    ) -> None:
        if result.diagnosis is not None:
            warnings.warn(
                f"Training diverged: the weights of epoch {result.best_epoch} are kept.\n"
                f"{result.diagnosis}",
                ConvergenceWarning,
                stacklevel=6,
            )
        elif result.stopped_by == "interrupted":
            warnings.warn("Training interrupted by user.", stacklevel=6)
        elif one_epoch or result.stopped_by == "callback":
            return
        elif stale:
            watched = "Validation" if rule.watches_validation else "Training"
            what = "score" if rule.watched == "validation_score" else "loss"
            self._say(
                f"{watched} {what} did not improve more than tol={self.tol:f} for "
                f"{self.n_iter_no_change} consecutive epochs. Stopping."
            )
        else:
            self._warn_unless_converged(result)

    def _warn_unless_converged(self, result: TrainingResult) -> None:
        optimizer = self._training_settings().optimizer
        if not isinstance(optimizer, LBFGS):
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the "
                "optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=7,
            )
        elif result.stopped_by == "max_epochs" or result.steps > optimizer.max_evaluations:
            warnings.warn(
                f"lbfgs failed to converge after {self.n_iter_} iterations and {result.steps} "
                "evaluations of the loss.\n\nIncrease the number of iterations (max_iter) or of "
                "evaluations (max_fun), or scale the data (scale='standard').",
                ConvergenceWarning,
                stacklevel=7,
            )

    def _say(self, line: str) -> None:
        if self.verbose:
            print(line)  # noqa: T201 — scikit-learn's `verbose` writes to standard output

    def _current_parameters(self) -> Parameters:
        """Return the weights, as they may have been changed through attributes."""
        return self.parameters_

    def _outputs(self, X: Any) -> FloatArray:
        """Return the network's outputs for rows of features as they come."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, **self._accepted)
        parameters = self._current_parameters()
        X = X.tocsr() if issparse(X) else X
        outputs = []
        for start in range(0, X.shape[0], _PREDICTION_ROWS):
            inputs = self._inputs(_dense(X[start : start + _PREDICTION_ROWS]))
            outputs.append(self.network_.predict(parameters, inputs))
        return outputs[0] if len(outputs) == 1 else np.concatenate(outputs)

    def _resolved(
        self, parameter: str, registry: Registry[Member], given: "str | Mapping[str, Any] | Member"
    ) -> Member:
        """Return what a parameter describes, or refuse it in scikit-learn's manner."""
        try:
            return registry.resolve(given)
        except AxoneError as error:
            raise InvalidParameterError(
                f"The {parameter!r} parameter of {type(self).__name__} cannot be used: {error}"
            ) from error

    def _resolved_schedule(self) -> Schedule:
        return self._resolved("schedule", SCHEDULES, self.schedule or "constant")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


_OUTPUT_NAMES = {"sigmoid": "logistic", "exponential": "exp"}
"""What scikit-learn calls them."""


@dataclass
class _Watch:
    """Speaks after each epoch where somebody listens: progress lines, the user's callbacks."""

    estimator: TrainedNetwork
    objective: Objective
    before: int
    one_epoch: bool
    follow_rate: Callable[[RunState, int], None] | None
    run: Run = field(init=False)
    callbacks: tuple[EpochCallback, ...] = field(init=False)

    def __post_init__(self) -> None:
        given = self.estimator.callbacks
        self.callbacks = () if given is None else (given,) if callable(given) else tuple(given)
        if not all(map(callable, self.callbacks)):
            raise InvalidParameterError(
                f"The 'callbacks' parameter of {type(self.estimator).__name__} must be a callable "
                f"or a sequence of callables, each given the history. Got {given!r} instead."
            )

    @property
    def wanted(self) -> bool:
        return bool(self.callbacks or self.estimator.verbose or self.one_epoch or self.follow_rate)

    def __call__(self, history: History) -> bool:
        epochs = history.epochs
        loss = reported_losses(history, self.objective, epochs - 1)[0]
        self.estimator._say(f"Iteration {epochs - self.before}, loss = {loss:.8f}")
        if "validation_score" in history:
            self.estimator._say(f"Validation score: {history['validation_score'][-1]:f}")
        if self.follow_rate is not None:
            self.follow_rate(self.run.state, epochs)
        # Every callback is asked, whatever the one before said.
        answers = [callback(history) for callback in self.callbacks]
        return self.one_epoch or any(answers)


def reported_losses(history: History, objective: Objective, start: int) -> list[float]:
    """Return the losses as scikit-learn reports them, penalties included, from an epoch on."""
    if not history.epochs:
        return []
    losses = history["train_loss"][start:]
    penalties = history["train_penalty"][start:]
    share = objective.reported_share
    return [share * loss + penalty for loss, penalty in zip(losses, penalties, strict=True)]


def inverse_scaling(power: float) -> Schedule | str:
    """Return scikit-learn's "invscaling"; a power of 0 never scales."""
    return InverseScaling(power) if power > 0 else "constant"


def _complete_slots(checkpoint: Checkpoint, optimizer: Optimizer | LBFGS) -> None:
    """Give the optimiser its vectors; those of another one are of no use to it."""
    state = checkpoint.state
    wanted = () if isinstance(optimizer, LBFGS) else optimizer.slots
    if tuple(state.slots) != wanted:
        state.slots = {name: np.zeros_like(state.parameters.vector) for name in wanted}
        state.step = 0


def _scale_velocity(state: RunState, factor: float) -> None:
    state.slots["velocity"] *= factor


def _require_same(network: Network, fitted: Network) -> None:
    if network.layout.shapes != fitted.layout.shapes:
        raise ValueError(
            "A warm start goes on with the same network, but its layers have changed since the "
            "last fit: set warm_start=False to begin anew."
        )


def _dtype_of(X: FloatArray) -> DType:
    return "float64" if X.dtype == np.float64 else "float32"


def _dense(X: Any) -> FloatArray:
    """Return X as an array, unless it is too large to be one.

    Raises
    ------
    DataError
        A sparse matrix of more than `LARGEST_DENSE` bytes once dense.
    """
    if not issparse(X):
        return np.asarray(X)
    size = X.shape[0] * X.shape[1] * X.dtype.itemsize
    if size > LARGEST_DENSE:
        raise DataError(
            f"X is sparse, of shape {X.shape}: dense it takes {size / 2**30:.1f} GiB, more than "
            f"the {LARGEST_DENSE / 2**30:.0f} GiB that are allowed. Use fewer features "
            "(SelectKBest, TruncatedSVD), or train on parts of the rows by partial_fit."
        )
    return np.asarray(X.toarray())
