"""Static files as they go out: under names that tell what is in them, compressed, scripts without what nobody runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's. Our scripts lose comments and indentation: a quarter of what a phone loads of them."""

    def save(self, name: str, content: Any, max_length: int | None = None) -> str:
        if _is_ours(name):
            content = ContentFile(bare(content.read().decode()).encode())
        saved: str = super().save(name, content, max_length)
        return saved

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """What has a name by its content is made of what was collected, not of where that came from."""
        ours = {name: (self, name) for name in paths if _is_ours(name)}
        yield from super().post_process(paths | ours, dry_run, **options)


def _is_ours(name: str) -> bool:
    """Those of libraries stay as their makers want them."""
    return name.startswith(("js/", "worker/")) and name.endswith(".js")


def bare(script: str) -> str:
    """The script without lines that are a comment, without indentation and empty lines.

    No minifier: one that understands JavaScript wants another language's tools here, and one that does not would be
    trusted with every line. Ours have no text and no comment that goes over several lines (a test holds that).
    """
    lines = (line.strip() for line in script.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
