"""What is said about later rows that have what those of training had not."""

import pandas as pd
import pytest

from axone.data.encoding import TableEncoder
from axone.data.remarks import remarks_on


@pytest.fixture
def encoder():
    frame = pd.DataFrame(
        {
            "price": [f"{n % 9},5" for n in range(40)],
            "how": ["cash", "card"] * 20,
            "when": ["31/01/2024", "01/02/2024"] * 20,
            "same": ["x"] * 40,
        }
    )
    return TableEncoder.fit(frame, {"how": "category"})


ROWS = {"price": ["1,5", "2,5"], "how": ["cash", "card"], "when": ["31/01/2024"] * 2}


def told(encoder, changed, target=""):
    notes = remarks_on(encoder, pd.DataFrame(ROWS | changed), target)
    return [(note.code, str(note)) for note in notes]


def test_rows_like_those_of_training_are_not_remarked_on(encoder):
    assert told(encoder, {}) == []
    assert told(encoder, {"same": ["y", "z"]}) == []


def test_an_amount_outside_the_range_of_training_is_counted(encoder):
    assert told(encoder, {"price": ["1,5", "99,5"]}) == [
        ("outside_training_range",
         "column 'price': 1 row is outside 0.5 to 8.5, where the training rows lay: 99.5 in row 2"),
    ]  # fmt: skip


def test_a_category_never_seen_is_counted(encoder):
    (note,) = told(encoder, {"how": ["cheque", "cheque"]})
    assert note == (
        "unseen_categories",
        "column 'how': 2 rows have a category that the model does not know, first 'cheque' in "
        "row 1",
    )


def test_a_cell_of_another_kind_is_counted(encoder):
    frame = pd.DataFrame({name: cells * 20 for name, cells in ROWS.items()})
    frame.loc[7, "when"] = "02/31/2024"
    assert [note.code for note in remarks_on(encoder, frame)] == ["later_cells_as_missing"]


def test_columns_nobody_asked_for_are_named(encoder):
    (note,) = told(encoder, {"new": [1, 2], "id": [1, 2]})
    assert note[0] == "unknown_columns"
    assert "new, id" in note[1]
    assert told(encoder, {"sold": [1, 2]}, target="sold") == []


def test_missing_cells_are_no_news(encoder):
    assert told(encoder, {"price": ["", "n/a"], "how": [None, "card"]}) == []
