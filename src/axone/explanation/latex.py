r"""Equations and workings in LaTeX: what layers write in Unicode, symbol by symbol.

One conversion serves all, so that no layer writes an equation twice. What is left of words becomes
``\text{…}``, with every character that LaTeX would obey escaped.
"""

import re
from collections.abc import Callable

_SYMBOLS = {
    "·": r"\cdot ",
    "⊙": r"\odot ",
    "Σ": r"\sum ",
    "δ": r"\delta ",
    "η": r"\eta ",
    "α": r"\alpha ",
    "β": r"\beta ",
    "μ": r"\mu ",
    "ε": r"\varepsilon ",
    "λ": r"\lambda ",
    "π": r"\pi ",
    "ρ": r"\rho ",
    "σ": r"\sigma ",
    "Φ": r"\Phi ",
    "∂": r"\partial ",
    "ℓ": r"\ell ",
    "ŷ": r"\hat{y}",
    "½": r"\tfrac{1}{2}",
    "≤": r"\le ",
    "−": "-",
    "±": r"\pm ",
    "←": r"{\leftarrow}",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "▸": r"{\triangleright}",
    "′": "'",
    "ᵀ": r"^{\top}",
    "…": r"\dots ",
    "×": r"\times ",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
}

_SMALL = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₜₖₚᵢⱼᵣₙₒ", "0123456789+-tkpijrno", strict=True))
_RAISED = {"²": "2", "³": "3", "ᵗ": "t"}

_FUNCTIONS = {
    "max": r"\max",
    "min": r"\min",
    "ln": r"\ln",
    "tanh": r"\tanh",
    "sin": r"\sin",
    "cos": r"\cos",
}

_LETTER = r"(?:(?![ŷℓ²³ᵀᵗᵢᵣⱼₐ-ₜ\u0370-\u03ff])[^\W\d_])"
"""One of a word: not a small one, a Greek one or another that is a symbol."""

_TOKEN = re.compile(
    r"(?P<more>\[(?P<count>[^:\[\]]*\d[^:\[\]]*): (?P<total>[^\]]+)\])"
    r"|(?P<slope>∂(?P<of>[Lℓŷ]?)/∂(?P<by>[^\s·,()\[\]=+−]+))"
    r"|(?P<power>(?P<mantissa>\d+(?:[.,]\d+)?)e(?P<exponent>-?\d+))"
    r"|(?P<decimals>(?<=\d),(?=\d))"
    r"|(?P<root>√)"
    r"|(?P<raised>\^\()"
    r"|(?P<hat>\w\u0302)"
    r"|(?P<small>[₀₁₂₃₄₅₆₇₈₉₊₋ₜₖₚᵢⱼᵣₙₒ]+)"
    r"|(?P<up>[²³ᵗ]+)"
    rf"|(?P<words>{_LETTER}{{2,}}(?:_{_LETTER}+)*(?: {_LETTER}{{2,}})*)"
)


def latex_text(text: str) -> str:
    r"""Escape a text for LaTeX.

    Examples
    --------
    >>> print(latex_text(r"50 % of a_b \input{x}"))
    50 \% of a\_b \textbackslash{}input\{x\}
    """
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {"\N{NO-BREAK SPACE}": "~", "\N{NARROW NO-BREAK SPACE}": r"\,"}
    return "".join(
        special.get(character, f"\\{character}" if character in "&%$#_{}" else character)
        for character in text
    )


def latex(text: str) -> str:
    r"""Return an equation, or a working as it is written, in LaTeX's mathematics.

    Examples
    --------
    >>> print(latex("∂L/∂W = Σ δ·xᵀ"))
    \frac{\partial L}{\partial W} = \sum  \delta \cdot x^{\top}
    >>> print(latex("x̂ = (x − μ)/√(s² + ε)"))
    \hat{x} = (x - \mu )/\sqrt{s^{2} + \varepsilon }
    """
    result, place = "", 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            character = text[place]
            result += _SYMBOLS.get(character, _plain(character))
            place += 1
            continue
        place = found.end()
        if found["root"]:
            inner, place = _braced(text, place)
            result += rf"\sqrt{{{latex(inner)}}}"
        elif found["raised"]:
            inner, place = _braced(text, place - 1)
            result += f"^{{{latex(inner)}}}"
        else:
            result += _TOKENS[str(found.lastgroup)](found)
    return result


def _rest(found: re.Match[str]) -> str:
    return rf"\underbrace{{{latex(found['total'])}}}_{{\text{{{latex_text(found['count'])}}}}}"


def _slope(found: re.Match[str]) -> str:
    return rf"\frac{{\partial {latex(found['of'])}}}{{\partial {latex(found['by'])}}}"


def _power(found: re.Match[str]) -> str:
    factor = "" if found["mantissa"] == "1" else rf"{latex(found['mantissa'])}\cdot "
    return f"{factor}10^{{{found['exponent']}}}"


def _words(found: re.Match[str]) -> str:
    words = found["words"]
    if words in _FUNCTIONS:
        return _FUNCTIONS[words] + " "
    blank = " " if " " in words else ""
    return rf"\text{{{blank}{latex_text(words)}{blank}}}"


_TOKENS: dict[str, Callable[[re.Match[str]], str]] = {
    "more": _rest,
    "slope": _slope,
    "power": _power,
    "decimals": lambda _found: "{,}",
    "hat": lambda found: rf"\hat{{{found['hat'][0]}}}",
    "small": lambda found: f"_{{{''.join(map(_SMALL.__getitem__, found['small']))}}}",
    "up": lambda found: f"^{{{''.join(map(_RAISED.__getitem__, found['up']))}}}",
    "words": _words,
}
"""What becomes of each kind of token, by its group in the pattern."""


def _plain(character: str) -> str:
    """Return a character that stands for itself, or its escape."""
    return latex_text(character) if character in "\\~{}" else character


def _braced(text: str, place: int) -> tuple[str, int]:
    """Return what stands in the brackets that open there, or one character; and where it ends."""
    if place >= len(text) or text[place] != "(":
        end = place + 2 if text[place + 1 : place + 2] == "\u0302" else place + 1
        return text[place:end], end
    depth = 0
    for end in range(place, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[place + 1 : end], end + 1
    return text[place + 1 :], len(text)
