"""The output of pipelines: the progress of their jobs, and tables of them."""
