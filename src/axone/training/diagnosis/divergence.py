"""A run that diverged, taken apart at its last good weights.

What came in, where the first number that is not finite appeared, which layer's gradient was the
largest.
"""

import numpy as np

from axone.data.examples import Examples
from axone.engines import Divergence, Plan, RunState
from axone.engines.reference import layer_norms
from axone.layers import Context
from axone.layers.sequence import masks_between
from axone.messages import Message, _
from axone.parameters import Parameters
from axone.training.diagnosis.findings import Finding, Remedy

_UNSCALED = 100.0
"""Features whose size exceeds this are called unscaled: a standardised one seldom exceeds 10."""

_CERTAIN = 1.0

_EXPLODING = 10.0
"""A gradient this many times the norm of the weights it would move is called exploding."""


def in_words(divergence: Divergence) -> Message:
    """Return why a run ended that diverged, in a few words."""
    if divergence.what == "gradient":
        return _("the gradient was no longer finite, at a loss of {loss:g}", loss=divergence.loss)
    if divergence.what == "averages":
        return _(
            "a running average was no longer finite, at a loss of {loss:g}", loss=divergence.loss
        )
    return _("the loss became {loss:g}", loss=divergence.loss)


def diagnose_divergence(
    plan: Plan, good: Parameters, examples: Examples, divergence: Divergence, learning_rate: float
) -> Finding:
    """Explain a loss, a gradient or a running average that became NaN or infinite.

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
    if divergence.what == "gradient":
        symptom = _("The gradient is no longer a finite number: the run has diverged.")
        first = _(
            "the gradient was not finite at batch {batch} of epoch {epoch}, at a loss of {loss:g}",
            batch=divergence.batch,
            epoch=divergence.epoch,
            loss=divergence.loss,
        )
    elif divergence.what == "averages":
        symptom = _(
            "A running average of batch normalisation is no longer a finite number: the run has "
            "diverged."
        )
        first = _(
            "the averages were not finite at batch {batch} of epoch {epoch}, at a loss of {loss:g}",
            batch=divergence.batch,
            epoch=divergence.epoch,
            loss=divergence.loss,
        )
    else:
        symptom = _("The loss is no longer a finite number: the run has diverged.")
        first = _(
            "the loss was {loss:g} at batch {batch} of epoch {epoch}",
            batch=divergence.batch,
            epoch=divergence.epoch,
            loss=divergence.loss,
        )
    batch = examples.rows(divergence.rows)
    return _taken_apart(
        plan, good, examples, batch, learning_rate, symptom, first, divergence.epoch
    )


def diagnose_validation(
    plan: Plan, good: Parameters, state: RunState, examples: Examples, held_out: Examples
) -> Finding:
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
    first = _(
        "after epoch {epoch} the validation loss was not finite; validation row {row} is the first "
        "that makes it so",
        epoch=state.epoch,
        row=row,
    )
    if cells[feature] > _UNSCALED * max(usual[feature], 1.0):
        return Finding(
            "validation_row_outside",
            _("The validation loss is not a finite number, although the training loss is."),
            _("validation row {row} lies far outside of what training has seen.", row=row),
            (
                first,
                _(
                    "feature {feature} of that row is {value:.3g}; in the training rows it stays "
                    "within ±{usual:.3g}",
                    feature=feature,
                    value=value,
                    usual=float(usual[feature]),
                ),
            ),
            Remedy(
                _(
                    "look at that row: correct it, leave it out, or clip feature {feature}; the "
                    "weights themselves may be sound.",
                    feature=feature,
                )
            ),
            _CERTAIN,
            0,
            state.epoch,
        )
    batch = examples.rows(slice(0, plan.recipe.batch_rows(len(examples))))
    symptom = _("The validation loss is no longer a finite number: the run has diverged.")
    return _taken_apart(
        plan, good, examples, batch, state.learning_rate, symptom, first, state.epoch
    )


def _taken_apart(
    plan: Plan,
    good: Parameters,
    examples: Examples,
    batch: Examples,
    learning_rate: float,
    symptom: Message,
    first: Message,
    epoch: int,
) -> Finding:
    """Find what drove the weights away, at the last good ones and on one batch."""
    with np.errstate(all="ignore"):
        _loss, gradient = plan.loss_and_gradient(good, batch, step=1)
        norms = np.nan_to_num(np.asarray(layer_norms(gradient)), nan=np.inf)
    sizes = np.abs(examples.X).reshape(len(examples), -1).max(axis=0)
    worst_feature, largest = int(sizes.argmax()), float(sizes.max())
    layer = int(norms.argmax())
    weights = float(np.linalg.norm(good.vector[good.layout.layer_slice(layer)]))
    evidence = [
        first,
        _(
            "layer {layer} ({kind}): gradient norm {gradient:.3g} against weights of norm "
            "{weights:.3g}, at the last good weights",
            layer=layer,
            kind=plan.recipe.network.layer_kind(layer),
            gradient=float(norms[layer]),
            weights=weights,
        ),
        _(
            "largest feature: number {feature}, up to {largest:.3g} in size",
            feature=worst_feature,
            largest=largest,
        ),
    ]
    broken = _first_non_finite(plan, good, batch)
    if broken is not None:
        evidence.append(
            _(
                "first not finite: the output of layer {layer} ({kind}) on that batch",
                layer=broken,
                kind=plan.recipe.network.layer_kind(broken),
            )
        )
    rate = float(f"{learning_rate / 10:.2g}")
    lower = Remedy(
        _(
            "a lower learning rate (try {rate:.2g}), and clip the gradient (clip_norm = 1).",
            rate=rate,
        ),
        {"training.optimizer.learning_rate": rate, "training.clip_norm": 1.0},
    )
    if largest > _UNSCALED:
        cause = _("features that are not scaled make the gradients of the first layer huge.")
        remedy = Remedy(
            _(
                "scale the features (scaling = standard); or a learning rate below {rate:.2g}.",
                rate=rate,
            ),
            {"data.scaling": "standard"},
        )
    elif norms[layer] <= _EXPLODING * max(weights, 1e-12):
        cause = _(
            "the learning rate {rate:g} is too high: the weights ran away.", rate=learning_rate
        )
        remedy = lower
    else:
        cause = _("exploding gradients: each step overshoots and makes the next one larger.")
        remedy = lower
    return Finding("diverged", symptom, cause, tuple(evidence), remedy, _CERTAIN, layer, epoch)


def _first_broken_row(plan: Plan, parameters: Parameters, rows: Examples) -> int:
    """Return the first row whose loss is not finite, halving the rows until one is left."""
    start, stop = 0, len(rows)
    with np.errstate(all="ignore"):
        while stop - start > 1:
            middle = (start + stop) // 2
            loss, _ = plan.evaluate(parameters, rows.rows(slice(start, middle)))
            start, stop = (start, middle) if not np.isfinite(loss) else (middle, stop)
    return start


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
