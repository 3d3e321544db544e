"""Sixteen samples side by side: the vector that every kernel computes with.

Numba has no type for a vector register. This one is LLVM's ``<16 x float>``: one register with
AVX-512, two with AVX2, four with SSE or NEON, with the same results.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from llvmlite import ir
from numba.core import cgutils, extending, types
from numba.core.errors import NumbaTypeError
from numba.core.extending import lower_builtin, models, register_model
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature

LANES = 16
"""Samples in one vector."""

VECTOR = ir.VectorType(ir.FloatType(), LANES)

Typed: TypeAlias = tuple[Any, Callable[..., Any]]
"""What an intrinsic returns: its signature, and the function that writes its code."""


Lanes: TypeAlias = Any
"""A vector in a kernel: it has + - and *, lane by lane."""


def intrinsic(typing: Callable[..., Typed]) -> Any:
    """A function that kernels call and that ``typing`` writes the code of."""
    return extending.intrinsic(typing)


class LanesType(types.Type):
    """The type of sixteen float32."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


lanes_type = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, lanes: LanesType) -> None:
        super().__init__(manager, lanes, VECTOR)  # type: ignore[no-untyped-call]


def require_floats(array: Any) -> None:
    """Refuse what is no contiguous float32 array, because vectors are read at flat offsets.

    Raises:
        NumbaTypeError: the array has another type.
    """
    contiguous = isinstance(array, types.Array) and array.layout == "C"
    if not contiguous or array.dtype != types.float32:
        raise NumbaTypeError(f"a contiguous float32 array is needed, not {array}")


def element_pointer(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    """The address of an array's element at a flat offset."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [at])


def load_lanes(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    """Write the code that reads a vector."""
    pointer = element_pointer(context, builder, array_type, array, at)
    value = builder.load(builder.bitcast(pointer, VECTOR.as_pointer()))
    value.align = 4
    return value


def store_lanes(
    context: Any, builder: Any, array_type: Any, array: Any, at: Any, value: Any
) -> None:
    """Write the code that writes a vector."""
    pointer = element_pointer(context, builder, array_type, array, at)
    builder.store(value, builder.bitcast(pointer, VECTOR.as_pointer())).align = 4


def splat_lanes(builder: Any, value: Any) -> Any:
    """Write the code that puts one float into every lane."""
    first = ir.IntType(32)(0)
    undefined = ir.Constant(VECTOR, ir.Undefined)
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(
        builder.insert_element(undefined, value, first), undefined, everywhere
    )


def multiply_add(builder: Any, left: Any, right: Any, addend: Any) -> Any:
    """Write the code of ``left * right + addend``, rounded once where the CPU can."""
    function_type = ir.FunctionType(VECTOR, [VECTOR] * 3)
    function = cgutils.get_or_insert_function(
        builder.module, function_type, f"llvm.fmuladd.v{LANES}f32"
    )
    return builder.call(function, [left, right, addend])


@intrinsic
def load(_typing: Any, array: Any, _at: Any) -> Typed:
    """The sixteen floats of a contiguous array from a flat offset on."""
    require_floats(array)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return load_lanes(context, builder, signature.args[0], *values)

    return lanes_type(array, types.intp), generate


@intrinsic
def store(_typing: Any, array: Any, _at: Any, _value: Any) -> Typed:
    """Write sixteen floats into a contiguous array from a flat offset on."""
    require_floats(array)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        store_lanes(context, builder, signature.args[0], *values)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes_type), generate


@intrinsic
def splat(_typing: Any, _value: Any) -> Typed:
    """One number in every lane, rounded to float32."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return splat_lanes(builder, values[0])

    return lanes_type(types.float32), generate


@intrinsic
def total(_typing: Any, _lanes: Any) -> Typed:
    """The sum of the lanes, ``float32``."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        (lanes,) = values
        width = LANES
        while width > 1:
            width //= 2
            # the upper half onto the lower one: a fixed order, so that sums are reproducible
            upper = [min(lane + width, LANES - 1) for lane in range(LANES)]
            indices = ir.Constant(ir.VectorType(ir.IntType(32), LANES), upper)
            lanes = builder.fadd(lanes, builder.shuffle_vector(lanes, lanes, indices))
        return builder.extract_element(lanes, ir.IntType(32)(0))

    return types.float32(lanes_type), generate


def _selection(condition: Callable[[Any, Any, Any], Any]) -> Any:
    """An intrinsic ``(left, right, then, otherwise)`` that chooses lane by lane."""

    def select(_typing: Any, _left: Any, _right: Any, _then: Any, _otherwise: Any) -> Typed:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            left, right, then, otherwise = values
            return builder.select(condition(builder, left, right), then, otherwise)

        return lanes_type(*[lanes_type] * 4), generate

    return intrinsic(select)


def _above(builder: Any, left: Any, right: Any) -> Any:
    return builder.or_(
        builder.fcmp_ordered(">", left, right), builder.fcmp_unordered("uno", left, left)
    )


where_above = _selection(_above)
"""``then`` where left > right, else ``otherwise``. A NaN is above all, so that it spreads."""

where_equal = _selection(lambda builder, left, right: builder.fcmp_ordered("==", left, right))
"""``then`` where left = right, else ``otherwise``. A NaN equals nothing."""


class _Arithmetic(ConcreteTemplate):
    cases = [signature(lanes_type, lanes_type, lanes_type)]  # noqa: RUF012 - as numba reads it


def _define(operation: str, *signs: Callable[[Any, Any], Any]) -> None:
    """Write an operator as an instruction that the CPU may join with the next into one rounding."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return getattr(builder, operation)(*values, flags=("contract",))

    for sign in signs:
        infer_global(sign)(_Arithmetic)
        lower_builtin(sign, LanesType, LanesType)(generate)


_define("fadd", operator.add, operator.iadd)
_define("fsub", operator.sub)
_define("fmul", operator.mul)
