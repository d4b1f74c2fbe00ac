"""From a text to a tree, without ever running it: Python's own grammar, of which little is let in.

What comes here may be hostile. A text is bounded in length and in brackets before Python's parser
sees it, the nodes that it finds are looked up in tables of what is allowed, and depth, numbers and
powers are bounded: see `axone.bounds`. Whatever is refused is refused with its place marked.
"""

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from axone.bounds import DEEPEST_FORMULA, LONGEST_FORMULA, MOST_LEARNED, MOST_PARTS, SHOWN_AROUND
from axone.errors import FormulaError
from axone.formula.expression import (
    FUNCTIONS,
    Constant,
    Expression,
    Number,
    Operation,
    Variable,
    Where,
    walk,
)
from axone.formula.simplification import LARGEST, MOST_POWER
from axone.messages import Message, _, listed

_LIKE = str.maketrans("·×−\n\t", "**-  ")
"""How people write signs, each by the one that Python reads."""

_STRANGE = re.compile(r"[^\w\s.,()<>=!+*/-]|[^\x20-\x7e]")

_GLUED = re.compile(r"(?<![\w.])(?:\d[\d.]*+|\.\d++)(?:[eE][-+]?\d+)?+[A-Za-z_]")
"""A number with a letter behind it: Python takes some for numbers and words, and warns of them."""

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}

_ARGUMENTS = FUNCTIONS | {"clip": 3, "where": 3}

_TAKEN = ("z", "pi", "weight", "bias", *_ARGUMENTS)
"""Names that no learnt constant may have: what they mean is settled, here or in a layer."""

_OPENING = "formula("
"""What a text is read behind: so commas part it from its constants, as in a call."""


@dataclass(frozen=True)
class Definition:
    """A formula, and where its learnt constants start.

    Attributes
    ----------
    expression : Expression
        As it was written, not simplified.
    constants : mapping of str to float
        The values that the constants start from, in the order in which they are given.
    """

    expression: Expression
    constants: Mapping[str, float]


@lru_cache(maxsize=256)
def parse(text: str) -> Definition:
    """Read a formula in z, and the start values of the constants that it learns.

    Parameters
    ----------
    text : str
        Numbers, z, ``pi``, ``+ - * / **``, brackets, ``exp log log1p expm1 tanh sigmoid softplus
        relu erf sqrt abs sin cos min max``, ``clip(x, low, high)`` and ``where(x > y, then,
        otherwise)``; behind it, after commas, ``name=number`` for each constant that is learnt.
        The exponent of ``**`` is a number.

    Returns
    -------
    Definition

    Raises
    ------
    FormulaError
        It is no such formula. The place is marked.

    Examples
    --------
    >>> from axone.formula import parse, to_text
    >>> found = parse("a*z + b*tanh(z), a=1, b=0.5")
    >>> to_text(found.expression), dict(found.constants)
    ('a * z + b * tanh(z)', {'a': 1.0, 'b': 0.5})
    """
    return _Reader(text).definition()


class _Reader:
    """Reads one text, and knows how to point into it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = 0

    def definition(self) -> Definition:
        call = self._call()
        if not call.args:
            raise self._refused(_("there is no formula"), 0)
        if len(call.args) > 1:
            raise self._refused(
                _("one formula is enough; behind it stand start values, such as a=1"), call.args[1]
            )
        starts = [self._start(keyword) for keyword in call.keywords]
        if len(starts) > MOST_LEARNED:
            raise self._refused(
                _("at most {most} constants can be learnt", most=MOST_LEARNED),
                call.keywords[MOST_LEARNED],
            )
        constants: dict[str, float] = {}
        for keyword, (name, value) in zip(call.keywords, starts, strict=True):
            if name in constants:
                raise self._refused(_("{name!r} starts twice", name=name), keyword)
            constants[name] = value
        expression = self._expression(call.args[0], constants, DEEPEST_FORMULA)
        found = set(walk(expression))
        if Variable() not in found:
            raise self._refused(_("it does not depend on z"), call.args[0])
        for keyword in call.keywords:
            if Constant(keyword.arg or "") not in found:
                raise self._refused(
                    _("the formula has no {name!r}: leave it out", name=keyword.arg), keyword
                )
        return Definition(expression, MappingProxyType(constants))

    def _call(self) -> ast.Call:
        """Have Python parse the text, as the arguments of a call."""
        if len(self.text) > LONGEST_FORMULA:
            raise self._refused(
                _(
                    "it has {length} characters, and at most {most} are read",
                    length=len(self.text),
                    most=LONGEST_FORMULA,
                ),
                LONGEST_FORMULA,
            )
        text = self.text.translate(_LIKE)
        if strange := _STRANGE.search(text):
            raise self._refused(_("no formula holds this character"), strange.start())
        if glued := _GLUED.search(text):
            raise self._refused(_("this is not how a formula goes on"), glued.end() - 1)
        self._check_brackets(text)
        try:
            tree = ast.parse(f"{_OPENING}{text})", mode="eval").body
        except SyntaxError as error:
            place = (error.offset or 1) - 1 - len(_OPENING)
            raise self._refused(_("this is not how a formula goes on"), place) from None
        except (ValueError, RecursionError, MemoryError):
            raise self._refused(_("it is too deeply nested"), 0) from None
        assert isinstance(tree, ast.Call)  # noqa: S101 — the brackets are balanced
        return tree

    def _check_brackets(self, text: str) -> None:
        opened: list[int] = []
        for place, character in enumerate(text):
            if character == "(":
                opened.append(place)
                if len(opened) > DEEPEST_FORMULA:
                    raise self._refused(_("it is too deeply nested"), place)
            elif character == ")":
                if not opened:
                    raise self._refused(_("no bracket was opened that this one closes"), place)
                opened.pop()
        if opened:
            raise self._refused(_("this bracket is never closed"), opened[-1])

    def _start(self, keyword: ast.keyword) -> tuple[str, float]:
        """Read ``a=0.5``."""
        name = keyword.arg
        if name is None:
            raise self._refused(_("this is not how a formula goes on"), keyword)
        if name in _TAKEN:
            raise self._refused(
                _("{name!r} has its meaning already: call the constant otherwise", name=name),
                keyword,
            )
        value = self._expression(keyword.value, {}, 2)
        if not isinstance(value, Number):
            raise self._refused(_("a constant starts from a number"), keyword.value)
        return name, value.value

    def _expression(self, node: ast.AST, constants: Mapping[str, float], depth: int) -> Expression:
        """Turn what Python found into an expression, `depth` levels deep at most."""
        self.parts += 1
        if depth == 0 or self.parts > MOST_PARTS:
            raise self._refused(
                _("it is too deeply nested") if depth == 0 else _("it has too many parts"), node
            )

        def inner(part: ast.AST) -> Expression:
            return self._expression(part, constants, depth - 1)

        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool):
                return self._number(value, node)
            case ast.Name("z"):
                return Variable()
            case ast.Name("pi"):
                return Number(math.pi)
            case ast.Name(name):
                return self._constant(name, node, constants)
            case ast.UnaryOp(ast.UAdd(), operand):
                return inner(operand)
            case ast.UnaryOp(ast.USub(), operand):
                x = inner(operand)
                # −0 is 0: a text and its tree tell the same.
                if isinstance(x, Number):
                    return Number(0.0 - x.value)
                return Operation("*", (Number(-1.0), x))
            case ast.BinOp(left, ast.Pow(), right):
                return Operation("**", (inner(left), self._exponent(inner(right), right)))
            case ast.BinOp(left, sign, right) if type(sign) in _SIGNS:
                return Operation(_SIGNS[type(sign)], (inner(left), inner(right)))
            case ast.Call(ast.Name(name), arguments, []):
                self._check_call(name, arguments, node)
                if name == "where":
                    return self._where(arguments, constants, depth - 1)
                found = tuple(map(inner, arguments))
                if name == "clip":
                    x, low, high = found
                    return Operation("min", (Operation("max", (x, low)), high))
                return Operation(name, found)
            case ast.Compare():
                raise self._refused(_("comparisons stand within where(…) only"), node)
        raise self._refused(_("no formula holds this"), node)

    def _number(self, value: float, node: ast.AST) -> Number:
        if not abs(value) <= LARGEST:
            raise self._refused(_("numbers are at most {most:g} in size", most=LARGEST), node)
        return Number(float(value))

    def _constant(self, name: str, node: ast.AST, constants: Mapping[str, float]) -> Constant:
        if name in _ARGUMENTS:
            raise self._refused(_("{name} is a function: write {name}(…)", name=name), node)
        if name not in constants:
            raise self._refused(
                _(
                    "{name!r} is neither z nor a constant: one that is to be learnt needs a start "
                    'value behind the formula, ", {name}=1"',
                    name=name,
                ),
                node,
            )
        return Constant(name)

    def _exponent(self, exponent: Expression, node: ast.AST) -> Number:
        if isinstance(exponent, Number) and abs(exponent.value) <= MOST_POWER:
            return exponent
        raise self._refused(
            _(
                "an exponent is a number from −{most:g} to {most:g}; other powers are "
                "exp(p * log(x))",
                most=MOST_POWER,
            ),
            node,
        )

    def _check_call(self, name: str, arguments: list[ast.expr], node: ast.AST) -> None:
        if name not in _ARGUMENTS:
            raise self._refused(
                _(
                    "there is no function {name!r}; there are {names}",
                    name=name,
                    names=listed(sorted(_ARGUMENTS)),
                ),
                node,
            )
        wanted = _ARGUMENTS[name]
        if len(arguments) != wanted:
            raise self._refused(
                _(
                    "{name} takes {wanted} of what commas part, not {found}",
                    name=name,
                    wanted=wanted,
                    found=len(arguments),
                ),
                node,
            )

    def _where(
        self, arguments: list[ast.expr], constants: Mapping[str, float], depth: int
    ) -> Where:
        match arguments[0]:
            case ast.Compare(left, [sign], [right]) if type(sign) in _COMPARISONS:
                sides = [
                    self._expression(part, constants, depth)
                    for part in (left, right, *arguments[1:])
                ]
                return Where(_COMPARISONS[type(sign)], *sides)
        raise self._refused(_("where(…) begins with one comparison, such as z > 0"), arguments[0])

    def _refused(self, problem: Message, where: ast.AST | int) -> FormulaError:
        """Return the error, which shows the text around the place with a mark below it."""
        place = where if isinstance(where, int) else getattr(where, "col_offset", 0) - len(_OPENING)
        place = max(place, 0)
        first = max(0, place - SHOWN_AROUND)
        around = self.text[first : place + SHOWN_AROUND]
        error = FormulaError(
            _(
                "no formula: {problem}.\n    {line}\n    {mark}",
                problem=problem,
                # One character each, so that the mark stands below the right one.
                line="".join(c if c in "·×−" or " " <= c <= "~" else "?" for c in around),
                mark=f"{'^':>{place - first + 1}}",
            )
        )
        end = None if isinstance(where, int) else getattr(where, "end_col_offset", None)
        end = place + 1 if end is None else end - len(_OPENING)
        error.span = (min(place, len(self.text)), min(max(end, place + 1), len(self.text)))
        error.problem = problem
        return error
