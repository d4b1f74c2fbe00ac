"""The trace on paper and on screen: folded text, Markdown and LaTeX, one page, hostile names."""

from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.explanation import Step, Trace, as_html, as_latex, as_markdown, as_text
from axone.explanation.latex import latex, latex_text
from axone.explanation.numerals import cell_name, numeral, written
from axone.traced import Rest

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\\input{/etc/passwd} $x$ % & # _ ^ ~",
    "[click](javascript:alert(1)) `code` **bold** <b>",
    "\x1b[31mred\u202e",
    "</title></style>",
]

VOID = {"meta", "img", "br", "input", "link", "hr"}


class Page(HTMLParser):
    """What a browser would make of a page: its tags, balanced, and its text."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def trace_of(*layers, input_shape=3, names=(), classes=(), rows=1, **settings):
    network = ax.Network(*layers, input_shape=input_shape, layer_names=names)
    x = np.random.default_rng(0).normal(size=(rows, *network.input_shape))
    return ax.explain(
        network,
        network.initialize(dtype="float64"),
        x,
        np.zeros(rows, int),
        loss="cce",
        optimizer="adam",
        jacobian=True,
        class_names=classes,
        **settings,
    )


def hostile_trace():
    return trace_of(
        ax.Dense(4, "relu"),
        ax.Dense(3, "softmax"),
        names=["<script>alert(2)</script>", "\\end{align*}\\input{x}"],
        classes=HOSTILE[:3],
        feature_names=HOSTILE[3:],
    )


def test_names_from_outside_are_nothing_but_text_on_the_page():
    page = Page(as_html(hostile_trace()))
    assert not {"script", "img", "iframe", "object", "form"} & set(page.tags)
    assert not any(name.startswith("on") for name in page.attributes)
    text = "".join(page.words)
    assert "<script>alert(1)</script>" in text
    assert "<script>alert(2)</script>" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_page_asks_for_nothing_from_anywhere():
    html = as_html(hostile_trace())
    page = Page(html)
    assert not {"src", "action", "formaction"} & set(page.attributes)
    assert "default-src 'none'" in html
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_the_page_leads_from_its_top_to_every_part_and_shows_every_number():
    trace = trace_of(ax.Dense(4, "relu"), ax.Dense(3, "softmax"))
    html = as_html(trace, digits=5)
    page = Page(html)
    for part in ("input", "forward", "loss", "backward", "update"):
        assert f'href="#{part}"' in html
        assert f'id="{part}"' in html
    text = " ".join("".join(page.words).split())
    for step in trace.walk():
        for cell in step.cells:
            assert numeral(cell.value, 5) in text
    assert page.tags.count("details") == page.tags.count("summary") >= 5


def test_a_long_page_is_folded_at_first():
    short = trace_of(ax.Dense(3, "softmax"))
    long = trace_of(*[ax.Dense(3, "relu")] * 9, ax.Dense(3, "softmax"))
    assert "<details open>" in as_html(short)
    assert "<details open>" not in as_html(long)


def balanced(tex):
    """Whether braces and environments close in the order in which they open."""
    open_braces, environments, place = 0, [], 0
    while place < len(tex):
        if tex.startswith("\\begin{", place):
            environments.append(tex[place + 7 : tex.index("}", place)])
        elif tex.startswith("\\end{", place):
            assert environments.pop() == tex[place + 5 : tex.index("}", place)]
        if tex[place] == "\\":
            place += 2
            continue
        open_braces += {"{": 1, "}": -1}.get(tex[place], 0)
        if open_braces < 0:
            return False
        place += 1
    return open_braces == 0 and not environments


@pytest.mark.parametrize("render", [as_latex, as_markdown])
def test_names_from_outside_are_no_commands_of_latex_or_markdown(render):
    text = render(hostile_trace())
    assert "\\input{" not in text.replace("\\textbackslash{}input\\{", "").replace("\\\\input", "")
    assert "<script>" not in text or render is as_latex
    assert "](javascript" not in text
    if render is as_latex:
        assert balanced(text)
    for block in text.split("$$")[1::2] if render is as_markdown else []:
        assert balanced(block)


def test_equations_are_latex():
    assert latex("∂L/∂W = Σ δ·xᵀ") == r"\frac{\partial L}{\partial W} = \sum  \delta \cdot x^{\top}"
    assert latex("hₜ₋₁ ⊙ ŷ²") == r"h_{t-1} \odot  \hat{y}^{2}"
    assert latex("√(x̂ + √(2))") == r"\sqrt{\hat{x} + \sqrt{2}}"
    assert latex("e^(−1.5e-7)") == r"e^{-1.5\cdot 10^{-7}}"
    assert latex("[12 more: −0.5]") == r"\underbrace{-0.5}_{\text{12 more}}"
    assert latex("α·min(0, z) ≤ π/2") == r"\alpha \cdot \min (0, z) \le  \pi /2"
    assert latex("max(0, ▸2)") == r"\max (0, {\triangleright}2)"


def test_a_lesson_has_each_equation_and_each_cell():
    trace = trace_of(ax.Dense(3, "softmax"))
    tex, markdown = as_latex(trace), as_markdown(trace)
    assert "\\begin{align*}\nz &= W\\cdot x + b \\\\\n{z}_{1} &= " in tex
    assert "$$\n\\begin{aligned}\nz &= W\\cdot x + b \\\\\n{z}_{1} &= " in markdown
    assert "## Forward" in markdown
    assert "\\subsection*{Forward}" in tex
    assert r"\frac{\partial L}{\partial W_{1,2}} &= " in tex
    assert r"W_{\text{before}} &= \begin{bmatrix}" in tex


@given(st.text(max_size=60))
def test_any_text_and_any_equation_keep_braces_in_balance(text):
    assert balanced(latex_text(text))
    balanced_brackets = text.replace("(", "").replace(")", "")
    assert balanced(latex(balanced_brackets))


@pytest.mark.parametrize(
    ("working", "line"),
    [
        ((-0.5, "·", -3.0, " + ", -0.1), "−0.5·(−3) − 0.1"),
        ((0.1, " + ", -2.0, "²"), "0.1 + (−2)²"),
        ((-2.0, "²"), "(−2)²"),
        ((1.0, " − ", -2.0), "1 − (−2)"),
        (("max(0, ", -1.0, ")"), "max(0, −1)"),
        ((1.0, " + ", Rest(12, -0.25)), "1 + [12 more: −0.25]"),
        (("e^(", 1e-12, ")"), "e^(1e-12)"),
    ],
)
def test_signs_are_read_as_they_are_meant(working, line):
    assert written(working) == line


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (17.1, 4, "17.1"),
        (0.361049, 3, "0.361"),
        (123456.0, 4, "123456"),
        (-0.0, 4, "0"),
        (1234567.8, 4, "1.235e6"),
        (float("inf"), 4, "inf"),
        (-float("inf"), 4, "−inf"),
    ],
)
def test_numbers_have_as_many_digits_as_are_asked_for(number, digits, text):
    assert numeral(number, digits) == text


def test_cells_are_counted_from_one():
    assert cell_name("z", (0, 11), (1, 12)) == "z₁₂"
    assert cell_name("z", (1, 0), (2, 3)) == "z[2,1]"
    assert cell_name("√(s² + ε)", (0,), (3,)) == "√(s² + ε)[1]"


def test_wide_layers_are_folded_and_the_text_says_what_was_left_out():
    trace = trace_of(ax.Dense(100, "relu"), ax.Dense(3, "softmax"), input_shape=784)
    text = as_text(trace)
    assert max(map(len, text.splitlines())) <= 80
    assert "[781 more: " in text
    assert "… 96 more alike" in text
    assert "… 78,396 more alike" in text
    assert "100×784" in text
    assert len(text.splitlines()) < 400


def test_a_heading_is_printed_where_there_is_one():
    trace = Trace(trace_of(ax.Dense(3, "softmax")).steps, 1, title="A lesson")
    assert as_text(trace).startswith("A lesson\n\nInput")
    assert as_markdown(trace).startswith("# A lesson")
    assert "<h1>A lesson</h1>" in as_html(trace)


@pytest.mark.parametrize("shape", [(), (3, 0), (0, 3)], ids=str)
@pytest.mark.parametrize("render", [as_text, as_html, as_latex, as_markdown])
def test_an_array_without_axes_or_without_numbers_is_shown_as_it_is(render, shape):
    array = np.full(shape, 2.5)
    lone = Step("input", symbol="x", array=array, labels=("height",))
    moved = Step("update", symbol="W", array=array, before=array)
    trace = Trace((lone, moved), 1)
    shown = render(trace)
    assert render(Trace.from_data(trace.to_data())) == shown
    assert ("2.5" in shown) == (shape == ())


@pytest.mark.parametrize("render", [as_text, as_html, as_latex, as_markdown])
def test_of_many_positions_the_first_and_the_last_are_shown(render):
    layers = [ax.GRU(1, bidirectional=True, last=True), ax.Dense(2, "softmax")]
    network = ax.Network(*layers, input_shape=(30, 1))
    trace = ax.explain(network, network.initialize(dtype="float64"), np.ones((30, 1)))
    shown = render(trace)
    assert shown.count("26 more positions") == 2
    for place in (1, 2, 3, 30):
        assert f"position {place}" in shown
    assert "position 4" not in shown
