"""The base of all documents, and the list of their classes."""

from beanie import Document


class Base(Document):
    """Base of all collections; each class names its own in `Settings.name`."""


def document_models() -> list[type[Base]]:
    """Return the class of every collection; importing `app.models` makes them known."""
    pending, found = [Base], []
    while pending:
        model = pending.pop()
        pending += model.__subclasses__()
        if "Settings" in vars(model):
            found.append(model)
    return sorted(found, key=lambda model: model.__name__)
