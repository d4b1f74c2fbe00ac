"""scikit-learn's interface: estimators that fit, predict and score as its own do."""

from axone.estimators.tabular import TabularClassifier, TabularRegressor

__all__ = ["TabularClassifier", "TabularRegressor"]
