"""Read Dockerfiles, as far as is needed without building them.

The rules are those of BuildKit's and Moby's parser (Dockerfile reference, "Format", "Parser directives" and
"Environment replacement"), which Podman's builder shares.
"""

from jobber.domain.images.dockerfile.bases import base_references

__all__ = ["base_references"]
