"""Requests that change something and ride on a cookie must come from our own pages."""

from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_same_origin(
    *, fetch_site: str | None, origin: str | None, host: str | None, own: frozenset[str]
) -> bool | None:
    """Whether a browser says that the request comes from our pages; None when it says nothing.

    `fetch_site` is the header Sec-Fetch-Site, `origin` Origin, `host` Host; `own` are further
    `host[:port]` by which people reach the service (a proxy before it).
    """
    if fetch_site is not None:
        # A typed address (`none`) is never an unsafe request of ours; anything else is foreign.
        return fetch_site == "same-origin"
    if origin is not None:
        netloc = urlsplit(origin).netloc.lower()
        return bool(netloc) and (netloc == (host or "").lower() or netloc in own)
    return None
