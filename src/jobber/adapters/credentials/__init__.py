"""Registry credentials of the local machine: jobber's own entries and the stored logins."""

from jobber.adapters.credentials.keyring import MachineKeyring

__all__ = ["MachineKeyring"]
