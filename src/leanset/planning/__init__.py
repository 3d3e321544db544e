"""What a sweep would still do, and how long that takes: found out without building anything."""

from leanset.planning.forecast import Forecast, forecast_of
from leanset.planning.plan import Plan, PlannedArtifact, PlannedCell, Selecting
from leanset.planning.walking import plan_of

__all__ = [
    "Forecast",
    "Plan",
    "PlannedArtifact",
    "PlannedCell",
    "Selecting",
    "forecast_of",
    "plan_of",
]
