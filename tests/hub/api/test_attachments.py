"""Attachments over HTTP: saved under their name, never shown, whatever a stranger called them."""

import pytest
from sqlalchemy import update

from channels.fake.events import WireAttachment
from domain.ids import mint
from storage import tables
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.hub.api.premises import Premises

CONTENT = b"\x89PNG not really"


async def _attachment(premises: Premises, *, filename: str = "reçu été.png", content_type: str = "image/png") -> str:
    file = WireAttachment(filename=filename, content_type=content_type, content=CONTENT)
    ticket_id = await premises.ticket(attachments=[file])
    async with await premises.signed_in() as client:
        (message,) = (await client.get(f"/api/tickets/{ticket_id}/messages")).json()["items"]
    (item,) = message["attachments"]
    return str(item["id"])


@pytest.mark.database
class TestAnAttachment:
    async def test_is_saved_under_its_own_name(self, premises: Premises) -> None:
        attachment_id = await _attachment(premises)
        async with await premises.signed_in() as client:
            answer = await client.get(f"/api/attachments/{attachment_id}")
        assert answer.content == CONTENT
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"re_u _t_.png\"; filename*=UTF-8''re%C3%A7u%20%C3%A9t%C3%A9.png"
        )

    @pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/javascript", "x"])
    async def test_is_never_shown_as_what_it_says_it_is(self, premises: Premises, content_type: str) -> None:
        attachment_id = await _attachment(premises, content_type=content_type)
        async with await premises.signed_in() as client:
            headers = (await client.get(f"/api/attachments/{attachment_id}")).headers
        assert headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"].startswith("attachment;")
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"

    async def test_that_nobody_has_or_whose_file_is_gone_is_not_found(self, premises: Premises) -> None:
        attachment_id = await _attachment(premises)
        gone = mint(NOW)
        async with UnitOfWork(premises.hub.engine) as work:
            await work.connection.execute(update(tables.attachment).values(id=gone))
            await work.commit()
        async with await premises.signed_in() as client:
            assert (await client.get(f"/api/attachments/{attachment_id}")).status_code == 404
            assert (await client.get(f"/api/attachments/{gone}")).status_code == 404


class TestAFileName:
    @pytest.mark.parametrize(
        ("name", "plain", "whole"),
        [
            ("facture.pdf", "facture.pdf", "facture.pdf"),
            ('a"b\r\nSet-Cookie: x.pdf', "a_b__Set-Cookie_ x.pdf", "a%22b__Set-Cookie%3A%20x.pdf"),
            ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
            ("photo\u202egnp.exe", "photo_gnp.exe", "photo_gnp.exe"),
            ("...", "file", "file"),
            ("", "file", "file"),
        ],
    )
    def test_cannot_break_out_of_its_header(self, name: str, plain: str, whole: str) -> None:
        from hub.api.attachments import disposition

        assert disposition(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"

    def test_is_cut_where_it_is_endless(self) -> None:
        from hub.api.attachments import disposition

        assert len(disposition("é" * 5000)) < 1200
