"""Pipelines: a file of jobs, the graph of their cells, and the decision which of them are stale.

This package is pure. `jobber.adapters.configuration` reads files into trees of nodes, and
`jobber.domain.use_cases.pipelines` reads the engine and runs jobs.
"""
