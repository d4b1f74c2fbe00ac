"""Texts so far as tokens, and what comes next of them: what generators learn."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axone.data.beginnings import END, MOST_READ, Beginnings, continuations
from axone.data.preprocessing import Preprocessing
from axone.errors import DataError, ModelFileError, ShapeError

TEXTS = st.lists(st.text("abcdé \U0001f600", min_size=1, max_size=50), min_size=1, max_size=8)


def read(step, row):
    """What a row of tokens says: which beginning, and the characters."""
    first, *rest = row[row >= 0].tolist()
    return first - 1 - len(step.characters), "".join(step.characters[n - 1] for n in rest)


@given(texts=TEXTS)
def test_every_beginning_of_a_text_asks_for_what_follows_it(texts):
    step = Beginnings.fit(texts)
    rows = continuations(step, texts)
    wanted = [
        (number, text[:read][-MOST_READ:], text[read : read + 1])
        for number, text in enumerate(texts)
        for read in range(len(text) + 1)
    ]
    found = [
        (of, read(step, row)[1], "" if n == END else step.characters[n - 1])
        for of, row, n in zip(rows.of_text.tolist(), rows.X, rows.following, strict=True)
    ]
    assert found == wanted


@given(texts=TEXTS)
def test_a_row_that_is_continued_is_the_row_of_the_longer_text(texts):
    step = Beginnings.fit(texts)
    for text in texts:
        longer = step.continued(step.rows([text[:-1]]), len(text) - 1, step.numbers([text])[-1:])
        np.testing.assert_array_equal(longer, step.rows([text]))


def test_a_class_is_what_a_text_begins_with():
    step = Beginnings.fit(["ab", "b", "a"], ["x", "y"], np.array([0, 1, 1]))
    assert step.shares == pytest.approx((1 / 3, 2 / 3))
    assert step.vocabulary == 1 + 2 + 2
    rows = step.rows(["a", "a"], np.array([0, 1]))
    assert [read(step, row) for row in rows] == [(0, "a"), (1, "a")]


def test_what_stands_behind_a_text_is_masked():
    step = Beginnings.fit(["abc"])
    rows = step.rows(["", "ab"])
    assert step.mask(rows).tolist() == [[True, False, False, False], [True, True, True, False]]
    assert step.transform(rows)[0].tolist() == [step.vocabulary - 1, 0, 0, 0]


def test_a_character_that_no_text_had_is_named():
    step = Beginnings.fit(["abc", "d"])
    for strange in ("Z", "é", "\x00", "\U0001f600"):
        with pytest.raises(
            DataError, match=f"no character {re.escape(repr(strange))}: .*a, b, c, d"
        ):
            step.rows(["a", f"b{strange}"])


def test_texts_themselves_are_no_rows():
    with pytest.raises(DataError, match="axone generate"):
        Beginnings.fit(["abc"]).transform(np.array(["ab"]))


def test_nothing_can_be_learnt_of_no_characters():
    with pytest.raises(DataError, match="no text with any character"):
        Beginnings.fit([])


def test_the_step_comes_back_from_a_model_file():
    step = Beginnings.fit(["ab", "b"], ["x", "y"], np.array([0, 1]), "name")
    assert Preprocessing.from_data(Preprocessing((step,)).to_data()).steps == (step,)


@pytest.mark.parametrize(
    "damage",
    [
        {"length": 1},
        {"length": 4},
        {"length": 10**9, "longest": 10**9},
        {"characters": "aa"},
        {"characters": ""},
        {"shares": [1.0]},
        {"shares": [0.0, 0.0]},
        {"shares": [2.0, -1.0]},
        {"classes": []},
        {"classes": "xy"},
        {"longest": "2"},
        {"more": 1},
    ],
)
def test_a_damaged_step_is_refused(damage):
    step = Beginnings.fit(["ab", "b"], ["x", "y"], np.array([0, 1]))
    data = {"steps": [{"name": "beginnings", **step.to_data(), **damage}]}
    with pytest.raises(ModelFileError, match="damaged"):
        Preprocessing.from_data(data)


def test_the_step_is_the_first():
    step = Beginnings.fit(["ab"])
    with pytest.raises(ShapeError):
        step.after(step.after(None))
