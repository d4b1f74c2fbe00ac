"""JSON: every form in which programs write tables, numbers as exact as they are written."""

import json

import pandas as pd
import pytest

from axone.data.files import bounds, count_columns

from .conftest import codes, columns_of

TABLE = {"a": [1, 2], "b": ["x", None]}


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1, "b": "x"}, {"a": 2, "b": null}]',
        '{"data": [{"a": 1, "b": "x"}, {"a": 2}]}',
        '{"a": [1, 2], "b": ["x", null]}',
        '{"a": 1, "b": "x"}\n\n{"a": 2}\n',
        '{"columns": ["a", "b"], "data": [[1, "x"], [2, null]]}',
        '[["a", "b"], [1, "x"], [2, null]]',
        '{"r1": {"a": 1, "b": "x"}, "r2": {"a": 2, "b": null}}',
        '["a", "b"]\n[1, "x"]\n[2, null]\n',
    ],
)
@pytest.mark.parametrize("name", ["some.json", "some.jsonl", "some.ndjson", "some.json.gz"])
def test_every_form_of_a_table_is_read(read, text, name):
    assert columns_of(read(text, name)) == TABLE


@pytest.mark.parametrize("orient", ["records", "columns", "split", "index"])
def test_what_pandas_writes_comes_back(read, orient):
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
    assert columns_of(read(frame.to_json(orient=orient), "some.json")) == {
        "a": [1, 2, 3],
        "b": ["x", "y", None],
    }


def test_records_of_different_keys_miss_some(cells):
    text = '[{"a": 1}, {"b": true}, {"a": 3, "b": false}]'
    assert cells(text, "some.json") == {"a": [1, None, 3], "b": [None, True, False]}


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [
        ([2**53 + 1, 1], "int64"),
        ([4915112345, 4915112346], "int64"),
        ([2**64 - 1, 0], "uint64"),
        ([2**53 + 1, None], "Int64"),
        ([1, 2.5], "float64"),
    ],
)
def test_numbers_are_exact(read, numbers, dtype):
    frame = read(json.dumps([{"n": n} for n in numbers]), "some.json").frame
    assert str(frame["n"].dtype) == dtype
    assert [None if n is pd.NA else n for n in frame["n"]] == numbers


@pytest.mark.parametrize("large", [2**70, -(2**64), 2**64])
def test_whole_numbers_beyond_64_bits_stay_as_they_are_written(read, large):
    frame = read(json.dumps([{"n": large}, {"n": -1}]), "some.json").frame
    assert frame["n"].tolist() == [str(large), "-1"]


def test_objects_within_records_become_columns_with_a_note(read):
    table = read('[{"a": {"b": {"c": 1}, "d": "x"}}, {"a": {"d": "y"}}]', "some.json")
    assert columns_of(table) == {"a.b.c": [1, None], "a.d": ["x", "y"]}
    assert codes(table) == ["nested_records"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1, "a": 2}]', ["the key 'a' stands twice"]),
        ('[{"a.b": 1, "a": {"b": 2}}]', ["'a.b' stands there twice"]),
        ('[{"a": [1, 2]}]', ["record 1", "'a' holds a list"]),
        ('{"a": [1, 2], "b": [1]}', ["'b' has 1 values", "'a' has 2"]),
        ('{"a": 1}\n{"a": \n', ["line 2"]),
        ('[{"a": 1}, {"a"', ["line 1"]),
        ("[" * 100_000, ["recursion"]),
        ('{"a":' * 70 + "1" + "}" * 70, ["more than 64 deep"]),
        ('[{"a": ' + "1" * 5000 + "}]", ["thousands of digits"]),
        ("5", ["holds no table"]),
        ("[]", ["holds no table"]),
        ("[{}, {}]", ["holds no records"]),
        ('[{"a": 1}, 2]', ["holds no table"]),
        ('[["a", "b"], [1]]', ["row 1 is no list of 2"]),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(refused, text, words):
    refused(text, *words, name="some.json")


def test_numbers_that_are_none_are_missing_or_infinite(cells):
    assert cells('[{"a": NaN}, {"a": 1.5}]', "some.json") == {"a": [None, 1.5]}
    assert cells('[{"a": Infinity}, {"a": 1.5}]', "some.json") == {"a": [float("inf"), 1.5]}


def test_half_of_a_surrogate_pair_is_no_reason_to_stop(cells):
    assert cells('[{"a": "x\\ud800"}]', "some.json") == {"a": ["x?"]}
    assert list(cells('[{"x\\ud800": 1}]', "some.json").values()) == [[1]]


def test_a_file_above_the_limit_is_refused(refused, monkeypatch):
    monkeypatch.setattr(bounds, "RECORDS_LIMIT", 100)
    monkeypatch.setattr("axone.data.files.records.RECORDS_LIMIT", 100)
    refused(json.dumps([{"a": 1}] * 100), "more than the limit", name="some.json")


def test_columns_are_counted(write):
    assert count_columns(write('[{"a": 1}, {"b": 2}]', "some.json")) == 2
