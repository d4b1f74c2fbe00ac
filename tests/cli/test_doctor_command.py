"""`axone doctor`: what is told of data, network and rate before training."""

import json

import numpy as np
import pytest


def told_of(axone, source, *words):
    found = json.loads(axone("doctor", source, *words, "--json").stdout)
    return {check["code"]: check for check in found["checks"]}, found


def table(columns):
    names, cells = list(columns), zip(*columns.values(), strict=True)
    return "\n".join([",".join(names), *(",".join(map(str, row)) for row in cells)])


@pytest.fixture
def columns():
    random = np.random.default_rng(3)
    x = random.normal(size=(200, 2)).round(4)
    return {"a": x[:, 0], "b": x[:, 1], "y": np.where(x.sum(axis=1) > 0, "yes", "no")}


def test_sound_data_are_found_sound(axone, here):
    shown = axone("doctor", "wine").stdout
    lines = [line for line in shown.splitlines() if line[0] in "✓!✗"]
    assert sum(line.startswith("✓") for line in lines) >= 8
    assert not any(line.startswith("✗") for line in lines)
    assert "is learnt by heart" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert (here / "runs/wine-doctor/learning_rate.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((here / "runs/wine-doctor/doctor.json").read_text())["checks"]


def test_the_rate_it_suggests_learns(axone):
    _checks, found = told_of(axone, "digits")
    rate = found["suggested_learning_rate"]
    metrics = json.loads(axone("train", "digits", "--lr", rate, "--epochs", "8", "--json").stdout)
    assert metrics["test"]["accuracy"] > 0.93


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda c: c | {"same": [7] * 200}, "constant_features", "same"),
        (lambda c: c | {"made": [int(y == "yes") + 0.1 for y in c["y"]]}, "leak", "made"),
        (lambda c: {n: list(v) + list(v) for n, v in c.items()}, "duplicates_across_splits", ""),
        (lambda c: c | {"a": [*c["a"][:-1], 1e6]}, "outliers", "a"),
        (lambda c: c | {"y": [*(["yes"] * 196), *(["no"] * 4)]}, "rare_classes", "no"),
        (
            lambda c: {
                "a": [*c["a"], *c["a"]],
                "b": [*c["b"], *c["b"]],
                "y": [*c["y"], *reversed(c["y"])],
            },
            "contradictions",
            "",
        ),
    ],
)
def test_what_is_wrong_with_data_is_named(axone, write, columns, change, code, said):
    changed = {name: list(cells) for name, cells in change(columns).items()}
    path = write("rows.csv", table(changed))
    checks, _found = told_of(axone, path, "--target", "y")
    assert checks[code]["verdict"] == "look"
    assert said in checks[code]["text"]
    sound, _found = told_of(axone, write("sound.csv", table(columns)), "--target", "y")
    assert code not in sound or sound[code]["verdict"] == "good"


def test_features_without_scaling_and_large_first_weights_are_named(axone, write):
    path = write(
        "run.toml",
        '[data]\nsource = "wine"\nscaling = "none"\n'
        '[network]\ninitializer = { name = "normal", standard_deviation = 3.0 }\n',
    )
    checks, _found = told_of(axone, path)
    assert checks["unscaled_features"]["verdict"] == "wrong"
    assert "proline" in checks["unscaled_features"]["text"]
    assert checks["first_loss"]["verdict"] == "look"
    assert checks["first_loss"]["figures"]["expected"] == pytest.approx(np.log(3))


@pytest.mark.parametrize("source", ["iris", "wine", "breast_cancer", "digits"])
def test_the_first_weights_of_the_default_network_are_not_called_too_large(axone, source):
    checks, _found = told_of(axone, source)
    assert checks["first_loss"]["verdict"] == "good"


def test_targets_that_have_nothing_to_do_with_the_rows_are_not_learnt_by_heart(axone, write):
    random = np.random.default_rng(0)
    rows = {"a": random.integers(0, 2, 300), "y": random.integers(0, 2, 300)}
    checks, _found = told_of(axone, write("noise.csv", table(rows)), "--target", "y")
    assert checks["one_batch"]["verdict"] == "look"
    assert checks["contradictions"]["verdict"] == "look"


def test_numbers_texts_images_and_searching_optimisers_are_checked_up_too(axone, write):
    assert "first_loss" not in told_of(axone, "diabetes")[0]
    names = write("names.csv", "name,kind\n" + "Anna,f\nOtto,m\nIda,f\nKarl,m\n" * 30)
    assert "one_batch" in told_of(axone, names, "--target", "kind")[0]
    found = told_of(axone, "iris", "--optimizer", "lbfgs")[1]
    assert found["suggested_learning_rate"] is None


def test_results_go_where_they_are_asked_for(axone, refused, here, write):
    axone("doctor", "iris", "--out", "there")
    assert (here / "there" / "learning_rate.png").is_file()
    write("file", "")
    assert "Cannot create the folder file" in refused("doctor", "iris", "--out", "file")
