"""A table is looked at before anything is learnt from it."""

import pytest

from axone.errors import ArgumentTypeError, UnknownNameError
from axone.playground.questions import answers


def look(bench, source):
    return answers()["look"](bench, {"source": source})


@pytest.fixture
def given(bench, tmp_path):
    path = tmp_path / "cars.csv"
    path.write_text("id,power,bought\n" + "".join(f"{n},{n % 7}.5,no\n" for n in range(40)))
    bench.sources.add("cars.csv", path)
    return bench


def test_the_columns_of_a_file_that_was_given_are_told_without_a_target(given):
    columns = look(given, "upload:cars.csv")["columns"]
    assert [each["name"] for each in columns] == ["id", "power", "bought"]
    assert columns[1]["kind"] == "number"
    assert columns[1]["examples"][0] == "0.5"


def test_what_is_no_table_has_no_columns(bench):
    assert look(bench, "iris")["columns"] == []


@pytest.mark.parametrize("source", ["upload:other.csv", "/etc/passwd", "../cars.csv"])
def test_nothing_is_looked_at_but_what_was_given(given, source):
    with pytest.raises(UnknownNameError):
        look(given, source)


@pytest.mark.parametrize("source", [None, 3, ["iris"]])
def test_a_source_is_a_name(bench, source):
    with pytest.raises(ArgumentTypeError):
        look(bench, source)
