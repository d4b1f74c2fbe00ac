"""Cross-validation of an experiment: every row scored once, by a network that has not seen it.

The rows are divided before any statistic is computed, and each fold is scaled by its own training
rows; test rows that an experiment asks for stay out of all of it.
"""

import csv
import io
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from axone.checks import check_integer
from axone.experiments.description import Description
from axone.experiments.folder import METRICS
from axone.experiments.folds import SCORED, make_folds
from axone.experiments.measuring import Scores, measure
from axone.experiments.preparation import assemble, rows_of
from axone.experiments.running import calibrated, model_of
from axone.experiments.spread import Spread, spreads, spreads_data
from axone.experiments.training import build_trainer, fit
from axone.files import json_text, write_atomically
from axone.interruption import interruption
from axone.messages import Message, _

CROSS_VALIDATION = "cross_validation.csv"
"""The table of folds in a result folder."""


@dataclass(frozen=True)
class Fold:
    """One fold, trained on the others' rows and scored on its own.

    Attributes
    ----------
    number : int
        From 1.
    scores : dict
        As `measure` gives them, of the rows of this fold.
    rows, epochs : int
    seconds : float
        Of training.
    stopped_by : str
    """

    number: int
    scores: Scores
    rows: int
    epochs: int
    seconds: float
    stopped_by: str


@dataclass(frozen=True)
class CrossValidation:
    """What came of it.

    Attributes
    ----------
    asked : int
        How many folds were asked for; fewer are there where it was interrupted.
    folds : tuple of Fold
    notes : tuple of Message
        What was decided on the way.
    ended_by : signal.Signals or None
        SIGINT (Ctrl-C) or SIGTERM where it was interrupted.
    """

    asked: int
    folds: tuple[Fold, ...]
    notes: tuple[Message, ...] = ()
    ended_by: signal.Signals | None = None

    @property
    def interrupted(self) -> bool:
        """Whether it was asked to end before all folds were done."""
        return len(self.folds) < self.asked

    @property
    def spreads(self) -> dict[str, Spread | None]:
        """Every score over the folds."""
        return spreads([fold.scores for fold in self.folds])

    @property
    def right(self) -> tuple[int, int] | None:
        """Right answers out of all, over the folds together; None for numbers."""
        counts = [(fold.scores.get("right"), fold.scores.get("of")) for fold in self.folds]
        known = [(int(right), int(of)) for right, of in counts if right is not None and of]
        if not known or len(known) < len(counts):
            return None
        return sum(right for right, _of in known), sum(of for _right, of in known)

    def to_data(self) -> dict[str, Any]:
        """Describe it as `metrics.json` holds it."""
        right = self.right
        return {
            "folds": self.asked,
            "done": len(self.folds),
            **({} if right is None else {"right": right[0], "of": right[1]}),
            "scores": spreads_data(self.spreads),
            "epochs": [fold.epochs for fold in self.folds],
            **({"notes": list(self.notes)} if self.notes else {}),
        }

    def to_csv(self) -> str:
        """Return the folds as comma-separated text, a line each."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = list(dict.fromkeys(name for fold in self.folds for name in fold.scores))
        writer.writerow(["fold", "rows", "epochs", "seconds", "stopped_by", *names])
        for fold in self.folds:
            about = [fold.number, fold.rows, fold.epochs, round(fold.seconds, 3), fold.stopped_by]
            writer.writerow([*about, *(fold.scores.get(name) for name in names)])
        return text.getvalue()


def of_all_rows(experiment: Description) -> Description:
    """Return the experiment without a share for the test, unless it asks for one.

    A cross-validation scores every row: none need be kept for the end.
    """
    data = experiment.settings.data
    if data.test is not None:
        return experiment
    settings = experiment.settings.model_copy(
        update={"data": data.model_copy(update={"test": 0.0})}
    )
    return replace(experiment, settings=settings)


def cross_validate(
    experiment: Description,
    cv: int,
    *,
    dataset: Any = None,
    on_fold: Callable[[Fold], None] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> CrossValidation:
    """Train on all folds but one and score that one, for each.

    Parameters
    ----------
    experiment : Description
        The rows that decide when to stop are taken out of those trained on, as many as its
        validation share says. A test share is kept out only where the experiment asks for it.
    cv : int
        How many folds, at least 2; stratified for classes.
    dataset : Dataset, (X, y), or pandas or polars frame, optional
        Rows in memory, instead of the experiment's source.
    on_fold, on_progress : callable, optional
        Told of each fold that is done, and of the share of them all that is.

    Raises
    ------
    AxoneError
        Bad settings or data, or too few rows for so many folds.

    Notes
    -----
    Ctrl-C lets go of the fold in hand and returns those that are done.
    """
    check_integer("cv", cv, at_least=2)
    described = of_all_rows(experiment)
    folds = make_folds(described, rows_of(described, dataset), cv)
    done: list[Fold] = []
    notes: list[Message] = [*folds.notes]  # type: ignore[list-item]  # notes are messages
    with ExitStack() as held:
        asked = held.enter_context(interruption())
        for number, arranged in enumerate(folds.arranged, start=1):
            prepared = assemble(described, arranged, folds.shares)

            def report(share: float, before: int = number - 1) -> None:
                if on_progress is not None:
                    on_progress((before + share) / cv)

            result = fit(prepared, build_trainer(prepared), on_progress=report)
            if result.stopped_by == "interrupted":
                break
            model = calibrated(prepared, result, model_of(prepared, result))
            if result.stopped_by == "diverged":
                notes.append(
                    _(
                        "fold {number} diverged: {reason}; scored with its last good weights",
                        number=number,
                        reason=result.reason,
                    ).coded("fold_diverged")
                )
            part = prepared.parts[SCORED]
            scores = measure(model, part)
            done.append(
                Fold(number, scores, len(part), result.epochs, result.seconds, result.stopped_by)
            )
            if on_fold is not None:
                on_fold(done[-1])
        ended_by = asked.signal if len(done) < cv else None
    return CrossValidation(cv, tuple(done), tuple(notes), ended_by)


def write_cross_validation(found: CrossValidation, metrics: dict[str, Any], folder: Path) -> Path:
    """Write the table of folds into a run's folder, and its metrics anew, which hold the spread.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    path = folder / CROSS_VALIDATION
    write_atomically(path, found.to_csv().encode())
    write_atomically(folder / METRICS, (json_text(metrics) + "\n").encode())
    return path
