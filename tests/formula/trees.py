"""Formulas by chance, and what PyTorch makes of the same trees, by another hand."""

from hypothesis import strategies as st

from axone.formula import Constant, Number, Operation, Variable, Where

NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, 1e-3, 3.0]),
    st.floats(-3, 3).map(lambda x: x + 0.0),
).map(Number)

SMOOTH = ("exp", "tanh", "sigmoid", "softplus", "erf", "sin", "cos", "expm1")
KINKED = ("relu", "abs")
"""Functions of which engines may take another side each, where both are equal but for rounding."""

UNSURE = ("log", "log1p", "sqrt")
"""Functions that have no value everywhere."""


def smooth_trees(names=(), leaves=12):
    """Trees as `parse` makes them, whose slopes change without a jump, with these constants."""
    return trees(names, SMOOTH, leaves, kinks=False, jumps=False)


def trees(names=(), unary=(*SMOOTH, *KINKED), leaves=12, kinks=True, jumps=True):
    """Trees as `parse` makes them, with these learnt constants; `where` may jump."""
    signs = ["+", "-", "*", *(["max", "min"] if kinks else [])]
    leaf = st.one_of(st.just(Variable()), st.just(Variable()), NUMBERS)
    if names:
        leaf = st.one_of(leaf, st.sampled_from(names).map(Constant))

    def grown(inner):
        pairs = st.tuples(inner, inner)
        choices = st.builds(
            Where, st.sampled_from([">", ">=", "<", "<="]), inner, inner, inner, inner
        )
        return st.one_of(
            st.builds(Operation, st.sampled_from(unary), st.tuples(inner)),
            st.builds(Operation, st.sampled_from(signs), pairs),
            st.builds(
                lambda x, y: Operation("/", (x, Operation("+", (Number(1.5), y)))),
                inner,
                inner.map(_size if kinks else _square),
            ),
            st.builds(
                lambda x, n: Operation("**", (x, Number(float(n)))), inner, st.sampled_from([2, 3])
            ),
            *([choices] if jumps else []),
        )

    return st.recursive(leaf, grown, max_leaves=leaves)


def _size(tree):
    return Operation("abs", (tree,))


def _square(tree):
    return Operation("**", (tree, Number(2.0)))


def in_torch(torch, tree, z, constants):
    """Work a tree out in PyTorch."""

    def value(part):
        match part:
            case Number(x):
                return torch.full_like(z, x)
            case Variable():
                return z
            case Constant(name):
                return constants[name].expand_as(z)
            case Where(comparison, left, right, then, otherwise):
                x, y = value(left), value(right)
                holds = {">": x > y, ">=": x >= y, "<": x < y, "<=": x <= y}[comparison]
                return torch.where(holds, value(then), value(otherwise))
            case Operation("*", (x, y)):
                return value(x) * value(y)
            case Operation("+", (x, y)):
                return value(x) + value(y)
            case Operation("-", (x, y)):
                return value(x) - value(y)
            case Operation("/", (x, y)):
                return value(x) / value(y)
            case Operation("**", (x, Number(n))):
                return value(x) ** n
            case Operation("max", (x, y)):
                return torch.maximum(value(x), value(y))
            case Operation("min", (x, y)):
                return torch.minimum(value(x), value(y))
            case Operation("softplus", (x,)):
                return torch.nn.functional.softplus(value(x), threshold=1e6)
            case Operation(name, (x,)):
                return getattr(torch, name)(value(x))

    return value(tree)
