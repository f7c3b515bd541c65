"""The Python interface of jobber: runs, builds and looks at images, for scripts and notebooks.

All of it is to be had from `jobber` itself (`jobber.run`, `jobber.build`, …), which loads it when it is first used.
"""

from jobber.api.building import build
from jobber.api.files import ImageFiles
from jobber.api.images import Image, image
from jobber.api.inputs import Input
from jobber.api.pushing import push
from jobber.api.rerunning import rerun
from jobber.api.result import JobFailed, NoResultImage, Result, ResultDiffers
from jobber.api.running import run

__all__ = [
    "Image",
    "ImageFiles",
    "Input",
    "JobFailed",
    "NoResultImage",
    "Result",
    "ResultDiffers",
    "build",
    "image",
    "push",
    "rerun",
    "run",
]
