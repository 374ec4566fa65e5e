"""Texts that are too long: their beginning and their end are kept, and the reader is told where something is left out.

The end counts as much as the beginning: what matters most is often said last, or hidden there.
"""

#: Stands where text was left out.
MARK = "\n\n[Message coupé ici : le texte entier est gardé avec le courriel d’origine · cut here]\n\n"


def cut(text: str, *, most_chars: int) -> str:
    """The text, or its first three quarters and its last quarter with the mark between; never above `most_chars`."""
    head, tail = ends(text, most_chars=most_chars - len(MARK)) if len(text) > most_chars else (text, "")
    return f"{head}{MARK}{tail}" if tail else head


def ends(text: str, *, most_chars: int) -> tuple[str, str]:
    """Its first three quarters and its last quarter when it is longer than this; else the text, and nothing."""
    if len(text) <= most_chars:
        return text, ""
    last = most_chars // 4
    return text[: most_chars - last], text[len(text) - last :]
