import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.errors import LeansetError
from leanset.sources.idx import IdxFile, IdxSource, read_idx

IMAGES = np.arange(3 * 2 * 4, dtype=np.uint8).reshape(3, 2, 4)
LABELS = np.array([2, 0, 1], dtype=np.uint8)
FILES = {
    "train_images": "train-images.gz",
    "train_labels": "train-labels.gz",
    "test_images": "t10k-images",
    "test_labels": "t10k-labels",
}


def idx(values: np.ndarray) -> bytes:
    """The format, written out by its own description."""
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


def source(**changes: dict[str, str]) -> IdxSource:
    files = {field: {"file": name} for field, name in FILES.items()}
    return IdxSource.model_validate({"format": "idx", **files, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FILES["train_images"]).write_bytes(gzip.compress(idx(IMAGES)))
    (tmp_path / FILES["train_labels"]).write_bytes(gzip.compress(idx(LABELS)))
    (tmp_path / FILES["test_images"]).write_bytes(idx(IMAGES[:2]))
    (tmp_path / FILES["test_labels"]).write_bytes(idx(LABELS[:2]))
    return tmp_path


def test_gzipped_and_plain_files_are_read_into_two_splits(folder: Path) -> None:
    train, test = source().read(folder)
    assert (train.images == IMAGES[:, None]).all()
    assert train.images.shape == (3, 1, 2, 4)
    assert train.images.dtype == np.uint8
    assert train.labels.tolist() == [2, 0, 1]
    assert train.labels.dtype == np.int64
    assert train.rows.tolist() == [0, 1, 2]
    assert (test.images == IMAGES[:2, None]).all()
    assert test.labels.tolist() == [2, 0]


def test_the_embedded_mnist_is_the_published_one() -> None:
    raw = Path(__file__).parents[2] / "data/01_raw/mnist"
    names = ("train-images", "train-labels", "t10k-images", "t10k-labels")
    files = [
        {"file": f"{name}-idx{3 if name.endswith('images') else 1}-ubyte.gz"} for name in names
    ]
    train, test = source(**dict(zip(FILES, files, strict=True))).read(raw)
    assert train.images.shape == (60_000, 1, 28, 28)
    assert test.images.shape == (10_000, 1, 28, 28)
    # the first labels, and the class counts, that every page on MNIST gives
    assert train.labels[:6].tolist() == [5, 0, 4, 1, 9, 2]
    assert test.labels[:6].tolist() == [7, 2, 1, 0, 4, 1]
    assert np.bincount(train.labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip


def test_the_right_checksum_of_the_unpacked_bytes_is_accepted(folder: Path) -> None:
    checksum = hashlib.sha256(idx(IMAGES)).hexdigest()
    packed = IdxFile(file=FILES["train_images"], sha256=checksum)
    assert (read_idx(folder, packed, dimensions=3) == IMAGES).all()


def test_a_foreign_file_of_the_same_form_is_refused_by_its_checksum(folder: Path) -> None:
    checksum = hashlib.sha256(idx(IMAGES)).hexdigest()
    foreign = IMAGES.copy()
    foreign[0, 0, 0] ^= 1
    (folder / FILES["train_images"]).write_bytes(gzip.compress(idx(foreign)))
    message = (
        r"train-images.gz: the checksum differs from dataset.source: this is another file of the "
        r"same form\. Fetch the file again, or, if you mean to use this one, change its sha256 in "
    )
    with pytest.raises(LeansetError, match=message):
        source(train_images={"file": FILES["train_images"], "sha256": checksum}).read(folder)


def test_a_missing_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    message = r"nowhere: there is no such folder\. Put the idx files there, or name their folder"
    with pytest.raises(LeansetError, match=message):
        source().read(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_refused(folder: Path) -> None:
    with pytest.raises(LeansetError, match=r"there is no such folder\."):
        source().read(folder / FILES["test_images"])


def test_a_missing_file_is_refused_by_name(folder: Path) -> None:
    (folder / FILES["test_labels"]).unlink()
    with pytest.raises(LeansetError, match=r"t10k-labels: there is no such file\. Put it there"):
        source().read(folder)


def test_a_name_that_leads_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "inner").mkdir()
    with pytest.raises(LeansetError, match=r"'\.\./t10k-images' leads out of the folder\."):
        read_idx(folder / "inner", IdxFile(file="../t10k-images"), dimensions=3)


def test_a_truncated_file_is_refused_with_both_sizes(folder: Path) -> None:
    (folder / FILES["test_images"]).write_bytes(idx(IMAGES[:2])[:-5])
    message = (
        r"t10k-images: the file is truncated: its header announces 16 values, 11 follow\. "
        r"Fetch it again\."
    )
    with pytest.raises(LeansetError, match=message):
        source().read(folder)


def test_a_file_with_bytes_after_its_end_is_refused(folder: Path) -> None:
    (folder / FILES["test_labels"]).write_bytes(idx(LABELS[:2]) + b"\0")
    message = r"has bytes after its end: its header announces 2 values, 3 follow\."
    with pytest.raises(LeansetError, match=message):
        source().read(folder)


def test_a_truncated_gzip_is_refused(folder: Path) -> None:
    path = folder / FILES["train_images"]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(
        LeansetError, match=r"train-images.gz: the file is truncated or damaged \(.+\)\. Fetch it"
    ):
        source().read(folder)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, packed: bool) -> None:
    whole = gzip.compress(idx(IMAGES)) if packed else idx(IMAGES)
    for length in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(LeansetError, match=r"truncated|this is not an idx file"):
            read_idx(tmp_path, IdxFile(file="cut"), dimensions=3)


@pytest.mark.parametrize(
    "position", [*range(10, 20), -8, -4], ids=lambda position: f"byte {position}"
)
def test_a_gzip_with_a_flipped_bit_is_refused(tmp_path: Path, position: int) -> None:
    damaged = bytearray(gzip.compress(idx(IMAGES)))
    damaged[position] ^= 0x10
    (tmp_path / "damaged").write_bytes(damaged)
    with pytest.raises(LeansetError, match="damaged: "):
        read_idx(tmp_path, IdxFile(file="damaged"), dimensions=3)


def test_a_header_that_announces_more_than_there_can_be_is_refused(tmp_path: Path) -> None:
    # 2^31 · 2^31 · 4 is 2^64, which is 0 to a 64-bit integer: the file would look complete
    header = bytes([0, 0, 8, 3]) + struct.pack(">III", 2**31, 2**31, 4)
    (tmp_path / "vast").write_bytes(header)
    with pytest.raises(LeansetError, match="the file is truncated"):
        read_idx(tmp_path, IdxFile(file="vast"), dimensions=3)


def test_images_and_labels_swapped_are_refused(folder: Path) -> None:
    swapped = source(
        train_images={"file": FILES["train_labels"]}, train_labels={"file": FILES["train_images"]}
    )
    message = (
        r"train-labels.gz: the file holds labels, not images\. "
        r"Are two files swapped in dataset.source\?"
    )
    with pytest.raises(LeansetError, match=message):
        swapped.read(folder)


def test_images_in_place_of_labels_are_refused(folder: Path) -> None:
    doubled = source(test_labels={"file": FILES["test_images"]})
    with pytest.raises(LeansetError, match=r"t10k-images: the file holds images, not labels\."):
        doubled.read(folder)


def test_data_of_other_dimensions_is_refused_by_their_number(tmp_path: Path) -> None:
    (tmp_path / "colour").write_bytes(idx(np.zeros((2, 3, 4, 4), dtype=np.uint8)))
    with pytest.raises(LeansetError, match="the file holds 4-dimensional data, not images"):
        read_idx(tmp_path, IdxFile(file="colour"), dimensions=3)


def test_labels_of_the_other_split_are_refused_by_both_numbers(folder: Path) -> None:
    crossed = source(train_labels={"file": FILES["test_labels"]})
    message = (
        r"3 images in train-images.gz but 2 labels in t10k-labels\. "
        r"Use an image file and a label file that belong together\."
    )
    with pytest.raises(LeansetError, match=message):
        crossed.read(folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"<!DOCTYPE html>", b"\x89PNG\r\n\x1a\n", bytes([0, 0, 13, 3]) + bytes(12)],
    ids=["empty", "two bytes", "web page", "picture", "idx of floats"],
)
def test_what_is_no_idx_file_of_bytes_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "foreign").write_bytes(content)
    message = r"foreign: this is not an idx file of unsigned bytes\. Name an idx file of images"
    with pytest.raises(LeansetError, match=message):
        read_idx(tmp_path, IdxFile(file="foreign"), dimensions=3)


def test_a_misspelt_key_of_the_source_leads_to_the_right_one() -> None:
    with pytest.raises(ValidationError, match=r"no key 'train_image'. Did you mean 'train_images'"):
        source(train_image={"file": "a"})
