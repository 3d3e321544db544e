"""What the commands of ``kedro leanset`` print."""

from leanset.showing.explanation import print_explanation
from leanset.showing.methods import print_method, print_methods
from leanset.showing.old import print_old
from leanset.showing.plan import print_plan

__all__ = ["print_explanation", "print_method", "print_methods", "print_old", "print_plan"]
