"""The lines of the epochs: which have one, what stands in it, and how wide it is."""

import pytest

from axone.cli import epochs
from axone.training import History, Plateau, ValidationLoss

QUICK = ("--epochs", "2")


def test_the_first_twenty_epochs_then_every_tenth_and_the_last_have_a_line(axone):
    output = axone("train", "wine", "--epochs", "33", "--hidden", "4").stdout
    table = output[output.index("Epoch") :]
    first_words = [line.split()[0] for line in table.splitlines() if line.strip()]
    shown = [int(word) for word in first_words if word.isdigit()]
    assert shown == [*range(1, 21), 30, 33]


@pytest.mark.parametrize(
    ("source", "hidden"),
    [("iris", "8"), ("diabetes", "8,8,8,8,8,8,8"), ("calculator", "4"), ("xor", "2")],
)
def test_everything_fits_in_eighty_columns(axone, source, hidden):
    output = axone("train", source, *QUICK, "--hidden", hidden).stdout
    assert max(map(len, output.splitlines())) <= 80


def test_titles_stand_over_their_numbers(axone):
    lines = axone("train", "diabetes", *QUICK).stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if "Loss(tr)" in line)
    title, first, second = lines[at : at + 3]
    assert title.split() == [
        *("Epoch", "Loss(tr)", "Δloss(tr)", "R²(tr)"),
        *("Loss(val)", "Δloss(val)", "R²(val)", "Patience"),
    ]
    assert len(title) == len(first) == len(second)


def columns(names, rows):
    return History({name: [float(row[n]) for row in rows] for n, name in enumerate(names)})


SCORES = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def test_a_wide_terminal_sees_recall_and_f1_too():
    names = (*SCORES, "validation_recall", "validation_f1")
    history = columns(names, [(1, 2.5, 0.5, 3.5, 0.25, 0.125, 0.0625)])
    assert "Rec(val)" not in epochs.header(history, [], 80)
    assert epochs.header(history, [], 100).split()[-2:] == ["Rec(val)", "F1(val)"]
    assert epochs.line(history, [], 0, 100).split()[-2:] == ["0.1250", "0.0625"]


def test_the_rule_closest_to_its_end_shows_how_long_it_has_waited():
    rows = [(1, 2, 0.5, 2, 0.5), (2, 1, 0.6, 1, 0.5), (3, 1, 0.6, 0.5, 0.5)]
    history = columns(SCORES, rows)
    rules = [ValidationLoss(5), Plateau(4)]
    assert epochs.line(history, rules, 0, 80).split()[-1] == "2/4"
    assert epochs.line(history, rules, 2, 80).split()[-1] == "1/4"


def test_a_change_of_the_loss_shows_its_sign():
    history = columns(SCORES, [(1, 2, 0.5, 1, 0.5), (2, 1.5, 0.5, 1.25, 0.5)])
    cells = epochs.line(history, [], 0, 80).split()
    assert (cells[2], cells[5]) == ("-0.5", "+0.25")
