"""Rules that end a run before its last epoch, each a question asked of the history.

None speaks during the warm-up epochs: what a rule counts, it counts from their end.
"""

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from axone.checks import check_integer, check_number
from axone.messages import Listed, Message, _, _n
from axone.training.history import History


@dataclass(frozen=True)
class StoppingRule(ABC):
    """When to stop.

    Attributes
    ----------
    name : str
        What `stopped_by` says when this rule ended the run.
    """

    name: ClassVar[str]

    @property
    def watches_validation(self) -> bool:
        """Whether the rule needs validation data."""
        return False

    @abstractmethod
    def reason(self, history: History, warmup_epochs: int) -> Message | str | None:
        """Return in words why to stop now, or None to go on.

        Axone's own rules return a message whose code is `name`, as every run's reason has it.
        """

    def waited(self, history: History, warmup_epochs: int) -> tuple[int, int] | None:
        """Return (epochs without progress, how many are allowed), for a rule that is patient."""
        del history, warmup_epochs
        return None

    def soonest(self, history: History, warmup_epochs: int) -> int:
        """Return how many more epochs must pass at least before the rule can end the run.

        The compiled engine runs as many in one call. 1 is always right.
        """
        del history, warmup_epochs
        return 1


@dataclass(frozen=True)
class LossTolerance(StoppingRule):
    """Stop when the training loss changed by less than `tolerance` between two epochs.

    Parameters
    ----------
    tolerance : float
        In units of the loss.
    """

    tolerance: float
    name: ClassVar[str] = "loss_tolerance"

    def __post_init__(self) -> None:
        check_number(_("loss tolerance"), self.tolerance, at_least=0)

    def reason(self, history: History, warmup_epochs: int) -> Message | None:
        losses = history["train_loss"]
        if len(losses) < 2 or len(losses) <= warmup_epochs:
            return None
        change = abs(losses[-1] - losses[-2])
        if change >= self.tolerance:
            return None
        return _(
            "the training loss changed by only {change:.3g} (tolerance {tolerance:.3g})",
            change=change,
            tolerance=self.tolerance,
        ).coded(self.name)


@dataclass(frozen=True)
class Plateau(StoppingRule):
    """Stop when the validation score (accuracy or R²) has set no new best for `patience` epochs."""

    patience: int
    name: ClassVar[str] = "plateau"

    def __post_init__(self) -> None:
        check_integer("patience", self.patience, at_least=1)

    @property
    def watches_validation(self) -> bool:
        return True

    def reason(self, history: History, warmup_epochs: int) -> Message | None:
        return _out_of_patience(self, history, score_column(history), warmup_epochs)

    def waited(self, history: History, warmup_epochs: int) -> tuple[int, int] | None:
        return _waited(history, score_column(history), warmup_epochs), self.patience

    def soonest(self, history: History, warmup_epochs: int) -> int:
        return _patience_left(self, history, warmup_epochs)


@dataclass(frozen=True)
class ValidationLoss(StoppingRule):
    """Stop when the validation loss has set no new best for `patience` epochs."""

    patience: int
    name: ClassVar[str] = "validation_loss"

    def __post_init__(self) -> None:
        check_integer("patience", self.patience, at_least=1)

    @property
    def watches_validation(self) -> bool:
        return True

    def reason(self, history: History, warmup_epochs: int) -> Message | None:
        return _out_of_patience(self, history, "validation_loss", warmup_epochs)

    def waited(self, history: History, warmup_epochs: int) -> tuple[int, int] | None:
        return _waited(history, "validation_loss", warmup_epochs), self.patience

    def soonest(self, history: History, warmup_epochs: int) -> int:
        return _patience_left(self, history, warmup_epochs)


@dataclass(frozen=True)
class NoImprovement(StoppingRule):
    """Stop once more than `patience` epochs in a row have not improved on the best by `tolerance`.

    scikit-learn's rule: a slow crawl downwards does not count as progress.

    Parameters
    ----------
    patience : float
        A whole number, or infinity for a rule that only watches.
    tolerance : float, default 1e-4
        In units of what is watched.
    watched : str or mapping of str to float, default "train_loss"
        A column of the history, or several with the factor of each: their sum is watched. Of a
        validation column the best weights come back.
    """

    patience: float
    tolerance: float = 1e-4
    watched: str | Mapping[str, float] = "train_loss"
    name: ClassVar[str] = "no_improvement"

    def __post_init__(self) -> None:
        if self.patience != math.inf:
            check_integer("patience", self.patience, at_least=1)
        check_number("tolerance", self.tolerance, at_least=0)

    @property
    def watches_validation(self) -> bool:
        return any(column.startswith("validation_") for column, _factor in self._watched)

    def reason(self, history: History, warmup_epochs: int) -> Message | None:
        epochs = self._waited(history, warmup_epochs)
        if epochs <= self.patience:
            return None
        columns = Listed((_named(column) for column, _factor in self._watched), " + ")
        return _n(
            "the {columns} did not improve by more than {tolerance:g} for {count} epoch",
            "the {columns} did not improve by more than {tolerance:g} for {count} epochs",
            epochs,
            columns=columns,
            tolerance=self.tolerance,
        ).coded(self.name)

    def waited(self, history: History, warmup_epochs: int) -> tuple[int, int] | None:
        if self.patience == math.inf:
            return None
        return self._waited(history, warmup_epochs), int(self.patience)

    def soonest(self, history: History, warmup_epochs: int) -> int:
        if self.patience == math.inf:
            return sys.maxsize
        return max(1, int(self.patience) + 1 - self._waited(history, warmup_epochs))

    @property
    def _watched(self) -> tuple[tuple[str, float], ...]:
        watched = self.watched
        return ((watched, 1.0),) if isinstance(watched, str) else tuple(watched.items())

    def _waited(self, history: History, warmup_epochs: int) -> int:
        if not history.epochs:
            return 0
        progress = history.last_progress(self._watched, self.tolerance)
        return history.epochs - min(history.epochs, max(progress, warmup_epochs))


def kept_column(stopping: Sequence[StoppingRule]) -> str:
    """Return the column whose best weights come back."""
    watched = [rule.watched for rule in stopping if isinstance(rule, NoImprovement)]
    columns = (w for w in watched if isinstance(w, str) and w.startswith("validation_"))
    return next(columns, "validation_loss")


def score_column(columns: Mapping[str, Sequence[float]]) -> str:
    """Return the name of the validation score among those columns."""
    if "validation_score" in columns:
        return "validation_score"
    return "validation_r2" if "validation_r2" in columns else "validation_accuracy"


def _waited(history: History, column: str, warmup_epochs: int) -> int:
    return max(0, history.epochs - max(history.best_epoch(column), warmup_epochs))


def _patience_left(rule: Plateau | ValidationLoss, history: History, warmup_epochs: int) -> int:
    """Return after how many epochs without a new best the rule ends the run."""
    waited = rule.waited(history, warmup_epochs) if history.epochs else None
    return max(1, rule.patience - (waited[0] if waited else 0))


def _named(column: str) -> str:
    """Return a column's name as words."""
    known = {
        "train_loss": _("train loss"),
        "train_penalty": _("train penalty"),
        "validation_loss": _("validation loss"),
        "validation_accuracy": _("validation accuracy"),
        "validation_score": _("validation score"),
    }
    return known.get(column) or column.replace("_", " ")


def _out_of_patience(
    rule: Plateau | ValidationLoss, history: History, column: str, warmup_epochs: int
) -> Message | None:
    waited = _waited(history, column, warmup_epochs)
    if waited < rule.patience:
        return None
    best = history.best_epoch(column)
    named = _("validation R²") if column == "validation_r2" else _named(column)
    value = history[column][best - 1]
    return _n(
        "no better {column} than {value:.4g} (epoch {epoch}) for {count} epoch",
        "no better {column} than {value:.4g} (epoch {epoch}) for {count} epochs",
        waited,
        column=named,
        value=value,
        epoch=best,
    ).coded(rule.name)
