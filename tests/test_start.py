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


def imported_by(code):
    """Return which of the costly libraries a fresh process has read after `code`."""
    told = f"print(*({COSTLY} & sys.modules.keys()), file=sys.stderr)"
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


def test_every_public_name_is_there():
    assert {"Network", "Trainer", "MLPClassifier", "tune"} < set(axone.__all__) <= set(dir(axone))
    for name in axone.__all__:
        assert getattr(axone, name) is not None
    with pytest.raises(AttributeError, match="Netwrok"):
        axone.Netwrok  # noqa: B018 — looking it up is the test


@pytest.mark.parametrize(
    "before",
    [
        "",
        "from axone.explain import as_text",
        "import axone.explain",
        "import axone.explain.text",
        "axone.saliency",
        "axone.explain",
        "from axone import explain",
    ],
)
def test_explain_is_called_and_is_a_room_whatever_was_imported_before(before):
    imported_by(f"""
import axone
{before}
network = axone.Network(axone.Dense(1), input_shape=1)
trace = axone.explain(network, network.initialize(), [1.0])
from axone.explain import as_text, explain
import axone.explain as room
assert as_text(trace) == room.as_text(explain(network, network.initialize(), [1.0]))
""")
