"""The manners of every block of settings: frozen, typed, and strict about keys."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from leanset.errors import nearest


class Frozen(BaseModel):
    """A block of settings that cannot be changed and leads a misspelt key to the right one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _knows_every_key(cls, block: Any) -> Any:
        unknown = [key for key in block if key not in cls.model_fields] if _is_map(block) else []
        if unknown:
            raise ValueError(
                f"there is no key '{unknown[0]}'. {nearest(unknown[0], cls.model_fields)}"
            )
        return block


def _is_map(block: Any) -> bool:
    return isinstance(block, dict) and all(isinstance(key, str) for key in block)
