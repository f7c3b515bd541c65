"""Input specifications, and the paths at which their images are mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.docker_options.fields import quoted_field, read_quoted
from jobber.domain.errors import InputsCollide, InvalidInput
from jobber.domain.files.paths import lies_within, normal_path
from jobber.domain.runs.label_names import Label
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.image import Image

DEFAULT_DIRECTORY = "/data"
_QUOTING = "put a field that contains a comma in double quotes, including its key: '\"src=/a,b\",dest=/x'"
_KEYS = {"src": "src", "source": "src", "dest": "dest", "local": "dest"}


@frozen
class InputSpecification:
    """One `--in`: an image name, and optionally the directory in the image and the destination in the run."""

    text: str
    image: str
    source: str | None = None
    destination: str = DEFAULT_DIRECTORY

    def source_in(self, image: Image) -> str:
        """Return the directory to mount: the given one, else the image's `jobber.out`, else `/data`."""
        return self.source or normal_path(image.labels.get(Label.OUT) or DEFAULT_DIRECTORY)


def parse_input(text: str) -> InputSpecification:
    """Parse `IMAGE[,src=SRC][,dest=DEST]`; a part with a comma must be in double quotes. Raises `InvalidInput`."""
    image, *settings = _fields(text)
    if not image.strip():
        raise InvalidInput(text, why="no image is named")
    paths: dict[str, str] = {}
    for setting in settings:
        key, path = _parse_setting(text, setting)
        if key in paths:
            raise InvalidInput(text, why=f"{key} is given twice")
        paths[key] = path
    if paths.get("dest") == "/":
        raise InvalidInput(text, why="dest can't be the root of the run")
    return InputSpecification(
        text=text,
        image=image.strip(),
        source=paths.get("src"),
        destination=paths.get("dest", DEFAULT_DIRECTORY),
    )


def format_input(image: str, *, source: str | None = None, destination: str | None = None) -> str:
    """Return the input specification that `parse_input` parses into these values."""
    settings = (("src", source), ("dest", destination))
    fields = (image, *(f"{key}={path}" for key, path in settings if path is not None))
    return ",".join(map(quoted_field, fields))


def check_destinations(inputs: Iterable[InputSpecification], *, taken: Iterable[str] = ()) -> None:
    """Check that no two inputs are mounted at the same path, inside each other or at the path of another mount.

    `taken` contains the destinations of the Xdocker mounts. Raises `InputsCollide`, `InvalidInput`.
    """
    mounts = {normal_path(path) for path in taken}
    seen: list[InputSpecification] = []
    for spec in inputs:
        if spec.destination in mounts:
            raise InvalidInput(
                spec.text,
                why=f"{spec.destination} is used by a mount of Xdocker",
                hint=_place_of_its_own(spec),
            )
        for other in seen:
            _check_apart(other, spec)
        seen.append(spec)


def _fields(text: str) -> list[str]:
    """Split an input specification at its commas.

    Quotation marks inside a part are literal, because paths may contain them.
    """
    fields: list[str] = []
    rest: str | None = text
    while rest is not None:
        if rest.lstrip().startswith('"'):
            try:
                field, rest = read_quoted(rest.lstrip())
            except ValueError:
                raise InvalidInput(text, why="unclosed quotation mark", hint=_QUOTING) from None
        else:
            field, comma, following = rest.partition(",")
            rest = following if comma else None
        fields.append(field)
    return fields


def _parse_setting(text: str, setting: str) -> tuple[str, str]:
    word, equals, path = setting.partition("=")
    key = _KEYS.get(word.strip())
    if key is None or not equals:
        why = f"unknown key {word.strip()!r}" if equals else f"{setting!r} is not a KEY=PATH"
        raise InvalidInput(text, why=why, hint=None if equals or not setting or "=" not in text else _QUOTING)
    if not path.startswith("/"):
        hint = _QUOTING if path.startswith('"') else None
        raise InvalidInput(text, why=f"{word.strip()} must be an absolute path, not {path!r}", hint=hint)
    return key, normal_path(path)


def _check_apart(first: InputSpecification, second: InputSpecification) -> None:
    if first.destination == second.destination:
        raise InputsCollide(
            second.text,
            what=f"two inputs are mounted at {second.destination}: {first.text} and {second.text}",
            hint=_place_of_its_own(second, first.destination),
        )
    for inner, outer in ((first, second), (second, first)):
        if lies_within(inner.destination, directory=outer.destination):
            raise InputsCollide(
                second.text,
                what=f"one input is mounted inside another: {inner.text} at {inner.destination},"
                f" {outer.text} at {outer.destination}",
                hint=_place_of_its_own(second, first.destination),
            )


def _place_of_its_own(spec: InputSpecification, *taken: str) -> str:
    """Return a hint with an example of a destination for one of two colliding inputs.

    The destination is the last word of the image's name (`mnist-test`: `/test`) if it is free.
    """
    name = spec.image.partition("@")[0].rpartition("/")[2].partition(":")[0] or "input"
    places = [f"/{word}" for word in (name.rpartition("-")[2], name, f"{name}-input") if word]
    place = next((place for place in places if _is_apart(place, (spec.destination, *taken))), places[-1])
    example = format_input(spec.image, source=spec.source, destination=place)
    return f"give one of them a place of its own, for example {example}"


def _is_apart(place: str, others: Iterable[str]) -> bool:
    return not any(lies_within(place, directory=other) or lies_within(other, directory=place) for other in others)
