"""Shapes of a picture as the text of an SVG, made by hand: no script, and colours by classes of the style sheet."""

from __future__ import annotations

from .picture_style import escaped, style


class Canvas:
    """The shapes so far. `kind` is a class of the style sheet."""

    def __init__(self) -> None:
        self.shapes: list[str] = []

    def text(self, x: float, y: float, words: str, kind: str = "t", anchor: str = "start") -> None:
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.shapes.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{where}>{escaped(words)}</text>')

    def box(self, kind: str, x: float, y: float, width: float, height: float, radius: int = 3) -> None:
        self.shapes.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}"/>'
        )

    def curve(self, kind: str, x1: float, y1: float, x2: float, y2: float, arrow: str = "") -> None:
        """A line from left to right; `arrow` is "right", "left", or nothing."""
        start, end = x1 + (9 if arrow == "left" else 0), x2 - (9 if arrow == "right" else 0)
        bend = (x2 - x1) * 0.45
        self.shapes.append(
            f'<path class="{kind}" d="M{start:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} '
            f'{end:.1f} {y2:.1f}"/>'
        )
        if arrow:
            tip, y, back = (x2, y2, -11) if arrow == "right" else (x1, y1, 11)
            self.shapes.append(f'<path class="{kind}head" d="M{tip:.1f} {y:.1f}l{back} -5.5v11z"/>')

    def straight(self, kind: str, x1: float, x2: float, y: float) -> None:
        self.shapes.append(f'<path class="{kind}" d="M{x1:.1f} {y:.1f}H{x2:.1f}"/>')

    def dots(self, x: float, y: float) -> None:
        """Three dots, one under the other."""
        for index in range(3):
            self.shapes.append(f'<circle class="dots" cx="{x:.1f}" cy="{y + 8 * index:.1f}" r="2"/>')

    def badge(self, x: float, y: float, number: int) -> None:
        """The number of a step, in a circle around (x, y)."""
        self.shapes.append(f'<circle class="badge" cx="{x:.1f}" cy="{y:.1f}" r="9"/>')
        self.text(x, y + 4.5, str(number), "badgetext", "middle")

    def svg(self, width: float, height: float, name: str, title: str, description: str, sheet: bool) -> str:
        """All of it; `name` makes ids that no other picture of a page has."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="t{name} d{name}">\n'
            f'<title id="t{name}">{escaped(title)}</title>\n'
            f'<desc id="d{name}">{escaped(description)}</desc>\n'
            + (f"<style>{style()}</style>\n" if sheet else "") +
            '<rect class="ground" width="100%" height="100%"/>\n' + "\n".join(self.shapes) + "\n</svg>\n"
        )  # fmt: skip
