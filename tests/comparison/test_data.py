"""What became of the image set, in sentences."""

from leanset.comparison import Sweep
from leanset.comparison.data import changes_of_data
from tests.comparison.examples import NEW, cell, ledger, sweep, used_images

RUNS = ledger(cell("random", [0.9, 0.9]))
OTHER_CONTENT = ledger(cell("random", [0.9, 0.9], images="cd" * 32))
CONTENT = (
    "The content of the image set changed: its hash begins with cdcdcdcdcdcd, "
    "before with abababababab."
)


def test_of_the_same_images_there_is_nothing_to_say() -> None:
    assert changes_of_data(sweep(RUNS), sweep(RUNS, NEW)) == ()


def test_every_number_that_changed_is_said() -> None:
    smaller = used_images(train=54_000, validation=6_000)
    assert changes_of_data(sweep(RUNS), sweep(OTHER_CONTENT, NEW, images=smaller)) == (
        CONTENT,
        "There are 54,000 training samples, before 60,000.",
        "There are 6,000 validation samples, before 0.",
    )


def test_classes_that_are_new_or_gone_are_named() -> None:
    other = used_images(class_names=("dog", "fox"), name="zoo")
    assert changes_of_data(sweep(RUNS), sweep(OTHER_CONTENT, NEW, images=other))[1:] == (
        "The image set is called zoo, before mnist.",
        "New classes: fox.",
        "Classes that are gone: cat.",
    )


def test_the_same_classes_in_another_order_are_another_set() -> None:
    other = used_images(class_names=("dog", "cat"))
    sentences = changes_of_data(sweep(RUNS), sweep(OTHER_CONTENT, NEW, images=other))
    assert sentences[1:] == ("The classes have another order.",)


def test_noise_is_told_with_its_settings() -> None:
    noisy = used_images(noise={"kind": "symmetric", "rate": 0.1})
    sentences = changes_of_data(sweep(RUNS), sweep(OTHER_CONTENT, NEW, images=noisy))
    assert sentences[1:] == (
        "Labels are made wrong by symmetric noise (rate 0.1), before by nothing.",
    )


def test_the_ledger_alone_tells_that_the_content_changed() -> None:
    unnoted = Sweep("before", RUNS, None)
    assert changes_of_data(unnoted, sweep(OTHER_CONTENT, NEW)) == (CONTENT,)
