"""From an experiment to arrays and a network: load, split, scale, resolve everything left open.

No statistic is computed before the split, and none from anything but the training rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType, FloatArray, IntArray, Shape
from axone.data import (
    Dataset,
    Preprocessing,
    TableOptions,
    dataset_of,
    load_dataset,
    split_rows,
)
from axone.data.files import STANDARD_INPUT
from axone.errors import ConfigurationError, DataError, ShapeError
from axone.experiments.description import IN_MEMORY, Description
from axone.experiments.generation import (
    beginnings_in_memory,
    continues,
    next_character,
    read_beginnings,
    require_generator,
    task_of_split,
)
from axone.experiments.networks import build_network
from axone.experiments.presets import with_preset
from axone.experiments.quantiles import Calibration, calibration_of, levels_of, notes_on
from axone.experiments.reconstruction import (
    aimed,
    gives_back,
    inputs_of,
    read_unlabelled,
    task_of_labels,
    unlabelled,
)
from axone.experiments.schema import ExperimentData, StoppingSection
from axone.experiments.starting import begun_with, start_file, starting_model
from axone.losses import Loss
from axone.messages import Message, _, all_of
from axone.model import GENERATION, RECONSTRUCTION, Classes, Model, Numbers, Target
from axone.network import Network
from axone.parameters import Parameters
from axone.presets import find_preset

_SHARE = 0.15
_LOSS_PATIENCE = 20
_SMALLEST_BATCH, _LARGEST_BATCH, _STEPS = 8, 64, 64


@dataclass(frozen=True)
class Part:
    """Training, validation or test rows.

    Attributes
    ----------
    X : array
        Ready for the network.
    y : array
        Class numbers, or numbers in the target's own units.
    numbers : array of int, optional
        Which rows of the dataset these are, for messages; all of the source's own test rows if
        left out.
    mask : array of bool, shape (m, length), optional
        Which positions of signals, sequences or tokens are there; all if left out.
    labels : array, optional
        What the rows are, where that is not what is learnt.
    """

    X: FloatArray
    y: FloatArray
    numbers: IntArray | None = None
    mask: BoolArray | None = None
    labels: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.y)

    @classmethod
    def of(
        cls,
        preprocessing: Preprocessing,
        X: Any,
        y: FloatArray,
        dtype: DType,
        numbers: IntArray | None = None,
    ) -> "Part":
        """Return rows as they come, made ready for the network."""
        return cls(preprocessing.transform(X, dtype), y, numbers, preprocessing.mask(X))

    def rows(self, index: Any) -> "Part":
        """Return some of the rows: those of a slice, of truths or of an array of row numbers."""
        numbers = np.arange(len(self)) if self.numbers is None else self.numbers
        mask = None if self.mask is None else self.mask[index]
        labels = None if self.labels is None else self.labels[index]
        return Part(self.X[index], self.y[index], numbers[index], mask, labels)

    @property
    def giving_back(self) -> "Part":
        """The rows with themselves as their target; what it was is aside."""
        return replace(self, y=self.X.reshape(len(self), -1), labels=self.y)


@dataclass(frozen=True)
class Prepared:
    """An experiment ready to run.

    Attributes
    ----------
    experiment : Description
        With nothing left open: run again, it gives the same result.
    dataset : Dataset
    parts : dict of str to Part
        "train", and where there are rows, "validation" and "test".
    preprocessing : Preprocessing
    target : Target
    network : Network
    loss : Loss
    notes : tuple of str
        What was decided on the way that the user may want to know.
    initial : Parameters or None
        Weights to start from, where it begins with a model; those of the seed otherwise.
    """

    experiment: Description
    dataset: Dataset
    parts: dict[str, Part]
    preprocessing: Preprocessing
    target: Target
    network: Network
    loss: Loss
    notes: tuple[str, ...]
    initial: Parameters | None = None


def prepare(experiment: Description, dataset: Any = None) -> Prepared:
    """Load the data and build the network of an experiment.

    Parameters
    ----------
    experiment : Description
    dataset : Dataset, (X, y), or pandas or polars frame, optional
        Rows in memory, instead of the experiment's source.

    Raises
    ------
    DataError, ConfigurationError, ShapeError
        With the setting and the file that cannot be carried out.
    """
    return assemble(experiment, *prepare_rows(experiment, rows_of(experiment, dataset)))


def prepare_rows(
    experiment: Description, dataset: Dataset
) -> tuple["Arranged", Mapping[str, float | None], tuple[str, ...]]:
    """Split the rows of an experiment and make them ready: all of `prepare` but its network.

    Returns
    -------
    tuple
        What `assemble` takes after the experiment: it may be called for several networks.

    Raises
    ------
    DataError, ConfigurationError
        The rows cannot be split as they should be, encoded or scaled.
    """
    rows, shares, notes = split(experiment, dataset)
    _require_rows_to_calibrate(experiment, dataset, "validation" in rows)
    arranged = arrange(experiment, dataset, rows)
    parts = arranged.parts
    if "test" not in parts and shares["test"] is None and dataset.X_test is not None:
        assert dataset.y_test is not None  # noqa: S101 — the two come together
        parts["test"] = Part.of(
            arranged.preprocessing, dataset.X_test, dataset.y_test, experiment.settings.dtype
        )
    return arranged, shares, notes


@dataclass(frozen=True)
class Arranged:
    """Rows ready for networks: all of an experiment that depends on its data alone.

    Attributes
    ----------
    dataset : Dataset
    parts : dict of str to Part
    preprocessing : Preprocessing
    target : Target
    start : Model or None
        That the networks begin with.
    """

    dataset: Dataset
    parts: dict[str, Part]
    preprocessing: Preprocessing
    target: Target
    start: Model | None = None


def arrange(experiment: Description, dataset: Dataset, rows: Mapping[str, IntArray]) -> Arranged:
    """Scale the rows of each part by what its part "train" alone shows.

    Or as the model was used to that the experiment begins with.

    Parameters
    ----------
    experiment : Description
    dataset : Dataset
    rows : mapping of str to array of int
        The row numbers of each part; "train" is one of them.

    Raises
    ------
    DataError
        The rows cannot be encoded or scaled.
    """
    settings = experiment.settings
    start = starting_model(experiment)
    if start is not None:
        return _arranged_for(experiment, start, dataset, rows)
    training_rows = take(dataset.X, rows["train"])
    preprocessing, inputs = Preprocessing.fit_transform(
        training_rows,
        settings.dtype,
        scaling=settings.data.scaling,
        columns=settings.data.columns,
        missing=settings.data.missing,
        read=dataset.read,
        feature_names=() if dataset.is_table else dataset.feature_names,
        kind=dataset.kind,
        reader=dataset.reader,
    )
    parts = {
        name: Part(inputs, dataset.y[which], which, preprocessing.mask(training_rows))
        if name == "train"
        else Part.of(preprocessing, take(dataset.X, which), dataset.y[which], settings.dtype, which)
        for name, which in rows.items()
    }
    target = _target(settings, dataset, dataset.y[rows["train"]])
    return Arranged(dataset, parts, preprocessing, target)


def _require_its_pixels(dataset: Dataset, wanted: Shape, place: str) -> None:
    """Refuse images of another size than a model reads, with what brings them to it."""
    if dataset.kind != "images" or len(wanted) != 3 or np.ndim(dataset.X) != 4:
        return
    found = dataset.X.shape[1:]
    if found != wanted:
        raise DataError(
            _(
                "{place}: these images are {found} (channels × height × width), and that model "
                "reads {wanted}. Of a folder of images {options} bring them to it.",
                place=place,
                found=" × ".join(map(str, found)),
                wanted=" × ".join(map(str, wanted)),
                options=all_of(
                    f"--data-option {name}={value}"
                    for name, value in (
                        ("height", wanted[1]),
                        ("width", wanted[2]),
                        ("colours", "grey" if wanted[0] == 1 else "colour"),
                    )
                ),
            )
        )


def _arranged_for(
    experiment: Description, start: Model, dataset: Dataset, rows: Mapping[str, IntArray]
) -> Arranged:
    """Prepare rows as those were that a model was trained on."""
    settings, preprocessing = experiment.settings, start.preprocessing
    place = experiment.place("network.start_from")
    _require_its_pixels(dataset, preprocessing.feature_shape, place)
    try:
        parts = {
            name: Part.of(
                preprocessing, take(dataset.X, which), dataset.y[which], settings.dtype, which
            )
            for name, which in rows.items()
        }
    except (DataError, ShapeError) as error:
        raise DataError(
            _(
                "{place}: these rows are not such as that model reads: {cause}",
                place=place,
                cause=error,
            )
        ) from error
    target = _target(settings, dataset, dataset.y[rows["train"]])
    return Arranged(dataset, parts, preprocessing, target, start)


def assemble(
    experiment: Description,
    arranged: Arranged,
    shares: Mapping[str, float | None],
    notes: tuple[str, ...] = (),
) -> Prepared:
    """Build the network for rows that are ready, and resolve everything left open.

    Raises
    ------
    ConfigurationError
        The network or the loss does not fit the data.
    """
    experiment, about_preset = with_preset(experiment, arranged.dataset)
    if gives_back(experiment.settings):
        arranged = _giving_back(experiment, arranged)
    arranged = _as_the_preset_reads(experiment, arranged)
    dataset, preprocessing, target = arranged.dataset, arranged.preprocessing, arranged.target
    _require_classes(experiment, dataset.task)
    require_generator(experiment)
    levels = levels_of(experiment, dataset)
    if levels:
        assert isinstance(target, Numbers)  # noqa: S101 — of nothing else are there quantiles
        target = replace(target, levels=levels)
    calibration = calibration_of(experiment, dataset, levels, "validation" in arranged.parts)
    network, loss = build_network(experiment, preprocessing, dataset, levels, arranged.start)
    about_ends = _TOKENS_BEHIND if preprocessing.layout.tokens else _NUMBERS_BEHIND
    parts, more = _as_the_network_takes_them(network, arranged.parts, about_ends)
    initial = None
    if arranged.start is not None:
        initial, note = begun_with(experiment, network, arranged.start, experiment.settings.dtype)
        more = (note, *more)
    rows = len(parts["train"])
    if not gives_back(experiment.settings):
        more += notes_on(dataset, levels, calibration)
    return Prepared(
        _resolved(experiment, dataset, network, loss, shares, rows, calibration),
        dataset,
        parts,
        preprocessing,
        target,
        network,
        loss,
        (*dataset.notes, *notes, *preprocessing.notes, *about_preset, *more),
        initial,
    )


def _giving_back(experiment: Description, arranged: Arranged) -> Arranged:
    target = inputs_of(arranged.preprocessing, experiment.place("data.task"))
    parts = {name: part.giving_back for name, part in arranged.parts.items()}
    return replace(arranged, dataset=aimed(arranged.dataset, target), parts=parts, target=target)


def _as_the_preset_reads(experiment: Description, arranged: Arranged) -> Arranged:
    """Take the step that the layers of the preset need, if they are given their own examples."""
    name, preprocessing = experiment.settings.network.preset, arranged.preprocessing
    if name is None or arranged.start is not None:
        return arranged
    step = find_preset(name).features(arranged.dataset.reader)
    if step is None:
        return arranged
    dtype = experiment.settings.dtype
    parts = {
        name: replace(part, X=step.transform(part.X, dtype))
        for name, part in arranged.parts.items()
    }
    preprocessing = replace(preprocessing, steps=(*preprocessing.steps, step))
    return replace(arranged, parts=parts, preprocessing=preprocessing)


_NUMBERS_BEHIND = _(
    "rows are of unlike lengths, and these layers know none: they read 0, the mean of a channel, "
    "where a row is at its end"
).coded("ends_read_as_zeros")
_TOKENS_BEHIND = _(
    "rows are of unlike lengths, and these layers know none: they read the token 0 where a row is "
    "at its end"
).coded("ends_read_as_tokens")


def _as_the_network_takes_them(
    network: Network, parts: dict[str, Part], note: Message
) -> tuple[dict[str, Part], tuple[str, ...]]:
    """Leave the masks out where the network knows none, and say what it reads instead."""
    if network.takes_masks or all(part.mask is None for part in parts.values()):
        return parts, ()
    return {name: replace(part, mask=None) for name, part in parts.items()}, (note,)


def last_part(prepared: Prepared) -> tuple[str, Part]:
    """Return the rows that say most about new data: test, else validation, else training."""
    name = next(n for n in ("test", "validation", "train") if n in prepared.parts)
    return name, prepared.parts[name]


def load(experiment: Description) -> Dataset:
    """Read the rows of an experiment.

    Raises
    ------
    DataError, ConfigurationError
        With the setting that names what cannot be read.
    """
    settings = experiment.settings
    if settings.data.source == IN_MEMORY:
        raise DataError(
            _(
                "{place}: the rows of this run were given in memory, and no file holds "
                "them. Give them again, from Python: run(experiment, folder, "
                "dataset=rows), with resume=True to go on with it; or measure the model "
                "on rows of a file: axone evaluate FOLDER FILE.",
                place=experiment.place("data.source"),
            )
        )
    table = _table_options(settings)
    try:
        if continues(settings):
            return read_beginnings(experiment, table)
        return load_dataset(
            settings.data.source,
            target=settings.data.target,
            task=task_of_labels(settings),
            table=table,
            beside=experiment.folder,
            seed=settings.seed,
            options=settings.data.options,
        )
    except (DataError, ConfigurationError) as error:
        if gives_back(settings) and settings.data.target is None:
            found = read_unlabelled(settings.data.source, table, experiment.folder)
            if found is not None:
                return found
        if not experiment.where:
            raise
        place = experiment.place("data")
        raise DataError(_("{place}: {cause}", place=place, cause=error)) from error


def rows_of(experiment: Description, dataset: Any = None) -> Dataset:
    """Return rows given in memory as a dataset, or those of the experiment's source."""
    return load(experiment) if dataset is None else _given(experiment, dataset)


def _given(experiment: Description, rows: Any) -> Dataset:
    """Return rows in memory as a dataset, of which the description says that no file holds it."""
    data = experiment.settings.data
    table = _table_options(experiment.settings)
    if continues(experiment.settings):
        return beginnings_in_memory(rows, experiment, table)
    is_alone = not isinstance(rows, tuple | Dataset)
    if gives_back(experiment.settings) and is_alone and data.target is None:
        return replace(unlabelled(rows), source=IN_MEMORY)
    task = task_of_labels(experiment.settings)
    dataset = dataset_of(rows, target=data.target, task=task, table=table)
    return replace(dataset, source=IN_MEMORY)


def _table_options(settings: ExperimentData) -> TableOptions:
    data = settings.data
    return TableOptions(data.columns, data.missing, data.query, data.sheet)


def _source_to_keep(source: str) -> str:
    """Return a source as an experiment file may hold it: standard input is gone, passwords go."""
    if source == STANDARD_INPUT:
        return IN_MEMORY
    return re.sub(r"(://[^:/@]*):[^/@]*@", r"\1@", source)


def take(X: Any, rows: IntArray) -> Any:
    """Return those rows of an array or a table."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def split(
    experiment: Description, dataset: Dataset
) -> tuple[dict[str, IntArray], Mapping[str, float | None], tuple[str, ...]]:
    """Return the row numbers of each part, the shares asked for, and notes."""
    settings = with_preset(experiment, dataset)[0].settings
    data = settings.data
    own_test = dataset.X_test is not None
    validation = _SHARE if data.validation is None else data.validation
    test = data.test if data.test is not None else (0.0 if own_test else _SHARE)
    divided = split_rows(
        dataset.y,
        task_of_split(dataset),
        validation=validation,
        test=test,
        seed=settings.seed,
        groups=dataset.groups,
        spans=dataset.spans,
    )
    rows = {"train": divided.train, "validation": divided.validation, "test": divided.test}
    shares = {"validation": validation, "test": data.test if own_test else test}
    return {name: which for name, which in rows.items() if len(which)}, shares, divided.notes


def _require_rows_to_calibrate(
    experiment: Description, dataset: Dataset, has_validation: bool
) -> None:
    """Refuse to make a model honest that has nothing to be honest about, or no rows for it."""
    wanted = calibration_of(experiment, dataset, levels_of(experiment, dataset), has_validation)
    if wanted is not None and not has_validation:
        raise ConfigurationError(
            _(
                "{place}: it is found on validation rows by how much a model must be calibrated, "
                "and there are none: set data.validation to a share above 0, or leave the setting "
                "out.",
                place=experiment.place("training.calibrate"),
            )
        )


def _require_classes(experiment: Description, task: str) -> None:
    """Refuse class weights and label smoothing of a regression."""
    training = experiment.settings.training
    for name in ("class_weight", "label_smoothing"):
        if getattr(training, name) and task == "regression":
            raise ConfigurationError(
                _(
                    "{place}: it is for classes, and {source} is a regression, which has "
                    "none: leave the setting out.",
                    place=experiment.place(f"training.{name}"),
                    source=experiment.settings.data.source,
                )
            )


def _target(settings: ExperimentData, dataset: Dataset, y_train: FloatArray) -> Target:
    if continues(settings):
        return next_character(dataset)
    if dataset.task == "classification":
        return Classes(
            column=dataset.target_name,
            class_names=dataset.class_names,
            class_values=dataset.class_values,
        )
    columns = y_train.reshape(len(y_train), -1)
    scaler = settings.data.target_scaling.fit(columns if y_train.ndim > 1 else y_train)
    return Numbers(column=dataset.target_name, names=dataset.target_names, scaler=scaler)


def _resolved(
    experiment: Description,
    dataset: Dataset,
    network: Network,
    loss: Loss,
    shares: Mapping[str, float | None],
    rows: int,
    calibration: Calibration | None,
) -> Description:
    """Return the experiment with every open choice made."""
    settings = experiment.settings
    training = settings.training
    batch = training.batch_size if training.batch_size != "auto" else automatic_batch(rows)
    stopping = training.stopping
    if stopping is None:
        patience = _LOSS_PATIENCE if shares["validation"] else None
        stopping = StoppingSection(loss_patience=patience)
    start = start_file(experiment)
    task: str = dataset.task
    if gives_back(settings):
        task = RECONSTRUCTION
    elif continues(settings):
        task = GENERATION
    data = settings.data.model_copy(
        update={"source": _source_to_keep(dataset.source), "task": task, **shares}
        | ({"target": dataset.target_name} if dataset.target_name else {})
    )
    complete = settings.model_copy(
        update={
            "data": data,
            "network": settings.network.model_copy(
                update={
                    "layers": list(network.layers),
                    "layer_names": list(network.names) or None,
                    "start_from": None if start is None else str(start),
                }
            ),
            "training": training.model_copy(
                update={
                    "loss": loss,
                    "batch_size": batch,
                    "stopping": stopping,
                    "calibrate": calibration,
                }
            ),
        }
    )
    return replace(experiment, settings=complete)


def automatic_batch(rows: int) -> int:
    """Return the largest power of two that makes 64 steps an epoch, from 8 to 64 rows."""
    size = _SMALLEST_BATCH
    while size < _LARGEST_BATCH and 2 * size * _STEPS <= rows:
        size *= 2
    return size
