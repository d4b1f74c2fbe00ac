"""`axone diagnose`, `--apply-remedy` and `--lr auto`: what is wrong with a run, and what helps."""

import json

import pytest

from axone.experiments.folder import DIAGNOSIS, EXPERIMENT

SLOW = ("--optimizer", "sgd", "--lr", "1e-6", "--epochs", "20")


@pytest.fixture(scope="module")
def failed_run(axone, tmp_path_factory):
    """A run that learnt nothing; tests read it and never write to it."""
    folder = tmp_path_factory.mktemp("failed") / "iris"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
        axone("train", "iris", "--quiet", "--out", folder, *SLOW)
    return folder


def accuracy(axone, folder):
    metrics = json.loads((folder / "metrics.json").read_text())
    return metrics["test"]["accuracy"]


def test_a_run_says_at_its_end_what_was_wrong_and_what_to_do(axone):
    shown = axone("train", "iris", "--out", "runs/slow", *SLOW).stdout
    assert "1. The training loss does not fall: the network learns next to nothing." in shown
    assert "[not_learning]" in shown
    assert "Cause: the learning rate 1e-06 is too low." in shown
    assert "axone train runs/slow --apply-remedy 1" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_folder_says_it_again(axone, failed_run):
    shown = axone("diagnose", failed_run).stdout
    assert "Cause: the learning rate 1e-06 is too low." in shown
    told = json.loads(axone("diagnose", failed_run, "--json").stdout)
    assert told[0]["code"] == "not_learning"
    assert set(told[0]) >= {"code", "layer", "epoch", "evidence", "remedy"}
    assert told == sorted(told, key=lambda finding: -finding["certainty"])
    assert told[0]["evidence"][0]["figures"]["first"] > told[0]["evidence"][0]["figures"]["last"]
    assert "training.optimizer.learning_rate" in told[0]["remedy"]["changes"]


def test_it_is_worked_out_anew_from_data_and_weights(axone, failed_run):
    told = json.loads(axone("diagnose", failed_run, "--anew", "--json").stdout)
    kept = json.loads((failed_run / DIAGNOSIS).read_text())
    assert [finding["code"] for finding in told] == [finding["code"] for finding in kept]
    shown = axone("diagnose", failed_run, "--anew").stdout
    assert "Not looked at, because the folder does not hold it: the gradients and" in shown


def test_of_a_healthy_run_there_is_nothing_to_tell(axone, iris_run):
    assert axone("diagnose", iris_run, "--json").stdout == "[]\n"
    assert axone("diagnose", iris_run).stdout.startswith("Nothing is wrong with this run")


def test_a_remedy_is_applied_in_a_folder_beside_it_and_helps(axone, failed_run):
    shown = axone("train", failed_run, "--apply-remedy", "1").stdout
    treated = failed_run.with_name("iris-2")
    assert str(treated) in shown.replace("\n", "")
    assert accuracy(axone, treated) > accuracy(axone, failed_run) + 0.3
    assert "learning_rate = 1e-06" in (failed_run / EXPERIMENT).read_text()
    assert "learning_rate = 1e-06" not in (treated / EXPERIMENT).read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--apply-remedy", "9"], "takes the number of a finding, 1 to "),
        (["--apply-remedy", "1", "--epochs", "3"], "would change nothing"),
        (["--apply-remedy", "1", "--resume"], "--resume"),
        (["--apply-remedy", "1", "--lr", "auto"], "--lr"),
    ],
)
def test_a_remedy_that_cannot_be_applied_is_refused(refused, failed_run, words, said):
    assert said in refused("train", failed_run, *words)


def test_a_healthy_run_has_no_remedy(refused, iris_run):
    assert "Nothing was found wrong" in refused("train", iris_run, "--apply-remedy", "1")


@pytest.mark.parametrize("command", [["diagnose"], ["train", "--apply-remedy", "1"]])
def test_what_is_no_run_is_refused(refused, here, command):
    name, *options = command
    assert "not a folder that `axone train` made" in refused(name, "nowhere", *options)
    (here / "empty").mkdir()
    assert "holds no experiment.toml" in refused(name, "empty", *options)


def test_a_diverged_run_is_explained_on_standard_error(axone):
    told = axone("train", "diabetes", "--optimizer", "sgd", "--lr", "50", "--quiet", status=3)
    assert "1. The loss is no longer a finite number: the run has diverged." in told.stderr
    assert "[diverged]" in told.stderr
    found = json.loads(axone("diagnose", "runs/diabetes", "--json").stdout)
    assert found[0]["code"] == "diverged"
    axone("train", "runs/diabetes", "--apply-remedy", "1", "--quiet")


class TestAutomaticRate:
    def test_a_range_test_finds_the_rate(self, axone, here):
        shown = axone("train", "iris", "--optimizer", "sgd", "--lr", "auto").stdout
        assert "A range test suggests a learning rate of " in shown
        assert 'optimizer = "sgd"' not in (here / "runs/iris" / EXPERIMENT).read_text()
        assert accuracy(axone, here / "runs/iris") > 0.8

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--lr", "soon"], "--lr takes a number, such as 0.001, or auto"),
            (["--lr", "auto", "--optimizer", "lbfgs"], "finds the length of its steps itself"),
            (["--lr", "-1"], "--lr"),
            (["--lr", "nan"], "--lr"),
        ],
    )
    def test_what_is_no_rate_is_refused(self, refused, words, said):
        assert said in refused("train", "iris", *words)
