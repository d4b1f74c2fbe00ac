"""The comparison itself: who can take part, then epoch after epoch of each, side by side.

The libraries take turns, one epoch each, so that whatever else the machine does falls on all of
them alike. Only the epochs are timed: each library has made a few steps before, with a network that
is thrown away, and validation losses are computed between the clocks.
"""

import importlib
import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from axone.arrays import DType, FloatArray, IntArray
from axone.bounds import MOST_THREADS
from axone.checks import check_choice, check_integer
from axone.comparison.exercise import Contestant, Exercise, TimedEpoch
from axone.comparison.ours import AxoneContestant
from axone.comparison.outcome import OURS, TITLES, ComparedEpoch, Comparison
from axone.comparison.report import write_comparison
from axone.data.examples import Examples
from axone.engines import Recipe, get_engine
from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Experiment, Prepared, locked, prepare, refuse_occupied
from axone.experiments.results import write_early
from axone.experiments.training import build_trainer, learnt_rows
from axone.interruption import interruption
from axone.losses import prepare_weights
from axone.messages import Listed, Message, _, listed

_FLOAT32 = _(
    "in float32 rounding carries some ReLU units over their kink, from where the weights part "
    "more and more: the proof is float64"
).coded("differences_of_float32")

_EPOCHS = 10
"""Enough for a difference to grow if there were one, and soon over."""


@dataclass(frozen=True)
class _Opponent:
    """A library: what is beyond it, where it needs help, and how it is driven."""

    obstacles: Callable[[Exercise], tuple[Message, ...]]
    notes: Callable[[Exercise], tuple[Message, ...]]
    contestant: Callable[[Exercise], Contestant]


def _scikit_learn() -> _Opponent:
    from axone.comparison import scikit_learn as room

    return _Opponent(room.obstacles, room.notes, room.ScikitLearnContestant)


def _pytorch() -> _Opponent:
    from axone.comparison import pytorch as room

    return _Opponent(room.obstacles, room.notes, room.PyTorchContestant)


_OPPONENTS = {"sklearn": _scikit_learn, "torch": _pytorch}
_ALIASES = {"scikit-learn": "sklearn", "pytorch": "torch"}

OPPONENTS = tuple(_OPPONENTS)
"""The keys of all opponents, the names of their modules."""


def compare(
    experiment: Experiment,
    folder: Path | None = None,
    *,
    epochs: int | None = None,
    dtype: DType = "float64",
    against: Sequence[str] = OPPONENTS,
    threads: int = 1,
    on_prepared: Callable[[Comparison], None] | None = None,
    after_epoch: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """Train the network of an experiment with Axone and others, from the same weights.

    All epochs are run, whatever the experiment's stopping rules say, and no weights are put back.

    Parameters
    ----------
    experiment : Experiment
    folder : Path, optional
        Where `experiment.toml`, `comparison.csv`, `comparison.json` and `comparison.png` go.
    epochs : int, optional
        By default the experiment's, but at most 10.
    dtype : {"float64", "float32"}, default "float64"
        In float64 rounding is so small that any difference of the equations would show.
    against : sequence of str, default all
        "sklearn" and "torch". Who is not installed, or cannot compute the same, is left out, and
        the result says why.
    threads : int, default 1
        Of every library.
    on_prepared, after_epoch : callable, optional
        Told of the comparison before its first epoch, and after each.

    Returns
    -------
    Comparison

    Raises
    ------
    AxoneError
        Bad settings or data; nobody left to compare with.
    """
    keys = _known(against)
    check_integer("threads", threads, at_least=1, at_most=MOST_THREADS)
    check_choice("dtype", dtype, ("float64", "float32"))
    _refuse_lbfgs(experiment)
    if folder is not None:
        refuse_occupied(folder, can_resume=False)
    if experiment.settings.engine != "auto":
        get_engine(experiment.settings.engine)  # a wrong name is told before the data are loaded
    prepared = prepare(_adjusted(experiment, epochs, dtype))
    trainer = build_trainer(prepared, threads)
    exercise = exercise_of(prepared, trainer.recipe, threads)
    comparison = Comparison(
        prepared, {}, trainer.engine_used, trainer.engine_reason, threads, exercise.steps_per_epoch
    )
    opponents = _able(keys, exercise, comparison)
    with (
        locked(folder) if folder is not None else nullcontext(),
        interruption() as pressed,
        np.errstate(over="ignore", invalid="ignore"),
    ):
        if folder is not None:
            refuse_occupied(folder, can_resume=False)
            write_early(prepared, folder)
        if on_prepared is not None:
            on_prepared(comparison)
        makers: dict[str, Callable[[Exercise], Contestant]] = {
            OURS: lambda exercise: AxoneContestant(exercise, trainer.plan, pressed)
        }
        makers |= {key: opponent.contestant for key, opponent in opponents.items()}
        _run(comparison, exercise, makers, pressed, after_epoch)
        comparison.ended_by = pressed.signal if comparison.ending == "interrupted" else None
        if folder is not None:
            write_comparison(comparison, folder)
    return comparison


def _known(against: Sequence[str]) -> list[str]:
    """Return the keys of opponents, each once, however they were called."""
    words = [word.strip().lower() for word in against if word.strip()]
    keys = list(dict.fromkeys(_ALIASES.get(word, word) for word in words))
    for key in keys:
        if key not in _OPPONENTS:
            raise UnknownNameError(_("library to compare with"), key, OPPONENTS)
    if not keys:
        raise ConfigurationError(
            _("Name a library to compare with: {names}.", names=listed(OPPONENTS))
        )
    return keys


def _refuse_lbfgs(experiment: Experiment) -> None:
    if not experiment.settings.training.optimizer.stepwise:
        raise ConfigurationError(
            _(
                "{place}: L-BFGS makes steps of its own length on all rows, so there are "
                "no batches that every library could take: choose sgd, momentum, "
                "nesterov, adagrad, rmsprop, adam or adamw.",
                place=experiment.place("training.optimizer"),
            )
        )


def _adjusted(experiment: Experiment, epochs: int | None, dtype: DType) -> Experiment:
    settings = experiment.settings
    if epochs is None:
        epochs = min(_EPOCHS, settings.training.epochs)
    check_integer("epochs", epochs, at_least=1)
    training = settings.training.model_copy(update={"epochs": epochs})
    return replace(
        experiment, settings=settings.model_copy(update={"training": training, "dtype": dtype})
    )


def exercise_of(prepared: Prepared, recipe: Recipe, threads: int = 1) -> Exercise:
    """Return what all libraries are to compute in a prepared experiment.

    Raises
    ------
    ConfigurationError
        The network has nothing to learn.
    """
    network = prepared.network
    if network.parameter_count == 0:
        raise ConfigurationError(_("This network has no weights: there is nothing to compare."))

    def rows(name: str) -> Examples:
        learnt = learnt_rows(prepared, name)
        X, y, weight = learnt.X, learnt.target, learnt.weight
        target = recipe.loss.prepare(y, network.output_shape, recipe.dtype)
        if weight is not None:
            weight = prepare_weights(weight, len(X), recipe.dtype)
        return Examples(np.ascontiguousarray(X, dtype=recipe.dtype), target, weight)

    return Exercise(
        recipe,
        prepared.initial or network.initialize(recipe.seed, recipe.dtype),
        rows("train"),
        rows("validation") if "validation" in prepared.parts else None,
        prepared.experiment.settings.training.epochs,
        threads,
    )


def _able(keys: Sequence[str], exercise: Exercise, comparison: Comparison) -> dict[str, _Opponent]:
    """Return those that can take part; write into the comparison who cannot, and why.

    Raises
    ------
    ConfigurationError
        Nobody can.
    """
    able = {}
    comparison.versions[OURS] = _version(OURS)
    for key in keys:
        if find_spec(key) is None:
            comparison.left_out[key] = _(
                'not installed; to have it: pip install "axone[{key}]"', key=key
            ).coded("not_installed")
            continue
        opponent = _OPPONENTS[key]()
        beyond = (*opponent.obstacles(exercise), *of_the_rows(exercise))
        if beyond:
            comparison.left_out[key] = _("beyond it: {things}", things=Listed(beyond, "; ")).coded(
                "beyond_the_library"
            )
            continue
        able[key] = opponent
        comparison.versions[key] = _version(key)
        comparison.notes += opponent.notes(exercise)
    if exercise.recipe.dtype == "float32":
        comparison.notes.append(_FLOAT32)
    if not able:
        reasons = Listed(
            (
                _("{library}: {reason}", library=TITLES[key], reason=why)
                for key, why in comparison.left_out.items()
            ),
            ". ",
        )
        raise ConfigurationError(_("There is nobody to compare with. {reasons}.", reasons=reasons))
    return able


def of_the_rows(exercise: Exercise) -> tuple[Message, ...]:
    """Return what of the training rows no opponent is given."""
    found: list[Message] = []
    if exercise.train.weight is not None:
        found.append(_("the weights of classes"))
    shares = np.issubdtype(exercise.train.target.dtype, np.floating)
    if exercise.recipe.loss.task == "classification" and shares:
        target = exercise.train.target
        if ((target != 0) & (target != 1)).any():
            found.append(_("the smoothing of labels"))
    return tuple(found)


def _version(key: str) -> str:
    return str(importlib.import_module(key).__version__)


def _run(
    comparison: Comparison,
    exercise: Exercise,
    makers: dict[str, Callable[[Exercise], Contestant]],
    pressed: Callable[[], bool],
    after_epoch: Callable[[Comparison], None] | None,
) -> None:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(exercise.threads):
        for make in makers.values():
            _warm_up(make, exercise.beginning())
        contestants = {key: make(exercise) for key, make in makers.items()}
        losses: list[float] = []
        for epoch in range(exercise.epochs):
            order, rates = exercise.order(epoch), exercise.rates(epoch, losses)
            timed = _timed(comparison, contestants, order, rates, pressed)
            if timed is None:
                return
            losses.append(timed[OURS].loss)
            comparison.epochs.append(_compared(epoch + 1, timed, contestants))
            change = np.abs(contestants[OURS].weights() - exercise.initial.vector).max()
            comparison.largest_change = max(comparison.largest_change, float(change))
            if after_epoch is not None:
                after_epoch(comparison)


def _warm_up(make: Callable[[Exercise], Contestant], few: Exercise) -> None:
    """Let a library load what it loads at its first step."""
    make(few).run_epoch(few.order(0), few.rates(0, ()))


def _timed(
    comparison: Comparison,
    contestants: dict[str, Contestant],
    order: IntArray,
    rates: FloatArray,
    pressed: Callable[[], bool],
) -> dict[str, TimedEpoch] | None:
    """Run an epoch of every library; None if it was not completed, which the ending explains."""
    timed = {}
    for key, contestant in contestants.items():
        if not pressed():
            timed[key] = contestant.run_epoch(order, rates)
        if key == OURS and not math.isfinite(timed[key].loss if timed else math.nan):
            comparison.ending = "interrupted" if pressed() else "diverged"
            return None
    if len(timed) < len(contestants):
        comparison.ending = "interrupted"
        return None
    return timed


def _compared(
    epoch: int, timed: dict[str, TimedEpoch], contestants: dict[str, Contestant]
) -> ComparedEpoch:
    ours = contestants[OURS].weights()
    validation = {key: contestant.validation_loss() for key, contestant in contestants.items()}
    return ComparedEpoch(
        epoch,
        timed,
        {key: loss for key, loss in validation.items() if loss is not None},
        {
            key: float(np.abs(contestant.weights() - ours).max())
            for key, contestant in contestants.items()
            if key != OURS
        },
    )
