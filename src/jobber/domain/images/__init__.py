"""Images, references, Dockerfiles and credentials."""
