"""The table of epochs as it grows on the screen: one line an epoch, in at most 80 columns.

Wider terminals see recall and F1 as well; `history.csv` always has everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from axone.messages import _, formatted
from axone.training import History, StoppingRule

_FIRST_LINES, _THEN_EVERY = 20, 10
_WIDE = 92


@dataclass(frozen=True)
class _Column:
    title: str
    source: str
    width: int
    change: bool = False


def _columns(history: History, width: int) -> list[_Column]:
    of_numbers = "train_r2" in history
    score = "r2" if of_numbers else "accuracy"
    found = [
        _Column(_("Epoch"), "epoch", 5),
        _Column(_("Loss(tr)"), "train_loss", 9),
        _Column(_("Δloss(tr)"), "train_loss", 10, change=True),
        _Column(_("R²(tr)") if of_numbers else _("Acc(tr)"), f"train_{score}", 7),
    ]
    if "validation_loss" in history:
        found += [
            _Column(_("Loss(val)"), "validation_loss", 9),
            _Column(_("Δloss(val)"), "validation_loss", 10, change=True),
            _Column(_("R²(val)") if of_numbers else _("Acc(val)"), f"validation_{score}", 8),
        ]
    if width >= _WIDE and "validation_recall" in history:
        found += [
            _Column(_("Rec(val)"), "validation_recall", 8),
            _Column(_("F1(val)"), "validation_f1", 7),
        ]
    return found


def header(history: History, rules: Sequence[StoppingRule], width: int) -> str:
    """Return the line of titles."""
    titles = [f"{column.title:>{column.width}}" for column in _columns(history, width)]
    return " ".join([*titles, *([str(_("Patience"))] if _patient(rules) else [])])


def line(history: History, rules: Sequence[StoppingRule], warmup: int, width: int) -> str:
    """Return the line of the last epoch."""
    cells = [f"{_cell(history, column):>{column.width}}" for column in _columns(history, width)]
    waits = [rule.waited(history, warmup) for rule in _patient(rules)]
    nearest = max((w for w in waits if w is not None), key=lambda w: w[0] / w[1], default=None)
    if nearest is not None:
        cells.append(f"{f'{nearest[0]}/{nearest[1]}':>8}")
    return " ".join(cells)


def is_shown(epoch: int) -> bool:
    """Whether an epoch has a line: the first twenty, then every tenth."""
    return epoch <= _FIRST_LINES or epoch % _THEN_EVERY == 0


def _patient(rules: Sequence[StoppingRule]) -> list[StoppingRule]:
    return [rule for rule in rules if hasattr(rule, "patience")]


def _cell(history: History, column: _Column) -> str:
    values = history[column.source]
    if column.source == "epoch":
        return str(int(values[-1]))
    if column.change:
        return str(formatted(values[-1] - values[-2], "+.3g")) if len(values) > 1 else "-"
    if column.source.endswith("loss"):
        return str(formatted(values[-1], ".4g"))
    return str(formatted(values[-1], ".4f"))
