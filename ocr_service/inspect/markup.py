"""HTML made by hand and safely: plain text is escaped wherever it goes in, `Html` is not."""

from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def safe(text: str) -> Html:
    """Escape text; what is `Html` already stays."""
    return text if isinstance(text, Html) else Html(escape(text, quote=True))


def join(parts: Iterable[str]) -> Html:
    """Put parts one after the other."""
    return Html("".join(safe(part) for part in parts))


def tag(name: str, *parts: str, **attributes: str) -> Html:
    """Make an element; an attribute of Python's own words is written with `_` behind it."""
    pairs = "".join(f' {k.rstrip("_")}="{safe(v)}"' for k, v in attributes.items())
    return Html(f"<{name}{pairs}>{join(parts)}</{name}>")


def image(uri: str, description: str, *, kind: str) -> Html:
    """Make a picture with the words that stand for it; `kind` is its class."""
    return Html(f'<img class="{safe(kind)}" src="{safe(uri)}" alt="{safe(description)}">')


def figure(uri: str, caption: str) -> Html:
    """Make a picture with a caption under it."""
    return tag("figure", image(uri, caption, kind="page"), tag("figcaption", caption))


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """Make a table; the first cell of a row names it."""
    body = [
        tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:]))
        for row in rows
    ]
    heads = tag("tr", *(tag("th", cell, scope="col") for cell in head))
    return tag("table", tag("caption", caption), tag("thead", heads), tag("tbody", *body))


def listed(parts: Iterable[str]) -> Html:
    """Make a list of points."""
    return tag("ul", *(tag("li", part) for part in parts))
