"""What is imported when: nothing costly before somebody asks for what needs it."""

import subprocess
import sys

import pytest

import axone
from axone.cli.commands import COMMANDS

COSTLY = {
    "matplotlib",
    "numpy",
    "optuna",
    "pandas",
    "PIL",
    "pydantic",
    "scipy",
    "sklearn",
    "torch",
}


def imported_by(code, among=COSTLY):
    """Return which of the costly libraries a fresh process has read after `code`."""
    told = f"print(*({among} & sys.modules.keys()), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{told}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def imported_by_command(*arguments):
    """Return which of them a call of the command line has read when it ends."""
    return imported_by(f"""
from axone.cli import main
sys.argv = ["axone", *{arguments}]
try:
    main()
except SystemExit:
    pass""")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []], ids=str)
def test_help_reads_no_costly_library(arguments):
    assert imported_by_command(*arguments) == set()


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_help_of_a_command_reads_only_what_typer_itself_may(command):
    assert imported_by_command(command, "--help") <= {"pydantic"}


def test_axone_alone_reads_nothing_and_a_network_numpy_only():
    assert imported_by("import axone") == set()
    assert imported_by("import axone; axone.Network, axone.Dense, axone.Adam") == {"numpy"}


def test_training_reads_neither_scikit_learn_nor_pydantic():
    assert not imported_by("import axone; axone.Trainer") & {"sklearn", "pydantic", "pandas"}
    assert "sklearn" in imported_by("import axone; axone.MLPClassifier")


TRAINING = """
import axone as ax
network = ax.Network(ax.Dense(3, {activation!r}), ax.Dense(1), input_shape=2)
trainer = ax.Trainer(network, loss="mse", engine={engine!r}, seed=0)
trainer.fit(train=([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]]), max_epochs=1)
"""


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_only_who_writes_a_formula_waits_for_what_reads_it(engine):
    among = {"axone.formula"}
    named = imported_by(TRAINING.format(activation="relu", engine=engine), among)
    assert named == set()
    written = imported_by(TRAINING.format(activation="max(0, z)", engine=engine), among)
    assert written == among


def test_every_public_name_is_there():
    assert {"Network", "Trainer", "MLPClassifier", "tune"} < set(axone.__all__) <= set(dir(axone))
    for name in axone.__all__:
        assert getattr(axone, name) is not None
    with pytest.raises(AttributeError, match="Netwrok"):
        axone.Netwrok  # noqa: B018 — looking it up is the test
