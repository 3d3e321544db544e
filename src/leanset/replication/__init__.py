"""Published results beside ours, and a verdict on each published claim."""

from leanset.replication.claims import judge_claims
from leanset.replication.comparison import compare
from leanset.replication.page import markdown
from leanset.replication.published import Claim, Published, PublishedCell

__all__ = ["Claim", "Published", "PublishedCell", "compare", "judge_claims", "markdown"]
