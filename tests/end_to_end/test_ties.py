"""Ties of a score that counts, on data sorted by class: the artefact of the source experiment."""

import numpy as np

from leanset.pipelines.stored import images_of
from tests.end_to_end.project import Project, read_idx, write_idx

RANDOM, HARDEST = "random", "forgetting_hardest"


def sort_by_class(project: Project) -> None:
    """Write the training split again, all zeros first and all nines last."""
    files = [project.raw / f"train-{file}-ubyte.gz" for file in ("images-idx3", "labels-idx1")]
    order = np.argsort(read_idx(files[1]), kind="stable")
    for file in files:
        write_idx(file, read_idx(file)[order])


def test_ties_of_a_count_cost_no_class_though_the_data_are_sorted_by_class(
    project: Project,
) -> None:
    sort_by_class(project)
    sweep = {"variants": [RANDOM, HARDEST], "budgets": [20, 0.5], "runs": 3}
    project.write("tiny/parameters/sweep.yml", {"sweep": sweep})
    project.write(f"tiny/parameters/variants/{RANDOM}.yml", {RANDOM: {"budgets": [20, 0.5]}})
    with project.session() as session:
        session.run(to_outputs=[f"subsets_{HARDEST}"])

    labels = images_of(project.load("image_set")).train.labels
    assert (np.diff(labels) >= 0).all()
    (entry,) = project.load("score_forgetting")
    forgotten = np.array(entry["values"])
    by_file = labels[np.argsort(-forgotten, kind="stable")]
    subsets = project.load(f"subsets_{HARDEST}")
    assert list(subsets["kept"]) == [20, 20, 20, 500, 500, 500]
    for row in subsets.itertuples():
        possible = set(labels[forgotten >= np.sort(forgotten)[-row.kept]])
        assert set(np.flatnonzero(row.class_histogram)) == possible
        if row.kept == 500:
            # most were never forgotten: in the order of the file the last classes are starved
            assert np.bincount(by_file[:500], minlength=10).min() < 15
            assert row.class_histogram.min() > 25
