"""The console in a real Chromium, in the words of who works with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.journeys.running import AGENT, PASSWORD

CHROMIUM = "/usr/bin/chromium"
_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Screen:
    """One person at one browser. `troubles`: what the page complained about to its console."""

    page: Page
    context: BrowserContext
    troubles: list[str]

    def tickets(self) -> Locator:
        """The lines of the list."""
        return self.page.locator("[data-ticket]")

    def messages(self) -> Locator:
        """The entries of the open conversation."""
        return self.page.locator("article")

    def open_first(self) -> None:
        """Click on the first ticket."""
        self.tickets().first.click()
        self.page.get_by_label("Votre réponse").wait_for()

    def answer(self, text: str) -> None:
        """Write and send with the keyboard."""
        self.page.get_by_label("Votre réponse").fill(text)
        self.page.keyboard.press("Control+Enter")


def sign_in(browser: Browser, address: str, *, width: int = 1440, height: int = 900) -> Screen:
    """Open the console in a context of its own and sign in."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="fr-FR", timezone_id="Europe/Paris"
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address)
    page.get_by_label("Adresse e-mail").fill(AGENT)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.locator("[data-list], [data-ticket], main").first.wait_for()
    page.get_by_text("En direct").wait_for(state="attached")
    return Screen(page, context, troubles)
