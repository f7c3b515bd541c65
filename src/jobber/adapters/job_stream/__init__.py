"""The streams of one job: output, input, exit and log."""
