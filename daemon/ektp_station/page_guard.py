"""Who may use the station's page (penjaga halaman): programs of this machine, and no site in the operator's browser.

A browser says in its requests where they come from. What comes from a site that is not this page is
refused, whatever it asks for; what a form of any site could send without asking is refused too. A
program of the office says nothing of the kind and is let in: whoever may start programs here is in the
office, and what changes anything is signed.
"""

from urllib.parse import urlsplit

from attrs import frozen
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: What a form of a foreign site can send without the browser asking first.
_FORMS = frozenset({"text/plain", "multipart/form-data", "application/x-www-form-urlencoded"})
_FOREIGN = frozenset({"cross-site", "same-site"})

#: No page may show ours in a frame, keep what it says, or guess what kind of thing it is.
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)


@frozen
class PageGuard:
    """An ASGI application around the page."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what another site sends; let the rest through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers") or ()
                message = {**message, "headers": [*headers, *_ALWAYS]}  # type: ignore[misc]  # a list of pairs of bytes
            await send(message)

        why = refusal(scope["method"], Headers(scope=scope))
        if why:
            await JSONResponse({"error": why}, 403)(scope, receive, guarded)  # type: ignore[arg-type]  # our own send
            return
        await self.app(scope, receive, guarded)  # type: ignore[arg-type]  # as above


def refusal(method: str, headers: Headers) -> str:
    """Why a request is not let in; nothing if it is.

    >>> refusal("POST", Headers({"host": "127.0.0.1:80", "origin": "http://evil.example"}))
    'this page takes nothing from another site'
    >>> refusal("POST", Headers({"host": "127.0.0.1:80", "content-type": "application/json"}))
    ''
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "")
    if site in _FOREIGN or (origin is not None and not _is_ours(origin, headers.get("host", ""))):
        return "this page takes nothing from another site"
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method not in ("GET", "HEAD") and kind in _FORMS:
        return "this page takes no forms: send application/json"
    return ""


def _is_ours(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and bool(host) and parts.netloc == host
