"""The version of Axone: what `axone.__version__`, the command line and result folders tell."""

VERSION = "0.1.0"
