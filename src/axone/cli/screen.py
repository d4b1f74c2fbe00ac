"""What a person watching a training run sees: the plan, the epochs as they pass, the outcome."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from axone.arrays import Shape
from axone.cli import epochs
from axone.cli.console import (
    MOST_NAMES,
    NO_BREAK,
    entry,
    metrics_table,
    output,
    print_wrapped,
    share_bar,
    tell,
)
from axone.cli.diagnose import show_diagnosis
from axone.data.parts import name_of_part
from axone.experiments import Prepared, RunResult
from axone.experiments.class_counts import class_counts, counts_in_words, text_counts
from axone.experiments.diagnosing import came_to_an_end
from axone.experiments.preparation import last_part
from axone.experiments.training import stopping_rules
from axone.messages import Listed, Message, _, _n, at, first_and_last, formatted, listed, shorten
from axone.model import Inputs, NextCharacter, Numbers, Target
from axone.model.generating import beginnings_of
from axone.registry import plain
from axone.training import History, StoppingRule

_NAME = 24
"""Characters of the input's name."""


@dataclass
class Screen:
    """What a person watching sees: the plan, the epochs as they pass, the outcome."""

    shown: bool
    resumed: bool = False
    console: Console = field(default_factory=output)
    rules: list[StoppingRule] = field(default_factory=list)
    warmup: int = 0
    max_epochs: int = 0
    last_line: str = ""
    header_shown: bool = False

    def __enter__(self) -> "Screen":
        self._progress = share_bar(self.console, shown=self.shown)
        self._task = self._progress.add_task(str(_("Loading the data")), total=None)
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def on_prepared(self, prepared: Prepared) -> None:
        """Say what will be done."""
        training = prepared.experiment.settings.training
        assert training.stopping is not None  # noqa: S101 — resolved by prepare
        self.rules = stopping_rules(training.stopping)
        self.warmup, self.max_epochs = training.stopping.warmup_epochs, training.epochs
        self._progress.update(self._task, description=self._epoch(0), total=1.0)
        if self.shown:
            for text in plan(prepared):
                print_wrapped(self.console, text)
            if self.resumed:
                tell(self.console, _("Resumed from the checkpoint."))
            self.console.print()

    def after_epoch(self, history: History) -> None:
        """Print the epoch's line if it is one of those shown."""
        self._progress.update(self._task, description=self._epoch(history.epochs))
        self.on_progress(history.epochs / self.max_epochs)
        if not self.shown:
            return
        width = self.console.width
        if not self.header_shown:
            self.console.print(epochs.header(history, self.rules, width), style="bold")
            self.header_shown = True
        self.last_line = epochs.line(history, self.rules, self.warmup, width)
        if epochs.is_shown(history.epochs):
            self.console.print(self.last_line, markup=False)
            self.last_line = ""

    def _epoch(self, done: int) -> str:
        return str(_("Epoch {done}/{epochs}", done=done, epochs=self.max_epochs))

    def on_progress(self, share: float) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=share)

    def on_result(self, result: RunResult) -> None:
        """Print the last epoch, why the run ended, and the metrics."""
        training = result.training
        if self.last_line:
            self.console.print(self.last_line, markup=False)
        self.console.print()
        tell(
            self.console,
            _(
                "Stopped after epoch {epochs}: {reason}.",
                epochs=training.epochs,
                reason=training.reason,
            ),
        )
        tell(
            self.console,
            _(
                "Weights of epoch {epoch}; {steps:,} steps in {seconds:.2f} s ({engine} engine).",
                epoch=training.best_epoch,
                steps=training.steps,
                seconds=training.seconds,
                engine=training.engine,
            ),
        )
        parts: dict[str, dict[str, Any]] = {
            name_of_part(name): result.metrics[name] for name in result.prepared.parts
        }
        self.console.print()
        self.console.print(metrics_table(parts, _shown_constants(result.metrics)))
        tell(self.console, constant_in_words(result.model.target))
        self.console.print()
        told = (*samples(result), *seasonal_lines(result), *calibration_lines(result.metrics))
        for text in [*told, *result.metrics.get("notes", ())]:
            print_wrapped(self.console, text, indent=2)
        if came_to_an_end(training) and not training.diverged and training.diagnosis:
            self.console.print()
            show_diagnosis(self.console, training.diagnosis, result.folder)
            self.console.print()
        tell(self.console, _("Results: {folder}", folder=result.folder))


_CONSTANTS = {
    "classification": _("In brackets: always answering the training rows' shares of the classes."),
    "regression": _("In brackets: always answering the mean of the training rows."),
}


def constant_in_words(target: Target) -> Message:
    """Say what stands in brackets beside the scores."""
    if isinstance(target, NextCharacter):
        return _("In brackets: giving each character its share of the training texts.")
    if isinstance(target, Numbers) and target.levels:
        return _("In brackets: always answering the quantiles of the training rows.")
    return _CONSTANTS[target.task]


_SAMPLES, _LONG_SAMPLES = 10, 4
"""Texts of a generator that are shown when it is trained, beside one another or a line each."""

_SHORT_TEXT = 24
"""Characters of the longest text, up to which several stand on one line."""

_LONGEST_SHOWN = 200
"""Characters at which those are cut that stand on a line of their own."""


def samples(result: RunResult) -> list[Message]:
    """Show texts that a generator makes up, of each class a few; none of other models."""
    model = result.model
    if not isinstance(model.target, NextCharacter) or result.training.diverged:
        return []
    step = beginnings_of(model)
    if step.longest > _SHORT_TEXT:
        made = model.generate(_LONG_SAMPLES, longest=min(step.longest, _LONGEST_SHOWN))
        return [_("made up: {texts}", texts=text) for text in made]
    classes = step.classes[:_SAMPLES]
    if not classes:
        return [_("made up: {texts}", texts=listed(model.generate(_SAMPLES)))]
    count = max(1, _SAMPLES // len(classes))
    return [
        _(
            "made up, {name}: {texts}",
            name=name,
            texts=listed(model.generate(count, of_class=name)),
        )
        for name in classes
    ]


def _shown_constants(metrics: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a constant's scores but for how many it has right, which its accuracy says."""
    return {
        part: {name: score for name, score in scores.items() if name not in ("right", "of")}
        for part, scores in metrics["constant"].items()
    }


def seasonal_lines(result: RunResult) -> list[Message]:
    """Say of a series what saying the season before would have scored on the last rows."""
    seasonal, (part, _rows) = result.metrics.get("seasonal", {}), last_part(result.prepared)
    if part not in seasonal:
        return []
    return [
        _n(
            "Always saying what was {count} position before: mean absolute error {error:.4g}, "
            "R² {score:.4g} ({part}).",
            "Always saying what was {count:,} positions before: mean absolute error {error:.4g}, "
            "R² {score:.4g} ({part}).",
            seasonal["season"],
            error=seasonal[part]["mae"],
            score=seasonal[part].get("r2", math.nan),
            part=name_of_part(part),
        )
    ]


def calibration_lines(metrics: dict[str, Any]) -> list[Message]:
    """Say what calibration changed on the rows that it has not seen, if there are any."""
    if "calibration" not in metrics:
        return []
    scores = dict(metrics["calibration"])
    name = "test" if "test" in scores else "validation"
    of = scores[name]
    if scores["method"] == "spread":
        return [_spread_in_words(scores["spread"], of, name)]
    temperature = scores["temperature"]
    if temperature == 1:
        return [_("Temperature 1: the probabilities stay as they are.")]
    return [
        _(
            "Temperature {temperature:.4g}: log loss {loss_before:.4g} → {loss_after:.4g}, "
            "calibration error {error_before:.4g} → {error_after:.4g} ({part}).",
            temperature=temperature,
            loss_before=of["log_loss_before"],
            loss_after=of["log_loss_after"],
            error_before=of["calibration_error_before"],
            error_after=of["calibration_error_after"],
            part=name_of_part(name),
        )
    ]


def _spread_in_words(spread: dict[str, float], of: dict[str, float], part: str) -> Message:
    levels = list(spread)
    lowest, highest = levels[0], levels[-1]
    return _(
        "Interval of {level:.0%}, as far from the middle as validation rows ask, {below:.3g} times "
        "as far below and {above:.3g} times above: it holds {before:.1%} → {after:.1%}, and is "
        "{width_before:.4g} → {width_after:.4g} wide ({part}).",
        level=float(highest) - float(lowest),
        below=spread[lowest],
        above=spread[highest],
        before=of["coverage_before"],
        after=of["coverage_after"],
        width_before=of["width_before"],
        width_after=of["width_after"],
        part=name_of_part(part),
    )


def plan(prepared: Prepared) -> list[str]:
    """Describe the data, the network and the training in a few lines."""
    settings = prepared.experiment.settings
    dataset, network, training = prepared.dataset, prepared.network, settings.training
    what = _what_is_learnt(prepared)
    parts = _rows_of({name: len(part) for name, part in prepared.parts.items()})
    layers = " → ".join(
        [f"{shorten(network.input_name, _NAME)} {_size(network.input_shape)}".lstrip()]
        + [f"{row.label} {_size(row.output_shape)}" for row in network.summary().rows]
    )
    optimizer = plain(training.optimizer)
    name = optimizer if isinstance(optimizer, str) else optimizer["name"]
    rate = training.optimizer.learning_rate if training.optimizer.stepwise else None
    return [
        entry(_("Data"), at(dataset.name, what)),
        *_column_lines(prepared),
        entry(_("Rows"), parts),
        *_class_lines(prepared),
        *_text_lines(prepared),
        entry(_("Network"), layers),
        entry("", _("{count:,} parameters", count=network.parameter_count)),
        entry(
            _("Training"),
            _(
                "{optimizer}, batches of {rows}, at most {epochs}, seed {seed}",
                optimizer=Listed((name, formatted(rate, "g")), " ") if rate else name,
                rows=training.batch_size,
                epochs=_n("{count} epoch", "{count} epochs", training.epochs),
                seed=settings.seed,
            ),
        ),
        *(entry("", text) for text in _left_out(prepared)),
        *(entry(_("Note"), note) for note in prepared.notes),
    ]


def _rows_of(counts: Mapping[str, int]) -> str:
    """Return ``105 train, 22 validation``."""
    counted = (
        _("{rows:,} {part}", rows=count, part=name_of_part(name)) for name, count in counts.items()
    )
    return str(listed(counted))


def _what_is_learnt(prepared: Prepared) -> Message:
    dataset = prepared.dataset
    if isinstance(prepared.target, Inputs):
        numbers = math.prod(prepared.network.input_shape)
        return _n(
            "its {count} input, to be given back", "its {count:,} inputs, to be given back", numbers
        )
    if isinstance(prepared.target, NextCharacter):
        characters = len(dataset.class_names) - 1
        return _("what comes next: {characters} characters or the end", characters=characters)
    if dataset.task == "classification":
        return _("{classes} classes", classes=len(dataset.class_names))
    names = first_and_last(dataset.target_names, MOST_NAMES) or dataset.target_name or "y"
    return _("regression of {names}", names=names)


_KINDS: dict[str, Callable[[int], Message]] = {
    "number": lambda count: _n("{count} number", "{count} numbers", count),
    "boolean": lambda count: _n("{count} yes or no", "{count} yes or no", count),
    "category": lambda count: _n("{count} category", "{count} categories", count),
    "ordinal": lambda count: _n("{count} ordinal", "{count} ordinals", count),
    "date": lambda count: _n("{count} date", "{count} dates", count),
}


def _column_lines(prepared: Prepared) -> list[str]:
    """Say what the columns of a table became; `axone look` says how each was read."""
    encoder = prepared.preprocessing.encoder
    if encoder is None:
        return []
    used: Counter[str] = Counter(column.kind for column in encoder.columns)
    words = [_KINDS[kind](used[kind]) for kind in _KINDS if used[kind]]
    left_out = len(encoder.table_names) - len(encoder.columns)
    if left_out:
        words.append(_("{count} left out", count=left_out))
    return [entry(_("Columns"), str(listed(words)))]


def _class_lines(prepared: Prepared) -> list[str]:
    """Say how many rows of each class every part has, a line a part."""
    lines = [
        str(_("{part}: {counts}", part=name_of_part(part), counts=counts_in_words(counts)))
        for part, counts in class_counts(prepared).items()
    ]
    # A class stays with its count where the line is wrapped.
    lines = [line.replace(" × ", f"{NO_BREAK}×{NO_BREAK}") for line in lines]
    return [entry(_("Classes") if number == 0 else "", line) for number, line in enumerate(lines)]


def _text_lines(prepared: Prepared) -> list[str]:
    """Say of how many texts the rows of every part are."""
    if not isinstance(prepared.target, NextCharacter):
        return []
    return [entry(_("Texts"), _rows_of(text_counts(prepared)))]


def _left_out(prepared: Prepared) -> list[Message]:
    """Tell how many rows each epoch leaves out, where the last batch is not to be a partial one."""
    training = prepared.experiment.settings.training
    assert isinstance(training.batch_size, int)  # noqa: S101 — resolved by prepare
    left = len(prepared.parts["train"]) % training.batch_size
    if not training.drop_last or not left or training.optimizer.full_batch:
        return []
    row = _n(
        "each epoch leaves {count} row out, its partial batch (drop_last)",
        "each epoch leaves {count} rows out, its partial batch (drop_last)",
        left,
    )
    return [row]


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))
