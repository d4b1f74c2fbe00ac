"""The small language in which a scene says what is to be reached: a frozen dataclass a condition.

A scene's check is fulfilled when all of its conditions are.
"""

from axone.playground.scenes.built import (
    Activations,
    Contains,
    HiddenLayers,
    HiddenUnits,
    Outputs,
    Parameters,
    Same,
    Uses,
)
from axone.playground.scenes.condition import Condition, Verdict
from axone.playground.scenes.reached import Epochs, Gap, Gone, Loss, Score

__all__ = [
    "Activations",
    "Condition",
    "Contains",
    "Epochs",
    "Gap",
    "Gone",
    "HiddenLayers",
    "HiddenUnits",
    "Loss",
    "Outputs",
    "Parameters",
    "Same",
    "Score",
    "Uses",
    "Verdict",
]
