"""The option `--install-completion [SHELL]`: installs shell completion for jobber."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.domain.errors import JobberError, UsageError
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BASH = """\
# Completion of jobber's command lines, made by `jobber --install-completion bash`.
_jobber() {
    local line kind=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <("${COMP_WORDS[0]}" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    case $kind in
        files) compopt -o default 2>/dev/null ;;
        directories) compopt -o dirnames -o filenames 2>/dev/null ;;
    esac
}
complete -F _jobber jobber
"""
_ZSH = """\
# Completion of jobber's command lines, made by `jobber --install-completion zsh`.
_jobber() {
    local -a answer
    answer=("${(@f)$(${words[1]} __complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    case ${answer[1]} in
        files) _files ;;
        directories) _files -/ ;;
        *) compadd -- "${(@)answer[2,-1]}" ;;
    esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _jobber jobber
"""
_FISH = """\
# Completion of jobber's command lines, made by `jobber --install-completion fish`.
function __jobber_complete
    set -l current (commandline -ct)
    set -l before (commandline -opc)
    set -l answer ($before[1] __complete fish $before[2..-1] "$current" 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$current"
        case directories
            __fish_complete_directories "$current"
        case '*'
            test (count $answer) -gt 1; and printf '%s\\n' $answer[2..-1]
    end
end
complete -c jobber -f -a '(__jobber_complete)'
"""


@frozen
class CompletionScript:
    """The completion script of a shell, with its path."""

    script: Path
    text: str
    startup: Path | None
    """The start-up file that must load the script; None if the shell finds the script by itself."""


def install_completion(arguments: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Install completion for the given shell, else for that of `$SHELL`. Raises `JobberError`."""
    shell = arguments[0] if arguments else Path(environment.get("SHELL", "")).name
    place = _places(environment).get(shell)
    if place is None or len(arguments) > 1:
        raise UsageError(
            f"completion is not supported for the shell {shell!r}" if shell else "the shell is unknown",
            hint="name one of them: jobber --install-completion bash|zsh|fish",
        )
    try:
        place.script.parent.mkdir(parents=True, exist_ok=True)
        place.script.write_text(place.text, encoding="utf-8")
        loads = place.startup is not None and _load(place.script, place.startup)
    except OSError as error:
        raise JobberError(f"completion can't be installed: {error.filename}: {error.strerror}") from None
    also = f", and {place.startup} loads it" if loads else ""
    print(f"completion for {shell} is in {place.script}{also}; it is active in new shells")
    return 0


def _places(environment: Mapping[str, str]) -> Mapping[str, CompletionScript]:
    home = Path(environment.get("HOME") or Path.home())
    shared = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    bash = shared / "bash-completion" / "completions" / "jobber"
    return {
        "bash": CompletionScript(bash, _BASH, home / ".bashrc"),
        "zsh": CompletionScript(
            shared / "jobber" / "completion.zsh", _ZSH, Path(environment.get("ZDOTDIR") or home, ".zshrc")
        ),
        "fish": CompletionScript(settings / "fish" / "completions" / "jobber.fish", _FISH, None),
    }


def _load(script: Path, startup: Path) -> bool:
    """Add the script to a start-up file unless it is there; bash-completion finds the script without."""
    if startup.name == ".bashrc" and _finds_by_itself():
        return False
    line = f'[ -r "{script}" ] && . "{script}"  # completion of jobber\n'
    known = startup.read_text(encoding="utf-8", errors="surrogateescape") if startup.exists() else ""
    if line not in known:
        gap = "" if not known or known.endswith("\n") else "\n"
        with startup.open("a", encoding="utf-8") as file:
            file.write(gap + line)
    return True


def _finds_by_itself() -> bool:
    return os.path.exists("/usr/share/bash-completion/bash_completion")  # noqa: PTH110
