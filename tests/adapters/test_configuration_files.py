"""Which files count, and what happens to those that can't be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobber.adapters.configuration.files import (
    LARGEST,
    check_file,
    current_directory,
    find_files,
    misnamed_files,
    read_files,
)
from jobber.domain.errors import ConfigurationInvalid, ConfigurationUnreadable, JobberError, UnknownSetting

NAME = "jobber-config.yml"


def write(folder: Path, text: str = "timeout: 5\n") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(text)
    return str(folder / NAME)


def found(tmp_path: Path, directory: Path, **environment: str) -> list[str]:
    """Return the configuration files in or below the test's own folder."""
    files = find_files({"HOME": str(tmp_path / "home"), **environment}, directory=str(directory))
    return [file for file in files if file.startswith(str(tmp_path))]


def test_files_come_from_home_then_from_the_root_down(tmp_path: Path) -> None:
    home = write(tmp_path / "home" / ".config" / "jobber")
    outer = write(tmp_path / "a")
    inner = write(tmp_path / "a" / "b" / "c")

    assert found(tmp_path, tmp_path / "a" / "b" / "c") == [home, outer, inner]


def test_files_beside_or_below_the_current_directory_don_t_count(tmp_path: Path) -> None:
    write(tmp_path / "a" / "other")
    write(tmp_path / "a" / "here" / "below")

    assert found(tmp_path, tmp_path / "a" / "here") == []


def test_files_above_the_top_don_t_count(tmp_path: Path) -> None:
    write(tmp_path)
    top, below = write(tmp_path / "a"), write(tmp_path / "a" / "b")
    home = write(tmp_path / "home" / ".config" / "jobber")
    files = find_files({"HOME": str(tmp_path / "home")}, directory=str(tmp_path / "a" / "b"), top=str(tmp_path / "a"))

    assert files == (home, top, below)


def test_the_configuration_home_can_be_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "home" / ".config" / "jobber")
    elsewhere = write(tmp_path / "elsewhere" / "jobber")

    assert found(tmp_path, tmp_path, XDG_CONFIG_HOME=str(tmp_path / "elsewhere")) == [elsewhere]


def misnamed(tmp_path: Path, directory: Path, **environment: str) -> list[str]:
    """Return the misnamed configuration files in or below the test's own folder."""
    files = misnamed_files({"HOME": str(tmp_path / "home"), **environment}, directory=str(directory))
    return [file for file in files if file.startswith(str(tmp_path))]


@pytest.mark.parametrize(
    "name",
    ["jobber-config.yaml", "jobber-config.json", ".jobber-config.yml", "jobber_config.yml", "jobber-config.toml"],
)
def test_a_file_of_another_name_is_found_wherever_one_is_looked_for(tmp_path: Path, name: str) -> None:
    here, home = tmp_path / "a" / "b", tmp_path / "home" / ".config" / "jobber"
    for folder in (here, home):
        folder.mkdir(parents=True)
    files = [folder / name for folder in (home, here, tmp_path / "a")]
    for file in files:
        file.touch()

    assert misnamed(tmp_path, here) == [str(file) for file in files]


def test_a_plain_name_is_wrong_in_the_configuration_home_alone(tmp_path: Path) -> None:
    home = tmp_path / "home" / ".config" / "jobber"
    home.mkdir(parents=True)
    for folder in (home, tmp_path):
        (folder / "config.yml").touch()

    assert misnamed(tmp_path, tmp_path) == [str(home / "config.yml")]


def test_a_file_of_the_right_name_and_a_directory_of_a_wrong_one_are_not_misnamed(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "jobber-config.yaml").mkdir()
    (tmp_path / "jobber-config.schema.json").touch()

    assert misnamed(tmp_path, tmp_path) == []


@pytest.mark.parametrize("home", ["", "relative"])
def test_a_configuration_home_that_is_no_absolute_path_does_not_count(tmp_path: Path, home: str) -> None:
    expected = write(tmp_path / "home" / ".config" / "jobber")

    assert found(tmp_path, tmp_path, XDG_CONFIG_HOME=home) == [expected]


def test_a_file_that_is_in_both_places_counts_once(tmp_path: Path) -> None:
    own = write(tmp_path / "home" / ".config" / "jobber")

    assert found(tmp_path, tmp_path / "home" / ".config" / "jobber") == [own]


def test_deeper_files_are_read_last(tmp_path: Path) -> None:
    files = (write(tmp_path, "timeout: 1\n"), write(tmp_path / "a", "timeout: 2\n"))

    assert [layer.values["timeout"].content for layer in read_files(files)] == [1, 2]


def test_a_value_knows_its_file_and_line(tmp_path: Path) -> None:
    file = write(tmp_path, "\ntimeout: 1\nconfigs:\n  dev:\n    cmd: bash\n")
    (layer,) = read_files((file,))

    assert str(layer.values["timeout"].origin) == f"{file}:2"


def test_the_first_error_is_raised(tmp_path: Path) -> None:
    file = write(tmp_path, "timout: 1\nverbos: yes\n")
    with pytest.raises(UnknownSetting) as caught:
        read_files((file,))

    assert caught.value.place == f"{file}:1"


def test_checking_tells_of_all_errors(tmp_path: Path) -> None:
    _, errors = check_file(write(tmp_path, "timout: 1\nverbos: yes\n"))

    assert len(errors) == 2


def test_a_directory_of_that_name_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigurationUnreadable, match="it is a directory"):
        read_files(tuple(found(tmp_path, tmp_path)))


def test_a_pipe_of_that_name_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(ConfigurationUnreadable, match="not a regular file"):
        read_files(tuple(found(tmp_path, tmp_path)))


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to("nothing")
    with pytest.raises(ConfigurationUnreadable, match="No such file"):
        read_files(tuple(found(tmp_path, tmp_path)))


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real", "timeout: 7\n")
    (tmp_path / NAME).symlink_to(tmp_path / "real" / NAME)
    (layer,) = read_files(tuple(found(tmp_path, tmp_path)))

    assert layer.values["timeout"].content == 7


def test_a_file_of_any_size_is_not_read(tmp_path: Path) -> None:
    file = write(tmp_path)
    os.truncate(file, LARGEST + 1)
    with pytest.raises(ConfigurationUnreadable, match="larger than"):
        read_files((file,))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_is_not_ours_to_read_is_told(tmp_path: Path) -> None:
    file = write(tmp_path)
    Path(file).chmod(0)
    with pytest.raises(ConfigurationUnreadable, match="Permission denied"):
        read_files((file,))


def closed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a folder be closed to us, also where the tests are run by root."""
    look = os.lstat

    def lstat(path: str) -> os.stat_result:
        if path.startswith(f"{folder}/"):
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(os, "lstat", lstat)


def test_a_home_of_another_user_has_no_file_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "home" / ".config" / "jobber")
    here = write(tmp_path / "here")
    closed(monkeypatch, tmp_path / "home")

    assert found(tmp_path, tmp_path / "here") == [here]


def test_a_directory_on_the_way_that_is_closed_to_us_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(monkeypatch, tmp_path / "a")
    with pytest.raises(ConfigurationUnreadable, match="Permission denied"):
        found(tmp_path, tmp_path / "a" / "b")


def test_a_current_directory_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(JobberError, match="current directory"):
        current_directory()


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert read_files((write(tmp_path, ""),))[0].values == {}


def test_an_error_of_yaml_is_one_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid):
        read_files((write(tmp_path, "a: [\n"),))
