"""Rows, browsed: a page of them in the dataset's own words, with what the network says of each.

By number only the rows that are shown are looked at, so that there may be any number of them. By
what they cost, or of the wrong ones alone, so many are as can be predicted at once, evenly chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.checks import check_choice
from axone.errors import ConfigurationError
from axone.experiments.preparation import Part, Prepared
from axone.experiments.training import learnt_target
from axone.messages import _
from axone.model import Numbers
from axone.parameters import Parameters
from axone.playground.bench import Bench
from axone.playground.examples import (
    MOST_COLUMNS,
    cells_of,
    columns_of,
    number_of_row,
    part_name,
    predictions_in_words,
    shares_of,
    targets_in_words,
    whole,
    wrong_of,
)
from axone.playground.numbers import evenly, finite

MOST_SHOWN = 200
"""Rows of a page."""

MOST_SAMPLED = 20_000
"""Rows that are predicted to be put in order."""

_MOST_WORK = 2 * 10**9
"""Multiplications for that: about half a second."""

_ORDERS = ("number", "loss", "wrong")
_FILTERS = ("all", "wrong")


@dataclass(frozen=True, eq=False)
class _Judged:
    """Rows with what the network says of them."""

    part: Part
    outputs: FloatArray
    losses: FloatArray


def rows(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of rows.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        ``part``; ``offset`` and ``count``; ``order``: "number", "loss" with the dearest first, or
        "wrong" with the surest mistakes first; ``filter``: "all" or "wrong".
    """
    prepared, parameters = bench.design.prepared, bench.parameters()
    name = part_name(prepared, fields.get("part", "train"))
    offset = whole("offset", fields.get("offset", 0))
    count = whole("count", fields.get("count", 50))
    if offset < 0 or not 0 <= count <= MOST_SHOWN:
        raise ConfigurationError(
            _("count: up to {most} rows are shown, from a first one on", most=MOST_SHOWN)
        )
    order, chosen = fields.get("order", "number"), fields.get("filter", "all")
    check_choice("order", order, _ORDERS)
    check_choice("filter", chosen, _FILTERS)
    part = prepared.parts[name]
    if prepared.target.task != "classification" and "wrong" in (order, chosen):
        raise ConfigurationError(_("filter: numbers are near or far, none is wrong"))
    sampled = None
    if (order, chosen) == ("number", "all"):
        total = len(part)
        places = np.arange(min(offset, total), min(offset + count, total))
    else:
        sample = _sample(prepared, len(part))
        ordered = _ordered(bench, prepared, parameters, part, sample, order, chosen)
        total, places = len(ordered), ordered[offset : offset + count]
        sampled = len(sample) if len(sample) < len(part) else None
    columns = columns_of(prepared)
    return {
        "part": name,
        "parts": {each: len(own) for each, own in prepared.parts.items()},
        "order": order,
        "filter": chosen,
        "task": prepared.target.task,
        "offset": offset,
        "total": total,
        "sampled": sampled,
        "columns": [column.to_data() for column in columns[:MOST_COLUMNS]],
        "columns_left_out": max(0, len(columns) - MOST_COLUMNS),
        "rows": _described(bench, prepared, parameters, name, places),
    }


def _described(
    bench: Bench, prepared: Prepared, parameters: Parameters, name: str, places: IntArray
) -> list[dict[str, Any]]:
    if not len(places):
        return []
    whole_part = prepared.parts[name]
    judged = _judged(bench, prepared, parameters, whole_part.rows(places))
    part, outputs = judged.part, judged.outputs
    wrong, shares = wrong_of(prepared, part, outputs), shares_of(prepared, outputs)
    targets, predicted = targets_in_words(prepared, part), predictions_in_words(prepared, outputs)
    cells = cells_of(prepared, name, places, MOST_COLUMNS)
    is_number = isinstance(prepared.target, Numbers)
    found = []
    for at, place in enumerate(places.tolist()):
        row = {
            "place": place,
            "number": number_of_row(whole_part, place),
            "cells": cells[at],
            "target": targets[at],
            "predicted": predicted[at],
            "wrong": None if wrong is None else bool(wrong[at]),
            "share": None if shares is None else finite(shares[at].max()),
            "loss": finite(judged.losses[at]),
        }
        both = row["target"], row["predicted"]
        if is_number and all(isinstance(each, float) for each in both):
            row["error"] = finite(both[1] - both[0])
        found.append(row)
    return found


def _sample(prepared: Prepared, rows: int) -> IntArray:
    """Return the places of rows that can be predicted at once, evenly chosen; all if possible."""
    work = max(1, prepared.network.multiply_adds + prepared.network.kept_numbers)
    most = int(np.clip(_MOST_WORK // work, MOST_SHOWN, MOST_SAMPLED))
    return evenly(rows, most)


def _ordered(
    bench: Bench,
    prepared: Prepared,
    parameters: Parameters,
    part: Part,
    sample: IntArray,
    order: str,
    chosen: str,
) -> IntArray:
    """Return the places of the sampled rows that are wanted, in the order that is wanted."""
    if not len(sample):
        return sample
    judged = _judged(bench, prepared, parameters, part.rows(sample))
    wrong = wrong_of(prepared, judged.part, judged.outputs)
    # What is not a number is as dear as can be.
    losses = np.nan_to_num(judged.losses, nan=np.inf, posinf=np.inf)
    ranks = np.arange(len(sample))
    if order == "loss":
        ranks = np.argsort(-losses, kind="stable")
    elif order == "wrong" and wrong is not None:
        ranks = np.lexsort((-losses, ~wrong))
    if chosen == "wrong" and wrong is not None:
        ranks = ranks[wrong[ranks]]
    return sample[ranks]


def _judged(bench: Bench, prepared: Prepared, parameters: Parameters, part: Part) -> _Judged:
    mask = part.mask if prepared.network.takes_masks else None
    with np.errstate(all="ignore"):
        outputs = bench.design.trainer.plan.predict(parameters, part.X, mask)
        dtype = str(outputs.dtype)
        target = learnt_target(prepared.target, part)
        wanted = prepared.loss.prepare(target, prepared.network.output_shape, dtype)
        losses = prepared.loss.rows(outputs, wanted)
    return _Judged(part, outputs, losses)


ANSWERS = {"rows": rows}
