"""What `axone explain` is asked for: which network, which rows, and how the trace is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.cli.models import is_model, is_run, model_at, require_no_settings
from axone.cli.sources import Overrides, at_rate, describe, layer_sizes
from axone.data import TableOptions
from axone.data.frames import is_frame
from axone.data.sources import is_stream, source_name
from axone.errors import ConfigurationError, DataError, UnknownNameError
from axone.experiments import Part, Prepared, load_run, prepare
from axone.experiments.labelled import read_labelled
from axone.experiments.training import learnt_target
from axone.explanation import Step, Trace, as_html, as_latex, as_markdown, as_text
from axone.explanation import explain as explain_rows
from axone.explanation.trace import INPUT
from axone.losses import LOSSES, Loss
from axone.messages import Message, _, listed
from axone.model import Classes, Model, NextCharacter, Target
from axone.network import Network
from axone.optimizers import OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty

_MOST_ROWS = 64
"""Of a mini-batch that anyone reads."""

_MOST_CELLS = 40
"""Cells of a row that are shown as they were."""

Renderer = Callable[[Trace, int], str]


@dataclass(frozen=True)
class Wanted:
    """The words of the command line that no experiment knows."""

    rows: tuple[int, ...] = ()
    file: str | None = None
    layers: str | None = None
    training: bool = False
    jacobian: bool = False


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with its weights and how it is trained; rows of its own where it has some."""

    network: Network
    parameters: Parameters
    loss: Loss
    target: Target
    optimizer: Optimizer | None
    penalty: Penalty
    clipping: Clipping
    frozen: int
    seed: int
    prepared: Prepared | None
    model: Model | None


@dataclass(frozen=True, eq=False)
class Rows:
    """What goes through the network: ready for it, as it was, and with which target."""

    title: Message
    X: FloatArray
    y: Any
    mask: BoolArray | None
    as_it_was: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def explained(source: str, overrides: Overrides, wanted: Wanted) -> tuple[Trace, tuple[str, ...]]:
    """Return the trace that the words of a command line ask for, and notes on it.

    Raises
    ------
    AxoneError
        What cannot be read, or does not fit together.
    """
    notes = []
    subject = (
        _of_model(source, overrides, wanted)
        if is_model(source)
        else _of_source(source, overrides, wanted)
    )
    rows = (
        _own_rows(subject, wanted.rows or (0,))
        if wanted.file is None
        else _of_file(subject, wanted, overrides)
    )
    optimizer = None if rows.y is None else subject.optimizer
    if optimizer is not None and not optimizer.stepwise:
        notes.append(
            _("L-BFGS learns from all rows together: its first iteration is as if these were all.")
        )
    notes += _on_the_model(subject.model)
    target = subject.target
    trace = explain_rows(
        subject.network,
        subject.parameters,
        rows.X,
        rows.y,
        loss=None if rows.y is None else subject.loss,
        optimizer=optimizer,
        l1=subject.penalty.l1,
        l2=subject.penalty.l2,
        clip_value=subject.clipping.value,
        clip_norm=subject.clipping.norm,
        frozen=subject.frozen,
        training=wanted.training,
        seed=subject.seed,
        mask=rows.mask,
        jacobian=wanted.jacobian,
        feature_names=_feature_names(subject),
        class_names=target.class_names if isinstance(target, Classes | NextCharacter) else (),
    )
    return _headed(trace, rows), (*rows.notes, *notes)


def _on_the_model(model: Model | None) -> list[Message]:
    """Say where a model's answers are not those of one network alone."""
    notes = []
    if model is not None and len(model.members) > 1:
        notes.append(
            _(
                "The model averages {count} networks: the first of them is shown.",
                count=len(model.members),
            )
        )
    if model is not None and model.temperature != 1:
        notes.append(
            _(
                "The model divides its logits by {temperature:.4g} when it predicts; the network's "
                "own are shown.",
                temperature=model.temperature,
            )
        )
    return notes


def _headed(trace: Trace, rows: Rows) -> Trace:
    first, *others = trace.steps
    if not rows.as_it_was:
        return replace(trace, title=rows.title, steps=(replace(first, title=rows.title), *others))
    given = Step(INPUT, _("{row}, as it was", row=rows.title), labels=rows.as_it_was)
    scaled = replace(first, title=_("{row}, as the network takes it", row=rows.title))
    return replace(trace, title=rows.title, steps=(given, scaled, *others))


_OF_A_STEP = ("--loss", "--optimizer", "--lr", "--seed")
"""Options that change how a trained network is explained."""

_OF_A_FILE = ("--target", "--query", "--sheet")
"""Options that say how the file of `--csv` is read."""


def _of_model(source: str, overrides: Overrides, wanted: Wanted) -> Subject:
    """Return the network of a result folder or a model file."""
    layers = () if wanted.layers is None else ("--layers",)
    of_the_file = () if wanted.file is None else _OF_A_FILE
    require_no_settings(overrides, but=(*_OF_A_STEP, *of_the_file), also=layers)
    path = Path(source)
    prepared, optimizer, penalty, clipping, seed = None, None, Penalty(), Clipping(), 0
    frozen: int | str = 0
    if is_run(source):
        experiment, model = load_run(path)
        settings = experiment.settings
        training = settings.training
        optimizer, seed, frozen = training.optimizer, settings.seed, settings.network.frozen
        penalty = Penalty(training.l1, training.l2)
        clipping = Clipping(training.clip_value, training.clip_norm)
        prepared = None if wanted.file is not None else prepare(experiment)
    else:
        model = model_at(path)
    if overrides.optimizer is not None:
        optimizer = OPTIMIZERS.resolve(overrides.optimizer)
    if overrides.learning_rate is not None:
        optimizer = at_rate(optimizer or OPTIMIZERS.resolve("adam"), overrides.learning_rate)
    return Subject(
        model.network,
        model.parameters.astype("float64"),
        model.loss if overrides.loss is None else LOSSES.resolve(overrides.loss),
        model.target,
        optimizer,
        penalty,
        clipping,
        model.network.layers_up_to(frozen),
        seed if overrides.seed is None else overrides.seed,
        prepared,
        model,
    )


def _of_source(source: str, overrides: Overrides, wanted: Wanted) -> Subject:
    """Return the network that a run would begin with."""
    sizes: list[int] = []
    if wanted.layers is not None:
        sizes = layer_sizes(wanted.layers)
        overrides = replace(overrides, hidden=",".join(map(str, sizes[1:-1])))
    prepared = prepare(describe(source, overrides))
    network, settings = prepared.network, prepared.experiment.settings
    if sizes:
        _require_sizes(network, sizes, prepared)
    training = settings.training
    parameters = prepared.initial or network.initialize(settings.seed, "float64")
    return Subject(
        network,
        parameters.astype("float64"),
        prepared.loss,
        prepared.target,
        training.optimizer,
        Penalty(training.l1, training.l2),
        Clipping(training.clip_value, training.clip_norm),
        network.layers_up_to(settings.network.frozen),
        settings.seed,
        prepared,
        None,
    )


def _require_sizes(network: Network, sizes: Sequence[int], prepared: Prepared) -> None:
    ends = (int(np.prod(network.input_shape)), int(np.prod(network.output_shape)))
    if (sizes[0], sizes[-1]) != ends:
        raise ConfigurationError(
            _(
                "--layers {given} does not fit {name}: its rows have {inputs} numbers and the "
                "output {outputs}. Write {inputs}-…-{outputs}.",
                given="-".join(map(str, sizes)),
                name=prepared.dataset.name,
                inputs=ends[0],
                outputs=ends[1],
            )
        )


def _own_rows(subject: Subject, numbers: Sequence[int]) -> Rows:
    """Return rows of the data by their numbers."""
    prepared = subject.prepared
    if prepared is None:
        raise DataError(
            _("A model file holds no rows: give some with --csv, or name the folder of its run.")
        )
    _require_few(len(numbers))
    parts = [_part_with(prepared, number) for number in numbers]
    X, y = np.concatenate([part.X for part in parts]), np.concatenate([part.y for part in parts])
    masks = [part.mask for part in parts if part.mask is not None]
    one = Part(X, y, mask=np.concatenate(masks) if len(masks) == len(parts) else None)
    name = prepared.dataset.name
    title = _("Row {number} of {name}", number=numbers[0], name=name)
    if len(numbers) > 1:
        title = _("Rows {numbers} of {name}", numbers=listed(map(str, numbers)), name=name)
    as_it_was = _as_it_was(prepared, numbers[0]) if len(numbers) == 1 else ()
    mask = one.mask if subject.network.takes_masks else None
    return Rows(title, X, learnt_target(subject.target, one), mask, as_it_was)


def _part_with(prepared: Prepared, number: int) -> Part:
    """Return the row of that number, from whichever part it went to."""
    for part in prepared.parts.values():
        if part.numbers is None:
            continue
        found = np.flatnonzero(part.numbers == number)
        if len(found):
            return part.rows(found[:1])
    numbers = [part.numbers for part in prepared.parts.values() if part.numbers is not None]
    known = np.concatenate(numbers) if numbers else np.arange(1)
    raise DataError(
        _(
            "There is no row {number}: {name} has rows {least} to {most}, counted from 0.",
            number=number,
            name=prepared.dataset.name,
            least=int(known.min()),
            most=int(known.max()),
        )
    )


def _as_it_was(prepared: Prepared, number: int) -> tuple[str, ...]:
    """Return a row's cells as the source has them, by their columns; () of what is no table."""
    X: Any = prepared.dataset.X
    no_table = prepared.network.takes_tokens or len(prepared.network.input_shape) != 1
    if number >= len(X) or no_table:
        return ()
    cells: dict[str, Any]
    if is_frame(X):
        cells = {str(name): X[name].iloc[number] for name in X.columns}
    elif X.ndim == 2:
        names = prepared.dataset.feature_names or [f"x{n + 1}" for n in range(X.shape[1])]
        cells = dict(zip(map(str, names), X[number].tolist(), strict=True))
    else:
        return ()
    if len(cells) > _MOST_CELLS:
        return ()
    return tuple(f"{name} = {_cell(cell)}" for name, cell in cells.items())


def _cell(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def _feature_names(subject: Subject) -> tuple[str, ...]:
    """Return what the network's inputs are called, where each is one column."""
    if subject.prepared is None:
        return ()
    names = subject.prepared.dataset.feature_names
    return tuple(names) if subject.network.input_shape == (len(names),) else ()


def _of_file(subject: Subject, wanted: Wanted, overrides: Overrides) -> Rows:
    """Return rows of a file, made ready as those of training were."""
    assert wanted.file is not None  # noqa: S101 — asked before
    model, table = subject.model or _untrained(subject), TableOptions()
    if subject.model is not None:  # else they say how the data are read
        table = TableOptions(query=overrides.query, sheet=overrides.sheet)
    target = overrides.target
    notes: tuple[str, ...] = ()
    try:
        labelled = read_labelled(wanted.file, model, target or model.target.column, table)
        part, notes = labelled.part, labelled.notes
        y: Any = learnt_target(model.target, part)
    except DataError:
        if target is not None:
            raise
        from axone.cli.predictions import read

        given = read([wanted.file], model, (), table)
        X = model.preprocessing.transform(given.X, "float64")
        mask = model.preprocessing.mask(given.X) if model.network.takes_masks else None
        part, y = Part(X, np.zeros(len(X)), mask=mask), None
        notes = (*given.notes, _("No target is there: the way ends with the prediction."))
    numbers = list(wanted.rows) or list(range(len(part)))
    _require_few(len(numbers))
    for number in numbers:
        if not 0 <= number < len(part):
            raise DataError(
                _(
                    "There is no row {number}: {name} has rows 0 to {most}, counted from 0.",
                    number=number,
                    name=wanted.file,
                    most=len(part) - 1,
                )
            )
    name = source_name(wanted.file) if is_stream(wanted.file) else Path(wanted.file).name
    title = _("Rows {numbers} of {name}", numbers=listed(map(str, numbers)), name=name)
    if len(numbers) == 1:
        title = _("Row {number} of {name}", number=numbers[0], name=name)
    mask = None if part.mask is None else part.mask[numbers]
    return Rows(title, part.X[numbers], None if y is None else y[numbers], mask, (), notes)


def _untrained(subject: Subject) -> Model:
    """Return the model that a run would begin with, to read rows as it will."""
    prepared = subject.prepared
    assert prepared is not None  # noqa: S101 — what has no model was prepared
    return Model(
        subject.network,
        (subject.parameters,),
        prepared.loss,
        prepared.preprocessing,
        prepared.target,
    )


def _require_few(rows: int) -> None:
    if rows > _MOST_ROWS:
        raise DataError(
            _(
                "{rows:,} rows at once are more than anyone reads: choose at most {most} with "
                "--row.",
                rows=rows,
                most=_MOST_ROWS,
            )
        )


def _text(trace: Trace, digits: int) -> str:
    # What it is of stands above its numbers already.
    return as_text(replace(trace, title=""), digits=digits)


def _json(trace: Trace, digits: int) -> str:
    from axone.files import json_text

    del digits  # all of them
    return json_text(trace.to_data())


def _markdown(trace: Trace, digits: int) -> str:
    return as_markdown(trace, digits=digits)


def _latex(trace: Trace, digits: int) -> str:
    return as_latex(trace, digits=digits)


def _html(trace: Trace, digits: int) -> str:
    return as_html(trace, digits=digits)


FORMATS: dict[str, Renderer] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "latex": _latex,
    "html": _html,
}

_OPTION = "--format"

_ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".md": "markdown", ".tex": "latex"}


def rendering(word: str | None, out: Path | None) -> Renderer:
    """Return what writes a trace: by its name, or by the ending of the file.

    Raises
    ------
    UnknownNameError
        There is no such format.
    """
    if word is None:
        word = "text" if out is None else _ENDINGS.get(out.suffix.lower(), "text")
    if word not in FORMATS:
        raise UnknownNameError(_("format"), word, list(FORMATS), where=_OPTION)
    return FORMATS[word]
