"""What the engine is compared with: plain PyTorch that owes nothing to leanset.

All train the same LeNet-5 with the figures of the source experiment.
"""

EPOCHS = 5
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
