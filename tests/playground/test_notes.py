"""Notes on the page: none names an option of a command for which the page has a control."""

import pytest

from axone.messages import _
from axone.playground.notes import on_the_page

TABLE = "age,work,pay\n" + "".join(
    f"{20 + n},{('?', 'clerk', 'smith', 'cook')[n % 4]},{'low' if n % 3 else 'high'}\n"
    for n in range(84)
)


def test_a_mark_that_may_mean_nothing_points_at_the_control(empty_bench, tmp_path):
    (tmp_path / "pay.csv").write_text(TABLE)
    source = empty_bench.sources.add("pay.csv", tmp_path / "pay.csv")
    empty_bench.set_design({"data": {"source": source, "target": "pay"}, "network": {}, "seed": 0})
    notes = empty_bench.designed()["notes"]
    (note,) = (note for note in notes if "'?'" in note)
    assert "in 21 rows" in note
    assert "How the file is read" in note
    assert "--" not in note


def test_a_preset_that_was_chosen_points_at_the_list_of_presets():
    note = _(
        "the preset {name} was chosen: {summary} (--preset takes another)",
        name="cnn",
        summary="wide",
    ).coded("preset_chosen")
    assert on_the_page(note).startswith("The network is the preset cnn: wide.")
    assert "--" not in on_the_page(note)


@pytest.mark.parametrize("note", ["plain words", _("{rows} rows are left out", rows=3)])
def test_any_other_note_stays_as_it_is(note):
    assert on_the_page(note) == str(note)
