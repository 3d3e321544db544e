import pytest
from pydantic import ValidationError

from leanset.frozen import Frozen


class Block(Frozen):
    learning_rate: float = 0.1


def test_a_misspelt_key_leads_to_the_right_one() -> None:
    with pytest.raises(
        ValidationError, match=r"there is no key 'lerning_rate'. Did you mean 'learning_rate'\?"
    ):
        Block.model_validate({"lerning_rate": 0.2})


def test_a_block_cannot_be_changed() -> None:
    block = Block()
    with pytest.raises(ValidationError, match="frozen"):
        block.learning_rate = 0.2  # type: ignore[misc]
    assert block.learning_rate == 0.1


def test_what_is_not_a_block_is_refused() -> None:
    with pytest.raises(ValidationError, match="valid dictionary"):
        Block.model_validate([("learning_rate", 0.2)])
