"""Functions of the language and its standard library that hand on what they are given, by the position of that
argument."""

from __future__ import annotations

TRANSPARENT: dict[str, int] = {
    "typing.cast": 1,
    "typing_extensions.cast": 1,
    "asyncio.wait_for": 0,
    "asyncio.shield": 0,
    "contextlib.closing": 0,
    "contextlib.aclosing": 0,
    "contextlib.nullcontext": 0,
    "functools.partial": 0,
    "functools.wraps": 0,
    "copy.copy": 0,
}

# Builtins that give a container of the elements of their (first) argument, and those that give one element.
GATHERING = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "collections.deque"})
PICKING = frozenset({"next", "anext", "min", "max", "random.choice"})

# Annotations that stand for their (first) argument, and those that are iterables of it.
TRANSPARENT_ANNOTATIONS = frozenset(
    {"Optional", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "Awaitable", "Union"}
)
ITERABLE_ANNOTATIONS = frozenset(
    {
        "list",
        "List",
        "set",
        "Set",
        "Sequence",
        "Iterable",
        "Iterator",
        "Generator",
        "AsyncIterable",
        "AsyncIterator",
        "AsyncGenerator",
        "Collection",
        "frozenset",
        "deque",
    }
)
MAPPING_ANNOTATIONS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
TUPLE_ANNOTATIONS = frozenset({"tuple", "Tuple"})
CLASS_ANNOTATIONS = frozenset({"type", "Type"})

# Context managers that swallow what their arguments name.
SUPPRESSING = frozenset({"contextlib.suppress"})
# Those of tests, by the last part of their names: whatever comes out of them is the test runner's business.
EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex"})

# Context managers that raise what their body and their tasks raised in an exception group, and the argument that, when
# it is false, has a single error come out as it is (trio 0.22 to 0.35; anyio 4 has none).
TASK_GROUPS = frozenset({"asyncio.TaskGroup", "anyio.abc.TaskGroup", "trio._core._run.NurseryManager"})
STRICT_GROUPS = "strict_exception_groups"

# What connects again and again, with pauses, when `async for` goes over it: no failure to connect comes out.
RECONNECTING = frozenset(
    {"websockets.asyncio.client.connect", "websockets.legacy.client.connect", "websockets.legacy.client.Connect"}
)
