"""`axone train --resume`: runs go on, longer if asked to, and otherwise stay as they are."""

import pytest

QUICK = ("--epochs", "2")


def test_resuming_says_so_and_more_epochs_extend_the_run(axone, here):
    axone("train", "iris", "-q", "--epochs", "6", "--out", "whole")
    axone("train", "iris", "-q", "--epochs", "2", "--out", "run")
    output = axone("train", "run", "--resume", "--epochs", "6").stdout
    assert "Resumed from the checkpoint." in output
    assert "iris: 3 classes" in output
    whole, run = ((here / name / "model.safetensors").read_bytes() for name in ("whole", "run"))
    assert whole == run


def test_a_finished_run_that_is_resumed_stays_as_it_is(axone, here):
    axone("train", "iris", "-q", "--out", "run", *QUICK)
    before = (here / "run" / "model.safetensors").read_bytes()
    assert "Stopped after epoch 2" in axone("train", "--resume", "--out", "run", "iris").stdout
    assert (here / "run" / "model.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--resume", "--lr", "0.5"], "only --epochs may change, not --lr"),
        (["run", "--resume", "--seed", "5"], "only --epochs may change, not --seed"),
        (["run", "--resume", "--epochs", "1"], "--epochs: a resumed run can only be made longer"),
        (["iris", "--resume"], "iris is not the folder of a run: it holds no experiment.toml"),
        (["run"], "To continue its run: axone train run --resume"),
    ],
)
def test_resuming_wrongly_is_refused_and_changes_nothing(axone, refused, here, words, message):
    axone("train", "iris", "-q", "--out", "run", *QUICK)
    before = {path.name: path.read_bytes() for path in (here / "run").iterdir()}
    assert message in refused("train", *words)
    assert {path.name: path.read_bytes() for path in (here / "run").iterdir()} == before


def test_a_damaged_checkpoint_is_refused(axone, refused, here):
    axone("train", "iris", "-q", "--out", "run", *QUICK)
    checkpoint = here / "run" / "checkpoint.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    assert (
        "not a checkpoint that can be read"
        in axone("train", "run", "--resume", "-q", status=2).stderr
    )
