"""Runs that are built to fail, at least seven of each kind, on other rows and by other mistakes."""

from benchmarks.diagnosis.mistakes_in_layers import (
    DEAD_UNITS,
    EXPLODING_GRADIENTS,
    SATURATED_UNITS,
    SYMMETRIC_WEIGHTS,
    VANISHING_GRADIENTS,
)
from benchmarks.diagnosis.mistakes_in_rows import (
    CLASS_IMBALANCE,
    NO_BETTER_THAN_CONSTANT,
    UNSCALED_FEATURES,
    UNSCALED_TARGET,
)
from benchmarks.diagnosis.mistakes_in_training import (
    DIVERGED,
    NOT_LEARNING,
    OVERFITTING,
    UNDERFITTING,
)
from benchmarks.diagnosis.scenarios import Scenario

FAILING: tuple[Scenario, ...] = (
    *DIVERGED,
    *NOT_LEARNING,
    *OVERFITTING,
    *UNDERFITTING,
    *VANISHING_GRADIENTS,
    *EXPLODING_GRADIENTS,
    *DEAD_UNITS,
    *SATURATED_UNITS,
    *SYMMETRIC_WEIGHTS,
    *UNSCALED_FEATURES,
    *UNSCALED_TARGET,
    *CLASS_IMBALANCE,
    *NO_BETTER_THAN_CONSTANT,
)
