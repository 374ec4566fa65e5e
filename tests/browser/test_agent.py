"""An adviser's first hour in the console: what comes in is there without reloading, what goes out is seen to arrive."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screen import chromium, sign_in
from tests.conftest import run_apart
from tests.journeys.running import RunningHub, letter, running_hub, seed_agent, until

pytestmark = [pytest.mark.database, pytest.mark.browser]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def hub(fresh_database_url: str) -> Iterator[RunningHub]:
    run_apart(seed_agent(fresh_database_url))
    with running_hub(fresh_database_url) as running:
        yield running


class TestAnAdviser:
    def test_sees_a_mail_arrive_answers_it_and_sees_the_answer_leave(self, hub: RunningHub, browser: Browser) -> None:
        screen = sign_in(browser, hub.address)
        hub.send_mail(letter(subject="Remboursement", text="Bonjour, où en est mon remboursement de consultation ?"))
        expect(screen.tickets()).to_have_count(1)
        screen.open_first()
        expect(screen.messages().first).to_contain_text("où en est mon remboursement")
        screen.answer("Bonjour Léa, le virement part demain.")
        expect(screen.messages().last).to_contain_text("le virement part demain")
        expect(screen.messages().last).to_contain_text("Parti")
        (mail,) = until(hub.received_mails, what="the answer in the mailbox")
        hub.send_mail(letter(subject=f"Re: {mail['Subject']}", text="Merci beaucoup !", answers=mail))
        expect(screen.messages()).to_have_count(3)
        expect(screen.messages().last).to_contain_text("Merci beaucoup")
        assert screen.troubles == []

    def test_sees_in_another_browser_what_a_colleague_did(self, hub: RunningHub, browser: Browser) -> None:
        hub.send_mail(letter(subject="Carte", text="Bonjour, ma carte de santé n’est pas arrivée."))
        first, second = sign_in(browser, hub.address), sign_in(browser, hub.address)
        for screen in (first, second):
            screen.open_first()
        first.answer("Elle part demain.")
        expect(second.messages().last).to_contain_text("Elle part demain.")
        first.page.get_by_role("button", name="Résoudre").click()
        expect(second.page.get_by_role("button", name="Rouvrir")).to_be_visible()
        second.page.reload()
        expect(second.page.get_by_role("button", name="Rouvrir")).to_be_visible()

    def test_is_interrupted_by_danger_above_what_is_being_read(self, hub: RunningHub, browser: Browser) -> None:
        for number in range(3):
            hub.send_mail(
                letter(subject=f"Carte {number}", text="Bonjour, ma carte ?", sender=f"a{number}@mail.example")
            )
        screen = sign_in(browser, hub.address)
        expect(screen.tickets()).to_have_count(3)
        hub.send_mail(
            letter(subject="Urgent", text="Au secours, mon ami est inconscient à Lima", sender="z@mail.example")
        )
        expect(screen.tickets()).to_have_count(4)
        expect(screen.tickets().first).to_contain_text("Danger")

    def test_loses_nothing_when_the_network_goes_and_comes(self, hub: RunningHub, browser: Browser) -> None:
        hub.send_mail(letter(subject="Carte", text="Bonjour, ma carte de santé n’est pas arrivée."))
        screen = sign_in(browser, hub.address)
        screen.open_first()
        screen.context.set_offline(True)
        screen.answer("Écrit dans le métro.")
        expect(screen.messages().last).to_contain_text("Non envoyé")
        hub.send_mail(letter(subject="Autre", text="Bonjour, mon attestation ?", sender="b@mail.example"))
        screen.context.set_offline(False)
        screen.page.get_by_role("button", name="Réessayer").click()
        expect(screen.messages().last).to_contain_text("Parti")
        expect(screen.page.get_by_text(re.compile(r"1 nouveau|Expéditeur inconnu")).first).to_be_visible()
        assert len(until(hub.received_mails, what="the answer")) == 1

    def test_keeps_a_draft_over_a_reload(self, hub: RunningHub, browser: Browser) -> None:
        hub.send_mail(letter(subject="Carte", text="Bonjour, ma carte de santé n’est pas arrivée."))
        screen = sign_in(browser, hub.address)
        screen.open_first()
        screen.page.get_by_label("Votre réponse").fill("Je cherche encore")
        screen.page.reload()
        expect(screen.page.get_by_label("Votre réponse")).to_have_value("Je cherche encore")

    def test_works_on_a_telephone_at_night(self, hub: RunningHub, browser: Browser) -> None:
        hub.send_mail(letter(subject="Carte", text="Bonjour, ma carte de santé n’est pas arrivée."))
        phone = sign_in(browser, hub.address, width=390, height=844)
        phone.open_first()
        phone.answer("Depuis mon téléphone.")
        expect(phone.messages().last).to_contain_text("Parti")
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
