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


def test_what_was_not_measured_in_an_epoch_is_no_number_there():
    history = History({"epoch": [1, 2], "train_loss": [0.9, 0.8]})
    history.extend_all({"epoch": [3], "train_loss": [0.7], "validation_loss": [0.5]})
    history.extend_all({"epoch": [4], "validation_loss": [0.6]})
    assert history["validation_loss"][2:] == [0.5, 0.6]
    assert [len(column) for column in history.values()] == [4, 4, 4]
    assert np.isnan([*history["validation_loss"][:2], history["train_loss"][3]]).all()
    assert history.best_epoch("validation_loss") == 3
    assert len(history.to_csv().splitlines()) == 5


def test_of_a_column_that_no_epoch_has_the_last_is_the_best():
    assert History({"epoch": [1, 2]}).best_epoch("validation_loss") == 2
