"""Runs that learn to continue texts: generators, whose target is the character that comes next.

Every text becomes rows before it is split, one for each of its beginnings, that stay together: no
text is in two parts. Classes, where there are any, are no target but what a text begins with.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from axone.data import Dataset, TableOptions, Task
from axone.data.beginnings import Beginnings
from axone.data.texts import continued, read_texts, texts_in_memory
from axone.errors import ConfigurationError
from axone.experiments.description import IN_MEMORY, Description
from axone.experiments.schema import ExperimentData
from axone.messages import _
from axone.model import GENERATION, NextCharacter


def continues(settings: ExperimentData) -> bool:
    """Whether an experiment's network is to continue texts."""
    return settings.data.task == GENERATION


def read_beginnings(settings: ExperimentData, table: TableOptions, beside: Path | None) -> Dataset:
    """Read the texts of an experiment, and return what is learnt of them.

    Raises
    ------
    DataError
        There are none, or they cannot be learnt from.
    """
    data = settings.data
    return continued(
        read_texts(
            data.source,
            target=data.target,
            table=table,
            beside=beside,
            seed=settings.seed,
            options=data.options,
        )
    )


def beginnings_in_memory(rows: Any, settings: ExperimentData, table: TableOptions) -> Dataset:
    """Return what is learnt of texts in memory.

    Raises
    ------
    DataError
        They are none, or cannot be learnt from.
    """
    if isinstance(rows, Dataset) and isinstance(rows.reader, Beginnings):
        return rows  # made of texts before
    return replace(continued(texts_in_memory(rows, settings.data.target, table)), source=IN_MEMORY)


def next_character(dataset: Dataset) -> NextCharacter:
    """Return the target of what is learnt of texts."""
    return NextCharacter(column=dataset.target_name, class_names=dataset.class_names)


def task_of_split(dataset: Dataset) -> Task:
    """Return by what rows are divided: classes in proportion, characters of texts as it comes."""
    return "regression" if isinstance(dataset.reader, Beginnings) else dataset.task


def require_generator(experiment: Description) -> None:
    """Refuse settings that say nothing of a generator.

    Raises
    ------
    ConfigurationError
        A model of another alphabet to begin with, weights of classes.
    """
    settings = experiment.settings
    if not continues(settings):
        return
    if settings.training.class_weight is not None:
        raise ConfigurationError(
            _(
                "{place}: it is for classes, and what is learnt here is the next character: leave "
                "the setting out.",
                place=experiment.place("training.class_weight"),
            )
        )
    if settings.network.start_from is not None:
        raise ConfigurationError(
            _(
                "{place}: a generator reads characters by numbers of its own, which another model "
                "does not know: leave the setting out.",
                place=experiment.place("network.start_from"),
            )
        )
