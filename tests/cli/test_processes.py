"""What only a process shows: Ctrl-C, kill, pipes, and the module run by its name."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pipes are POSIX's here")

# The reference engine is the slowest: it leaves time to interrupt it.
EXPERIMENT = """
seed = 3
engine = "reference"
data = { source = "moons" }
network = { hidden = [16], dropout = 0.1 }
training = { epochs = 150, batch_size = 8, stopping = {} }
"""


@pytest.fixture(scope="module")
def whole(axone, tmp_path_factory):
    """The folder of a run that nobody stopped."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "run.toml").write_text(EXPERIMENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
        axone("train", folder / "run.toml", "-q", "--out", folder / "run")
    return folder / "run"


def assert_same_run(folder, whole):
    assert (folder / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    histories = []
    for path in (folder / "history.csv", whole / "history.csv"):
        with path.open(newline="") as file:
            histories.append([row | {"seconds": ""} for row in csv.DictReader(file)])
    assert histories[0] == histories[1]
    metrics = [json.loads((run / "metrics.json").read_text()) for run in (folder, whole)]
    for timed in ("seconds", "total_seconds"):
        assert metrics[0].pop(timed) > 0
        assert metrics[1].pop(timed) > 0
    assert metrics[0] == metrics[1]


def test_ctrl_c_saves_and_resuming_gives_the_bits_of_a_run_never_stopped(
    axone, start, write, here, whole
):
    process = start("train", write("run.toml", EXPERIMENT), "--out", "run")
    for line in process.stdout:
        if line.split()[:1] == ["3"]:
            break
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted by Ctrl-C" in output
    assert errors.strip() == "Continue with: axone train run --resume"
    metrics = json.loads((here / "run" / "metrics.json").read_text())
    assert metrics["stopped_by"] == "interrupted"
    assert metrics["epochs"] < 150
    assert (here / "run" / "model.safetensors").exists()
    for picture in (here / "run").glob("*.png"):
        picture.unlink()
    axone("train", "run", "--resume", "-q")
    assert_same_run(here / "run", whole)


def test_sigterm_saves_as_ctrl_c_does_and_says_143(axone, start, write, here, whole):
    process = start("train", write("run.toml", EXPERIMENT), "--out", "run")
    for line in process.stdout:
        if line.split()[:1] == ["3"]:
            break
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "interrupted by SIGTERM" in output
    assert errors.strip() == "Continue with: axone train run --resume"
    assert (here / "run" / "model.safetensors").exists()
    axone("train", "run", "--resume", "-q")
    for picture in (here / "run").glob("*.png"):
        picture.unlink()
    assert_same_run(here / "run", whole)


def test_two_commands_at_once_for_one_folder_leave_one_run_and_one_refusal(start, write, here):
    path = write("run.toml", EXPERIMENT)
    both = [start("train", path, "-q", "--out", "run") for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 2]
    refused = errors[[process.returncode for process in both].index(2)]
    assert "Another run is at work" in refused or "is not empty" in refused
    assert json.loads((here / "run" / "metrics.json").read_text())["epochs"] == 150


def test_two_commands_at_once_without_a_folder_get_one_each(start, write, here):
    path = write("run.toml", EXPERIMENT.replace("150", "5"))
    both = [start("train", path, "-q") for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert {folder.name for folder in (here / "runs").iterdir()} == {"run", "run-2"}
    for name in ("run", "run-2"):
        assert (here / "runs" / name / "model.safetensors").exists()


SAVES_OFTEN = """
from functools import partialmethod
from axone.cli import main
from axone.training import Trainer
Trainer.start = partialmethod(Trainer.start, checkpoint_seconds=0.05)
main()
"""
"""The command, but that it saves from the first epochs on: with its five seconds this run would
save at its end alone, where a signal comes too late."""


def test_a_killed_run_resumes_to_the_bits_of_a_run_never_stopped(axone, write, here, whole):
    arguments = ["train", str(write("run.toml", EXPERIMENT)), "-q", "--out", "run"]
    process = subprocess.Popen([sys.executable, "-c", SAVES_OFTEN, *arguments], cwd=here)
    deadline = time.monotonic() + 30
    while not (here / "run" / "checkpoint.safetensors").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not (here / "run" / "model.safetensors").exists()
    axone("train", "run", "--resume", "-q")
    assert_same_run(here / "run", whole)


@pytest.mark.parametrize("command", ["schema", "datasets"])
def test_a_reader_that_goes_away_ends_the_command_without_a_word(start, command):
    process = start(command)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_does_not_fit_on_the_disk_is_explained(here):
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "axone", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr.startswith("Error: the system refused: ")
    assert result.stderr.count("\n") == 1


def test_an_error_of_a_process_is_one_line_on_standard_error_and_status_2(here):
    result = subprocess.run(
        [sys.executable, "-m", "axone", "train", "iriss"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
