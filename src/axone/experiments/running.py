"""Carrying an experiment out: prepare, train, measure, and write the result folder.

The command line and `Experiment.run` go the same way; they differ only in who is told of progress.
"""

import platform
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.engines import get_engine
from axone.engines.native.variants import load_variant
from axone.errors import ConfigurationError
from axone.experiments import drawing
from axone.experiments.baseline import constant_outputs, constant_scores, no_better_notes
from axone.experiments.class_counts import class_counts, text_counts
from axone.experiments.description import Description
from axone.experiments.diagnosing import write_diagnosis
from axone.experiments.folder import MODEL, locked, refuse_occupied
from axone.experiments.measuring import (
    anomaly_quantiles,
    calibration_scores,
    measure,
    why_not_finite,
)
from axone.experiments.preparation import Prepared, last_part, prepare
from axone.experiments.results import write_early, write_results
from axone.experiments.seasonal import no_better_than_season, seasonal_scores
from axone.experiments.training import build_trainer, fit
from axone.files import without_infinities
from axone.interruption import interruption
from axone.messages import _
from axone.metrics import MOST_AUC_CLASSES
from axone.model import Classes, Inputs, Model, NextCharacter, save
from axone.registry import plain
from axone.schedules import SCHEDULES, Clock, Schedule
from axone.training import EpochCallback, ProgressCallback, TrainingResult
from axone.version import VERSION


@dataclass(frozen=True)
class RunResult:
    """What a run leaves in memory; the folder holds the same.

    Attributes
    ----------
    prepared : Prepared
    training : TrainingResult
    model : Model
    metrics : dict
        What `metrics.json` holds.
    folder : Path or None
    ended_by : signal.Signals or None
        SIGINT (Ctrl-C) or SIGTERM where it was interrupted.
    """

    prepared: Prepared
    training: TrainingResult
    model: Model
    metrics: dict[str, Any]
    folder: Path | None
    ended_by: signal.Signals | None = None


def run(
    experiment: Description,
    folder: Path | None = None,
    *,
    dataset: Any = None,
    resume: bool = False,
    before_writing: Callable[[Prepared], None] | None = None,
    on_prepared: Callable[[Prepared], None] | None = None,
    after_epoch: EpochCallback | None = None,
    on_progress: ProgressCallback | None = None,
    draw: drawing.Drawing | None = None,
) -> RunResult:
    """Carry an experiment out.

    Parameters
    ----------
    experiment : Description
    folder : Path, optional
        Where results go; nothing is written if left out.
    dataset : Dataset, (X, y), or pandas or polars frame, optional
        Rows in memory, instead of the experiment's source; of a frame the setting `data.target`
        names the target. The folder then says that no file holds them: to resume the run they must
        be given again.
    resume : bool
        Continue the run whose checkpoint lies in `folder`; one killed before its first checkpoint
        starts again.
    before_writing : callable, optional
        Shown the data and the network before there is a folder: what it raises ends the run.
    on_prepared, after_epoch, on_progress : callable, optional
        Told of the data and the network, of each epoch, and of the share of the run that is done.
    draw : callable, optional
        What draws the pictures and the report into the folder; default `draw_at_once`.

    Raises
    ------
    AxoneError
        Bad settings or data, a folder that another run is at work in, or a network that no file
        can hold, before anything is trained or written.
    """
    started = time.perf_counter()
    if folder is not None and not resume:
        refuse_occupied(folder)
    if experiment.settings.engine != "auto":
        get_engine(experiment.settings.engine)  # a wrong name is told before the data are loaded
    prepared = prepare(experiment, dataset)
    if before_writing is not None:
        before_writing(prepared)
    trainer = build_trainer(prepared)
    with ExitStack() as held:
        if folder is not None:
            _require_saveable(prepared)
            held.enter_context(locked(folder))
            if not resume:
                refuse_occupied(folder)  # another run may have come to its end since
            write_early(prepared, folder)
        if on_prepared is not None:
            on_prepared(prepared)
        asked = held.enter_context(interruption())
        result = fit(prepared, trainer, folder, resume, after_epoch, on_progress)
        reason = trainer.engine_reason
        model, metrics = leave(prepared, result, reason, folder, started=started, draw=draw)
        ended_by = asked.signal if result.stopped_by == "interrupted" else None
    return RunResult(prepared, result, model, metrics, folder, ended_by)


def leave(
    prepared: Prepared,
    result: TrainingResult,
    engine_reason: str,
    folder: Path | None = None,
    *,
    started: float,
    draw: drawing.Drawing | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Make of a training what stays of it: the model, its metrics, and the files of its folder.

    Parameters
    ----------
    prepared : Prepared
    result : TrainingResult
    engine_reason : str
        Why this engine computed, of the trainer.
    folder : Path, optional
        That holds the experiment already (`write_early`); nothing is written if left out.
    started : float
        When the run began, by `time.perf_counter`.
    draw : callable, optional
        What draws the pictures and the report into the folder; default `draw_at_once`.

    Returns
    -------
    Model
    dict
        What `metrics.json` holds.
    """
    uncalibrated = model_of(prepared, result)
    if folder is not None:
        # Before anything else can fail: the weights are what the time was spent on.
        save(uncalibrated, folder / MODEL)
    model = calibrated(prepared, result, uncalibrated)
    if folder is not None and model is not uncalibrated:
        save(model, folder / MODEL)
    metrics = _metrics(prepared, result, model, uncalibrated)
    metrics["engine_reason"] = engine_reason
    metrics["total_seconds"] = round(time.perf_counter() - started, 3)
    if folder is not None:
        sound = write_results(prepared, result, model, metrics, folder)
        write_diagnosis(result, folder)
        (draw or drawing.draw_at_once)(sound, result, model, folder)
    return model, metrics


def model_of(prepared: Prepared, result: TrainingResult) -> Model:
    """Return the model that a training came to."""
    return Model(
        prepared.network,
        (result.parameters,),
        prepared.loss,
        prepared.preprocessing,
        prepared.target,
        engine=result.engine,
    )


def calibrated(prepared: Prepared, result: TrainingResult, model: Model) -> Model:
    """Return the model as honest as its validation rows make it, if the experiment asks so."""
    wanted = prepared.experiment.settings.training.calibrate
    held_out = prepared.parts.get("validation")
    if not wanted or held_out is None or result.diverged:
        return model
    return model.calibrated(held_out.X, held_out.y, held_out.mask)


def _require_saveable(prepared: Prepared) -> None:
    """Refuse what no file could hold before time is spent on training it.

    Raises
    ------
    ConfigurationError
        A class of the user's own among the layers, activations, loss, optimiser, ….
    """
    experiment = prepared.experiment
    training, data = experiment.settings.training, experiment.settings.data
    described = {
        "network.layers": prepared.network.layers,
        "training.loss": prepared.loss,
        "training.optimizer": training.optimizer,
        "training.schedule": training.schedule,
        "data.scaling": data.scaling,
        "data.target_scaling": data.target_scaling,
    }
    for key, value in described.items():
        try:
            plain(value)
        except ConfigurationError as error:
            place = experiment.place(key)
            raise ConfigurationError(_("{place}: {cause}", place=place, cause=error)) from error


def _metrics(
    prepared: Prepared, result: TrainingResult, model: Model, uncalibrated: Model
) -> dict[str, Any]:
    """Gather what `metrics.json` holds; what is not finite is None, and a note says why."""
    scores = {name: measure(model, part) for name, part in prepared.parts.items()}
    notes = [why_not_finite(prepared, model, name, found) for name, found in scores.items()]
    if isinstance(model.target, Classes) and len(model.target.class_names) > MOST_AUC_CLASSES:
        notes.append(
            _(
                "roc_auc is left out: there are more than {most} classes", most=MOST_AUC_CLASSES
            ).coded("roc_auc_left_out")
        )
    constant = constant_outputs(model, prepared.parts["train"].y)
    constants = {
        name: constant_scores(model, constant, part) for name, part in prepared.parts.items()
    }
    name, part = last_part(prepared)
    notes += no_better_notes(model, constant, name, part, scores[name], constants[name])
    seasonal = {} if isinstance(model.target, Inputs) else seasonal_scores(prepared)
    notes += no_better_than_season(seasonal, name, scores[name])
    metrics: dict[str, Any] = {
        **scores,
        "constant": constants,
        "epochs": result.epochs,
        "best_epoch": result.best_epoch,
        "steps": result.steps,
        "seconds": round(result.seconds, 3),
        "stopped_by": result.stopped_by,
        "reason": result.reason,
        "engine": result.engine,
        "environment": _environment(result.engine),
        "seed": prepared.experiment.settings.seed,
    }
    if seasonal:
        metrics["seasonal"] = seasonal
    if isinstance(model.target, Inputs):
        metrics["anomaly_scores"] = {
            name: anomaly_quantiles(model, part) for name, part in prepared.parts.items()
        }
    if isinstance(model.target, NextCharacter):
        metrics["texts"] = text_counts(prepared)
    if counts := class_counts(prepared):
        metrics["class_counts"] = counts
    if model is not uncalibrated:
        metrics["calibration"] = calibration_scores(uncalibrated, model, prepared)
    if any(notes):
        metrics["notes"] = [note for note in notes if note]
    if result.evidence.divergence is not None:
        metrics["diagnosis"] = list(result.evidence.divergence.lines)
    return dict(without_infinities(metrics))


def _environment(engine: str) -> dict[str, str | None]:
    """Return what the last bits of the weights depend on, besides settings and seed."""
    return {
        "axone": VERSION,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "variant": str(load_variant().variant) if engine == "native" else None,
    }


def extended(experiment: Description, epochs: int | None) -> Description:
    """Return the experiment with more epochs: all that a resumed run may change.

    Raises
    ------
    ConfigurationError
        Fewer epochs than before, or a schedule that the length of the run shapes.
    """
    training = experiment.settings.training
    if epochs is None or epochs == training.epochs:
        return experiment
    if epochs < training.epochs:
        raise ConfigurationError(
            _(
                "--epochs: a resumed run can only be made longer than its {epochs} "
                "epochs; found {found}.",
                epochs=training.epochs,
                found=epochs,
            )
        )
    if is_shaped_by_length(training.schedule, training.epochs, epochs):
        raise ConfigurationError(
            _(
                "--epochs: the schedule {schedule!r} is laid out over all {epochs} epochs "
                "of this run, so it cannot be made longer: start a new run.",
                schedule=SCHEDULES.to_data(training.schedule),
                epochs=training.epochs,
            )
        )
    training = training.model_copy(update={"epochs": epochs})
    return replace(
        experiment, settings=experiment.settings.model_copy(update={"training": training})
    )


def is_shaped_by_length(schedule: Schedule, epochs: int, more: int) -> bool:
    """Return whether the last of `epochs` epochs would go otherwise in a run of `more`."""
    losses = [1.0] * (epochs - 1)
    short, long = (
        schedule.factors(Clock(epochs - 1, 2, most, 2, losses)) for most in (epochs, more)
    )
    return not np.array_equal(short, long)
