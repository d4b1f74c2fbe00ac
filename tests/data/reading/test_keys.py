"""Counters and identifiers are left out with a note, whatever their name."""

import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data.reading import read_columns

RANDOM = np.random.default_rng(0)
COUNTERS = {
    "from 1": np.arange(1, 151),
    "from 0": np.arange(150),
    "shuffled": RANDOM.permutation(150),
    "descending": np.arange(150, 0, -1),
    "with gaps": np.arange(150) + np.arange(150) // 7,
    "with many gaps": np.sort(RANDOM.choice(300, 150, replace=False)),
    "of large numbers": np.arange(1_000_000, 1_000_150),
    "below zero": np.arange(-75, 75),
    "as floats": np.arange(150.0),
    "as text": [str(n) for n in range(150)],
    "as text of floats": [f"{n}.0" for n in range(150)],
    "with missing cells": [n if n % 10 else np.nan for n in range(150)],
    "nullable": pd.array([*range(149), None], dtype="Int64"),
    "of tens": np.arange(0, 1500, 10),
}
IDENTIFIERS = {
    "numbered": [f"ID-{n}" for n in range(150)],
    "with zeros": [f"{n:04}" for n in range(150)],
    "universally unique": [str(uuid.UUID(int=n * 7919)) for n in range(150)],
    "e-mail": [f"user{n}@example.org" for n in range(150)],
    "mostly different": [f"n{n % 90}" for n in range(150)],
    "long numbers": [str(10**19 + n) for n in range(150)],
}
AMOUNTS = {
    "normal": RANDOM.normal(size=150),
    "of tenths": np.arange(150) / 10,
    "evenly spaced": np.linspace(0, 1, 150),
    "years": np.arange(1850, 2000),
    "each twice": np.repeat(np.arange(75), 2),
    "wide": RANDOM.integers(0, 10**6, 150),
    "counts": RANDOM.poisson(9, 150),
    "days": pd.date_range("2024-01-01", periods=150),
    "declared": pd.Categorical([f"n{n}" for n in range(150)]),
    "of sixty": [f"n{n % 60}" for n in range(150)],
}


def left_out(values, **options):
    frame = pd.DataFrame({"some": values, "other": np.resize([0.5, 1.5, 2.25], len(values))})
    return read_columns(frame, **options).left_out


@pytest.mark.parametrize("kind", sorted(COUNTERS))
def test_a_counter_is_left_out(kind):
    note = left_out(COUNTERS[kind])["some"]
    assert note.code == "counter_left_out"
    assert "column 'some' left out" in str(note)


@pytest.mark.parametrize("kind", sorted(IDENTIFIERS))
def test_an_identifier_is_left_out(kind):
    assert left_out(IDENTIFIERS[kind])["some"].code == "identifier_left_out"


@pytest.mark.parametrize("kind", sorted(AMOUNTS))
def test_amounts_years_and_categories_stay(kind):
    assert left_out(AMOUNTS[kind]) == {}


def test_what_its_owner_chose_stays():
    assert left_out(COUNTERS["from 1"], choices={"some": "number"}) == {}
    assert left_out(IDENTIFIERS["e-mail"], choices={"some": "category"}) == {}
    assert left_out(COUNTERS["from 1"], target="some") == {}


def test_a_counter_stays_where_there_is_nothing_else_to_learn_from():
    frame = pd.DataFrame({"t": range(150), "y": RANDOM.normal(size=150)})
    assert read_columns(frame, target="y").left_out == {}


def test_few_rows_may_all_be_different():
    assert left_out(np.arange(19)) == {}
    assert left_out([f"n{n}" for n in range(19)]) == {}


@given(st.integers(20, 300), st.integers(-(10**6), 10**6), st.randoms())
def test_whatever_the_order_and_the_first_number(rows, first, random):
    numbers = list(range(first, first + rows))
    if first >= 1700 and numbers[-1] <= 2100:
        return
    random.shuffle(numbers)
    assert "some" in left_out(np.array(numbers))


def test_a_text_that_is_nearly_numbers_says_so_where_it_is_left_out():
    cells = [str(n / 7) for n in range(140)] + ["oops"] * 60
    frame = pd.DataFrame({"some": cells, "other": np.arange(200) / 3})
    codes = [note.code for note in read_columns(frame).notes]
    assert codes == ["identifier_left_out", "almost_numbers_as_categories"]
