"""Published results beside ours."""

from leanset.replication.comparison import compare
from leanset.replication.page import markdown
from leanset.replication.published import Published, PublishedCell

__all__ = ["Published", "PublishedCell", "compare", "markdown"]
