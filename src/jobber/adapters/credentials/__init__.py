"""Who we are to which registry, as this machine knows it: jobber's own entries, and what was logged in already."""

from jobber.adapters.credentials.keyring import MachineKeyring

__all__ = ["MachineKeyring"]
