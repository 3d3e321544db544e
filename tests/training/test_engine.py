"""The engine on real digits. All tests share the two worker processes that the first one starts."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from leanset.errors import LeansetError
from leanset.hardware import usable_cores
from leanset.images import ImageSet
from leanset.models import build_model
from leanset.models.base import Network
from leanset.seeds import torch_generator
from leanset.store import Built, Key, Store
from leanset.training import Job, Recipe, RunResult, TrainingSettings, train_runs
from leanset.training.engine import device_kind
from leanset.training.prepared import PreparedImages, prepare
from leanset.training.run import attempt, train_one

WORKERS = 2


def job(key: str = "job", samples: int | Sequence[int] = 200, **changes: Any) -> Job:
    """A small training; ``changes`` are of the recipe, but for training_seed and keep_state."""
    indices = np.arange(samples) if isinstance(samples, int) else np.array(samples)
    seed = changes.pop("training_seed", 7)
    keep_state = changes.pop("keep_state", False)
    adam = {"name": "adam", "learning_rate": changes.pop("learning_rate", 1e-3)}
    recipe = {"model": "lenet5", "optimizer": adam, "batch_size": 64, "epochs": 1} | changes
    return Job(key, indices, Recipe.model_validate(recipe), seed, keep_state=keep_state)


def settings(workers: int = WORKERS, device: str = "cpu") -> TrainingSettings:
    return TrainingSettings.model_validate(
        {"device": device, "workers": workers, "keep_models": "none"}
    )


def trained(images: ImageSet, *jobs: Job, workers: int = WORKERS) -> dict[str, RunResult]:
    results = list(train_runs(images, jobs, settings(workers)))
    by_key = {result.key: result for result in results}
    assert len(results) == len(by_key) == len(jobs)
    return by_key


def one(images: ImageSet, the_job: Job) -> RunResult:
    (result,) = trained(images, the_job).values()
    assert result.failure is None
    return result


def outcome(result: RunResult) -> tuple[object, ...]:
    """Everything a training led to, exactly; not how long it took."""
    assert result.state is not None
    weights = {name: value.tobytes() for name, value in result.state.items()}
    return (
        result.failure,
        result.predicted.tobytes(),
        result.loss,
        result.steps,
        result.samples_seen,
        result.history,
        weights,
    )


@pytest.fixture(scope="module")
def prepared(digits: ImageSet) -> PreparedImages:
    return prepare(digits, 32, torch.device("cpu"))


def fresh(seed: int) -> Network:
    return build_model("lenet5", (1, 32, 32), 10, torch_generator(seed))


def with_state(state: dict[str, np.ndarray]) -> Network:
    model = fresh(0)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return model


def test_a_network_learns_to_read_digits(digits: ImageSet) -> None:
    result = one(digits, job(samples=700, epochs=5))
    accuracy = (result.predicted == digits.test.labels).mean()
    assert accuracy > 0.8
    losses = [record.loss for record in result.history]
    assert losses == sorted(losses, reverse=True)


def test_a_network_that_saw_only_zeros_and_ones_answers_nothing_else(digits: ImageSet) -> None:
    zeros_and_ones = np.flatnonzero(digits.train.labels < 2)
    result = one(digits, job(samples=zeros_and_ones.tolist(), epochs=5))
    assert set(result.predicted.tolist()) == {0, 1}


def test_one_seed_gives_one_result_bit_for_bit_and_another_seed_another(digits: ImageSet) -> None:
    results = trained(
        digits,
        job("first", keep_state=True),
        job("again", keep_state=True),
        job("other", keep_state=True, training_seed=8),
    )
    assert outcome(results["first"]) == outcome(results["again"])
    assert results["first"].loss != results["other"].loss


def test_neither_the_order_of_the_jobs_nor_the_number_of_workers_matters(
    digits: ImageSet,
) -> None:
    jobs = [job(f"{n}", samples=n, training_seed=n, keep_state=True) for n in (60, 150, 100)]
    two = trained(digits, *jobs, workers=2)
    one_worker = trained(digits, *reversed(jobs), workers=1)
    for key, result in two.items():
        assert outcome(result) == outcome(one_worker[key])


def test_the_subset_matters_but_not_who_else_is_trained(digits: ImageSet) -> None:
    alone = one(digits, job("a", keep_state=True))
    among_others = trained(
        digits, job("a", keep_state=True), job("b", samples=range(100, 300)), job("c", epochs=2)
    )
    assert outcome(among_others["a"]) == outcome(alone)
    assert among_others["b"].loss != alone.loss


def test_a_diverging_job_is_a_result_with_its_reason_and_the_others_go_on(
    digits: ImageSet,
) -> None:
    results = trained(
        digits,
        job("good"),
        job("diverging", learning_rate=1e30, epochs=2),
        job("outside", samples=[0, 1, 1100]),
        job("also good", samples=100),
    )
    reason = results["diverging"].failure
    assert reason is not None
    assert reason.startswith("DivergedError: the training loss is nan after epoch ")
    assert len(results["diverging"].predicted) == 0
    assert np.isnan(results["diverging"].loss)
    outside = results["outside"].failure
    assert outside is not None
    assert outside.startswith("IndexError: index 1100 is out of bounds")
    assert results["good"].failure is None
    assert results["also good"].failure is None


def test_a_job_that_diverges_in_its_very_last_step_has_failed_too(digits: ImageSet) -> None:
    # the loss of a step is seen before the step, so the last step's harm shows only afterwards
    (result,) = trained(digits, job(samples=64, learning_rate=1e30)).values()
    assert result.failure is not None
    assert result.failure.startswith("DivergedError")


def test_the_kept_weights_predict_what_was_reported(
    digits: ImageSet, prepared: PreparedImages
) -> None:
    result = one(digits, job(samples=400, epochs=2, keep_state=True))
    assert result.state is not None
    model = with_state(dict(result.state)).eval()
    with torch.inference_mode():
        logits = model(prepared.normalised(prepared.test_images))
    assert (logits.argmax(1).numpy() == result.predicted).all()
    # over all 697 test samples at once: a mean of the means of 500 and 197 would differ
    whole = float(cross_entropy(logits.double(), prepared.test_labels))
    assert result.loss == pytest.approx(whole, rel=1e-5)


def test_weights_are_handed_back_only_if_the_job_asks(digits: ImageSet) -> None:
    results = trained(digits, job("kept", keep_state=True), job("not"))
    assert results["not"].state is None
    assert results["kept"].state is not None
    assert set(results["kept"].state) == set(fresh(0).state_dict())
    assert results["kept"].loss == results["not"].loss


def test_there_is_one_prediction_for_every_test_sample(digits: ImageSet) -> None:
    result = one(digits, job())
    assert result.predicted.shape == (697,)
    assert result.predicted.dtype == np.int64
    assert set(result.predicted.tolist()) <= set(range(10))


@pytest.mark.parametrize(
    ("samples", "epochs", "batch_size", "steps"),
    [
        (200, 3, 64, 12),  # 64 + 64 + 64 + 8: four steps an epoch
        (128, 2, 64, 4),
        (65, 2, 64, 4),  # the last batch is of one sample
        (1, 2, 64, 2),
    ],
)
def test_steps_and_samples_seen_are_counted(
    digits: ImageSet, samples: int, epochs: int, batch_size: int, steps: int
) -> None:
    result = one(
        digits, job(samples=samples, epochs=epochs, batch_size=batch_size, keep_state=True)
    )
    assert result.steps == steps
    assert result.samples_seen == samples * epochs
    assert [record.epoch for record in result.history] == list(range(1, epochs + 1))
    # batch norm counts its batches itself, which tells how many steps there really were
    assert result.state is not None
    assert int(result.state["layers.1.num_batches_tracked"]) == steps


def test_an_epoch_shows_every_sample_once_with_exact_loss_and_accuracy(
    digits: ImageSet, prepared: PreparedImages
) -> None:
    # at a rate of next to nothing the weights stay, and in batches of one a sample's loss does
    # not depend on its neighbours: so the history is told by the untrained network alone
    subset = [3, 14, 15, 92, 65, 35, 89, 79, 323, 84]
    result = one(digits, job(samples=subset, epochs=2, batch_size=1, learning_rate=1e-30))
    model = fresh(7).train()
    losses, right = [], 0
    with torch.no_grad():
        for sample in subset:
            label = prepared.train_labels[sample : sample + 1]
            logits = model(prepared.normalised(prepared.train_images[sample : sample + 1]))
            losses.append(float(cross_entropy(logits, label)))
            right += int(logits.argmax(1) == label)
    for record in result.history:
        assert record.loss == pytest.approx(np.mean(losses), rel=1e-5)
        assert record.accuracy == right / 10


def test_training_is_adam_as_the_paper_writes_it(
    digits: ImageSet, prepared: PreparedImages
) -> None:
    # the whole subset in one batch, so that the order of the samples does not matter
    result = one(digits, job(samples=50, epochs=4, learning_rate=0.01, keep_state=True))
    model = fresh(7).train()
    pixels = prepared.normalised(prepared.train_images[:50])
    parameters = dict(model.named_parameters())
    initial = {name: p.detach().numpy().copy() for name, p in parameters.items()}
    first = {name: torch.zeros_like(p) for name, p in parameters.items()}
    second = {name: torch.zeros_like(p) for name, p in parameters.items()}
    for step in range(1, 5):
        loss = cross_entropy(model(pixels), prepared.train_labels[:50])
        assert result.history[step - 1].loss == pytest.approx(float(loss.detach()), rel=1e-3)
        gradients = torch.autograd.grad(loss, list(parameters.values()))
        with torch.no_grad():
            for (name, p), gradient in zip(parameters.items(), gradients, strict=True):
                first[name] = 0.9 * first[name] + 0.1 * gradient
                second[name] = 0.999 * second[name] + 0.001 * gradient**2
                mean = first[name] / (1 - 0.9**step)
                spread = second[name] / (1 - 0.999**step)
                p.sub_(0.01 * mean / (spread.sqrt() + 1e-8))
    assert result.state is not None
    for layer in ("layers.9", "layers.11", "layers.13"):
        for name in (f"{layer}.weight", f"{layer}.bias"):
            off = np.abs(result.state[name] - parameters[name].detach().numpy())
            # Adam divides by the gradient, so where that is next to nothing rounding steers
            assert np.median(off) < 1e-6, name
            assert (off < 1e-3).mean() > 0.99, name
            assert np.abs(result.state[name] - initial[name]).max() > 0.01, name


def test_images_mapped_from_disk_train_like_images_in_memory(
    digits: ImageSet, tmp_path: Path
) -> None:
    entry = Store(tmp_path).get_or_build(
        Key.of("images", name="digits"), lambda: Built(digits.arrays(), {})
    )
    mapped = ImageSet.from_arrays(entry.arrays, digits.name, digits.class_names)
    assert isinstance(mapped.train.images, np.memmap)
    on_disk, in_memory = one(mapped, job(keep_state=True)), one(digits, job(keep_state=True))
    assert outcome(on_disk) == outcome(in_memory)


def test_two_image_sets_of_one_name_are_not_mixed_up(digits: ImageSet) -> None:
    turned = ImageSet(digits.name, digits.class_names, digits.test, digits.train)
    assert one(digits, job()).predicted.shape == (697,)
    assert one(turned, job()).predicted.shape == (1100,)


def test_a_result_says_where_and_beside_how_many_it_was_trained(digits: ImageSet) -> None:
    result = one(digits, job())
    assert (result.device, result.threads, result.concurrency) == ("cpu", 1, WORKERS)
    assert 0 < result.seconds_train < 60
    assert 0 < result.seconds_evaluate < 60


def test_auto_uses_every_core_there_is(digits: ImageSet) -> None:
    auto = TrainingSettings(device="cpu", workers="auto", keep_models="none")
    (result,) = train_runs(digits, [job()], auto)
    assert result.failure is None
    assert result.concurrency == usable_cores()


def test_training_leaves_the_global_random_states_alone(
    digits: ImageSet, prepared: PreparedImages
) -> None:
    of_torch = torch.get_rng_state()
    of_numpy = np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    one(digits, job(samples=64))
    here = train_one(prepared, job(samples=64), concurrency=1)
    assert here.failure is None
    assert torch.equal(torch.get_rng_state(), of_torch)
    assert np.random.get_state()[1].tolist() == of_numpy  # type: ignore[index] # noqa: NPY002


@pytest.mark.usefixtures("one_thread")
def test_training_does_not_read_the_global_random_state(prepared: PreparedImages) -> None:
    results = []
    with torch.random.fork_rng():
        for global_seed in (1, 2):
            torch.manual_seed(global_seed)
            results.append(train_one(prepared, job(samples=64, keep_state=True), concurrency=1))
    assert outcome(results[0]) == outcome(results[1])


def test_the_images_are_as_they_were_after_a_training(prepared: PreparedImages) -> None:
    before = prepared.train_images.clone()
    attempt(lambda: prepared, job(samples=64), "cpu", concurrency=1)
    assert torch.equal(prepared.train_images, before)


def test_no_jobs_give_no_results(digits: ImageSet) -> None:
    assert list(train_runs(digits, [], settings())) == []


def test_a_gpu_that_is_not_there_is_refused_with_what_to_do(
    digits: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    message = (
        r"training.device: the device 'cuda' is asked for, but torch sees no GPU\. "
        r"Set it to auto or cpu, or install a CUDA build of torch\."
    )
    with pytest.raises(LeansetError, match=message):
        list(train_runs(digits, [job()], settings(device="cuda")))


def test_the_kind_of_device_is_the_one_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, kind in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert device_kind("auto") == kind
        assert device_kind("cpu") == "cpu"


def test_auto_trains_on_the_cpu_where_there_is_no_gpu(
    digits: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (result,) = train_runs(digits, [job()], settings(device="auto"))
    assert result.device == "cpu"


PROLOGUE = """
import multiprocessing, os, signal, threading, time
import numpy as np
from leanset.images import ImageSet, Split
from leanset.training import Job, Recipe, TrainingSettings, train_runs

rng = np.random.default_rng(0)
split = Split.whole(rng.integers(0, 256, (512, 1, 8, 8), dtype=np.uint8), np.arange(512) % 2)
images = ImageSet("noise", ("even", "odd"), split, split)

def job(key, epochs):
    adam = {"name": "adam", "learning_rate": 1e-3}
    recipe = {"model": "lenet5", "optimizer": adam, "batch_size": 64, "epochs": epochs}
    return Job(key, np.arange(512), Recipe.model_validate(recipe), 0)

def train(jobs, workers):
    return train_runs(
        images, jobs, TrainingSettings(device="cpu", workers=workers, keep_models="none")
    )

def kill_a_worker():
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
"""


def script(body: str) -> "subprocess.Popen[str]":
    """A process of its own session, so that a test that fails can end all of it."""
    return subprocess.Popen(
        [sys.executable, "-c", PROLOGUE + textwrap.dedent(body)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[str]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_workers_end_within_five_seconds_when_their_parent_is_killed() -> None:
    process = script(
        """
        print([result.failure for result in train([job("short", 1)], workers=2)], flush=True)
        list(train([job(f"long {n}", 100_000) for n in range(200)], workers=2))
        """
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "[None]\n"
        time.sleep(0.5)  # now the workers are in jobs that take hours, and others wait
        process.kill()
        # workers hold the other end of this pipe: it ends when the last of them has ended
        assert process.communicate(timeout=5)[0] == ""
    finally:
        end(process)


def test_whoever_stops_listening_to_results_ends_the_workers_at_once() -> None:
    process = script(
        """
        print([result.failure for result in train([job("short", 1)], workers=1)])
        results = train([job(f"long {n}", 100_000) for n in range(3)], workers=1)
        later = threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT))
        later.start()
        try:
            next(results)
        except KeyboardInterrupt:
            start = time.monotonic()
            results.close()
            print([process.is_alive() for process in multiprocessing.active_children()])
            print(time.monotonic() - start < 5)
        print([result.failure for result in train([job("next", 1)], workers=1)])
        """
    )
    try:
        assert process.communicate(timeout=100)[0].splitlines() == [
            "[None]", "[]", "True", "[None]",
        ]  # fmt: skip
    finally:
        end(process)


def test_a_job_that_kills_its_worker_fails_and_the_others_go_on() -> None:
    process = script(
        """
        class Bomb:
            def __len__(self):
                return 512

            def __reduce__(self):  # whoever unpickles it ends at once
                return os._exit, (1,)

        def outcomes(*jobs):
            return {result.key: result.failure for result in train(jobs, workers=2)}

        bomb = Job("bomb", Bomb(), job("", 1).recipe, 0)
        jobs = [job("first", 1), bomb, job("second", 1), job("third", 1)]
        print(sorted(outcomes(*jobs).items()))
        kill_a_worker()
        time.sleep(0.5)
        print("killed between two trainings", outcomes(job("job", 1)))
        """
    )
    try:
        assert process.communicate(timeout=150)[0].splitlines() == [
            "[('bomb', 'a worker process died'), "
            "('first', None), ('second', None), ('third', None)]",
            "killed between two trainings {'job': None}",
        ]
    finally:
        end(process)
