"""Random views of images: flipped, shifted, with a hole. Drawn on the CPU, made on any device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import NonNegativeInt

from leanset.frozen import Frozen

if TYPE_CHECKING:
    import torch
    from torch import Generator, Tensor


class Augmentation(Frozen):
    """What may happen to an image each time it is shown; by default nothing.

    ``flip`` mirrors an image left to right with a chance of one half. ``crop_padding`` pads by
    reflection and cuts the old size out at random, that is, shifts by up to so many pixels.
    ``cutout`` blanks a square of that side with the mean colour (DeVries and Taylor 2017).
    """

    flip: bool = False
    crop_padding: NonNegativeInt = 0
    cutout: NonNegativeInt = 0

    @property
    def changes_anything(self) -> bool:
        """Whether any of it is asked for."""
        return self != Augmentation()

    def draw(self, samples: int, height: int, width: int, generator: Generator) -> Views:
        """One random view for each of ``samples`` presentations."""
        import torch

        def up_to(*limits: int) -> Tensor:
            columns = [torch.randint(limit, (samples,), generator=generator) for limit in limits]
            return torch.stack(columns, dim=1)

        side = 2 * self.crop_padding + 1
        flip = torch.randint(2, (samples,), generator=generator).bool()
        return Views(
            mirrored=flip if self.flip else torch.zeros_like(flip),
            shift=up_to(side, side) - self.crop_padding,
            hole=up_to(height, width),
            hole_side=self.cutout,
        )


@dataclass(frozen=True)
class Views:
    """How each of ``n`` presentations of an image looks.

    Attributes:
        mirrored: ``bool [n]``, left to right.
        shift: ``int64 [n, 2]``, pixels down and right that the cut is away from the image.
        hole: ``int64 [n, 2]``, row and column of the centre of the blanked square.
        hole_side: its side in pixels; 0 for none.
    """

    mirrored: Tensor
    shift: Tensor
    hole: Tensor
    hole_side: int

    def __getitem__(self, part: slice) -> Views:
        return Views(self.mirrored[part], self.shift[part], self.hole[part], self.hole_side)

    def to(self, device: torch.device) -> Views:
        """The same on another device."""
        return Views(
            self.mirrored.to(device), self.shift.to(device), self.hole.to(device), self.hole_side
        )

    def of(self, images: Tensor, samples: Tensor) -> Tensor:
        """Gather ``samples`` of ``images [N, C, H, W]``, cut, then flipped: ``[n, C, H, W]``."""
        import torch

        channels, height, width = images.shape[1:]
        rows = _reflected(_positions(height, images) + self.shift[:, :1], height)
        columns = _positions(width, images).expand(len(samples), -1)
        columns = torch.where(self.mirrored[:, None], width - 1 - columns, columns)
        columns = _reflected(columns + self.shift[:, 1:], width)
        places = (rows[:, :, None] * width + columns[:, None, :]).flatten(1)
        gathered = images[samples]
        return (
            gathered.flatten(2)
            .gather(2, places[:, None].expand(-1, channels, -1))
            .view_as(gathered)
        )

    def blanked(self, images: Tensor) -> Tensor:
        """Normalised images ``[n, C, H, W]`` with the hole at zero, the mean colour."""
        if self.hole_side == 0:
            return images
        height, width = images.shape[-2:]
        row_hit = self._hits(_positions(height, images), self.hole[:, :1])
        column_hit = self._hits(_positions(width, images), self.hole[:, 1:])
        return images.masked_fill((row_hit[:, :, None] & column_hit[:, None, :])[:, None], 0)

    def _hits(self, positions: Tensor, centre: Tensor) -> Tensor:
        first = centre - self.hole_side // 2
        return (positions >= first) & (positions < first + self.hole_side)


def _positions(length: int, images: Tensor) -> Tensor:
    import torch

    return torch.arange(length, device=images.device)[None]


def _reflected(positions: Tensor, length: int) -> Tensor:
    """Positions outside of ``[0, length)`` mirrored back at the border, as often as needed."""
    if length == 1:
        return positions.clamp(0, 0)
    period = 2 * (length - 1)
    wrapped = positions.remainder(period)
    return wrapped.minimum(period - wrapped)
