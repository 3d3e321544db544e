"""Kedro's project settings (https://docs.kedro.org/en/stable/configure/)."""

from leanset.hooks import PeopleFirst, PinnedReads, ReportPlace, SweepProgress
from leanset.io.config_loader import SweepConfigLoader

CONFIG_LOADER_CLASS = SweepConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"airflow": "soft", "globals": "soft", "parameters": "soft"},
}

HOOKS = (PinnedReads(), SweepProgress(), ReportPlace(), PeopleFirst())

# viz would write statistics files beside the data, telemetry would send some away
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-viz", "kedro-telemetry")
