"""Sentences for people stand here in English; whoever shows them translates them."""


def N_(sentence: str) -> str:
    """Marks a sentence for translation, as gettext's no-op does."""
    return sentence
