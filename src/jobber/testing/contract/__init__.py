"""The engine contract: the required behaviour of every engine adapter, as test classes to inherit from.

Subclass `EngineContract` with a fixture `world`, and pytest runs the whole contract against your engine.
"""

from jobber.testing.contract.base import build_base
from jobber.testing.contract.build import BuildContract
from jobber.testing.contract.build_cache import BuildCacheContract
from jobber.testing.contract.build_context import BuildContextContract
from jobber.testing.contract.build_keys import BuildKeyContract
from jobber.testing.contract.commit import CommitContract
from jobber.testing.contract.configuration import ConfigurationContract
from jobber.testing.contract.containers import ContainerContract
from jobber.testing.contract.creation import CreationContract
from jobber.testing.contract.facts import FactsContract
from jobber.testing.contract.file_trees import FileTreeContract
from jobber.testing.contract.images import ImageContract
from jobber.testing.contract.inputs import InputContract
from jobber.testing.contract.lifecycle import LifecycleContract
from jobber.testing.contract.registry import RegistryContract
from jobber.testing.contract.remote_images import RemoteImagesContract
from jobber.testing.contract.runs import RunContract
from jobber.testing.contract.world import JOB_SCRIPT, GuardedRegistry, World, job_program

__all__ = ["JOB_SCRIPT", "EngineContract", "GuardedRegistry", "World", "build_base", "job_program"]


class EngineContract(
    ImageContract,
    ContainerContract,
    CreationContract,
    CommitContract,
    ConfigurationContract,
    InputContract,
    BuildContract,
    BuildCacheContract,
    BuildContextContract,
    RegistryContract,
    RemoteImagesContract,
    LifecycleContract,
    RunContract,
    FactsContract,
    FileTreeContract,
    BuildKeyContract,
):
    """The complete engine contract."""
