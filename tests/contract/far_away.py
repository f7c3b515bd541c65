"""A jobber of another machine that holds a run until its input ends, and for as long as that is not what it says.

python far_away.py ADDRESS RUN IMAGE
"""

from __future__ import annotations

import sys
import time

from jobber.adapters.discovery.connect import connect
from jobber.adapters.run_claims.lease import HeldClaim
from jobber.adapters.run_claims.run_store import SharedRunStore
from jobber.domain.errors import ClaimLost
from jobber.domain.images.reference import ImageId
from jobber.testing import FakeProgress

BEAT_SECONDS = 0.2
SECONDS = 30


def main() -> int:
    """Claim, tell of it, and at last tell whether the claim is `held` or `lost`."""
    address, run, image = sys.argv[1:]
    engine = connect(host=address, choice="auto", environment={}, progress=FakeProgress())
    runs = engine.runs
    assert isinstance(runs, SharedRunStore)
    store = SharedRunStore(runs._calls, runs._volumes, runs._others, beat_seconds=BEAT_SECONDS)
    claim = store.claim(run, image=ImageId(image))
    _say("claimed")
    wanted, give_up = sys.stdin.read(), time.monotonic() + SECONDS
    while (state := _state(claim)) != wanted and time.monotonic() < give_up:
        time.sleep(BEAT_SECONDS)
    _say(state)
    claim.release()
    engine.close()
    return 0


def _state(claim: HeldClaim) -> str:
    try:
        claim.check()
    except ClaimLost:
        return "lost"
    return "held"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
