"""The rules of selection with nothing set but what they cannot do without."""

from typing import Any, get_args

from leanset.selectors.base import SelectorBase
from leanset.selectors.rules import Rule

_SOME: dict[Any, Any] = {str: "named", float: 0.5}


def least(rule: type[SelectorBase]) -> SelectorBase:
    """A rule with its defaults; what it has none for is the first of its words, or anything."""
    asked = {
        name: field.annotation for name, field in rule.model_fields.items() if field.is_required()
    }
    return rule.model_validate(
        {name: get_args(kind)[0] if get_args(kind) else _SOME[kind] for name, kind in asked.items()}
    )


RULES: dict[str, SelectorBase] = {
    rule.model_fields["method"].annotation.__args__[0]: least(rule) for rule in get_args(Rule)
}
"""By method."""


def looks_at_samples_together(rule: SelectorBase) -> bool:
    """Whether it reads an embedding, or what proxies said at some moment."""
    needs = rule.needs()
    return bool(needs.embeddings or needs.moments)


COVERING: dict[str, SelectorBase] = {
    name: rule for name, rule in RULES.items() if looks_at_samples_together(rule)
}
"""Those of coverage and of gradients."""
