"""Which cells stand for nothing."""

import numpy as np
import pandas as pd
import pytest

from axone.data.reading.missing import MARKS, without_marks


@pytest.mark.parametrize("mark", sorted(MARKS))
def test_a_mark_among_numbers_is_missing_in_whatever_case(decide, mark):
    for written in (mark, mark.upper(), f" {mark.title()} "):
        decision = decide([written, "1", "2", "3.5"] * 10)
        assert decision.kind == "number"
        assert sum(decision.marks.values()) == 10


@pytest.mark.parametrize("word", ["None", "NA", "Null", "-", "nan", "N/A", "unknown"])
def test_a_mark_among_words_is_a_value_that_is_told(decide, notes_of, word):
    decision = decide([word, "Mild", "Severe"] * 20)
    assert decision.values.tolist()[0] == word
    assert notes_of(decision) == ["mark_as_value"]
    assert f"--missing {word!r}" in str(decision.notes[0])
    asked = decide([word, "Mild", "Severe"] * 20, missing=[word])
    assert asked.values.isna().sum() == 20
    assert asked.marks == {word: 20}


@pytest.mark.parametrize("cells", [[None] * 20, [""] * 20, ["  ", "\t", "\xa0", ""] * 5])
def test_empty_cells_are_missing_by_themselves(decide, cells):
    assert decide(cells).values.isna().all()


@pytest.mark.parametrize("mark", ["-999", " -999 ", "−999"])
@pytest.mark.parametrize("cells", [["-999", "1", "2"], ["-999.0", "1.5"], ["-999,00", "1,5"]])
def test_a_requested_number_is_missing_however_it_is_written(decide, mark, cells):
    decision = decide(cells * 9, missing=[mark])
    assert decision.values.isna().sum() == 9
    assert decision.kind == "number"


def test_a_requested_number_is_no_other(decide):
    assert not decide(["99.000", "1.000.000"] * 9, missing=["99"]).values.isna().any()
    assert not decide(["-9990", "5"] * 9, missing=["-999"]).values.isna().any()


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([-999, 1, 2]),
        pd.Series([-999.0, 1.5, 2]),
        pd.Series([-999, None, 2], dtype="Int64"),
        pd.Series([-999, 1, 2], dtype="int64[pyarrow]"),
        pd.Series([-999, 1, 2], dtype="category"),
    ],
)
def test_a_requested_mark_is_missing_in_columns_of_a_type_too(decide, values):
    decision = decide(values, missing=["-999"])
    assert decision.values.isna().tolist()[0]
    assert decision.marks == {"-999": 1}
    later = decision.reading.read(values.rename("x"))
    assert later.values.isna().tolist()[0]


def test_large_whole_numbers_stay_exact_where_others_are_marks():
    kept = without_marks(pd.Series([2**60 + 1, -1]), ["-1"])
    assert kept.tolist() == [2**60 + 1, pd.NA]


def test_truths_are_no_numbers_to_be_marked():
    values = pd.Series([True, False])
    assert without_marks(values, ["1", "0"]) is values


def test_what_was_odd_in_training_is_missing_later_too(read_later):
    read = read_later([str(n / 7) for n in range(99)] + ["oops"], ["oops", "5", "else"])
    assert np.isnan(read.values.iloc[0])
    assert read.unreadable.tolist() == [False, False, True]
