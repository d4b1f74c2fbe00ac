"""Carrying an experiment out: prepare, train, measure, and write the result folder.

The command line and `Experiment.run` go the same way; they differ only in who is told of progress.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.calibration import calibration_error
from axone.engines import get_engine
from axone.errors import ConfigurationError, DataError
from axone.experiments.experiment import Experiment
from axone.experiments.preparation import Part, Prepared, prepare
from axone.experiments.results import (
    CHECKPOINT,
    EXPERIMENT,
    MODEL,
    last_part,
    write_early,
    write_results,
)
from axone.experiments.schema import StoppingSection
from axone.metrics import (
    MOST_AUC_CLASSES,
    classification_metrics,
    log_loss,
    regression_metrics,
    rounded,
)
from axone.model import Model, Target, class_probabilities, save
from axone.schedules import SCHEDULES, Clock, Schedule
from axone.training import (
    EpochCallback,
    LossTolerance,
    Plateau,
    ProgressCallback,
    StoppingRule,
    Trainer,
    TrainingResult,
    ValidationLoss,
)


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
    """

    prepared: Prepared
    training: TrainingResult
    model: Model
    metrics: dict[str, Any]
    folder: Path | None


def run(
    experiment: Experiment,
    folder: Path | None = None,
    *,
    resume: bool = False,
    on_prepared: Callable[[Prepared], None] | None = None,
    after_epoch: EpochCallback | None = None,
    on_progress: ProgressCallback | None = None,
) -> RunResult:
    """Carry an experiment out.

    Parameters
    ----------
    experiment : Experiment
    folder : Path, optional
        Where results go; nothing is written if left out.
    resume : bool
        Continue the run whose checkpoint lies in `folder`; one killed before its first checkpoint
        starts again.
    on_prepared, after_epoch, on_progress : callable, optional
        Told of the data and the network, of each epoch, and of the share of the run that is done.

    Raises
    ------
    AxoneError
        Bad settings or data, before anything is trained or written.
    """
    started = time.perf_counter()
    if folder is not None and not resume:
        refuse_occupied(folder)
    if experiment.settings.engine != "auto":
        get_engine(experiment.settings.engine)  # a wrong name is told before the data are loaded
    prepared = prepare(experiment)
    trainer = build_trainer(prepared)
    if folder is not None:
        write_early(prepared.experiment, folder)
    if on_prepared is not None:
        on_prepared(prepared)
    result = fit(prepared, trainer, folder, resume, after_epoch, on_progress)
    model = uncalibrated = Model(
        prepared.network,
        (result.parameters,),
        prepared.loss,
        prepared.preprocessing,
        prepared.target,
        engine=result.engine,
    )
    if folder is not None:
        # Before anything else can fail: the weights are what the time was spent on.
        save(model, folder / MODEL)
    if prepared.experiment.settings.training.calibrate and result.diagnosis is None:
        held_out = prepared.parts["validation"]
        model = uncalibrated.calibrated(held_out.X, held_out.y)
        if folder is not None:
            save(model, folder / MODEL)
    metrics = {
        **{name: measure(model, part) for name, part in prepared.parts.items()},
        "epochs": result.epochs,
        "best_epoch": result.best_epoch,
        "steps": result.steps,
        "seconds": round(result.seconds, 3),
        "total_seconds": round(time.perf_counter() - started, 3),
        "stopped_by": result.stopped_by,
        "reason": result.reason,
        "engine": result.engine,
        "engine_reason": trainer.engine_reason,
        "seed": prepared.experiment.settings.seed,
    }
    if model is not uncalibrated:
        metrics["calibration"] = _calibration_scores(uncalibrated, model, prepared)
    if len(model.target.class_names) > MOST_AUC_CLASSES:
        metrics["notes"] = [f"roc_auc is left out: there are more than {MOST_AUC_CLASSES} classes"]
    if result.diagnosis is not None:
        metrics["diagnosis"] = str(result.diagnosis).splitlines()
    outcome = RunResult(prepared, result, model, metrics, folder)
    if folder is not None:
        write_results(prepared, result, model, metrics, folder)
    return outcome


def refuse_occupied(folder: Path, *, can_resume: bool = True) -> None:
    """Refuse a folder that holds something else, so that no result is ever written over.

    Raises
    ------
    ConfigurationError
        The folder is not empty, or is a file.
    """
    if folder.is_dir() and any(folder.iterdir()):
        advice = (
            "continue it with --resume, or choose another --out."
            if can_resume and (folder / EXPERIMENT).exists()
            else "choose another --out."
        )
        raise ConfigurationError(f"The folder {folder} is not empty: {advice}")
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(
            f"{folder} is a file; results need a folder: choose another --out."
        )


def build_trainer(prepared: Prepared, threads: int | None = None) -> Trainer:
    """Return the trainer of a prepared experiment; `threads` stand before the experiment's own."""
    settings = prepared.experiment.settings
    training = settings.training
    assert training.batch_size != "auto"  # noqa: S101 — resolved by prepare
    return Trainer(
        prepared.network,
        loss=prepared.loss,
        optimizer=training.optimizer,
        batch_size=training.batch_size,
        schedule=training.schedule,
        l1=training.l1,
        l2=training.l2,
        clip_value=training.clip_value,
        clip_norm=training.clip_norm,
        dtype=settings.dtype,
        engine=settings.engine,
        threads=settings.threads if threads is None else threads,
        seed=settings.seed,
    )


def stopping_rules(section: StoppingSection) -> list[StoppingRule]:
    """Return the rules that are switched on."""
    rules: list[StoppingRule] = []
    if section.loss_tolerance is not None:
        rules.append(LossTolerance(section.loss_tolerance))
    if section.patience is not None:
        rules.append(Plateau(section.patience))
    if section.loss_patience is not None:
        rules.append(ValidationLoss(section.loss_patience))
    return rules


def fit(
    prepared: Prepared,
    trainer: Trainer,
    folder: Path | None = None,
    resume: bool = False,
    after_epoch: EpochCallback | None = None,
    on_progress: ProgressCallback | None = None,
) -> TrainingResult:
    """Train on the part "train", watched by the part "validation" where there is one."""
    training = prepared.experiment.settings.training
    assert training.stopping is not None  # noqa: S101 — resolved by prepare
    checkpoint = None if folder is None else folder / CHECKPOINT
    return trainer.fit(
        learnt_rows(prepared, "train"),
        learnt_rows(prepared, "validation") if "validation" in prepared.parts else None,
        max_epochs=training.epochs,
        stopping=stopping_rules(training.stopping),
        warmup_epochs=training.stopping.warmup_epochs,
        restore_best=training.restore_best,
        after_epoch=after_epoch,
        on_progress=on_progress,
        checkpoint=checkpoint,
        resume=resume and checkpoint is not None and checkpoint.exists(),
    )


def learnt_rows(prepared: Prepared, name: str) -> tuple[Any, Any]:
    """Return the examples and targets of a part as the network learns them."""
    part = prepared.parts[name]
    return part.X, _learnt(prepared.target, part)


def _learnt(target: Target, part: Part) -> Any:
    """Return a part's target as the network learns it."""
    return part.y if target.task == "classification" else target.scaled(part.y)


def measure(model: Model, part: Part) -> dict[str, float]:
    """Return the loss and every metric of a model on some rows.

    Raises
    ------
    DataError
        There are no rows.
    """
    if not len(part):
        raise DataError("There are no rows to evaluate.")
    target = _learnt(model.target, part)
    loss, outputs = model.evaluate(part.X, target)
    if model.target.task == "classification":
        probabilities = class_probabilities(outputs)
        scores = classification_metrics(part.y, probabilities, len(model.target.class_names))
    else:
        scores = regression_metrics(part.y, model.in_units(outputs))
    return rounded({"loss": loss, **scores})


def _calibration_scores(before: Model, after: Model, prepared: Prepared) -> dict[str, Any]:
    """Return what calibration changed, on the rows it looked at and on those of the end."""
    scores: dict[str, Any] = {"method": "temperature", "temperature": round(after.temperature, 6)}
    for name in dict.fromkeys(["validation", last_part(prepared)[0]]):
        part = prepared.parts[name]
        was, now = (class_probabilities(model.forward(part.X)) for model in (before, after))
        scores[name] = rounded(
            {
                "log_loss_before": log_loss(part.y, was),
                "log_loss_after": log_loss(part.y, now),
                "calibration_error_before": calibration_error(was, part.y),
                "calibration_error_after": calibration_error(now, part.y),
            }
        )
    return scores


def extended(experiment: Experiment, epochs: int | None) -> Experiment:
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
            f"--epochs: a resumed run can only be made longer than its {training.epochs} epochs; "
            f"found {epochs}."
        )
    if _is_shaped_by_length(training.schedule, training.epochs, epochs):
        raise ConfigurationError(
            f"--epochs: the schedule {SCHEDULES.to_data(training.schedule)!r} is laid out over all "
            f"{training.epochs} epochs of this run, so it cannot be made longer: start a new run."
        )
    training = training.model_copy(update={"epochs": epochs})
    return replace(
        experiment, settings=experiment.settings.model_copy(update={"training": training})
    )


def _is_shaped_by_length(schedule: Schedule, epochs: int, more: int) -> bool:
    """Whether the last of `epochs` epochs would go otherwise in a run of `more`."""
    losses = [1.0] * (epochs - 1)
    short, long = (
        schedule.factors(Clock(epochs - 1, 2, most, 2, losses)) for most in (epochs, more)
    )
    return not np.array_equal(short, long)
