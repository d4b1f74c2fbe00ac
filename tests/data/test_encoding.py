"""The table encoder: each kind of column against pandas and scikit-learn, and hostile tables."""

import datetime
import decimal
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from axone.data import TableEncoder, load_dataset
from axone.errors import ConfigurationError, DataError, ModelFileError, UnknownNameError

FRAME = pd.DataFrame(
    {
        "age": [20.0, np.nan, 40.0, 60.0],
        "sex": ["f", "m", None, "m"],
        "member": [True, False, True, True],
        "joined": ["2024-01-01", "2024-02-29", "2023-12-31", "2024-06-15"],
    }
)


def test_the_kinds_of_columns_are_guessed_and_named():
    encoder = TableEncoder.fit(FRAME)
    assert [column.kind for column in encoder.columns] == ["number", "category", "boolean", "date"]
    assert encoder.output_names == (
        "age",
        "age is missing",
        "sex=f",
        "sex=m",
        "sex is missing",
        "member",
        "joined days",
        "joined year sin",
        "joined year cos",
        "joined week sin",
        "joined week cos",
    )
    assert encoder.scaled == (True, *[False] * 5, *[True] * 5)
    assert encoder.names == tuple(FRAME.columns)
    assert encoder.notes == ()


def test_missing_numbers_are_filled_and_marked_as_scikit_learn_does():
    column = pd.DataFrame({"x": [1.0, np.nan, 5.0, 2.0, np.nan]})
    expected = SimpleImputer(strategy="median", add_indicator=True).fit_transform(column)
    np.testing.assert_array_equal(TableEncoder.fit(column).transform(column), expected)


def test_a_number_missing_only_in_later_rows_is_the_median_without_a_mark():
    encoder = TableEncoder.fit(pd.DataFrame({"x": [1.0, 2.0, 9.0]}))
    assert encoder.transform(pd.DataFrame({"x": [None]})).tolist() == [[2.0]]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from("abcdef"), min_size=2, max_size=40).filter(lambda c: len(set(c)) > 1),
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=10),
)
def test_categories_are_one_hot_as_in_scikit_learn(training, later):
    encoder = TableEncoder.fit(pd.DataFrame({"c": training}))
    oracle = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    oracle.fit(pd.DataFrame({"c": training}))
    frame = pd.DataFrame({"c": later})
    np.testing.assert_array_equal(encoder.transform(frame), oracle.transform(frame))


def test_an_unseen_category_is_all_zeros_and_a_missing_one_its_own():
    encoder = TableEncoder.fit(FRAME[["sex"]])
    rows = pd.DataFrame({"sex": ["x", None, "f"]})
    assert encoder.transform(rows).tolist() == [[0, 0, 0], [0, 0, 1], [1, 0, 0]]
    unmarked = TableEncoder.fit(pd.DataFrame({"sex": ["f", "m"]}))
    assert unmarked.transform(rows).tolist() == [[0, 0], [0, 0], [1, 0]]


def test_of_many_categories_the_most_frequent_64_are_kept_with_a_note():
    texts = [f"v{n:02}" for n in range(70)] * 2 + [f"v{n:02}" for n in range(6, 70)]
    encoder = TableEncoder.fit(pd.DataFrame({"c": texts}))
    assert encoder.output_names == tuple(f"c=v{n:02}" for n in range(6, 70))
    assert "64 most frequent values kept, 6 rarer" in encoder.notes[0]
    assert encoder.transform(pd.DataFrame({"c": ["v00"]})).sum() == 0


def test_numbers_declared_categories_stay_themselves_where_some_are_missing():
    encoder = TableEncoder.fit(pd.DataFrame({"zone": [1, 2, 1]}), {"zone": "category"})
    assert encoder.output_names == ("zone=1", "zone=2")
    assert encoder.transform(pd.DataFrame({"zone": [2.0, np.nan]})).tolist() == [[0, 1], [0, 0]]


def test_a_declared_category_is_kept_however_many_values_it_has():
    frame = pd.DataFrame({"c": pd.Categorical([f"v{n}" for n in range(80)])})
    assert len(TableEncoder.fit(frame).output_names) == 64


def test_constant_and_empty_columns_and_identifiers_are_left_out_with_a_note():
    frame = pd.DataFrame(
        {
            "x": range(100),
            "same": 1,
            "empty": [None] * 100,
            "id": [f"person {n}" for n in range(100)],
        }
    )
    encoder = TableEncoder.fit(frame)
    assert encoder.names == ("x",)
    assert "identifier" in encoder.notes[0]
    assert "'same'" in encoder.notes[1]
    assert "'empty'" in encoder.notes[2]


def test_text_that_is_almost_all_numbers_is_noted_with_a_cell_that_is_none():
    encoder = TableEncoder.fit(pd.DataFrame({"x": ["1", "2", "3o", "4"]}))
    assert "'3o'" in encoder.notes[0]


def test_ordinals_are_positions_in_sorted_order_as_in_scikit_learn():
    frame = pd.DataFrame({"size": [10, 2, 30, 2]})
    encoder = TableEncoder.fit(frame, {"size": "ordinal"})
    expected = OrdinalEncoder().fit_transform(frame)
    np.testing.assert_array_equal(encoder.transform(frame), expected)
    assert encoder.scaled == (True,)


def test_ordered_categories_keep_their_order_and_missing_ordinals_are_the_median():
    sizes = pd.Categorical(["M", "S", "L", None], categories=["S", "M", "L"], ordered=True)
    encoder = TableEncoder.fit(pd.DataFrame({"size": sizes}), {"size": "ordinal"})
    rows = pd.DataFrame({"size": ["S", "M", "L", None, "XXL"]})
    assert encoder.transform(rows).tolist() == [[0, 0], [1, 0], [2, 0], [1, 1], [1, 0]]


def test_booleans_may_be_missing_and_come_as_numbers_later():
    frame = pd.DataFrame({"b": [True, None, True, False]}, dtype=object)
    encoder = TableEncoder.fit(frame)
    assert encoder.transform(frame).tolist() == [[1, 0], [1, 1], [1, 0], [0, 0]]
    assert encoder.transform(pd.DataFrame({"b": [0, 1]})).tolist() == [[0, 0], [1, 0]]
    words = pd.DataFrame({"b": ["True", "false"]})
    assert encoder.transform(words).tolist() == [[1, 0], [0, 0]]
    nullable = pd.DataFrame({"b": pd.array([True, None, False], dtype="boolean")})
    assert TableEncoder.fit(nullable).transform(nullable).tolist() == [[1, 0], [0, 1], [0, 0]]


def test_dates_are_days_and_places_in_the_year_and_the_week():
    frame = pd.DataFrame({"d": ["1970-01-01", "1970-01-08", "2024-02-29"]})
    matrix = TableEncoder.fit(frame).transform(frame)
    days = (pd.to_datetime(frame["d"]) - pd.Timestamp("1970-01-01")).dt.days
    np.testing.assert_array_equal(matrix[:, 0], days)
    np.testing.assert_allclose(matrix[0, 1:], [0, 1, 0, 1])
    np.testing.assert_allclose(matrix[1, 3:], [0, 1], atol=1e-12)
    np.testing.assert_allclose(matrix[:, 1] ** 2 + matrix[:, 2] ** 2, 1)


def test_times_add_the_place_in_the_day_and_zones_are_brought_to_utc():
    frame = pd.DataFrame({"d": ["2024-01-01T06:00:00+00:00", "2024-01-01T20:00:00+02:00", None]})
    encoder = TableEncoder.fit(frame)
    matrix = encoder.transform(frame)
    assert encoder.output_names[-3:] == ("d day sin", "d day cos", "d is missing")
    np.testing.assert_allclose(matrix[:2, 5], [1, -1], atol=1e-6)
    assert matrix[:, -1].tolist() == [0, 0, 1]
    assert matrix[2, 0] == matrix[:2, 0].mean()


@pytest.mark.parametrize(
    "dates",
    [
        pd.to_datetime(["2024-01-01", "2024-01-03"]),
        pd.to_datetime(["2024-01-01", "2024-01-03"]).tz_localize("UTC"),
        [datetime.date(2024, 1, 1), datetime.date(2024, 1, 3)],
    ],
)
def test_dates_of_every_type_are_the_same_days(dates):
    frame = pd.DataFrame({"d": dates})
    assert TableEncoder.fit(frame).transform(frame)[:, 0].tolist() == [19723.0, 19725.0]


def test_text_that_only_looks_like_dates_is_a_category():
    for texts in (["2024-01-01", "2024-13-45"], ["2024-01-01", "soon"]):
        encoder = TableEncoder.fit(pd.DataFrame({"d": texts}))
        assert encoder.columns[0].kind == "category"


def test_objects_of_other_kinds_become_numbers_or_text():
    frame = pd.DataFrame(
        {
            "price": [decimal.Decimal("1.5"), decimal.Decimal("2.5"), None],
            "took": pd.to_timedelta(["1min", "2min", "3min"]),
            "list": [[1], [2], [1]],
            "whole": pd.Series([1, None, 2], dtype=object),
        }
    )
    matrix = TableEncoder.fit(frame).transform(frame)
    assert matrix[:, 0].tolist() == [1.5, 2.5, 2.0]
    assert matrix[:, 2].tolist() == [60, 120, 180]
    assert matrix[:, 3].tolist() == [1, 0, 1]
    assert matrix[:, 5].tolist() == [1, 1.5, 2]


def test_an_empty_cell_of_numbers_among_dates_is_missing():
    encoder = TableEncoder.fit(pd.DataFrame({"d": ["2024-01-01", "2024-01-03"]}))
    assert encoder.transform(pd.DataFrame({"d": [np.nan]}))[0, 0] == 19724.0


def test_columns_may_come_in_any_order_with_others_and_from_polars():
    encoder = TableEncoder.fit(FRAME)
    expected = encoder.transform(FRAME)
    shuffled = FRAME[FRAME.columns[::-1]].assign(more="x")
    np.testing.assert_array_equal(encoder.transform(shuffled), expected)
    np.testing.assert_array_equal(encoder.transform(pl.from_pandas(FRAME)), expected)


def test_rows_are_encoded_alike_alone_and_together():
    encoder = TableEncoder.fit(FRAME)
    alone = [encoder.transform(FRAME.iloc[[row]]) for row in range(len(FRAME))]
    np.testing.assert_array_equal(np.vstack(alone), encoder.transform(FRAME))


def test_no_rows_are_encoded_to_no_rows():
    encoder = TableEncoder.fit(FRAME)
    assert encoder.transform(FRAME.iloc[:0]).shape == (0, 11)


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        (
            "age",
            [30, "old", "young"],
            "column 'age', row 2 (counted from 1): 'old' is no number; 2",
        ),
        ("age", [30, np.inf, 2], "row 2 (counted from 1): 'inf' is infinite"),
        ("member", [True, False, "maybe"], "row 3 (counted from 1): 'maybe' is neither yes nor no"),
        ("joined", ["2024-01-01", "yesterday", None], "'yesterday' is no date"),
        ("joined", [1, 2, 3], "'1' is no date"),
    ],
)
def test_a_cell_that_does_not_fit_its_column_is_refused_with_its_place(column, cells, words):
    encoder = TableEncoder.fit(FRAME)
    with pytest.raises(DataError) as caught:
        encoder.transform(FRAME.iloc[:3].assign(**{column: cells}))
    assert words in str(caught.value)


def test_a_lacking_column_is_refused_with_its_name():
    encoder = TableEncoder.fit(FRAME)
    with pytest.raises(DataError, match="lacks 'sex', which the model was trained on"):
        encoder.transform(FRAME.drop(columns="sex"))


def test_a_choice_that_cannot_be_carried_out_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'age'"):
        TableEncoder.fit(FRAME, {"agee": "number"})
    with pytest.raises(ConfigurationError, match="the kind of column 'age' must be one of"):
        TableEncoder.fit(FRAME, {"age": "shell"})
    with pytest.raises(DataError, match="'f' in row 1 is no number"):
        TableEncoder.fit(FRAME, {"sex": "number"})
    with pytest.raises(DataError, match="is empty"):
        TableEncoder.fit(FRAME.assign(gone=None), {"gone": "number"})
    with pytest.raises(DataError, match="No column is left"):
        TableEncoder.fit(FRAME[["age"]], {"age": "ignore"})


def test_ignored_columns_are_ignored():
    assert TableEncoder.fit(FRAME, {"age": "ignore", "joined": "category"}).names == (
        "sex",
        "member",
        "joined",
    )


def test_an_encoder_comes_back_from_json():
    frame = FRAME.assign(size=[1, 2, 3, 1], when=pd.to_datetime(FRAME["joined"]))
    encoder = TableEncoder.fit(frame, {"size": "ordinal"})
    again = TableEncoder.from_data(json.loads(json.dumps(encoder.to_data())))
    assert again == encoder
    np.testing.assert_array_equal(again.transform(frame), encoder.transform(frame))


NUMBER = {
    "name": "x",
    "fill": 0.0,
    "marks_missing": False,
    "lowest": None,
    "highest": 3.0,
    "kind": "number",
}
ENCODER = {"columns": [NUMBER], "notes": [], "table_names": ["x"], "reading": {"columns": []}}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {**ENCODER, "columns": 3},
        {**ENCODER, "columns": [{}]},
        {**ENCODER, "columns": [{**NUMBER, "kind": "shell"}]},
        {**ENCODER, "columns": [{**NUMBER, "kind": ["number"]}]},
        {**ENCODER, "columns": [{**NUMBER, "fill": float("inf")}]},
        {**ENCODER, "columns": [{**NUMBER, "fill": "much"}]},
        {**ENCODER, "columns": [{**NUMBER, "fill": "3"}]},
        {**ENCODER, "columns": [{**NUMBER, "more": 1}]},
        {**ENCODER, "notes": [{}]},
        {"columns": [NUMBER], "notes": []},
    ],
)
def test_a_damaged_encoder_is_refused(data):
    assert TableEncoder.from_data(ENCODER).names == ("x",)
    with pytest.raises(ModelFileError, match=r"(step 'table'|number column) in this model file is"):
        TableEncoder.from_data(data)


def test_the_adult_table_is_encoded_as_scikit_learn_does(real_data):
    X = load_dataset("adult", target="income").X
    encoder = TableEncoder.fit(X)
    matrix = encoder.transform(X)
    assert np.isfinite(matrix).all()
    texts = X.select_dtypes(exclude="number")
    oracle = OneHotEncoder(sparse_output=False).fit_transform(texts.astype(object).fillna("~~~"))
    one_hot = matrix[:, [not scaled for scaled in encoder.scaled]]
    np.testing.assert_array_equal(one_hot, oracle)
