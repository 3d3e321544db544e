"""The catalogue of all methods, made from their own code."""

from leanset.methods.catalogue import FAMILIES, Method, method_of, methods, named
from leanset.methods.words import REQUIRED, Setting

__all__ = ["FAMILIES", "REQUIRED", "Method", "Setting", "method_of", "methods", "named"]
