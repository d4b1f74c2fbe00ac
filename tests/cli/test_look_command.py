"""`axone look`, and the options that it names in `train`, in experiment files and in Python."""

import json
import sqlite3

import pandas as pd
import pytest

from axone.data import TableOptions, load_dataset

KASSE = "Datum;Betrag;bezahlt;PLZ;Art\n" + "".join(
    f"{n % 28 + 1:02}.{n % 12 + 1:02}.2024;{'1.234,50 €' if n % 2 else '12,50 €'};"
    f"{['ja', 'nein'][n % 3 == 0]};{['01067', '80331'][n % 2]};{['bar', 'NA', 'Karte'][n % 3]}\n"
    for n in range(60)
)
OPEN = "x;z;y\n" + "".join(f"1.{n + 234};{n % 7};{'ab'[n % 2]}\n" for n in range(60))
DATES = "x;z;y\n" + "".join(
    f"{n % 12 + 1:02}/{n % 11 + 1:02}/2024;{n % 7};{'ab'[n % 2]}\n" for n in range(60)
)


def test_a_table_is_told_column_by_column_in_eighty_columns(axone, write):
    shown = axone("look", write("kasse.csv", KASSE.encode("cp1252"))).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.startswith("kasse.csv: 60 rows, 5 columns; CSV, in cp1252, cells divided by ;\n")
    assert "Betrag: number\n  read as: decimal comma, points between thousands, in €\n" in shown
    assert "  decided by: '12,50 €' in row 1\n" in shown
    assert "  otherwise: --types PLZ=number\n" in shown
    assert "'NA' in 20 rows is a value among others here" in shown


def test_what_is_told_is_there_as_json(axone, write):
    shown = axone("look", write("kasse.csv", KASSE), "--target", "bezahlt", "--json").stdout
    columns = {column["name"]: column for column in json.loads(shown)["columns"]}
    assert columns["bezahlt"]["role"] == "target"
    assert columns["Datum"]["how"] == "dates, day before month"
    assert columns["PLZ"]["kind"] == "category"


def test_options_change_what_is_told(axone, write):
    path = write("kasse.csv", KASSE)
    shown = axone("look", path, "--types", "PLZ=number", "--missing", "NA", "--json").stdout
    columns = {column["name"]: column for column in json.loads(shown)["columns"]}
    assert columns["PLZ"]["kind"] == "number"
    assert columns["Art"]["marks"] == {"NA": 20}


@pytest.mark.parametrize(
    ("content", "choices", "first"),
    [
        (OPEN, ("decimal-comma", "decimal-point"), (1234.0, 1.234)),
        (DATES, ("day-first", "month-first"), ("2024-01-01", "2024-01-01")),
    ],
)
def test_an_open_column_is_told_and_refused_with_options_that_work_everywhere(
    axone, refused, write, content, choices, first
):
    path = write("open.csv", content)
    for said in (axone("look", path).stdout, refused("train", path, "--target", "y")):
        told = " ".join(said.split())
        for choice in choices:
            assert f"--types x={choice}" in told
    for choice, value in zip(choices, first, strict=True):
        axone("look", path, "--types", f"x={choice}")
        axone("train", path, "--target", "y", "--epochs", "2", "--quiet", "--out", choice,
              "--types", f"x={choice}")  # fmt: skip
        axone("evaluate", choice, path)
        axone("predict", choice, path)
        settings = write(
            f"{choice}.toml",
            f'[data]\nsource = "open.csv"\ntarget = "y"\n[data.columns]\nx = "{choice}"\n'
            "[training]\nepochs = 2\n",
        )
        axone("train", settings, "--quiet", "--out", f"{choice}-file")
        assert axone("predict", choice, path).stdout == (
            axone("predict", f"{choice}-file", path).stdout
        )
        data = load_dataset(path, target="y", table=TableOptions(columns={"x": choice}))
        found = data.X["x"].iloc[0]
        assert found == (pd.Timestamp(value) if isinstance(value, str) else value)


def test_a_data_base_is_looked_at_through_a_query(axone, here):
    with sqlite3.connect(here / "shop.db") as connection:
        connection.execute("create table sales (price text, sold text)")
        connection.executemany("insert into sales values (?, ?)", [("1,5", "t"), ("2,5", "f")] * 9)
    shown = axone("look", "sqlite:///shop.db", "--query", "select * from sales").stdout
    assert "price: number\n  read as: decimal comma\n" in shown
    assert "sold: boolean\n" in shown


def test_a_table_that_is_nowhere_is_refused(refused):
    assert "There is no file" in refused("look", "nowhere.csv")


def test_of_arrays_the_examples_are_told(axone, refused):
    shown = axone("look", "iris").stdout
    assert shown.startswith("iris: 150 examples\n  each: 4 numbers\n")
    assert "classes: 50 × setosa, 50 × versicolor, 50 × virginica" in shown
    told = refused("look", "iris", "--missing", "?")
    assert "a dataset of arrays" in " ".join(told.split())


@pytest.mark.parametrize("name", ["größe", "a b", "x=y", "$x", '"q"', "😀", "[1]"])
def test_the_option_of_any_name_works(axone, write, name):
    import csv
    import io
    import shlex

    text = io.StringIO()
    csv.writer(text).writerows([[name, "y"], *[[f"1.{n + 234}", f"{n},5"] for n in range(9)]])
    path = write("names.csv", text.getvalue())
    shown = json.loads(axone("look", path, "--json").stdout)["columns"][0]
    assert shown["name"] == name
    axone("look", path, *shlex.split(shown["option"]))
