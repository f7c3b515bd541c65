"""Credentials for the base images of a build: asked for where a registry will be asked, and no earlier.

A credential helper takes a quarter of a second, may ask a cloud or the user, and may be missing. What the engine has
already needs none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from jobber.domain.errors import BaseUnauthorized, CredentialsUnusable, ImageNotFound
from jobber.domain.images.credentials import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports import ImageStore, Keyring

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BaseLogins:
    """The way from the base images of a build to the credentials for their registries."""

    keyring: Keyring
    images: ImageStore

    def build(self, request: BuildRequest, carry_out: Callable[[BuildRequest], T]) -> T:
        """Carry a build out with the credentials that it needs, once more where it needs others than was thought.

        That is so where the engine has a base and its builder asks the registry all the same: for another platform,
        or because the builder does not run in the engine. A stored login that can't be used matters only where a
        registry wants one, or is asked by `--pull`. Raises `CredentialsUnusable`, and as `carry_out` does.
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
        """Whether a registry will be asked for a base image, as far as can be told."""
        if request.pull:
            return True
        try:
            self.images.inspect(base)
        except ImageNotFound:
            return True
        return False

    def _ask(self, bases: Iterable[ImageReference]) -> tuple[dict[str, Credentials | None], list[CredentialsUnusable]]:
        """Return the credentials by host, with None where they can't be used, and why; own entries first."""
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
    """Return what to do about registries that refuse."""
    told = [f"`docker login {host}`" for host in hosts]
    if not told:
        return None
    return f"{' or '.join(told)}, or correct the entry in `credentials`: the registry wants other credentials, or some"
