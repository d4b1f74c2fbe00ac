"""The command line in French: what people read is French, what programs read is as in English."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from axone.cli import app
from axone.cli.commands import ANIMATIONS, COMMANDS, EXPERIMENTS, PICTURES
from axone.cli.wording import complaint
from axone.messages import use_language

ENGLISH = re.compile(
    r"(?<![\w'.=/-])(the|of|and|is|are|not|with|from|which|that|this|by|to|for|its|each|than|has|"
    r"have|was|were|what|when|where|no|all|only|more|must|Usage|Error|required|default|Show)"
    r"(?![\w'.=/-])"
)
"""Words that no French sentence has; parts of options, paths and keys are none."""

TYPED = re.compile(
    r"`[^`]*`|\"[^\"]*\"|'[^']*'|<[^>]*>|--[\w-]+|^ *axone .*?(?:  |$)|\w+\([^)]*\)"
    r"|\w+, and,|^and ",
    re.MULTILINE,
)
"""What stays English: what is typed, quoted or in a formula, types, names of datasets."""


@pytest.fixture(autouse=True)
def speaking_english_again(monkeypatch):
    monkeypatch.setenv("AXONE_LANG", "en")
    yield
    use_language("en")


@pytest.fixture(scope="module")
def french(axone):
    def run(*words, status=0):
        return axone("--lang", "fr", *words, status=status)

    return run


def english_words(shown):
    """The lines of a text that hold an English word, outside of what stays English."""
    text = re.sub(r"[│╭╮╰╯─]", " ", shown)
    lines = TYPED.sub(" ", text).splitlines()
    return [line.strip() for line in lines if ENGLISH.search(line)]


class TestChoosing:
    def test_before_and_after_the_help(self, axone):
        for words in (["--lang", "fr", "--help"], ["--help", "--lang=fr"]):
            assert "Commandes" in axone(*words).stdout
        assert "lignes" in axone("--lang", "fr", "train", "--help").stdout
        assert "Commands" in axone("--lang", "en", "--help").stdout

    def test_the_option_stands_above_the_variable(self, axone, monkeypatch):
        monkeypatch.setenv("AXONE_LANG", "fr")
        assert "Commandes" in axone("--help").stdout
        assert "Commands" in axone("--lang", "en", "--help").stdout

    def test_the_variable_stands_above_the_locale(self, monkeypatch):
        monkeypatch.setenv("LANGUAGE", "fr")
        monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
        assert "Commands" in helped({"AXONE_LANG": "en"})
        assert "Commandes" in helped({"AXONE_LANG": ""})
        assert "Commands" in helped({"AXONE_LANG": "", "LANGUAGE": "en_GB:fr"})

    @pytest.mark.parametrize("language", ["xx", "../fr", "f\nr"])
    def test_an_unknown_language_is_refused_with_those_there_are(self, refused, language):
        assert "unknown language" in refused("--lang", language, "--help")
        assert "Allowed: en, fr." in refused("--lang", language, "presets")

    def test_an_unknown_language_of_the_variable_too(self, refused, monkeypatch):
        monkeypatch.setenv("AXONE_LANG", "xx")
        assert refused("presets") == "Error: unknown language 'xx'. Allowed: en, fr.\n"

    def test_processes_that_a_command_starts_speak_it(self, axone):
        axone("--lang", "fr", "--version")
        code = "from axone.messages import language_in_use; print(language_in_use())"
        child = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        assert child.stdout == "fr\n"


def helped(environment):
    code = "from axone.cli import main; main()"
    words = [sys.executable, "-c", code, "--help"]
    environment = {**os.environ, **environment}
    return subprocess.run(words, check=True, capture_output=True, env=environment).stdout.decode()


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
    def test_of_every_command(self, french, command):
        shown = french(command.name, "--help").stdout
        assert english_words(shown) == []
        assert "Utilisation" in shown

    @pytest.mark.parametrize(
        ("command", "kind"),
        [
            (command, kind.name)
            for command, kinds in (
                ("plot", PICTURES),
                ("animate", ANIMATIONS),
                ("lab", EXPERIMENTS),
            )
            for kind in kinds
        ],
    )
    def test_of_every_kind(self, french, command, kind):
        assert english_words(french(command, kind, "--help").stdout) == []

    def test_of_all(self, french):
        shown = french("--help").stdout
        assert english_words(shown) == []
        assert "Afficher ce message et quitter." in shown

    def test_without_colours_and_boxes(self, french, monkeypatch):
        monkeypatch.setattr("typer.core.HAS_RICH", False)
        shown = french("explain", "--help").stdout
        assert shown.startswith("Utilisation")


class TestLaboratory:
    @pytest.mark.parametrize("lab", EXPERIMENTS, ids=lambda lab: lab.name)
    def test_what_is_seen_is_told_in_french(self, french, lab, monkeypatch):
        # What is printed is looked at; the pictures have tests of their own.
        monkeypatch.setattr("axone.lab.Observation.save", lambda _seen, path: path)
        assert english_words(french("lab", lab.name).stdout) == []


class TestComplaints:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["trian"], "Commande inconnue 'trian'. Vouliez-vous dire 'train'"),
            (["train"], "Il manque l'argument 'source'."),
            (["train", "iris", "--nope"], "Option inconnue"),
            (["train", "iris", "--epochs", "x"], "Valeur refusée pour '--epochs'"),
            (["train", "iris", "--epochs"], "L'option '--epochs' demande une valeur."),
            (["train", "iris", "--quiet=1"], "L'option '--quiet' ne prend pas de valeur."),
            (["evaluate", "a", "b", "c"], "Argument"),
            (["explain", "iris", "--digits", "0"], "supérieur ou égal à 1"),
            ([], "Il manque une commande."),
        ],
        ids=lambda words: " ".join(words) if isinstance(words, list) else "",
    )
    def test_of_words_that_cannot_be_read(self, french, words, told):
        if not words:
            words = ["--debug"]
        said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", french(*words, status=2).stderr).split())
        assert told in said
        assert english_words(said) == []

    @pytest.mark.parametrize(
        "words",
        [
            ["evaluate", "nothing-there"],
            ["train", "irs"],
            ["train", "iris", "--lr", "-1"],
            ["train", "iris", "--epochs", "0"],
            ["train", "iris", "--activation", "rellu"],
            ["predict", "nothing-there", "nothing.csv"],
            ["presets", "nothing"],
            ["look", "nothing.csv"],
        ],
        ids=" ".join,
    )
    def test_of_bad_input(self, french, words):
        said = french(*words, status=2).stderr
        assert said.startswith("Erreur")
        assert english_words(said) == []

    def test_one_that_is_not_known_stays(self):
        assert complaint("Something else.") == "Something else."


@pytest.fixture(scope="module")
def run(axone, tmp_path_factory):
    """A run in French, and what it said."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AXONE_LANG", "fr")
        patch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
        shown = axone("train", "iris", "--epochs", "3", "--out", folder)
        use_language("en")
    return folder, shown.output


class TestRuns:
    def test_train(self, run):
        _, shown = run
        assert english_words(shown) == []
        assert "2\N{NARROW NO-BREAK SPACE}499 paramètres" in shown
        assert re.search(r"^ +1 +\d,\d+ ", shown, re.MULTILINE)
        assert not re.search(r"\d\.\d", shown)

    def test_predict_and_evaluate(self, french, run, write):
        folder, _ = run
        rows = write("rows.csv", "a,b,c\n5.1,3.5,1.4\n")
        said = french("predict", folder, rows, status=2).stderr
        assert english_words(said) == []
        assert said.startswith("Erreur")
        shown = french("evaluate", folder).stdout
        assert english_words(shown) == []
        assert re.search(r"exactitude +0,\d+", shown)

    @pytest.mark.parametrize(
        "words",
        [
            ["doctor", "iris", "--out", "checked"],
            ["explain", "iris", "--row", "0"],
            ["summary", "iris"],
            ["summary", "iris", "--backward"],
            ["presets"],
            ["presets", "fcn-1d"],
            ["datasets", "moons"],
            ["activation", "gelu"],
            ["check-gradients", "iris"],
            ["tune", "iris", "--trials", "2", "--epochs", "1", "--out", "tuned"],
            ["train", "iris", "--cv", "2", "--epochs", "1", "--out", "folds"],
            ["train", "iris", "--repeats", "2", "--epochs", "1", "--out", "seeds"],
            ["train", "iris", "--epochs", "3", "--lr", "1e9", "--out", "high"],
            ["train", "calculator", "--epochs", "2", "--out", "numbers"],
            ["compare", "xor", "--epochs", "1", "--against", "sklearn"],
            ["datasets"],
        ],
        ids=" ".join,
    )
    def test_other_commands(self, french, words):
        assert english_words(french(*words).output) == []

    @pytest.mark.parametrize("how", ["--importance", "--counterfactual"])
    def test_what_matters(self, french, run, how):
        folder, _ = run
        words = ["--out", "drawn"] if how == "--importance" else ["--row", "3"]
        assert english_words(french("explain", folder, how, *words).output) == []

    def test_diagnose(self, french, run):
        folder, _ = run
        assert english_words(french("diagnose", folder, "--anew").output) == []

    def test_look(self, french, write):
        table = write("table.csv", "size,colour\n1.5,red\n,blue\n2500.25,red\nx,red\n")
        assert english_words(french("look", table).output) == []

    def test_pictures(self, french, here, pictures):
        shown = french("plot", "activations", "relu", "--out", "relu.png").output
        assert english_words(shown) == []
        assert (here / "relu.png").is_file()


def without_time(text):
    return re.sub(r'("(?:total_)?seconds(?:_\w+)?": )[\d.e-]+', r"\g<1>0", text)


@pytest.fixture(scope="module")
def folders(axone, tmp_path_factory):
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
        for language in ("en", "fr"):
            patch.setenv("AXONE_LANG", language)
            made[language] = tmp_path_factory.mktemp(language) / "run"
            axone("train", "iris", "--epochs", "2", "--out", made[language])
        use_language("en")
    return made["en"], made["fr"]


class TestWhatProgramsRead:
    """It is the same in every language, but for the texts in it that are for people."""

    def test_results_of_a_run(self, folders):
        english, french = folders
        assert sorted(path.name for path in english.iterdir()) == sorted(
            path.name for path in french.iterdir()
        )
        for name in ("experiment.toml", "predictions.csv", "model.safetensors"):
            if (english / name).exists():
                assert (english / name).read_bytes() == (french / name).read_bytes(), name
        histories = [(folder / "history.csv").read_text().splitlines() for folder in folders]
        # The last column is the seconds.
        kept = [[line.rpartition(",")[0] for line in lines] for lines in histories]
        assert kept[0] == kept[1]
        metrics = [(folder / "metrics.json").read_text() for folder in folders]
        assert without_time(metrics[0]) == without_time(metrics[1])

    def test_predictions(self, axone, folders, write):
        header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)"
        rows = write("rows.csv", f"{header}\n5.1,3.5,1.4,0.2\n6.9,3.1,5.4,2.1\n")
        said = [axone("--lang", name, "predict", folders[0], rows).stdout for name in ("en", "fr")]
        assert said[0] == said[1]
        assert re.search(r"\d\.\d", said[0])

    @pytest.mark.parametrize(
        "words",
        [
            ["evaluate", "RUN", "--json"],
            ["explain", "RUN", "--importance", "--json", "--out", "drawn"],
            ["explain", "RUN", "--counterfactual", "--row", "3", "--json"],
            ["activation", "gelu", "--json"],
        ],
        ids=" ".join,
    )
    def test_json(self, axone, folders, words):
        words = [folders[0] if word == "RUN" else word for word in words]
        said = [axone("--lang", name, *words).stdout for name in ("en", "fr")]
        assert said[0] == said[1]
        json.loads(said[0])

    def test_codes_and_settings_of_a_diagnosis(self, axone, folders):
        found = [
            json.loads(axone("--lang", name, "diagnose", folders[0], "--anew", "--json").stdout)
            for name in ("en", "fr")
        ]
        kept = [json.loads((folder / "diagnosis.json").read_text()) for folder in folders]
        for each in (*kept[0], *kept[1]):
            each.pop("said")  # messages, from which any language is told
        assert told(found[0]) == told(found[1]) == told(kept[0]) == told(kept[1])
        assert [each["code"] for each in kept[1]] == ["underfitting"]
        assert found[0] != found[1]

    @pytest.mark.parametrize(
        ("words", "files"),
        [
            (["train", "iris", "--cv", "2"], ["metrics.json", "cross_validation.csv"]),
            (["train", "iris", "--repeats", "2"], ["repeats.json", "repeats.csv"]),
        ],
        ids=["folds", "seeds"],
    )
    def test_scores_of_several_trainings(self, axone, tmp_path, monkeypatch, words, files):
        monkeypatch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
        for name in ("en", "fr"):
            axone("--lang", name, *words, "--epochs", "1", "--out", tmp_path / name)
        for file in files:
            texts = [(tmp_path / name / file).read_text() for name in ("en", "fr")]
            if file.endswith(".csv"):
                heads = [text.splitlines()[0] for text in texts]
                assert heads[0] == heads[1]
                assert "accuracy" in heads[0]
            else:
                assert without_time(texts[0]) == without_time(texts[1])

    def test_exit_statuses(self):
        for words, status in ((["train", "irs"], 2), (["--version"], 0), (["nope"], 2)):
            ended = {
                name: CliRunner().invoke(app, ["--lang", name, *words]).exit_code
                for name in ("en", "fr")
            }
            assert ended == {"en": status, "fr": status}


def told(data):
    """What of a JSON document is no text for people: keys, codes, numbers, settings."""
    people = {"symptom", "cause", "text", "words"}
    if isinstance(data, dict):
        return {key: told(value) for key, value in data.items() if key not in people}
    return [told(value) for value in data] if isinstance(data, list) else data
