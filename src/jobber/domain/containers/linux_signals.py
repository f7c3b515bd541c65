"""The signals of Linux, where containers run, by number; other systems that jobber runs on number theirs otherwise."""

from __future__ import annotations

LAST_LINUX_SIGNAL = 64
"""The highest number of a real-time signal (signal(7))."""
LINUX_SIGNAL_NAMES = dict(
    enumerate(
        (
            "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM"
            " SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM"
            " SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS"
        ).split(),
        start=1,
    )
) | {34: "SIGRTMIN", LAST_LINUX_SIGNAL: "SIGRTMAX"}
"""The name of each signal, by its number (signal(7), "Signal numbering for standard signals")."""
LINUX_SIGNALS = {name: number for number, name in LINUX_SIGNAL_NAMES.items()} | {
    "SIGIOT": 6,
    "SIGCLD": 17,
    "SIGPOLL": 29,
}
"""The number of each signal, by each of its names."""
