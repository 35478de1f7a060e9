"""An HTML file as a test sees it: its tags, checked to be well-formed, and its text."""

from html.parser import HTMLParser

_VOID = {"meta", "img", "br", "link", "input"}


class Reading(HTMLParser):
    """All start tags with their attributes, and all text outside of styles.

    Raises:
        AssertionError: a tag is closed that is not open, or is left open.
    """

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.style = ""
        self._text: list[str] = []
        self._open: list[str] = []
        self.feed(document)
        self.close()
        assert not self._open, f"left open: {self._open}"

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.tags if attribute in found]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        else:
            self._text.append(data)
