"""The streams of one job: output, input, end and log."""
