"""The scores of an epoch: of the training rows as they were met, of the validation rows after."""

from collections.abc import Callable

import numpy as np

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines import EpochReports, Plan
from axone.losses import Loss
from axone.metrics import r_squared, scores_of_epochs, total_squares
from axone.parameters import Parameters, Trail


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
    pooled : bool
        Whether R² is that of all outputs together.
    """

    def __init__(
        self,
        loss: Loss,
        examples: Examples,
        held_out: Examples | None,
        validation_score: Callable[[Parameters, FloatArray], float] | None,
        pooled: bool = False,
    ) -> None:
        self._pooled = pooled
        self.loss, self.held_out, self.validation_score = loss, held_out, validation_score
        if loss.task == "regression":
            self._spread = total_squares(examples.target, examples.weight)
            self._rows, self._weight = len(examples), examples.total_weight

    def of_training(self, reports: EpochReports) -> dict[str, FloatArray]:
        """Return accuracy or R² of some epochs."""
        if self.loss.task == "regression":
            answers = self.loss.answers
            errors, total = reports.hits[:, answers], self._spread_of(reports)[..., answers]
            return {"train_r2": r_squared(errors, total, self._pooled)}
        return {"train_accuracy": reports.hits[:, 0] / reports.weight}

    def _spread_of(self, reports: EpochReports) -> FloatArray:
        """Return Σ(y − ȳ)² beside the squared errors of some epochs.

        Where epochs leave rows out, others each time, it is the share of those learnt from: errors
        are measured against the variance of all training rows.
        """
        if not (reports.rows < self._rows).any():
            return self._spread
        return np.outer(reports.weight / self._weight, self._spread)

    def of_validation(self, plan: Plan, trail: Trail) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Return the validation loss after each of some epochs, and the columns of these epochs.

        There are no columns where a loss is not finite, nor without validation rows.
        """
        held_out = self.held_out
        if held_out is None or len(trail) == 0:
            return np.empty(0), {}
        values, predictions = plan.evaluate_each(trail, held_out)
        if not np.isfinite(values).all():
            return values, {}
        if self.validation_score is not None:
            judged = [self.validation_score(*each) for each in zip(trail, predictions, strict=True)]
            scores = {"score": np.array(judged, dtype=np.float64)}
        else:
            scores = scores_of_epochs(
                self.loss, predictions, held_out.target, held_out.weight, pooled=self._pooled
            )
        return values, {
            f"validation_{name}": each for name, each in [("loss", values), *scores.items()]
        }
