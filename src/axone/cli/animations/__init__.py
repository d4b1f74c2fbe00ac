"""The kinds of `axone animate`, a module each."""
