"""The typed schema of all parameters, and what its blocks owe each other."""

from leanset.config.arms import Arm
from leanset.config.artifacts import Artifacts, Known
from leanset.config.blocks import (
    BLOCKS,
    NAME,
    AuditSettings,
    DatasetSettings,
    ReportSettings,
    Settings,
    SweepSettings,
    VariantSettings,
)
from leanset.config.checking import SettingsError, check_settings
from leanset.config.references import Problem

__all__ = [
    "BLOCKS",
    "NAME",
    "Arm",
    "Artifacts",
    "AuditSettings",
    "DatasetSettings",
    "Known",
    "Problem",
    "ReportSettings",
    "Settings",
    "SettingsError",
    "SweepSettings",
    "VariantSettings",
    "check_settings",
]
