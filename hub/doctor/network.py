"""What should answer on the network: the API, the mail intake, the server that replies are handed to."""

import asyncio
import http.client
import json
from contextlib import suppress
from typing import Any

import aiosmtplib

from hub.doctor.finding import Finding, Words, well, wrong
from hub.listening import reachable
from hub.settings import Settings

#: The longest that one answer is waited for.
PATIENCE_SECONDS = 5.0
_GREETING = b"220"


async def api(settings: Settings) -> Finding:
    """Whether the API says that it can do its work."""
    place = f"{reachable(settings.host)}:{settings.port}"
    try:
        status, checks = await asyncio.to_thread(_ask, settings)
    except (OSError, http.client.HTTPException):
        return wrong(
            "api",
            Words(f"L’API ne répond pas ({place})", f"The API does not answer ({place})"),
            do=Words(
                "Lancez `make run` ou `hub serve` ; voir HUB_PORT", "Start `make run` or `hub serve`; see HUB_PORT"
            ),
        )
    if status == http.client.OK:
        return well("api", f"L’API est prête ({place})", f"The API is ready ({place})")
    troubles = "; ".join(f"{name}: {said}" for name, said in checks.items() if said != "ok") or f"HTTP {status}"
    return wrong(
        "api",
        Words(f"L’API n’est pas prête : {troubles}", f"The API is not ready: {troubles}"),
        do=Words("Réparez ce qu’elle nomme ; elle se reprend seule", "Mend what it names; it recovers alone"),
    )


async def mail_intake(settings: Settings) -> Finding:
    """Whether mail for us is let in."""
    host, port = reachable(settings.mail_intake_host), settings.mail_intake_port
    if await _greets(host, port):
        return well("mail_intake", f"Le courrier entre ({host}:{port})", f"Mail comes in ({host}:{port})")
    return wrong(
        "mail_intake",
        Words(
            f"L’arrivée du courrier ne répond pas ({host}:{port})", f"The mail intake does not answer ({host}:{port})"
        ),
        do=Words(
            "Lancez `hub serve` ; si le port est pris : HUB_MAIL_INTAKE_PORT",
            "Start `hub serve`; when its port is taken: HUB_MAIL_INTAKE_PORT",
        ),
    )


async def sending_server(settings: Settings) -> Finding:
    """Whether replies by mail can leave. Nothing is sent."""
    if settings.has_mailbox:
        return await _mailbox(settings)
    if not settings.smtp_host:
        return wrong(
            "sending_server",
            Words("Aucun serveur d’envoi : les réponses attendent", "No sending server: replies wait"),
            do=Words("Donnez HUB_SMTP_HOST", "Give HUB_SMTP_HOST"),
        )
    return await _smtp(settings)


async def _mailbox(settings: Settings) -> Finding:
    port = settings.mailbox_port
    if await _greets("127.0.0.1", port):
        return well(
            "sending_server",
            f"Les réponses vont à la boîte aux lettres d’essai (port {port})",
            f"Replies go to the embedded mailbox (port {port})",
        )
    return wrong(
        "sending_server",
        Words(
            f"La boîte aux lettres d’essai ne répond pas (port {port})", f"The mailbox does not answer (port {port})"
        ),
        do=Words(
            "Lancez `hub serve` ; si le port est pris : HUB_MAILBOX_PORT",
            "Start `hub serve`; when its port is taken: HUB_MAILBOX_PORT",
        ),
    )


async def _smtp(settings: Settings) -> Finding:
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=PATIENCE_SECONDS,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        username=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
    )
    try:
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            await client.connect()
            await client.ehlo()
            await client.quit()
    except aiosmtplib.SMTPAuthenticationError as error:
        what = Words(f"{place} refuse notre compte ({error.code})", f"{place} refuses our account ({error.code})")
        do = Words("Vérifiez HUB_SMTP_USER et HUB_SMTP_PASSWORD", "Check HUB_SMTP_USER and HUB_SMTP_PASSWORD")
        return wrong("sending_server", what, do=do)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        said = type(error).__name__
        what = Words(f"{place} ne nous laisse pas entrer ({said})", f"{place} does not let us in ({said})")
        do = Words(
            "Vérifiez HUB_SMTP_HOST, HUB_SMTP_PORT, HUB_SMTP_TLS et le pare-feu ; les réponses attendent 72 h",
            "Check HUB_SMTP_HOST, HUB_SMTP_PORT, HUB_SMTP_TLS and the firewall; replies wait for 72 h",
        )
        return wrong("sending_server", what, do=do)
    finally:
        client.close()
    return well("sending_server", f"Le serveur d’envoi répond ({place})", f"The sending server answers ({place})")


async def _greets(host: str, port: int) -> bool:
    """Whether a mail server says its first word there."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                greeting = await reader.readline()
                writer.write(b"QUIT\r\n")
                await writer.drain()
                await reader.read()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except OSError:  # a time-out is one
        return False
    return greeting.startswith(_GREETING)


def _ask(settings: Settings) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(reachable(settings.host), settings.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(100_000)
    finally:
        connection.close()
    try:
        checks = json.loads(body).get("checks", {})
    except (ValueError, AttributeError):
        checks = {}
    return answer.status, checks if isinstance(checks, dict) else {}
