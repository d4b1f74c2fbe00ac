"""The pictures of a run: its epochs, and what its model makes of the rows it was not trained on.

Imported only when they are drawn, as Matplotlib takes longer to load than small networks to train.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from axone.arrays import FloatArray
from axone.experiments.preparation import Part, Prepared
from axone.messages import _
from axone.metrics import confusion_counts, predicted_labels
from axone.model import Model, class_probabilities
from axone.plots import (
    plot_calibration,
    plot_class_means,
    plot_confusion_matrix,
    plot_curves,
    plot_image_grid,
    plot_image_predictions,
    plot_label_histogram,
    plot_precision_recall,
    plot_predictions,
    plot_residuals,
    plot_roc,
    save_figure,
)
from axone.training import TrainingResult

_PLOTTED_PIXELS = 4096


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


def draw_images(prepared: Prepared, model: Model, part: Part, folder: Path) -> None:
    """Draw what a data set of small images looks like, and what the model makes of it."""
    dataset = prepared.dataset
    images, labels, names = dataset.X, dataset.y, dataset.class_names
    drawable = len(images.shape) == 3 or (len(images.shape) == 4 and images.shape[1] in (1, 3))
    small = np.prod(images.shape[1:]) <= _PLOTTED_PIXELS
    if dataset.task != "classification" or not (drawable and small):
        return
    words = [names[label] for label in labels[:50]]
    grid = plot_image_grid(
        images[:50],
        words,
        title=_("{name}, the first {images}", name=dataset.name, images=len(words)),
    )
    save_figure(grid, folder / "samples.png")
    save_figure(plot_class_means(images, labels, names), folder / "class_means.png")
    save_figure(plot_label_histogram(labels, names), folder / "label_histogram.png")
    whole = dataset.X_test is not None and len(part) == len(dataset.X_test)
    if dataset.X_test is not None and "test" in prepared.parts and whole:
        outputs = model.forward(part.X[:12])
        figure = plot_image_predictions(dataset.X_test[:12], outputs, names, part.y[:12])
        save_figure(figure, folder / "image_predictions.png")
