"""`axone presets`, and --preset of the commands that build a network."""

import json

import numpy as np
import pytest

from axone.presets import PRESETS


@pytest.fixture
def waves(here):
    random = np.random.default_rng(0)
    X = random.normal(size=(30, 1, 12)).astype(np.float32)
    np.savez(here / "waves.npz", X=X, y=np.arange(30) % 2)
    return "waves.npz"


def test_all_are_listed_with_what_they_take(axone):
    lines = axone("presets").stdout.splitlines()
    assert lines[0].split()[:2] == ["name", "takes"]
    named = [line.split()[0] for line in lines[1:] if line[:1].strip()]
    assert named[: len(PRESETS)] == list(PRESETS)


def test_one_shows_its_layers_on_examples_of_a_shape(axone):
    text = axone("presets", "course-1d", "--shape", "1,10").stdout
    assert "signals (1, 10)" in text
    assert next(n for n in text.splitlines() if n.startswith("Total")).split()[1] == "62"
    assert axone("presets", "cnn", "--shape", "3,32,32", "--outputs", "10").stdout.count("Conv2D")
    assert "Embedding" in axone("presets", "gru", "--kind", "tokens").stdout


def test_how_long_is_trained_depends_on_the_rows(axone):
    few, many = (axone("presets", "fcn-1d", "--rows", n).stdout for n in ("50", "50000"))
    assert "0% of 50 rows" in few
    assert "5% of 50,000 rows" in many


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lenet", "--shape", "8,8"), "These would fit: cnn, mlp."),
        (("lenet", "--shape", "a"), "--shape takes whole numbers with commas"),
        (("lenet", "--shape", "0,4"), "--shape takes whole numbers with commas"),
        (("lenett",), "Did you mean 'lenet'"),
        (("gru", "--kind", "songs"), "songs"),
        (("--shape", "28,28"), "Name the preset"),
    ],
)
def test_what_cannot_be_shown_is_refused(refused, words, said):
    assert said in " ".join(refused("presets", *words).split())


def test_a_run_with_a_preset_keeps_it(axone, here, waves):
    printed = axone("train", waves, "--preset", "course-1d", "--epochs", "2", "--out", "run")
    assert "Conv1D (relu) 1×10" in printed.stdout or "Conv1D" in printed.stdout
    assert 'preset = "course-1d"' in (here / "run" / "experiment.toml").read_text()


def test_without_one_a_note_says_which_was_chosen(axone, here, waves):
    axone("train", waves, "-q", "--epochs", "1", "--out", "run")
    notes = json.loads((here / "run" / "metrics.json").read_text()).get("notes", [])
    printed = axone("train", waves, "--epochs", "1", "--out", "again").stdout
    assert "was chosen for signals" in " ".join(printed.split())
    assert isinstance(notes, list)


def test_hidden_layers_beside_a_preset_are_refused(refused, waves):
    said = " ".join(refused("train", waves, "--preset", "gru", "--hidden", "8").split())
    assert "--preset gru has layers of its own, so --hidden would change nothing" in said


def test_hidden_layers_stand_before_the_preset_of_a_file(axone, here, write, waves):
    path = write("run.toml", 'data.source = "waves.npz"\nnetwork.preset = "course-1d"\n')
    text = axone("summary", path, "--hidden", "4").stdout
    assert "Conv1D" not in text
    assert "Conv1D" in axone("summary", path).stdout


def test_summary_takes_a_preset(axone, waves):
    assert "Conv1D" in axone("summary", waves, "--preset", "fcn-1d").stdout


def test_a_search_varies_around_the_preset(axone, here, waves):
    pytest.importorskip("optuna", reason="tuning needs Optuna, of the extra `tune`")
    axone(
        *("tune", waves, "--vary", "lr=1e-3|1e-2", "--search", "grid", "--cv", "2"),
        *("--epochs", "1", "--out", "found", "-q"),
    )
    best = (here / "found" / "best.toml").read_text()
    assert "adamw" in best
    assert "preset" in best
