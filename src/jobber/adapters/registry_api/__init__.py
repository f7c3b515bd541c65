"""What registries tell by their own HTTP API, of images that no engine here has pulled."""

from jobber.adapters.registry_api.images import RegistryApi

__all__ = ["RegistryApi"]
