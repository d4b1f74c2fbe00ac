"""The language in use: errors, pictures and help shown through a catalogue made for the test."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from typer.main import get_command
from typer.testing import CliRunner

import axone
from axone import plots
from axone.checks import check_number
from axone.cli import app
from axone.cli.commands import COMMANDS
from axone.cli.help import built
from axone.data import TableEncoder
from axone.data.parts import name_of_part
from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import ExperimentData
from axone.explanation import as_html
from axone.explanation.latex import latex
from axone.explanation.numerals import numeral, written
from axone.layers import Dense
from axone.libraries import said_anew
from axone.messages import _, _n, formatted, listed, use_language
from axone.network import Network
from axone.score_names import name_of_score
from axone.training import Finding, Remedy

SOURCE = Path(axone.__file__).parent


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("AXONE_LANG", "en")
    use_language("en")
    yield
    use_language("en")


@pytest.fixture
def speak(tmp_path, monkeypatch):
    """Install a catalogue of the given translations, and use it."""

    def install(translations, language="fr"):
        monkeypatch.delenv("AXONE_LANG")
        catalogue = Catalog(locale="fr")
        for key, text in translations.items():
            # French has a form for millions too, in catalogues of Babel 2.19 and later.
            more = () if isinstance(text, str) else text[-1:] * (catalogue.num_plurals - len(text))
            catalogue.add(key, text if isinstance(text, str) else (*text, *more))
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "axone.mo").open("wb") as file:
            write_mo(file, catalogue)
        use_language(language, tmp_path)

    return install


@pytest.fixture(scope="module")
def keys():
    """Every text of Axone's source that is said to people, and every pair of one and of many."""
    texts = extract_from_dir(SOURCE, keywords={"_": None, "_n": (1, 2)})
    return {key for _file, _line, key, _comments, _context in texts}


@pytest.fixture
def brackets(speak, keys):
    """A language in which every text of Axone's stands in brackets."""
    plurals = {key for key in keys if isinstance(key, tuple)}
    speak(
        {key: tuple(f"⟦{text}⟧" for text in key) for key in plurals}
        | {key: f"⟦{key}⟧" for key in keys - plurals}
    )


def descriptions(schema):
    """Every description within a JSON Schema."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key == "description" and isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            yield from descriptions(value)


class TestLanguage:
    def test_an_error_is_shown_in_french(self, speak):
        error = UnknownNameError(_("dataset"), "irs", ["iris", "wine"], where="f.toml")
        speak(
            {
                "unknown {kind} {given!r}. Did you mean {near!r}? Allowed: {allowed}.": (
                    "{given!r} : {kind} inconnu. Vouliez-vous dire {near!r} ? Permis : {allowed}."
                ),
                "{place}: {cause}": "{place} : {cause}",
                "dataset": "jeu de données",
            }
        )
        assert str(error) == (
            "f.toml : 'irs' : jeu de données inconnu. Vouliez-vous dire 'iris' ? "
            "Permis : iris, wine."
        )
        assert error.args[0] == (
            "f.toml: unknown dataset 'irs'. Did you mean 'iris'? Allowed: iris, wine."
        )

    def test_a_bound_is_shown_in_french(self, speak):
        speak(
            {
                "{name} must be {bounds}, not {found!r}.": "{name} vaut {found!r} : {bounds}.",
                "at least {bound}": "au moins {bound}",
                "less than {bound}": "moins de {bound}",
                " and ": " et ",
            }
        )
        with pytest.raises(ConfigurationError, match="rate vaut 2 : au moins 0 et moins de 1"):
            check_number("rate", 2, at_least=0, below=1)

    def test_a_picture_is_labelled_in_french(self, speak):
        speak({"epoch": "époque", "training": "apprentissage", "Learning curves": "Courbes"})
        figure = plots.plot_curves({"train_loss": [2.0, 1.0], "validation_loss": [2.0, 1.5]})
        assert figure.axes[0].get_xlabel() == "époque"
        assert figure.get_suptitle() == "Courbes"
        assert figure.axes[0].get_legend_handles_labels()[1] == ["apprentissage", "validation"]

    def test_a_page_names_the_language_of_its_texts(self, speak):
        network = axone.Network(axone.Dense(1), input_shape=1)
        trace = axone.explain(network, network.initialize(), [1])
        assert '<html lang="en">' in as_html(trace)
        speak({"Input": "Entrée"})
        assert '<html lang="fr">' in as_html(trace)
        assert "<h2>Entrée</h2>" in as_html(trace)

    def test_help_is_shown_in_french(self, speak):
        speak({"Print the version.": "Montre la version."})
        shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
        assert "Montre la version." in shown
        assert "Print the version." not in shown

    def test_every_help_is_a_message(self, brackets):
        listed = get_command(app).commands.values()
        for command in (get_command(app), *listed, *map(built, COMMANDS)):
            helps = [command.help, *(parameter.help for parameter in command.params)]
            # Those of Click's own `--help` are Click's to translate.
            assert [text for text in helps if text and not text.startswith("⟦")] == []

    def test_the_schema_of_experiments_is_described_in_french(self, speak):
        english = ExperimentData.model_json_schema()
        speak({"Of the hidden layers.": "Des couches cachées."})
        shown = json.loads(CliRunner().invoke(app, ["schema"]).stdout)
        settings = shown["$defs"]["NetworkSection"]["properties"]
        assert settings["activation"]["description"] == "Des couches cachées."
        assert settings["hidden"]["description"] == "Units of the hidden dense layers."
        assert ExperimentData.model_json_schema() == english

    def test_every_description_of_the_schema_is_a_message(self, brackets):
        shown = json.loads(CliRunner().invoke(app, ["schema"]).stdout)
        found = list(descriptions(shown))
        assert len(found) > 45
        assert [text for text in [shown["title"], *found] if not text.startswith("⟦")] == []

    def test_a_command_speaks_french(self, speak):
        speak(
            {
                "{folder} is not a folder that `axone train` made.": "{folder} n'est pas le bon.",
                "Error:": "Erreur :",
            }
        )
        shown = CliRunner().invoke(app, ["evaluate", "nothing-there"])
        assert shown.stderr == "Erreur : nothing-there n'est pas le bon.\n"

    def test_names_of_scores_and_parts_are_words(self, speak):
        speak(
            {
                "train": "apprentissage",
                "f1_macro": "F1 (macro)",
                "pinball_{level:g}": "pinball {level:g}",
                "1,234.5%": "1 234,5 %",
            }
        )
        assert str(name_of_part("train")) == "apprentissage"
        assert str(name_of_score("f1_macro")) == "F1 (macro)"
        assert str(name_of_score("pinball_0.05")) == "pinball 0,05"
        assert json.dumps([name_of_part("train"), name_of_score("f1_macro")]) == (
            '["train", "f1_macro"]'
        )

    def test_every_name_of_a_score_in_tables_is_a_message(self, brackets, tmp_path, monkeypatch):
        monkeypatch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)

        def shown(*words):
            words = [str(word) for word in words]
            result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
            assert result.exit_code == 0, result.output
            return result.output

        run, seeds, numbers = (tmp_path / name for name in ("run", "seeds", "numbers"))
        iris, levels = ("train", "iris", "--epochs", "1"), ("--quantiles", "0.1,0.5,0.9")
        told = {
            "run": shown(*iris, "--out", run),
            "seeds": shown(*iris, "--repeats", "2", "--out", seeds),
            "evaluate": shown("evaluate", run),
            "numbers": shown("train", "diabetes", "--epochs", "1", *levels, "--out", numbers),
            "importance": shown("explain", run, "--importance"),
            "report": shown("report", run, "--out", tmp_path / "page.html"),
        }
        page = re.sub(r"<pre>.*?</pre>", "", (tmp_path / "page.html").read_text(), flags=re.DOTALL)
        told["report"] = re.sub(r"<[^>]*>", "\n", page)
        for name, text in told.items():
            bare = re.findall(
                r"^.*(?<![⟦\w])(?<!axone )(?:train|\w+_macro|log_loss|r2|rmse)\b.*$", text, re.M
            )
            assert bare == [], name
        for command in ("run", "evaluate", "report"):
            for word in ("loss", "accuracy", "f1_macro", "roc_auc", "train", "validation", "test"):
                assert f"⟦{word}⟧" in told[command], (command, word)
        assert "⟦accuracy⟧" in told["seeds"]
        assert "⟦⟦test⟧ rows, seeds 0 … 1⟧" in told["seeds"]
        assert "⟦pinball_0.1⟧" in told["numbers"]
        assert "⟦⟦accuracy⟧ of ⟦23 ⟦test⟧ rows⟧" in told["importance"]

    def test_a_diagnosis_and_a_reason_are_shown_in_french(self, speak):
        network = axone.Network(axone.Dense(1), input_shape=1)
        rows = np.full((4, 1), 1e30), np.zeros(4)
        result = axone.Trainer(network, loss="mse", optimizer=axone.SGD(1.0)).fit(rows)
        speak({"Cause: {cause}": "Cause : {cause}", "the loss became {loss:g}": "perte {loss:g}"})
        assert "\nCause : " in str(result.diagnosis)
        assert "\nCause: " not in str(result.diagnosis)
        assert f"{result.reason}" == "perte inf"
        assert result.reason == "the loss became inf"

    @pytest.mark.parametrize(
        ("count", "text"), [(0, "0 ligne"), (1, "1 ligne"), (2, "2 lignes"), (7, "7 lignes")]
    )
    def test_counts_follow_the_language(self, speak, count, text):
        speak({("{count} row", "{count} rows"): ("{count} ligne", "{count} lignes")})
        assert str(_n("{count} row", "{count} rows", count)) == text

    def test_what_is_not_translated_is_english(self, speak):
        speak({"a": "b"})
        assert str(_("rows")) == "rows"

    @pytest.mark.parametrize("slip", ["{b}", "{a:d}", "{a", "{}", "{a.nothing}"])
    def test_a_slip_of_the_translator_shows_the_english(self, speak, slip):
        speak({"found {a}": slip})
        assert str(_("found {a}", a="x")) == "found x"

    def test_comparing_and_joining_stay_english(self, speak):
        speak({"rows": "lignes"})
        assert _("rows") == "rows"
        assert ", ".join([_("rows")]) == "rows"
        assert f"{_('rows')}" == "lignes"

    def test_names_of_inputs_are_the_same_in_every_language(self, speak):
        import pandas as pd

        speak({"{name} is missing": "{name} manque, quelle surprise"})
        table = pd.DataFrame({"age": [1.0, None, 3.0, 4.0], "b": [0.5, 1.5, 2.5, 3.0]})
        names = TableEncoder.fit(table).output_names
        assert np.array(names).tolist() == ["age", "age is missing", "b"]

    def test_a_diagnosis_is_shown_in_french_and_kept_in_english(self, speak):
        cause = _("the learning rate {rate:g} is too high", rate=3)
        evidence = (_n("{count} row", "{count} rows", 2),)
        found = Finding("diverged", _("a"), cause, evidence, Remedy(_("b")), 1.0)
        speak(
            {"Cause: {cause}": "Cause : {cause}", cause.template: "le pas {rate:g} est trop grand"}
        )
        assert "Cause : le pas 3 est trop grand" in str(found)
        assert found.lines[1] == "Cause: the learning rate 3 is too high"

    def test_what_other_libraries_say_is_said_anew(self, speak):
        speak(
            {
                "Input should be {choices}": "permis : {choices}",
                "{names} or {last}": "{names} ou {last}",
                "Input should be greater than {bound}": "plus que {bound}",
            }
        )
        told = said_anew("Input should be 'a', 'b' or 'c'")
        assert told == "Input should be 'a', 'b' or 'c'"
        assert str(told) == "permis : 'a', 'b' ou 'c'"
        assert str(said_anew("Input should be greater than 0.5")) == "plus que 0.5"
        assert str(said_anew("Input should be a fish")) == "Input should be a fish"

    def test_english_is_preferred_by_who_names_it_first(self, speak, tmp_path, monkeypatch):
        speak({"rows": "lignes"})
        monkeypatch.setenv("LANGUAGE", "en_GB:fr")
        use_language(None, tmp_path)
        assert str(_("rows")) == "rows"
        monkeypatch.setenv("LANGUAGE", "de:fr:en")
        use_language(None, tmp_path)
        assert str(_("rows")) == "lignes"

    @pytest.mark.parametrize("name", ["en", "en_US", "en-GB", "C", "POSIX", "C.UTF-8"])
    def test_english_has_many_names(self, speak, tmp_path, name):
        speak({"rows": "lignes"})
        use_language(name, tmp_path)
        assert str(_("rows")) == "rows"

    def test_the_surroundings_may_name_no_language_there_is(self, monkeypatch, tmp_path):
        monkeypatch.setenv("AXONE_LANG", "xx")
        with pytest.raises(UnknownNameError, match="unknown language 'xx'"):
            use_language(None, tmp_path)

    def test_a_language_without_catalogue_is_refused_by_name(self, speak):
        speak({"rows": "lignes"})
        with pytest.raises(UnknownNameError, match="unknown language 'frr'"):
            use_language("frr")

    def test_the_surroundings_choose(self, speak, tmp_path, monkeypatch):
        speak({"rows": "lignes"})
        monkeypatch.setenv("AXONE_LANG", "fr_CA.UTF-8")
        use_language(None, tmp_path)
        assert str(_("rows")) == "lignes"
        monkeypatch.setenv("AXONE_LANG", "en")
        monkeypatch.setenv("LANG", "fr_FR.UTF-8")
        use_language(None, tmp_path)
        assert str(_("rows")) == "rows"
        monkeypatch.delenv("AXONE_LANG")
        for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
            monkeypatch.delenv(name, raising=False)
        use_language(None, tmp_path)
        assert str(_("rows")) == "lignes"


THIN = "\N{NARROW NO-BREAK SPACE}"


class TestNumbers:
    """A translator writes 1,234.5% as the language does, and all numbers follow."""

    @pytest.fixture
    def french(self, speak):
        speak({"1,234.5%": f"1{THIN}234,5{THIN}%", "loss {loss:.3g}": "perte {loss:.3g}"})

    @pytest.mark.parametrize(
        ("value", "spec", "text"),
        [
            (0.923, ".3g", "0,923"),
            (12345, ",", f"12{THIN}345"),
            (0.935, ".1%", f"93,5{THIN}%"),
            (1234567.891, ",.2f", f"1{THIN}234{THIN}567,89"),
            (-1.5e-9, ".2g", "-1,5e-09"),
            (np.float32(2.5), "+.2f", "+2,50"),
            (np.int64(5000), ",", f"5{THIN}000"),
            (float("nan"), ".3g", "nan"),
            (0.5, ">8.2f", "    0,50"),
            (0.5, ">8.1%", f"  50,0{THIN}%"),
            (7, "d", "7"),
        ],
    )
    def test_are_written_as_the_language_does(self, french, value, spec, text):
        assert str(formatted(value, spec)) == f"{formatted(value, spec)}" == text

    def test_within_messages_and_lists(self, french):
        assert str(_("loss {loss:.3g}", loss=0.1234)) == "perte 0,123"
        assert str(_("all: {x}", x=listed([formatted(0.5, "g"), "a"]))) == "all: 0,5, a"
        assert str(_n("{count:,} row", "{count:,} rows", 1000)) == f"1{THIN}000 rows"

    def test_stay_as_they_would_be_typed_without_a_format(self, french):
        assert str(_("learning_rate = {rate}", rate=0.33)) == "learning_rate = 0.33"
        assert str(_("not {found!r}", found=0.33)) == "not 0.33"
        assert str(_("{path}", path=Path("a/1.5"))) == "a/1.5"

    def test_are_english_where_programs_read(self, french):
        message = _("loss {loss:.3g}", loss=0.1234)
        assert message == "loss 0.123"
        assert json.dumps([message, formatted(0.5, ".1%")]) == '["loss 0.123", "50.0%"]'

    def test_are_english_in_a_language_without_the_sample(self, speak):
        speak({"rows": "lignes"})
        assert str(formatted(1234.5, ",.1f")) == "1,234.5"

    def test_a_sign_may_stand_before_a_share(self, speak):
        speak({"1,234.5%": "%1.234,5"}, language="tr")
        assert str(formatted(0.935, ".1%")) == "%93,5"
        assert str(formatted(12345, ",")) == "12.345"

    def test_in_workings_of_equations(self, french):
        assert written((0.2, "·", 2.5, " + ", -0.5, "·", -3.0)) == "0,2·2,5 − 0,5·(−3)"
        assert written(("max(0, ", -1.5, ")")) == "max(0; −1,5)"
        assert latex(numeral(0.25)) == "0{,}25"
        assert latex(numeral(1.5e-8)) == r"1{,}5\cdot 10^{-8}"

    def test_at_the_ticks_of_pictures(self, french):
        figure = plots.plot_curves(
            {
                "train_loss": [1.0, 0.5],
                "validation_loss": [1.0, 0.75],
                "train_accuracy": [0.5, 0.505],
                "validation_accuracy": [0.5, 0.51],
            }
        )
        figure.canvas.draw()
        losses, shares = ([t.get_text() for t in a.get_yticklabels()] for a in figure.axes)
        assert "0,6" in losses
        assert any(re.fullmatch(rf"5\d,\d\d{THIN}%", text) for text in shares)
        assert not any("." in text for text in (*losses, *shares))

    def test_at_the_ticks_of_a_scale_of_losses(self, french):
        figure = plots.plot_curves({"train_loss": [1000.0, 1.0, 1e-3]})
        figure.canvas.draw()
        assert "0,01" in [text.get_text() for text in figure.axes[0].get_yticklabels()]


RANDOM = np.random.default_rng(0)
LABELS_OF_ROWS = np.arange(60) % 3
PROBABILITIES = RANDOM.dirichlet(np.ones(3), 60)
IMAGES = RANDOM.random((60, 4, 4))
NUMBERS = RANDOM.normal(size=(60, 7))
SIGNALS = RANDOM.normal(size=(60, 10, 5))

NETWORK = Network(Dense(3, "relu"), Dense(2, "softmax"), input_shape=4)

DRAWN = {
    "calibration": lambda: plots.plot_calibration(
        LABELS_OF_ROWS, PROBABILITIES, "012", before=PROBABILITIES
    ),
    "calibration_of_two": lambda: plots.plot_calibration(
        LABELS_OF_ROWS % 2,
        np.tile([0.4, 0.6], (60, 1)),
        "01",
    ),
    "class_means": lambda: plots.plot_class_means(IMAGES, LABELS_OF_ROWS, "012"),
    "comparison": lambda: plots.plot_comparison(
        {"1": [2.0, 1.0], "2": [2.0, 1.0]},
        {"2": [0.0, 0.0]},
        {"1": 1.0, "2": 2.0},
        validation_losses={"1": [2.0, 1.0], "2": [2.0, 1.0]},
    ),
    "confused_images": lambda: plots.plot_confused_images(
        IMAGES, LABELS_OF_ROWS, PROBABILITIES, "012"
    ),
    "confused_signals": lambda: plots.plot_confused_signals(
        SIGNALS, LABELS_OF_ROWS, PROBABILITIES, "012"
    ),
    "confusion": lambda: plots.plot_confusion_matrix(np.eye(3, dtype=int), "012"),
    "large_confusion": lambda: plots.plot_confusion_matrix(np.eye(70, dtype=int), range(70)),
    "curves": lambda: plots.plot_curves(
        {"train_loss": [1.0, np.nan], "train_r2": [-3.0, 0.5], "validation_r2": [0.1, 0.2]},
        best_epoch=1,
        stopped_by=_("loss"),
    ),
    "descent": plots.plot_descent,
    "descent_2d": plots.plot_descent_2d,
    "scaling": plots.plot_scaling,
    "softmax_surface": plots.plot_softmax_surface,
    "stationary_points": plots.plot_stationary_points,
    "initializers": lambda: plots.plot_initializers("1.5*z", depth=3, width=4),
    "steps": plots.plot_steps,
    "bias": plots.plot_bias,
    "several_curves": lambda: plots.plot_several_curves(
        {str(n): {"1": [1.0, 0.5]} for n in range(12)}, "1"
    ),
    "decision_boundary": lambda: plots.plot_decision_boundary(
        [0, 1], [0, 1], np.eye(2)[[[0, 1], [0, 1]]], [[0, 1]], [0], [1], "12"
    ),
    "prediction_surface": lambda: plots.plot_prediction_surface(
        [0, 1], [0, 1], [[0, 1], [1, 2]], [[0, 1]], [3]
    ),
    "network_diagram": lambda: plots.plot_network_diagram(
        NETWORK, NETWORK.initialize(), biases=True
    ),
    "gradient_flow": lambda: plots.plot_gradient_flow([[0.1, 1.0], [0.2, 0.5]], "12"),
    "first_weights": lambda: plots.plot_first_weights(np.eye(4), image_shape=(2, 2)),
    "layer_histograms": lambda: plots.plot_layer_histograms(
        [[np.arange(9), [1]]], [[[0], []]], "1", [0, 5]
    ),
    "loss_landscape": lambda: plots.plot_loss_landscape(
        [-1, 0, 1], [-1, 1], [[2, 1, 2], [3, 2, 3]], path=[[1, 1]]
    ),
    "residual_arrows": lambda: plots.plot_residual_arrows([1, 2], [1.0, 3.0], [2.0, 2.5]),
    "size_curves": lambda: plots.plot_size_curves(
        [1, 20], [[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.3, 0.4]]
    ),
    "feature_maps": lambda: plots.plot_feature_maps(
        IMAGES[0], {str(k): np.zeros((9, 2, 2)) for k in range(8)}
    ),
    "feature_maps_of_signals": lambda: plots.plot_feature_maps(
        SIGNALS[0], {"0": np.zeros((1, 5)), "1": np.zeros((17, 5))}
    ),
    "forecast": lambda: plots.plot_forecast(
        [0, 1], [1.0, 2.0], [1.0, 2.0], [0.0, 1.0], [2.0, 3.0], level=0.9
    ),
    "forecast_of_days": lambda: plots.plot_forecast(
        np.arange("2026-01", "2026-04", dtype="datetime64[D]"),
        np.arange(90.0),
        np.arange(90.0),
        np.arange(90.0),
        np.arange(90.0),
    ),
    "image_grid": lambda: plots.plot_image_grid(np.zeros((101, 2, 2)), range(101)),
    "image_predictions": lambda: plots.plot_image_predictions(
        IMAGES, PROBABILITIES, "012", LABELS_OF_ROWS
    ),
    "image_saliency": lambda: plots.plot_image_saliency(IMAGES, IMAGES, range(60)),
    "image_saliency_of_colours": lambda: plots.plot_image_saliency(
        np.zeros((1, 3, 2, 2)), np.zeros((1, 3, 2, 2)), "0"
    ),
    "importance": lambda: plots.plot_importance({"1": 0.5}, score_name="2"),
    "kernels": lambda: plots.plot_kernels(np.zeros((50, 12, 2, 2))),
    "kernels_of_a_channel": lambda: plots.plot_kernels(np.zeros((50, 1, 2, 2))),
    "kernels_of_signals": lambda: plots.plot_kernels(np.zeros((50, 2, 3))),
    "kernels_of_many_channels": lambda: plots.plot_kernels(np.zeros((50, 9, 3))),
    "label_histogram": lambda: plots.plot_label_histogram(np.arange(50), range(50)),
    "parallel_coordinates": lambda: plots.plot_parallel_coordinates(
        {"1": [1, 2]}, [1.0, 2.0], score_name="2"
    ),
    "precision_recall": lambda: plots.plot_precision_recall(LABELS_OF_ROWS, PROBABILITIES, "012"),
    "predictions": lambda: plots.plot_predictions(NUMBERS, NUMBERS, max_points=9),
    "anomaly_scores": lambda: plots.plot_anomaly_scores({"0": [1.0, 2.0, 1e9]}),
    "code_map": lambda: plots.plot_code_map(np.eye(60)[:, :5], LABELS_OF_ROWS, "012"),
    "code_map_of_amounts": lambda: plots.plot_code_map(np.eye(60)[:, :1], np.arange(60.0)),
    "reconstructions": lambda: plots.plot_reconstructions(np.eye(3), np.eye(3), [1.0, 2.0, 3.0]),
    "residuals": lambda: plots.plot_residuals(NUMBERS, NUMBERS**3, max_points=9),
    "roc": lambda: plots.plot_roc(LABELS_OF_ROWS, PROBABILITIES, "012"),
    "signal_grid": lambda: plots.plot_signal_grid(SIGNALS, range(60)),
    "signal_means": lambda: plots.plot_signal_means(SIGNALS, np.arange(60), range(60)),
    "surprise": lambda: plots.plot_surprise(["0" * 50, "1"], [np.ones(51), np.zeros(2)]),
    "signal_saliency": lambda: plots.plot_signal_saliency(SIGNALS, SIGNALS, range(60)),
}


class TestPictures:
    """Every word of every picture is a message: in a language of brackets all are in brackets."""

    def test_all_pictures_are_drawn(self):
        drawn = {name for name in plots.__all__ if name.startswith("plot_")}
        assert len(DRAWN) >= len(drawn)

    @pytest.mark.parametrize("name", DRAWN)
    def test_every_word_is_a_message(self, brackets, name):
        from matplotlib.text import Text

        figure = DRAWN[name]()
        figure.canvas.draw()
        texts = [text.get_text() for text in figure.findobj(Text)]
        outside = [re.sub(r"⟦.*⟧", "", text, flags=re.DOTALL) for text in texts]
        # Names, of layers too, are the same in every language.
        units = re.compile(r"RMSE|R²|ms\b|s\b|µs|mathdefault|e[+-]\d+|Dense \(\w+\)")
        assert any("⟦" in text for text in texts)
        assert [text for text in outside if re.search(r"[a-z]{2}", units.sub("", text))] == []
