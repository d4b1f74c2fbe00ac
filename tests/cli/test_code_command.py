"""`axone code`: what is printed runs, and goes where it is asked for."""

import shutil
import subprocess
import sys
import tomllib

import pytest


def test_what_is_printed_is_a_script(axone, here):
    told = axone("code", "iris", "--epochs", "2", "--hidden", "4").stdout
    (here / "script.py").write_text(told, encoding="utf-8")
    command = [sys.executable, "script.py"]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert ended.stdout.startswith("accuracy (test): ")
    assert ended.stderr == ""


def test_the_script_of_a_run_has_its_settings(axone, here, iris_run):
    shutil.copytree(iris_run, here / "run")
    settings = tomllib.loads((here / "run/experiment.toml").read_text(encoding="utf-8"))
    told = axone("code", "run", "--as", "toml").stdout
    assert tomllib.loads(told) == settings
    assert f"seed={settings['seed']}," in axone("code", "run").stdout


def test_a_file_is_written_where_it_is_asked_for(axone, here):
    told = axone("code", "iris", "--as", "sklearn", "--out", "iris.py")
    assert told.stdout == "iris.py\n"
    printed = axone("code", "iris", "--as", "sklearn").stdout
    assert (here / "iris.py").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["iris", "--as", "keras"], "unknown kind of code 'keras'"),
        (["iris", "--optimizer", "rmsprop", "--as", "sklearn"], "the optimizer rmsprop"),
        (["iris", "--as", "toml", "--exact"], "Exact code is PyTorch's alone"),
        (["run/model.safetensors"], "a model file holds neither its rows"),
        (["run", "--hidden", "4"], "--hidden"),
        (["iris", "--out", "missing/iris.py"], "missing"),
        (["nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_written_is_refused(refused, here, iris_run, words, said):
    shutil.copytree(iris_run, here / "run")
    assert said in refused("code", *words)
