"""The pictures of a run: its epochs, and what its model makes of the rows it was not trained on.

Imported only when they are drawn, as Matplotlib takes longer to load than small networks to train.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data.beginnings import END
from axone.data.parts import name_of_part
from axone.data.series_windows import SeriesWindows
from axone.experiments.preparation import Part, Prepared
from axone.messages import _
from axone.metrics import confusion_counts, predicted_labels, quantile_metrics
from axone.model import Model, Numbers, class_probabilities
from axone.model.model import reconstruction_errors
from axone.plots import (
    MOST_RECONSTRUCTIONS,
    MOST_SURPRISED,
    plot_anomaly_scores,
    plot_calibration,
    plot_code_map,
    plot_confusion_matrix,
    plot_curves,
    plot_forecast,
    plot_precision_recall,
    plot_predictions,
    plot_reconstructions,
    plot_residuals,
    plot_roc,
    plot_surprise,
    save_figure,
)
from axone.training import TrainingResult

_FORECAST_POSITIONS = 336
"""So many positions of a forecast can be told apart: a week of half-hours."""

_MAPPED_ROWS = 5000
"""More points would cover one another."""


def draw_curves(result: TrainingResult, title: str, folder: Path) -> None:
    """Draw loss and score over the epochs, if there was one."""
    if result.epochs:
        figure = plot_curves(
            result.history,
            title=title,
            best_epoch=result.best_epoch or None,
            stopped_by=result.reason,
        )
        save_figure(figure, folder / "curves.png")


def draw_classes(model: Model, part_name: str, part: Part, title: str, folder: Path) -> None:
    """Draw the confusion matrix, what thresholds would give, and how honest probabilities are."""
    names = model.target.class_names
    outputs = model.forward(part.X, part.mask)
    counts = confusion_counts(part.y, predicted_labels(outputs), len(names))
    figure = plot_confusion_matrix(counts, names, title=title)
    save_figure(figure, folder / "confusion_matrix.png")
    probabilities = class_probabilities(outputs)
    save_figure(plot_roc(part.y, probabilities, names, title=title), folder / "roc.png")
    figure = plot_precision_recall(part.y, probabilities, names, title=title)
    save_figure(figure, folder / "precision_recall.png")
    before: FloatArray | None = None
    note = ""
    if model.temperature != 1:
        before = class_probabilities(replace(model, temperature=1.0).forward(part.X, part.mask))
        note = (
            _("Temperature {number:.4g}, found on these validation rows.", number=model.temperature)
            if part_name == "validation"
            else _("Temperature {number:.4g}, found on validation rows.", number=model.temperature)
        )
    figure = plot_calibration(part.y, probabilities, names, before=before, title=title, note=note)
    save_figure(figure, folder / "calibration.png")


def draw_numbers(model: Model, part: Part, title: str, folder: Path) -> None:
    """Draw predicted against true numbers, and what is left between them."""
    predicted = model.in_units(model.forward(part.X, part.mask))
    names = model.target.names or (model.target.column,)
    figure = plot_predictions(part.y, predicted, target_names=names, title=title)
    save_figure(figure, folder / "predictions.png")
    figure = plot_residuals(part.y, predicted, target_names=names, title=title)
    save_figure(figure, folder / "residuals.png")


def draw_reconstructions(
    prepared: Prepared, model: Model, part: Part, title: str, folder: Path
) -> None:
    """Draw what an autoencoder gives back, what it cannot, and where its codes lie."""
    outputs = model.forward(part.X, part.mask)
    errors = reconstruction_errors(part.X, outputs)
    shape, names = part.X.shape, prepared.preprocessing.output_names
    kind = "features" if prepared.dataset.kind == "table" else prepared.dataset.kind
    back = outputs.reshape(shape)
    first = np.arange(min(len(part), MOST_RECONSTRUCTIONS))
    worst = np.argsort(-errors, kind="stable")[: len(first)]
    for name, rows, heading in (
        ("reconstructions", first, _("{name}: given back", name=title)),
        ("anomalies", worst, _("{name}: given back worst", name=title)),
    ):
        figure = plot_reconstructions(
            part.X[rows], back[rows], errors[rows], kind=kind, feature_names=names, title=heading
        )
        save_figure(figure, folder / f"{name}.png")
    all_errors = {
        name_of_part(name): errors
        if rows is part
        else reconstruction_errors(rows.X, model.forward(rows.X, rows.mask))
        for name, rows in prepared.parts.items()
    }
    heading = _("{name}: errors of reconstruction", name=prepared.dataset.name)
    save_figure(plot_anomaly_scores(all_errors, title=heading), folder / "anomaly_scores.png")
    codes = model.codes(part.X[:_MAPPED_ROWS])
    labels = None if part.labels is None else part.labels[:_MAPPED_ROWS]
    figure = plot_code_map(
        codes,
        labels,
        prepared.dataset.class_names,
        title=_("{name}: map of the code", name=title),
    )
    save_figure(figure, folder / "code_map.png")


def draw_surprise(prepared: Prepared, model: Model, part: Part, title: str, folder: Path) -> None:
    """Draw how much the characters of some texts of a part surprise a generator."""
    dataset = prepared.dataset
    own_test = part.numbers is None
    X, y = (dataset.X_test, dataset.y_test) if own_test else (dataset.X, dataset.y)
    assert isinstance(X, np.ndarray)  # noqa: S101 — rows of tokens
    assert y is not None  # noqa: S101 — the two come together
    rows = np.arange(len(part)) if part.numbers is None else part.numbers
    all_ends = np.flatnonzero(y == END)
    texts, surprises = [], []
    for end in rows[part.y == END][:MOST_SURPRISED].tolist():
        before = all_ends[all_ends < end]
        first = int(before[-1]) + 1 if len(before) else 0
        p = model.outputs(X[first : end + 1])
        following = y[first : end + 1]
        texts.append("".join(model.target.class_names[number] for number in following[:-1]))
        true = np.clip(p[np.arange(len(following)), following], np.finfo(np.float32).tiny, 1)
        surprises.append(np.abs(np.log2(true)))
    if texts:
        figure = plot_surprise(
            texts, surprises, title=_("{name}: what comes as a surprise", name=title)
        )
        save_figure(figure, folder / "surprise.png")


def draw_forecast(
    prepared: Prepared, model: Model, part_name: str, part: Part, folder: Path
) -> None:
    """Draw the forecasts of a series beside what came true, window after window.

    Of windows that overlap the first is drawn, then the next that begins where it ends.
    """
    spans = prepared.dataset.spans
    if spans is None or part.numbers is None:
        return
    outputs, target = model.forward(part.X, part.mask), model.target
    true = part.y.reshape(len(part), -1)
    said = np.asarray(target.decode(outputs)).reshape(len(part), -1)
    if true.shape != said.shape:
        return
    rows = _one_after_another(spans[part.numbers], true.shape[1])
    times = np.concatenate([spans[part.numbers[row], 0] + np.arange(true.shape[1]) for row in rows])
    interval: dict[str, Any] = {}
    if isinstance(target, Numbers) and target.levels:
        quantiles = target.quantiles(outputs[rows]).reshape(len(times), -1)
        level = target.levels[-1] - target.levels[0]
        share = quantile_metrics(part.y, target.quantiles(outputs), target.levels)["coverage"]
        interval = {
            "lower": quantiles[:, 0],
            "upper": quantiles[:, -1],
            "level": level,
            "note": _("Of all {part} rows {share:.1%}.", part=name_of_part(part_name), share=share),
        }
    figure = plot_forecast(
        times,
        np.concatenate(true[rows]),
        np.concatenate(said[rows]),
        **interval,
        quantity=_quantity(prepared),
        title=_("{name}, forecast and truth", name=prepared.dataset.name),
    )
    save_figure(figure, folder / "forecast.png")


def _quantity(prepared: Prepared) -> str:
    """Return the column of a series that is said."""
    reader = prepared.dataset.reader
    return reader.past[0] if isinstance(reader, SeriesWindows) else ""


def _one_after_another(spans: IntArray, horizon: int) -> list[int]:
    """Return rows whose targets follow one another, no more than can be told apart."""
    rows: list[int] = []
    end = -1
    for row in np.argsort(spans[:, 0], kind="stable").tolist():
        if spans[row, 0] >= end:
            rows.append(row)
            end = spans[row, 0] + horizon
        if len(rows) * horizon >= _FORECAST_POSITIONS:
            break
    return rows
