"""The entry point of `python -m jobber`."""

from jobber.cli.main import main

main()
