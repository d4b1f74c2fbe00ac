"""What a constant would score: the answer that beside every score says how much was learnt.

Of classes the constant is the shares of the training rows, whose most frequent class it always
answers, and so of characters; of numbers their mean, of quantiles theirs.
"""

from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data.parts import name_of_part
from axone.experiments.measuring import Scores, scores_of
from axone.experiments.preparation import Part
from axone.messages import Message, _, _n, listed, shorten
from axone.metrics import predicted_labels
from axone.model import Classes, Model, NextCharacter, Numbers, Target, class_probabilities

_MOST_NAMED = 5
_NAME = 24


def constant_outputs(model: Model, y_train: Any) -> FloatArray:
    """Return what a network would have to answer always: shares of classes, means, or quantiles.

    Parameters
    ----------
    model : Model
        For what the outputs mean.
    y_train : array of m rows
        Class numbers, or numbers in their own units.

    Returns
    -------
    ndarray of shape (1, n_outputs), or (1, levels), (1, n_outputs, levels)
        Probabilities of every class, or numbers in their own units.
    """
    if isinstance(model.target, (Classes, NextCharacter)):
        counts = _counts(y_train, len(model.target.class_names))
        if isinstance(model.target, NextCharacter):
            # One more of each (Laplace): never met makes a character rare, not impossible.
            counts = counts + 1
        return (counts / counts.sum())[None]
    if isinstance(model.target, Numbers) and model.target.levels:
        numbers = np.asarray(y_train, dtype=np.float64)
        return np.moveaxis(np.quantile(numbers, model.target.levels, axis=0), 0, -1)[None]
    return np.atleast_1d(np.asarray(y_train).mean(axis=0, dtype=np.float64))[None]


def constant_scores(model: Model, constant: FloatArray, part: Part) -> Scores:
    """Return every metric of a constant answer on some rows, as `measure` returns a model's."""
    outputs = np.broadcast_to(constant, (len(part), *constant.shape[1:]))
    return scores_of(model.target, part.y, outputs)


def no_better_notes(
    model: Model, constant: FloatArray, name: str, part: Part, scores: Scores, constants: Scores
) -> list[Message]:
    """Warn where a model is no better than a constant, or never answers a class.

    Parameters
    ----------
    model : Model
    constant : ndarray of shape (1, …)
    name : str
        Of the part.
    part : Part
        The rows that say most about new ones.
    scores, constants : dict
        Of the model and of the constant, on these rows.
    """
    if not isinstance(model.target, Classes):
        return _no_smaller_error(model.target, name, scores, constants)
    always = model.target.class_names[int(constant[0].argmax())]
    ours, theirs = scores.get("accuracy"), constants["accuracy"]
    if ours is None or theirs is None:
        return []
    if ours <= theirs:
        return [
            _(
                "The model is no better than always answering {always!r}: accuracy {ours:.4g} "
                "against {theirs:.4g} ({part} rows).",
                always=shorten(always, _NAME),
                ours=ours,
                theirs=theirs,
                part=name_of_part(name),
            ).coded("no_better_than_constant")
        ]
    return _never_answered(model, name, part)


def _no_smaller_error(
    target: Target, name: str, scores: Scores, constants: Scores
) -> list[Message]:
    """Warn where the error that judges such a target is no smaller than the constant's."""
    if isinstance(target, NextCharacter):
        metric = "perplexity"
    elif isinstance(target, Numbers) and target.levels:
        metric = "pinball"
    else:
        metric = "rmse"
    ours, theirs = scores.get(metric), constants[metric]
    if ours is None or theirs is None or ours < theirs:
        return []
    notes = {
        "perplexity": _(
            "The model is no better than giving each character its share of the training texts: "
            "perplexity {ours:.4g} against {theirs:.4g} ({part} rows).",
            ours=ours,
            theirs=theirs,
            part=name_of_part(name),
        ).coded("no_better_than_shares"),
        "pinball": _(
            "The model is no better than always answering the quantiles of the training rows: mean "
            "pinball loss {ours:.4g} against {theirs:.4g} ({part} rows).",
            ours=ours,
            theirs=theirs,
            part=name_of_part(name),
        ).coded("no_better_than_quantiles"),
        "rmse": _(
            "The model is no better than always answering the mean of the training rows: RMSE "
            "{ours:.4g} against {theirs:.4g} ({part} rows).",
            ours=ours,
            theirs=theirs,
            part=name_of_part(name),
        ).coded("no_better_than_mean"),
    }
    return [notes[metric]]


def _never_answered(model: Model, name: str, part: Part) -> list[Message]:
    names = model.target.class_names
    probabilities = class_probabilities(model.forward(part.X, part.mask))
    answered = _counts(predicted_labels(probabilities), len(names))
    never = np.flatnonzero((_counts(part.y, len(names)) > 0) & (answered == 0))
    if not len(never):
        return []
    return [
        _n(
            "The model never answers {count} of the classes: {names} ({part} rows).",
            "The model never answers {count} of the classes: {names} ({part} rows).",
            len(never),
            names=listed(shorten(names[number], _NAME) for number in never[:_MOST_NAMED]),
            part=name_of_part(name),
        ).coded("classes_never_answered")
    ]


def _counts(labels: IntArray, classes: int) -> IntArray:
    return np.bincount(labels, minlength=classes)
