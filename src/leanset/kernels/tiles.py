"""Register tiles: sums of products that stay in registers while a kernel runs over its terms.

A tile is a tuple of rows, each a tuple of vectors. Its shape is part of its type, so a kernel is
compiled for each shape that it is given.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import types

from leanset.kernels.lanes import (
    LANES,
    Typed,
    element_pointer,
    intrinsic,
    lanes_type,
    load_lanes,
    multiply_add,
    require_floats,
    splat_lanes,
    store_lanes,
)

TileShape: TypeAlias = tuple[tuple[int, ...], ...]

REGISTERS = 32 if llvm.get_host_cpu_features().get("avx512f", False) else 8
"""How many vectors the CPU holds in registers (with AVX2, two registers make one vector)."""


def tile_shape(rows: int, columns: int) -> TileShape:
    """A shape as kernels take it: only its type is read."""
    return ((0,) * columns,) * rows


@intrinsic
def zero_tile(_typing: Any, shape: Any) -> Typed:
    """A tile of zeros."""
    tile = types.UniTuple(types.UniTuple(lanes_type, shape.dtype.count), shape.count)

    def generate(context: Any, _builder: Any, signature: Any, _values: Any) -> Any:
        return ir.Constant(context.get_value_type(signature.return_type), None)

    return tile(shape), generate


@intrinsic
def add_outer(
    _typing: Any,
    tile: Any,
    scalars: Any,
    _at: Any,
    _step: Any,
    _rows: Any,
    vectors: Any,
    _vectors_at: Any,
) -> Typed:
    """The tile plus the outer product of scalars (one a row) and vectors (one a column).

    The scalars lie a step apart from a flat offset on, the vectors side by side. There are scalars
    for the first ``rows`` rows; what the others sum up is without meaning.
    """
    require_floats(scalars)
    require_floats(vectors)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        result, scalar_array, at, step, rows, vector_array, vectors_at = values
        columns = [
            load_lanes(context, builder, signature.args[5], vector_array, place)
            for place in _places(builder, vectors_at, at.type(LANES), tile.dtype.count)
        ]
        for row, place in enumerate(_places(builder, at.type(0), step, tile.count)):
            # a scalar too far on would be read from beyond the array
            is_there = builder.icmp_signed("<", at.type(row), rows)
            there = builder.add(at, builder.select(is_there, place, at.type(0)))
            pointer = element_pointer(context, builder, signature.args[1], scalar_array, there)
            scalar = splat_lanes(builder, builder.load(pointer))
            for column, vector in enumerate(columns):
                result = _add_product(builder, result, (row, column), scalar, vector)
        return result

    offset = types.intp
    return tile(tile, scalars, offset, offset, offset, vectors, offset), generate


@intrinsic
def add_products(
    _typing: Any,
    tile: Any,
    left: Any,
    _left_at: Any,
    _left_step: Any,
    right: Any,
    _right_at: Any,
    _right_step: Any,
) -> Typed:
    """The tile plus, lane by lane, the products of vectors ``left`` (rows) and ``right`` (columns).

    Vectors of neighbouring rows, and of neighbouring columns, lie a step apart.
    """
    require_floats(left)
    require_floats(right)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        result, left_array, left_at, left_step, right_array, right_at, right_step = values
        rows = [
            load_lanes(context, builder, signature.args[1], left_array, place)
            for place in _places(builder, left_at, left_step, tile.count)
        ]
        for column, place in enumerate(_places(builder, right_at, right_step, tile.dtype.count)):
            vector = load_lanes(context, builder, signature.args[4], right_array, place)
            for row, factor in enumerate(rows):
                result = _add_product(builder, result, (row, column), factor, vector)
        return result

    offset = types.intp
    return tile(tile, left, offset, offset, right, offset, offset), generate


@intrinsic
def store_tile(_typing: Any, tile: Any, _rows: Any, array: Any, _at: Any, _step: Any) -> Typed:
    """Write the first ``rows`` rows of a tile, a step apart, each row's vectors side by side."""
    require_floats(array)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        result, rows, target, at, step = values
        for row, start in enumerate(_places(builder, at, step, tile.count)):
            with builder.if_then(builder.icmp_signed("<", rows.type(row), rows)):
                places = _places(builder, start, rows.type(LANES), tile.dtype.count)
                for column, place in enumerate(places):
                    vector = builder.extract_value(result, (row, column))
                    store_lanes(context, builder, signature.args[2], target, place, vector)
        return context.get_dummy_value()

    offset = types.intp
    return types.void(tile, offset, array, offset, offset), generate


@intrinsic
def add_tile_to(
    _typing: Any, tile: Any, array: Any, _at: Any, _row_step: Any, _column_step: Any
) -> Typed:
    """Add a tile to vectors in an array: rows and columns lie a step apart each."""
    require_floats(array)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        result, target, at, row_step, column_step = values
        for row, start in enumerate(_places(builder, at, row_step, tile.count)):
            places = _places(builder, start, column_step, tile.dtype.count)
            for column, place in enumerate(places):
                before = load_lanes(context, builder, signature.args[1], target, place)
                vector = builder.fadd(before, builder.extract_value(result, (row, column)))
                store_lanes(context, builder, signature.args[1], target, place, vector)
        return context.get_dummy_value()

    offset = types.intp
    return types.void(tile, array, offset, offset, offset), generate


def _places(builder: Any, start: Any, step: Any, count: int) -> list[Any]:
    """Write the code of ``count`` flat offsets, a step apart."""
    places = [start]
    while len(places) < count:
        places.append(builder.add(places[-1], step))
    return places


def _add_product(builder: Any, tile: Any, place: tuple[int, int], left: Any, right: Any) -> Any:
    added = multiply_add(builder, left, right, builder.extract_value(tile, place))
    return builder.insert_value(tile, added, place)
