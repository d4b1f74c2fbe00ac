"""The result folder: everything about a run that is worth keeping, enough to predict from it alone.

`experiment.toml` is written before training, so that a killed run can be resumed; the rest after.
"""

from pathlib import Path
from typing import Any

from axone.data.look import report_on
from axone.data.parts import name_of_part
from axone.errors import ModelFileError
from axone.experiments.description import Description
from axone.experiments.folder import COLUMNS, EXPERIMENT, HISTORY, MESSAGES, METRICS, MODEL, REPORT
from axone.experiments.measuring import of_sound_rows
from axone.experiments.preparation import Prepared, last_part
from axone.experiments.report import classification_report
from axone.files import json_text, write_atomically
from axone.kept_messages import as_data
from axone.messages import _
from axone.metrics import predicted_labels
from axone.model import Classes, Inputs, Model, NextCharacter, load
from axone.training import TrainingResult


def write_early(prepared: Prepared, folder: Path) -> None:
    """Describe the run in its folder, which exists, and how a table's columns were read.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    write_atomically(folder / EXPERIMENT, prepared.experiment.to_toml().encode())
    dataset = prepared.dataset
    if dataset.read is None:
        return
    report = report_on(dataset.read, dataset.name, dataset.target_name, dataset.facts)
    write_atomically(folder / f"{COLUMNS}.txt", f"{report}\n".encode())
    kept = report.to_data()
    for column, data in zip(report.columns, kept["columns"], strict=True):
        data["said"] = as_data(column.how)
    content = json_text(kept, indent=1) + "\n"
    write_atomically(folder / f"{COLUMNS}.json", content.encode())


def write_results(
    prepared: Prepared,
    result: TrainingResult,
    model: Model,
    metrics: dict[str, Any],
    folder: Path,
) -> Prepared:
    """Write history, metrics and the table of classes; the model is there already.

    Returns
    -------
    Prepared
        Of the last part only the rows whose outputs are finite numbers: of these the table tells,
        and so do pictures.
    """
    write_atomically(folder / HISTORY, result.history.to_csv().encode())
    write_atomically(folder / METRICS, (json_text(metrics) + "\n").encode())
    said = {"reason": as_data(result.reason), "notes": list(map(as_data, metrics.get("notes", ())))}
    write_atomically(folder / MESSAGES, (json_text(said, indent=1) + "\n").encode())
    sound, lost = of_sound_rows(prepared, model)
    if isinstance(model.target, Classes) and len(last_part(sound)[1]):
        _write_report(sound, lost, model, folder)
    return sound


def _write_report(prepared: Prepared, lost: int, model: Model, folder: Path) -> None:
    """Write precision, recall and F1 of every class, for people and for programs."""
    name, part = last_part(prepared)
    predicted = predicted_labels(model.forward(part.X, part.mask))
    text, data = classification_report(part.y, predicted, model.target.class_names)
    heading = (
        _(
            "{name}, {rows:,} {part} rows, without {lost:,} whose outputs are not finite",
            name=prepared.dataset.name,
            rows=len(part),
            part=name_of_part(name),
            lost=lost,
        )
        if lost
        else _(
            "{name}, {rows:,} {part} rows",
            name=prepared.dataset.name,
            rows=len(part),
            part=name_of_part(name),
        )
    )
    write_atomically(folder / f"{REPORT}.txt", f"{heading}\n\n{text}".encode())
    data = {"rows": name, **data}
    content = json_text(data, indent=1) + "\n"
    write_atomically(folder / f"{REPORT}.json", content.encode())


def draw_pictures(prepared: Prepared, result: TrainingResult, model: Model, folder: Path) -> None:
    """Draw the pictures of a run into a folder."""
    from axone.experiments import example_pictures, pictures

    part_name, part = last_part(prepared)
    name = prepared.dataset.name
    title = _("{name}, {part} rows", name=name, part=name_of_part(part_name))
    pictures.draw_curves(result, name, folder)
    if not len(part):
        return
    if isinstance(model.target, NextCharacter):
        pictures.draw_surprise(prepared, model, part, title, folder)
        return
    if isinstance(model.target, Inputs):
        pictures.draw_reconstructions(prepared, model, part, title, folder)
        return
    if model.target.task == "classification":
        pictures.draw_classes(model, part_name, part, title, folder)
    else:
        pictures.draw_numbers(model, part, title, folder)
        pictures.draw_forecast(prepared, model, part_name, part, folder)
    example_pictures.draw_examples(prepared, model, part_name, part, folder)


def load_run(folder: Path) -> tuple[Description, Model]:
    """Return the experiment and the model of a result folder.

    Raises
    ------
    ModelFileError
        It is not a result folder, or its run has not come to an end.
    """
    if not folder.is_dir():
        raise ModelFileError(_("{folder} is not a folder that `axone train` made.", folder=folder))
    if not (folder / EXPERIMENT).exists():
        raise ModelFileError(
            _(
                "{folder} holds no {file}: it is not a folder that `axone train` made.",
                folder=folder,
                file=EXPERIMENT,
            )
        )
    if not (folder / MODEL).exists():
        raise ModelFileError(
            _(
                "{folder} holds no {file}: its run has not come to an end. `axone train "
                "{folder} --resume` takes it up again.",
                folder=folder,
                file=MODEL,
            )
        )
    return Description.from_file(folder / EXPERIMENT), load(folder / MODEL)
