"""`axone train`: what it takes, what every option changes, what it prints and what it leaves."""

import csv
import json

import numpy as np
import pytest

from axone.cli.sources import hidden_sizes
from axone.data import load_dataset
from axone.errors import ConfigurationError
from axone.experiments import Experiment, load_run, prepare

QUICK = ("--epochs", "2")

LAYERS = """
data = { source = "iris" }
network = { layers = [{ name = "dense", units = 3, activation = "softmax" }] }
"""


def settings(folder):
    return Experiment.from_file(folder / "experiment.toml").settings


def table(n=40):
    rows = "".join(f"{i % 7},{i % 5},{'high' if i % 2 else 'low'}\n" for i in range(n))
    return f"a,b,level\n{rows}"


def test_a_dataset_is_trained_by_its_name_into_the_runs_folder(axone, here):
    output = axone("train", "iris", *QUICK).stdout
    folder = here / "runs" / "iris"
    assert {path.name for path in folder.iterdir()} == {
        "experiment.toml",
        "model.safetensors",
        "history.csv",
        "messages.json",
        "metrics.json",
        "classification_report.txt",
        "classification_report.json",
        "checkpoint.safetensors",
        "diagnosis.json",
    }
    assert "Data      iris: 3 classes\nRows      104 train, 23 validation, 23 test\n" in output
    assert "2,499 parameters" in output
    assert "Stopped after epoch 2: all 2 epochs are done." in output
    assert output.endswith(f"Results: {folder.relative_to(here)}\n")


def test_the_plan_says_how_many_rows_of_each_class_every_part_has(axone, here):
    output = axone("train", "iris", *QUICK).stdout
    assert "Classes   train: 34 × setosa, 35 × versicolor, 35 × virginica\n" in output
    assert "          validation: 8 × setosa, 7 × versicolor, 8 × virginica\n" in output
    counts = json.loads((here / "runs" / "iris" / "metrics.json").read_text())["class_counts"]
    assert counts["test"] == {"setosa": 8, "versicolor": 8, "virginica": 7}
    assert "class_counts" not in json.loads(axone("train", "diabetes", "--json", *QUICK).stdout)


def test_many_classes_are_shortened_and_every_line_fits_into_eighty_columns(axone, here):
    random = np.random.default_rng(0)
    y = np.repeat(np.arange(60), random.integers(20, 90, 60))
    names = np.array([f"a rather long name of a class, number {n}" for n in range(60)])
    np.savez(here / "many.npz", X=random.normal(size=(len(y), 2)), y=y, target_names=names)
    lines = axone("train", "many.npz", *QUICK).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    plan = " ".join(" ".join(lines[:12]).split())
    assert "and 56 classes of " in plan
    digits = axone("train", "digits", *QUICK).stdout.splitlines()
    assert max(map(len, digits)) <= 80
    assert not any(line.rstrip().endswith("×") or line.lstrip().startswith("×") for line in digits)


def test_right_answers_out_of_all_are_told_and_kept(axone, here):
    output = axone("train", "iris", "--epochs", "30", "--lr", "0.01", "--out", "run").stdout
    metrics = json.loads((here / "run" / "metrics.json").read_text())
    parts = ("train", "validation", "test")
    for name in parts:
        scores = metrics[name]
        assert scores["accuracy"] == pytest.approx(scores["right"] / scores["of"], abs=1e-6)
    row = next(line for line in output.splitlines() if line.startswith("right"))
    assert row.split()[1:] == [f"{metrics[n]['right']}/{metrics[n]['of']}" for n in parts]
    evaluated = axone("evaluate", "run").stdout
    assert row.split() in [line.split() for line in evaluated.splitlines()]


def test_a_second_run_of_the_same_name_gets_a_folder_of_its_own(axone, here):
    for _ in range(3):
        axone("train", "iris", "-q", *QUICK)
    assert sorted(path.name for path in (here / "runs").iterdir()) == ["iris", "iris-2", "iris-3"]


def test_a_table_is_trained_with_its_target_named(axone, write, here):
    axone("train", write("some.csv", table()), "--target", "level", "--out", "run", *QUICK)
    data = settings(here / "run").data
    assert (data.source, data.target, data.task) == (
        str(here / "some.csv"),
        "level",
        "classification",
    )


def test_a_comparison_is_learnt_kept_with_the_model_and_evaluated_by(axone, here, write):
    rows = "".join(f"{n % 7},{n % 5},{n % 11}\n" for n in range(80))
    path = write("some.csv", f"a,b,living area\n{rows}")
    axone("train", path, "--target", "living area >= 6", "-q", "--out", "run", *QUICK)
    assert settings(here / "run").data.target == "living area >= 6"
    target = load_run(here / "run")[1].target
    assert target.class_names == ("living area < 6", "living area >= 6")
    assert json.loads(axone("evaluate", "run", path, "--json").stdout)["some.csv"]["of"] == 80
    only = write("only.csv", "a,b,living area\n1,2,9\n3,4,9\n5,6,\n")
    told = axone("evaluate", "run", only, "--json")
    assert json.loads(told.stdout)["only.csv"]["of"] == 2
    assert told.stderr == "1 row without living area >= 6 left out\n"
    predicted = axone("predict", "run", path).stdout.splitlines()
    assert predicted[0] == "prediction,probability_living area < 6,probability_living area >= 6"
    axone("train", here / "run" / "experiment.toml", "-q", "--out", "again")
    again = load_run(here / "again")[1].parameters.vector
    np.testing.assert_array_equal(again, load_run(here / "run")[1].parameters.vector)


def test_a_class_of_a_dataset_is_told_from_the_others(axone, here):
    output = axone("train", "digits", "--target", "digit == 5", "--epochs", "5").stdout
    assert "test: 243 × digit != 5, 27 × digit == 5" in output
    data = load_dataset("digits")
    np.savez(here / "some.npz", X=data.X[:50], y=data.y[:50])
    scores = json.loads(axone("evaluate", "runs/digits", "some.npz", "--json").stdout)["some.npz"]
    assert scores["accuracy"] > 0.9


def test_an_archive_is_trained(axone, here):
    X = np.random.default_rng(0).normal(size=(40, 3))
    np.savez(here / "rows.npz", X=X, y=X.sum(axis=1))
    output = axone("train", "rows.npz", *QUICK).stdout
    assert "rows: regression of y\nRows      28 train, 6 validation, 6 test\n" in output
    assert (here / "runs" / "rows" / "metrics.json").exists()


def test_an_experiment_file_is_trained_under_its_own_name(axone, write, here):
    text = '[data]\nsource = "some.csv"\ntarget = "level"\n[training]\nepochs = 2\n'
    write("some.csv", table())
    axone("train", write("first.toml", text), "-q")
    assert settings(here / "runs" / "first").training.epochs == 2


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (["--epochs", "3"], "training.epochs", 3),
        (["--batch-size", "5"], "training.batch_size", 5),
        (["--lr", "0.02"], "training.optimizer.learning_rate", 0.02),
        (["--l2", "0.1"], "training.l2", 0.1),
        (["--seed", "8"], "seed", 8),
        (["--engine", "reference"], "engine", "reference"),
        (["--threads", "2"], "threads", 2),
        (["--hidden", "7,5"], "network.layers.1.units", 5),
        (["--hidden", ""], "network.layers.0.units", 3),
        (["--dropout", "0.25"], "network.layers.1.rate", 0.25),
        (["--optimizer", "momentum", "--lr", "0.3"], "training.optimizer.learning_rate", 0.3),
    ],
)
def test_an_option_changes_its_setting(axone, here, options, key, value):
    axone("train", "iris", "-q", "--out", "run", *QUICK, *options)
    found = settings(here / "run")
    for part in key.split("."):
        found = found[int(part)] if part.isdigit() else getattr(found, part)
    assert found == value


def test_an_activation_may_be_a_formula(axone, here):
    formula = "a*z*sigmoid(1.5*z), a=1"
    axone(
        *("train", "iris", "--epochs", "2", "--hidden", "5"),
        *("--activation", formula),
    )
    written = (here / "runs/iris/experiment.toml").read_text()
    assert written.count(f'formula = "{formula}"') == 1
    wrong = axone("train", "iris", "--activation", "z * sigmoid(q*z)", status=2)
    assert "--activation: no formula: 'q' is neither z nor a constant" in wrong.stderr
    assert "\n    z * sigmoid(q*z)\n                ^\n" in wrong.stderr
    assert "Dense (tanh(z)·2)" in axone("summary", "iris", "--activation", "tanh(z)*2").stdout


def test_the_kinds_of_activation_optimizer_and_task_can_be_chosen(axone, here, write):
    path = write("numbers.csv", "a,b\n" + "".join(f"{n % 9},{n % 3}\n" for n in range(40)))
    axone(
        *("train", path, "-q", "--out", "run", *QUICK, "--target", "b"),
        *("--task", "regression", "--activation", "tanh", "--optimizer", "rmsprop"),
    )
    found = settings(here / "run")
    assert found.data.task == "regression"
    assert type(found.network.layers[0].function).__name__ == "Tanh"
    assert type(found.training.optimizer).__name__ == "RMSProp"


def test_options_of_a_generated_dataset_come_from_the_command_line_and_from_files(
    axone, write, here
):
    words = ("--data-option", "operation=multiply", "--data-option", "range=0..12")
    axone("train", "calculator", "-q", "--out", "run", *QUICK, *words)
    data = settings(here / "run").data
    assert data.options == {"operation": "multiply", "range": [0, 12]}
    # The recipe brings inputs and results to the size of 1.
    assert (data.scaling.by, data.target_scaling.by) == (12.0, 144.0)
    again = Experiment.from_file(here / "run" / "experiment.toml")
    assert prepare(again).dataset.X.max() == 12
    text = """
    [data]
    source = "moons"
    [data.options]
    rows = 60
    noise = 0.3
    """
    path = write("run.toml", text)
    output = axone("train", path, *QUICK, "--data-option", "rows=40").stdout
    assert "Rows      28 train, 6 validation, 6 test" in output
    assert settings(here / "runs" / "run").data.options == {"rows": 40, "noise": 0.3}


def test_gates_of_many_rows_are_split_as_other_datasets_are(axone):
    words = ("--data-option", "rows=100", "--data-option", "noise=0.1")
    assert (
        "Rows      70 train, 15 validation, 15 test" in axone("train", "xor", *QUICK, *words).stdout
    )


def test_a_wrong_option_of_a_dataset_is_told_with_the_file(refused, write):
    path = write("run.toml", '[data]\nsource = "moons"\noptions = { rows = "many" }\n')
    message = refused("train", path)
    assert "run.toml" in message
    assert "the option rows must be a whole number" in message
    assert "iris takes no options" in refused("train", "iris", "--data-option", "rows=5")


def test_options_prevail_over_the_file(axone, write, here):
    path = write("run.toml", LAYERS)
    axone("train", path, "-q", "--out", "run", *QUICK, "--hidden", "6", "--activation", "tanh")
    assert [layer.units for layer in settings(here / "run").network.layers] == [6, 3]


def test_an_option_that_the_list_of_layers_would_silence_is_refused(refused, write):
    message = refused(
        "train", write("run.toml", LAYERS), "--activation", "tanh", "--dropout", "0.1"
    )
    assert "lists every layer, so --activation and --dropout would change nothing" in message


def test_lbfgs_takes_no_learning_rate(refused, axone, here):
    assert "--lr: L-BFGS" in refused("train", "iris", "--optimizer", "lbfgs", "--lr", "1")
    output = axone("train", "iris", "--optimizer", "lbfgs", *QUICK).stdout
    assert "Training  lbfgs, batches of" in output


def test_rows_that_no_epoch_learns_from_are_told_before_the_first(axone, write):
    content = '[data]\nsource = "iris"\n[training]\nepochs = 2\nbatch_size = {}\ndrop_last = true\n'
    output = axone("train", write("run.toml", content.format(20))).stdout
    # Of 104 training rows five batches of 20 are made.
    assert "each epoch leaves 4 rows out, its partial batch (drop_last)" in output
    assert "10 steps" in output
    assert "drop_last" not in axone("train", write("whole.toml", content.format(8))).stdout


def test_a_training_set_smaller_than_a_batch_is_refused_by_the_files_setting(refused, write):
    content = '[data]\nsource = "iris"\n[training]\nbatch_size = 200\ndrop_last = true\n'
    message = refused("train", write("run.toml", content))
    assert "run.toml: training.drop_last: drop_last leaves nothing to learn from" in message


def test_quiet_prints_nothing(axone):
    result = axone("train", "iris", "--quiet", *QUICK)
    assert (result.stdout, result.stderr) == ("", "")


def test_json_prints_only_the_metrics_and_the_diagnosis(axone, here):
    result = axone("train", "iris", "--json", *QUICK)
    printed = json.loads(result.stdout)
    assert result.stderr == ""
    assert printed.pop("folder") == "runs/iris"
    kept = json.loads((here / "runs" / "iris" / "diagnosis.json").read_text())
    for finding in kept:
        finding.pop("said")  # messages, from which any language is told
    assert printed.pop("diagnosis") == kept
    assert printed == json.loads((here / "runs" / "iris" / "metrics.json").read_text())
    keys = {"train", "validation", "test", "epochs", "steps", "seconds", "stopped_by", "engine"}
    assert keys | {"seed"} <= set(printed)


def test_the_history_has_a_row_an_epoch_with_both_losses_and_scores(axone, here):
    axone("train", "iris", "-q", "--epochs", "3")
    with (here / "runs" / "iris" / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert list(rows[0])[:6] == [
        "epoch",
        "step",
        "learning_rate",
        "train_loss",
        "train_penalty",
        "train_accuracy",
    ]
    assert {"validation_loss", "validation_accuracy", "validation_recall"} <= set(rows[0])


@pytest.mark.parametrize(
    ("text", "sizes"), [("64,32", [64, 32]), (" 8 , 4,", [8, 4]), ("", []), ("5", [5])]
)
def test_hidden_sizes_are_read_with_commas(text, sizes):
    assert hidden_sizes(text) == sizes


@pytest.mark.parametrize("text", ["a,b", "3;4", "2.5", "0x10"])
def test_hidden_sizes_that_are_no_whole_numbers_are_refused(text):
    with pytest.raises(ConfigurationError, match="--hidden takes whole numbers"):
        hidden_sizes(text)


@pytest.mark.parametrize("gate", ["xor", "and", "or"])
def test_a_gate_is_learnt_four_out_of_four(axone, here, gate):
    axone("train", gate, "-q", "--out", gate)
    metrics = json.loads((here / gate / "metrics.json").read_text())
    assert metrics["train"]["accuracy"] == 1.0
    assert "validation" not in metrics
    rows = {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 0}
    for a, b in rows:
        answer = {"xor": a ^ b, "and": a & b, "or": a | b}[gate]
        printed = axone("predict", gate, a, b).stdout.splitlines()[1]
        assert printed.split(",")[0] == str(answer)


def test_the_calculator_beats_the_published_result(calculator_run, axone):
    metrics = json.loads((calculator_run / "metrics.json").read_text())
    assert metrics["test"]["mse"] <= 1.69
    assert metrics["test"]["mae"] <= 1.04
    assert metrics["test"]["r2"] >= 0.999
    printed = axone("predict", calculator_run, 50, 50).stdout.splitlines()
    assert abs(float(printed[1]) - 100) < 2


def test_iris_reaches_95_percent(axone, here):
    axone("train", "iris", "-q", "--seed", "42")
    metrics = json.loads((here / "runs" / "iris" / "metrics.json").read_text())
    assert metrics["validation"]["accuracy"] >= 0.95


def test_a_diverged_run_explains_itself_writes_its_files_and_ends_with_status_3(axone, here):
    result = axone(
        *("train", "iris", "--optimizer", "sgd", "--lr", "1e30", "--out", "run"), status=3
    )
    assert "Cause:" in result.stderr
    assert "Remedy:" in result.stderr
    names = {path.name for path in (here / "run").iterdir()}
    assert {"model.safetensors", "metrics.json", "history.csv", "experiment.toml"} <= names
    assert json.loads((here / "run" / "metrics.json").read_text())["stopped_by"] == "diverged"
    row = axone("predict", "run", 1, 2, 3, 4).stdout.splitlines()[1].split(",")
    assert sum(map(float, row[1:])) == pytest.approx(1, abs=1e-4)


def test_a_diverged_run_prints_only_json_on_standard_output(axone):
    result = axone("train", "iris", "--json", "--optimizer", "sgd", "--lr", "1e30", status=3)
    assert json.loads(result.stdout)["stopped_by"] == "diverged"


def test_weights_that_all_start_alike_are_warned_about_in_a_line(axone, write):
    path = write("zeros.toml", LAYERS.replace('"softmax" }', '"softmax", initializer = "zeros" }'))
    result = axone("train", path, *QUICK)
    assert "Warning: All weights of layer 0 start at the same value" in result.stderr
    assert "UserWarning" not in result.stderr


def test_a_calibrated_run_says_what_it_changed_and_predicts_and_evaluates_so(axone, here):
    output = axone("train", "digits", "--epochs", "6", "--calibrate").stdout
    folder = here / "runs" / "digits"
    model = load_run(folder)[1]
    changes = json.loads((folder / "metrics.json").read_text())["calibration"]["test"]
    loss = f"log loss {changes['log_loss_before']:.4g} → {changes['log_loss_after']:.4g}"
    assert f"Temperature {model.temperature:.4g}: {loss}, calibration error " in output
    assert settings(folder).training.calibrate == "temperature"
    evaluated = json.loads(axone("evaluate", folder, "--json").stdout)
    assert evaluated["test"]["log_loss"] == changes["log_loss_after"]
    row = load_dataset("digits").X[:1]
    printed = axone("predict", folder, *map(str, row.ravel())).stdout.splitlines()[1].split(",")
    expected = model.predict_proba(row)[0]
    assert [float(cell) for cell in printed[1:]] == pytest.approx(expected.tolist(), rel=1e-4)


def test_a_temperature_of_one_is_told_with_its_reason(axone):
    result = axone("train", "wine", "--epochs", "60", "--calibrate")
    assert "Temperature 1: the probabilities stay as they are." in result.stdout
    assert "predicted right" in result.stderr


def test_calibration_of_a_regression_is_refused_by_the_name_of_the_option(refused):
    assert refused("train", "diabetes", "--calibrate").startswith(
        "Error: --calibrate: probabilities are calibrated, and quantiles; diabetes is a regression"
    )


def test_very_many_classes_are_told_on_the_screen_too(axone, here):
    y = np.arange(201).repeat(6)
    np.savez(here / "many.npz", X=np.random.default_rng(0).normal(size=(len(y), 2)), y=y)
    output = axone("train", "many.npz", "--epochs", "1").stdout
    assert "roc_auc is left out: there are more than 200 classes" in output


def test_json_of_a_test_row_far_out_is_json_and_the_table_says_so(axone, here, write):
    content = """
    data = { source = "far.npz", scaling = "none" }
    network = { hidden = [8], initializer = { name = "normal", standard_deviation = 3.0 } }
    training = { epochs = 2 }
    """
    path = write("run.toml", content)
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.arange(60) % 2
    np.savez(here / "far.npz", X=X, y=y)
    X[prepare(Experiment.from_file(path)).parts["test"].numbers[0]] = 3e38
    np.savez(here / "far.npz", X=X, y=y)
    printed = axone("train", path, "--json").stdout
    assert json.loads(printed, parse_constant=pytest.fail)["test"]["loss"] is None
    output = axone("train", path).stdout
    assert "not finite" in output
    assert "test: 1 of 9 rows has outputs that are not finite" in output
    evaluated = axone("evaluate", "runs/run", "--json").stdout
    assert json.loads(evaluated, parse_constant=pytest.fail)["test"]["accuracy"] is None


def test_classes_are_weighed_and_labels_smoothed_by_options(axone, here):
    axone(
        *("train", "iris", "-q", "--out", "run", *QUICK),
        *("--class-weight", "balanced", "--label-smoothing", "0.1"),
    )
    training = settings(here / "run").training
    assert (training.class_weight, training.label_smoothing) == ("balanced", 0.1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["iris", "--class-weight", "even"], "--class-weight: give 'balanced', or a table"),
        (["iris", "--label-smoothing", "1"], "--label-smoothing: Input should be less than 1"),
        (["diabetes", "--class-weight", "balanced"], "--class-weight: it is for classes"),
    ],
)
def test_weights_and_smoothing_that_make_no_sense_are_refused(refused, words, message):
    assert message in refused("train", *words)


def test_a_command_that_is_refused_leaves_no_folder_behind(refused, here):
    refused("train", "iriss")
    refused("train", "diabetes", "--calibrate")
    assert list(here.iterdir()) == []


def test_a_forecast_says_its_interval_and_what_the_season_before_would_score(axone, here):
    days = np.arange(300)
    noise = np.random.default_rng(0).normal(size=300)
    sales = 50 + 10 * (days % 7) + noise
    (here / "shop.csv").write_text("sales\n" + "\n".join(map(str, sales)))
    options = ("--data-option", "lags=14", "--data-option", "horizon=7")
    train = ("train", "shop.csv", "--target", "sales", *options)
    output = axone(*train, "--out", "run").stdout
    told = " ".join(output.split())
    assert "the preset forecast was chosen for signals (channels, length) of shape (1, 14)" in told
    assert "Always saying what was 7 positions before: mean absolute error" in told
    assert "Interval of 90%, as far from the middle as validation rows ask" in told
    metrics = json.loads((here / "run" / "metrics.json").read_text())["test"]
    assert f"{metrics['coverage']:.4g}" in output
    assert max(map(len, output.splitlines())) <= 80
    plain = axone(*train, "--hidden", "8", "--epochs", "2", "--out", "dense").stdout
    assert "coverage" in plain
    (here / "mse.toml").write_text(
        "[data]\nsource = 'shop.csv'\ntarget = 'sales'\noptions = { lags = 14, horizon = 7 }\n"
        "[training]\nloss = 'mse'\nepochs = 2\n"
    )
    bare = axone("train", "mse.toml", "--out", "bare").stdout
    assert "coverage" not in bare
    assert "--quantiles 0.05,0.5,0.95" in " ".join(bare.split())
