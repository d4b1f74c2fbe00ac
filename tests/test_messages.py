"""Messages: data first, text when shown; every template extracted, checked and translatable."""

import ast
import copy
import pickle
import re
import string
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from babel.messages.extract import extract_from_file

import axone.errors
from axone.checks import check_number
from axone.data import load_dataset
from axone.errors import AxoneError, ConfigurationError, DataError, UnknownNameError
from axone.messages import Listed, Message, _, _n, all_of, listed
from axone.optimizers import OPTIMIZERS

SOURCE = Path(axone.errors.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
KEYWORDS = {"_": None, "_n": (1, 2)}

LABELS = {
    "add_note",
    "new_figure",
    "set_label",
    "set_title",
    "set_xlabel",
    "set_ylabel",
    "text",
}
"""What writes its words into a picture."""

PRINTED = {"entry", "tell"}
"""What prints its words on the command line."""

SHOWN_BY_KEYWORD = {"description", "help", "label", "title"}


def name_of(path):
    return path.relative_to(SOURCE).as_posix()


def called(call):
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def error_names():
    return {name for name in vars(axone.errors) if name.endswith("Error")} | {"Diagnosis"}


def raw_texts(tree, *, writes_programs=False):
    """The lines where words go to a reader without being a message.

    Of what writes programs only errors, notes and labels are looked at: its f-strings are code.
    """
    found = []

    def words(node):
        if isinstance(node, ast.Call):
            # The words of another call are judged by what that call is; "…".format(…) is a text.
            on = node.func.value if isinstance(node.func, ast.Attribute) else None
            return isinstance(on, (ast.Constant, ast.JoinedStr)) and words(on)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str) and re.search(r"[^\W\d_]{2}", node.value) is not None
        if isinstance(node, (ast.Subscript, ast.Compare)):
            return False
        return any(words(child) for child in ast.iter_child_nodes(node))

    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        told = called(call) in error_names() | {"warn"}
        noted = called(call) in {"append", "extend"} and "notes" in ast.unparse(call.func)
        values = list(call.args) if told or noted or called(call) in LABELS | PRINTED else []
        values = values[1:] if called(call) == "Diagnosis" else values  # the first is its code
        values += [
            keyword.value for keyword in call.keywords if told or keyword.arg in SHOWN_BY_KEYWORD
        ]
        found += [call.lineno for value in values if words(value)]
    # Python's own protocol speaks English: a missing attribute, an assignment to a frozen object.
    own = [call for call in ast.walk(tree) if isinstance(call, ast.Call)]
    own = [node for call in own if called(call) == "AttributeError" for node in ast.walk(call)]
    found += [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and not writes_programs
        and node not in own
        and is_prose(node)
    ]
    return sorted(set(found))


def is_prose(formatted):
    """Whether an f-string holds words beside each other, not the parts of a name or a unit."""
    parts = [part.value for part in formatted.values if isinstance(part, ast.Constant)]
    words = re.findall(r"(?<!\S)[^\W\d_]{2,}[.,:;]?(?!\S)", " \0 ".join(parts))
    return len(words) > 1


def message_calls(tree):
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in KEYWORDS
        ):
            yield node


class TestMessage:
    def test_is_its_english_text(self):
        message = _("{name} must be at least {least}, not {found!r}.", name="n", least=1, found="x")
        assert message == "n must be at least 1, not 'x'."
        assert f"{message}" == str(message) == message.english
        assert type(message.english) is str

    def test_keeps_template_and_figures(self):
        message = _("loss {loss:.3g} at {place}", loss=np.float64(0.123456), place=("a", 2))
        assert message.template == "loss {loss:.3g} at {place}"
        assert dict(message.figures) == {"loss": 0.123456, "place": ("a", 2)}
        assert message == "loss 0.123 at ('a', 2)"

    def test_without_figures_stands_as_it_is(self):
        assert _('write {"name": …}') == 'write {"name": …}'

    @pytest.mark.parametrize(("count", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
    def test_counts(self, count, text):
        assert _n("{count} row", "{count} rows", np.int64(count)) == text

    def test_lists_are_joined_when_shown(self):
        assert _("{names}; {names!r}", names=listed(["a", "b"])) == "a, b; 'a', 'b'"
        assert (
            _("{bounds}", bounds=all_of([_("at least {n}", n=1), "less"])) == "at least 1 and less"
        )
        assert (listed([]) or _("none")) == "none"

    def test_holds_on_to_no_object(self):
        given = {"a": [1]}
        message = _("{given!r} or {given}", given=given)
        given["a"].append(2)
        assert message == str(message) == "{'a': [1]} or {'a': [1]}"
        assert isinstance(message.figures["given"], str)

    def test_is_frozen(self):
        message = _("{a}", a=1)
        with pytest.raises(AttributeError, match="frozen"):
            message.code = "other"
        with pytest.raises(TypeError):
            message.figures["a"] = 2

    def test_code_is_kept_beside_the_text(self):
        message = _("{a}", a=1).coded("kind")
        assert (message, message.code) == ("1", "kind")

    @pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
    def test_survives_copies_and_pickles(self, again):
        inner = _n("{count} row", "{count} rows", 3)
        message = _("{a!r} {f} {i} {l}", a=lambda: 0, f=0.5, i=inner, l=listed([inner])).coded("k")
        copied = again(message)
        assert copied == message
        assert copied.code == "k"
        assert isinstance(copied.figures["i"], Message)
        assert isinstance(copied.figures["l"], Listed)
        assert repr(copied.figures["a"]) == repr(message.figures["a"])


ERRORS = [
    kind
    for kind in vars(axone.errors).values()
    if isinstance(kind, type) and issubclass(kind, AxoneError)
]


class TestErrors:
    def test_carry_their_message(self):
        with pytest.raises(ConfigurationError) as caught:
            check_number("rate", 2, at_least=0, below=1)
        assert str(caught.value) == "rate must be at least 0 and less than 1, not 2."
        assert caught.value.message.template == "{name} must be {bounds}, not {found!r}."
        assert caught.value.message.figures["found"] == 2

    def test_a_plain_text_is_a_message_without_figures(self):
        message = DataError("50 % {of}").message
        assert (message, dict(message.figures)) == ("50 % {of}", {})

    def test_causes_nest(self):
        with pytest.raises(ConfigurationError) as caught:
            OPTIMIZERS.resolve({"name": "sgd", "learning_rate": -1})
        cause = caught.value.message.figures["error"]
        assert cause.template == "{name} must be {bounds}, not {found!r}."

    @pytest.mark.parametrize("kind", ERRORS)
    def test_survive_pickles(self, kind):
        error = (
            UnknownNameError(_("dataset"), lambda: 0, ["iris"], where="here")
            if kind is UnknownNameError
            else kind(_("{a!r}", a=lambda: 0))
        )
        copied = pickle.loads(pickle.dumps(error))
        assert type(copied) is kind
        assert str(copied) == str(error)
        assert copied.message.template == error.message.template

    def test_cross_processes(self):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            future = pool.submit(OPTIMIZERS.resolve, "adm")
            with pytest.raises(UnknownNameError, match="Did you mean 'adam'") as caught:
                future.result()
        assert caught.value.message.figures["near"] == "adam"


class TestNotes:
    def test_carry_codes_that_programs_look_at(self):
        import pandas as pd

        table = pd.DataFrame({"a": [1, 2, 3, 4], "y": ["u", "v", "u", None]})
        notes = load_dataset(table).notes
        assert [note.code for note in notes] == ["target_guessed", "rows_without_target"]
        assert notes[1].figures["count"] == 1


def extracted():
    """The texts that Babel finds, a tuple for those with a plural."""
    found = {}
    for path in FILES:
        for line, key, _comments, _context in extract_from_file("python", path, KEYWORDS):
            found.setdefault(key, (name_of(path), line))
    return found


class TestTemplates:
    def test_babel_finds_every_call(self):
        found = extracted()
        for path in FILES:
            for call in message_calls(ast.parse(path.read_text("utf-8"))):
                texts = [argument.value for argument in call.args[: 1 + (call.func.id == "_n")]]
                key = tuple(texts) if len(texts) > 1 else texts[0]
                assert key in found, f"{name_of(path)}:{call.lineno}"
        assert len(found) > 150

    @pytest.mark.parametrize("path", FILES, ids=name_of)
    def test_calls_give_the_figures_that_their_templates_name(self, path):
        tree = ast.parse(path.read_text("utf-8"))
        for call in message_calls(tree):
            place = f"{name_of(path)}:{call.lineno}"
            plural = call.func.id == "_n"
            texts, rest = (
                (call.args[:2], call.args[2:]) if plural else (call.args[:1], call.args[1:])
            )
            assert len(rest) == plural, f"{place}: figures are given by name"
            assert all(isinstance(text, ast.Constant) for text in texts), f"{place}: no literal"
            given = {keyword.arg for keyword in call.keywords}
            assert None not in given, f"{place}: ** hides the names of the figures"
            named = set()
            for text in texts:
                if not plural and not given:
                    # The figures of the page's own texts are filled in by the page.
                    if path.parent.name == "words":
                        continue
                    assert not re.search(r"\{\w+[!:}]", text.value), f"{place}: figures missing"
                    continue
                for _text, field, spec, _conversion in string.Formatter().parse(text.value):
                    if field is not None:
                        assert field.isidentifier(), f"{place}: {field!r} is no name"
                        assert "{" not in spec, f"{place}: nested format"
                        named.add(field)
            assert named | ({"count"} if plural else set()) == given | (
                {"count"} if plural else set()
            ), place

    def test_codes_are_words_of_their_own(self):
        codes = re.compile(r'(?:\.coded|Diagnosis)\(\s*"([^"]*)"')
        found = [code for path in FILES for code in codes.findall(path.read_text("utf-8"))]
        listed_codes = (Path(__file__).parents[1] / "docs" / "messages.md").read_text("utf-8")
        assert len(found) == len(set(found))
        for code in found:
            assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code)
            assert f"`{code}`" in listed_codes

    @pytest.mark.parametrize("path", FILES, ids=name_of)
    def test_no_variable_hides_the_function(self, path):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == "_"]
                assigned = any(isinstance(n.ctx, ast.Store) for n in names)
                assert not assigned or not list(message_calls(function)), function.name

    @pytest.mark.parametrize("path", FILES, ids=name_of)
    def test_texts_are_messages(self, path):
        tree, programs = ast.parse(path.read_text("utf-8")), path.parent.name == "code"
        assert raw_texts(tree, writes_programs=programs) == [], "wrap these texts in _(…)"

    @pytest.mark.parametrize(
        "code",
        [
            'raise DataError(f"{path} is damaged")',
            'raise DataError("damaged")',
            'raise DataError("damaged: " + name)',
            'raise DataError("%s is damaged" % name)',
            'raise UnknownNameError("setting", key, known)',
            'raise DataError(_("a") if x else f"{y} is b")',
            'return ShapeError(f"{x} has rows")',
            'warnings.warn("slow", stacklevel=2)',
            'notes.append(f"{count} rows left out")',
            'lines = [f"Note: {count} rows left out"]',
            'axes.set_xlabel("rows")',
            'axes.plot(x, y, label="training")',
            'typer.Option(help="Print it.")',
            'Field(description="Of the hidden layers.")',
            'tell(console, "Interrupted.")',
            'Diagnosis("code", symptom, "the cause", remedy, ())',
        ],
    )
    def test_a_text_that_is_no_message_is_found(self, code):
        assert raw_texts(ast.parse(code)) == [1]
