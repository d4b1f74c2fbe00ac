"""`look` at a dataset of arrays: what its examples are, how long, how many of each class."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.data.dataset import Dataset
from axone.data.positions import gaps_in
from axone.messages import Message, _, _n, at, listed, shorten

_MOST_NAMED, _NAME = 12, 24
"""How many classes or channels are named, and characters of a name."""


@dataclass(frozen=True)
class ExamplesReport:
    """What the examples of a dataset are.

    Attributes
    ----------
    name : str
    kind : ExampleKind
    rows, test_rows : int
    shape : tuple of int
        Of one example; empty for texts.
    lengths : tuple of (int, float, int), optional
        The least, the median and the greatest number of positions that are there.
    classes : tuple of (str, int)
        Each with its training rows; none in regression.
    targets : tuple of str
        What is to be said in regression.
    channels : tuple of str
        Their names, or those of the columns.
    values : tuple of (float, float), optional
        The least and the greatest number.
    missing, rows_with_gaps : int
        Numbers that are filled from their neighbours, and the rows that have any.
    groups : int
        Whom or what the rows are of, in how many groups; 0 where that is not told.
    in_order : bool
        Whether rows lie in an order of time.
    notes : tuple of Message
    """

    name: str
    kind: str
    rows: int
    test_rows: int
    shape: tuple[int, ...]
    lengths: tuple[int, float, int] | None
    classes: tuple[tuple[str, int], ...]
    targets: tuple[str, ...]
    channels: tuple[str, ...]
    values: tuple[float, float] | None
    missing: int
    rows_with_gaps: int
    groups: int
    in_order: bool
    notes: tuple[Message, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return str(self)

    def lines(self) -> Iterator[str]:
        """Return the report in lines of text."""
        yield str(self.title)
        for label, text in self.details():
            yield f"  {at(label, text)}"

    @property
    def title(self) -> Message:
        """The dataset in a line: its name and its size."""
        rows = _n("{count:,} example", "{count:,} examples", self.rows)
        if not self.test_rows:
            return _("{name}: {rows}", name=self.name, rows=rows)
        return _("{name}: {rows}, {test:,} test", name=self.name, rows=rows, test=self.test_rows)

    def details(self) -> list[tuple[Message, Message]]:
        """Return what there is to say of the examples, each with its label."""
        found = [(_("each"), example_in_words(self))]
        if self.lengths is not None:
            found.append((_("lengths"), lengths_in_words(*self.lengths)))
        if self.channels:
            found.append((_("named"), _("{names}", names=_few(self.channels))))
        if self.values is not None:
            low, high = self.values
            found.append((_("numbers"), _("from {low:.6g} to {high:.6g}", low=low, high=high)))
        if self.kind != "text":
            found.append((_("missing"), _missing(self)))
        if self.classes:
            counts = [
                _("{rows:,} × {name}", rows=count, name=shorten(name, _NAME))
                for name, count in self.classes
            ]
            found.append((_("classes"), _("{counts}", counts=_few(counts))))
        else:
            found.append((_("to be said"), _("{names}", names=_few(self.targets) or "y")))
        if self.groups:
            found.append((_("groups"), _("{count:,}, none in two parts", count=self.groups)))
        if self.in_order:
            found.append((_("order"), _("by time; parts are cut in it, training first")))
        found += [(_("note"), note) for note in self.notes]
        return found

    def to_data(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        return {**vars(self), "notes": [note.english for note in self.notes]}


def report_on_examples(dataset: Dataset) -> ExamplesReport:
    """Report on a dataset of arrays."""
    lengths = dataset.lengths
    spread = (
        None
        if lengths is None
        else (int(lengths.min()), float(np.median(lengths)), int(lengths.max()))
    )
    along = dataset.kind if dataset.kind in ("signals", "sequences") else None
    gaps = None if along is None else gaps_in(dataset.X, along)  # type: ignore[arg-type]
    classes = len(dataset.class_names)
    counts = np.bincount(dataset.y, minlength=classes).tolist() if classes else []
    return ExamplesReport(
        name=dataset.name,
        kind=dataset.kind,
        rows=len(dataset.y),
        test_rows=0 if dataset.y_test is None else len(dataset.y_test),
        shape=tuple(map(int, dataset.X.shape[1:])),
        lengths=spread,
        classes=tuple(zip(dataset.class_names, counts, strict=True)),
        targets=dataset.target_names or ((dataset.target_name,) if dataset.target_name else ()),
        channels=dataset.feature_names,
        values=_range(dataset),
        missing=0 if gaps is None else gaps.cells,
        rows_with_gaps=0 if gaps is None else gaps.rows,
        groups=0 if dataset.groups is None else len(np.unique(dataset.groups)),
        in_order=dataset.spans is not None,
        notes=tuple(note for note in dataset.notes if isinstance(note, Message)),
    )


def _range(dataset: Dataset) -> tuple[float, float] | None:
    if dataset.kind == "text":
        return None
    X = np.asarray(dataset.X)
    low, high = np.nanmin(X), np.nanmax(X)
    if dataset.kind == "tokens":
        low = max(low, 0)
    return float(low), float(high)


def example_in_words(report: ExamplesReport) -> Message:
    """Say what one example is, and how large."""
    size = " × ".join(map(str, report.shape))
    if report.kind == "signals":
        channels, length = report.shape
        return _(
            "a signal of {channels}, {length}",
            channels=_n("{count:,} channel", "{count:,} channels", channels),
            length=_n("{count:,} position", "{count:,} positions", length),
        )
    if report.kind == "sequences":
        length, features = report.shape
        return _(
            "a sequence of {length}, {features} at each",
            length=_n("{count:,} position", "{count:,} positions", length),
            features=_n("{count:,} feature", "{count:,} features", features),
        )
    if report.kind == "images":
        return _image_in_words(report.shape)
    if report.kind == "tokens":
        return _n("{count:,} token", "{count:,} tokens", report.shape[0])
    if report.kind == "text":
        return _("a text")
    count = math.prod(report.shape)
    return _n("{size} number", "{size} numbers", count, size=size)


def _image_in_words(shape: tuple[int, ...]) -> Message:
    pixels = " × ".join(map(str, shape[-2:]))
    if len(shape) == 2 or shape[0] == 1:
        return _("a grey image of {pixels} pixels (height × width)", pixels=pixels)
    return _(
        "an image of {channels} × {pixels} (channels × height × width)",
        channels=shape[0],
        pixels=pixels,
    )


def lengths_in_words(least: int, middle: float, most: int) -> Message:
    """Say how long examples are."""
    if least == most:
        return _("{length:,} throughout", length=most)
    return _("{least:,} to {most:,}, median {middle:,g}", least=least, most=most, middle=middle)


def _missing(report: ExamplesReport) -> Message:
    if not report.missing:
        return _("none")
    return _n(
        "{count:,} number of {rows}, filled in along time",
        "{count:,} numbers of {rows}, filled in along time",
        report.missing,
        rows=_n("{count:,} row", "{count:,} rows", report.rows_with_gaps),
    )


def _few(words: Any) -> str:
    """Return the first of many words, and the last."""
    found = [shorten(word, _NAME + 8) for word in words]
    if len(found) > _MOST_NAMED:
        found = [*found[: _MOST_NAMED - 2], "…", found[-1]]
    return str(listed(found))
