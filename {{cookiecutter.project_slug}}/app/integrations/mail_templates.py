"""Mails from the templates in `app/templates/mails`: for each a text and an HTML."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.config import settings
from app.integrations.mail import Mail

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates" / "mails"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def render_mail(name: str, to: str, **values: str) -> Mail:
    """Render `NAME.txt`, whose first line is the subject, and `NAME.html`."""
    shared = {
        "project_name": settings.project_name,
        "frontend_url": settings.frontend_url,
        "minutes": settings.mail_token_minutes,
    }
    subject, _, text = TEMPLATES.get_template(f"{name}.txt").render(shared | values).partition("\n")
    html = TEMPLATES.get_template(f"{name}.html").render(shared | values)
    return Mail(to, subject, text.lstrip(), html)
