"""Images in registries, read with the registries' HTTP API, without pulling them to an engine."""

from jobber.adapters.registry_api.images import RegistryApi

__all__ = ["RegistryApi"]
