"""The least change of a row that changes the answer: columns, the question, the search, the end."""

from axone.explanation.counterfactual.finding import Change, Counterfactual, counterfactual

__all__ = ["Change", "Counterfactual", "counterfactual"]
