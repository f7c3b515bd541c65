"""jobber: build and run machine-learning jobs in containers, and keep every run as an image.

`import jobber` loads no other module. Each public name is loaded when it is first used.
"""

from __future__ import annotations

from jobber._version import __version__

TYPE_CHECKING = False  # `typing` would be half of the CPU time of `jobber --version`

if TYPE_CHECKING:
    from jobber.api import (
        Image,
        ImageFiles,
        Input,
        JobFailed,
        NoResultImage,
        Pipeline,
        PipelineFailed,
        Result,
        ResultDiffers,
        build,
        image,
        pipeline,
        push,
        rerun,
        run,
    )
    from jobber.domain.errors import (
        BuildFailed,
        EngineFailed,
        EngineLost,
        EngineUnavailable,
        ImageNotFound,
        InvalidInput,
        InvalidOption,
        InvalidReference,
        JobberError,
        JobNotStarted,
        NotAResult,
        OptionUnsupported,
        PathNotFound,
        PullRefused,
        PushRefused,
        RunNotRepeatable,
        SourceNotFound,
        UsageError,
    )

__all__ = [
    "BuildFailed",
    "EngineFailed",
    "EngineLost",
    "EngineUnavailable",
    "Image",
    "ImageFiles",
    "ImageNotFound",
    "Input",
    "InvalidInput",
    "InvalidOption",
    "InvalidReference",
    "JobFailed",
    "JobNotStarted",
    "JobberError",
    "NoResultImage",
    "NotAResult",
    "OptionUnsupported",
    "PathNotFound",
    "Pipeline",
    "PipelineFailed",
    "PullRefused",
    "PushRefused",
    "Result",
    "ResultDiffers",
    "RunNotRepeatable",
    "SourceNotFound",
    "UsageError",
    "__version__",
    "build",
    "image",
    "pipeline",
    "push",
    "rerun",
    "run",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from jobber import api
    from jobber.domain import errors

    value: object = getattr(api, name, None) or getattr(errors, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
