"""Claims that one rule is better than another, and a verdict on each."""

from leanset.claims.claim import Claim
from leanset.claims.judging import judge_claims

__all__ = ["Claim", "judge_claims"]
