import pytest
import torch

from leanset.kernels.packing import PACK, pack, unpack


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
