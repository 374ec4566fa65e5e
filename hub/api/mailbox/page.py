"""The mailbox page as HTML: a list, one mail open, forms. No script; every value is escaped."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from hub.api.mailbox.words import Words
from hub.mailbox import Mail

_DATES = {"fr": "%d/%m/%Y %H:%M UTC", "en": "%d %b %Y %H:%M UTC", "es": "%d/%m/%Y %H:%M UTC"}
#: Who writes when nobody was chosen; invented, like everybody in the demo.
DEFAULT_SENDER = "camille.moreau@volontaires.example"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form holds before it is sent. `answers` is the id of the mail it answers."""

    sender: str = DEFAULT_SENDER
    subject: str = ""
    text: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What one page shows. `note` says what just happened, `wrong` whether that is a failure."""

    words: Words
    mails: tuple[Mail, ...]
    hub_address: str
    opened: Mail | None = None
    draft: Draft | None = None
    note: str = ""
    wrong: bool = False


def page(view: View) -> str:
    """The whole document."""
    words = view.words
    reading = "reading" if view.opened or view.draft else ""
    return f"""<!doctype html>
<html lang="{words.code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(_title(view))}</title>
<link rel="stylesheet" href="/mailbox/style.css">
</head>
<body>
<header><h1><a href="/mailbox">{escape(words.title)}</a></h1><p class="quiet">{escape(words.about)}</p></header>
<div class="columns {reading}">
{_list(view)}
<main>
{_note(view)}{_content(view)}
</main>
</div>
</body>
</html>
"""


def written_at(moment: datetime, words: Words) -> str:
    """A moment for people to read."""
    return moment.strftime(_DATES[words.code])


def _title(view: View) -> str:
    if view.opened is None:
        return view.words.title
    return f"{view.opened.subject or view.words.no_subject} · {view.words.title}"


def _list(view: View) -> str:
    words = view.words
    lines = "\n".join(_line(mail, view) for mail in view.mails)
    shown = f"<ol>{lines}</ol>" if view.mails else f'<p class="empty">{escape(words.empty)}</p>'
    bar = f'<h2>{escape(words.inbox)}</h2><a class="button" href="/mailbox?write=1">{escape(words.write)}</a>'
    return f'<nav aria-label="{escape(words.inbox)}"><div class="bar">{bar}</div>{shown}</nav>'


def _line(mail: Mail, view: View) -> str:
    current = ' aria-current="page"' if view.opened and view.opened.id == mail.id else ""
    return (
        f'<li><a href="/mailbox/{escape(mail.id)}"{current}>'
        f"<span>{escape(mail.sender_name or mail.sender)}</span>{_time(mail.received_at, view.words)}"
        f'<span class="subject">{escape(mail.subject or view.words.no_subject)}</span>'
        f'<span class="recipient">{escape(view.words.to)} {escape(", ".join(mail.recipients))}</span></a></li>'
    )


def _time(moment: datetime, words: Words) -> str:
    return f'<time datetime="{escape(moment.isoformat())}">{escape(written_at(moment, words))}</time>'


def _note(view: View) -> str:
    if not view.note:
        return ""
    role, kind = ("alert", "note wrong") if view.wrong else ("status", "note")
    return f'<p class="{kind}" role="{role}">{escape(view.note)}</p>\n'


def _content(view: View) -> str:
    back = f'<a class="back" href="/mailbox">{escape(view.words.back)}</a>\n'
    if view.opened is None and view.draft is None:
        return f'<p class="quiet">{escape(view.words.choose)}</p>'
    letter = _letter(view.opened, view.words) if view.opened else f"<h2>{escape(view.words.write)}</h2>"
    return back + letter + (_form(view.draft, view) if view.draft else "")


def _letter(mail: Mail, words: Words) -> str:
    return f"""<h2>{escape(mail.subject or words.no_subject)}</h2>
<dl>
<dt>{escape(words.from_)}</dt><dd>{escape(mail.sender_name)} &lt;{escape(mail.sender)}&gt;</dd>
<dt>{escape(words.to)}</dt><dd>{escape(", ".join(mail.recipients))}</dd>
</dl>
<p class="quiet">{escape(words.read_the.format(date=written_at(mail.received_at, words)))}</p>
<div class="words">{escape(mail.text)}</div>
"""


def _form(draft: Draft, view: View) -> str:
    words = view.words
    button = words.reply if draft.answers else words.send
    # The line end after <textarea> is the one that browsers leave out.
    return f"""<form method="post" action="/mailbox/messages" accept-charset="utf-8">
<input type="hidden" name="answers" value="{escape(draft.answers)}">
<label>{escape(words.from_)}
<input type="email" name="sender" required maxlength="254" autocomplete="email" value="{escape(draft.sender)}"
 aria-describedby="hint"></label>
<p class="quiet" id="hint">{escape(words.sender_hint)}</p>
<label>{escape(words.to)}<input type="email" readonly value="{escape(view.hub_address)}"></label>
<label>{escape(words.subject)}<input name="subject" maxlength="200" value="{escape(draft.subject)}"></label>
<label>{escape(words.text)}<textarea name="text" required maxlength="100000">
{escape(draft.text)}</textarea></label>
<button type="submit">{escape(button)}</button>
</form>"""
