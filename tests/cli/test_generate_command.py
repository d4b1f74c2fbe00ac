"""`axone generate`, and the commands that meet a generator."""

import csv
import io
import json
import math
from collections import Counter

import numpy as np
import pytest

import axone as ax
from axone.data.beginnings import END
from axone.experiments import load_run, prepare


@pytest.fixture(scope="module")
def folder(axone, tmp_path_factory):
    """A finished run on some names of two classes; tests read it and never write to it."""
    home = tmp_path_factory.mktemp("names")
    names = ["Anna", "Anton", "Bob", "Clara", "Dora", "Emil", "Emma", "Otto"]
    lines = [f"{name}{n},{'fm'[n % 2]}" for name in names for n in range(6)]
    (home / "names.csv").write_text("\n".join(["name,sex", *lines]))
    axone(
        *("train", home / "names.csv", "--task", "generation", "--target", "sex"),
        *("--epochs", "3", "--out", home / "run", "-q"),
    )
    return home / "run"


def test_a_text_stands_on_each_line_and_the_seed_decides(axone, folder):
    first = axone("generate", folder, "--count", "7", "--seed", "3").stdout
    assert len(first.splitlines()) == 7
    assert axone("generate", folder, "--count", "7", "--seed", "3").stdout == first
    model = ax.load(folder / "model.safetensors")
    assert first.splitlines() == model.generate(7, seed=3)


def test_texts_begin_and_are_of_the_class_as_is_asked_for(axone, folder):
    words = ("--start", "An", "--class", "f", "--temperature", "0.5", "--json", "--count", "4")
    found = json.loads(axone("generate", folder / "model.safetensors", *words).stdout)
    assert len(found) == 4
    for each in found:
        assert each["text"].startswith("An")
        assert each["class"] == "f"
        assert each["log_probability"] < 0
        assert each["ended"] in (True, False)


def test_the_end_of_a_line_within_a_text_is_no_end_of_a_line(axone, here):
    rows = [f"one{n}\ntwo" for n in range(9)]
    settings = {"data": {"task": "generation"}, "training": {"epochs": 150, "batch_size": 8}}
    ax.Experiment.in_memory(settings).run("run", dataset=rows)
    printed = axone("generate", "run", "--count", "5", "--temperature", "0.1").stdout
    assert len(printed.splitlines()) == 5
    assert "one" in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--temperature", "0"), "temperature must be greater than 0"),
        (("--class", "neuter"), "unknown class 'neuter'. Allowed: f, m"),
        (("--start", "Ω"), "knows no character 'Ω'"),
        (("--count", "0"), "count must be at least 1"),
        (("--longest", "1", "--start", "Anna"), "longest must be at least 5"),
        (("--seed", "-3"), "seed must be at least 0"),
    ],
)
def test_what_cannot_be_made_up_is_refused(refused, folder, words, said):
    assert said in refused("generate", folder, *words)


def test_what_is_no_generator_is_told(refused, iris_run, here):
    assert "no generator" in refused("generate", iris_run)
    assert "not a folder" in refused("generate", "nowhere")


def test_the_end_of_training_shows_what_was_learnt(axone, here):
    (here / "names.txt").write_text("Anna\nBob\nClara\nDora\nEmil\nOtto\n")
    words = ("names.txt", "--task", "generation", "--epochs", "1", "--out", "run")
    printed = axone("train", *words).stdout
    assert "what comes next: 15 characters or the end" in printed
    assert "Texts     " in printed
    assert "made up: " in printed
    assert "each character its share of the training texts" in printed
    (here / "long.txt").write_text("\n".join(f"line {n} of some that are long" for n in range(9)))
    printed = axone(
        "train", "long.txt", "--task", "generation", "--epochs", "1", "--out", "long"
    ).stdout
    assert printed.count("made up: ") == 4


def test_predict_tells_how_probable_texts_are(axone, folder, here):
    printed = axone("predict", folder, "Anna1", "Boooob").stdout
    first, second = csv.DictReader(io.StringIO(printed))
    assert (first["text"], second["text"]) == ("Anna1", "Boooob")
    assert float(first["log_probability"]) > float(second["log_probability"])
    assert float(first["perplexity"]) < float(second["perplexity"])
    (here / "more.csv").write_text("sex,name\nf,Anna1\nm,Bob2\n")
    printed = axone("predict", folder, "more.csv").stdout
    assert [row["text"] for row in csv.DictReader(io.StringIO(printed))] == ["Anna1", "Bob2"]


def test_evaluate_and_summary_take_a_generator_too(axone, refused, folder):
    found = json.loads(axone("evaluate", folder, "--json").stdout)
    assert found.keys() == {"train", "test"}
    assert found["test"]["perplexity"] > 1
    assert "Embedding" in axone("summary", folder).stdout
    assert "left out" in axone("compare", folder / "experiment.toml", "--out", "c").stdout.lower()


def test_a_generator_is_evaluated_on_a_dataset_by_its_name(axone, refused, folder, here, tmp_path):
    home = tmp_path / "data-home"
    home.mkdir(exist_ok=True)
    (home / "two.csv").write_text("name,sex\nAnna1,f\nBob2,m\n")
    shown = axone("evaluate", folder, "two")
    assert shown.stdout.split()[0] == "two"
    assert "/11" in shown.stdout
    texts, sexes = np.array(["Anna", "Bob", "Dora", "Emil"] * 5), np.array(list("fmfm") * 5)
    np.savez(home / "own.npz", text=texts, y=sexes, text_test=texts[:2], y_test=sexes[:2])
    axone("train", "own", "--task", "generation", "--epochs", "1", "-q", "--out", "run")
    shown = axone("evaluate", "run", "own")
    assert "/9" in shown.stdout
    assert "measured on the 9 test rows that own brings" in shown.stderr
    assert "its rows are no texts" in refused("evaluate", "run", "iris")
    assert "unknown dataset 'twoo'" in refused("evaluate", folder, "twoo")


def test_a_folder_of_the_name_of_a_text_leaves_it_a_text(axone, folder, here):
    (here / "Anna").mkdir()
    printed = axone("predict", folder, "Anna", "Bob").stdout
    assert [row["text"] for row in csv.DictReader(io.StringIO(printed))] == ["Anna", "Bob"]


def test_one_word_out_of_place_is_refused(refused, folder):
    assert "knows no character" in refused("predict", folder, "Ж")
    assert "class_weight" in refused(
        "train", folder / "experiment.toml", "--class-weight", "balanced"
    ).replace("--class-weight", "class_weight")


def trigram_perplexity(learnt, asked, outcomes):
    """What the two characters before each, counted and one added to each count, would come to."""
    pairs, triples = Counter(), Counter()
    for text in learnt:
        for a, b, c in zip(f"^^{text}", f"^{text}$", f"{text}$", strict=False):
            pairs[a, b] += 1
            triples[a, b, c] += 1
    surprises = [
        -math.log((triples[a, b, c] + 1) / (pairs[a, b] + outcomes))
        for text in asked
        for a, b, c in zip(f"^^{text}", f"^{text}$", f"{text}$", strict=False)
    ]
    return math.exp(sum(surprises) / len(surprises))


def test_first_names_are_learnt_better_than_by_counting(axone, real_data, here):
    axone("train", "first_names", "--task", "generation", "--out", "run", "-q")
    metrics = json.loads((here / "run" / "metrics.json").read_text())
    prepared = prepare(load_run(here / "run")[0])
    step = prepared.dataset.reader
    texts = {
        name: [
            "".join(step.characters[token - 1] for token in row[1:] if token)
            for row in part.X[part.y == END]
        ]
        for name, part in prepared.parts.items()
    }
    counted = trigram_perplexity(texts["train"], texts["test"], step.outcomes)
    assert (
        metrics["test"]["perplexity"] < 0.75 * counted < metrics["constant"]["test"]["perplexity"]
    )
    known = {*texts["train"], *texts["validation"], *texts["test"]}
    made = axone("generate", "run", "--count", "200", "--temperature", "0.5").stdout.splitlines()
    assert 0.3 < sum(name in known for name in made) / 200 < 0.8
