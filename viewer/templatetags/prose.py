"""How the protocol's longer texts stand on a page."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def paragraphs(text: str) -> SafeString:
    """Blank lines part paragraphs, lines from "- " are a list; other line ends are for the file."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return format_html_join("\n", "{}", ((_block(block),) for block in blocks))


def _block(block: str) -> SafeString:
    if not block.startswith("- "):
        return format_html("<p>{}</p>", " ".join(block.split()))
    items = (" ".join(item[2:].split()) for item in re.split(r"\n(?=- )", block))
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items)))
