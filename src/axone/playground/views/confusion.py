"""Which classes are taken for which, on rows that the network does not learn from if there are."""

import numpy as np

from axone.arrays import FloatArray
from axone.playground.frames import NamedArray
from axone.playground.views.stage import Stage


def confusion(stage: Stage, outputs: FloatArray) -> list[NamedArray]:
    """Return `confusion`, (K, K): counts of true (row) and predicted (column) classes.

    Parameters
    ----------
    stage : Stage
    outputs : array
        For `stage.measured`.
    """
    classes, predicted = stage.answering.classes, stage.answering.labels(outputs)
    true = np.asarray(stage.measured.y).astype(np.intp)
    # Not the sparse table of `metrics`: few classes are counted faster so.
    counts = np.bincount(classes * true + predicted, minlength=classes**2)
    extras = {"part": stage.measured_part, "rows": len(true)}
    return [NamedArray("confusion", counts.reshape(classes, classes).astype(np.int32), extras)]
