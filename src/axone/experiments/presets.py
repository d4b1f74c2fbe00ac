"""The preset of an experiment: named by its author, or chosen by what the examples are.

Like a recipe, a preset's settings are laid under the author's own, which take precedence.
"""

from dataclasses import replace
from typing import Any

from axone.data import Dataset
from axone.experiments.description import Description
from axone.experiments.quantiles import is_series
from axone.experiments.reconstruction import gives_back
from axone.experiments.schema import ExperimentData, TrainingSection
from axone.messages import Message, _
from axone.presets import AUTOENCODER, FORECAST, Preset, find_preset, kind_of, preset_for, shape_of
from axone.presets.preset import word_of

_SHARE = 0.15

_NEED_VALIDATION = ("stopping", "restore_best", "calibrate")
"""Settings by which the author counts on rows that are held out."""


def with_preset(
    experiment: Description, dataset: Dataset
) -> tuple[Description, tuple[Message, ...]]:
    """Return an experiment with the settings of its preset, and a note if that was chosen here.

    An experiment of a table or with a network of its own stays as it is, and so does one that lists
    the layers of its preset: it has been completed before.
    """
    settings = experiment.settings
    if settings.network.layers is not None:
        return experiment, ()
    rows = _rows(settings, dataset)
    preset, notes = _preset_of(settings, dataset, rows)
    if preset is None:
        return experiment, ()
    complete = settings.model_copy(
        update={
            "data": _data(settings, preset, rows),
            "network": settings.network.model_copy(update={"preset": preset.name}),
            "training": _training(experiment, preset, rows, dataset),
        }
    )
    return replace(experiment, settings=complete), notes


def _rows(settings: ExperimentData, dataset: Dataset) -> int:
    """Return how many rows there are besides those of the test."""
    own_test = dataset.X_test is not None
    share = settings.data.test
    if share is None:
        share = 0.0 if own_test else _SHARE
    return round((1 - share) * len(dataset.y))


def _preset_of(
    settings: ExperimentData, dataset: Dataset, rows: int
) -> tuple[Preset | None, tuple[Message, ...]]:
    name = settings.network.preset
    if name is not None:
        return find_preset(name), ()
    if not settings.network.is_open:
        return None, ()
    kind, shape = kind_of(dataset), shape_of(dataset)
    if gives_back(settings):
        preset: Preset | None = AUTOENCODER
    elif is_series(dataset):
        # What comes next hangs on where in its window a value stands: a mean over time, as the
        # presets of signals end in, would not know.
        preset = FORECAST
    else:
        preset = preset_for(kind, shape, rows)
    if preset is None:
        return None, ()
    note = _(
        "the preset {name} was chosen for {kind} of shape {shape}: {summary} (--preset takes "
        "another, --hidden dense layers; axone presets lists them)",
        name=preset.name,
        kind=word_of(kind),
        shape=shape,
        summary=preset.summary,
    ).coded("preset_chosen")
    return preset, (note,)


def _training(
    experiment: Description, preset: Preset, rows: int, dataset: Dataset
) -> TrainingSection:
    """Lay a preset's settings under those that were given."""
    training, rate = experiment.settings.training, experiment.learning_rate
    task = "regression" if gives_back(experiment.settings) else dataset.task
    below = TrainingSection.model_validate(preset.training(rows, task, shape_of(dataset)))
    given = training.model_fields_set - (set() if rate is None else {"optimizer"})
    update: dict[str, Any] = {
        name: getattr(below, name) for name in below.model_fields_set if name not in given
    }
    if rate is not None and "optimizer" in update:
        update["optimizer"] = replace(update["optimizer"], learning_rate=rate)
    return training.model_copy(update=update)


def _data(settings: ExperimentData, preset: Preset, rows: int) -> Any:
    """Hold out what the preset does, unless the settings say how much, or count on such rows."""
    share = preset.validation(rows)
    counted_on = settings.training.model_fields_set.intersection(_NEED_VALIDATION)
    if settings.data.validation is not None or share is None or counted_on:
        return settings.data
    return settings.data.model_copy(update={"validation": share})
