"""What was wanted and what is predicted, of numbers."""

import numpy as np

from axone.arrays import FloatArray
from axone.playground.frames import NamedArray
from axone.playground.numbers import evenly
from axone.playground.views.stage import Stage

MOST_RESIDUALS = 1000


def residuals(stage: Stage, outputs: FloatArray) -> list[NamedArray]:
    """Return `residuals`, (m, 2): wanted and predicted, in the target's own units.

    Parameters
    ----------
    stage : Stage
    outputs : array
        For `stage.measured`.
    """
    rows, answering = stage.measured, stage.answering
    chosen = evenly(len(rows.numbers), MOST_RESIDUALS)
    wanted = answering.wanted(np.asarray(rows.y))[chosen]
    predicted = answering.numbers(outputs[chosen], rows.X[chosen])
    pairs = np.column_stack([wanted, predicted]).astype(np.float32)
    return [NamedArray("residuals", pairs, {"part": stage.measured_part, "name": answering.name})]
