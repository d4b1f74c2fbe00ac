"""The history of a run as a table of columns."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.training import History


@given(values=st.lists(st.floats(-5, 5), min_size=1, max_size=20))
def test_the_best_epoch_is_the_first_lowest_loss_or_highest_score(values):
    columns = {"epoch": range(len(values)), "train_loss": values, "validation_r2": values}
    history = History(columns)
    assert history.epochs == len(values)
    assert history.best_epoch("train_loss") == np.argmin(values) + 1
    assert history.best_epoch("validation_r2") == np.argmax(values) + 1


def test_a_first_nan_does_not_stay_the_best():
    history = History({"validation_r2": [float("nan"), 0.2, float("nan"), 0.1]})
    assert history.best_epoch("validation_r2") == 2


def test_it_is_a_mapping_of_columns():
    history = History()
    assert (history.epochs, dict(history), history.last()) == (0, {}, {})
    history.append({"epoch": 1, "train_loss": 0.5})
    history.append({"epoch": 2, "train_loss": 0.25})
    assert (len(history), list(history)) == (2, ["epoch", "train_loss"])
    assert history.last() == {"epoch": 2, "train_loss": 0.25}
    with pytest.raises(KeyError):
        history["validation_loss"]


def test_its_csv_reads_back_to_the_last_bit():
    losses = [0.1 + 0.2, 1 / 3]
    text = History({"epoch": [1, 2], "train_loss": losses}).to_csv()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["epoch", "train_loss"]
    assert [row[0] for row in rows[1:]] == ["1", "2"]
    assert [float(row[1]) for row in rows[1:]] == losses
