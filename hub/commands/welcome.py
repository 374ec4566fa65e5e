"""What `hub run` tells a person: where things are, who may log in, what to try first. French, then English."""

from dataclasses import dataclass

from hub.demo.people import SIGN_INS
from hub.listening import Listener, reachable
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Login:
    """A person of the demo, with the password that is printed at each start (never used in production)."""

    role: str
    email: str
    password: str


#: The three accounts of the demo.
LOGINS = tuple(Login(one.label, one.email, one.password) for one in SIGN_INS)

_TEXT = """
  Le hub est prêt ({seconds:.1f} s) · The hub is ready

    Console          {console}
    Boîte aux lettres (courriels envoyés) · Mailbox (mail sent)
                     {console}mailbox
    Arrivée du courrier · Mail intake
                     smtp://{intake}   →  {address}
{accounts}
  À essayer d’abord
    1. Ouvrez la console et connectez-vous : la liste des demandes est vivante.
    2. Écrivez au hub, depuis un autre terminal :
         {mail}
       « 1 nouveau » paraît au-dessus de la liste : la demande de tom@mail.example, triée, avec une échéance.
    3. Répondez-lui à l’écran, puis lisez la réponse dans la boîte aux lettres.

  What to try first
    1. Open the console and log in: the list of tickets is live.
    2. Write to the hub with the command above: “1 nouveau” appears above the list; click it to see the ticket.
    3. Answer it on screen, then read the answer in the mailbox.

  Journaux · Logs    {logs}
  Données · Data     {data}
  Tout va bien ? · All well?    hub doctor
  Arrêter · Stop     Ctrl-C
"""

_ACCOUNTS = """
  Comptes de démonstration · Demo accounts
{lines}
"""


def welcome(*, settings: Settings, port: int, seconds: float, data: str, with_accounts: bool) -> str:
    """The text shown once everything answers, `seconds` after the start; `data` says where the database is."""
    return _TEXT.format(
        seconds=seconds,
        console=f"http://{reachable(settings.host)}:{port}/",
        intake=f"{settings.mail_intake_host}:{settings.mail_intake_port}",
        address=settings.mail_address,
        accounts=_accounts() if with_accounts else "",
        mail=_mail_command(settings),
        logs=settings.data_dir.resolve() / "log",
        data=data,
    )


def port_taken(listener: Listener) -> str:
    """Why the hub does not start when somebody else listens at one of its ports, and what to do."""
    place, setting, other = f"{listener.host}:{listener.port}", listener.setting, listener.port + 1
    return (
        f"Le port {place} ({listener.purpose}) est déjà pris par un autre programme.\n"
        f"  Arrêtez ce programme, ou choisissez un autre port : {setting}={other} make run\n"
        f"Port {place} ({listener.purpose}) is taken by another program.\n"
        f"  Stop that program, or choose another port: {setting}={other} make run\n"
        f"  (ss -ltnp | grep {listener.port})"
    )


def already_running(*, pid: str) -> str:
    """Why a second `hub run` on the same data does not start."""
    return (
        f"Le hub tourne déjà sur ces données (processus {pid}). Arrêtez-le, ou donnez un autre HUB_DATA_DIR.\n"
        f"The hub already runs on these data (process {pid}). Stop it, or give another HUB_DATA_DIR."
    )


def _accounts() -> str:
    return _ACCOUNTS.format(lines="\n".join(f"    {one.role:<30}{one.email:<28}{one.password}" for one in LOGINS))


def _mail_command(settings: Settings) -> str:
    """A mail sent with Python alone, so that it works on a bare machine."""
    host, port = reachable(settings.mail_intake_host), settings.mail_intake_port
    sender, address = "tom@mail.example", settings.mail_address
    message = (
        f"From: {sender}\\nTo: {address}\\nSubject: Ma carte\\nContent-Type: text/plain; charset=utf-8\\n\\n"
        "Bonjour, ma carte de santé n’est pas arrivée."
    )
    send = f"smtplib.SMTP('{host}',{port}).sendmail('{sender}','{address}','{message}'.encode())"
    return f'python3 -c "import smtplib; {send}"'
