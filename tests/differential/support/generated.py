"""Option sets that Hypothesis makes: some options of each kind, in any order and spelling."""

from __future__ import annotations

from hypothesis import strategies as st

_VALUES: dict[str, st.SearchStrategy[str]] = {
    "-e --env": st.builds("{}={}".format, st.sampled_from("ABC"), st.text("ab =,'\"", max_size=4)),
    "-l --label": st.builds("{}={}".format, st.sampled_from(["a", "b.c"]), st.text("ab =,", max_size=4)),
    "-m --memory": st.builds("{}{}".format, st.integers(8, 512), st.sampled_from(["m", "M", "mb", "MiB"])),
    "-c --cpu-shares": st.integers(2, 2048).map(str),
    "-u --user": st.sampled_from(["0", "1000:1000", "nobody", "a:b"]),
    "-w --workdir": st.sampled_from(["/", "/a", "/a b/c"]),
    "-h --hostname": st.sampled_from(["box", "box.example"]),
    "--shm-size": st.builds("{}{}".format, st.integers(1, 99), st.sampled_from(["m", "k", ""])),
    "--pids-limit": st.integers(1, 1000).map(str),
    "--oom-score-adj": st.integers(-1000, 1000).map(str),
    "--stop-timeout": st.integers(1, 100).map(str),
    "--stop-signal": st.sampled_from(["SIGINT", "SIGKILL", "SIGUSR1", "9"]),
    "--cap-add": st.sampled_from(["SYS_PTRACE", "NET_ADMIN", "CAP_SYS_TIME"]),
    "--cap-drop": st.sampled_from(["CHOWN", "MKNOD", "CAP_KILL"]),
    "--group-add": st.integers(1, 99).map(str),
    "--add-host": st.builds("{}:10.0.0.{}".format, st.sampled_from("abc"), st.integers(1, 9)),
    "--dns": st.builds("10.0.0.{}".format, st.integers(1, 9)),
    "--dns-search": st.sampled_from(["example.com", "a.b"]),
    "--dns-option --dns-opt": st.sampled_from(["ndots:2", "use-vc"]),
    "--ulimit": st.builds(
        "{}={}:{}".format, st.sampled_from(["nofile", "core"]), st.integers(1, 9), st.integers(9, 99)
    ),
    "--tmpfs": st.sampled_from(["/t1", "/t2:size=1m", "/t3:exec,mode=755"]),
    "--cpuset-cpus": st.just("0"),
    "--entrypoint": st.sampled_from(["/bin/job", "job", ""]),
    "--sysctl": st.builds("net.ipv4.ip_forward={}".format, st.integers(0, 1)),
    "--expose": st.builds("{}{}".format, st.integers(1, 99), st.sampled_from(["", "/udp"])),
    "-p --publish": st.builds("{}:{}".format, st.integers(20000, 20009), st.integers(1, 99)),
    "--ipc": st.sampled_from(["host", "private", "shareable"]),
    "--network --net": st.sampled_from(["none", "host", "bridge"]),
}
_FLAGS = ("--privileged", "--read-only", "--init", "--no-healthcheck")
_ONCE = frozenset(("--tmpfs", "--ulimit", "--network --net", "-p --publish", "--expose"))
"""Of these, two may contradict each other, and the clients of the engines do not agree about that."""


@st.composite
def _option(draw: st.DrawFn, names: str) -> list[str]:
    spelling = draw(st.sampled_from(names.split()))
    value = draw(_VALUES[names])
    if spelling.startswith("--"):
        return draw(st.sampled_from([[spelling, value], [f"{spelling}={value}"]]))
    attached = [[spelling + value]] if value and not value.startswith("=") else []
    return draw(st.sampled_from([[spelling, value], *attached]))


@st.composite
def option_sets(draw: st.DrawFn) -> list[str]:
    """Words of one to eight options."""
    names = draw(st.lists(st.sampled_from([*_VALUES]), min_size=1, max_size=7))
    names = [name for place, name in enumerate(names) if name not in _ONCE or name not in names[:place]]
    if "--network --net" in names:  # the network of another has no ports and names of its own
        names = [name for name in names if name not in ("-p --publish", "--expose", "-h --hostname")]
        names = [name for name in names if not name.startswith(("--dns", "--add-host"))]
    options = [draw(_option(name)) for name in names]
    flags = draw(st.lists(st.sampled_from(_FLAGS), unique=True, max_size=1))
    return [word for words in draw(st.permutations([*options, *([flag] for flag in flags)])) for word in words]
