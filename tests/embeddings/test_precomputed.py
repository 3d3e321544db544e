from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.embeddings import PrecomputedEmbedding, parse_embedding
from leanset.errors import LeansetError
from tests.precomputed.examples import rows_in_use, save, save_table

CLIP = {"method": "precomputed", "file": "clip.npy"}


def test_it_is_read_out_of_a_file_for_the_training_samples(tmp_path: Path) -> None:
    save(tmp_path / "clip.npy", np.arange(8.0).reshape(4, 2))
    embedding = parse_embedding(CLIP)
    assert isinstance(embedding, PrecomputedEmbedding)
    assert embedding.source_log() is None
    values = embedding.embed(tmp_path, rows_in_use([0, 3], validation=[1, 2]))
    assert values.dtype == np.float32
    assert values.tolist() == [[0, 1], [6, 7]]


def test_a_table_of_lists_is_one_too(tmp_path: Path) -> None:
    lists = [[2.0, 3.0], [0.0, 1.0]]
    save_table(tmp_path / "clip.parquet", np.array([1, 0]), embedding=lists)
    embedding = parse_embedding(CLIP | {"file": "clip.parquet"})
    assert isinstance(embedding, PrecomputedEmbedding)
    assert embedding.embed(tmp_path, rows_in_use(2)).tolist() == [[0, 1], [2, 3]]


def test_one_number_for_each_sample_is_none(tmp_path: Path) -> None:
    save(tmp_path / "clip.npy", np.zeros(4))
    with pytest.raises(LeansetError, match=r"clip\.npy: .*Give a row of one or more numbers"):
        PrecomputedEmbedding.model_validate(CLIP).embed(tmp_path, rows_in_use(4))


def test_without_a_file_it_is_nothing() -> None:
    with pytest.raises(ValidationError, match="Field required"):
        parse_embedding({"method": "precomputed"})
