"""The catalogues that come with Axone: complete, true to the figures, compiled as they stand."""

import io
import re
import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import axone

# What translators write stays with the source: only what is compiled from it is installed.
SOURCE = Path(__file__).parents[1] / "src" / "axone"
SOURCES = sorted(SOURCE.glob("locale/*/LC_MESSAGES/axone.po"))
PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}


def language_of(path):
    return path.parents[1].name


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path))


@pytest.fixture(scope="module", params=SOURCES, ids=language_of)
def source(request):
    return request.param


@pytest.fixture(scope="module")
def catalogue(source):
    return read(source)


@pytest.fixture(scope="module")
def keys():
    """Every text of Axone's source, and every pair of one and of many."""
    found = extract_from_dir(SOURCE, keywords={"_": None, "_n": (1, 2)})
    return {key for _file, _line, key, _comments, _context in found}


def as_tuple(texts):
    return texts if isinstance(texts, tuple) else (texts,)


def texts_of(message):
    return as_tuple(message.string)


def figures(template):
    """What a template names, whatever its format; None of what is no template."""
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(template)]
    except ValueError:
        return None
    return {re.split(r"[.\[]", name)[0] for name in fields if name is not None}


def test_french_comes_with_axone():
    assert "fr" in map(language_of, SOURCES)


def test_every_text_is_translated(catalogue, keys):
    translated = {message.id for message in catalogue if message.id and all(texts_of(message))}
    # A text that stands alone in one place and has a plural in another is one entry, with both.
    translated |= {as_tuple(key)[0] for key in translated}
    assert sorted(map(str, keys - translated)) == []


def test_nothing_is_translated_that_no_longer_is(catalogue, keys):
    there = {message.id for message in catalogue if message.id}
    assert sorted(map(str, there - keys)) == []
    assert not catalogue.obsolete


def test_no_translation_is_a_guess(catalogue):
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_translations_name_the_figures_of_their_messages_and_no_others(catalogue):
    wrong = []
    for message in catalogue:
        named = [figures(text) for text in as_tuple(message.id)]
        if not message.id or None in named or not any(named):
            continue
        allowed = set().union(*named)
        for text in texts_of(message):
            found = figures(text)
            if found is None or not found <= allowed:
                wrong.append((message.id, text))
    assert wrong == []


def test_formats_of_figures_can_be_used(catalogue):
    """A format of a translation is one that the English has of the same figure, or none."""

    def formats(text):
        parts = string.Formatter().parse(text)
        return {(name, spec, how) for _, name, spec, how in parts if name is not None}

    for message in catalogue:
        named = [figures(text) for text in as_tuple(message.id)]
        if not message.id or None in named or not any(named):
            continue
        english = set().union(*map(formats, as_tuple(message.id)))
        for text in texts_of(message):
            extra = {field for field in formats(text) - english if field[1] or field[2]}
            assert not extra, (message.id, text)


def test_commands_and_lines_stay_where_the_english_has_them(catalogue):
    """A line that shows a command is the same in every language."""
    changed = []
    for message in catalogue:
        if not isinstance(message.id, str) or "\n" not in message.id:
            continue
        shown = [line for line in message.id.splitlines() if line.startswith("axone ")]
        calls = [re.split(r" {2,}", line)[0] for line in shown if " KIND " not in line]
        there = [re.split(r" {2,}", line)[0] for line in message.string.splitlines()]
        changed += [call for call in calls if not is_prose(call) and call not in there]
    assert changed == []


def is_prose(line):
    return line.endswith(("tells", ",", "."))


def test_help_fits_eighty_columns(catalogue):
    for message in catalogue:
        if isinstance(message.id, str) and "\naxone " in message.id:
            longest = max(map(len, message.id.splitlines()))
            assert max(map(len, message.string.splitlines())) <= max(79, longest), message.id


def test_the_plural_forms_are_those_of_the_language(source, catalogue):
    assert catalogue.plural_forms == PLURALS[language_of(source)]


def test_the_sample_tells_how_numbers_are_written(catalogue):
    sample = catalogue.get("1,234.5%").string
    assert re.fullmatch(r"\D*1\D*234\D*5\D*", sample)
    assert "%" in sample


def test_the_compiled_catalogue_is_that_of_the_source(source):
    """Compared as it is read: the head of a file tells the version of Babel that wrote it."""
    compiled = io.BytesIO()
    write_mo(compiled, read(source))
    compiled.seek(0)
    installed = Path(axone.__file__).parent / source.relative_to(SOURCE).with_suffix(".mo")
    with installed.open("rb") as file:
        there, wanted = (
            {str(message.id): message.string for message in read_mo(each) if message.id}
            for each in (file, compiled)
        )
    assert there == wanted, "pybabel compile -D axone -d src/axone/locale"
    assert len(there) > 2000
