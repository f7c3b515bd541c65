"""Every condition that ends a command, one class each.

An error carries facts as fields; `what` and `hint` are put together here and rendered in one place (the CLI).
`exit_status` is the status of `jobber run`; the other commands end with 1, or with 2 for a `UsageError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class JobberError(Exception):
    """Something that stops a command, told in one sentence and one hint."""

    exit_status = 125

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class UsageError(JobberError):
    """The command line, or a value in it, can't be understood."""


class InvalidReference(UsageError):
    """A text that is no image reference."""

    def __init__(self, text: str, *, why: str) -> None:
        super().__init__(
            f"not an image reference: {text!r}: {why}",
            hint="references look like [registry[:port]/][namespace/]name[:tag][@digest], in lower case",
        )
        self.text = text


class InvalidInput(UsageError):
    """An in-spec that can't be understood, or that clashes with another mount."""

    def __init__(self, specification: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(
            f"input {specification!r}: {why}",
            hint=hint or "inputs look like IMAGE[,src=/DIR][,dest=/DIR]",
        )
        self.specification = specification


class InputsCollide(InvalidInput):
    """Two inputs that are mounted at one place, or one inside the other; `specification` is the later one's."""

    def __init__(self, specification: str, *, what: str, hint: str) -> None:
        UsageError.__init__(self, what, hint=hint)
        self.specification = specification


class InvalidOption(UsageError):
    """A `docker run` option in Xdocker that is unknown, malformed, or jobber's own business."""

    def __init__(self, option: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"Xdocker option {option}: {why}", hint=hint)
        self.option = option


class AnswerNeeded(UsageError):
    """A question, and nobody at a terminal to answer it."""

    def __init__(self, question: str) -> None:
        super().__init__(
            f"{question} There is no terminal to ask at", hint="--yes does it without asking, --dry-run only tells"
        )
        self.question = question


class ConfigurationUnreadable(JobberError):
    """A configuration file that is there and can't be read."""

    def __init__(self, path: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"{path} can't be read: {why}", hint=hint)
        self.path = path
        self.why = why


class ConfigurationInvalid(UsageError):
    """A place in a configuration file, or an environment variable, whose value can't be understood."""

    def __init__(self, place: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"{place}: {why}", hint=hint)
        self.place = place
        """`FILE:LINE`, or the variable's name."""
        self.why = why


class UnknownSetting(ConfigurationInvalid):
    """A key that is no setting."""

    def __init__(self, place: str, *, name: str, hint: str | None) -> None:
        super().__init__(place, why=f"unknown setting {name!r}", hint=hint)
        self.name = name


class SettingInvalid(ConfigurationInvalid):
    """A setting whose value has the wrong type, or is none that it can have."""

    def __init__(self, place: str, *, name: str, why: str, hint: str | None = None) -> None:
        super().__init__(place, why=f"{name}{'' if why.startswith(':') else ' '}{why}", hint=hint)
        self.name = name


class UnknownConfiguration(ConfigurationInvalid):
    """A name, given by `-c` or in a list of names, that no file defines."""

    def __init__(self, place: str, *, name: str, chain: Sequence[str], hint: str | None) -> None:
        through = f" ({_arrows(chain)})" if len(chain) > 1 else ""
        super().__init__(place, why=f"unknown configuration {name!r}{through}", hint=hint)
        self.name = name
        self.chain = tuple(chain)


class ConfigurationCycle(ConfigurationInvalid):
    """Lists of names that lead back to themselves."""

    def __init__(self, place: str, *, chain: Sequence[str]) -> None:
        super().__init__(
            place,
            why=f"configurations go in a circle: {_arrows(chain)}",
            hint="take one of these names out of its list",
        )
        self.chain = tuple(chain)


class OptionUnsupported(JobberError):
    """An option that this engine has no counterpart for, found before anything is created."""

    def __init__(self, option: str, *, engine: str, why: str | None = None) -> None:
        super().__init__(f"{option} can't be had on {engine}{f': {why}' if why else ''}")
        self.option = option
        self.engine = engine


class EngineUnavailable(JobberError):
    """No engine answers."""

    def __init__(self, tried: Sequence[tuple[str, str]], *, hint: str | None = None) -> None:
        lines = "".join(f"\n  {where}: {why}" for where, why in tried)
        super().__init__(f"no container engine answers; tried:{lines}", hint=hint)
        self.tried = tuple(tried)


class EngineLost(JobberError):
    """The connection to the engine broke in the middle of a call."""

    def __init__(self, call: str, *, why: str) -> None:
        super().__init__(f"the connection to the engine was lost during {call}: {why}")
        self.call = call
        self.why = why


class EngineFailed(JobberError):
    """The engine answered a call with an error that has no class of its own."""

    def __init__(self, call: str, *, why: str, status: int | None = None) -> None:
        super().__init__(f"the engine could not {call}: {why}")
        self.call = call
        self.why = why
        self.status = status

    @property
    def is_conflict(self) -> bool:
        """Whether something else stands in the way, that needs what the call was about."""
        return self.status == 409


class InputGone(EngineFailed):
    """The shared copy of an input, removed after it was found and before a container had it."""

    def __init__(self, volume: str) -> None:
        super().__init__("mount an input", why=f"volume {volume} was removed meanwhile; run it again")
        self.volume = volume


class ImageNotFound(JobberError):
    """The engine has no such image."""

    def __init__(self, name: str, *, hint: str | None = None) -> None:
        super().__init__(f"there is no image {name}", hint=hint)
        self.name = name


class AmbiguousName(JobberError):
    """A beginning of several ids."""

    def __init__(self, name: str, *, ids: Sequence[str]) -> None:
        shown = ", ".join(id_.removeprefix("sha256:")[:12] for id_ in ids[:3])
        more = ", …" if len(ids) > 3 else ""
        super().__init__(f"{len(ids)} images begin with {name}: {shown}{more}", hint="give more of the id")
        self.name = name
        self.ids = tuple(ids)


class RegistryFailed(JobberError):
    """A registry that could not be asked about an image."""

    def __init__(self, reference: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"can't read {reference} from its registry: {why}", hint=hint)
        self.reference = reference
        self.why = why


class SortKeyUnknown(UsageError):
    """Something to sort by that no result has."""

    def __init__(self, key: str, *, known: Sequence[str]) -> None:
        shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
        super().__init__(f"no result has a number {key!r} to be sorted by", hint=f"there is {shown}")
        self.key = key
        self.known = tuple(known)


class SourceNotFound(JobberError):
    """An input image that has no such directory."""

    def __init__(self, image: str, *, source: str) -> None:
        super().__init__(
            f"input image {image} has no directory {source}",
            hint=f"name the directory that holds its data: {image},src=/DIR",
        )
        self.image = image
        self.source = source


class PathNotFound(JobberError):
    """An image that has neither a file nor a directory there."""

    def __init__(self, image: str, *, path: str) -> None:
        super().__init__(f"image {image} has no {path}")
        self.image = image
        self.path = path


class NeitherHasPath(PathNotFound):
    """A path to be compared that none of two images has."""

    def __init__(self, a: str, b: str, *, path: str) -> None:
        super().__init__(a, path=path)
        self.what = f"neither {a} nor {b} has {path}"
        self.other = b


class NotAFile(PathNotFound):
    """A path where there is something, and no file."""

    def __init__(self, image: str, *, path: str) -> None:
        super().__init__(image, path=path)
        self.what = f"{path} of {image} is no file"


class NotWritten(JobberError):
    """A file or a directory of this machine that could not be made."""

    def __init__(self, place: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"can't copy to {place}: {why}", hint=hint)
        self.place = place
        self.why = why


class MetricsUnusable(JobberError):
    """A `metrics.json` that is no JSON object of numbers."""

    def __init__(self, why: str, *, of: str = "the metrics") -> None:
        super().__init__(f"{of} can't be used: {why}")
        self.why = why


class ContainerNotFound(JobberError):
    """The engine has no such container (any more)."""

    def __init__(self, container: str) -> None:
        super().__init__(f"there is no container {container}")
        self.container = container


class NameTaken(JobberError):
    """Another container has the name already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"another container is named {name}",
            hint="choose another --name, or remove that container",
        )
        self.name = name


class TagTaken(JobberError):
    """A tag that never moves stands on another image already."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is another image's tag already")
        self.reference = reference


class RunNotFound(JobberError):
    """No unfinished run is meant by a text, or several are."""

    def __init__(self, text: str, *, why: str = "there is no unfinished run", is_ambiguous: bool = False) -> None:
        super().__init__(f"{why} {text}", hint="`jobber ps` lists the runs that are not finished")
        self.text = text
        self.is_ambiguous = is_ambiguous


class NotAResult(JobberError):
    """An image that no run has made, where the record of a run is needed."""

    def __init__(self, name: str, *, is_built: bool = False) -> None:
        why = "it was built, from a result perhaps" if is_built else "it carries no run record"
        super().__init__(f"{name} is no result of a run: {why}", hint="`jobber ls` lists the results that are there")
        self.name = name
        self.is_built = is_built


class RunNotRepeatable(JobberError):
    """A record that does not hold, and does not lead to, all that its run needs."""

    def __init__(self, run: str, *, missing: Sequence[str]) -> None:
        lines = "".join(f"\n  {text}" for text in missing)
        super().__init__(
            f"run {run} can't be made again; what is missing:{lines}",
            hint="set such variables, load or pull such images; --in gives other inputs, -Xd other options",
        )
        self.run = run
        self.missing = tuple(missing)


class RunTaken(JobberError):
    """Another jobber is finishing the run, or may be."""

    def __init__(self, run: str, *, owner: str) -> None:
        host, _, rest = owner.partition("/")
        process = rest.split("/")[1] if rest.count("/") > 1 else "?"
        super().__init__(f"run {run} is being finished by process {process} on {host or 'another machine'}")
        self.run = run
        self.owner = owner


class CodeImageGone(JobberError):
    """A run that can't be finished, for somebody has removed its code image by force."""

    def __init__(self, run: str, *, image: str, id_: str, container: str) -> None:
        super().__init__(
            f"run {run} can't be finished: its code image {image} ({id_.removeprefix('sha256:')[:12]}) was removed",
            hint=f"bring the image back; or copy out of container {container[:12]} what you need, and remove that",
        )
        self.run = run
        self.image = image


class ClaimLost(JobberError):
    """We were silent for so long that another jobber has taken the run over."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} was taken over by another jobber, for this one was silent too long")
        self.run = run


class LogUnreadable(JobberError):
    """The engine keeps no log of the job that could be read."""

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the job's output can't be read from the engine: {why}")
        self.why = why


class JobNotStarted(JobberError):
    """The engine could not start the job: status 126 (not executable), 127 (not found), else 125."""

    def __init__(self, *, why: str, exit_status: int) -> None:
        super().__init__(f"the job could not be started: {why}")
        self.why = why
        self.exit_status = exit_status


class LogLost(JobberError):
    """The job's output could not be kept here; the engine still has it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the job's output could not be kept: {why}")
        self.why = why


class BuildFailed(JobberError):
    """The engine's builder gave up; `log` is the whole output of the failing step."""

    def __init__(self, *, why: str, log: bytes = b"", step: str | None = None) -> None:
        super().__init__(f"the build failed{f' at {step}' if step else ''}: {why}")
        self.why = why
        self.log = log
        self.step = step


class PullRefused(JobberError):
    """The registry, or the way to it, refused a pull."""

    def __init__(self, reference: str, *, why: str, remedy: str | None = None) -> None:
        offline = "--pull missing uses the local image if there is one, --pull never never asks the registry"
        super().__init__(f"{reference} could not be pulled: {why}", hint=f"{remedy}; {offline}" if remedy else offline)
        self.reference = reference
        self.why = why


class PullUnauthorized(PullRefused):
    """The registry wants to know who pulls, or doesn't take the credentials."""


class PullLoginExpired(PullUnauthorized):
    """The registry takes the token that pulls no more."""


class PushRefused(JobberError):
    """The registry, or the way to it, refused a push; the image is there with its tags."""

    def __init__(self, reference: str, *, why: str, remedy: str | None = None) -> None:
        repeat = f"the image is there: push it with `jobber push {reference}`, or pass --no-push"
        super().__init__(f"{reference} could not be pushed: {why}", hint=f"{remedy}; {repeat}" if remedy else repeat)
        self.remedy = remedy
        self.reference = reference
        self.why = why


class PushedImageMissing(PushRefused):
    """An image to push that the engine doesn't have."""

    def __init__(self, reference: str, *, why: str) -> None:
        super().__init__(reference, why=why)
        self.remedy = self.hint = "build it first, or look for its name and tag in what `docker images` lists"


class PushUnauthorized(PushRefused):
    """The registry wants to know who pushes, or doesn't take the credentials."""


class PushLoginExpired(PushUnauthorized):
    """The registry takes the token that pushes no more."""


class CredentialsUnusable(JobberError):
    """Credentials that are there for a registry, and can't be used."""

    def __init__(self, registry: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"credentials for {registry}: {why}", hint=hint)
        self.registry = registry
        self.why = why


class PasswordFileUnreadable(CredentialsUnusable):
    """A password file that is not there, or can't be read."""

    def __init__(self, registry: str, *, path: str, why: str) -> None:
        super().__init__(
            registry,
            why=f"the password file {path} can't be read: {why}",
            hint="put the password into that file, or correct `password-file` in jobber-config.yml",
        )
        self.path = path


class PasswordEmpty(CredentialsUnusable):
    """A password without a character, or none at all."""

    def __init__(self, registry: str, *, origin: str) -> None:
        super().__init__(registry, why=f"the password is empty ({origin})", hint="give it one, or leave the entry out")
        self.origin = origin


class StoredLoginsUnreadable(CredentialsUnusable):
    """A file with the logins of Docker or Podman that is no such file."""

    def __init__(self, registry: str, *, path: str, why: str) -> None:
        super().__init__(
            registry,
            why=f"the logins in {path} can't be read: {why}",
            hint="correct that file, or log in anew with `docker login` or `podman login`",
        )
        self.path = path


class CredentialHelperFailed(CredentialsUnusable):
    """A credential helper that gives no credentials."""

    def __init__(self, registry: str, *, helper: str, why: str, hint: str | None = None) -> None:
        super().__init__(
            registry,
            why=f"the credential helper {helper} {why}",
            hint=hint or f"log in anew, or see what `echo {registry} | {helper} get` says",
        )
        self.helper = helper


class CredentialHelperMissing(CredentialHelperFailed):
    """A credential helper that is nowhere on the PATH."""

    def __init__(self, registry: str, *, helper: str, path: str) -> None:
        super().__init__(
            registry, helper=helper, why=f"is not on the PATH (named by {path})", hint=f"install it, or correct {path}"
        )


class CredentialHelperSilent(CredentialHelperFailed):
    """A credential helper that does not end."""

    def __init__(self, registry: str, *, helper: str, seconds: float) -> None:
        super().__init__(registry, helper=helper, why=f"gave no answer in {seconds:g} s")


class Interrupted(JobberError):
    """The user, or the system, asked to stop before there was anything to finish."""

    exit_status = 130

    def __init__(self, signal: str) -> None:
        super().__init__(f"interrupted ({signal})")
        self.signal = signal


def _arrows(names: Sequence[str]) -> str:
    """A chain of names; the middle of a long one is left out."""
    most = 8
    shown = names if len(names) <= most else (*names[: most // 2], "…", *names[-most // 2 :])
    return " → ".join(shown)
