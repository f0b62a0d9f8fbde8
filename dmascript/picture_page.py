"""Pictures of many mappings on one HTML page, with one style sheet for all."""

from __future__ import annotations

from .picture_style import escaped, style
from .picture_svg import picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .runtime.dma.drawings import Drawing


def _figure(drawing: Drawing, begins: bool) -> str:
    """A picture within a page; the first of a profile has a heading."""
    heading = f"<h2>{escaped(drawing.profile)}</h2>\n" if begins else ""
    return f"{heading}<figure>\n{picture(drawing, sheet=False)}</figure>\n"


def page_of_pictures(title: str, drawings: list[Drawing], missed: int) -> str:
    """An HTML page with a picture for each drawing, and how many more there were."""
    figures = "".join(_figure(one, not index or drawings[index - 1].profile != one.profile)
                      for index, one in enumerate(drawings))  # fmt: skip
    more = f"<p>{missed} more are not drawn.</p>\n" if missed else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n"
        "<style>body{font:15px ui-monospace,monospace;margin:1.5em}figure{margin:0 0 2em;overflow-x:auto}"
        f"{style()}</style>\n"
        f"</head>\n<body>\n<h1>{escaped(title)}</h1>\n{figures}{more}</body>\n</html>\n"
    )
