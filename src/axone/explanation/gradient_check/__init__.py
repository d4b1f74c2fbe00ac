"""Gradient checks: backpropagation beside finite differences, and where an error comes from."""

from axone.explanation.gradient_check.checking import ENGINES, check_gradients
from axone.explanation.gradient_check.findings import (
    EngineCheck,
    Entry,
    GradientCheck,
    PartCheck,
    TensorCheck,
)
from axone.explanation.gradient_check.rows import some_examples, some_targets
from axone.explanation.gradient_check.work import usual_rows

__all__ = [
    "ENGINES",
    "EngineCheck",
    "Entry",
    "GradientCheck",
    "PartCheck",
    "TensorCheck",
    "check_gradients",
    "some_examples",
    "some_targets",
    "usual_rows",
]
