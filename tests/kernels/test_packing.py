import pytest
import torch

from leanset.kernels.packing import PACK, pack, pack_bytes, unpack


def images(samples: int) -> torch.Tensor:
    return torch.randn(samples, 2, 3, 4, generator=torch.Generator().manual_seed(samples))


@pytest.mark.parametrize(("samples", "packs"), [(1, 1), (63, 1), (64, 1), (65, 2), (128, 2)])
def test_samples_lie_side_by_side_and_zeros_fill_the_last_pack(samples: int, packs: int) -> None:
    values = images(samples)
    packed = pack(values)
    assert packed.shape == (packs, 2, 3, 4, PACK)
    assert packed.is_contiguous()
    for sample in range(samples):
        assert torch.equal(packed[sample // PACK, ..., sample % PACK], values[sample])
    assert packed[-1, ..., (samples - 1) % PACK + 1 :].abs().sum() == 0


@pytest.mark.parametrize("samples", [1, 64, 130])
def test_unpacking_undoes_packing(samples: int) -> None:
    assert torch.equal(unpack(pack(images(samples)), samples), images(samples))


def test_a_single_pack_is_unpacked_without_a_copy() -> None:
    packed = pack(images(5))
    assert unpack(packed, 5).flatten(1).data_ptr() == packed.data_ptr()


@pytest.mark.parametrize("samples", [1, 40, 64, 65])
def test_bytes_are_gathered_and_normalised_bit_for_bit_as_torch_does(samples: int) -> None:
    generator = torch.Generator().manual_seed(samples)
    pixels = torch.randint(0, 256, (90, 3, 5, 7), dtype=torch.uint8, generator=generator)
    batch = torch.randint(0, 90, (samples,), generator=generator)
    mean = torch.tensor([33.3, 120.0, 0.0])[:, None, None]
    deviation = torch.tensor([78.6, 1.0, 3.0])[:, None, None]
    expected = pack(pixels[batch].float().sub_(mean).div_(deviation))
    assert torch.equal(pack_bytes(pixels, batch, mean, deviation), expected)


@pytest.mark.parametrize("row", [-1, 10])
def test_a_row_that_is_not_there_is_refused(row: int) -> None:
    pixels = torch.zeros(10, 1, 4, 4, dtype=torch.uint8)
    with pytest.raises(IndexError, match="of 10 images"):
        pack_bytes(pixels, torch.tensor([0, row]), torch.zeros(1), torch.ones(1))
