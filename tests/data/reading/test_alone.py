"""Features that tell the target alone are warned of, and honest ones are not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_iris,
    load_linnerud,
    load_wine,
)

from axone.data import load_dataset
from axone.data.reading.alone import alone_notes

RANDOM = np.random.default_rng(0)
IRIS = load_iris(as_frame=True)
DIABETES = load_diabetes(as_frame=True)


def warned(X, y, task):
    return [str(note).split("'")[1] for note in alone_notes(X, np.asarray(y), task)]


@pytest.mark.parametrize(
    "copy",
    [
        IRIS.target,
        IRIS.target * 2.5 - 1,
        -IRIS.target + RANDOM.normal(0, 0.05, 150),
        IRIS.target.map({0: "s", 1: "ve", 2: "vi"}),
        IRIS.target.map({0: "s", 1: "ve", 2: "vi"}).astype("category"),
        pd.Series([f"{k}{n % 3}" for n, k in enumerate(IRIS.target)]),
        IRIS.target.where(RANDOM.random(150) > 0.2),
    ],
)
def test_a_class_in_other_words_is_warned_of(copy):
    assert warned(IRIS.data.assign(copy=copy), IRIS.target, "classification") == ["copy"]


@pytest.mark.parametrize(
    "copy",
    [
        DIABETES.target * 2.54 + 1,
        (DIABETES.target * 2.54).round(),
        -DIABETES.target,
        np.log(DIABETES.target),
        DIABETES.target**2,
        DIABETES.target.map(lambda amount: f"{amount:.0f} cm"),
    ],
)
def test_an_amount_in_other_words_is_warned_of(copy):
    assert "copy" in warned(DIABETES.data.assign(copy=copy), DIABETES.target, "regression")


@pytest.mark.parametrize(
    "near",
    [
        DIABETES.target * (1 + 0.02 * RANDOM.normal(size=442)),
        DIABETES.target + RANDOM.normal(0, 1, 442),
        pd.Series(np.full(442, 3.0)),
        pd.Series(np.arange(442.0)),
    ],
)
def test_what_only_goes_along_is_not_warned_of(near):
    assert warned(DIABETES.data.assign(near=near), DIABETES.target, "regression") == []


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
@pytest.mark.parametrize("change", [lambda frame: frame, lambda frame: frame.astype(str)])
def test_sets_that_everybody_knows_are_read_without_a_note(load, change):
    data = load_dataset(change(load(as_frame=True).frame), target="target")
    assert data.notes == ()
    assert data.read.notes == ()


def test_few_rows_and_single_features_are_no_surprise():
    few = load_linnerud(as_frame=True)
    assert warned(few.data.iloc[:19], few.target["Weight"].iloc[:19], "regression") == []
    assert warned(IRIS.data[[IRIS.data.columns[2]]], IRIS.target, "classification") == []


def test_a_column_that_is_left_out_is_not_warned_of():
    data = load_dataset(IRIS.frame.assign(Nr=np.arange(150)), target="target")
    assert [note.code for note in (*data.notes, *data.read.notes)] == ["counter_left_out"]


@pytest.mark.parametrize("name", ["california_housing", "bike_sharing_hour", "weather_nyc"])
def test_real_tables_are_not_warned_of(real_data, name):
    with np.load(real_data / f"{name}.npz") as file:
        X = pd.DataFrame(file["X"], columns=[str(n) for n in file["feature_names"]])
        y = file["y"] if file["y"].ndim == 1 else file["y"][:, 0]
    data = load_dataset(X.assign(target=y), target="target")
    assert data.notes == ()
    assert data.read.notes == ()


def test_the_census_is_only_told_of_its_marks(real_data):
    data = load_dataset("adult", target="income")
    assert {note.code for note in (*data.notes, *data.read.notes)} <= {"mark_as_value"}
