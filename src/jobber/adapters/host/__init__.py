"""The machine that jobber runs on: clock, console, signals."""
