"""Where images come from. A source is settings that read a folder into two splits."""

from typing import TypeAlias

from leanset.sources.idx import IdxSource

Source: TypeAlias = IdxSource
"""Every source; the second one makes this a union discriminated on ``format``."""
