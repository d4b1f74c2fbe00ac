"""Axone beside scikit-learn and PyTorch: one network, the same weights, the same batches.

The proof that Axone computes what the others compute, and the measure of how much faster it is.
Each library is driven through its own classes in a file of its own; `compare` runs them an epoch at
a time, one after another.
"""

from axone.comparison.comparing import OPPONENTS, compare
from axone.comparison.exercise import Contestant, Exercise, TimedEpoch
from axone.comparison.outcome import OURS, TITLES, ComparedEpoch, Comparison

__all__ = [
    "OPPONENTS",
    "OURS",
    "TITLES",
    "ComparedEpoch",
    "Comparison",
    "Contestant",
    "Exercise",
    "TimedEpoch",
    "compare",
]
