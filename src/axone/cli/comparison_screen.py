"""What a person watching a comparison sees: who takes part, the epochs, the outcome."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from axone.cli.console import entry, output, print_wrapped, tell
from axone.cli.epochs import is_shown
from axone.cli.screen import plan
from axone.comparison import OURS, TITLES, Comparison
from axone.messages import Message, _, _n, formatted, listed

_SHORT = {OURS: "Axone", "sklearn": "sklearn", "torch": "PyTorch"}
_LOSS, _DIFFERENCE, _TIME = 9, 8, 7
"""Widths of a library's columns: three libraries fit 80 characters."""


@dataclass
class Screen:
    """What a person watching sees: who takes part, the epochs as they pass, the outcome."""

    shown: bool
    console: Console = field(default_factory=output)
    last_line: str = ""

    def on_prepared(self, comparison: Comparison) -> None:
        """Say what will be done, and print the titles of the columns."""
        if not self.shown:
            return
        for text in [*plan(comparison.prepared), *parties(comparison)]:
            print_wrapped(self.console, text)
        self.console.print()
        for text in header(comparison):
            self.console.print(text, style="bold", markup=False)

    def after_epoch(self, comparison: Comparison) -> None:
        """Print the epoch's line if it is one of those shown."""
        if not self.shown:
            return
        self.last_line = line(comparison)
        if is_shown(len(comparison.epochs)):
            self.console.print(self.last_line, markup=False)
            self.last_line = ""

    def on_result(self, comparison: Comparison, folder: Path) -> None:
        """Print the last epoch, the summary, and what follows from it."""
        if self.last_line:
            self.console.print(self.last_line, markup=False)
        self.console.print()
        if comparison.epochs:
            self.console.print(summary_table(comparison))
            self.console.print()
            print_wrapped(self.console, verdict(comparison), indent=0)
            self.console.print()
        tell(self.console, _("Results: {folder}", folder=folder))


def parties(comparison: Comparison) -> list[str]:
    """Say who takes part and how, who does not and why."""
    settings = comparison.prepared.experiment.settings
    named = [f"{TITLES[key]} {comparison.versions[key]}" for key in comparison.opponents]
    computed = _n(
        "in {dtype}, {count} thread each; Axone's {engine} engine",
        "in {dtype}, {count} threads each; Axone's {engine} engine",
        comparison.threads,
        dtype=settings.dtype,
        engine=comparison.engine,
    )
    return [
        entry(_("Against"), ", ".join(named)),
        entry(_("Computed"), computed),
        *(
            entry(_("Left out"), f"{TITLES[key]}, {why}")
            for key, why in comparison.left_out.items()
        ),
        *(entry(_("Note"), note) for note in comparison.notes),
    ]


def header(comparison: Comparison) -> list[str]:
    """Return the two lines above the epochs."""
    everyone, others = comparison.libraries, comparison.opponents
    groups = [
        (_("Training loss"), _LOSS, everyone),
        (_("Δ weight"), _DIFFERENCE, others),
        (_("Time in ms"), _TIME, everyone),
    ]
    above = [f"{title:>{len(keys) * (width + 1) - 1}}" for title, width, keys in groups]
    below = [f"{_SHORT[key]:>{width}}" for _title, width, keys in groups for key in keys]
    return [" ".join([" " * 5, *above]), " ".join([f"{_('Epoch'):<5}", *below])]


def line(comparison: Comparison) -> str:
    """Return the line of the last epoch."""
    epoch = comparison.epochs[-1]
    everyone, others = comparison.libraries, comparison.opponents
    cells = [f"{epoch.epoch:>5}"]
    cells += [f"{_loss(epoch.timed[key].loss):>{_LOSS}}" for key in everyone]
    cells += [f"{formatted(epoch.differences[key], '.1e'):>{_DIFFERENCE}}" for key in others]
    cells += [f"{_milliseconds(epoch.timed[key].seconds):>{_TIME}}" for key in everyone]
    return " ".join(cells)


def _loss(value: float) -> str:
    if not math.isfinite(value) or 1e-3 <= abs(value) < 1e5:
        spec = ".6f" if abs(value) < 1e5 else ".5g"
        # Eight characters of it, in every language.
        return str(formatted(value, spec))[:8]
    return str(formatted(value, ".2e"))


def _milliseconds(seconds: float) -> str:
    milliseconds = seconds * 1e3
    decimals = 0 if milliseconds >= 100 else 1 if milliseconds >= 10 else 2
    return str(formatted(milliseconds, f".{decimals}f"))


def summary_table(comparison: Comparison) -> Table:
    """Lay out how each library ended, a row each."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    validated = bool(comparison.epochs[-1].validation)
    titles = [_("loss"), *([_("val. loss")] if validated else [])]
    titles += [_("Δ weight"), _("ms an epoch"), _("× Axone's")]
    table.add_column("")
    for title in titles:
        table.add_column(str(title), justify="right")
    last = comparison.epochs[-1]
    for key in comparison.libraries:
        ours = key == OURS
        table.add_row(
            TITLES[key],
            _loss(last.timed[key].loss),
            *([_loss(last.validation[key])] if validated else []),
            "" if ours else str(formatted(last.differences[key], ".1e")),
            _milliseconds(comparison.typical_seconds(key)),
            "" if ours else str(formatted(comparison.speed_ratio(key), ".3g")),
        )
    return table


def verdict(comparison: Comparison) -> Message:
    """Say in words what the numbers mean."""
    epochs = len(comparison.epochs)
    steps = epochs * comparison.steps_per_epoch
    others = comparison.opponents
    apart = listed(
        _(
            "{difference:.1e} from {library}'s",
            difference=comparison.differences(key)[-1],
            library=TITLES[key],
        )
        for key in others
    )
    slower = listed(
        _(
            "{library} {ratio:.3g} times as long",
            library=TITLES[key],
            ratio=comparison.speed_ratio(key),
        )
        for key in others
    )
    return _n(
        "After {count} epoch ({steps:,} steps), which moved weights by up to {change:.2g}, no "
        "weight differs by more than {apart}. An epoch takes {slower} as Axone.",
        "After {count} epochs ({steps:,} steps), which moved weights by up to {change:.2g}, no "
        "weight differs by more than {apart}. An epoch takes {slower} as Axone.",
        epochs,
        steps=steps,
        change=comparison.largest_change,
        apart=apart,
        slower=slower,
    )
