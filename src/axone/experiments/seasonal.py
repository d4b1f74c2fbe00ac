"""What the season before would have scored: a forecast that learns nothing, and is hard to beat."""

from typing import Any

import numpy as np

from axone.data.parts import name_of_part
from axone.data.series_windows import SeriesWindows
from axone.data.windows import season_of, seasonal_forecast
from axone.experiments.preparation import Prepared
from axone.messages import Message, _n
from axone.metrics import regression_metrics, rounded


def seasonal_scores(prepared: Prepared) -> dict[str, Any]:
    """Return the scores of saying what was a season before, of every part; {} if it is no series.

    Returns
    -------
    dict
        `season`, how many positions before, and the scores by the name of the part.
    """
    reader = prepared.dataset.reader
    if not isinstance(reader, SeriesWindows):
        return {}
    season = season_of(reader.periods, reader.lags, reader.horizon)
    found: dict[str, Any] = {"season": season}
    for name, part in prepared.parts.items():
        if part.numbers is None:
            continue
        past = np.asarray(prepared.dataset.X)[part.numbers, 0]
        said = seasonal_forecast(past, season, reader.horizon).reshape(part.y.shape)
        known = np.isfinite(said).reshape(len(said), -1).all(axis=1)
        if known.any():
            found[name] = rounded(regression_metrics(part.y[known], said[known]))
    return found


def no_better_than_season(
    seasonal: dict[str, Any], name: str, scores: dict[str, float | None]
) -> list[Message]:
    """Warn where a forecast is no better than the season before."""
    ours, theirs = scores.get("mae"), seasonal.get(name, {}).get("mae")
    if ours is None or theirs is None or ours < theirs:
        return []
    return [
        _n(
            "The model is no better than always saying what was {count} position before: mean "
            "absolute error {ours:.4g} against {theirs:.4g} ({part} rows).",
            "The model is no better than always saying what was {count:,} positions before: mean "
            "absolute error {ours:.4g} against {theirs:.4g} ({part} rows).",
            seasonal["season"],
            ours=ours,
            theirs=theirs,
            part=name_of_part(name),
        ).coded("no_better_than_season")
    ]
