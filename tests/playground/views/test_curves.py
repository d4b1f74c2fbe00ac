"""Curves: new epochs, evenly thinned out, and all of them where a run began anew."""

import numpy as np
import pytest

from axone.playground.views.curves import curves
from axone.training import History


def history_of(epochs):
    numbers = np.arange(1, epochs + 1)
    return History(
        {
            "epoch": numbers.tolist(),
            "seconds": (0.1 * numbers).tolist(),
            "train_loss": (1 / numbers).tolist(),
            "validation_accuracy": [float("nan")] * epochs,
        }
    )


def read(arrays):
    return {array.name: array.values for array in arrays}


@pytest.mark.parametrize(("epochs", "since"), [(1, 0), (256, 0), (300, 44), (10, 3), (7, 7)])
def test_few_new_epochs_come_one_and_all(epochs, since):
    found = read(curves(history_of(epochs), since))
    assert found["curve.epoch"].tolist() == [*range(since + 1, epochs + 1)]
    np.testing.assert_allclose(found["curve.train_loss"], 1 / found["curve.epoch"], rtol=1e-6)
    assert np.isnan(found["curve.validation_accuracy"]).all()
    assert "curve.seconds" not in found


def test_many_new_epochs_are_thinned_out_evenly_and_the_last_is_among_them():
    found = read(curves(history_of(10_000), 1000))["curve.epoch"]
    assert len(found) == 256
    assert (found[0], found[-1]) == (1001, 10_000)
    gaps = np.diff(found)
    assert gaps.max() - gaps.min() <= 1


@pytest.mark.parametrize(("since", "from_start"), [(0, True), (3, False), (5, False), (6, True)])
def test_a_run_that_began_anew_has_its_curves_from_the_start(since, from_start):
    arrays = curves(history_of(5), since)
    assert (arrays[0].header.get("curves") == {"from": "start"}) is from_start
    assert len(arrays[0].values) == (5 if from_start else 5 - since)


def test_so_many_epochs_are_shown_as_are_asked_for():
    assert read(curves(history_of(9), 2, 6))["curve.epoch"].tolist() == [3, 4, 5, 6]


def test_a_column_that_lags_behind_holds_the_others_back():
    history = history_of(4)
    history.extend({"epoch": [5]})
    assert read(curves(history))["curve.epoch"].tolist() == [1, 2, 3, 4]


def test_before_the_first_epoch_there_are_no_curves():
    assert curves(History()) == []
