"""`axone explain RUN --importance`: which columns matter, as a table, pictures and JSON."""

import json

import numpy as np
import pytest
from sklearn.inspection import partial_dependence, permutation_importance

import axone as ax
from axone.cli.importance import path_word
from axone.experiments import load_run, prepare
from axone.model import load


def test_columns_stand_in_the_order_of_what_they_are_worth(axone, iris_run, here):
    shown = axone("explain", iris_run, "--importance", "--out", here / "found").stdout
    lines = shown.splitlines()
    assert max(map(len, lines[:-4])) <= 80
    assert lines[-4] == str(here / "found" / "importance.png")
    assert lines[0].startswith("accuracy of 23 test rows: ")
    assert lines[2].split() == ["column", "worse", "by", "±"]
    names = [line.split(" (cm)")[0] for line in lines[3:7]]
    assert sorted(names) == ["petal length", "petal width", "sepal length", "sepal width"]
    assert "petal" in names[0]
    assert lines[3].count("█") == 24
    drops = [float(line.split(")")[1].split()[0]) for line in lines[3:7]]
    assert drops == sorted(drops, reverse=True)


def test_the_folder_gets_pictures_and_what_they_show_as_json(axone, iris_run, here):
    axone("explain", iris_run, "--importance", "--out", here / "found")
    data = json.loads((here / "found" / "importance.json").read_text("utf-8"))
    written = {path.name for path in (here / "found").iterdir()}
    first = [f"dependence-{path_word(each['column'])}.png" for each in data["dependence"]]
    assert written == {"importance.json", "importance.png", *first}
    assert len(first) == 3
    assert [each["column"] for each in data["dependence"]] == [
        column["name"] for column in data["columns"][:3]
    ]


def test_its_numbers_are_those_of_scikit_learn(axone, iris_run, here):
    shown = axone("explain", iris_run, "--importance", "--json", "--out", here / "found").stdout
    data = json.loads(shown)
    experiment, model = load_run(iris_run)
    prepared = prepare(experiment)
    part = prepared.parts["test"]
    X, y = prepared.dataset.X[part.numbers], model.target.array[part.y]
    estimator = ax.as_estimator(model)
    wanted = permutation_importance(estimator, X, y, n_repeats=5, random_state=0)
    places = {name: n for n, name in enumerate(prepared.dataset.feature_names)}
    for column in data["columns"]:
        place = places[column["name"]]
        np.testing.assert_allclose(column["drops"], wanted.importances[place], rtol=1e-5)
        assert column["drop"] == pytest.approx(wanted.importances_mean[place], abs=1e-6)
        assert column["spread"] == pytest.approx(wanted.importances_std[place], abs=1e-6)
    for each in data["dependence"]:
        found = partial_dependence(estimator, X, [places[each["column"]]], grid_resolution=40)
        np.testing.assert_allclose(each["values"], found.grid_values[0])
        means = np.array([each["mean"][name] for name in model.target.class_names])
        np.testing.assert_allclose(means, found.average, rtol=1e-4, atol=1e-6)


def test_a_run_keeps_them_beside_its_other_pictures(axone, tmp_path):
    folder = tmp_path / "run"
    axone("train", "iris", "--quiet", "--epochs", "3", "--out", folder)
    shown = axone("explain", folder, "--importance").stdout
    assert f"{folder / 'importance.png'}" in shown
    assert (folder / "importance.json").is_file()
    assert load(folder / "model.safetensors")
    assert not (folder / ".lock").exists()


def test_categories_and_missing_cells_are_shuffled_too(axone, table_run, here):
    data = json.loads(
        axone("explain", table_run, "--importance", "--json", "--out", here / "found").stdout
    )
    assert data["columns"][0]["name"] == "colour"
    assert data["columns"][0]["drop"] > 0.2
    follows = data["dependence"][0]
    assert (follows["column"], follows["values"]) == ("colour", ["blue", "red"])
    blue, red = follows["mean"]["yes"]
    assert blue > red


def test_only_the_columns_that_are_named(axone, table_run, here):
    words = "explain", table_run, "--importance", "--json", "--out", here / "found"
    data = json.loads(axone(*words, "--columns", "weight").stdout)
    assert [column["name"] for column in data["columns"]] == ["weight"]
    assert data["pictures"] == ["importance.png", "dependence-weight.png"]


def test_of_a_metric_that_is_low_when_good_the_rise_counts(axone, calculator_run, here):
    words = "explain", calculator_run, "--importance", "--json", "--out", here / "found"
    data = json.loads(axone(*words, "--metric", "mae").stdout)
    assert data["metric"] == "mae"
    assert data["score"] > 0
    assert all(column["drop"] > 0 for column in data["columns"])
    loss = json.loads(axone(*words, "--metric", "loss").stdout)
    scores = json.loads(axone("evaluate", calculator_run, "--json").stdout)
    assert loss["score"] == pytest.approx(scores[loss["rows"]]["loss"], abs=1e-6)


def test_of_many_rows_some_are_drawn_and_that_is_said(axone, iris_run, here):
    words = "explain", iris_run, "--importance", "--rows", "10", "--out", here / "found"
    assert "accuracy of 10 of 23 test rows, drawn by seed 5:" in " ".join(
        axone(*words, "--seed", "5").stdout.split()
    )
    one, other = (axone(*words, "--json", "--seed", seed).stdout for seed in ("5", "5"))
    assert one == other


def test_what_does_not_fit_is_refused(axone, refused, iris_run, here):
    said = refused("explain", iris_run, "--importance", "--columns", "petal widht (cm)")
    assert "Did you mean 'petal width (cm)'?" in said
    said = refused("explain", iris_run, "--importance", "--layers", "4-3-3")
    assert "--importance does not heed --layers" in said
    assert "--columns says something only with --importance" in refused(
        "explain", iris_run, "--columns", "petal width (cm)"
    )
    said = refused("explain", iris_run / "model.safetensors", "--importance")
    assert "name the folder of its run" in said
    assert "The metric 'r2' does not fit" in refused(
        "explain", iris_run, "--importance", "--metric", "r2"
    )


def test_of_images_it_is_saliency_that_tells(axone, refused, here):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez(here / "prints.npz", X=pixels, y=np.arange(40) % 2)
    axone("train", "prints.npz", "--quiet", "--epochs", "1", "--out", here / "run")
    said = refused("explain", here / "run", "--importance")
    assert "are images, not rows of columns" in said
    assert "saliency.png" in said
    assert "ax.saliency(" in said


def test_names_of_columns_become_names_of_files():
    assert path_word("petal width (cm)") == "petal-width-cm"
    assert path_word("../../etc/passwd") == "etc-passwd"
    assert path_word("€") == "column"
    assert len(path_word("a" * 500)) == 60
