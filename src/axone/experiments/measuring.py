"""How good a model is on the rows of a run, also where some of its numbers are not finite.

A score that is no finite number is None, which JSON calls null, and a note names the row and the
feature that made it so: nothing is averaged away, and no run is lost.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.calibration import calibration_error
from axone.data.parts import name_of_part
from axone.errors import DataError
from axone.experiments.preparation import Part, Prepared, last_part
from axone.experiments.training import learnt_target
from axone.files import without_infinities
from axone.losses import nearest_to_the_median
from axone.messages import Message, _, _n, listed
from axone.metrics import (
    classification_metrics,
    generation_metrics,
    log_loss,
    predicted_labels,
    quantile_metrics,
    reconstruction_metrics,
    regression_metrics,
    rounded,
)
from axone.model import Inputs, Model, NextCharacter, Numbers, Target, class_probabilities
from axone.model.model import reconstruction_errors
from axone.score_names import name_of_score

Scores = dict[str, float | None]


def measure(model: Model, part: Part) -> Scores:
    """Return the loss and every metric of a model on some rows.

    Returns
    -------
    dict
        None is a score that is not finite. Where the outputs of one row are not, all are None. Of
        classes also `right`, how many rows were predicted right, and `of`, how many there are.

    Raises
    ------
    DataError
        There are no rows.
    """
    if not len(part):
        raise DataError(_("There are no rows to evaluate."))
    with np.errstate(all="ignore"):
        loss, outputs = model.evaluate(part.X, learnt_target(model.target, part), part.mask)
        sound = finite_rows(outputs)
        if not sound.any():
            return {"loss": None}
        answers = answers_of(model.target, outputs)
        scores = {"loss": loss, **scores_of(model.target, part.y[sound], answers[sound])}
    if not sound.all():
        return {name: len(part) if name == "of" else None for name in scores}
    return dict(without_infinities(rounded(scores)))


def answers_of(target: Target, outputs: FloatArray) -> FloatArray:
    """Return what outputs say: probabilities of classes, numbers in their own units, or quantiles.

    Of quantiles the levels are the last axis.
    """
    if target.task == "classification":
        return outputs
    if isinstance(target, Numbers) and target.levels:
        return target.quantiles(outputs)
    return target.decode(outputs)


def scores_of(target: Target, y: Any, answers: Any) -> Scores:
    """Return every metric of answers, as `answers_of` gives them."""
    if isinstance(target, NextCharacter):
        return dict(rounded(generation_metrics(y, answers)))
    if target.task == "classification":
        right = int(np.count_nonzero(predicted_labels(answers) == y))
        probabilities, classes = class_probabilities(answers), len(target.class_names)
        scores = classification_metrics(y, probabilities, classes)
        return {"right": right, "of": len(y), **rounded(scores)}
    if isinstance(target, Inputs):
        return dict(rounded(reconstruction_metrics(y, answers.reshape(y.shape))))
    if isinstance(target, Numbers) and target.levels:
        middle = answers[..., nearest_to_the_median(target.levels)]
        scores = regression_metrics(y, middle) | quantile_metrics(y, answers, target.levels)
        return dict(rounded(scores))
    return dict(rounded(regression_metrics(y, answers)))


_QUANTILES = {"median": 0.5, "q95": 0.95, "q99": 0.99, "largest": 1.0}


def anomaly_quantiles(model: Model, part: Part) -> dict[str, float]:
    """Return how large the errors of reconstruction of some rows are: above which so many lie."""
    with np.errstate(all="ignore"):
        errors = reconstruction_errors(part.X, model.forward(part.X, part.mask))
    found = np.quantile(errors[np.isfinite(errors)], list(_QUANTILES.values()))
    return dict(rounded(dict(zip(_QUANTILES, found.tolist(), strict=True))))


def finite_rows(outputs: Any) -> NDArray[np.bool_]:
    """Return which rows of the outputs hold nothing but finite numbers, (m,)."""
    return np.asarray(np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1))


def sound_part(model: Model, part: Part) -> Part:
    """Return the rows of a part whose outputs are finite."""
    with np.errstate(all="ignore"):
        sound = finite_rows(model.forward(part.X, part.mask))
    return part if sound.all() else part.rows(sound)


def why_not_finite(prepared: Prepared, model: Model, name: str, scores: Scores) -> Message | None:
    """Return a note on the scores of a part that are None, if there are any."""
    missing = [score for score, value in scores.items() if value is None]
    if not missing:
        return None
    part = prepared.parts[name]
    with np.errstate(all="ignore"):
        sound = finite_rows(model.forward(part.X, part.mask))
    cells = np.abs(part.X.reshape(len(part), -1))
    broken = int(np.count_nonzero(~sound))
    # Without a broken row it is a sum that overflowed: the row of the largest cell is to blame.
    row = int(np.argmin(sound)) if broken else int(cells.max(axis=1).argmax())
    feature = int(cells[row].argmax())
    place, value = _place(prepared, part, row), float(part.X[row].reshape(-1)[feature])
    if broken:
        return _n(
            "{name}: {count} of {rows} rows has outputs that are not finite, so its scores are "
            "null; the first is {place}, where the network is given {value:.3g} for {feature}: "
            "correct or remove it",
            "{name}: {count} of {rows} rows have outputs that are not finite, so its scores are "
            "null; the first is {place}, where the network is given {value:.3g} for {feature}: "
            "correct or remove it",
            broken,
            name=name_of_part(name),
            rows=len(part),
            place=place,
            value=value,
            feature=_feature(prepared, feature),
        ).coded("outputs_not_finite")
    return _(
        "{name}: {scores} overflowed; the largest cell is in {place}, where the network is given "
        "{value:.3g} for {feature}: correct or remove it",
        name=name_of_part(name),
        scores=listed(map(name_of_score, missing)),
        place=place,
        value=value,
        feature=_feature(prepared, feature),
    ).coded("scores_overflowed")


def _place(prepared: Prepared, part: Part, row: int) -> Message:
    source = prepared.dataset.name
    if part.numbers is None:
        return _(
            "row {number} of {source} of the source's own test rows (counted from 0)",
            number=row,
            source=source,
        )
    return _(
        "row {number} of {source} (counted from 0)", number=int(part.numbers[row]), source=source
    )


def _feature(prepared: Prepared, number: int) -> Message:
    names = prepared.preprocessing.output_names
    if len(names) == math.prod(prepared.network.input_shape):
        return _("the feature {name!r}", name=names[number])
    return _("feature {number}", number=number)


def calibration_scores(before: Model, after: Model, prepared: Prepared) -> dict[str, Any]:
    """Return what calibration changed, on the rows it looked at and on those of the end."""
    of_quantiles = isinstance(after.target, Numbers)
    scores: dict[str, Any] = {"method": "spread" if of_quantiles else "temperature"}
    if isinstance(after.target, Numbers):
        levels, spread = after.target.levels, after.target.spread
        scores["spread"] = {f"{level:g}": s for level, s in zip(levels, spread, strict=True)}
    else:
        scores["temperature"] = round(after.temperature, 6)
    honesty = _honest_quantiles if of_quantiles else _honest_probabilities
    for name in dict.fromkeys(["validation", last_part(prepared)[0]]):
        part = sound_part(before, prepared.parts[name])
        if not len(part):
            continue
        was, now = (honesty(model, part) for model in (before, after))
        scores[name] = rounded(
            {
                f"{score}_{when}": values[score]
                for score in was
                for when, values in (("before", was), ("after", now))
            }
        )
    return scores


def _honest_probabilities(model: Model, part: Part) -> dict[str, float]:
    found = class_probabilities(model.forward(part.X, part.mask))
    return {
        "log_loss": log_loss(part.y, found),
        "calibration_error": calibration_error(found, part.y),
    }


def _honest_quantiles(model: Model, part: Part) -> dict[str, float]:
    assert isinstance(model.target, Numbers)  # noqa: S101 — as the caller has seen
    said = model.target.quantiles(model.forward(part.X, part.mask))
    found = quantile_metrics(part.y, said, model.target.levels)
    return {name: found[name] for name in ("pinball", "coverage", "width")}


def of_sound_rows(prepared: Prepared, model: Model) -> tuple[Prepared, int]:
    """Return a run whose last part holds only rows with finite outputs, and how many it lost."""
    name, part = last_part(prepared)
    sound = sound_part(model, part)
    return replace(prepared, parts=prepared.parts | {name: sound}), len(part) - len(sound)
