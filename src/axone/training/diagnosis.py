"""Why a run failed, computed from its numbers: symptom, cause, remedy, and the figure behind each.

A diverged run is taken apart at its last good weights: what came in, where the first number that is
not finite appeared, which layer's gradient was the largest.
"""

from dataclasses import dataclass

import numpy as np

from axone.data.examples import Examples
from axone.engines import Divergence, Plan
from axone.engines.reference import layer_norms
from axone.layers import PREDICTION
from axone.parameters import Parameters

_UNSCALED = 100.0
"""Features whose size exceeds this are called unscaled: a standardised one seldom exceeds 10."""

_EXPLODING = 10.0
"""A gradient this many times the norm of the weights it would move is called exploding."""


@dataclass(frozen=True)
class Diagnosis:
    """One failure explained.

    Attributes
    ----------
    symptom, cause, remedy : str
        A sentence each.
    evidence : tuple of str
        The figures, with the layer or feature that they belong to.
    """

    symptom: str
    cause: str
    remedy: str
    evidence: tuple[str, ...]

    def __str__(self) -> str:
        lines = [self.symptom, f"Cause: {self.cause}", *(f"  - {line}" for line in self.evidence)]
        return "\n".join([*lines, f"Remedy: {self.remedy}"])


def diagnose_divergence(
    plan: Plan, good: Parameters, examples: Examples, divergence: Divergence, learning_rate: float
) -> Diagnosis:
    """Explain a loss or a gradient that became NaN or infinite.

    Parameters
    ----------
    plan : Plan
    good : Parameters
        The last weights with a finite loss.
    examples : Examples
        The training rows.
    divergence : Divergence
        The batch at which the run ended.
    learning_rate : float
        The optimiser's.
    """
    batch = examples.rows(divergence.rows)
    with np.errstate(all="ignore"):
        _, gradient = plan.loss_and_gradient(good, batch, step=1)
        norms = np.nan_to_num(np.asarray(layer_norms(gradient)), nan=np.inf)
    sizes = np.abs(examples.X).reshape(len(examples), -1).max(axis=0)
    worst_feature, largest = int(sizes.argmax()), float(sizes.max())
    layer = int(norms.argmax())
    weights = float(np.linalg.norm(good.vector[good.layout.layer_slice(layer)]))
    place = f"at batch {divergence.batch} of epoch {divergence.epoch}"
    first = f"the loss was {divergence.loss:g} {place}"
    if divergence.what == "gradient":
        first = f"the gradient was not finite {place}, at a loss of {divergence.loss:g}"
    evidence = [
        first,
        f"layer {layer} ({_kind(plan, layer)}): gradient norm {norms[layer]:.3g} against "
        f"weights of norm {weights:.3g}, at the last good weights",
        f"largest feature: number {worst_feature}, up to {largest:.3g} in size",
    ]
    broken = _first_non_finite(plan, good, batch)
    if broken is not None:
        evidence.append(f"first not finite: the output of layer {broken} on that batch")
    symptom = "The loss is no longer a finite number: the run has diverged."
    if divergence.what == "gradient":
        symptom = "The gradient is no longer finite: the run has diverged."
    if largest > _UNSCALED:
        return Diagnosis(
            symptom,
            "features that are not scaled make the gradients of the first layer huge.",
            f"scale the features (scaling = standard); or a learning rate below "
            f"{learning_rate / 10:.2g}.",
            tuple(evidence),
        )
    cause = "exploding gradients: each step overshoots and makes the next one larger."
    if norms[layer] <= _EXPLODING * max(weights, 1e-12):
        cause = f"the learning rate {learning_rate:g} is too high: the weights ran away."
    return Diagnosis(
        symptom,
        cause,
        f"a lower learning rate (try {learning_rate / 10:.2g}), and clip the gradient "
        "(clip_norm = 1).",
        tuple(evidence),
    )


def diagnose_validation(
    plan: Plan, parameters: Parameters, examples: Examples, held_out: Examples, loss: float
) -> Diagnosis:
    """Explain a validation loss that is not finite, although the training loss is.

    Parameters
    ----------
    plan : Plan
    parameters : Parameters
        The weights that it was computed with.
    examples, held_out : Examples
        The training and the validation rows.
    loss : float
        The validation loss.
    """
    row = _first_broken_row(plan, parameters, held_out)
    cells = np.abs(held_out.X[row]).reshape(-1).astype(np.float64)
    usual = np.abs(examples.X).reshape(len(examples), -1).max(axis=0).astype(np.float64)
    feature = int((cells / np.maximum(usual, 1e-300)).argmax())
    value = float(held_out.X[row].reshape(-1)[feature])
    weights = float(np.linalg.norm(parameters.vector))
    evidence = (
        f"the validation loss was {loss:g}, and validation row {row} is the first that makes it so",
        f"feature {feature} of that row is {value:.3g}; in the training rows it stays within "
        f"±{usual[feature]:.3g}",
        f"weights of norm {weights:.3g}",
    )
    symptom = "The validation loss is not a finite number, although the training loss is."
    if cells[feature] > _UNSCALED * max(usual[feature], 1.0):
        return Diagnosis(
            symptom,
            f"validation row {row} lies far outside of what training has seen.",
            "look at that row: correct or remove it, or clip the feature; the weights themselves "
            "may be sound.",
            evidence,
        )
    return Diagnosis(
        symptom,
        "the weights have grown so large that rows not trained on overflow.",
        "a lower learning rate, an L2 penalty, or early stopping on fewer epochs.",
        evidence,
    )


def _first_broken_row(plan: Plan, parameters: Parameters, rows: Examples) -> int:
    """Return the first row whose loss is not finite, halving the rows until one is left."""
    start, stop = 0, len(rows)
    with np.errstate(all="ignore"):
        while stop - start > 1:
            middle = (start + stop) // 2
            loss, _ = plan.evaluate(parameters, rows.rows(slice(start, middle)))
            start, stop = (start, middle) if not np.isfinite(loss) else (middle, stop)
    return start


def _kind(plan: Plan, position: int) -> str:
    return type(plan.recipe.network.layers[position]).__name__


def _first_non_finite(plan: Plan, parameters: Parameters, batch: Examples) -> int | None:
    """Return the first layer whose output is not finite, predicting those rows."""
    X = batch.X
    with np.errstate(all="ignore"):
        for position, layer in enumerate(plan.recipe.network.layers):
            X, _ = layer.forward(parameters.by_layer[position], X, PREDICTION)
            if not np.isfinite(X).all():
                return position
    return None
