"""What an experiment shows: its table as text, as data and as a page, in every language."""

import json

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.files import json_text
from axone.lab import Column, Observation
from axone.messages import _, use_language
from axone.plots.style import house_style, new_figure


@pytest.fixture
def french():
    use_language("fr")
    yield
    use_language("en")


def drawn():
    with house_style():
        figure = new_figure("A picture", (2.0, 1.5))
        figure.subplots().plot([0, 1])
    return figure


def observation(rows, *columns, settings=None):
    return Observation(
        name="made-up",
        title=_("epoch"),
        columns=columns or (Column("step", _("step")), Column("loss", _("loss"), ".3f")),
        rows=tuple(rows),
        sentences=(_("step"), _("{count:,} rows left out", count=3), _("epoch")),
        settings=settings or {},
        draw=drawn,
    )


def steps(count):
    return [(step, step / 2) for step in range(count)]


def test_numbers_stand_right_and_words_left():
    seen = observation(
        [("a", 1, 2.0), ("bcd", 20, None)],
        Column("word", _("word")),
        Column("count", _("count")),
        Column("loss", _("loss"), ".2f"),
    )
    assert seen.table().splitlines() == [
        "word  count  loss",
        "a         1  2.00",
        "bcd      20     –",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (-np.inf, "−∞"),
        (0.12345, "0.123"),
        (np.float64(2), "2.000"),
        (7, "7.000"),
        (-12345.678, "-12345.678"),
        (1.5e300, "1.5e+300"),
        (-123456789.5, "-1.235e+08"),
        (True, "yes"),
        (False, "no"),
        ("never", "never"),
        (_("never"), "never"),
    ],
)
def test_every_kind_of_cell_has_its_way_in_a_column_with_a_format(value, written):
    assert Column("x", _("x"), ".3f").written(value) == written


def test_without_a_format_a_number_stands_as_it_is():
    assert Column("x", _("x")).written(0.5) == "0.5"
    assert Column("x", _("x"), ".1%").written(0.256) == "25.6%"


@pytest.mark.parametrize("count", [0, 1, 24])
def test_a_table_of_up_to_24_rows_is_shown_whole(count):
    assert len(observation(steps(count)).table().splitlines()) == 1 + count


def test_of_more_rows_the_first_and_the_last_are_shown_and_all_are_data():
    seen = observation(steps(100))
    lines = seen.table().splitlines()
    assert len(lines) == 1 + 16 + 1 + 6
    assert lines[17] == "… 78 rows left out"
    assert [int(line.split()[0]) for line in lines[1:17]] == list(range(16))
    assert [int(line.split()[0]) for line in lines[18:]] == list(range(94, 100))
    assert len(seen.to_dict()["rows"]) == 100
    assert seen.column("step") == list(range(100))
    assert "… 3 rows left out" in observation(steps(25)).table()


def test_the_text_is_title_table_and_sentences_in_80_columns():
    seen = observation(steps(3))
    title, table, told = str(seen).split("\n\n")
    assert (title, table) == ("epoch", seen.table())
    assert told.splitlines() == ["step", "3 rows left out", "epoch"]
    long = observation(steps(1))
    object.__setattr__(long, "sentences", (_("word " * 60), _("b"), _("c")))
    assert max(map(len, str(long).splitlines())) <= 79


def test_an_unknown_column_is_refused_with_those_there_are():
    with pytest.raises(ConfigurationError, match=r"no column 'lost'. Columns: step, loss\."):
        observation(steps(1)).column("lost")


@pytest.mark.usefixtures("french")
def test_people_read_their_language_and_programs_english():
    settings = {"rates": (0.5, 1.0)}
    seen = observation(
        [(_("epoch"), 0.5, True)],
        Column("what", _("epoch")),
        Column("loss", _("loss"), ".3f"),
        Column("right", _("epoch")),
        settings=settings,
    )
    assert "0,500" in seen.table()
    assert "époque" in seen.table()
    data = seen.to_dict()
    row = {"what": "epoch", "loss": 0.5, "right": True}
    assert data == {"name": "made-up", "settings": {"rates": [0.5, 1.0]}, "rows": [row]}
    assert type(data["rows"][0]["what"]) is str
    assert json.loads(json_text(data)) == data
    assert "époque" in seen._repr_html_()


def test_what_is_not_finite_is_null_in_json():
    seen = observation([(0, float("inf")), (1, float("nan")), (2, None)])
    assert [row["loss"] for row in json.loads(json_text(seen.to_dict()))["rows"]] == [None] * 3


def test_a_notebook_shows_table_sentences_and_picture_with_marks_escaped():
    seen = observation([("<b>&", 1.0)])
    object.__setattr__(seen, "title", _('a < b & "c"'))
    page = seen._repr_html_()
    assert "<td>&lt;b&gt;&amp;</td>" in page
    assert "<b>" not in page
    assert "<h4>a &lt; b &amp; &quot;c&quot;</h4>" in page
    assert page.count("<p>") == 3
    assert 'src="data:image/png;base64,iVBOR' in page


def test_a_notebook_folds_a_long_table():
    page = observation(steps(100))._repr_html_()
    assert page.count("<tr>") == 1 + 16 + 1 + 6
    assert '<td colspan="2">… 78 rows left out</td>' in page


def test_the_picture_is_made_anew_and_saved_by_its_ending(tmp_path):
    seen = observation(steps(1))
    assert seen.figure() is not seen.figure()
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        path = seen.save(tmp_path / f"seen.{ending}")
        assert path.read_bytes().startswith(start)
    with pytest.raises(ConfigurationError):
        seen.save(tmp_path / "seen.docx")
