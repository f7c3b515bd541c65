"""The local machine: clock, console, signals."""
