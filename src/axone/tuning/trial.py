"""A trial as it stands in a study, and what a process has of one that it runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

CANDIDATE, OUTCOME, RETRY, GIVEN_BACK = "candidate", "outcome", "retry_of", "given_back"
"""The attributes under which a study's trials hold what Optuna knows nothing of."""


@dataclass(frozen=True)
class Trial:
    """A trial as it stands in the study.

    Attributes
    ----------
    number : int
    labels : dict of str to object
        The value of each setting that varied, lists and tables as text.
    state : str
        "complete", "pruned", "diverged", "failed", "running" or "waiting".
    score : float or None
        Mean of the metric over the folds; of a pruned trial over those it finished.
    scores : tuple of float
        One a fold.
    epochs : float
        Mean over the folds.
    seconds : float
    reason : str
        Why it is not complete.
    retry_of : int or None
        The number of the trial that it runs again, because its process died.
    """

    number: int
    labels: dict[str, Any]
    state: str
    score: float | None = None
    scores: tuple[float, ...] = ()
    epochs: float = 0.0
    seconds: float = 0.0
    reason: str = ""
    retry_of: int | None = None

    @property
    def deviation(self) -> float:
        """Standard deviation of the metric over the folds (0 for a single one)."""
        return float(np.std(self.scores)) if self.scores else 0.0


@dataclass(frozen=True)
class Claim:
    """A trial that this process has taken on."""

    trial_id: int
    number: int
    labels: dict[str, Any]


def counts(trial: "FrozenTrial") -> bool:
    """Whether a trial stands for its candidate: not given back, its process not dead."""
    from optuna.trial import TrialState

    return trial.state != TrialState.FAIL or OUTCOME in trial.user_attrs


def record_of(trial: "FrozenTrial") -> Trial:
    """Return what Optuna holds of a trial as Axone tells of it."""
    outcome = trial.user_attrs.get(OUTCOME, {})
    scores = tuple(outcome.get("scores", ()))
    return Trial(
        trial.number,
        dict(trial.params),
        outcome.get("state", trial.state.name.lower()),
        float(np.mean(scores)) if scores else None,
        scores,
        outcome.get("epochs", 0.0),
        outcome.get("seconds", 0.0),
        outcome.get("reason", ""),
        trial.user_attrs.get(RETRY),
    )
