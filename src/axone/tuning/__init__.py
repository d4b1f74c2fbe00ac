"""Tuning: settings searched for by grid, at random or by Bayesian optimisation, on any storage."""

from axone.tuning.result import TuningResult
from axone.tuning.scoring import Metric
from axone.tuning.space import Choices, Range, Space, read_options, read_space, shown
from axone.tuning.study import Trial
from axone.tuning.tuner import STUDY, Plan, Progress, tune
from axone.tuning.workers import BACKENDS

__all__ = [
    "BACKENDS",
    "STUDY",
    "Choices",
    "Metric",
    "Plan",
    "Progress",
    "Range",
    "Space",
    "Trial",
    "TuningResult",
    "read_options",
    "read_space",
    "shown",
    "tune",
]
