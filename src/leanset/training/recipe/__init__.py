"""How networks are trained: model, optimiser, schedule, augmentation, compute budget."""

from leanset.training.recipe.recipe import Recipe, TrainingSettings

__all__ = ["Recipe", "TrainingSettings"]
