"""`jobber recover`."""

from __future__ import annotations

import os

from jobber.cli.options import GlobalOptions
from jobber.cli.surroundings import surroundings


def recover(*, options: GlobalOptions | None = None) -> int:
    """Finish the runs that have ended without anyone to finish them."""
    from jobber.cli.composition import adoption, keyring
    from jobber.domain.use_cases.recover import Recovery

    options = options or GlobalOptions()
    progress = options.messages()
    keys = keyring(options.credentials())
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        failed = Recovery(adoption(engine, interruptions, progress, keys)).recover()
    progress.clear()
    for error in failed:
        progress.fail(error)
    return 1 if failed else 0
