"""Training: the loop, when it stops, what it records, how it is saved and explained."""

from axone.training.checkpoint import Checkpoint
from axone.training.diagnosis import Diagnosis, Finding, Remedy
from axone.training.events import EpochCallback, Event, ProgressCallback, ValidationScore
from axone.training.history import History
from axone.training.many import fit_many
from axone.training.result import TrainingResult
from axone.training.rows import GivenRows
from axone.training.run import Run
from axone.training.stopping import (
    LossTolerance,
    NoImprovement,
    Plateau,
    StoppingRule,
    ValidationLoss,
    score_column,
)
from axone.training.trainer import Trainer
from axone.training.watcher import Watcher

__all__ = [
    "Checkpoint",
    "Diagnosis",
    "EpochCallback",
    "Event",
    "Finding",
    "GivenRows",
    "History",
    "LossTolerance",
    "NoImprovement",
    "Plateau",
    "ProgressCallback",
    "Remedy",
    "Run",
    "StoppingRule",
    "Trainer",
    "TrainingResult",
    "ValidationLoss",
    "ValidationScore",
    "Watcher",
    "fit_many",
    "score_column",
]
