"""How far scores would lie apart on other rows of the same kind: intervals by the bootstrap.

Rows are drawn again from those that were scored, with replacement, and scored anew (Efron 1979); an
interval holds the middle 95 % of what comes out. It tells of the choice of the rows, not of that of
the seed: `axone train --repeats` tells of that one.
"""

from typing import Any

import numpy as np

from axone.experiments.measuring import answers_of, scores_of
from axone.experiments.preparation import Prepared, last_part
from axone.model import Classes, Model, Numbers
from axone.random import RandomStream

LEVEL = 0.95

_MOST_RESAMPLES, _FEWEST_RESAMPLES = 500, 100

_MOST_CELLS = 20_000_000
"""Outputs that are scored in all: a second or two."""


def score_intervals(prepared: Prepared, model: Model) -> dict[str, Any]:
    """Return the interval of each score on the last part of the rows, as plain data.

    Parameters
    ----------
    prepared : Prepared
        Its last part holds only rows whose outputs are finite.
    model : Model

    Returns
    -------
    dict
        `rows`, the part; `count`, how many rows; `level`; `resamples`; `scores`, by name the two
        ends. Empty where there are fewer than two rows, or the model tells neither classes nor
        numbers.
    """
    name, part = last_part(prepared)
    if len(part) < 2 or not isinstance(model.target, (Classes, Numbers)):
        return {}
    answers = answers_of(model.target, model.forward(part.X, part.mask))
    times = int(np.clip(_MOST_CELLS // max(answers.size, 1), _FEWEST_RESAMPLES, _MOST_RESAMPLES))
    random = RandomStream.from_seed(0)
    drawn: dict[str, list[float]] = {}
    with np.errstate(all="ignore"):
        for number in range(times):
            uniform = random.child(number).uniform((len(part),))
            rows = (uniform * len(part)).astype(np.intp)
            for score, value in scores_of(model.target, part.y[rows], answers[rows]).items():
                if score not in ("right", "of") and value is not None and np.isfinite(value):
                    drawn.setdefault(score, []).append(float(value))
    outside = (1 - LEVEL) / 2
    return {
        "rows": name,
        "count": len(part),
        "level": LEVEL,
        "resamples": times,
        "scores": {
            score: [round(float(end), 6) for end in np.quantile(values, (outside, 1 - outside))]
            for score, values in drawn.items()
            # Some samples lack a class, and with it a score: of few an interval would tell little.
            if len(values) >= _FEWEST_RESAMPLES // 2
        },
    }
