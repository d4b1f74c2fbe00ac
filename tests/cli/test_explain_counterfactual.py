"""`axone explain RUN --counterfactual`: what would have to be otherwise for another answer."""

import json

import pandas as pd
import pytest

from axone.experiments import load_run, prepare
from axone.model import load


def test_a_line_a_column_says_what_would_have_to_be_otherwise(axone, iris_run):
    shown = axone("explain", iris_run, "--counterfactual", "--row", "75").stdout
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Row 75 of iris: versicolor. It would be virginica with"
    assert lines[1].split() == ["column", "from", "to"]
    assert len(lines) >= 3


def test_its_json_gives_the_model_the_other_answer(axone, iris_run):
    words = "explain", iris_run, "--counterfactual", "--row", "120", "--json"
    data = json.loads(axone(*words, "--class", "setosa").stdout)
    experiment, model = load_run(iris_run)
    dataset = prepare(experiment).dataset
    row = dict(zip(dataset.feature_names, dataset.X[120].tolist(), strict=True))
    assert (data["before"], data["after"]) == ("virginica", "setosa")
    for change in data["changes"]:
        assert row[change["column"]] == change["from"]
        row[change["column"]] = change["to"]
    assert model.predict(pd.DataFrame([row])).tolist() == ["setosa"]
    one = data["changes"][0]
    undone = row | {one["column"]: one["from"]}
    assert model.predict(pd.DataFrame([undone])).tolist() != ["setosa"]


def test_categories_change_one_at_a_time_and_fixed_columns_stay(axone, table_run):
    words = "explain", table_run, "--counterfactual", "--row", "2", "--json"
    data = json.loads(axone(*words).stdout)
    assert data["changes"] == [{"column": "colour", "from": "red", "to": "blue"}]
    assert (data["before"], data["after"]) == ("no", "yes")
    other = axone("explain", table_run, "--counterfactual", "--fixed", "colour,weight").stdout
    assert "no change within the columns' ranges was found that gives another answer" in other


def test_rows_of_a_file_are_changed_too(axone, table_run, write):
    path = write("new.csv", "weight,colour\n0.5,red\n-1.5,blue\n,blue\n")
    shown = axone("explain", table_run, "--counterfactual", "--csv", path).stdout
    assert shown.count("of new.csv: ") == 3
    data = json.loads(
        axone("explain", table_run, "--counterfactual", "--csv", path, "--json").stdout
    )
    assert [each["row"] for each in data] == [0, 1, 2]
    assert all(change["column"] != "weight" for change in data[2]["changes"])


def test_numbers_are_brought_to_what_is_asked(axone, calculator_run):
    words = "explain", calculator_run, "--counterfactual", "--row", "3", "--json"
    model = load(calculator_run / "model.safetensors")
    data = json.loads(axone(*words, "--to", "60").stdout)
    below = data["before"] < 60
    assert data["after"] >= 60 if below else data["after"] <= 60
    assert data["after"] == pytest.approx(60, abs=1)
    assert {change["column"] for change in data["changes"]} <= set(
        model.preprocessing.feature_names
    )


def test_a_row_that_has_the_answer_is_left_alone(axone, iris_run):
    shown = axone("explain", iris_run, "--counterfactual", "--class", "setosa").stdout
    assert shown == "Row 0 of iris: setosa already; nothing to change.\n"


def test_what_does_not_fit_is_refused(refused, iris_run, calculator_run):
    def said(run, *words):
        return " ".join(refused("explain", run, "--counterfactual", *words).split())

    assert "There is no row 150: iris has rows 0 to 149" in said(iris_run, "--row", "150")
    assert "unknown class 'rosa'" in said(iris_run, "--class", "rosa")
    assert "this model predicts classes" in said(iris_run, "--to", "3")
    assert "say with --to which one" in said(calculator_run)
    assert "unknown column 'sepal'" in said(iris_run, "--fixed", "sepal")
    assert "does not heed --out" in said(iris_run, "--out", "x")
    assert "ask for one at a time" in said(iris_run, "--importance")
    text = " ".join(refused("explain", iris_run, "--class", "setosa").split())
    assert "--class says something only with --counterfactual" in text
