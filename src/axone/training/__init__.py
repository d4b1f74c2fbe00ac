"""Training: the loop, when it stops, what it records, how it is saved and explained."""

from axone.training.checkpoint import Checkpoint
from axone.training.diagnosis import Diagnosis
from axone.training.history import History
from axone.training.many import fit_many
from axone.training.stopping import (
    LossTolerance,
    NoImprovement,
    Plateau,
    StoppingRule,
    ValidationLoss,
    score_column,
)
from axone.training.trainer import (
    EpochCallback,
    ProgressCallback,
    Trainer,
    TrainingResult,
    ValidationScore,
)

__all__ = [
    "Checkpoint",
    "Diagnosis",
    "EpochCallback",
    "History",
    "LossTolerance",
    "NoImprovement",
    "Plateau",
    "ProgressCallback",
    "StoppingRule",
    "Trainer",
    "TrainingResult",
    "ValidationLoss",
    "ValidationScore",
    "fit_many",
    "score_column",
]
