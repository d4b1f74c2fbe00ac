"""What is imported when: nothing costly before somebody asks for what needs it."""

import subprocess
import sys

import pytest

import axone

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
    code += f"\nprint(' '.join({sorted(COSTLY)} & sys.modules.keys()), file=sys.stderr)"
    code = code.replace(str(sorted(COSTLY)), "set(" + str(sorted(COSTLY)) + ")")
    done = subprocess.run(
        [sys.executable, "-c", "import sys\n" + code], capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split()) if done.stderr.strip() else set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []], ids=str)
def test_help_reads_no_costly_library(arguments):
    call = f"""
from axone.cli import main
sys.argv = ["axone", *{arguments}]
try:
    main()
except SystemExit:
    pass"""
    assert imported_by(call) == set()


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
