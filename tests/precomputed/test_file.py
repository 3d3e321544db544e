"""Where precomputed files lie, which content they have, and what is no file of numbers."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.errors import LeansetError
from leanset.precomputed import GivenFile
from tests.precomputed.examples import save, save_table

NUMBERS = np.array([3.0, 1.0, 2.0])


def test_an_array_comes_as_it_was_saved_and_stays_on_disk(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", NUMBERS)
    values = GivenFile(file="a.npy").read(tmp_path)
    assert values.tolist() == [3, 1, 2]
    assert isinstance(values, np.memmap)


def test_a_file_may_lie_in_a_folder_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "of/clip").mkdir(parents=True)
    save(tmp_path / "of/clip/a.npy", NUMBERS)
    assert GivenFile(file="of/clip/a.npy").read(tmp_path).tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/a.npy", "'/etc/a.npy' leads out of the folder"),
        ("../a.npy", "leads out of the folder"),
        ("b/../../a.npy", "leads out of the folder"),
        ("a.pkl", "'a.pkl' is of no format that is read; save it as .npy or .parquet"),
        ("a.npz", "is of no format"),
        ("a", "is of no format"),
        ("", "is of no format"),
    ],
)
def test_a_name_that_leads_elsewhere_or_is_of_no_known_format_is_refused(
    name: str, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        GivenFile(file=name)


@pytest.mark.parametrize("digest", ["", "abc", "G" * 64, "A" * 64])
def test_a_checksum_is_64_hexadecimal_digits(digest: str) -> None:
    with pytest.raises(ValidationError, match="sha256"):
        GivenFile(file="a.npy", sha256=digest)


def test_the_digest_is_of_the_content_whatever_the_name(tmp_path: Path) -> None:
    first, second = save(tmp_path / "a.npy", NUMBERS), save(tmp_path / "b.npy", NUMBERS)
    expected = hashlib.sha256(first.read_bytes()).hexdigest()
    assert GivenFile(file=first.name).digest(tmp_path) == expected
    assert GivenFile(file=second.name, sha256=expected).digest(tmp_path) == expected
    save(second, NUMBERS + 1)
    assert GivenFile(file=second.name).digest(tmp_path) != expected


def test_another_content_than_that_of_the_checksum_is_refused_with_its_own(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", NUMBERS)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(LeansetError, match=f"a.npy: the content is not .* it has {digest}") as told:
        GivenFile(file="a.npy", sha256="0" * 64).digest(tmp_path)
    assert "Fetch the file again, or" in str(told.value)


def test_a_folder_of_parts_is_one_table_whatever_its_parts_are_called(tmp_path: Path) -> None:
    halves = {"first": ([2, 0], [20.0, 0.0]), "second": ([1, 3], [10.0, 30.0])}
    names = {"spark": ("part-0-b.parquet", "part-1-a.parquet"), "ray": ("9.parquet", "1.parquet")}
    digests, expected = set(), [0, 10, 20, 30]
    for engine, parts in names.items():
        folder = tmp_path / f"{engine}.parquet"
        for part, (samples, values) in zip(parts, halves.values(), strict=True):
            save_table(folder / part, np.array(samples), score=values)
        (folder / "_SUCCESS").touch()
        file = GivenFile(file=folder.name)
        assert file.read(tmp_path).tolist() == expected
        digests.add(file.digest(tmp_path))
    (digest,) = digests
    parts_of_one = (tmp_path / "ray.parquet").glob("*.parquet")
    listed = sorted(hashlib.sha256(part.read_bytes()).hexdigest() for part in parts_of_one)
    assert digest == hashlib.sha256("\n".join(listed).encode()).hexdigest()


def test_a_folder_of_one_part_has_a_digest_of_a_folder(tmp_path: Path) -> None:
    part = save_table(tmp_path / "a.parquet/0.parquet", np.array([0]), score=[1.0])
    alone = hashlib.sha256(part.read_bytes()).hexdigest()
    assert (
        GivenFile(file="a.parquet").digest(tmp_path) == hashlib.sha256(alone.encode()).hexdigest()
    )


@pytest.mark.parametrize(
    ("name", "made", "message"),
    [
        ("a.npy", None, "there is no such file. Put it there, or name another"),
        ("a.parquet", None, "there is no such file"),
        ("a.parquet", "folder", "the folder holds no parquet files"),
        ("a.npy", "folder", "the folder holds no parquet files"),
    ],
)
def test_what_is_not_there_is_told_with_its_path(
    tmp_path: Path, name: str, made: str | None, message: str
) -> None:
    if made:
        (tmp_path / name).mkdir()
    for use in (GivenFile(file=name).digest, GivenFile(file=name).read):
        with pytest.raises(LeansetError, match=message) as told:
            use(tmp_path)
        assert str(told.value).startswith(f"{tmp_path / name}: ")


class _Trap:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return (_spring, ())


sprung: list[bool] = []


def _spring() -> None:
    sprung.append(True)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.array([_Trap()], dtype=object))
    with pytest.raises(LeansetError, match="nothing is unpickled"):
        GivenFile(file="a.npy").read(tmp_path)
    assert not sprung
    np.load(tmp_path / "a.npy", allow_pickle=True)
    assert sprung


@pytest.mark.parametrize("content", [b"", b"sample,score\n0,1\n", b"\x93NUMPY\x01\x00"])
@pytest.mark.parametrize("name", ["a.npy", "a.parquet"])
def test_what_is_no_array_or_table_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LeansetError, match=f"{name}: this is not a .* that can be read"):
        GivenFile(file=name).read(tmp_path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", np.zeros(1000))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(LeansetError, match="that can be read"):
        GivenFile(file="a.npy").read(tmp_path)


def test_an_archive_of_arrays_under_the_name_of_an_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.npy").open("wb") as file:
        np.savez(file, first=NUMBERS, second=NUMBERS)
    with pytest.raises(LeansetError, match="the file holds several arrays"):
        GivenFile(file="a.npy").read(tmp_path)
