"""Quantiles in a run: which of each number are learnt, and on which rows they are made honest.

A loss of several levels asks for them, and a series has them unless its author says otherwise: a
forecast without an interval does not tell how far it can be trusted.
"""

from typing import Literal, TypeAlias

from axone.data import Dataset
from axone.data.series_windows import SeriesWindows
from axone.errors import ConfigurationError
from axone.experiments.description import Description
from axone.experiments.reconstruction import gives_back
from axone.losses import several_levels
from axone.messages import Message, _, listed
from axone.presets import QUANTILES

Calibration: TypeAlias = Literal["temperature", "spread"]
"""What makes a model honest: of probabilities the one, of quantiles the other."""


def is_series(dataset: Dataset) -> bool:
    """Tell whether examples are windows of a series."""
    return isinstance(dataset.reader, SeriesWindows)


def levels_of(experiment: Description, dataset: Dataset) -> tuple[float, ...]:
    """Return the levels of the quantiles that stand for each number; () where one number does.

    Raises
    ------
    ConfigurationError
        An autoencoder is to say quantiles, or of several quantiles none is the median.
    """
    settings = experiment.settings
    loss = settings.training.loss
    levels = several_levels(loss)
    if levels and gives_back(settings):
        raise ConfigurationError(
            _(
                "{place}: an autoencoder gives its input back, one number each, and no quantiles "
                "of it: leave the levels out.",
                place=experiment.place("training.loss"),
            )
        )
    if dataset.task == "classification" or gives_back(settings):
        return ()
    if levels and 0.5 not in levels:
        raise ConfigurationError(
            _(
                "{place}: of several quantiles the median is what is predicted and scored: give "
                "0.5 among the levels, beside {levels}.",
                place=experiment.place("training.loss"),
                levels=listed(f"{level:g}" for level in levels),
            )
        )
    if loss == "auto" and settings.network.layers is None and is_series(dataset):
        return QUANTILES
    return levels


def calibration_of(
    experiment: Description, dataset: Dataset, levels: tuple[float, ...], has_validation: bool
) -> Calibration | None:
    """Return how the model is to be made honest, if it is; the interval of a series always is.

    Raises
    ------
    ConfigurationError
        The setting asks for what such a target has not.
    """
    training = experiment.settings.training
    given = training.calibrate
    if given is None:
        is_open = "calibrate" not in training.model_fields_set
        return "spread" if is_open and levels and has_validation and is_series(dataset) else None
    suits: Calibration | None = "spread" if levels else None
    if dataset.task == "classification" and not gives_back(experiment.settings):
        suits = "temperature"
    if suits is not None and given in ("auto", suits):
        return suits
    place, source = experiment.place("training.calibrate"), experiment.settings.data.source
    if suits is None:
        raise ConfigurationError(
            _(
                "{place}: probabilities are calibrated, and quantiles; {source} is a regression of "
                "single numbers, which has neither: leave the setting out, or ask for several "
                "quantiles (training.loss, --quantiles).",
                place=place,
                source=source,
            )
        )
    raise ConfigurationError(
        _(
            "{place}: {given!r} does not suit {source}; {suits!r} does.",
            place=place,
            given=given,
            source=source,
            suits=suits,
        )
    )


def notes_on(
    dataset: Dataset, levels: tuple[float, ...], calibration: Calibration | None
) -> tuple[Message, ...]:
    """Say what of its interval a run may be expected to have, and has not."""
    notes: tuple[Message, ...] = ()
    if is_series(dataset) and not levels:
        notes += (
            _(
                "the forecast has no interval, for the loss says one number each: several levels "
                "of the loss quantile (--quantiles 0.05,0.5,0.95) give one"
            ).coded("no_interval"),
        )
    elif is_series(dataset) and calibration is None:
        notes += (
            _(
                "the interval is as the network has learnt it, which is too narrow most often: "
                "validation rows would tell how wide it must be"
            ).coded("interval_as_learnt"),
        )
    return notes
