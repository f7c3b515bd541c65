"""The report of `jobber doctor`: what was found, and what follows from it."""
