"""From the section `training` of an experiment to a trainer, its rows and its fit.

A setting that the section and the trainer know by the same name is handed over because of its
name: there is no list that could forget one.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.augmentation import Axes
from axone.data import Examples
from axone.errors import ConfigurationError, DataError, ShapeError, UnknownNameError
from axone.experiments.description import Description
from axone.experiments.folder import CHECKPOINT
from axone.experiments.preparation import Part, Prepared
from axone.experiments.schema import ExperimentData, StoppingSection
from axone.losses import smoothed
from axone.messages import _, at
from axone.model import Classes, Inputs, Target
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

OF_THE_FIT: Mapping[str, str] = {
    "epochs": "max_epochs of the fit",
    "stopping": "stopping and warmup_epochs of the fit",
    "restore_best": "restore_best of the fit",
    "class_weight": "the weights of the training rows",
    "label_smoothing": "the targets of the training rows",
    "calibrate": "the model, once it is trained",
}
"""The settings of the section that are not the trainer's, and what each becomes instead."""


def trainer_settings(settings: ExperimentData) -> dict[str, Any]:
    """Return every setting of an experiment that a `Trainer` has a field for."""
    known = {field.name for field in fields(Trainer) if field.init}
    sections = (settings, settings.network, settings.training)
    return {
        name: getattr(section, name)
        for section in sections
        for name in type(section).model_fields
        if name in known
    }


def build_trainer(prepared: Prepared, threads: int | None = None) -> Trainer:
    """Return the trainer of a prepared experiment; `threads` stand before the experiment's own.

    Raises
    ------
    ConfigurationError, UnsupportedError
        As of `Trainer`.
    DataError
        Fewer training rows than a batch, where `drop_last` leaves out what is no whole one.
    ShapeError
        An augmentation that cannot change such examples.
    """
    settings = trainer_settings(prepared.experiment.settings)
    settings |= {"network": prepared.network, "loss": prepared.loss}
    if threads is not None:
        settings["threads"] = threads
    try:
        for each in prepared.experiment.settings.training.augmentation:
            each.check(Axes.of(prepared.network))
    except ShapeError as error:
        place = prepared.experiment.place("training.augmentation")
        raise ShapeError(at(place, error.message)) from error
    trainer = Trainer(**settings)
    try:
        trainer.recipe.check_rows(len(prepared.parts["train"]))
    except DataError as error:
        place = prepared.experiment.place("training.drop_last")
        raise DataError(at(place, error.message)) from error
    return trainer


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
    checkpoint = None if folder is None else folder / CHECKPOINT
    return trainer.fit(
        **fit_settings(prepared),
        after_epoch=after_epoch,
        on_progress=on_progress,
        checkpoint=checkpoint,
        resume=resume and checkpoint is not None and checkpoint.exists(),
    )


def fit_settings(prepared: Prepared) -> dict[str, Any]:
    """Return what `Trainer.fit` and `Trainer.start` are given of an experiment."""
    training = prepared.experiment.settings.training
    assert training.stopping is not None  # noqa: S101 — resolved by prepare
    return {
        "train": learnt_rows(prepared, "train"),
        "validation": learnt_rows(prepared, "validation")
        if "validation" in prepared.parts
        else None,
        "max_epochs": training.epochs,
        "stopping": stopping_rules(training.stopping),
        "warmup_epochs": training.stopping.warmup_epochs,
        "restore_best": training.restore_best,
        "initial": prepared.initial,
        "pooled": isinstance(prepared.target, Inputs),
    }


def learnt_rows(prepared: Prepared, name: str) -> Examples:
    """Return the examples, targets, weights and mask of a part as the network learns them.

    Class weights and label smoothing are for the training rows alone: what is measured on others
    says how good the model is, not how it was taught.
    """
    part = prepared.parts[name]
    if name != "train" or prepared.target.task == "regression":
        return Examples(part.X, learnt_target(prepared.target, part), mask=part.mask)
    training = prepared.experiment.settings.training
    weight = class_weights(prepared.experiment, prepared.target, part)
    if not training.label_smoothing:
        return Examples(part.X, part.y, weight, part.mask)
    outputs = prepared.network.output_shape[0]
    target = smoothed(np.eye(max(outputs, 2))[part.y], training.label_smoothing, weight)
    # A lone sigmoid learns the probability of class 1.
    return Examples(part.X, target[:, 1:] if outputs == 1 else target, weight, part.mask)


def learnt_target(target: Target, part: Part) -> Any:
    """Return a part's target as the network learns it."""
    return part.y if target.task == "classification" else target.scaled(part.y)


def weights_by_class(given: Mapping[Any, float], target: Classes) -> list[float]:
    """Return what a row of each class counts, 1 where nothing is said of it.

    Parameters
    ----------
    given : mapping of str or value to float
        By the name of a class, or by its value.
    target : Classes
    """
    values = target.class_values or target.class_names
    pairs = zip(target.class_names, values, strict=True)
    return [float(given.get(name, given.get(value, 1.0))) for name, value in pairs]


def class_weights(experiment: Description, target: Target, part: Part) -> FloatArray | None:
    """Return what each row of a part counts by its class, (m,); None where all count alike.

    "balanced" gives a class m/(K·mₖ), K the classes and mₖ the rows of that class (King & Zeng
    2001): scikit-learn's.

    Raises
    ------
    UnknownNameError
        A class that there is not.
    ConfigurationError
        Every class counts 0.
    """
    given = experiment.settings.training.class_weight
    if given is None:
        return None
    if isinstance(given, str):
        # scikit-learn takes a moment to load: only for who asks for it.
        from sklearn.utils.class_weight import compute_sample_weight

        return np.asarray(compute_sample_weight(given, part.y), dtype=np.float64)
    assert isinstance(target, Classes)  # noqa: S101 — preparation refuses it otherwise
    place = experiment.place("training.class_weight")
    for name in given:
        if name not in (*target.class_names, *target.class_values):
            raise UnknownNameError(_("class"), name, target.class_names, where=place)
    weight = np.array(weights_by_class(given, target))[part.y]
    if not weight.any():
        raise ConfigurationError(
            _("{place}: no training row would count: give a class more.", place=place)
        )
    return weight
