"""A formula as text: what `axone.formula.parse` reads back into the same tree."""

from axone.formula.expression import Constant, Expression, Number, Operation, Variable, Where

_SUM, _PRODUCT, _NEGATION, _POWER, _ATOM = range(1, 6)
"""How tightly the parts of a text hold together, as in Python."""

_STRENGTH = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


def to_text(expression: Expression) -> str:
    """Write an expression, with no more brackets than it needs.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    str
        Which `parse` reads back into the same tree.

    Examples
    --------
    >>> from axone.formula import derivative, parse, to_text
    >>> to_text(derivative(parse("tanh(2*z)").expression))
    '2 * (1 - tanh(2 * z)**2)'
    """
    return _written(expression)[0]


def _written(expression: Expression) -> tuple[str, int]:
    """Write an expression, and say how tightly its text holds together."""
    match expression:
        case Number(value):
            # Whole numbers without their point, which all of them have below 10¹⁵.
            whole = value.is_integer() and abs(value) < 1e15
            return str(int(value)) if whole else repr(value), _NEGATION if value < 0 else _ATOM
        case Variable():
            return "z", _ATOM
        case Constant(name):
            return name, _ATOM
        case Where(comparison, left, right, then, otherwise):
            condition = f"{to_text(left)} {comparison} {to_text(right)}"
            return f"where({condition}, {to_text(then)}, {to_text(otherwise)})", _ATOM
        case Operation("*", (Number(-1.0), factor)) if not isinstance(factor, Number):
            return f"-{_within(factor, _NEGATION)}", _NEGATION
        case Operation("**", (base, exponent)):
            return f"{_within(base, _ATOM)}**{to_text(exponent)}", _POWER
        case Operation(sign, (left, right)) if sign in _STRENGTH:
            strength = _STRENGTH[sign]
            return f"{_within(left, strength)} {sign} {_within(right, strength + 1)}", strength
        case Operation(name, arguments):
            return f"{name}({', '.join(map(to_text, arguments))})", _ATOM


def _within(expression: Expression, strength: int) -> str:
    text, own = _written(expression)
    return text if own >= strength else f"({text})"
