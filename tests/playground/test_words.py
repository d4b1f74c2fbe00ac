"""The page's texts: each that a module asks for exists, each is asked for, none is a module's own.

Modules are read, not run: `t("key")` and `t.n("key", …)` name a text, and so do plain strings that
are a key as they stand, which tables of shortcuts hold, and the beginnings of composed ones.
"""

import gettext
import re
import string
from pathlib import Path

import pytest

import axone.playground
from axone.messages import FOLDER, Message
from axone.playground.catalogue import FAMILIES, catalogue
from axone.playground.words import LANGUAGES, templates, words

PAGE = Path(axone.playground.__file__).parent / "page"
MODULES = sorted(PAGE.rglob("*.js"))
SOURCE = {path.relative_to(PAGE).as_posix(): path.read_text("utf-8") for path in MODULES}
HTML = (PAGE / "index.html").read_text("utf-8")

ASKED = re.compile(r"""\bt\(\s*["']([\w.-]+)["']""")
COUNTED = re.compile(r"""\bt\.n\(\s*["']([\w.-]+)["']""")
MARKED = re.compile(r"""data-t(?:-label)?="([\w.-]+)\"""")
LITERAL = re.compile(r"""["'`]([a-z_]+\.[\w.-]+)["'`]""")
COMPOSED = re.compile(r"""`([a-z_]+\.[\w.-]*)\$\{""")
BY_NAME = re.compile(r"""\bcalled\(\s*[\w.]*t\s*,\s*["']([\w.]+)["']|family: ["']([\w.]+)["']""")

TEMPLATES = templates()


def asked():
    found = {(name, key) for name, text in SOURCE.items() for key in ASKED.findall(text)}
    found |= {("index.html", key) for key in MARKED.findall(HTML)}
    for name, text in SOURCE.items():
        for key in COUNTED.findall(text):
            found |= {(name, f"{key}.one"), (name, f"{key}.many")}
    return found


def by_name():
    """Return the families whose texts are asked for by the names of the library's members."""
    named = {each for text in SOURCE.values() for pair in BY_NAME.findall(text) for each in pair}
    return (named - {""}) | set(FAMILIES) | {"setting"}


def figures(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize(("module", "key"), sorted(asked()))
def test_a_text_that_a_module_asks_for_exists(module, key):
    assert key in TEMPLATES, f"{module} asks for {key}"


def test_every_text_is_asked_for():
    literal = {key for text in SOURCE.values() for key in LITERAL.findall(text)}
    used = {key for _, key in asked()} | literal
    composed = tuple(start for text in SOURCE.values() for start in COMPOSED.findall(text))
    unused = {key for key in set(TEMPLATES) - used if key.rsplit(".", 1)[0] not in by_name()}
    assert {key for key in unused if not key.startswith(composed)} == set()


def test_what_is_called_by_its_name_is_a_name_of_the_library():
    known = catalogue()
    extra = {"losses.auto", "initializers.auto", "initializers.mixed"}
    names = {f"{family}.{each['name']}" for family in FAMILIES for each in known[family]}
    options = [option for each in known["datasets"] for option in each["options"]]
    settings = [one for family in FAMILIES for each in known[family] for one in each["settings"]]
    names |= {f"datasets.{each['name']}" for each in known["datasets"]}
    names |= {f"setting.{one['name']}" for one in settings}
    names |= {f"setting.{word}" for one in settings for word in one.get("choices", ())}
    names |= {f"data.option.{one['name']}" for one in options}
    names |= {f"data.option.{word}" for one in options for word in one.get("choices", ())}
    families = (*FAMILIES, "datasets", "setting", "data.option")
    named = {key for key in TEMPLATES if key.rsplit(".", 1)[0] in families}
    assert named - names - extra == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_that_a_page_offers_has_words(family):
    for each in catalogue()[family]:
        assert f"{family}.{each['name']}" in TEMPLATES
        for one in each["settings"]:
            if one["kind"] != "layers":
                assert f"setting.{one['name']}" in TEMPLATES
            for word in one.get("choices", ()):
                assert f"setting.{word}" in TEMPLATES


def test_every_set_in_the_plane_and_its_options_have_words():
    for each in catalogue()["datasets"]:
        if each["preview"]:
            assert f"datasets.{each['name']}" in TEMPLATES
            for option in each["options"]:
                assert f"data.option.{option['name']}" in TEMPLATES
                assert {f"data.option.{word}" for word in option.get("choices", ())} <= {*TEMPLATES}


def test_a_template_shows_its_figures_by_plain_names():
    for key, message in TEMPLATES.items():
        assert isinstance(message, Message), key
        for _, name, spec, conversion in string.Formatter().parse(message.template):
            if name is not None:
                assert re.fullmatch(r"[a-z_]+", name), key
                assert not spec, key
                assert conversion is None, key


def test_one_and_many_come_in_pairs():
    for key in TEMPLATES:
        stem, _, form = key.rpartition(".")
        if form in ("one", "many"):
            assert {f"{stem}.one", f"{stem}.many"} <= set(TEMPLATES)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_a_translation_keeps_the_figures_of_its_template(language):
    found = gettext.translation("axone", FOLDER, [language])
    for key, message in TEMPLATES.items():
        assert figures(found.gettext(message.template)) == figures(message.template), key


def test_the_page_is_told_texts_in_the_language_in_use():
    assert words()["core.data"] == "Data"
    assert all(type(text) is str for text in words().values())


@pytest.mark.parametrize("name", SOURCE)
def test_a_module_has_no_text_of_its_own(name):
    # What two words or more in quotes with a capital first would be: a sentence for people.
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", SOURCE[name], flags=re.DOTALL)
    sentences = re.findall(r"""["'`]([A-Z][a-z]+ [a-z]+[^"'`]*)["'`]""", code)
    assert sentences == []


def test_the_page_has_no_inline_script_or_style():
    assert not re.search(r"<script(?![^>]*\bsrc=)", HTML)
    assert not re.search(r"""\s(style|on\w+)=""", HTML)
    for name, text in SOURCE.items():
        assert "innerHTML" not in text.replace("without innerHTML", ""), name
        assert not re.search(r"""setAttribute\(\s*["']style|\beval\(|new Function\(""", text), name
