"""Folders of images and of sounds made datasets, and such files made rows for a model."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.array_dataset import make_array_dataset
from axone.data.class_folders import IMAGES, SOUNDS, ClassFolder, read_class_folder
from axone.data.dataset import Dataset, TaskChoice
from axone.data.generator_options import checked_options
from axone.data.pictures import OPTIONS as PICTURE_OPTIONS
from axone.data.pictures import Pictures, is_grey, read_pictures, size_for
from axone.data.positions import joined
from axone.data.sounds import OPTIONS as SOUND_OPTIONS
from axone.data.sounds import Sounds, read_sounds
from axone.errors import DataError
from axone.messages import Message, _


def read_folder(
    folder: Path, task: TaskChoice = "auto", options: Mapping[str, Any] | None = None
) -> Dataset:
    """Read a folder of classes: one subfolder each, of image files or of WAV files.

    Parameters
    ----------
    folder : Path
        With `train` and `test` in it, where it brings its own test rows.
    task : {"auto", "classification", "regression"}
    options : mapping, optional
        See `axone.data.pictures.OPTIONS` and `axone.data.sounds.OPTIONS`.

    Raises
    ------
    DataError
        As `read_class_folder`; a file that cannot be read.
    UnknownNameError, ConfigurationError
        An option that there is not, or a value that is not allowed.
    """
    found = read_class_folder(folder)
    classes = set(found.training.classes)
    if len(classes) == len(found.training):
        raise DataError(
            _(
                "{folder} holds one file of each of its {count} classes: a class is learnt from "
                "several.",
                folder=folder,
                count=len(classes),
            )
        )
    read = _pictures if found.medium == "images" else _sounds
    X, X_test, notes, first = read(folder, found, options or {})
    kind = "images" if found.medium == "images" else "signals"
    arrays = {"X": X, "y": np.array(found.training.classes), "kind": np.array(kind)}
    if X_test is not None:
        arrays |= {"X_test": X_test, "y_test": np.array(found.test.classes)}
    dataset = make_array_dataset(folder.resolve().name, arrays, task=task, where=str(folder))
    return replace(dataset, notes=(*found.notes, *notes, *dataset.notes), reader=first)


def _pictures(
    folder: Path, found: ClassFolder, given: Mapping[str, Any]
) -> tuple[NDArray[Any], NDArray[Any] | None, tuple[Message, ...], Pictures]:
    options = checked_options(folder.name, PICTURE_OPTIONS, given)
    height, width, notes = size_for(found.training.paths, options["height"], options["width"])
    channels = 1 if options["colours"] == "grey" else 3
    X = read_pictures(found.training.paths, (channels, height, width))
    if options["colours"] == "auto" and is_grey(X):
        channels, X = 1, X[:, :1].copy()
    first = Pictures((channels, height, width))
    X_test = first.read(found.test.paths) if len(found.test) else None
    return X, X_test, notes, first


def _sounds(
    folder: Path, found: ClassFolder, given: Mapping[str, Any]
) -> tuple[NDArray[Any], NDArray[Any] | None, tuple[Message, ...], Sounds]:
    options = checked_options(folder.name, SOUND_OPTIONS, given)
    paths = (*found.training.paths, *found.test.paths)
    sounds, rate, notes = read_sounds(paths, options["rate"], options["seconds"])
    every = joined(sounds, "signals", str(folder))
    X, X_test = every[: len(found.training)], every[len(found.training) :]
    first = Sounds((every.shape[1], every.shape[2]), rate)
    return X, X_test if len(X_test) else None, notes, first


def is_medium(path: str | Path) -> bool:
    """Tell whether a file's name ends as those of images or sounds do."""
    return Path(path).suffix.lower() in (*IMAGES, *SOUNDS)


def labelled_files(folder: Path, first: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the files of a folder of classes as a model's rows, and the names of their classes.

    Of a folder with `train` and `test` these are the test files.

    Parameters
    ----------
    folder : Path
    first : Step
        The first step of the model's preprocessing.

    Raises
    ------
    DataError
        The model is of no such files, or as `read_class_folder`.
    """
    found = read_class_folder(folder, least=1)
    part = found.test if len(found.test) else found.training
    wanted = Pictures if found.medium == "images" else Sounds
    if not isinstance(first, wanted):
        raise DataError(
            _(
                "{folder} holds {medium}, and the model was not trained on a folder of such files.",
                folder=folder,
                medium=found.medium,
            )
        )
    return first.read(part.paths), np.array(part.classes)
