"""Health checks of images in the form of engines and registries (OCI image configuration, Docker's `Healthcheck`)."""

from __future__ import annotations

from typing import Any

from jobber.domain.images.image import ImageHealthCheck


def health_check_of(facts: dict[str, Any] | None) -> ImageHealthCheck | None:
    """Return the health check of an image's configuration; None if it does not define one."""
    if not facts or not facts.get("Test"):
        return None
    return ImageHealthCheck(
        test=tuple(facts["Test"]),
        interval=facts.get("Interval") or 0,
        timeout=facts.get("Timeout") or 0,
        start_period=facts.get("StartPeriod") or 0,
        start_interval=facts.get("StartInterval") or 0,
        retries=facts.get("Retries") or 0,
    )
