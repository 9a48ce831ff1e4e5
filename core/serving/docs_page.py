"""The API page: openapi.json as one readable page, made at start-up.

It needs no script, no second request and no other host: the usual viewers are megabytes of script,
most often from a CDN.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --ink: #1b1d22; --paper: #fcfcfa; --panel: #f0f1f2;
  --line: #dcdfe4; --accent: #2d5bd0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --paper: #15171c;
  --panel: #1d2028; --line: #333844; --accent: #7aa2ff; } }
body { font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 54rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 3rem;
  border-top: 1px solid var(--line); padding-top: 1.25rem; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.5rem 0 .4rem; }
a { color: var(--accent); } code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { background: var(--panel); padding: .75rem 1rem; border-radius: 4px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; } .method { color: var(--accent); margin-right: .5rem; }
"""
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

Json = Mapping[str, Any]


def render_docs(document: Json) -> str:
    """The HTML page of an OpenAPI document whose named schemas are under `components`."""
    info = document["info"]
    operations = [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    index = "".join(
        f'<li><a href="#{_anchor(method, path)}"><code>{method.upper()} {escape(path)}</code></a>'
        for method, path, _ in operations
    )
    endpoints = "".join(_operation(*operation) for operation in operations)
    schemas = "".join(
        _schema(name, schema) for name, schema in document["components"]["schemas"].items()
    )
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1>{_words(info['description'])}"
        f'<p>Version {escape(info["version"])} · <a href="/openapi.json">openapi.json</a></p>'
        f"<ul>{index}</ul>{endpoints}<h2>What goes over the wire</h2>{schemas}</body></html>"
    )


def _operation(method: str, path: str, operation: Json) -> str:
    parts = [
        f'<h2 id="{_anchor(method, path)}"><span class="method">{method.upper()}</span>'
        f"<code>{escape(path)}</code></h2>",
        _words(operation.get("description", "")),
    ]
    if body := operation.get("requestBody"):
        content = body["content"]["application/json"]
        parts.append(f"<h3>Body: {_type(content['schema'])}</h3>{_example(content)}")
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{_inline(answer['description'])}</td>"
        f"<td>{_type(_content(answer).get('schema', {}))}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    parts.append(f"<h3>Answers</h3><table>{answers}</table>")
    parts.extend(
        f"<h3>Example of {escape(status)}</h3>{_example(_content(answer))}"
        for status, answer in operation["responses"].items()
        if "example" in _content(answer)
    )
    return "".join(parts)


def _content(answer: Json) -> Json:
    content: Json = answer.get("content", {}).get("application/json", {})
    return content


def _example(content: Json) -> str:
    return f"<pre>{escape(json.dumps(content['example'], indent=2, ensure_ascii=False))}</pre>"


def _schema(name: str, schema: Json) -> str:
    head = f'<h3 id="{escape(name)}">{escape(name)}</h3>{_words(schema.get("description", ""))}'
    if "enum" in schema:
        return head + f"<p>{', '.join(f'<code>{escape(v)}</code>' for v in schema['enum'])}</p>"
    required = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(inner)}</td>"
        f"<td>{'' if field in required else 'optional. '}{_inline(inner.get('description', ''))}"
        "</td></tr>"
        for field, inner in schema.get("properties", {}).items()
    )
    return f"{head}<table>{rows}</table>"


def _type(schema: Json) -> str:
    """A short description of a schema, with links to the named ones."""
    if reference := schema.get("$ref"):
        name = escape(reference.rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return " or ".join(_type(each) for each in schema[choice])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if inner := schema.get("properties"):
        return "{" + ", ".join(f"{escape(k)}: {_type(v)}" for k, v in inner.items()) + "}"
    if inner := schema.get("additionalProperties"):
        return f"object of {_type(inner)}"
    return escape(str(schema.get("format") or schema.get("type", "")))


def _words(text: str) -> str:
    return "".join(f"<p>{_inline(paragraph)}</p>" for paragraph in text.split("\n\n") if paragraph)


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(method: str, path: str) -> str:
    return re.sub(r"\W+", "-", f"{method}{path}").strip("-")
