"""Read Dockerfiles as far as needed without building them.

The rules are those of the parser of BuildKit and Moby (Dockerfile reference, "Format", "Parser directives" and
"Environment replacement"), which Podman's builder shares.
"""

from jobber.domain.images.dockerfile.bases import base_references

__all__ = ["base_references"]
