"""The sender's new words, apart from what the mail quotes. Conservative: in doubt the words stay."""

import re

_BELOW = r"(?:Original Message|Message d['’]origine|Message original|Mensaje original)"
_SEPARATOR = re.compile(rf"\s*-{{2,}}\s*{_BELOW}\s*-{{2,}}\s*", re.IGNORECASE)
#: Below this stands what the sender wants read, also when the subject does not say so.
_FORWARDED = re.compile(
    r"\s*(?:-{2,}\s*)?(?:Begin forwarded message|Forwarded message|Début du message (?:transféré|réexpédié)|"
    r"Message transféré|Mensaje reenviado|Inicio del mensaje reenviado)\s*:?\s*(?:-{2,})?\s*",
    re.IGNORECASE,
)
#: `On … wrote:` in three languages. It says when, so it holds a digit; it may run over three lines.
_ATTRIBUTION = re.compile(
    r"\s*(?:Le|On|El)\b[^\n]{0,200}\d.{0,300}?(?:a\s+écrit|wrote|escribió)\s?:\s*", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTION_START = re.compile(r"\s*(?:Le|On|El)\s", re.IGNORECASE)
_FROM = re.compile(r"\s*[*_]?(?:From|De)\s?:[*_]?\s*\S", re.IGNORECASE)
_SENT = re.compile(r"\s*[*_]?(?:Sent|Date|Envoyé|Enviado(?: el)?|Fecha)\s?:", re.IGNORECASE)
_TO = re.compile(r"\s*[*_]?(?:To|À|A|Para|Subject|Objet|Asunto)\s?:", re.IGNORECASE)
_RULE = re.compile(r"\s*_{5,}\s*")
_SIGNATURE = re.compile(r"-- ?")
_FOOTER = re.compile(
    r"\s*(?:Envoyé (?:de|depuis) mon|Sent from my|Enviado desde mi|"
    r"(?:Obtenez|Télécharger|Get|Obtener) Outlook (?:pour|for|para))\b.{0,60}",
    re.IGNORECASE,
)
#: A signature is short; more lines than this below `-- ` are words.
_MAX_SIGNATURE_LINES = 15


def new_words(text: str) -> str:
    """Leave out the quoted history, the `-- ` signature and a phone's footer; never everything."""
    lines = text.split("\n")
    kept = _without_footer(_without_signature(_without_history(lines)))
    return "\n".join(kept).strip() or text.strip()


def _without_history(lines: list[str]) -> list[str]:
    """Cut below a separator or a block of headers, and the `>` lines that an attribution introduces."""
    if any(_FORWARDED.fullmatch(line) for line in lines):
        return lines
    kept: list[str] = []
    quoting = False
    number = 0
    while number < len(lines):
        if _starts_history(lines, number):
            break
        length = _attribution_length(lines, number)
        if length:
            rest = _skip_blank(lines, number + length)
            if rest >= len(lines) or not lines[rest].lstrip().startswith(">"):
                break  # quoted without marks: everything below is history
            quoting, number = True, rest
        elif quoting and lines[number].startswith(">"):
            number += 1
        else:
            kept.append(lines[number])
            number += 1
    return kept if any(line.strip() for line in kept) else lines


def _starts_history(lines: list[str], number: int) -> bool:
    line = lines[number]
    if _SEPARATOR.fullmatch(line):
        return True
    if _RULE.fullmatch(line):
        number = _skip_blank(lines, number + 1)
    block = lines[number : number + 6]
    return (
        bool(block)
        and _FROM.match(block[0]) is not None
        and any(_SENT.match(below) for below in block[1:4])
        and any(_TO.match(below) for below in block[2:])
    )


def _attribution_length(lines: list[str], number: int) -> int:
    """How many lines an attribution that begins here takes, 0 when none does."""
    if not _ATTRIBUTION_START.match(lines[number][:20]):
        return 0
    for length in (1, 2, 3):
        block = lines[number : number + length]
        if len(block) == length and all(block) and _ATTRIBUTION.fullmatch("\n".join(block)[:600]):
            return length
    return 0


def _skip_blank(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    return number


def _without_signature(lines: list[str]) -> list[str]:
    marks = [number for number, line in enumerate(lines) if _SIGNATURE.fullmatch(line)]
    if marks and len(lines) - marks[-1] - 1 <= _MAX_SIGNATURE_LINES:
        return lines[: marks[-1]]
    return lines


def _without_footer(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or _FOOTER.fullmatch(kept[-1])):
        kept.pop()
    return kept
