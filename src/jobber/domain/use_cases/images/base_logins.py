"""Credentials for the base images of a build, looked up only if a registry will be contacted.

A credential helper takes a quarter of a second, may query a cloud or the user, and may be missing. None of this is
needed for images that the engine already has.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from jobber.domain.errors import BaseUnauthorized, CredentialsUnusable, ImageNotFound
from jobber.domain.images.credentials import host_of
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports import ImageStore, Keyring

T = TypeVar("T")


@frozen
class BaseLogins:
    """The lookup of credentials for the base images of a build."""

    keyring: Keyring
    images: ImageStore

    def build(self, request: BuildRequest, carry_out: Callable[[BuildRequest], T]) -> T:
        """Run a build with the credentials that it needs, and once more if it turns out to need others.

        A build may need others if the engine has a base image and the builder contacts the registry nevertheless.
        Reasons are another platform, or a builder that does not run in the engine. An unusable stored login is an error
        only if a registry requires one or `--pull` contacts it. Raises `CredentialsUnusable` and the errors of
        `carry_out`.
        """
        bases = {host_of(base): base for base in request.bases if base.is_remote}
        lacking = {host_of(base) for base in request.bases if base.is_remote and self._lacks(base, request)}
        known, unusable = self._ask(base for host, base in bases.items() if host in lacking)
        if unusable and (request.pull or not unusable[0].is_stored):
            raise unusable[0]
        try:
            return carry_out(replace(request, credentials=known))
        except BaseUnauthorized as error:
            if unusable:
                raise unusable[0] from None
            others, unusable = self._ask(base for host, base in bases.items() if host not in lacking)
            if unusable:
                raise unusable[0] from None
            if not any(others.values()):
                error.hint = _remedy(known or bases)
                raise
        return carry_out(replace(request, credentials={**known, **others}))

    def _lacks(self, base: ImageReference, request: BuildRequest) -> bool:
        """Return whether the build will probably contact a registry for a base image."""
        if request.pull:
            return True
        try:
            self.images.inspect(base)
        except ImageNotFound:
            return True
        return False

    def _ask(self, bases: Iterable[ImageReference]) -> tuple[dict[str, Credentials | None], list[CredentialsUnusable]]:
        """Return credentials by host (None if unusable), and the errors, those of configured entries first."""
        known: dict[str, Credentials | None] = {}
        unusable: list[CredentialsUnusable] = []
        for base in bases:
            try:
                credentials = self.keyring.credentials_for(base)
            except CredentialsUnusable as error:
                unusable.append(error)
                known[host_of(base)] = None
                continue
            if credentials is not None:
                known[host_of(base)] = credentials
        return known, sorted(unusable, key=lambda error: error.is_stored)


def _remedy(hosts: Mapping[str, object]) -> str | None:
    """Return a hint for registries that refuse credentials."""
    commands = [f"`docker login {host}`" for host in hosts]
    if not commands:
        return None
    return f"{' or '.join(commands)}, or correct the entry in `credentials`: the registry requires valid credentials"
