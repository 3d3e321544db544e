"""The training log: what proxies say of every training sample after every epoch."""

from leanset.training.log.training_log import LogSettings, TrainingLog

__all__ = ["LogSettings", "TrainingLog"]
