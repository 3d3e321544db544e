"""Convolution, batch norm, ReLU and max-pooling as one fused block on one CPU thread."""
