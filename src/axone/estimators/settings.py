"""The parameters that every estimator of networks has, and what they come to for one fit.

An estimator is a class on scikit-learn's bases that lists parameters; a `Design` makes a network
and its training of them; everything else in this room is functions over the two. What a `Trainer`
knows by the same name has its default from there, and is handed over because of its name.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_args

import numpy as np
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, InvalidParameterError, Options, StrOptions

from axone.arrays import DType
from axone.bounds import (
    LARGEST_COUNT,
    LONGEST_COMPLAINT,
    MOST_CALLBACKS,
    MOST_LAYERS,
    MOST_THREADS,
    MOST_UNITS,
)
from axone.checks import items_of
from axone.data import Scaling
from axone.errors import AxoneError
from axone.estimators.diagnosed import Diagnosed
from axone.layers import LAYERS, Layer
from axone.messages import _
from axone.network import Network
from axone.optimizers import Optimizer
from axone.parameters import Parameters
from axone.registry import Registry, plain
from axone.schedules import SCHEDULES, Schedule
from axone.shown import abridged
from axone.training import EpochCallback, Trainer

if TYPE_CHECKING:
    from axone.data import Scaler
    from axone.estimators.fitting import Continuation
    from axone.estimators.objectives import Objective
    from axone.model import Model
    from axone.training import History

Constraints = dict[str, list[Any]]
Member = TypeVar("Member")

COUNT = Interval(Integral, 1, LARGEST_COUNT, closed="both")
UNITS = Interval(Integral, 1, MOST_UNITS, closed="both")
AT_LEAST_ZERO = Interval(Real, 0, sys.float_info.max, closed="both")
ABOVE_ZERO = Interval(Real, 0, sys.float_info.max, closed="right")
"""What most parameters may be. scikit-learn compares whole numbers of any length with an open end,
which are no float any more."""

TRAINER_CONSTRAINTS: Constraints = {
    "optimizer": [str, dict, Optimizer],
    "batch_size": [StrOptions({"auto"}), COUNT],
    "drop_last": ["boolean"],
    "schedule": [str, dict, Schedule, None],
    "l1": [AT_LEAST_ZERO],
    "l2": [AT_LEAST_ZERO],
    "clip_value": [ABOVE_ZERO, None],
    "clip_norm": [ABOVE_ZERO, None],
    "dtype": [StrOptions(set(get_args(DType))), None],
    "engine": [StrOptions({"auto", "native", "reference"})],
    "threads": [Interval(Integral, 1, MOST_THREADS, closed="both"), None],
    "shuffle": ["boolean"],
}
"""What the trainer's settings may be, by its names, in whichever estimator has them."""


def constraints_of(*settings: str) -> Constraints:
    """Return what some of the trainer's settings may be."""
    return {setting: TRAINER_CONSTRAINTS[setting] for setting in settings}


TRAINING_CONSTRAINTS: Constraints = {
    "max_iter": [COUNT],
    "random_state": ["random_state"],
    "tol": [AT_LEAST_ZERO],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "n_iter_no_change": [COUNT, Options(Real, {math.inf})],
    "monitor": [StrOptions({"loss", *get_scorer_names()}), callable, None],
    "scale": ["boolean", str, dict, Scaling],
    "callbacks": [callable, "array-like", None],
    **constraints_of(
        *("drop_last", "shuffle", "l1", "clip_norm", "clip_value", "schedule"),
        *("dtype", "engine", "threads"),
    ),
}
"""What `TrainingParameters` may be, for scikit-learn's messages."""

SAID_OTHERWISE: Mapping[str, str] = {
    "network": "made by the design, of the layers' parameters and the features of X",
    "loss": "the objective's: cross-entropy of classes, of numbers what scikit-learn calls `loss`",
    "optimizer": "the design's: of `solver` and what scikit-learn sets beside it, or `optimizer`",
    "batch_size": "the design's, which may be 'auto', and no more than there are rows",
    "schedule": "the design's: None, the default, leaves it to scikit-learn's `learning_rate`",
    "l1": "shared among the weights of the rows, as scikit-learn shares its penalty",
    "l2": "`alpha`, scikit-learn's name, shared like `l1`",
    "augmentation": "none: features have no neighbours; `Trainer` changes images and signals",
    "frozen": "none: estimators begin with weights of their own; `axone.transfer` with learnt ones",
    "dtype": "that of the rows: None, the default, leaves X as it comes",
    "seed": "drawn from `random_state`",
    "measures": "the trainer's own: `history_` holds what is recorded by default",
}
"""The settings of the trainer that `TrainingParameters` do not hand over by name, and what each is
made of instead."""


@dataclass(frozen=True)
class Training:
    """How one estimator trains, its parameters resolved.

    Attributes
    ----------
    optimizer : Optimizer
    schedule : Schedule
    batch_size : int or "auto"
        "auto" is at most 200 rows, as scikit-learn's.
    l2 : float
    divides : bool
        Whether the learning rate is divided by 5 where training would otherwise stop, until it is
        1e-6: scikit-learn's "adaptive".
    remembers_steps : bool
        Whether the optimiser's velocity is to hold steps, as scikit-learn's does, where ours holds
        gradients. It makes a difference where the learning rate changes.
    tells_of_smaller_batches : bool
        Whether fewer rows than a batch was to have are warned about, as scikit-learn does.
    """

    optimizer: Optimizer
    schedule: Schedule
    batch_size: int | Literal["auto"]
    l2: float
    divides: bool = False
    remembers_steps: bool = False
    tells_of_smaller_batches: bool = False


class Design(Protocol):
    """What an estimator's parameters say of its network, and of how that is trained."""

    def network(self, features: int, objective: "Objective") -> Network:
        """Return the network for rows of so many features."""

    def training(self) -> Training:
        """Return how it is trained."""

    def initial(self, network: Network, dtype: DType, random: np.random.RandomState) -> Parameters:
        """Draw the first weights."""

    def preset(self, network: Network, parameters: Parameters) -> None:
        """Put the weights in that a user has set before the first fit, where there are any."""


class CheckedParameters:
    """How estimators have their parameters checked: by scikit-learn, in few words."""

    def _validate_params(self) -> None:
        """Refuse parameters that their constraints do not allow.

        Raises
        ------
        InvalidParameterError
            scikit-learn's, with no more of what was given than helps.
        """
        try:
            # BaseEstimator's: it comes after this class in every estimator.
            super()._validate_params()  # type: ignore[misc]
        # It stumbles over what it cannot compare with its bounds or write out: fractions, whole
        # numbers of thousands of digits.
        except Exception as error:
            raise InvalidParameterError(abridged(str(error), LONGEST_COMPLAINT)) from error


@dataclass(eq=False, repr=False, kw_only=True)
class TrainingParameters(CheckedParameters, Diagnosed):
    """Parameters of every estimator that trains a network, which describes them.

    They mean what scikit-learn's `MLPClassifier` means by them, as far as it has them.
    """

    max_iter: int = 200
    drop_last: bool = Trainer.drop_last
    shuffle: bool = Trainer.shuffle
    random_state: Any = None
    tol: float = 1e-4
    verbose: bool | int = False
    warm_start: bool = False
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: float = 10
    monitor: str | Callable[..., float] | None = None
    l1: float = Trainer.l1
    clip_norm: float | None = Trainer.clip_norm
    clip_value: float | None = Trainer.clip_value
    schedule: Schedule | str | Mapping[str, Any] | None = None
    scale: Scaling | str | Mapping[str, Any] | bool = False
    callbacks: EpochCallback | Sequence[EpochCallback] | None = None
    dtype: DType | None = None
    engine: str = Trainer.engine
    threads: int | None = Trainer.threads

    model_: "Model" = field(init=False)
    loss_curve_: list[float] = field(init=False)

    if TYPE_CHECKING:
        # What the functions of this room use beside; the estimators' other bases have it, and a
        # fit sets the attributes.
        _numeric_targets: bool
        _objective: Objective
        _continuation: Continuation
        network_: Network
        parameters_: Parameters
        scaler_: Scaler | None
        history_: History
        engine_: str
        n_iter_: int
        t_: int
        loss_: float
        best_loss_: float | None
        n_layers_: int
        n_outputs_: int
        out_activation_: str
        validation_scores_: list[float] | None
        validation_loss_curve_: list[float] | None
        best_validation_score_: float | None

        @property
        def _design(self) -> Design: ...

        def _objective_for(self, y: Any) -> Objective: ...
        def _require_known(self, y: Any) -> None: ...


def trainer_settings(parameters: object, otherwise: Mapping[str, str]) -> dict[str, Any]:
    """Return every setting of a `Trainer` that is a parameter of the same name.

    Parameters
    ----------
    parameters : TrainingParameters or TabularParameters
    otherwise : mapping of str to str
        The settings that these parameters say otherwise, and how.

    Raises
    ------
    AttributeError
        A setting is neither a parameter nor said otherwise: it was forgotten here.
    """
    return {
        # Searches set NumPy's numbers and booleans; engines take Python's.
        setting.name: plain(getattr(parameters, setting.name))
        for setting in fields(Trainer)
        if setting.init and setting.name not in otherwise
    }


@contextmanager
def refused_by_name(estimator: object, parameter: str) -> Iterator[None]:
    """Let what refuses a parameter's value speak in scikit-learn's manner.

    Raises
    ------
    InvalidParameterError
        The value was refused: the message names the parameter and says why.
    """
    try:
        yield
    except AxoneError as error:
        raise InvalidParameterError(
            _(
                "The {parameter!r} parameter of {kind} cannot be used: {error}",
                parameter=parameter,
                kind=type(estimator).__name__,
                error=error,
            )
        ) from error


def resolved(
    estimator: object,
    parameter: str,
    registry: Registry[Member],
    given: "str | Mapping[str, Any] | Member",
) -> Member:
    """Return what a parameter describes, or refuse it in scikit-learn's manner."""
    with refused_by_name(estimator, parameter):
        return registry.resolve(given)


def resolved_layers(estimator: object, given: Any) -> list[Layer]:
    """Return the layers that the parameter of that name lists; too many are the network's to tell.

    What scikit-learn calls like an array need not be a list: an array of no axes, a range.
    """
    return [resolved(estimator, "layers", LAYERS, layer) for layer in items_of(given, MOST_LAYERS)]


def checked_callbacks(estimator: Any) -> "tuple[EpochCallback, ...]":
    """Return what is to be called after every epoch.

    Raises
    ------
    InvalidParameterError
        There are too many, or something that cannot be called. A class can, but makes an object of
        the history, which says nothing of how to go on.
    """
    given = estimator.callbacks
    if given is None:
        return ()
    callbacks = (given,) if callable(given) else items_of(given, MOST_CALLBACKS)
    usable = all(callable(each) and not isinstance(each, type) for each in callbacks)
    if len(callbacks) > MOST_CALLBACKS or not usable:
        raise InvalidParameterError(
            _(
                "The 'callbacks' parameter of {kind} must be a callable or a sequence of at most "
                "{most:,} callables, each given the history: functions or objects, no classes. "
                "Got {found!r} instead.",
                kind=type(estimator).__name__,
                most=MOST_CALLBACKS,
                found=given,
            )
        )
    return callbacks


def resolved_schedule(parameters: TrainingParameters) -> Schedule:
    """Return the schedule that is asked for; a constant rate if none is."""
    return resolved(parameters, "schedule", SCHEDULES, parameters.schedule or "constant")
