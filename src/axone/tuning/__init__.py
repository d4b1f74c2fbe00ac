"""Tuning: settings searched for by grid, at random or by Bayesian optimisation, on any storage."""

from axone.tuning.parameters import Choices, Range, shown
from axone.tuning.plan import Plan, Progress
from axone.tuning.reading import read_options, read_space
from axone.tuning.result import TuningResult
from axone.tuning.scoring import Metric
from axone.tuning.space import Space
from axone.tuning.trial import Trial
from axone.tuning.tuner import STUDY, tune
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
