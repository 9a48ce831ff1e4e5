"""OpenAPI descriptions of request bodies that the framework doesn't parse."""

from typing import Any

from core.serving.error_formats import error_body
from core.serving.paths import ErrorFormat


def body_docs(description: str, example: dict[str, Any]) -> dict[str, Any]:
    """The part of the OpenAPI document about a request's body."""
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def error_docs(shape: ErrorFormat) -> dict[int | str, dict[str, Any]]:
    """The part of the OpenAPI document about errors: their body in that format."""
    example = error_body(shape, 429, "overloaded", "Too many requests wait; try again later.")
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"default": {"description": "Any error", "content": content}}
