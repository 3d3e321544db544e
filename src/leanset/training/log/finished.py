"""Which proxies of an unfinished log are done, so that a kill costs only those in flight."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from leanset.disks import sync
from leanset.training.job import RunResult


@dataclass(frozen=True)
class TrainedProxy:
    """What is known of a proxy beside its rows of the arrays."""

    samples_seen: int
    seconds_train: float
    seconds_recording: float
    concurrency: int
    device: str

    @classmethod
    def of(cls, result: RunResult) -> TrainedProxy:
        """From the result of its training."""
        return cls(
            result.samples_seen,
            result.seconds_train,
            result.seconds_recording,
            result.concurrency,
            result.device,
        )


class FinishedProxies:
    """The proxies whose rows of the arrays in a folder are complete, each noted in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> dict[int, TrainedProxy]:
        """Those noted so far, by their number."""
        return {
            int(note.stem.removeprefix("proxy-")): TrainedProxy(**json.loads(note.read_text()))
            for note in self._folder.glob("proxy-*.json")
        }

    def note(self, number: int, proxy: TrainedProxy) -> None:
        """Note a proxy, once its rows have reached the disk."""
        for array in self._folder.glob("*.npy"):
            sync(array)
        draft = self._folder / f".proxy-{number}"
        draft.write_text(json.dumps(asdict(proxy)))
        sync(draft)
        draft.replace(self._folder / f"proxy-{number}.json")
