"""Runs that learn to continue texts: generators, whose target is the character that comes next.

Every text becomes rows before it is split, one for each of its beginnings, that stay together: no
text is in two parts. Classes, where there are any, are no target but what a text begins with.
"""

from dataclasses import replace
from typing import Any

from axone.data import Dataset, TableOptions, Task
from axone.data.beginnings import Beginnings
from axone.data.texts import Texts, continued, known_to, read_texts, texts_in_memory
from axone.errors import ConfigurationError, DataError
from axone.experiments.description import IN_MEMORY, Description
from axone.experiments.schema import ExperimentData
from axone.experiments.starting import starting_model
from axone.messages import _, at
from axone.model import GENERATION, NextCharacter
from axone.model.generating import beginnings_of


def continues(settings: ExperimentData) -> bool:
    """Whether an experiment's network is to continue texts."""
    return settings.data.task == GENERATION


def read_beginnings(experiment: Description, table: TableOptions) -> Dataset:
    """Read the texts of an experiment, and return what is learnt of them.

    Raises
    ------
    DataError
        There are none, or they cannot be learnt from.
    """
    data = experiment.settings.data
    found = read_texts(
        data.source,
        target=data.target,
        table=table,
        beside=experiment.folder,
        seed=experiment.settings.seed,
        options=data.options,
    )
    return _continued(experiment, found)


def beginnings_in_memory(rows: Any, experiment: Description, table: TableOptions) -> Dataset:
    """Return what is learnt of texts in memory.

    Raises
    ------
    DataError
        They are none, or cannot be learnt from.
    """
    if isinstance(rows, Dataset) and isinstance(rows.reader, Beginnings):
        return rows  # made of texts before
    found = texts_in_memory(rows, experiment.settings.data.target, table)
    return replace(_continued(experiment, found), source=IN_MEMORY)


def _continued(experiment: Description, found: Texts) -> Dataset:
    """Return what is learnt of texts, by the numbers of the generator that a run begins with."""
    start = starting_model(experiment)
    if start is None:
        return continued(found)
    try:
        step = beginnings_of(start)
    except DataError as error:
        place = experiment.place("network.start_from")
        raise ConfigurationError(at(place, error.message)) from error
    return continued(known_to(step, found), step)


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
        Weights of classes.
    """
    settings = experiment.settings
    if continues(settings) and settings.training.class_weight is not None:
        raise ConfigurationError(
            _(
                "{place}: it is for classes, and what is learnt here is the next character: leave "
                "the setting out.",
                place=experiment.place("training.class_weight"),
            )
        )
