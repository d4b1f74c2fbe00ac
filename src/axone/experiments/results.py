"""The result folder: everything about a run that is worth keeping, enough to predict from it alone.

`experiment.toml` is written before training, so that a killed run can be resumed; the rest after.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from axone.errors import DataError, ModelFileError
from axone.experiments.experiment import Experiment
from axone.experiments.preparation import Part, Prepared
from axone.files import write_atomically
from axone.metrics import confusion_counts, predicted_labels
from axone.model import Model, load
from axone.training import TrainingResult

EXPERIMENT = "experiment.toml"
CHECKPOINT = "checkpoint.safetensors"
MODEL = "model.safetensors"
HISTORY = "history.csv"
METRICS = "metrics.json"

_PLOTTED_PIXELS = 4096


def write_early(experiment: Experiment, folder: Path) -> None:
    """Create the folder and describe the run in it.

    Raises
    ------
    DataError
        The folder cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"Cannot create the folder {folder}: {error.strerror}.") from error
    write_atomically(folder / EXPERIMENT, experiment.to_toml().encode())


def write_results(
    prepared: Prepared,
    result: TrainingResult,
    model: Model,
    metrics: dict[str, Any],
    folder: Path,
) -> None:
    """Write history, metrics and pictures; the model is there already."""
    write_atomically(folder / HISTORY, result.history.to_csv().encode())
    text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(folder / METRICS, text.encode())
    _draw(prepared, result, model, folder)


def _draw(prepared: Prepared, result: TrainingResult, model: Model, folder: Path) -> None:
    from axone.plots import plot_confusion_matrix, plot_curves, plot_predictions, save_figure

    name = prepared.dataset.name
    if result.epochs:
        figure = plot_curves(
            result.history,
            title=name,
            best_epoch=result.best_epoch or None,
            stopped_by=result.reason,
        )
        save_figure(figure, folder / "curves.png")
    part_name, part = last_part(prepared)
    outputs = model.network.predict(model.parameters, part.X)
    if model.target.task == "classification":
        classes = len(model.target.class_names)
        counts = confusion_counts(part.y, predicted_labels(outputs), classes)
        figure = plot_confusion_matrix(
            counts, model.target.class_names, title=f"{name}, {part_name} rows"
        )
        save_figure(figure, folder / "confusion_matrix.png")
    else:
        figure = plot_predictions(
            part.y,
            model.in_units(outputs),
            target_names=model.target.names or (model.target.column,),
            title=f"{name}, {part_name} rows",
        )
        save_figure(figure, folder / "predictions.png")
    if prepared.dataset.is_image:
        _draw_images(prepared, model, part, folder)


def _draw_images(prepared: Prepared, model: Model, part: Part, folder: Path) -> None:
    """Draw what a data set of small images looks like, and what the model makes of it."""
    from axone.plots import (
        plot_class_means,
        plot_image_grid,
        plot_image_predictions,
        plot_label_histogram,
        save_figure,
    )

    dataset = prepared.dataset
    images, labels, names = dataset.X, dataset.y, dataset.class_names
    drawable = len(images.shape) == 3 or (len(images.shape) == 4 and images.shape[1] in (1, 3))
    small = np.prod(images.shape[1:]) <= _PLOTTED_PIXELS
    if dataset.task != "classification" or not (drawable and small):
        return
    words = [names[label] for label in labels[:50]]
    grid = plot_image_grid(images[:50], words, title=f"{dataset.name}, the first {len(words)}")
    save_figure(grid, folder / "samples.png")
    save_figure(plot_class_means(images, labels, names), folder / "class_means.png")
    save_figure(plot_label_histogram(labels, names), folder / "label_histogram.png")
    if dataset.X_test is not None and "test" in prepared.parts:
        outputs = model.network.predict(model.parameters, part.X[:12])
        figure = plot_image_predictions(dataset.X_test[:12], outputs, names, part.y[:12])
        save_figure(figure, folder / "image_predictions.png")


def last_part(prepared: Prepared) -> tuple[str, Part]:
    """Return the rows that say most about new data: test, else validation, else training."""
    name = next(n for n in ("test", "validation", "train") if n in prepared.parts)
    return name, prepared.parts[name]


def load_run(folder: Path) -> tuple[Experiment, Model]:
    """Return the experiment and the model of a result folder.

    Raises
    ------
    ModelFileError
        It is not a result folder, or its run has not come to an end.
    """
    if not folder.is_dir():
        raise ModelFileError(f"{folder} is not a folder that `axone train` made.")
    if not (folder / EXPERIMENT).exists():
        raise ModelFileError(
            f"{folder} holds no {EXPERIMENT}: it is not a folder that `axone train` made."
        )
    if not (folder / MODEL).exists():
        raise ModelFileError(
            f"{folder} holds no {MODEL}: its run has not come to an end. "
            f"`axone train {folder} --resume` takes it up again."
        )
    return Experiment.from_file(folder / EXPERIMENT), load(folder / MODEL)
