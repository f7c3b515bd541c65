"""Planning and running pipelines."""
