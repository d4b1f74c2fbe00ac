"""Words of a command line and names from files that a terminal, or a machine, would suffer from."""

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--threads", "5000"], "--threads: Input should be less than or equal to 1024; found 5"),
        (["--seed", "9" * 20], "--seed: Input should be less than or equal to 9223372036854775807"),
        (["--epochs", "9" * 20], "--epochs: Input should be less than or equal to 2147483647"),
        (["--epochs", "9" * 400], "found 1e+400"),
        (["--batch-size", "9" * 20], "--batch-size: Input should be less than or equal to 2147"),
        (["--hidden", "1000000000"], "--hidden: Input should be less than or equal to 1048576"),
        (["--hidden", "1," * 60_000], "--hidden: List should have at most 1000 items"),
        (["--hidden", "9" * 5000], "--hidden takes whole numbers with commas"),
        (["--hidden", "1000000,1000000"], "1,000,001,000,000 of them in layer 1 (Dense)"),
        (["--lr", "9" * 400], "--lr: learning_rate must be finite and greater than 0, not inf"),
        (["--l2", "inf"], "--l2: Input should be a finite number"),
        (["--dropout", "nan"], "--dropout: "),
        (["--activation", "x" * 10_000], "unknown activation 'xxx"),
        (["--engine", "\x1b[31m"], r"unknown engine '\x1b[31m'"),
        (["--epochs", "\x1b[31m"], "not a valid integer|valid integer"),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_values_without_measure_are_refused_in_a_few_words(refused, words, message):
    said = " ".join(refused("train", "iris", *words).replace("│", " ").split())
    assert any(part in said for part in message.split("|"))
    assert len(said) < 800
    assert "\x1b[31m" not in said


@pytest.mark.parametrize(
    "words", [("--trials", "9" * 20), ("--cv", "9" * 20), ("--jobs", "5000"), ("--seed", "9" * 30)]
)
def test_counts_of_a_search_have_bounds(refused, words):
    said = refused("tune", "xor", *words)
    assert "at most" in said or "less than or equal" in said


@pytest.mark.parametrize("name", ["\x1b[31mred.csv", "\udcff.csv", "\u202ecsv.csv", "a\rb.npz"])
def test_a_file_name_gives_the_terminal_no_commands(refused, iris_run, name):
    for command in (("train", name), ("predict", iris_run, name), ("evaluate", iris_run, name)):
        said = refused(*command)
        said.encode()
        assert not set("\x1b\r\u202e") & set(said)


def test_an_unknown_command_is_quoted(refused):
    assert r"\x1b[31m" in refused("\x1b[31mtrain")


NAMES = ["\x1b[31mred", "a\nb\u202e", "$\\frac{"]


@pytest.fixture
def evil_run(axone, here, pictures):
    random = np.random.default_rng(0)
    np.savez(
        "evil.npz",
        X=random.normal(size=(60, 3)),
        y=np.arange(60) % 3,
        target_names=np.array(NAMES),
        feature_names=np.array(["\x1b[2J", "$x^", "\n\u202e"]),
    )
    done = axone("train", "evil.npz", "--epochs", "1", "--hidden", "3", "--out", "run")
    assert not set("\x1b\u202e") & set(done.stdout + done.stderr)
    assert "Glyph" not in done.stderr
    return here / "run"


def test_class_names_are_commands_to_no_terminal_but_whole_in_files(axone, evil_run, monkeypatch):
    piped = axone("predict", evil_run, 1, 2, 3).stdout
    assert "\x1b[31mred" in piped
    axone("predict", evil_run, 1, 2, 3, "--out", "new.csv")
    assert "\x1b[31mred" in (evil_run.parent / "new.csv").read_text()


def test_on_a_terminal_results_show_control_characters(monkeypatch, capsys):
    from axone.cli import console

    console.echo("\x1b[31mred")
    assert capsys.readouterr().out == "\x1b[31mred\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    console.echo("\x1b[31mred \ud800")
    assert capsys.readouterr().out == "\\x1b[31mred \\ud800\n"


def test_tables_on_the_screen_show_control_characters(capsys):
    from axone.cli import console

    console.output().print(console.columns([["\x1b[31mred", "\u202e"]], ["a", "b"]))
    assert not set("\x1b\u202e") & set(capsys.readouterr().out)
