"""Texts that a trained generator makes up, a character at a time, and how probable it holds texts.

A generator gives p(xₜ | x₁…xₜ₋₁), the probability of every character and of the end after a text so
far. Drawn from it again and again, a text comes about (Sutskever, Martens & Hinton 2011; Graves
2013, section 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.bounds import LONGEST_TEXT, MOST_TEXTS
from axone.checks import check_integer, check_number, check_seed, check_text
from axone.data.beginnings import END, Beginnings, continuations
from axone.data.characters import texts_of_rows
from axone.errors import DataError, UnknownNameError
from axone.messages import _
from axone.model.targets import NextCharacter
from axone.random import SAMPLE, RandomStream

if TYPE_CHECKING:
    from axone.model.model import Model


@dataclass(frozen=True)
class Generated:
    """A text that a model made up.

    Attributes
    ----------
    text : str
    class_name : str
        Of which class it is to be; empty where there are none.
    log_probability : float
        ln p of what was added to the start, its end included, as the model has it, whatever the
        temperature was.
    ended : bool
        Whether the model ended it; else it was cut at the greatest length.
    """

    text: str
    class_name: str
    log_probability: float
    ended: bool


def beginnings_of(model: "Model") -> Beginnings:
    """Return how a generator reads texts.

    Raises
    ------
    DataError
        The model is no generator.
    """
    first = model.preprocessing.steps[0]
    if isinstance(model.target, NextCharacter) and isinstance(first, Beginnings):
        return first
    raise DataError(
        _(
            "This model is no generator: it continues no texts. Train one: axone train names.txt "
            "--task generation."
        )
    )


def generate_texts(
    model: "Model",
    count: int = 10,
    *,
    temperature: float = 1.0,
    start: str = "",
    of_class: str | None = None,
    longest: int | None = None,
    seed: int = 0,
) -> tuple[Generated, ...]:
    """Make texts up; the parameters are those of `Model.generate`."""
    step = beginnings_of(model)
    check_integer("count", count, at_least=1, at_most=MOST_TEXTS)
    check_number("temperature", temperature, above=0)
    check_seed(seed)
    begun = _start(step, start)
    most = max(step.longest, len(begun) + 1) if longest is None else longest
    check_integer("longest", most, at_least=len(begun) + 1, at_most=LONGEST_TEXT)
    stream = RandomStream.from_seed(seed).child(SAMPLE)
    labels = _labels(step, of_class, stream, count)
    letters = np.array(["", *step.characters], dtype=object)
    texts = np.full(count, begun, dtype=object)
    rows, told, ended = step.rows([begun] * count, labels), np.zeros(count), np.zeros(count, bool)
    going = np.arange(count)
    for position in range(len(begun), most + 1):
        p = _probabilities(model, rows[going])
        chance = stream.child(1, position).uniform((count,))[going]
        drawn = draw(heated(p, temperature, can_end=position > 0), chance)
        is_end = drawn == END
        surprise = np.log(p[np.arange(len(going)), drawn])
        ended[going[is_end]] = True
        told[going[is_end]] += surprise[is_end]
        going, drawn, surprise = going[~is_end], drawn[~is_end], surprise[~is_end]
        if position == most or not len(going):
            break
        told[going] += surprise
        texts[going] += letters[drawn]
        rows[going] = step.continued(rows[going], position, drawn)
    return tuple(
        Generated(text, step.classes[label] if step.classes else "", float(log_p), bool(is_whole))
        for text, label, log_p, is_whole in zip(texts, labels, told, ended, strict=True)
    )


def log_probabilities(
    model: "Model", texts: Any, of_class: Sequence[str] | str | None = None
) -> FloatArray:
    """Return ln p of whole texts; the parameters are those of `Model.log_probabilities`."""
    step = beginnings_of(model)
    given = texts_of_rows(texts)
    if of_class is None and len(step.classes) > 1:
        each = [log_probabilities(model, texts, name) for name in step.classes]
        with np.errstate(divide="ignore"):
            shares = np.log(step.shares)
        return np.asarray(np.logaddexp.reduce(np.array(each) + shares[:, None], axis=0))
    names = [of_class] * len(given) if of_class is None or isinstance(of_class, str) else of_class
    labels = np.array([0 if name is None else _class_number(step, name) for name in names], int)
    rows = continuations(step, given, labels)
    outputs = model.outputs(rows.X)
    true = outputs[np.arange(len(rows.following)), rows.following].astype(np.float64)
    with np.errstate(divide="ignore"):
        each_row = np.log(true)
    return np.bincount(rows.of_text, each_row, minlength=len(given))


def _probabilities(model: "Model", rows: IntArray) -> FloatArray:
    """Return the probability of what comes next of each row, float64 (m, outcomes)."""
    p = model.outputs(rows).astype(np.float64)
    if not np.isfinite(p).all():
        raise DataError(
            _("The model gives no finite probabilities: it diverged in training. Train it anew.")
        )
    return p


def heated(p: FloatArray, temperature: float, *, can_end: bool = True) -> FloatArray:
    """Return softmax(ln p / T) of each row; where a text cannot end, of the characters alone.

    Examples
    --------
    >>> heated(np.array([[0.2, 0.2, 0.6]]), 0.5).round(4).tolist()
    [[0.0909, 0.0909, 0.8182]]
    """
    with np.errstate(divide="ignore", over="ignore"):
        log_p = np.log(p)
        if not can_end:
            log_p[:, END] = -np.inf
        raised: FloatArray = np.exp((log_p - log_p.max(axis=1, keepdims=True)) / temperature)
    return raised / raised.sum(axis=1, keepdims=True)


def draw(p: FloatArray, chance: FloatArray) -> IntArray:
    """Return where the running sum of each row of probabilities passes a number below 1, (m,).

    Examples
    --------
    >>> draw(np.array([[0.25, 0.5, 0.25]] * 3), np.array([0.2, 0.3, 0.9])).tolist()
    [0, 1, 2]
    """
    sums = np.cumsum(p, axis=1)
    passed = (sums <= chance[:, None] * sums[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(passed, p.shape[1] - 1))


def _start(step: Beginnings, start: str) -> str:
    check_text("start", start)
    if not start:
        return start
    (composed,) = texts_of_rows([start])
    step.numbers([composed])
    return composed


def _labels(step: Beginnings, of_class: str | None, stream: RandomStream, count: int) -> IntArray:
    """Return the class of each text: that which is asked for, or drawn by the classes' shares."""
    if of_class is not None:
        return np.full(count, _class_number(step, of_class))
    return draw(np.tile(np.array(step.shares), (count, 1)), stream.child(0).uniform((count,)))


def _class_number(step: Beginnings, name: str) -> int:
    if not step.classes:
        raise DataError(
            _(
                "The texts that this model was trained on are of no classes, so it cannot be asked "
                "for {name!r}: leave the class out.",
                name=name,
            )
        )
    if name in step.classes:
        return step.classes.index(name)
    begun = [number for number, known in enumerate(step.classes) if known.startswith(name)]
    if len(begun) != 1 or not name:
        raise UnknownNameError(_("class"), name, step.classes)
    return begun[0]
