"""A result folder whose examples are rows of columns, with those rows as they came."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.encoding import TableEncoder
from axone.data.frames import is_frame
from axone.data.numbers import NumericRows
from axone.errors import DataError, UnknownNameError
from axone.experiments import Prepared, load_run, prepare, take
from axone.experiments.preparation import last_part
from axone.messages import Message, _
from axone.model import Classes, Model, Numbers

Cells = Any
"""Rows as they came: an array `(m, n)`, or a pandas frame."""


@dataclass(frozen=True, eq=False)
class TableRun:
    """A run on a table, or on an array whose rows are columns of numbers.

    Attributes
    ----------
    folder : Path
    model : Model
    prepared : Prepared
    names : tuple of str
        The columns that the network reads, as the table calls them.
    kinds : tuple of str
        What each of them is: "number", "boolean", "category", "ordinal" or "date".
    """

    folder: Path
    model: Model
    prepared: Prepared
    names: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def seed(self) -> int:
        """The run's own."""
        return self.prepared.experiment.settings.seed

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is answered: the classes, or the names of the predicted numbers."""
        target = self.model.target
        if isinstance(target, Classes):
            return target.class_names
        return target.names or (target.column or str(_("prediction")),)

    def cells(self, part: str) -> Cells:
        """Return the rows of a part as they came, their columns those of `names`."""
        dataset, numbers = self.prepared.dataset, self.prepared.parts[part].numbers
        rows = dataset.X_test if numbers is None else take(dataset.X, numbers)
        return self.read_columns(rows)

    def read_columns(self, rows: Any) -> Cells:
        """Return the columns that the network reads, numbers as real numbers."""
        if not is_frame(rows):
            return np.asarray(rows, dtype=np.float64)
        numbers = [n for n, kind in zip(self.names, self.kinds, strict=True) if kind == "number"]
        return rows[list(self.names)].astype(dict.fromkeys(numbers, "float64"))

    def last_rows(self, most: int, seed: int) -> tuple[str, Cells, NDArray[Any], int]:
        """Return the rows that say most about new data: test, else validation, else training.

        Returns
        -------
        str
            The part's name.
        array or frame, array
            At most so many of its rows, chosen by the seed, and their targets.
        int
            How many the part has.
        """
        name, part = last_part(self.prepared)
        cells, y = self.cells(name), part.y
        if len(y) > most:
            some = np.sort(np.random.default_rng(seed).choice(len(y), most, replace=False))
            return name, take(cells, some), y[some], len(y)
        return name, cells, y, len(y)


def table_run(source: str) -> TableRun:
    """Open a result folder of a table.

    Raises
    ------
    DataError
        A model file, which holds no rows; or examples that are no rows of columns.
    ModelFileError
        No result folder.
    """
    path = Path(source)
    if path.is_file():
        raise DataError(
            _("{path} is a file, which holds no rows: name the folder of its run.", path=source)
        )
    experiment, model = load_run(path)
    return table_of(path, model, prepare(experiment))


def table_of(path: Path, model: Model, prepared: Prepared) -> TableRun:
    """Return a run that is open already as one on a table.

    Raises
    ------
    DataError
        Its examples are no rows of columns, or its model predicts something else than classes or
        numbers.
    """
    first, dataset = model.preprocessing.steps[0], prepared.dataset
    if not isinstance(model.target, Classes | Numbers):
        raise DataError(
            _(
                "{name}: this model predicts neither classes nor numbers, whose scores a column "
                "could matter to.",
                name=dataset.name,
            )
        )
    if isinstance(first, TableEncoder):
        kinds = tuple(column.kind for column in first.columns)
        return TableRun(path, model, prepared, first.names, kinds)
    if not isinstance(first, NumericRows) or len(first.shape) != 1 or dataset.kind != "features":
        raise DataError(_no_columns(dataset.name, dataset.kind))
    width = first.shape[0]
    names = tuple(map(str, dataset.feature_names))
    if len(names) != width:
        names = tuple(f"x{number}" for number in range(1, width + 1))
    return TableRun(path, model, prepared, names, ("number",) * width)


_KINDS = {
    "images": _("images"),
    "signals": _("signals"),
    "sequences": _("sequences"),
    "tokens": _("tokens"),
    "text": _("texts"),
}


def _no_columns(name: str, kind: str) -> Message:
    words = _KINDS.get(kind, _("windows of a series"))
    if kind in ("images", "signals", "sequences"):
        return _(
            "{name}: its examples are {kind}, not rows of columns. Which pixels or moments move an "
            "answer is what saliency shows: saliency.png in the folder of a run, or ax.saliency("
            "model.network, model.parameters, X) in Python.",
            name=name,
            kind=words,
        )
    return _("{name}: its examples are {kind}, not rows of columns.", name=name, kind=words)


def chosen_columns(words: str | None, names: Sequence[str], option: str) -> list[int]:
    """Return which columns `a,b` names; names that hold commas stand in quotation marks.

    Raises
    ------
    UnknownNameError
        There is no such column, or the network does not read it.
    """
    if words is None:
        return []
    places = {name: place for place, name in enumerate(names)}
    if words in places:
        return [places[words]]
    found = [word.strip() for word in next(csv.reader([words], skipinitialspace=True), [])]
    for word in found:
        if word not in places:
            raise UnknownNameError(_("column"), word, names, where=option)
    return [places[word] for word in dict.fromkeys(found)]
