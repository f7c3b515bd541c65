"""The Python API of jobber: run jobs, build images and inspect them from scripts and notebooks.

Import the public names from `jobber` itself (`jobber.run`, `jobber.build`, …), which loads this package on first use.
"""

from jobber.api.building import build
from jobber.api.files import ImageFiles
from jobber.api.images import Image, image
from jobber.api.inputs import Input
from jobber.api.pipelines import Pipeline, PipelineFailed, pipeline
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
    "Pipeline",
    "PipelineFailed",
    "Result",
    "ResultDiffers",
    "build",
    "image",
    "pipeline",
    "push",
    "rerun",
    "run",
]
