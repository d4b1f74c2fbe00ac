"""What a fit tells: a line an epoch, the user's callbacks, how it ended; the fitted attributes."""

import math
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning

from axone.errors import DataError
from axone.estimators.objectives import Objective
from axone.estimators.settings import TrainingParameters, checked_callbacks
from axone.messages import Listed, _
from axone.optimizers import LBFGS
from axone.training import EpochCallback, History, NoImprovement, Run, TrainingResult

_OUTPUT_NAMES = {"sigmoid": "logistic", "exponential": "exp"}
"""What scikit-learn calls them."""


@dataclass
class EpochWatch:
    """Speaks after each epoch where somebody listens: progress lines, the user's callbacks.

    Attributes
    ----------
    estimator : TrainingParameters
    objective : Objective
    before : int
        Epochs of the fits before.
    one_epoch : bool
        Whether the run ends after its first epoch.
    follow_rate : callable or None
        Told the run and its epochs where something has to follow the learning rate.
    run : Run
        The run that is watched.
    """

    estimator: TrainingParameters
    objective: Objective
    before: int
    one_epoch: bool
    follow_rate: Callable[[Run, int], None] | None
    run: Run = field(init=False)
    callbacks: tuple[EpochCallback, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.callbacks = checked_callbacks(self.estimator)

    @property
    def wanted(self) -> bool:
        """Whether anybody listens."""
        return bool(self.callbacks or self.estimator.verbose or self.one_epoch or self.follow_rate)

    def __call__(self, history: History) -> bool:
        epochs = history.epochs
        loss = reported_losses(history, self.objective, epochs - 1)[0]
        say(
            self.estimator,
            _("Iteration {epoch}, loss = {loss:.8f}", epoch=epochs - self.before, loss=loss),
        )
        if "validation_score" in history:
            say(
                self.estimator,
                _("Validation score: {score:f}", score=history["validation_score"][-1]),
            )
        if self.follow_rate is not None:
            self.follow_rate(self.run, epochs)
        # Every callback is asked, whatever the one before said.
        answers = [callback(history) for callback in self.callbacks]
        return self.one_epoch or any(answers)


def say(estimator: TrainingParameters, line: str) -> None:
    """Print a line where the estimator is verbose."""
    if estimator.verbose:
        print(line)  # noqa: T201 — scikit-learn's `verbose` writes to standard output


def reported_losses(history: History, objective: Objective, start: int) -> list[float]:
    """Return the losses as scikit-learn reports them, penalties included, from an epoch on."""
    if not history.epochs:
        return []
    losses = history["train_loss"][start:]
    penalties = history["train_penalty"][start:]
    share = objective.reported_share
    return [share * loss + penalty for loss, penalty in zip(losses, penalties, strict=True)]


def show_fitted(
    estimator: TrainingParameters,
    result: TrainingResult,
    objective: Objective,
    before: int,
    rows: int,
    first_loss: Callable[[], float],
) -> None:
    """Set the attributes that tell of the training.

    Parameters
    ----------
    estimator : TrainingParameters
    result : TrainingResult
    objective : Objective
    before : int
        Epochs of the fits before.
    rows : int
        That an epoch learns from.
    first_loss : callable
        Computes the loss where there was no epoch.

    Raises
    ------
    DataError
        The run diverged, and no earlier weights are worth keeping.
    """
    history = result.history
    if result.evidence.divergence is not None and not (
        estimator.early_stopping and result.best_epoch
    ):
        raise DataError(
            _(
                "Solver produced non-finite parameter weights. The input data may "
                "contain large values and need to be preprocessed.\n{diagnosis}",
                diagnosis=Listed(result.evidence.divergence.lines, "\n"),
            )
        )
    estimator.history_ = history
    estimator._evidence = (result.evidence,)
    estimator.engine_ = result.engine
    estimator.n_iter_ = result.epochs - before
    estimator.t_ += estimator.n_iter_ * rows
    estimator.n_outputs_ = objective.outputs
    estimator.out_activation_ = _OUTPUT_NAMES.get(objective.activation, objective.activation)
    estimator.loss_curve_ += reported_losses(history, objective, before)
    curve = estimator.loss_curve_
    estimator.loss_ = curve[-1] if curve else first_loss()
    estimator.best_loss_ = None if estimator.early_stopping else min(curve, default=estimator.loss_)
    estimator.validation_loss_curve_ = estimator.validation_scores_ = None
    estimator.best_validation_score_ = None
    if "validation_loss" in history:
        _show_validation(estimator, result, objective)


def _show_validation(
    estimator: TrainingParameters, result: TrainingResult, objective: Objective
) -> None:
    history, share = result.history, objective.reported_share
    estimator.validation_loss_curve_ = [share * loss for loss in history["validation_loss"]]
    scores = estimator.validation_scores_ = list(history["validation_score"])
    early = estimator.early_stopping
    best = result.best_epoch if early else history.best_epoch("validation_score")
    estimator.best_validation_score_ = scores[best - 1]
    if result.evidence.divergence is not None:
        scores.append(math.nan)


def tell_how_it_ended(
    estimator: TrainingParameters,
    result: TrainingResult,
    rule: NoImprovement,
    stale: bool,
    one_epoch: bool,
) -> None:
    """Warn of a fit that diverged, was interrupted or ran out of epochs; say why it stopped."""
    if result.evidence.divergence is not None:
        warn(
            _(
                "Training diverged: the weights of epoch {epoch} are kept.\n{diagnosis}",
                epoch=result.best_epoch,
                diagnosis=Listed(result.evidence.divergence.lines, "\n"),
            ),
            ConvergenceWarning,
        )
    elif result.stopped_by == "interrupted":
        warn(_("Training interrupted by user."))
    elif one_epoch or result.stopped_by == "callback":
        return
    elif stale:
        watched = _("Training loss")
        if rule.watches_validation:
            score = rule.watched == "validation_score"
            watched = _("Validation score") if score else _("Validation loss")
        say(
            estimator,
            _(
                "{watched} did not improve more than tol={tol:f} for {epochs} consecutive epochs. "
                "Stopping.",
                watched=watched,
                tol=estimator.tol,
                epochs=estimator.n_iter_no_change,
            ),
        )
    else:
        _warn_unless_converged(estimator, result)


def _warn_unless_converged(estimator: TrainingParameters, result: TrainingResult) -> None:
    optimizer = estimator._design.training().optimizer
    # Not whether it is stepwise: the second warning is of what L-BFGS alone has a bound for.
    if not isinstance(optimizer, LBFGS):
        warn(
            _(
                "Stochastic Optimizer: Maximum iterations ({epochs}) reached and the "
                "optimization hasn't converged yet.",
                epochs=estimator.max_iter,
            ),
            ConvergenceWarning,
        )
    elif result.stopped_by == "max_epochs" or result.steps > optimizer.max_evaluations:
        warn(
            _(
                "lbfgs failed to converge after {iterations} iterations and {evaluations} "
                "evaluations of the loss.\n\nIncrease the number of iterations (max_iter) "
                "or of evaluations (max_fun), or scale the data (scale='standard').",
                iterations=estimator.n_iter_,
                evaluations=result.steps,
            ),
            ConvergenceWarning,
        )


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line that called the estimator, however deep the call has gone since."""
    import sklearn

    inside = tuple(str(Path(str(file)).parent) for file in (__file__, sklearn.__file__))
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(inside):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
