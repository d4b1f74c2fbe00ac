"""A search with nothing left open, and how far it has come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from axone.experiments import Experiment
from axone.experiments.folds import Folds
from axone.tuning.candidates import Candidate, Search
from axone.tuning.scoring import Metric
from axone.tuning.space import Space
from axone.tuning.trial import Trial


@dataclass(frozen=True)
class Progress:
    """How far a search has come.

    Attributes
    ----------
    done, total : int
        Trials, those of other processes included.
    trial : Trial or None
        The one that has just ended.
    best : Trial or None
    metric : Metric
    waiting : bool
        Whether only other processes are still at work.
    """

    done: int
    total: int
    trial: Trial | None
    best: Trial | None
    metric: Metric
    waiting: bool = False


ProgressReport = Callable[[Progress], None]


@dataclass(frozen=True)
class Plan:
    """A search with nothing left open.

    Attributes
    ----------
    experiment : Experiment
    space : Space
    search : str
    metric : Metric
    cv : int
    prune : bool
    candidates : sequence of Candidate
    folds : Folds
    """

    experiment: Experiment
    space: Space
    search: Search
    metric: Metric
    cv: int
    prune: bool
    candidates: Sequence[Candidate]
    folds: Folds

    def to_data(self) -> dict[str, Any]:
        """Describe all that must be the same for everyone who works on the search."""
        # Engine and threads are the machine's: threads change no bit, engines only roundings, and
        # a search whose machines differ in their processors is one search all the same.
        machine = {"engine", "threads"}
        settings = self.experiment.settings.model_dump(exclude={"tuning", "seed", *machine})
        # Machines may keep the rows at different places; that they are the same shows below.
        settings["data"].pop("source")
        return {
            "space": self.space.to_data(),
            "search": self.search,
            "metric": self.metric.name,
            "cv": self.cv,
            "prune": self.prune,
            "seed": self.experiment.settings.seed,
            "rows": [list(self.folds.dataset.X.shape), float(self.folds.dataset.y.sum())],
            "settings": settings,
        }
