"""Answers of the probes."""

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The service is well; anything else is a problem document."""

    status: Literal["ok"] = "ok"
