"""Why a run failed, computed from its numbers: symptom, cause, remedy, and the figure behind each.

A diverged run is taken apart at its last good weights: what came in, where the first number that is
not finite appeared, which layer's gradient was the largest.
"""

from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray
from axone.engines import Divergence, Program
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
    program: Program,
    good: Parameters,
    X: FloatArray,
    target: FloatArray,
    divergence: Divergence,
    learning_rate: float,
) -> Diagnosis:
    """Explain a loss that became NaN or infinite.

    Parameters
    ----------
    good : Parameters
        The last weights with a finite loss.
    X, target : arrays of m rows
        The training data.
    divergence : Divergence
        The batch at which the run ended.
    learning_rate : float
        The optimiser's.
    """
    rows = divergence.rows
    with np.errstate(all="ignore"):
        _, gradient = program.loss_and_gradient(good, X[rows], target[rows], None, step=1)
        norms = np.nan_to_num(np.asarray(layer_norms(gradient)), nan=np.inf)
    sizes = np.abs(X).reshape(len(X), -1).max(axis=0)
    worst_feature, largest = int(sizes.argmax()), float(sizes.max())
    layer = int(norms.argmax())
    weights = float(np.linalg.norm(good.vector[good.layout.layer_slice(layer)]))
    evidence = [
        f"the loss was {divergence.loss:g} at batch {divergence.batch} of epoch {divergence.epoch}",
        f"layer {layer} ({_kind(program, layer)}): gradient norm {norms[layer]:.3g} against "
        f"weights of norm {weights:.3g}, at the last good weights",
        f"largest feature: number {worst_feature}, up to {largest:.3g} in size",
    ]
    broken = _first_non_finite(program, good, X[rows])
    if broken is not None:
        evidence.append(f"first not finite: the output of layer {broken} on that batch")
    symptom = "The loss is no longer a finite number: the run has diverged."
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


def _kind(program: Program, position: int) -> str:
    return type(program.recipe.network.layers[position]).__name__


def _first_non_finite(program: Program, parameters: Parameters, X: FloatArray) -> int | None:
    """Return the first layer whose output is not finite, predicting those rows."""
    network = program.recipe.network
    with np.errstate(all="ignore"):
        for position, layer in enumerate(network.layers):
            X, _ = layer.forward(parameters.by_layer[position], X, PREDICTION)
            if not np.isfinite(X).all():
                return position
    return None
