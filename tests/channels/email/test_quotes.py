"""The sender's new words are found; in doubt they stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.quotes import new_words

NEW = "Bonjour,\n\nJ’ai reçu la facture."
OLD = "> Pouvez-vous l’envoyer ?\n> Zoé"


class TestTheNewWords:
    @pytest.mark.parametrize(
        "history",
        [
            f"Le lun. 2 mars 2026 à 10:00, Zoé <a@hub.example> a écrit :\n\n{OLD}",
            f"Le lun. 2 mars 2026 à 10:00, Assistance VI <assistance@hub.example>\na écrit :\n{OLD}",
            f"On Mon, Mar 2, 2026 at 10:00 AM Zoé <a@hub.example> wrote:\n{OLD}",
            f"El lun, 2 mar 2026 a las 10:00, Zoé (<a@hub.example>) escribió:\n\n{OLD}",
            f"-----Original Message-----\n{OLD}",
            "----- Message d'origine -----\nPouvez-vous l’envoyer ?",
            "-----Mensaje original-----\nPouvez-vous l’envoyer ?",
            "De : Assistance <a@hub.example>\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Camille\nObjet : Facture\n\nAncien",
            "______________\nFrom: Zoé <a@hub.example>\nSent: Monday\nTo: Camille\nSubject: x\n\nAncien",
            "De: Zoé\nEnviado el: lunes\nPara: Camille\nAsunto: x\n\nAncien",
            "-- \nCamille Moreau\n+33 6 12 34 56 78",
            "Envoyé de mon iPhone",
            f"Sent from my iPhone\n\nOn Mon, Mar 2, 2026 at 10:00 AM Zoé <a@hub.example> wrote:\n{OLD}",
            "Le 2 mars 2026 à 10:00, Zoé a écrit :\n\nPouvez-vous l’envoyer ? (sans marques)",
        ],
    )
    def test_are_what_stands_above_the_history(self, history: str) -> None:
        assert new_words(f"{NEW}\n\n{history}") == NEW

    def test_are_what_stands_below_and_between_the_quoted_lines(self) -> None:
        mail = f"Le 2 mars 2026, Zoé a écrit :\n{OLD}\nOui, la voici.\n> Merci\nDe rien."
        assert new_words(mail) == "Oui, la voici.\nDe rien."

    @pytest.mark.parametrize(
        "words",
        [
            "> 39 de fièvre depuis hier",
            "J’ai 3 symptômes :\n> fièvre\n> vertiges",
            "De : Lima\nLe 3 mars je serai à Quito, elle a écrit : rien.",
            "On 3 March I fell. My doctor wrote: rest.",
            "Mon assureur\n--\n" + "ligne importante\n" * 20,
            "From: Lima to Quito I had no cover.",
            "---------- Forwarded message ----------\nFrom: A <a@b.example>\nDate: 1\nSubject: x\nTo: b\n\nLe devis",
            "Voici.\n\nDébut du message transféré :\n\nDe: A\nDate: 1\nÀ: b\nObjet: x\n\nLe devis",
        ],
    )
    def test_stay_when_they_only_look_like_history(self, words: str) -> None:
        assert new_words(words) == words.strip()

    @pytest.mark.parametrize(
        "mail", [OLD, f"Le 2 mars 2026, Zoé a écrit :\n{OLD}", "-- \nCamille", "Envoyé de mon iPhone"]
    )
    def test_are_everything_when_nothing_else_would_be_left(self, mail: str) -> None:
        assert new_words(mail) == mail.strip()

    @given(
        st.lists(
            st.sampled_from(
                [*OLD.split("\n"), "", "Bonjour", "-- ", "Le 2 mars 2026 a écrit :", "De : x", "Date : 1", "À : y"]
            )
        )
    )
    def test_are_never_nothing(self, lines: list[str]) -> None:
        mail = "\n".join(lines)
        assert bool(new_words(mail)) == bool(mail.strip())
