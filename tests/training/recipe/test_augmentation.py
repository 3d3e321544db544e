from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor

from leanset.training.recipe.augmentation import Augmentation, Views

NINE = torch.arange(1, 10, dtype=torch.uint8).reshape(1, 1, 3, 3)


def views(
    mirrored: list[bool],
    shift: list[tuple[int, int]] | None = None,
    hole: list[tuple[int, int]] | None = None,
    hole_side: int = 0,
) -> Views:
    still = [(0, 0)] * len(mirrored)
    return Views(
        torch.tensor(mirrored), torch.tensor(shift or still), torch.tensor(hole or still), hole_side
    )


def view_of_nine(**how: Any) -> list[list[int]]:
    """The image 123 456 789 in one view."""
    pixels: list[list[int]] = views(**how).of(NINE, torch.tensor([0]))[0, 0].tolist()
    return pixels


def drawn(samples: int = 2000, seed: int = 0, size: int = 8, **asked: Any) -> Views:
    generator = torch.Generator().manual_seed(seed)
    return Augmentation(**asked).draw(samples, size, size, generator)


# --- worked examples


def test_a_mirrored_image_runs_from_right_to_left() -> None:
    assert view_of_nine(mirrored=[True]) == [[3, 2, 1], [6, 5, 4], [9, 8, 7]]


def test_a_shifted_cut_finds_the_image_reflected_beyond_its_border() -> None:
    down = view_of_nine(mirrored=[False], shift=[(1, 0)])
    assert down == [[4, 5, 6], [7, 8, 9], [4, 5, 6]]
    up_and_left = view_of_nine(mirrored=[False], shift=[(-1, -1)])
    assert up_and_left == [[5, 4, 5], [2, 1, 2], [5, 4, 5]]


def test_what_is_cut_out_is_mirrored_and_not_the_other_way_round() -> None:
    assert view_of_nine(mirrored=[False], shift=[(0, 1)])[0] == [2, 3, 2]
    assert view_of_nine(mirrored=[True], shift=[(0, 1)])[0] == [2, 3, 2]
    assert view_of_nine(mirrored=[False], shift=[(0, 3)])[0] == [2, 1, 2]
    assert view_of_nine(mirrored=[False], shift=[(0, 2)])[0] == [3, 2, 1]
    assert view_of_nine(mirrored=[True], shift=[(0, 2)])[0] == [1, 2, 3]


@pytest.mark.parametrize(
    ("side", "centre", "left"),
    [
        (0, (1, 1), [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
        (1, (1, 2), [[1, 1, 1], [1, 1, 0], [1, 1, 1]]),
        (2, (1, 1), [[0, 0, 1], [0, 0, 1], [1, 1, 1]]),
        (2, (0, 2), [[1, 0, 0], [1, 1, 1], [1, 1, 1]]),
        (3, (0, 0), [[0, 0, 1], [0, 0, 1], [1, 1, 1]]),
        (3, (1, 1), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
        (9, (2, 0), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
    ],
)
def test_a_hole_is_a_square_around_its_centre_cut_off_at_the_border(
    side: int, centre: tuple[int, int], left: list[list[int]]
) -> None:
    blanked = views([False], hole=[centre], hole_side=side).blanked(torch.ones(1, 2, 3, 3))
    assert blanked.tolist() == [[left, left]]


def test_each_presentation_has_a_view_of_its_own_even_of_one_sample() -> None:
    two = torch.cat([NINE, NINE + 10])
    seen = views([False, True, False], shift=[(0, 0), (0, 0), (1, 0)]).of(
        two, torch.tensor([1, 1, 0])
    )
    assert seen.dtype == torch.uint8
    assert seen[:, 0, 0].tolist() == [[11, 12, 13], [13, 12, 11], [4, 5, 6]]


def test_the_colours_of_a_pixel_stay_together() -> None:
    generator = torch.Generator().manual_seed(0)
    grey = torch.randint(100, (20, 1, 6, 5), dtype=torch.uint8, generator=generator)
    colours = torch.cat([grey, grey + 50, grey + 100], dim=1)
    some = Augmentation(flip=True, crop_padding=3).draw(50, 6, 5, generator)
    seen = some.of(colours, torch.randint(20, (50,), generator=generator))
    assert torch.equal(seen[:, 1], seen[:, 0] + 50)
    assert torch.equal(seen[:, 2], seen[:, 0] + 100)


# --- against numpy, and properties

ANY = st.builds(
    Augmentation, flip=st.booleans(), crop_padding=st.integers(0, 20), cutout=st.integers(0, 12)
)
SIDE = st.integers(1, 9)


def noise(samples: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    return torch.randint(256, (samples, 2, height, width), dtype=torch.uint8, generator=generator)


@settings(deadline=None, max_examples=60)
@given(ANY, SIDE, SIDE, st.integers(0, 1000))
def test_a_view_is_a_cut_of_the_image_as_numpy_pads_it_by_reflection(
    asked: Augmentation, height: int, width: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = noise(4, height, width, generator)
    samples = torch.randint(4, (6,), generator=generator)
    some = asked.draw(6, height, width, generator)
    seen = some.of(images, samples).numpy()
    border = asked.crop_padding
    for sample, mirrored, (down, right), view in zip(
        samples.tolist(), some.mirrored.tolist(), some.shift.tolist(), seen, strict=True
    ):
        padded = np.pad(
            images[sample].numpy(), ((0, 0), (border, border), (border, border)), mode="reflect"
        )
        rows = slice(border + down, border + down + height)
        columns = slice(border + right, border + right + width)
        cut = padded[:, rows, columns]
        np.testing.assert_array_equal(view, cut[:, :, ::-1] if mirrored else cut)


@settings(deadline=None, max_examples=40)
@given(ANY, SIDE, SIDE, st.integers(0, 1000))
def test_a_view_holds_nothing_that_is_not_in_its_image(
    asked: Augmentation, height: int, width: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = noise(3, height, width, generator)
    seen = asked.draw(3, height, width, generator).of(images, torch.arange(3))
    for image, view in zip(images, seen, strict=True):
        assert set(view.flatten().tolist()) <= set(image.flatten().tolist())


@settings(deadline=None, max_examples=40)
@given(ANY, SIDE, SIDE, st.integers(0, 1000))
def test_a_hole_blanks_what_is_in_it_and_leaves_the_rest(
    asked: Augmentation, height: int, width: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = noise(3, height, width, generator).float() + 1
    before = images.clone()
    blanked = asked.draw(3, height, width, generator).blanked(images)
    assert torch.equal(images, before)
    assert torch.equal(blanked[blanked != 0], images[blanked != 0])
    holes = (blanked == 0).sum(dim=(2, 3))
    assert torch.equal(holes[:, 0], holes[:, 1])
    assert int(holes.max()) <= asked.cutout**2
    if asked.cutout > 0:
        # the centre is in the image, so a quarter of the square is, rounded up
        least = min(height, (asked.cutout + 1) // 2) * min(width, (asked.cutout + 1) // 2)
        assert int(holes.min()) >= least


def test_the_images_are_as_they_were_after_looking() -> None:
    before = NINE.clone()
    view_of_nine(mirrored=[True], shift=[(2, -1)])
    assert torch.equal(NINE, before)


# --- what is drawn


def test_no_augmentation_changes_nothing() -> None:
    assert not Augmentation().changes_anything
    generator = torch.Generator().manual_seed(0)
    images = noise(100, 8, 8, generator)
    nothing = Augmentation().draw(100, 8, 8, generator)
    assert torch.equal(nothing.of(images, torch.arange(100)), images)
    assert torch.equal(nothing.blanked(images), images)


@pytest.mark.parametrize("asked", [{"flip": True}, {"crop_padding": 1}, {"cutout": 1}])
def test_anything_asked_for_changes_something(asked: dict[str, Any]) -> None:
    assert Augmentation(**asked).changes_anything
    generator = torch.Generator().manual_seed(0)
    images = noise(100, 8, 8, generator) // 2 + 1
    some = drawn(100, **asked)
    seen = some.blanked(some.of(images, torch.arange(100)).float())
    assert not torch.equal(seen, images.float())


def same(left: Views, right: Views) -> bool:
    return (
        torch.equal(left.mirrored, right.mirrored)
        and torch.equal(left.shift, right.shift)
        and torch.equal(left.hole, right.hole)
        and left.hole_side == right.hole_side
    )


def test_one_seed_draws_one_set_of_views_and_another_seed_another() -> None:
    everything = {"flip": True, "crop_padding": 4, "cutout": 3}
    assert same(drawn(seed=1, **everything), drawn(seed=1, **everything))
    assert not same(drawn(seed=1, **everything), drawn(seed=2, **everything))


def test_half_of_the_images_are_mirrored_or_none() -> None:
    assert 0.45 < float(drawn(flip=True).mirrored.float().mean()) < 0.55
    assert not drawn(crop_padding=2, cutout=2).mirrored.any()


def test_every_shift_up_to_the_padding_is_drawn_about_equally_often() -> None:
    counts = {(down, right): 0 for down in (-1, 0, 1) for right in (-1, 0, 1)}
    for shift in drawn(9000, crop_padding=1).shift.tolist():
        counts[tuple(shift)] += 1
    assert min(counts.values()) > 850
    assert max(counts.values()) < 1150
    assert not drawn(flip=True).shift.any()


def test_every_pixel_is_the_centre_of_a_hole_about_equally_often() -> None:
    generator = torch.Generator().manual_seed(0)
    holes = Augmentation(cutout=2).draw(6000, 2, 3, generator).hole
    counts = torch.bincount(holes[:, 0] * 3 + holes[:, 1], minlength=6)
    assert holes.max(dim=0).values.tolist() == [1, 2]
    assert int(counts.min()) > 850
    assert int(counts.max()) < 1150


def test_what_happens_to_an_image_is_drawn_independently() -> None:
    some = drawn(5000, flip=True, crop_padding=3, cutout=2)
    columns = [some.mirrored[:, None], some.shift, some.hole]
    correlations = torch.cat([column.double() for column in columns], dim=1).T.corrcoef()
    assert float((correlations - torch.eye(5)).abs().max()) < 0.05


def test_views_are_cut_like_the_samples_they_belong_to() -> None:
    some = drawn(10, flip=True, crop_padding=2, cutout=3)
    part = some[4:7]
    assert part.mirrored.tolist() == some.mirrored.tolist()[4:7]
    assert part.shift.tolist() == some.shift.tolist()[4:7]
    assert part.hole.tolist() == some.hole.tolist()[4:7]
    assert part.hole_side == 3


def test_views_move_to_another_device_as_a_whole() -> None:
    moved = drawn(10, cutout=3).to(torch.device("meta"))
    assert {moved.mirrored.device.type, moved.shift.device.type, moved.hole.device.type} == {"meta"}
    assert moved.hole_side == 3


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"crop_padding": -1}, "greater than or equal to 0"),
        ({"cutout": -1}, "greater than or equal to 0"),
        ({"crop": 4}, "no key 'crop'"),
        ({"flips": True}, "Did you mean 'flip'"),
    ],
)
def test_an_augmentation_that_means_nothing_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Augmentation.model_validate(asked)
