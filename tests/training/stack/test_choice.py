import subprocess
import sys
from typing import Any

import pytest

from leanset.training.stack.choice import is_stacked


@pytest.mark.parametrize(
    ("model", "width", "device", "expected"),
    [
        ("lenet5", "auto", "cuda", True),
        ("mlp", "auto", "cuda", True),
        ("lenet5", "auto", "cpu", False),
        ("lenet5", 8, "cpu", True),
        ("lenet5", 8, "cuda", True),
        ("lenet5", 1, "cuda", False),
        ("resnet9", "auto", "cuda", False),
        ("resnet18", 8, "cuda", False),
    ],
)
def test_small_networks_are_stacked_on_a_gpu_or_where_it_is_asked_for(
    model: str, width: Any, device: str, expected: bool
) -> None:
    assert is_stacked(model, width, device) is expected


def test_that_a_cpu_stacks_nothing_by_itself_is_known_without_torch() -> None:
    script = (
        "import sys; from leanset.training.stack.choice import is_stacked;"
        "print(is_stacked('lenet5', 'auto', 'cpu'), 'torch' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["False", "False"]
