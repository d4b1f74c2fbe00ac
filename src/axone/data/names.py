"""What datasets are called: one spelling for each, and other names under which files know them.

A file that is nowhere stands for the dataset of its name, so that a parameter file of a course or a
tutorial runs as it is, whatever its author called the archive.
"""

ALIASES = {
    "bike_sharing_hourly": "bike_sharing_hour",
    "breast_cancer_wisconsin": "breast_cancer",
    "california": "california_housing",
    "cifar10": "cifar_10",
    "covertype": "covtype",
    "credit_card": "creditcard",
    "credit_card_fraud": "creditcard",
    "forest_covertypes": "covtype",
    "weather": "weather_nyc",
    "weather_data_cleaned": "weather_nyc",
}
"""Other names of datasets, as course files and libraries have them."""

OWN_TARGETS = {
    "breast_cancer": "diagnosis",
    "cifar_10": "object",
    "covtype": "cover_type",
    "creditcard": "fraud",
    "digits": "digit",
    "fashion_mnist": "garment",
    "iris": "species",
    "mnist": "digit",
    "wine": "cultivar",
}
"""What the classes of a dataset of arrays are called, whose archive has no name for them."""


def spelled(name: str) -> str:
    """Write a name as the tables of datasets have it: lower case, words joined by underscores.

    Examples
    --------
    >>> spelled(" Breast-Cancer ")
    'breast_cancer'
    """
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def canonical(name: str) -> str:
    """Return the name under which a dataset stands in the tables.

    Examples
    --------
    >>> canonical("weather_data_cleaned")
    'weather_nyc'
    """
    word = spelled(name)
    return ALIASES.get(word, word)
