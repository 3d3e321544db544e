"""Label noise: made on purpose, to judge what claims to find wrong labels."""

from leanset.noise.detection import Detection, detection_table, judge_detector
from leanset.noise.injection import (
    Asymmetric,
    LabelNoise,
    NoisyLabels,
    Symmetric,
    parse_noise,
)

__all__ = [
    "Asymmetric",
    "Detection",
    "LabelNoise",
    "NoisyLabels",
    "Symmetric",
    "detection_table",
    "judge_detector",
    "parse_noise",
]
