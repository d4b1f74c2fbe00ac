"""How the estimators of signals, images and sequences train: their parameters, and one run of them.

A preset brings a network and how it is trained; what is given as a parameter goes before it.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, InvalidParameterError

from axone.arrays import DType, FloatArray, IntArray, Shape
from axone.augmentation import Augmentation, augmentations_of
from axone.data import SCALINGS, Examples, Preprocessing, Scaling, Step, Task, split_rows
from axone.errors import ShapeError
from axone.estimators.diagnosed import Diagnosed
from axone.estimators.example_rows import ExamplesKind
from axone.estimators.going_on import begun_from, later_seed, require_same_network
from axone.estimators.reporting import say
from axone.estimators.settings import (
    AT_LEAST_ZERO,
    COUNT,
    CheckedParameters,
    Constraints,
    checked_callbacks,
    constraints_of,
    refused_by_name,
    resolved,
    resolved_layers,
    trainer_settings,
)
from axone.layers import Dense, Layer, Reshape
from axone.losses import Loss
from axone.messages import Listed, _
from axone.model import Model, Target
from axone.network import Network
from axone.optimizers import OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.presets import find_preset, preset_for
from axone.presets.recipes import one_cycle
from axone.schedules import SCHEDULES, Schedule
from axone.training import EpochCallback, History, Trainer, TrainingResult

EXAMPLE_CONSTRAINTS: Constraints = {
    "layers": ["array-like", Network, None],
    "preset": [str, None],
    "optimizer": [str, dict, Optimizer, None],
    "alpha": [AT_LEAST_ZERO],
    "batch_size": [COUNT, None],
    "max_iter": [COUNT, None],
    "augmentation": ["array-like"],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "scale": ["boolean", str, dict, Scaling],
    "random_state": ["random_state"],
    "warm_start": ["boolean"],
    "verbose": ["verbose"],
    "callbacks": [callable, "array-like", None],
    **constraints_of("schedule", "clip_norm", "dtype", "engine", "threads"),
}

SAID_OTHERWISE: Mapping[str, str] = {
    "network": "the preset's, or made of `layers`, with the output layer that suits the target",
    "loss": "the task's",
    "optimizer": "the preset's unless it is given",
    "batch_size": "the preset's unless it is given",
    "schedule": "the preset's unless it is given",
    "clip_norm": "the preset's unless it is given",
    "augmentation": "the preset's unless it is given",
    "drop_last": "never: every row counts in every epoch",
    "l1": "none: AdamW, dropout and batch normalisation keep the weights in bounds",
    "l2": "`alpha`, as of the other estimators",
    "clip_value": "none: `clip_norm` keeps the direction of a gradient",
    "seed": "drawn from `random_state`",
    "shuffle": "always",
    "frozen": "none: every layer learns; `axone.transfer` goes on from a model",
    "measures": "the trainer's own: `history_` holds what is recorded by default",
}
"""The settings of the trainer that `ExampleParameters` do not hand over by name, and what each is
made of instead."""

_LARGEST_SEED = 2**31 - 1


@dataclass(eq=False, repr=False)
class ExampleParameters(CheckedParameters, Diagnosed):
    """The parameters that the estimators of examples of several axes share; they describe them."""

    layers: Sequence[Layer | Mapping[str, Any]] | Network | None = None
    _: KW_ONLY
    preset: str | None = None
    optimizer: str | Mapping[str, Any] | Optimizer | None = None
    alpha: float = Trainer.l2
    batch_size: int | None = None
    max_iter: int | None = None
    schedule: Schedule | str | Mapping[str, Any] | None = None
    clip_norm: float | None = None
    augmentation: Sequence[Augmentation | str | Mapping[str, Any]] = ()
    validation_fraction: float = 0.0
    scale: Scaling | str | Mapping[str, Any] | bool = True
    callbacks: EpochCallback | Sequence[EpochCallback] | None = None
    verbose: bool | int = False
    dtype: DType = Trainer.dtype
    engine: str = Trainer.engine
    threads: int | None = Trainer.threads
    random_state: Any = None
    warm_start: bool = False


@dataclass(frozen=True, eq=False)
class Course:
    """A network of an estimator's own, for where neither layers nor a preset were given.

    Attributes
    ----------
    layers : sequence of Layer
        The output layer too.
    training : callable
        From the number of training rows to how the network is trained, as a preset's recipe.
    features : Step, optional
        What makes of scaled examples what these layers read.
    """

    layers: Sequence[Layer]
    training: Callable[[int], Mapping[str, Any]]
    features: Step | None = None


@dataclass(frozen=True, eq=False)
class ExampleLesson:
    """What is to be learnt of examples.

    Attributes
    ----------
    X : ndarray of shape (m, …)
        NaN where nothing is there.
    kind : {"signals", "images", "sequences"}
    learnt : ndarray of m rows
        The target as the loss takes it.
    strata : ndarray of shape (m,) or (m, n)
        Class numbers, by which validation rows are chosen; for regression anything.
    weight : ndarray of shape (m,) or None
    task : {"classification", "regression"}
    loss : Loss
    output : Dense
        The last layer.
    target : Target
        From the network's outputs to predictions.
    reader : Step, optional
        How rows became examples, and new ones will.
    spans : ndarray of int, shape (m, 2), optional
        When each target begins and ends, where rows lie in an order of time: validation rows then
        are the last.
    course : Course, optional
        The network where the parameters name none.
    """

    X: NDArray[Any]
    kind: ExamplesKind
    learnt: NDArray[Any]
    strata: NDArray[Any]
    weight: FloatArray | None
    task: Task
    loss: Loss
    output: Dense
    target: Target
    reader: Step | None = None
    spans: IntArray | None = None
    course: Course | None = None

    def rows(self, index: NDArray[Any]) -> Examples:
        """Return some of the rows as they came, with their targets."""
        weight = None if self.weight is None else self.weight[index]
        return Examples(self.X[index], self.learnt[index], weight)


@dataclass(frozen=True, eq=False)
class Trained:
    """What a fit comes to.

    Attributes
    ----------
    model : Model
    results : list of TrainingResult
        Of each network.
    epochs_before : int
        Of the fits that this one went on from.
    """

    model: Model
    results: list[TrainingResult]
    epochs_before: int = 0

    def show(self, estimator: Any) -> None:
        """Set the fitted attributes."""
        first = self.results[0]
        estimator.model_ = self.model
        estimator.network_, estimator.parameters_ = self.model.network, first.parameters
        estimator.preprocessing_ = self.model.preprocessing
        estimator.history_, estimator.engine_ = first.history, first.engine
        estimator.n_iter_, estimator.best_epoch_ = first.epochs, first.best_epoch
        estimator._evidence = tuple(result.evidence for result in self.results)
        estimator._epochs_so_far = self.epochs_before + first.epochs


def train_examples(
    estimator: Any, lesson: ExampleLesson, validation: Examples | None = None, networks: int = 1
) -> Trained:
    """Train the network that the parameters say, or several of it.

    Parameters
    ----------
    estimator : ExampleParameters
    lesson : ExampleLesson
    validation : Examples, optional
        Rows as they come, to measure each epoch by; the weights that are best on them are kept.
    networks : int, default 1
        How many, each from weights of its own, are averaged.

    Raises
    ------
    ValueError
        Parameters that cannot be used, layers that do not fit, data that cannot be learnt from.
    """
    random = check_random_state(estimator.random_state)
    seeds = random.randint(_LARGEST_SEED, size=networks).tolist()
    train, held_out = _parts(estimator, lesson, validation, seeds[0])
    before = begun_from(estimator)
    preprocessing = _fitted(estimator, lesson, train) if before is None else before.preprocessing
    shape = preprocessing.feature_shape
    network = _network(estimator, lesson, shape, len(train))
    first: list[Parameters | None] = [None] * networks
    so_far = 0
    if before is not None:
        require_same_network(network, before.network)
        # Networks that there were not before begin with weights of their own.
        first = [*before.members, *first][:networks]
        so_far = estimator._epochs_so_far
        seeds = [later_seed(seed, so_far) for seed in seeds]
    settings = _settings(estimator, lesson, shape, len(train))
    epochs = settings.pop("epochs")
    trainers = [
        Trainer(
            network,
            loss=lesson.loss,
            l2=float(estimator.alpha),
            seed=seed,
            **settings,
            **trainer_settings(estimator, SAID_OTHERWISE),
        )
        for seed in seeds
    ]
    learnt = _ready(train, preprocessing, network, estimator.dtype)
    judged = None if held_out is None else _ready(held_out, preprocessing, network, estimator.dtype)
    results = [
        trainer.fit(
            learnt,
            judged,
            max_epochs=epochs,
            restore_best=held_out is not None,
            initial=weights,
            after_epoch=_listener(estimator),
        )
        for trainer, weights in zip(trainers, first, strict=True)
    ]
    for result in results:
        _tell_of_the_end(result)
    model = Model(
        network,
        tuple(result.parameters for result in results),
        lesson.loss,
        preprocessing,
        lesson.target,
        engine=results[0].engine,
    )
    return Trained(model, results, so_far)


def _fitted(estimator: Any, lesson: ExampleLesson, train: Examples) -> Preprocessing:
    """Return the way from rows to the network, its statistics from the training rows alone."""
    scaling = _scaling(estimator)
    found = Preprocessing.fit(train.X, scaling, kind=lesson.kind, reader=lesson.reader)
    course = lesson.course if _is_open(estimator) else None
    if course is None or course.features is None:
        return found
    return Preprocessing((*found.steps, course.features))


def _is_open(estimator: Any) -> bool:
    return estimator.layers is None and estimator.preset is None


def _parts(
    estimator: Any, lesson: ExampleLesson, validation: Examples | None, seed: int
) -> tuple[Examples, Examples | None]:
    """Return the rows to learn from, and those that choose the best epoch."""
    everything = np.arange(len(lesson.X))
    if validation is not None or not estimator.validation_fraction:
        return lesson.rows(everything), validation
    split = split_rows(
        lesson.strata,
        lesson.task,
        validation=float(estimator.validation_fraction),
        test=0.0,
        seed=seed,
        spans=lesson.spans,
    )
    if not len(split.validation):
        raise InvalidParameterError(
            _(
                "validation_fraction={fraction} of {rows} rows is none: give more of them.",
                fraction=estimator.validation_fraction,
                rows=len(everything),
            )
        )
    return lesson.rows(split.train), lesson.rows(split.validation)


def _scaling(estimator: Any) -> Scaling:
    given = estimator.scale
    if isinstance(given, bool | np.bool_):
        given = "standard" if given else "none"
    return resolved(estimator, "scale", SCALINGS, given)


def _network(estimator: Any, lesson: ExampleLesson, shape: Shape, rows: int) -> Network:
    """Return the network: of the layers that were given, of the preset, or of the one chosen."""
    layers = estimator.layers
    if layers is not None and estimator.preset is not None:
        raise InvalidParameterError(_("Give layers or a preset, not both."))
    if isinstance(layers, Network):
        if layers.output_shape != (lesson.output.units,):
            raise ShapeError(
                _(
                    "The network ends in examples of shape {shape}, but this target needs "
                    "{outputs} output(s) of {activation}: give the hidden layers alone, and the "
                    "output layer is added.",
                    shape=layers.output_shape,
                    outputs=lesson.output.units,
                    activation=type(lesson.output.activation).__name__,
                )
            )
        return layers
    if layers is not None:
        before = [Reshape((1, *shape))] if lesson.kind == "images" and len(shape) == 2 else []
        own = resolved_layers(estimator, layers)
        return Network(*before, *own, lesson.output, input_shape=shape)
    if lesson.course is not None and estimator.preset is None:
        return Network(*lesson.course.layers, input_shape=shape)
    preset = _preset(estimator, lesson, shape, rows)
    activation: Any = lesson.output.activation
    found = preset.layers(shape, lesson.output.units, kind=lesson.kind, activation=activation)
    return Network(*found, input_shape=shape)


def _preset(estimator: Any, lesson: ExampleLesson, shape: Shape, rows: int) -> Any:
    if estimator.preset is None:
        chosen = preset_for(lesson.kind, shape, rows)
        return find_preset("mlp") if chosen is None else chosen
    with refused_by_name(estimator, "preset"):
        return find_preset(estimator.preset)


def _settings(estimator: Any, lesson: ExampleLesson, shape: Shape, rows: int) -> dict[str, Any]:
    """Return how the network is trained: what was given, and the rest as the preset has it."""
    usual = usual_course(rows)
    if lesson.course is not None and _is_open(estimator):
        usual |= lesson.course.training(rows)
    elif estimator.layers is None:
        preset = _preset(estimator, lesson, shape, rows)
        usual |= preset.training(rows, lesson.task, shape)
    with refused_by_name(estimator, "augmentation"):
        augmentation = augmentations_of(estimator.augmentation)
    given = {
        "optimizer": estimator.optimizer,
        "schedule": estimator.schedule,
        "batch_size": estimator.batch_size,
        "epochs": estimator.max_iter,
        "clip_norm": estimator.clip_norm,
        "augmentation": augmentation or None,
    }
    settings: dict[str, Any] = {
        name: usual.get(name) if value is None else value for name, value in given.items()
    }
    settings["optimizer"] = resolved(estimator, "optimizer", OPTIMIZERS, settings["optimizer"])
    settings["schedule"] = resolved(estimator, "schedule", SCHEDULES, settings["schedule"])
    settings["augmentation"] = settings["augmentation"] or ()
    settings["batch_size"] = min(settings["batch_size"], rows)
    return settings


def usual_course(rows: int) -> dict[str, Any]:
    """Return how layers are trained that no preset brings: AdamW along one cycle."""
    return dict(one_cycle(rows, learning_rate=3e-3, batch_size=32, steps=1500, epochs=(10, 200)))


def _ready(
    rows: Examples, preprocessing: Preprocessing, network: Network, dtype: DType
) -> Examples:
    """Return rows as the network takes them, with a mask where it knows one."""
    inputs = preprocessing.transform(rows.X, dtype)
    mask = preprocessing.mask(rows.X)
    if mask is not None and not network.takes_masks:
        warnings.warn(
            _(
                "Rows are of unlike lengths, and these layers know none: they read 0, the mean of "
                "a channel, where a row is at its end."
            ),
            UserWarning,
            stacklevel=5,
        )
        mask = None
    return Examples(inputs, rows.target, rows.weight, mask)


def _listener(estimator: Any) -> EpochCallback | None:
    """Return what is called after every epoch: progress lines, the user's callbacks."""
    callbacks = checked_callbacks(estimator)
    if not callbacks and not estimator.verbose:
        return None

    def listen(history: History) -> bool:
        loss = history["train_loss"][-1]
        say(estimator, _("Iteration {epoch}, loss = {loss:.8f}", epoch=history.epochs, loss=loss))
        # Every callback is asked, whatever the one before said.
        answers = [callback(history) for callback in callbacks]
        return any(answers)

    return listen


def _tell_of_the_end(result: TrainingResult) -> None:
    if result.evidence.divergence is not None:
        warnings.warn(
            _(
                "Training diverged: the weights of epoch {epoch} are kept.\n{diagnosis}",
                epoch=result.best_epoch,
                diagnosis=Listed(result.evidence.divergence.lines, "\n"),
            ),
            ConvergenceWarning,
            stacklevel=4,
        )
    elif result.stopped_by == "interrupted":
        warnings.warn(_("Training interrupted by user."), UserWarning, stacklevel=4)
