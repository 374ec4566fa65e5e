"""The words of the mailbox page, in three languages. French is the one that is never missing."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words; `{…}` are filled in."""

    code: str
    title: str
    about: str
    inbox: str
    empty: str
    choose: str
    from_: str
    to: str
    subject: str
    text: str
    no_subject: str
    write: str
    reply: str
    send: str
    sender_hint: str
    back: str
    sent: str
    failed: str
    invalid: str
    foreign: str
    missing: str
    attribution: str
    read_the: str


FRENCH = Words(
    code="fr",
    title="Boîte aux lettres d’essai",
    about="Le hub n’a pas de serveur d’envoi : tout ce qu’il écrit arrive ici, quel que soit le destinataire.",
    inbox="Reçus",
    empty="Aucun message. Écrivez au hub : sa réponse arrivera ici.",
    choose="Choisissez un message pour le lire, ou écrivez au hub.",
    from_="De",
    to="À",
    subject="Objet",
    text="Message",
    no_subject="(sans objet)",
    write="Écrire au hub",
    reply="Répondre",
    send="Envoyer",
    sender_hint="Une adresse inventée convient : les réponses arrivent dans cette boîte.",
    back="Retour aux messages",
    sent="Message remis au hub.",
    failed="Le hub n’a pas pris le message : {reason}. Rien n’a été perdu, renvoyez-le.",
    invalid="Il manque une adresse d’expéditeur valable ou un texte.",
    foreign="Ce formulaire ne peut être envoyé que depuis cette page.",
    missing="Ce message n’est pas dans la boîte.",
    attribution="Le {date}, {name} a écrit :",
    read_the="Reçu le {date}",
)
ENGLISH = Words(
    code="en",
    title="Trial mailbox",
    about="The hub has no sending server: all that it writes arrives here, whoever it is for.",
    inbox="Received",
    empty="No mail yet. Write to the hub: its answer will arrive here.",
    choose="Choose a mail to read it, or write to the hub.",
    from_="From",
    to="To",
    subject="Subject",
    text="Message",
    no_subject="(no subject)",
    write="Write to the hub",
    reply="Reply",
    send="Send",
    sender_hint="An invented address will do: answers arrive in this mailbox.",
    back="Back to the mails",
    sent="Mail handed to the hub.",
    failed="The hub did not take the mail: {reason}. Nothing is lost, send it again.",
    invalid="A valid sender’s address or a text is missing.",
    foreign="This form can only be sent from this page.",
    missing="This mail is not in the mailbox.",
    attribution="On {date}, {name} wrote:",
    read_the="Received on {date}",
)
SPANISH = Words(
    code="es",
    title="Buzón de prueba",
    about="El hub no tiene servidor de envío: todo lo que escribe llega aquí, sea quien sea el destinatario.",
    inbox="Recibidos",
    empty="Ningún mensaje. Escriba al hub: su respuesta llegará aquí.",
    choose="Elija un mensaje para leerlo, o escriba al hub.",
    from_="De",
    to="Para",
    subject="Asunto",
    text="Mensaje",
    no_subject="(sin asunto)",
    write="Escribir al hub",
    reply="Responder",
    send="Enviar",
    sender_hint="Vale una dirección inventada: las respuestas llegan a este buzón.",
    back="Volver a los mensajes",
    sent="Mensaje entregado al hub.",
    failed="El hub no aceptó el mensaje: {reason}. No se ha perdido nada, vuelva a enviarlo.",
    invalid="Falta una dirección de remitente válida o un texto.",
    foreign="Este formulario solo puede enviarse desde esta página.",
    missing="Este mensaje no está en el buzón.",
    attribution="El {date}, {name} escribió:",
    read_the="Recibido el {date}",
)
_LANGUAGES = {words.code: words for words in (FRENCH, ENGLISH, SPANISH)}


def words_for(accept_language: str) -> Words:
    """The best of the three for an Accept-Language header (RFC 9110, 12.5.4); French when it asks for none."""
    wished: list[tuple[float, str]] = []
    for choice in accept_language[:500].split(","):
        found = re.fullmatch(r"\s*([a-zA-Z]{2})(?:-[\w-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", choice)
        if found and found[1].lower() in _LANGUAGES:
            wished.append((-float(found[2] or 1), found[1].lower()))
    best = sorted((wish for wish in wished if wish[0] < 0), key=lambda wish: wish[0])
    return _LANGUAGES[best[0][1]] if best else FRENCH
