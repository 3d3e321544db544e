"""Jobs of one kind on their way through one stack, and their results."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch

from leanset.models import build_model
from leanset.seeds import torch_generator
from leanset.training.job import EpochRecord, Job, RunResult, failed, reason_of
from leanset.training.log.recording import Recording
from leanset.training.outcome import Trained, judged
from leanset.training.prepared import PreparedImages
from leanset.training.stack.feed import Course, draw_feed
from leanset.training.stack.graph import repeated
from leanset.training.stack.kind import Kind
from leanset.training.stack.lanes import Stack


@dataclass
class _UnderWay:
    """A job in a lane, how far it is, and the step after which it is next looked at."""

    number: int
    job: Job
    course: Course
    steps: int = 0
    stop: int = field(init=False)
    seconds_train: float = 0.0
    seconds_recording: float = 0.0

    def __post_init__(self) -> None:
        self.plan()

    def plan(self) -> None:
        """Stop next at the end of the training, or of each epoch if epochs are recorded."""
        ends = self.course.epoch_ends[0 if self.job.recording else -1 :]
        self.stop = next(end for end in ends if end > self.steps)


class Convoy:
    """Jobs by number, led through a stack; finished ones are taken out of ``unfinished``.

    Attributes:
        width: lanes of the stack at the moment.
    """

    def __init__(
        self,
        images: PreparedImages,
        kind: Kind,
        unfinished: dict[int, Job],
        width: int,
        on_capture: Callable[[float], None],
    ) -> None:
        self.width = width
        self._images, self._kind, self._unfinished = images, kind, unfinished
        self._on_capture = on_capture
        self._waiting = deque(self.longest_first())
        self._under_way: dict[int, _UnderWay] = {}
        # the pattern of the stack, and the plain network that a lane becomes when it is looked at
        self._network = (
            build_model(kind.recipe.model, images.shape, images.classes, torch.Generator())
            .to(images.device, images.mean.dtype)
            .eval()
        )

    def longest_first(self) -> list[int]:
        """The numbers of the unfinished jobs in the order in which they start."""
        return sorted(self._unfinished, key=self._steps, reverse=True)

    def results(self) -> Iterator[RunResult]:
        """Do all jobs.

        Raises:
            torch.OutOfMemoryError: the stack does not fit on the device.
        """
        self._build(capacity=self._steps(self._waiting[0]))
        while True:
            yield from self._refill()
            if not self._under_way:
                return
            if not self._waiting and 2 * len(self._under_way) <= self.width:
                self._narrow()
            self._advance()
            yield from self._look()

    def _steps(self, number: int) -> int:
        return self._unfinished[number].steps(len(self._images.train_labels))

    def _build(self, capacity: int) -> None:
        self._stack = Stack(
            self._network, self._images, self._kind, width=self.width, capacity=capacity
        )
        self._step = repeated(self._stack.step, self._stack.moving, self._images.device)
        self._on_capture(self._step.seconds_capture)

    def _narrow(self) -> None:
        """Go on in a stack of only the lanes that are under way."""
        lanes = list(self._under_way)
        rows = [row[lanes] for row in self._stack.rows]
        capacity, self.width = self._stack.capacity, len(lanes)
        # the old stack makes room before the new one is built
        del self._step, self._stack
        self._build(capacity)
        for new, old in zip(self._stack.rows, rows, strict=True):
            new.copy_(old)
        self._under_way = dict(enumerate(self._under_way.values()))

    def _refill(self) -> Iterator[RunResult]:
        """Start waiting jobs in the lanes that are free."""
        for lane in range(self.width):
            while self._waiting and lane not in self._under_way:
                number = self._waiting.popleft()
                try:
                    self._start(lane, number)
                except torch.OutOfMemoryError:
                    raise
                except Exception as error:
                    yield self._failed(self._unfinished.pop(number), error)

    def _start(self, lane: int, number: int) -> None:
        job, images = self._unfinished[number], self._images
        generator = torch_generator(job.training_seed)
        network = build_model(job.recipe.model, images.shape, images.classes, generator)
        feed = draw_feed(job, images, generator)
        way = _UnderWay(number, job, feed.course)
        if job.recording and job.recording.at_start:
            self._network.load_state_dict(network.state_dict())
            self._record(job.recording, 0, way)
        self._stack.put(lane, network, feed)
        self._under_way[lane] = way

    def _advance(self) -> None:
        """Train until the first lane is to be looked at; all lanes share the time."""
        steps = min(way.stop - way.steps for way in self._under_way.values())
        start = time.perf_counter()
        self._step.advance(steps)
        share = (time.perf_counter() - start) / len(self._under_way)
        for way in self._under_way.values():
            way.steps += steps
            way.seconds_train += share

    def _look(self) -> Iterator[RunResult]:
        """Yield what came of the lanes that have ended; let those with more epochs go on."""
        for lane, way in list(self._under_way.items()):
            if way.steps < way.stop:
                continue
            try:
                result = self._at_stop(lane, way)
            except torch.OutOfMemoryError:
                raise
            except Exception as error:
                result = self._failed(way.job, error)
            if result is None:
                way.plan()
            else:
                self._stack.rest(lane)
                del self._under_way[lane]
                del self._unfinished[way.number]
                yield result

    def _at_stop(self, lane: int, way: _UnderWay) -> RunResult | None:
        """Record the epoch that has ended, if asked for; the result if the training has."""
        history = self._stack.history(lane, way.course, way.steps)
        self._stack.load(lane, self._network, way.steps)
        if way.job.recording:
            self._record(way.job.recording, len(history), way)
        return self._result(way, history) if way.steps == way.course.steps else None

    def _record(self, recording: Recording, epoch: int, way: _UnderWay) -> None:
        """Write down what the network says that has been loaded."""
        start = time.perf_counter()
        recording.write(epoch, self._network, self._network, self._images)
        way.seconds_recording += time.perf_counter() - start

    def _result(self, way: _UnderWay, history: tuple[EpochRecord, ...]) -> RunResult:
        """Judge the network that has been loaded from a lane."""
        trained = Trained(
            steps=way.steps,
            samples_seen=sum(way.course.epochs),
            unique_samples=way.course.unique_samples,
            seconds_train=way.seconds_train,
            seconds_recording=way.seconds_recording,
            history=history,
        )
        return judged(self._network, self._network, self._images, way.job, trained, concurrency=1)

    def _failed(self, job: Job, error: Exception) -> RunResult:
        kind, threads = self._images.device.type, torch.get_num_threads()
        return failed(job, reason_of(error), kind, threads, concurrency=1)
