"""One trial: train the candidate on every fold, give up when it is hopeless, return its scores.

Nothing here knows of storages or of other processes: what a trial needs comes with its `Task`, so
that it runs in a thread, in a process or on another machine alike.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.data import Examples
from axone.errors import AxoneError
from axone.experiments import Experiment
from axone.experiments.folds import SCORED
from axone.experiments.preparation import Part, Prepared, assemble
from axone.experiments.training import build_trainer, fit
from axone.messages import Message, _
from axone.model import Model
from axone.score_names import name_of_score
from axone.training import History, Trainer, TrainingResult
from axone.tuning.folds import folds_of
from axone.tuning.scoring import Metric

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

FOLD = 1_000_000
"""Epochs of later folds are counted from here on, so that each step of a trial has one number."""

_FIRST_RUNG = 8


@dataclass(frozen=True)
class Peers:
    """Trials that came to their end, by which the median rule judges a new one.

    Attributes
    ----------
    trials : tuple of FrozenTrial
    maximise : bool
    """

    trials: "tuple[FrozenTrial, ...]"
    maximise: bool


@dataclass(frozen=True)
class Task:
    """A trial to run.

    Attributes
    ----------
    experiment : Experiment
        With the candidate's settings.
    cv : int
    metric : Metric
    threads : int or None
        Of the engine.
    peers : Peers or None
        None where no trial is given up.
    """

    experiment: Experiment
    cv: int
    metric: Metric
    threads: int | None = None
    peers: Peers | None = None


_NO_REASON = Message("")


@dataclass(frozen=True)
class TrialOutcome:
    """What came of a trial.

    Attributes
    ----------
    scores : tuple of float
        One a fold that was finished.
    curve : dict of int to float
        The mean so far at each step that the median rule looks at.
    epochs : float
        Mean over the folds.
    seconds : float
    ended : str
        "complete", "pruned", "diverged", "cancelled" or "failed".
    reason : Message
        Where it is not complete.
    """

    scores: tuple[float, ...]
    curve: dict[int, float]
    epochs: float
    seconds: float
    ended: str
    reason: Message = _NO_REASON


def _never() -> bool:
    return False


def evaluate(task: Task, cancelled: Callable[[], bool] = _never) -> TrialOutcome:
    """Run a trial.

    Parameters
    ----------
    task : Task
    cancelled : callable
        Asked after each epoch whether to let it be.
    """
    return _Evaluation(task, cancelled).run()


class _Evaluation:
    """One trial while it runs."""

    def __init__(self, task: Task, cancelled: Callable[[], bool]) -> None:
        self.task, self.cancelled = task, cancelled
        self.scores: list[float] = []
        self.curve: dict[int, float] = {}
        self.epochs: list[int] = []
        self.ended = "complete"
        self.reason = _NO_REASON
        self.started = time.perf_counter()
        self.judge = _Judge(task.peers) if task.peers is not None else None

    def run(self) -> TrialOutcome:
        """Train fold after fold until all are done or there is a reason to stop."""
        try:
            folds = folds_of(self.task.experiment, self.task.cv)
            for number, arranged in enumerate(folds.arranged):
                prepared = assemble(self.task.experiment, arranged, folds.shares)
                self._fold(number, prepared)
                if self.ended != "complete":
                    break
        except AxoneError as error:
            self.ended, self.reason = "failed", error.message
        except MemoryError:
            self.ended = "failed"
            self.reason = _("not enough memory for this network").coded("not_enough_memory")
        epochs = float(np.mean(self.epochs)) if self.epochs else 0.0
        seconds = time.perf_counter() - self.started
        return TrialOutcome(
            tuple(self.scores), self.curve, epochs, seconds, self.ended, self.reason
        )

    def _fold(self, number: int, prepared: Prepared) -> None:
        if self.cancelled():
            self.ended = "cancelled"
            return
        trainer = build_trainer(prepared, self.task.threads)
        result = fit(prepared, trainer, after_epoch=lambda history: self._watch(number, history))
        self.epochs.append(result.epochs)
        if result.stopped_by == "interrupted":
            # The search was asked to end: half a fit says nothing of the candidate.
            self.ended = "cancelled"
            return
        if result.stopped_by == "diverged":
            self.ended, self.reason = "diverged", result.reason
            return
        if self.ended != "complete":
            return
        with np.errstate(over="ignore", invalid="ignore"):
            score = self._score(prepared, trainer, result)
        if not np.isfinite(score):
            self.ended = "failed"
            self.reason = _(
                "{metric} of fold {fold} is not a finite number: a scored row may lie far "
                "outside of the training rows",
                metric=name_of_score(self.task.metric.name),
                fold=number + 1,
            ).coded("score_not_finite")
            return
        self.scores.append(score)
        last = number + 1 == self.task.cv
        if self._hopeless((number + 1) * FOLD, float(np.mean(self.scores))) and not last:
            self.ended = "pruned"
            self.reason = _("hopeless after fold {fold}", fold=number + 1).coded(
                "hopeless_after_fold"
            )

    def _score(self, prepared: Prepared, trainer: Trainer, result: TrainingResult) -> float:
        model = Model(
            prepared.network,
            (result.parameters,),
            prepared.loss,
            prepared.preprocessing,
            prepared.target,
            engine=result.engine,
        )
        part: Part = prepared.parts[SCORED]
        target = part.y if model.target.task == "classification" else model.target.scaled(part.y)
        recipe = trainer.recipe
        learnt = recipe.loss.prepare(target, prepared.network.output_shape, recipe.dtype)
        loss, outputs = trainer.plan.evaluate(
            result.parameters, Examples(part.X, learnt, mask=part.mask)
        )
        if not np.isfinite(outputs).all():
            return np.nan
        return self.task.metric.score(model, part.y, outputs, loss)

    def _watch(self, fold: int, history: History) -> bool:
        """Look at an epoch; return whether the trial ends here."""
        if self.cancelled():
            self.ended = "cancelled"
            return True
        epoch = history.epochs
        # Doubling rungs: a trial is looked at often while little is lost by going on.
        if self.judge is None or fold or epoch < _FIRST_RUNG or epoch & (epoch - 1):
            return False
        column = history.get(self.task.metric.curve)
        if column is None:
            return False
        best = (max if self.judge.maximise else min)(map(self.task.metric.progress, column))
        if self._hopeless(epoch, best):
            self.ended = "pruned"
            self.reason = _("hopeless after epoch {epoch} of the first fold", epoch=epoch).coded(
                "hopeless_after_epoch"
            )
            return True
        return False

    def _hopeless(self, step: int, value: float) -> bool:
        self.curve[step] = value
        return self.judge is not None and self.judge.is_hopeless(step, value)


class _Judge:
    """The median rule (Golovin et al. 2017): give up what is worse than half the others were."""

    def __init__(self, peers: Peers) -> None:
        import optuna

        self.maximise = peers.maximise
        self.study: Study = optuna.create_study(
            direction="maximize" if peers.maximise else "minimize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_min_trials=5),
        )
        self.study.add_trials(peers.trials)
        # Figures of epochs and means of folds are on different scales: the rule looks at the best
        # of a trial so far, which must be of one kind.
        self.of_epochs, self.of_folds = self.study.ask(), self.study.ask()

    def is_hopeless(self, step: int, value: float) -> bool:
        """Whether a trial that stands so at this step is worse than the median."""
        trial = self.of_folds if step >= FOLD else self.of_epochs
        trial.report(value, step)
        return trial.should_prune()
