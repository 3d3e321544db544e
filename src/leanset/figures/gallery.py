"""A page of pictures of the samples whose label looks most wrong."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.figures.pictures import data_uri, picture_of
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

_SMALL = 144
"""Pixels that a picture has on the page; a smaller one is enlarged pixel by pixel."""


def suspects_page(
    suspects: pd.DataFrame, images: NDArray[np.uint8], title: str, ranked_by: str
) -> str:
    """One HTML page that needs no other file: a card with a picture for every suspect.

    Args:
        suspects: from ``suspects_table``.
        images: those of the training split, ``uint8 [N, C, H, W]``. One channel is shown in grey,
            three in colour; of any other number, the first.
        title: of the page.
        ranked_by: the score and what it measures, for "Ranked by …, highest first."
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["percent"] = percent
    template = environment.from_string(
        files("leanset.figures").joinpath("gallery.html.jinja").read_text(encoding="utf-8")
    )
    return template.render(
        title=title,
        ranked_by=ranked_by,
        cards=[_card(row, images) for row in rows_of(suspects)],
        disagreements=int((~suspects["agrees"]).sum()),
        made_wrong=int(suspects["wrong"].sum()) if "wrong" in suspects else None,
        enlarged=max(images.shape[2:]) < _SMALL,
        size=_SMALL,
    )


def _card(suspect: dict[str, Any], images: NDArray[np.uint8]) -> dict[str, Any]:
    picture = data_uri(picture_of(images[suspect["sample"]]))
    return {"wrong": None, **suspect, "picture": picture}


def percent(p: float) -> str:
    """A probability in whole percent that says neither never nor always."""
    if p < 0.01:
        return "< 1 %"
    return "> 99 %" if p > 0.99 else f"{p * 100:.0f} %"
