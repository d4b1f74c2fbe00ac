"""What a result folder holds beside its model: its history and its metrics, read with care."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from axone.bounds import SETTINGS_BYTES
from axone.errors import ConfigurationError, ModelFileError
from axone.experiments.folder import HISTORY, METRICS
from axone.files import read_bounded, told_of_damage
from axone.messages import _
from axone.training import History

_MOST_BYTES = 2**26
"""Of a history: a million epochs."""


def metrics_of(folder: Path) -> Mapping[str, Any]:
    """Return what a run's metrics.json holds.

    Raises
    ------
    ModelFileError
        It is missing, damaged, or far larger than such a file is.
    """
    path = folder / METRICS
    with told_of_damage(damage_of(path)):
        found = json.loads(content_of(path, SETTINGS_BYTES))
        if not isinstance(found, dict):
            raise ModelFileError(_("{path} is damaged: it is no table of metrics.", path=path))
        return found


def history_of(folder: Path) -> History:
    """Return what a run's history.csv holds.

    Raises
    ------
    ModelFileError
        It is missing, damaged, or far larger than such a file is.
    """
    path = folder / HISTORY
    with told_of_damage(damage_of(path)):
        names, *rows = csv.reader(content_of(path, _MOST_BYTES).decode().splitlines())
        columns = [[float(cell) for cell in column] for column in zip(*rows, strict=True)]
        return History(dict(zip(names, columns, strict=True)))


def histories_of(folders: Sequence[Path]) -> dict[str, History]:
    """Return the history of each run by the shortest name that tells it from the others.

    Raises
    ------
    ConfigurationError
        A folder is named twice.
    ModelFileError
        A history is missing or damaged.
    """
    whole = [folder.resolve() for folder in folders]
    for folder in whole:
        if whole.count(folder) > 1:
            raise ConfigurationError(_("{folder} is named twice.", folder=folder))
    histories = [history_of(folder) for folder in folders]
    deepest = max((len(folder.parts) for folder in whole), default=1)
    for parts in range(1, deepest + 1):
        names = [str(Path(*folder.parts[-parts:])) for folder in whole]
        if len(set(names)) == len(names):
            break
    return dict(zip(names, histories, strict=True))


def damage_of(path: Path) -> Callable[[Exception], ModelFileError]:
    """Return what makes an error of whatever a parser of that file raises."""
    return lambda error: ModelFileError(_("{path} is damaged: {error}", path=path, error=error))


def content_of(path: Path, most: int) -> bytes:
    """Return the bytes of a file of a result folder.

    Raises
    ------
    ModelFileError
        It is missing, or larger than `most`.
    """
    if not path.is_file():
        raise ModelFileError(
            _(
                "{folder} holds no {file}: is it a folder of `axone train`, and has its run ended?",
                folder=path.parent,
                file=path.name,
            )
        )
    content = read_bounded(path, most)
    if content is None:
        raise ModelFileError(_("{path} is larger than {most:,} bytes.", path=path, most=most))
    return content
