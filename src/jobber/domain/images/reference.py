"""Image references, independent of any engine.

The grammar is that of the distribution project's reference package, as `docker` and `podman` use it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import NewType

from jobber.domain.errors import InvalidReference
from jobber.domain.values import frozen

ImageId = NewType("ImageId", str)
"""The engine's ID of an image, with its algorithm: `sha256:HEX`."""

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_DOMAIN_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_IS_COMPONENT = re.compile(_COMPONENT).fullmatch
_IS_DOMAIN = re.compile(_DOMAIN).fullmatch
_IS_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}").fullmatch
_IS_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}").fullmatch
_IS_ID = re.compile(r"(?:sha256:)?[0-9a-f]{64}").fullmatch
_MAY_BE_ID = re.compile(r"sha256:[0-9a-f]{4,64}|[0-9a-f]{12,64}").fullmatch
_LONGEST_NAME = 255


@frozen
class Registry:
    """A registry host with an optional port, and an optional namespace in that registry."""

    host: str | None
    """The host; None for the engine's default registry (`docker.io`)."""
    namespace: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "/".join((*((self.host,) if self.host else ()), *self.namespace))


@frozen
class ImageReference:
    """A reference `[registry[:port]/][namespace/]name[:tag][@digest]`; absent parts are None or empty."""

    name: str
    registry: str | None = None
    namespace: tuple[str, ...] = ()
    tag: str | None = None
    digest: str | None = None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"

    @property
    def repository(self) -> str:
        """The reference without tag and digest."""
        registry = (self.registry,) if self.registry else ()
        return "/".join((*registry, *self.namespace, self.name))

    @property
    def is_remote(self) -> bool:
        """True if jobber pulls the image before use and pushes it after creation.

        This holds for every reference with a namespace or a registry. `localhost/` without a port is not a registry:
        Podman shows the names of local images in this way.
        """
        return bool(self.namespace) or (self.registry is not None and self.registry != "localhost")

    def tagged(self, tag: str) -> ImageReference:
        """Return a reference to the same repository with this tag and without a digest."""
        return replace(self, tag=tag, digest=None)

    def with_default_tag(self) -> ImageReference:
        """Return the reference with the tag `latest` if it has neither a tag nor a digest."""
        return self if self.tag or self.digest else replace(self, tag="latest")

    def within(self, registry: Registry | None) -> ImageReference:
        """Return the reference in this registry if it has neither a registry nor a namespace."""
        if registry is None or self.registry or self.namespace:
            return self
        return replace(self, registry=registry.host, namespace=registry.namespace)


def parse_reference(text: str, *, default_registry: Registry | None = None) -> ImageReference:
    """Parse a reference. Raises `InvalidReference`."""
    return _parsed(text).within(default_registry)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ImageReference:
    rest, at, digest = text.partition("@")
    if at and not _IS_DIGEST(digest):
        raise InvalidReference(text, why=f"{digest!r} is not a digest")
    head, slash, last = rest.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and not _IS_TAG(tag):
        raise InvalidReference(text, why=f"{tag!r} is not a tag")
    components = [*head.split("/"), last] if slash else [last]
    registry = components.pop(0) if slash and _reads_as_host(components[0]) else None
    if registry is not None and not _IS_DOMAIN(registry):
        raise InvalidReference(text, why=f"{registry!r} is not a registry")
    _check_components(text, components)
    return ImageReference(
        name=components[-1],
        registry=registry,
        namespace=tuple(components[:-1]),
        tag=tag or None,
        digest=digest or None,
    )


def reference_in(text: str) -> ImageReference | None:
    """Parse a reference; return None if `text` is not one."""
    try:
        return parse_reference(text)
    except InvalidReference:
        return None


def repository_of(text: str) -> str:
    """Return the repository of a reference without parsing it in full, because there may be thousands of references."""
    name = text.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def parse_registry(text: str) -> Registry:
    """Parse a default registry with or without a namespace, such as `gcr.io/myproject`. Raises `InvalidReference`."""
    parts = text.rstrip("/").split("/")
    host = parts.pop(0) if _reads_as_host(parts[0]) else None
    if host is not None and not _IS_DOMAIN(host):
        raise InvalidReference(text, why=f"{host!r} is not a registry")
    if host is None or parts:
        _check_components(text, parts)
    return Registry(host, tuple(parts))


def parse_image_id(text: str) -> ImageId | None:
    """Return the image ID if `text` is a full one (64 hexadecimal digits, with or without `sha256:`), else None."""
    return ImageId("sha256:" + text.removeprefix("sha256:")) if _IS_ID(text) else None


def is_image_name(text: str) -> bool:
    """Return whether `text` is a valid image name without registry, namespace and tag."""
    return _IS_COMPONENT(text) is not None


def reads_as_id(text: str) -> bool:
    """Return whether `text` may be a full or abbreviated ID as engines print them (12 digits or more)."""
    return _MAY_BE_ID(text) is not None


def _reads_as_host(component: str) -> bool:
    return "." in component or ":" in component or component == "localhost" or component != component.lower()


def _check_components(text: str, components: list[str]) -> None:
    for component in components:
        if _IS_COMPONENT(component):
            continue
        if not component:
            raise InvalidReference(text, why="a part of the name is empty")
        if component != component.lower():
            raise InvalidReference(text, why=f"{component!r} has capital letters")
        raise InvalidReference(text, why=f"{component!r} is not a valid name")
    if len("/".join(components)) > _LONGEST_NAME:
        raise InvalidReference(text, why=f"the name is longer than {_LONGEST_NAME} characters")
