"""Texts to be continued: from a file of lines, a column of a table, an archive, or from memory.

Classes are optional: a column of the table, or what labels the rows of an archive. A text is read
composed (NFC), so that é is one character however it was typed.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import IntArray
from axone.bounds import LONGEST_TEXT, MOST_CONTINUATIONS
from axone.data.beginnings import Beginnings, continuations
from axone.data.characters import texts_of_rows
from axone.data.dataset import Dataset
from axone.data.files import STANDARD_INPUT, read_lines
from axone.data.frames import as_frame, is_frame
from axone.data.home import kind_of, suffix_of
from axone.data.sources import (
    TableOptions,
    dataset_of,
    file_of,
    load_dataset,
    read_rows,
    read_table,
    shown_source,
    source_name,
)
from axone.data.targets import cell_text
from axone.errors import DataError, UnknownNameError
from axone.messages import Message, _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame

_END_NAME = "end"
"""What the end of a text is called among the characters: no character is so long."""


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts, and what is known of them.

    Attributes
    ----------
    name, source : str
        As of `Dataset`.
    texts : list of str
    labels : array of int, shape (m,), optional
        Which of the classes each text is of, where there are classes.
    class_names : tuple of str
    target_name, column : str
        The columns of the classes and of the texts, in a table.
    groups : array of int, shape (m,), optional
        As of `Dataset`.
    test : Texts, optional
        That the source brings for the end.
    notes : tuple of Message
        How they were read.
    """

    name: str
    texts: list[str]
    labels: IntArray | None = None
    class_names: tuple[str, ...] = ()
    target_name: str = ""
    column: str = ""
    source: str = ""
    groups: IntArray | None = None
    test: "Texts | None" = None
    notes: tuple[str, ...] = ()


def read_texts(
    source: str,
    *,
    target: str | None = None,
    table: TableOptions,
    beside: Path | None = None,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Texts:
    """Read texts from wherever they are.

    Parameters
    ----------
    source : str
        A file of lines (.txt), ``-`` for lines on standard input, a table with a column of texts,
        an archive with an array ``text`` or ``names``, or the name of one in the data home.
    target : str, optional
        The column of a table, or the target of an archive, that says of which class each text is.
    table : TableOptions
        How a table is to be read: a column that is ``text`` holds the texts.
    beside, seed, options
        As of `axone.data.load_dataset`.

    Raises
    ------
    DataError
        There is no such file, or it holds no texts; the message says what is wrong where.
    """
    path = file_of(source, beside)
    if path is None or suffix_of(path) == ".npz":
        return _of_archive(source, path, target, beside, seed, options)
    shown = shown_source(path)
    name = source_name(path)
    where = path if path == source else str(Path(path).resolve())
    if target is None and (str(path) == STANDARD_INPUT or kind_of(path) == ".txt"):
        lines, notes = read_lines(path)
        found = Texts(name, checked_texts(lines, shown), notes=notes)
    else:
        raw = read_table(path, table)
        found = _of_frame(raw.frame, name, shown, target, table)
        found = replace(found, notes=(*raw.notes, *found.notes))
    return replace(found, source=str(where))


def texts_in_memory(rows: Any, target: str | None, table: TableOptions) -> Texts:
    """Return texts in memory, with or without classes.

    Parameters
    ----------
    rows : sequence of str, (texts, classes), pandas or polars frame, or Dataset
    target : str, optional
        Of a frame, the column of the classes.
    table : TableOptions
        Of a frame, as of `read_texts`.

    Raises
    ------
    DataError
        They are no texts.
    """
    if is_frame(rows):
        return _of_frame(as_frame(rows), "table", "table", target, table)
    if isinstance(rows, tuple) and len(rows) == 2 and not isinstance(rows[0], str):
        texts, labels = rows
        rows = dataset_of((np.array(texts_of_rows(texts)), labels), task="classification")
    if isinstance(rows, Dataset):
        return _of_dataset(rows)
    return Texts("texts", checked_texts(texts_of_rows(np.array(rows, dtype=object)), "texts"))


def continued(found: Texts, step: Beginnings | None = None) -> Dataset:
    """Return what a generator learns of texts: rows of their beginnings, and what comes next.

    Rows of one text, or of one that is given twice, are a group, which no split divides.

    Parameters
    ----------
    found : Texts
    step : Beginnings, optional
        By default one that knows the characters and classes of these texts.
    """
    texts = found.texts + (found.test.texts if found.test else [])
    labels = found.labels
    if labels is not None and found.test is not None and found.test.labels is not None:
        labels = np.concatenate([labels, found.test.labels])
    step = step or Beginnings.fit(texts, found.class_names, labels, found.column)
    rows = continuations(step, found.texts, found.labels)
    test = None if found.test is None else continuations(step, found.test.texts, found.test.labels)
    groups = found.groups
    if groups is None:
        groups = np.unique(np.array(found.texts, dtype=object), return_inverse=True)[1]
    return Dataset(
        found.name,
        rows.X,
        rows.following,
        "classification",
        X_test=None if test is None else test.X,
        y_test=None if test is None else test.following,
        target_name=found.target_name,
        class_names=(_END_NAME, *step.characters),
        class_values=(_END_NAME, *step.characters),
        source=found.source,
        notes=found.notes,
        kind="tokens",
        reader=step,
        groups=np.asarray(groups)[rows.of_text],
    )


def reading_of(step: Beginnings, table: TableOptions) -> TableOptions:
    """Return how a table of later texts is to be read: those of the column of training."""
    if not step.column:
        return table
    return replace(table, columns={step.column: "text", **table.columns})


def known_to(step: Beginnings, found: Texts) -> Texts:
    """Return those texts whose characters a generator knows, their classes as it numbers them.

    Raises
    ------
    DataError
        There is no such text, or they are of no classes, where the generator's were.
    UnknownNameError
        They are of a class that it does not know.
    """
    labels = _labels_known_to(step, found) if step.classes else None
    known = set(step.characters)
    kept = np.array([set(text) <= known for text in found.texts])
    if not kept.any():
        raise DataError(
            _(
                "{name}: every text has a character that the model does not know: it knows "
                "{known}.",
                name=found.name,
                known=listed(step.characters),
            )
        )
    notes: tuple[Message, ...] = ()
    if lost := int(np.count_nonzero(~kept)):
        notes = (
            _n(
                "{count:,} text has a character that the model does not know, and is left out",
                "{count:,} texts have characters that the model does not know, and are left out",
                lost,
            ).coded("texts_left_out"),
        )
    return replace(
        found,
        texts=[text for text, is_known in zip(found.texts, kept, strict=True) if is_known],
        labels=None if labels is None else labels[kept],
        class_names=step.classes,
        groups=None if found.groups is None else found.groups[kept],
        test=None if found.test is None else known_to(step, found.test),
        notes=(*found.notes, *notes),
    )


def _labels_known_to(step: Beginnings, found: Texts) -> IntArray:
    if found.labels is None:
        raise DataError(
            _(
                "{name}: the model was trained on texts of classes ({classes}), and these are "
                "of none. Name the column of the classes with --target.",
                name=found.name,
                classes=listed(step.classes),
            )
        )
    strange = next((own for own in found.class_names if own not in step.classes), None)
    if strange is not None:
        raise UnknownNameError(_("class"), strange, step.classes, where=found.name)
    return np.array([step.classes.index(own) for own in found.class_names])[found.labels]


def checked_texts(texts: Sequence[str], where: str, least: int = 2) -> list[str]:
    """Return texts composed (NFC), at least so many, none beyond what is learnt from.

    Raises
    ------
    DataError
        With the first text that is too long, or how many characters there are too many.
    """
    if len(texts) < least:
        raise DataError(
            _("{where}: there is no text in it. Give a text a line.", where=where)
            if not texts
            else _(
                "{where}: there is a single text in it, and nothing that texts have in common. "
                "Give a text a line, at least two of them.",
                where=where,
            )
        )
    for number, text in enumerate(texts, 1):
        if len(text) > LONGEST_TEXT:
            raise DataError(
                _(
                    "{where}: text {number} ({start!r}…) has {length:,} characters; at most "
                    "{most:,} are read. Give a sentence, a verse or a paragraph a line.",
                    where=where,
                    number=number,
                    start=text[:20],
                    length=len(text),
                    most=LONGEST_TEXT,
                )
            )
    count = sum(map(len, texts)) + len(texts)
    if count > MOST_CONTINUATIONS:
        raise DataError(
            _(
                "{where}: the texts have {count:,} characters together; at most {most:,} are "
                "learnt from. Give a part of them.",
                where=where,
                count=count,
                most=MOST_CONTINUATIONS,
            )
        )
    return [unicodedata.normalize("NFC", text) for text in texts]


def _of_archive(
    source: str,
    path: str | Path | None,
    target: str | None,
    beside: Path | None,
    seed: int,
    options: Mapping[str, Any] | None,
) -> Texts:
    """Read texts of an archive, whose labels may be missing, or of whatever a name stands for."""
    try:
        dataset = load_dataset(source, target=target, beside=beside, seed=seed, options=options)
    except DataError:
        if path is None or target is not None:
            raise
        rows = read_rows(path)
        if rows.y is not None:
            raise
        found = _of_array(rows.X, source_name(path), str(path))
        return replace(found, source=str(Path(path).resolve()), notes=rows.notes)
    return _of_dataset(dataset)


def _of_dataset(dataset: Dataset) -> Texts:
    """Return the texts of a dataset; a target of numbers is none that a text could begin with."""
    found = _of_array(dataset.X, dataset.name, dataset.name)
    found = replace(found, source=dataset.source, notes=(*dataset.notes,), groups=dataset.groups)
    test = None
    if dataset.X_test is not None:
        texts = texts_of_rows(dataset.X_test)
        test = Texts(dataset.name, checked_texts(texts, dataset.name, 1), dataset.y_test)
        test = replace(test, class_names=dataset.class_names)
    if dataset.task != "classification":
        return replace(found, test=None if test is None else replace(test, labels=None))
    return replace(
        found,
        labels=dataset.y,
        class_names=dataset.class_names,
        target_name=dataset.target_name,
        test=test,
    )


def _of_array(X: Any, name: str, where: str) -> Texts:
    if not isinstance(X, np.ndarray) or X.dtype.kind != "U" or X.ndim != 1:
        raise DataError(
            _(
                "{where}: its rows are no texts, and only texts are continued character by "
                "character. Give a file with a text a line (.txt), a table with a column of text, "
                "or an archive with an array 'text'.",
                where=where,
            )
        )
    return Texts(name, checked_texts(texts_of_rows(X), where))


def _of_frame(
    frame: "DataFrame", name: str, where: str, target: str | None, table: TableOptions
) -> Texts:
    if target is not None and target not in frame.columns:
        raise UnknownNameError(_("column"), target, list(frame.columns), where=where)
    column = text_column(frame, where, target, table)
    cells = [_written(cell) for cell in frame[column]]
    of_class = cells if target is None else [_written(cell) for cell in frame[target]]
    pairs = [pair for pair in zip(cells, of_class, strict=True) if all(pair)]
    texts = [cell for cell, _own in pairs]
    notes: tuple[Message, ...] = ()
    if lost := len(cells) - len(texts):
        notes = (
            _n(
                "{count:,} row without a text, or without a class, left out",
                "{count:,} rows without a text, or without a class, left out",
                lost,
            ).coded("rows_without_text"),
        )
    found = Texts(name, checked_texts(texts, where), column=column, notes=notes)
    if target is None:
        return found
    names, labels = np.unique(
        np.array([own for _cell, own in pairs], dtype=object), return_inverse=True
    )
    return replace(found, labels=labels, class_names=tuple(names.tolist()), target_name=target)


def text_column(frame: "DataFrame", where: str, target: str | None, table: TableOptions) -> str:
    """Return the column of a table that holds the texts: that which is said, or the only one.

    Raises
    ------
    DataError
        There is none, or there are several.
    """
    said = [name for name, kind in table.columns.items() if kind == "text" and name in frame]
    if len(said) == 1:
        return said[0]
    passed = {target, *(name for name, kind in table.columns.items() if kind == "ignore")}
    left = [name for name in frame.columns if name not in passed and not _is_numeric(frame[name])]
    if len(left) == 1:
        return str(left[0])
    raise DataError(
        _(
            "{where}: which column holds the texts? Found {names}. Say so with --types "
            '{example}=text, in a file with columns = {{ {example} = "text" }} under data.',
            where=where,
            names=listed(left),
            example=left[0],
        )
        if left
        else _(
            "{where}: there is no column of text in it, only {names}.",
            where=where,
            names=listed(frame.columns),
        )
    )


def _is_numeric(column: Any) -> bool:
    import pandas as pd

    return bool(pd.to_numeric(column.dropna().astype(object), errors="coerce").notna().all())


def _written(cell: Any) -> str:
    """Return a cell as text without blanks around it; empty where it is missing."""
    import pandas as pd

    return "" if pd.isna(cell) else cell_text(cell).strip()
