"""Training: the loop, when it stops, what it records, how it is saved and explained."""

from axone.training.diagnosis import Diagnosis
from axone.training.history import History
from axone.training.many import fit_many
from axone.training.stopping import (
    LossTolerance,
    Plateau,
    StoppingRule,
    ValidationLoss,
    score_column,
)
from axone.training.trainer import EpochCallback, ProgressCallback, Trainer, TrainingResult

__all__ = [
    "Diagnosis",
    "EpochCallback",
    "History",
    "LossTolerance",
    "Plateau",
    "ProgressCallback",
    "StoppingRule",
    "Trainer",
    "TrainingResult",
    "ValidationLoss",
    "fit_many",
    "score_column",
]
