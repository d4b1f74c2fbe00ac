"""The scores of an epoch: of the training rows as they were met, of the validation rows after."""

import math
from collections.abc import Callable

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines import EpochReports, Plan
from axone.losses import Loss
from axone.metrics import epoch_scores, r_squared, total_squares
from axone.parameters import Parameters


class Scores:
    """What is measured of one run's rows.

    Parameters
    ----------
    loss : Loss
    examples : Examples
        The training rows.
    held_out : Examples or None
        The validation rows.
    validation_score : callable or None
        Computes the column ``validation_score`` in place of the usual scores.
    """

    def __init__(
        self,
        loss: Loss,
        examples: Examples,
        held_out: Examples | None,
        validation_score: Callable[[Parameters, FloatArray], float] | None,
    ) -> None:
        self.loss, self.held_out, self.validation_score = loss, held_out, validation_score
        if loss.task == "regression":
            self._spread = total_squares(examples.target, examples.weight)

    def of_training(self, reports: EpochReports) -> dict[str, FloatArray]:
        """Return accuracy or R² of some epochs."""
        if self.loss.task == "regression":
            return {"train_r2": r_squared(reports.hits, self._spread)}
        return {"train_accuracy": reports.hits[:, 0] / reports.weight}

    def of_validation(
        self, plan: Plan, parameters: Parameters
    ) -> tuple[float, dict[str, FloatArray]]:
        """Return the validation loss, 0 without such rows, and the columns of the last epoch.

        There are no columns where the loss is not finite.
        """
        if self.held_out is None:
            return 0.0, {}
        value, prediction = plan.evaluate(parameters, self.held_out)
        if not math.isfinite(value):
            return value, {}
        if self.validation_score is not None:
            scores = {"score": float(self.validation_score(parameters, prediction))}
        else:
            held_out = self.held_out
            scores = epoch_scores(self.loss, prediction, held_out.target, held_out.weight)
        named = {"loss": value, **scores}
        return value, {f"validation_{name}": np.array([each]) for name, each in named.items()}
