"""The texts of mails."""

from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from app.config import settings
from app.integrations.mail_templates import TEMPLATES, render_mail

NAMES = sorted({name.rpartition(".")[0] for name in TEMPLATES.list_templates()} - {"layout"})
VALUES = {"token": "t0ken", "subject": f"News of {settings.project_name}", "body": "One.\n\nTwo."}


class Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        if tag == "a":
            self.targets.append(dict(attrs)["href"] or "")


@pytest.mark.parametrize("name", NAMES)
def test_mail_has_one_line_of_subject_and_says_the_same_in_text_and_html(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "frontend_url", "https://www.example.com/app")

    mail = render_mail(name, "ann@example.com", **VALUES)

    assert mail.to == "ann@example.com"
    assert settings.project_name in mail.subject
    assert mail.text
    in_html = Links(mail.html).targets
    in_text = [word for word in mail.text.split() if word.startswith("https://")]
    assert in_html == in_text
    assert all(link.startswith("https://www.example.com/app/") for link in in_html)


@pytest.mark.parametrize("name", NAMES)
def test_name_of_the_service_is_text_in_the_html_whatever_it_holds(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "project_name", "<script>Tea & Co</script>")

    mail = render_mail(name, "ann@example.com", **VALUES)

    assert "<script>" not in mail.html
    assert "Tea &amp; Co" in mail.html
    assert "Tea & Co" in mail.text + mail.subject


def test_what_an_admin_writes_to_all_is_text_in_the_html_with_its_paragraphs() -> None:
    mail = render_mail("announcement", "ann@example.com", subject="Sale", body="1 < 2\n\n<b>Now")

    assert mail.subject == "Sale"
    assert "1 < 2\n\n<b>Now" in mail.text
    assert "<p>1 &lt; 2</p>" in mail.html
    assert "<p>&lt;b&gt;Now</p>" in mail.html


def test_template_that_misses_a_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render_mail("reset_password", "ann@example.com")
