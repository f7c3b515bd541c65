"""Signals to jobber, in a process of any system and with anybody's handlers."""

from __future__ import annotations

import os
import signal
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


@pytest.mark.skipif(sys.platform != "linux", reason="another system numbers its signals otherwise")
def test_signals_of_containers_are_those_of_linux() -> None:
    known = {name: number.value for name, number in signal.Signals.__members__.items()}

    assert known == LINUX_SIGNALS
    assert {number.value: number.name for number in signal.Signals} == LINUX_SIGNAL_NAMES
