"""Pictures of every screen, in both themes and two widths: `make screens` while `make run` runs. Into docs/screens.

usage: screens.py [ADDRESS [FOLDER]]
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from hub.demo.people import SIGN_INS

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
_CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Take them all."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/screens")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        for name, (width, height) in WIDTHS.items():
            for theme in THEMES:
                _visit(browser, address, folder, f"{name}-{theme}", width=width, height=height, theme=theme)
        browser.close()


def _visit(browser: Browser, address: str, folder: Path, name: str, *, width: int, height: int, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        locale="fr-FR",
        timezone_id="Europe/Paris",
    )
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Adresse e-mail").wait_for()
    _take(page, folder, f"{name}-sign-in")
    _sign_in(page)
    page.locator("[data-ticket]").first.wait_for()
    _take(page, folder, f"{name}-tickets")
    page.locator("[data-ticket]").nth(5).click()
    page.get_by_label("Votre réponse").wait_for()
    page.locator("article").first.wait_for()
    _take(page, folder, f"{name}-conversation")
    page.goto(f"{address}#/operations")
    page.get_by_role("heading", name="Exploitation").wait_for()
    page.locator("table").first.wait_for()
    _take(page, folder, f"{name}-operations")
    page.goto(f"{address}mailbox")
    _take(page, folder, f"{name}-mailbox")
    context.close()


def _sign_in(page: Page) -> None:
    administrator = SIGN_INS[-1]
    page.get_by_label("Adresse e-mail").fill(administrator.email)
    page.get_by_label("Mot de passe").fill(administrator.password)
    page.get_by_role("button", name="Se connecter").click()


def _take(page: Page, folder: Path, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main()
