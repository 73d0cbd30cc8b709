"""Pages about exception classes and errno symbols, in Markdown: our prose, and what the knowledge files say."""

from __future__ import annotations

from collections.abc import Iterable

from hangup.knowledge.catalogue import Catalogue
from hangup.knowledge.packs import index, read_errnos, read_pack, read_page
from hangup.knowledge.schema import Errno, ExceptionClass, Pack

_PLATFORMS = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}
_MOST_NUMBERS = 4
_MOST_USED = ("requests", "urllib3", "httpx", "aiohttp")
_PYTHON_DOCS = "https://docs.python.org/3/library/exceptions.html#"
_RETRY = {
    "yes": "Trying again makes sense, with a growing pause.",
    "if-idempotent": "Try again only what may be done twice: nobody knows whether the peer has done it already.",
    "no": "Trying again does not help.",
}


def page_about(name: str, catalogue: Catalogue | None = None) -> str | None:
    """The page about an exception class (any public name of it) or an errno symbol; None if nothing is known of it."""
    catalogue = catalogue or Catalogue()
    symbol = name.removeprefix("errno.")
    errno = read_errnos().get(symbol)
    if errno is not None:
        return errno_page(symbol, errno)
    canonical = catalogue.canonical(name)
    entry = catalogue.exception(canonical)
    return class_page(catalogue, canonical, entry, asked=name) if entry is not None else None


def errno_page(symbol: str, errno: Errno) -> str:
    """The page about an errno symbol."""
    lines = [f"**errno.{symbol}**: {errno.message}", "", f"Python raises it as `{errno.exception}`: {_numbers(errno)}."]
    if errno.summary:
        lines += ["", errno.summary]
    if errno.exception != "OSError":
        lines += ["", f"Catch `{errno.exception}` rather than compare numbers: they differ from platform to platform."]
    return "\n".join(lines)


def class_page(
    catalogue: Catalogue,
    name: str,
    entry: ExceptionClass,
    asked: str | None = None,
    libraries: Iterable[str] | None = None,
) -> str:
    """The page about an exception class, by canonical name.

    asked: the alias that was asked for, if any. libraries: modules whose libraries matter to the reader; None for all.
    """
    page = read_page(name)
    summary, _, rest = (page or entry.summary).partition("\n")
    lines = [f"**{name}**: {summary}" if summary else f"**{name}**"]
    if asked is not None and asked != name:
        lines += ["", f"`{asked}` is another name for it."]
    lines += ["", *_type_lines(catalogue, name, entry)]
    if rest.strip():
        lines += ["", rest.strip()]
    if name == "ConnectionResetError":
        lines += ["", "## What wraps it", "", *_wrapped_by(libraries)]
    pack = catalogue.pack_of(name)
    lines += ["", *_closing(name, entry, pack)]
    return "\n".join(lines).strip()


def _type_lines(catalogue: Catalogue, name: str, entry: ExceptionClass) -> list[str]:
    chain = " > ".join(f"`{each}`" for each in reversed(_line_of_descent(catalogue, name)))
    lines = [f"Type: {chain}"]
    if len(entry.bases) > 1:
        lines.append(f"\nBases: {', '.join(f'`{base}`' for base in entry.bases)}")
    if "." in name and "OSError" not in catalogue.ancestors(name):
        lines.append("\nIt is no `OSError`: `except OSError` and `except ConnectionError` do not catch it.")
    elif "." in name and "ConnectionError" not in catalogue.ancestors(name):
        lines.append("\nIt is an `OSError`, but not the builtin `ConnectionError`.")
    if entry.errno:
        lines.append(f"\nerrno: {_symbols(entry.errno)}")
    if entry.reset and entry.reset != "e":
        lines.append(f"\nAfter a reset, the `ConnectionResetError` is at `{entry.reset}`.")
    return lines


def _symbols(symbols: list[str]) -> str:
    """Errno symbols with their numbers by platform; of many, only the names."""
    known = read_errnos()
    if len(symbols) > _MOST_NUMBERS:
        return ", ".join(f"`{symbol}`" for symbol in symbols)
    return "; ".join(f"`errno.{symbol}` {_numbers(known[symbol])}" for symbol in symbols if symbol in known)


def _line_of_descent(catalogue: Catalogue, name: str) -> list[str]:
    line = [name]
    while (entry := catalogue.exception(line[-1])) is not None and entry.bases and len(line) < 20:
        line.append(catalogue.canonical(entry.bases[0]))
    return line


def _numbers(errno: Errno) -> str:
    by_number: dict[int, list[str]] = {}
    for platform, number in errno.value.items():
        by_number.setdefault(number, []).append(_PLATFORMS[platform])
    if len(by_number) == 1 and len(errno.value) == len(_PLATFORMS):
        return f"{next(iter(by_number))} on every system"
    shown = [f"{number} on {' and '.join(platforms)}" for number, platforms in by_number.items()]
    return ", ".join(shown) + (f" ({errno.windows_name})" if errno.windows_name else "")


def _wrapped_by(libraries: Iterable[str] | None) -> list[str]:
    """The library classes that the reset hides in, from the knowledge files."""
    files = index()
    if libraries is not None:
        wanted = {*_MOST_USED, *libraries}
        files = {module: path for module, path in files.items() if module in wanted}
    lines = []
    for path in sorted(set(files.values())):
        pack = read_pack(path)
        hidden = [f"`{n}` at `{e.reset}`" for n, e in pack.exceptions.items() if e.reset and e.reset != "e"]
        if hidden and pack.library.distribution is not None:
            lines.append(f"- {pack.library.name}: {'; '.join(hidden)}")
    if libraries is not None:
        lines += ["", "`hangup explain ConnectionResetError` lists all libraries that are known."]
    return lines


def _closing(name: str, entry: ExceptionClass, pack: Pack | None) -> list[str]:
    lines = []
    if entry.retry is not None:
        lines.append(_RETRY[entry.retry])
    if pack is not None and pack.library.measured and pack.library.distribution is not None:
        versions = ", ".join(measured.version for measured in pack.library.measured)
        lines.append(f"\nMeasured with {pack.library.name} {versions}.")
    link = entry.documentation or (pack.library.documentation if pack is not None else None)
    if link is None and "." not in name:
        link = _PYTHON_DOCS + name
    if link is not None:
        lines.append(f"\n[Documentation]({link})")
    return lines
