"""Yes and no in every spelling."""

import itertools

import pandas as pd
import pytest

from axone.data.reading import read_columns
from axone.data.reading.truths import _FALSE, _TRUE, PAIRS, truth_of


@pytest.mark.parametrize(("true", "false"), PAIRS)
def test_a_column_of_two_words_for_yes_and_no_is_boolean(decide, true, false):
    for change in (str, str.upper, str.title):
        decision = decide([change(true), change(false), ""] * 9)
        assert decision.kind == "boolean"
        assert decision.values.tolist()[:2] == [1, 0]
        assert decision.values.isna().iloc[2]


def test_no_word_is_both():
    assert not _TRUE & _FALSE


@pytest.mark.parametrize(
    "cells",
    [["yes", "Y", "no", "N"], ["true", "1", "false", "0"], ["TRUE", "true", "T", "F", "False"],
     ["ja", "j", "nein", "n"], ["yes", "true", "no"]],
)  # fmt: skip
def test_spellings_may_be_mixed(decide, cells):
    decision = decide(cells * 9)
    assert decision.kind == "boolean"
    assert decision.values.notna().all()


@pytest.mark.parametrize(
    "cells",
    [
        ["f", "f"],
        ["y", "y"],
        ["o", "x"],
        ["yes", "no", "maybe"],
        ["f", "m"],
        ["t", "n"],
        ["on", "y"],
    ],
)
def test_other_words_are_categories(decide, cells):
    assert decide(cells * 20).kind == "category"


def test_ones_and_zeros_are_numbers_unless_they_are_said_to_be_truths(decide):
    assert decide(["1", "0"] * 9).kind == "number"
    assert decide(["1", "0"] * 9, "boolean").values.tolist() == [1, 0] * 9


@pytest.mark.parametrize("mark", ["NULL", "\\N", "-", "N/A"])
def test_marks_among_truths_are_missing(decide, mark):
    decision = decide(["yes", "no", mark] * 9)
    assert decision.kind == "boolean"
    assert decision.marks == {mark: 9}


def test_every_spelling_is_read_later(read_later):
    words = [*itertools.chain.from_iterable(PAIRS), "1", "0", "1.0", "0,0"]
    read = read_later(["yes", "no"] * 9, words)
    assert not read.unreadable.any()
    assert read.values.tolist() == [truth_of(word) for word in words]
    assert read_later(["yes", "no"] * 9, ["perhaps"]).unreadable.all()


def test_truths_of_a_frame_are_continued_by_text(read_later):
    assert read_later(pd.Series([True, False] * 9), ["Ja", "0"]).values.tolist() == [1, 0]


def test_a_mark_that_was_asked_for_is_no_truth_although_it_could_be_one():
    frame = pd.DataFrame({"b": ["1", "false", "TRUE", "false"] * 3})
    read = read_columns(frame, missing=["1"])
    assert read.frame["b"].isna().tolist() == [True, False, False, False] * 3
    pd.testing.assert_frame_equal(read.reading.read(frame), read.frame)
