"""HTML as the plain text that a reader sees. Linear in its input, whatever the input is.

A regular expression cuts tags from text because the standard library's HTML parser takes quadratic time on
unfinished markup. Nothing here is ever shown as HTML, so nothing needs to be made safe.
"""

import html
import re

_TOKEN = re.compile(r"<!--.*?(?:-->|\Z)|<[a-zA-Z/!?][^>]*(?:>|\Z)|[^<]+|<", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LINK = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_HIDDEN = frozenset({"head", "script", "style", "title", "template"})
_LINES = frozenset({"br", "div", "tr", "table", "section", "article", "header", "footer", "address", "dt", "dd", "hr"})
_PARAGRAPHS = frozenset({"p", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_MAX_QUOTE_DEPTH = 5


def html_to_text(source: str) -> str:
    """Keep the words, the line structure, list marks, link targets and quotation marks (`> `)."""
    reader = _Reader()
    for token in _TOKEN.finditer(source):
        reader.read(token[0])
    return reader.text()


class _Reader:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._words: list[str] = []
        self._quotes = 0
        self._hidden = ""
        self._link = ""

    def read(self, token: str) -> None:
        tag = _TAG.match(token)
        if tag is not None:
            self._tag(tag[2].lower(), closing=bool(tag[1]), token=token)
        elif not self._hidden and not (token.startswith("<") and len(token) > 1):
            self._words.append(html.unescape(token))

    def _tag(self, name: str, *, closing: bool, token: str) -> None:
        if self._hidden or name in _HIDDEN:
            # Text that should follow an unclosed head still shows: the body's tag ends it.
            self._hidden = "" if (closing and name == self._hidden) or name == "body" else self._hidden or name
            self._hidden = "" if closing and name in _HIDDEN else self._hidden
        elif name in _LINES:
            self._break()
        elif name in _PARAGRAPHS:
            self._paragraph(name, closing=closing)
        elif name == "li" and not closing:
            self._break()
            self._words.append("- ")
        elif name in ("td", "th") and not closing:
            self._words.append(" ")
        elif name == "a":
            self._anchor(token, closing=closing)

    def _paragraph(self, name: str, *, closing: bool) -> None:
        self._break()
        self._lines.append(self._margin().rstrip())
        if name == "blockquote":
            self._quotes = max(0, self._quotes + (-1 if closing else 1))

    def _anchor(self, token: str, *, closing: bool) -> None:
        if not closing:
            found = _LINK.search(token)
            target = html.unescape(next(filter(None, found.groups()), "")) if found else ""
            self._link = target if target.startswith(("http://", "https://")) else ""
        elif self._link:
            if self._link.rstrip("/") not in "".join(self._words[-3:]):
                self._words.append(f" ({self._link})")
            self._link = ""

    def _margin(self) -> str:
        return "> " * min(self._quotes, _MAX_QUOTE_DEPTH)

    def _break(self) -> None:
        line = " ".join("".join(self._words).split())
        if line:
            self._lines.append(self._margin() + line)
        self._words = []

    def text(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()
