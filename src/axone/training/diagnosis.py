"""Why a run failed, computed from its numbers: symptom, cause, remedy, and the figure behind each.

A diverged run is taken apart at its last good weights: what came in, where the first number that is
not finite appeared, which layer's gradient was the largest.
"""

from dataclasses import dataclass

import numpy as np

from axone.data.examples import Examples
from axone.engines import Divergence, Plan, RunState
from axone.engines.reference import layer_norms
from axone.layers import Context
from axone.layers.sequence import masks_between
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
    place = f"at batch {divergence.batch} of epoch {divergence.epoch}"
    first = f"the loss was {divergence.loss:g} {place}"
    if divergence.what == "gradient":
        first = f"the gradient was not finite {place}, at a loss of {divergence.loss:g}"
    symptom = f"The {divergence.what} is no longer a finite number: the run has diverged."
    batch = examples.rows(divergence.rows)
    return _taken_apart(plan, good, examples, batch, learning_rate, symptom, first)


def diagnose_validation(
    plan: Plan, good: Parameters, state: RunState, examples: Examples, held_out: Examples
) -> Diagnosis:
    """Explain a validation loss that is not finite, although the training loss is.

    Parameters
    ----------
    plan : Plan
    good : Parameters
        The weights before the epoch.
    state : RunState
        Where the run stands, with the weights of that loss.
    examples, held_out : Examples
        The training and the validation rows.
    """
    row = _first_broken_row(plan, state.parameters, held_out)
    cells = np.abs(held_out.X[row]).reshape(-1).astype(np.float64)
    usual = np.abs(examples.X).reshape(len(examples), -1).max(axis=0).astype(np.float64)
    feature = int((cells / np.maximum(usual, 1e-300)).argmax())
    value = float(held_out.X[row].reshape(-1)[feature])
    first = (
        f"after epoch {state.epoch} the validation loss was not finite; validation row {row} is "
        "the first that makes it so"
    )
    if cells[feature] > _UNSCALED * max(usual[feature], 1.0):
        return Diagnosis(
            "The validation loss is not a finite number, although the training loss is.",
            f"validation row {row} lies far outside of what training has seen.",
            f"look at that row: correct it, leave it out, or clip feature {feature}; the weights "
            "themselves may be sound.",
            (
                first,
                f"feature {feature} of that row is {value:.3g}; in the training rows it stays "
                f"within ±{usual[feature]:.3g}",
            ),
        )
    batch = examples.rows(slice(0, plan.recipe.batch_rows(len(examples))))
    symptom = "The validation loss is no longer a finite number: the run has diverged."
    return _taken_apart(plan, good, examples, batch, state.learning_rate, symptom, first)


def _taken_apart(
    plan: Plan,
    good: Parameters,
    examples: Examples,
    batch: Examples,
    learning_rate: float,
    symptom: str,
    first: str,
) -> Diagnosis:
    """Find what drove the weights away, at the last good ones and on one batch."""
    with np.errstate(all="ignore"):
        _, gradient = plan.loss_and_gradient(good, batch, step=1)
        norms = np.nan_to_num(np.asarray(layer_norms(gradient)), nan=np.inf)
    sizes = np.abs(examples.X).reshape(len(examples), -1).max(axis=0)
    worst_feature, largest = int(sizes.argmax()), float(sizes.max())
    layer = int(norms.argmax())
    weights = float(np.linalg.norm(good.vector[good.layout.layer_slice(layer)]))
    evidence = [
        first,
        f"layer {layer} ({_kind(plan, layer)}): gradient norm {norms[layer]:.3g} against "
        f"weights of norm {weights:.3g}, at the last good weights",
        f"largest feature: number {worst_feature}, up to {largest:.3g} in size",
    ]
    broken = _first_non_finite(plan, good, batch)
    if broken is not None:
        evidence.append(f"first not finite: the output of layer {broken} on that batch")
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
    X, layers = batch.X, plan.recipe.network.layers
    masks = masks_between(layers, batch.mask)
    with np.errstate(all="ignore"):
        for position, layer in enumerate(layers):
            context = Context(mask=masks[position])
            X, _ = layer.forward(parameters.by_layer[position], X, context)
            if not np.isfinite(X).all():
                return position
    return None
