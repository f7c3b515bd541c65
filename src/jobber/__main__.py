"""`python -m jobber`."""

from jobber.cli.main import main

main()
