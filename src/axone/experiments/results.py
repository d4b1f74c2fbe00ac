"""The result folder: everything about a run that is worth keeping, enough to predict from it alone.

`experiment.toml` is written before training, so that a killed run can be resumed; the rest after.
"""

import json
from pathlib import Path
from typing import Any

from axone.errors import DataError, ModelFileError
from axone.experiments.experiment import Experiment
from axone.experiments.preparation import Part, Prepared
from axone.experiments.report import classification_report
from axone.files import write_atomically
from axone.metrics import predicted_labels
from axone.model import Model, load
from axone.training import TrainingResult

EXPERIMENT = "experiment.toml"
CHECKPOINT = "checkpoint.safetensors"
MODEL = "model.safetensors"
HISTORY = "history.csv"
METRICS = "metrics.json"
REPORT = "classification_report"


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
    """Write history, metrics, report and pictures; the model is there already."""
    write_atomically(folder / HISTORY, result.history.to_csv().encode())
    text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(folder / METRICS, text.encode())
    if model.target.task == "classification":
        _write_report(prepared, model, folder)
    _draw(prepared, result, model, folder)


def _write_report(prepared: Prepared, model: Model, folder: Path) -> None:
    """Write precision, recall and F1 of every class, for people and for programs."""
    name, part = last_part(prepared)
    predicted = predicted_labels(model.forward(part.X))
    text, data = classification_report(part.y, predicted, model.target.class_names)
    heading = f"{prepared.dataset.name}, {len(part):,} {name} rows\n\n"
    write_atomically(folder / f"{REPORT}.txt", (heading + text).encode())
    data = {"rows": name, **data}
    content = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(folder / f"{REPORT}.json", content.encode())


def _draw(prepared: Prepared, result: TrainingResult, model: Model, folder: Path) -> None:
    from axone.experiments import pictures

    part_name, part = last_part(prepared)
    name = prepared.dataset.name
    title = f"{name}, {part_name} rows"
    pictures.draw_curves(result, name, folder)
    if model.target.task == "classification":
        pictures.draw_classes(model, part_name, part, title, folder)
    else:
        pictures.draw_numbers(model, part, title, folder)
    if prepared.dataset.is_image:
        pictures.draw_images(prepared, model, part, folder)


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
