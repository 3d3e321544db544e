"""The typed schema of all parameters, and what its blocks owe each other."""

from leanset.config.artifacts import Artifacts, Known
from leanset.config.blocks import (
    BLOCKS,
    NAME,
    AuditSettings,
    DatasetSettings,
    Settings,
    SweepSettings,
    VariantSettings,
)
from leanset.config.checking import SettingsError, check_settings
from leanset.config.references import Problem

__all__ = [
    "BLOCKS",
    "NAME",
    "Artifacts",
    "AuditSettings",
    "DatasetSettings",
    "Known",
    "Problem",
    "Settings",
    "SettingsError",
    "SweepSettings",
    "VariantSettings",
    "check_settings",
]
