"""What there is to tell of a run, read from its folder alone: nothing is computed anew."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from axone.bounds import SETTINGS_BYTES
from axone.data.parts import name_of_part
from axone.experiments.diagnosing import diagnosis_of
from axone.experiments.folder import DARK, DIAGNOSIS, EXPERIMENT, INTERVALS, MESSAGES, REPORT
from axone.experiments.kept_files import content_of, damage_of, metrics_of
from axone.experiments.results import load_run
from axone.files import read_bounded, told_of_damage
from axone.kept_messages import from_data
from axone.messages import Message, _, _n
from axone.model import Classes, Model, NextCharacter
from axone.summary import Summary
from axone.training import Finding

PARTS = ("train", "validation", "test")

PICTURE_BYTES = 1_300_000
"""Of all pictures of a report together: with it the page stays below two megabytes."""


@dataclass(frozen=True)
class Picture:
    """A picture of a run.

    Attributes
    ----------
    name : str
        Of its file.
    says : Message
        What is seen on it, for who does not see it.
    content : bytes
        PNG.
    dark : bytes
        The same on dark ground; empty where there is none, or no room for it.
    """

    name: str
    says: Message
    content: bytes = field(repr=False)
    dark: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class RunReport:
    """All that a report tells of one run.

    Attributes
    ----------
    name : str
        The folder's.
    summary : tuple of Message
        The outcome in sentences.
    notes : tuple of Message
        What the run itself had to remark.
    scores : mapping of str to mapping of str to float
        By part, as in ``metrics.json``; None is a score that is not finite.
    constants : mapping of str to mapping of str to float
        What a constant answer would score.
    intervals : mapping of str to (float, float)
        Of the scores of the last part.
    classes : tuple of mapping
        Name, precision, recall, F1 and support of each class, the worst recall first.
    class_counts : mapping of str to mapping of str to int
        By part, the rows of every class.
    columns : tuple of mapping
        Of a table how every column was read.
    findings : tuple of Finding, or None
        The diagnosis; None where the folder holds none.
    importance : tuple of (str, float, float)
        Columns, the most important first: the drop of the score, and its spread.
    network : Summary
    pictures : tuple of Picture
    left_out : tuple of str
        Pictures that would have made the page too large.
    experiment : str
        TOML.
    environment : mapping of str to str
        Versions, and the machine.
    """

    name: str
    summary: tuple[Message, ...]
    notes: tuple[Message, ...]
    scores: Mapping[str, Mapping[str, float | None]]
    constants: Mapping[str, Mapping[str, float | None]]
    intervals: Mapping[str, tuple[float, float]]
    classes: tuple[Mapping[str, Any], ...]
    class_counts: Mapping[str, Mapping[str, int]]
    columns: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...] | None
    importance: tuple[tuple[str, float, float], ...]
    network: Summary
    pictures: tuple[Picture, ...]
    left_out: tuple[str, ...]
    experiment: str
    environment: Mapping[str, str]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that were scored, in the order of a run."""
        return tuple(part for part in PARTS if self.scores.get(part))


def read_run(folder: Path, drawn: Path | None = None) -> RunReport:
    """Read what a folder tells of its run.

    Parameters
    ----------
    folder : Path
    drawn : Path, optional
        Where its pictures and intervals are; default the same.

    Raises
    ------
    ModelFileError
        It is no folder of a run that has come to its end, or a file in it is damaged.
    """
    metrics = metrics_of(folder)
    _experiment, model = load_run(folder)
    scores = {part: metrics[part] for part in PARTS if isinstance(metrics.get(part), dict)}
    drawn = folder if drawn is None else drawn
    intervals = _json(drawn / INTERVALS, {})
    pictures, left_out = _pictures(drawn)
    by_class = _json(folder / f"{REPORT}.json", {}).get("classes", ())
    constants = metrics.get("constant", {})
    findings = tuple(diagnosis_of(folder)) if (folder / DIAGNOSIS).is_file() else None
    reason, notes = _said(folder, metrics)
    sentences = (_outcome(scores, constants, model), _training(metrics, reason), _wrong(findings))
    return RunReport(
        name=folder.resolve().name,
        summary=tuple(sentence for sentence in sentences if sentence),
        notes=notes,
        scores=scores,
        constants=constants,
        intervals={name: (low, high) for name, (low, high) in intervals.get("scores", {}).items()},
        classes=tuple(sorted(by_class, key=lambda line: (line["recall"], line["f1"]))),
        class_counts=metrics.get("class_counts", {}),
        columns=tuple(_json(folder / "columns.json", {}).get("columns", ())),
        findings=findings,
        importance=_importance(folder),
        network=model.network.summary(),
        pictures=pictures,
        left_out=left_out,
        experiment=content_of(folder / EXPERIMENT, SETTINGS_BYTES).decode(),
        environment={name: str(value) for name, value in metrics.get("environment", {}).items()},
    )


def _json(path: Path, default: Any) -> Any:
    """Return what a file of the folder holds; it may be missing."""
    if not path.is_file():
        return default
    with told_of_damage(damage_of(path)):
        found = json.loads(content_of(path, SETTINGS_BYTES))
        if not isinstance(found, type(default)):
            raise ValueError(type(found).__name__)
        return found


def _said(folder: Path, metrics: Mapping[str, Any]) -> tuple[Message, tuple[Message, ...]]:
    """Return why a run ended and what it remarked; of an earlier version's the plain texts."""
    path = folder / MESSAGES
    said = _json(path, {})
    with told_of_damage(damage_of(path)):
        notes = said.get("notes", metrics.get("notes", ()))
        reason = from_data(said.get("reason", metrics.get("reason", "")))
        return reason, tuple(map(from_data, notes))


def _importance(folder: Path) -> tuple[tuple[str, float, float], ...]:
    path = folder / "importance.json"
    found = _json(path, {})
    with told_of_damage(damage_of(path)):
        columns = [
            (str(column["name"]), float(column["drop"]), float(column["spread"]))
            for column in found.get("columns", ())
        ]
    return tuple(sorted(columns, key=lambda column: -column[1]))


_Scores = Mapping[str, Mapping[str, float | None]]


def _outcome(every: _Scores, constants: _Scores, model: Model) -> Message | None:
    """Say how good the model is, on the rows that say it most honestly."""
    part = next((name for name in reversed(PARTS) if every.get(name)), None)
    if part is None:
        return None
    scores, constant = every[part], constants.get(part, {})
    right, of = scores.get("right"), scores.get("of")
    if isinstance(model.target, NextCharacter) or right is None or not of:
        return _of_numbers(part, scores, constant)
    if not isinstance(model.target, Classes) or constant.get("right") is None:
        return _(
            "The network answers {right:,} of {of:,} {part} rows right ({share:.1%}).",
            right=right,
            of=of,
            part=name_of_part(part),
            share=right / of,
        )
    return _(
        "The network answers {right:,} of {of:,} {part} rows right ({share:.1%}); who always "
        "answered the most frequent class would answer {constant:.1%} right.",
        right=right,
        of=of,
        part=name_of_part(part),
        share=right / of,
        constant=(constant["right"] or 0) / of,
    )


def _of_numbers(
    part: str, scores: Mapping[str, float | None], constant: Mapping[str, float | None]
) -> Message | None:
    if scores.get("mae") is None:
        return None
    if constant.get("mae") is None:
        return _(
            "The network is {mae:.4g} off in the mean, on {part} rows.",
            mae=scores["mae"],
            part=name_of_part(part),
        )
    return _(
        "The network is {mae:.4g} off in the mean, on {part} rows; who always answered the mean of "
        "the training rows would be {constant:.4g} off.",
        mae=scores["mae"],
        part=name_of_part(part),
        constant=constant["mae"],
    )


def _training(metrics: Mapping[str, Any], reason: Message) -> Message | None:
    epochs = metrics.get("epochs")
    if not isinstance(epochs, int):
        return None
    return _n(
        "Training took {count:,} epoch and {seconds:.3g} s; the weights are those of epoch "
        "{best_epoch:,}. It ended because: {reason}.",
        "Training took {count:,} epochs and {seconds:.3g} s; the weights are those of epoch "
        "{best_epoch:,}. It ended because: {reason}.",
        epochs,
        seconds=float(metrics.get("seconds", 0)),
        best_epoch=int(metrics.get("best_epoch", epochs)),
        reason=reason,
    )


def _wrong(findings: tuple[Finding, ...] | None) -> Message | None:
    if findings is None:
        return None
    if not findings:
        return _("The diagnosis finds nothing wrong with it.")
    return _n(
        "The diagnosis has {count} finding: {first}",
        "The diagnosis has {count} findings, the first: {first}",
        len(findings),
        first=findings[0].symptom,
    )


_SAYS = {
    "curves": _("Loss and score of training and validation rows, epoch by epoch."),
    "confusion_matrix": _("How many rows of each class were predicted as each class."),
    "roc": _("True positive rate against false positive rate, for every threshold."),
    "precision_recall": _("Precision against recall, for every threshold."),
    "calibration": _("How often the network is right, against how sure it is."),
    "predictions": _("Predicted against true values."),
    "residuals": _("Errors against predicted values, and how they are distributed."),
    "importance": _("How much the score gets worse where one column is shuffled."),
    "learning_rate": _("The loss after some steps at each learning rate."),
    "forecast": _("The series, what was forecast of it, and the interval."),
    "reconstructions": _("Examples, and what the network gives back of them."),
}


def _pictures(folder: Path) -> tuple[tuple[Picture, ...], tuple[str, ...]]:
    """Return the pictures of a run, the best known ones first, as far as they fit in."""
    paths = sorted(folder.glob("*.png"), key=lambda path: (_place(path.stem), path.name))
    found: list[Picture] = []
    left_out, left = [], PICTURE_BYTES
    for path in paths:
        content = read_bounded(path, left)
        if content is None:
            left_out.append(path.name)
            continue
        left -= len(content)
        words = path.stem.replace("_", " ").replace("-", " ")
        says = _SAYS.get(path.stem, _("Picture: {words}.", words=words))
        found.append(Picture(path.name, says, content))
    # All in light first: what is on paper is never left out for the sake of a screen.
    for number, picture in enumerate(found):
        path = folder / DARK / picture.name
        dark = (path.is_file() and read_bounded(path, left)) or b""
        left -= len(dark)
        found[number] = replace(picture, dark=dark)
    return tuple(found), tuple(left_out)


def _place(stem: str) -> int:
    return list(_SAYS).index(stem) if stem in _SAYS else len(_SAYS)
