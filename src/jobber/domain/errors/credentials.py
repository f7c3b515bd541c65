"""Errors of passwords, stored logins and credential helpers."""

from __future__ import annotations

from jobber.domain.errors.base import JobberError


class CredentialsUnusable(JobberError):
    """Credentials that exist for a registry but can't be used."""

    is_stored = False
    """True for a login that Docker or Podman stored. Their clients continue anonymously if it can't be used."""

    def __init__(self, registry: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"credentials for {registry}: {why}", hint=hint)
        self.registry = registry
        self.why = why


class PasswordFileUnreadable(CredentialsUnusable):
    """A password file that does not exist or can't be read."""

    def __init__(self, registry: str, *, path: str, why: str) -> None:
        super().__init__(
            registry,
            why=f"the password file {path} can't be read: {why}",
            hint="put the password into that file, or correct `password-file` in jobber-config.yml",
        )
        self.path = path


class PasswordEmpty(CredentialsUnusable):
    """An empty or missing password."""

    def __init__(self, registry: str, *, origin: str) -> None:
        super().__init__(registry, why=f"the password is empty ({origin})", hint="set a password, or remove the entry")
        self.origin = origin


class StoredLoginsUnreadable(CredentialsUnusable):
    """A login file of Docker or Podman that is not valid."""

    is_stored = True

    def __init__(self, registry: str, *, path: str, why: str) -> None:
        super().__init__(
            registry,
            why=f"the logins in {path} can't be read: {why}",
            hint="correct that file, or log in again with `docker login` or `podman login`",
        )
        self.path = path


class CredentialHelperFailed(CredentialsUnusable):
    """A credential helper that returned no credentials."""

    is_stored = True

    def __init__(self, registry: str, *, helper: str, why: str, hint: str | None = None) -> None:
        super().__init__(
            registry,
            why=f"the credential helper {helper} {why}",
            hint=hint or f"log in again, or check the output of `echo {registry} | {helper} get`",
        )
        self.helper = helper


class CredentialHelperMissing(CredentialHelperFailed):
    """A credential helper that is not on the PATH."""

    def __init__(self, registry: str, *, helper: str, path: str) -> None:
        super().__init__(
            registry, helper=helper, why=f"is not on the PATH (named by {path})", hint=f"install it, or correct {path}"
        )


class CredentialHelperSilent(CredentialHelperFailed):
    """A credential helper that did not exit within its time limit."""

    def __init__(self, registry: str, *, helper: str, seconds: float) -> None:
        super().__init__(registry, helper=helper, why=f"did not respond within {seconds:g} s")
