"""`python -m axone` is the command line."""

from axone.cli import main

if __name__ == "__main__":
    main()
