"""Leanset: how little of your training data you need, which samples, and how sure you can be."""

__version__ = "0.1.0"
