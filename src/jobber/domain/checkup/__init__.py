"""The report of `jobber doctor`: findings, and the conclusions from them."""
