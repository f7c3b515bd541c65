"""Signals to jobber, in a process of any system and with anybody's handlers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from jobber.adapters.host.signals import SignalInterruptions
from jobber.domain.containers.events import TerminationSignal
from jobber.domain.containers.linux_signals import LINUX_SIGNAL_NAMES, LINUX_SIGNALS


def test_signals_are_heard_on_a_system_without_pipe2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pipe2", raising=False)
    interruptions = SignalInterruptions((signal.SIGINT,))
    try:
        nothing = interruptions.take()
        signal.raise_signal(signal.SIGINT)
        taken = interruptions.take()
    finally:
        interruptions.close()

    assert (nothing, taken) == (None, TerminationSignal("SIGINT", 1))


def test_descriptors_are_not_inherited() -> None:
    interruptions = SignalInterruptions(())
    inherited = os.get_inheritable(interruptions.fileno())
    interruptions.close()

    assert not inherited


def test_signals_are_given_back() -> None:
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH]
    before = [signal.getsignal(number) for number in numbers]
    interruptions = SignalInterruptions()
    during = [signal.getsignal(number) for number in numbers]
    interruptions.close()

    assert before == [signal.getsignal(number) for number in numbers]
    assert not any(taken == had for taken, had in zip(during, before, strict=True))


def test_signal_that_c_code_handles_is_left_to_it() -> None:
    program = """
import ctypes, signal, sys
handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: print("C:", number))
libc = ctypes.CDLL(None)
libc.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGWINCH):
    libc.signal(number, ctypes.cast(handler, ctypes.c_void_p))
# What Python knows of a signal whose handler was there before it, as in a program that has Python inside it:
known = signal.getsignal
signal.getsignal = lambda number: None if number in (2, signal.SIGUSR1, signal.SIGWINCH) else known(number)
from jobber.adapters.host.signals import SignalInterruptions
interruptions = SignalInterruptions()
interruptions.close()
signal.raise_signal(signal.SIGINT)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "C: 2\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="another system numbers its signals otherwise")
def test_signals_of_containers_are_those_of_linux() -> None:
    known = {name: number.value for name, number in signal.Signals.__members__.items()}

    assert known == LINUX_SIGNALS
    assert {number.value: number.name for number in signal.Signals} == LINUX_SIGNAL_NAMES
