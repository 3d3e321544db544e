"""Run the packaged project: ``python -m leanset``, or ``leanset``."""

import os
import sys
from pathlib import Path
from typing import Any


def main(*args: Any, **kwargs: Any) -> Any:
    """``kedro run`` for the installed package, which speaks as in its repository."""
    # Kedro reads this once, when it is first imported
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(Path(__file__).with_name("logging.yml")))
    from kedro.framework.cli.project import run
    from kedro.framework.project import configure_project

    configure_project("leanset")
    interactive = hasattr(sys, "ps1")
    return run(*args, standalone_mode=not interactive, **kwargs)


if __name__ == "__main__":
    main()
