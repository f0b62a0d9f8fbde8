"""How a picture looks: its style sheet, for light and dark, and text as XML holds it."""

from __future__ import annotations

FONT = 13
STYLE = (
    # class, light, dark
    ("ground", "fill:#ffffff", "fill:#14181f"),
    ("t", "fill:#1c2430", "fill:#e8edf4"),
    ("quiet", "fill:#4a5564", "fill:#b3bfce"),
    ("page", "fill:#f3f5f8;stroke:#8a96a6", "fill:#1e252f;stroke:#6b7889"),
    ("used", "fill:#cfe3fb;stroke:none", "fill:#23456e;stroke:none"),
    ("entry", "fill:#ffffff;stroke:#8a96a6", "fill:#14181f;stroke:#6b7889"),
    ("frame", "fill:#d9f0dd;stroke:#3f8f55", "fill:#1f4a2c;stroke:#5fb878"),
    ("register", "fill:#fde7c4;stroke:#b9770e", "fill:#553a10;stroke:#e0a648"),
    ("iommu", "fill:#e8defa;stroke:#7a55c0", "fill:#3d2d63;stroke:#ab8ce8"),
    ("element", "fill:#fbdce6;stroke:#b8406e", "fill:#5a2139;stroke:#ea7ba3"),
    ("device", "fill:#dfe4ea;stroke:#4b5665", "fill:#333d4a;stroke:#a5b1c0"),
    ("line", "stroke:#8a96a6", "stroke:#6b7889"),
    ("divider", "stroke:#c23b3b", "stroke:#f08080"),
    ("limit", "fill:#b02e2e", "fill:#f59a9a"),
    ("copy", "stroke:#b9770e", "stroke:#e0a648"),
    ("copyhead", "fill:#b9770e", "fill:#e0a648"),
    ("copyword", "fill:#8a5606", "fill:#e0a648"),
    ("bus", "stroke:#b8406e", "stroke:#ea7ba3"),
    ("bushead", "fill:#b8406e", "fill:#ea7ba3"),
    ("cache", "fill:#ffffff;stroke:#4b8a94", "fill:#14181f;stroke:#5fa5b0"),
    ("strip", "fill:#e3e8ee;stroke:none", "fill:#2a323d;stroke:none"),
    ("ready", "fill:#4fa7b5;stroke:none", "fill:#3f8f9e;stroke:none"),
    ("left", "fill:#d23c3c;stroke:none", "fill:#ef6b6b;stroke:none"),
    ("shared", "fill:#d9941c;stroke:none", "fill:#e8b04a;stroke:none"),
    ("stray", "fill:#fff4f4;stroke:#c23b3b;stroke-dasharray:5 4", "fill:#351b1e;stroke:#f08080;stroke-dasharray:5 4"),
    ("strayed", "stroke:#c23b3b", "stroke:#f08080"),
    ("wrong", "stroke:#c23b3b", "stroke:#f08080"),
    ("wronghead", "fill:#c23b3b", "fill:#f08080"),
    ("badge", "fill:#3a4656", "fill:#c6d0dc"),
    ("badgetext", "fill:#ffffff", "fill:#14181f"),
    ("dots", "fill:#5b6675", "fill:#9aa7b8"),
)
SHAPES = (
    f"text{{font:{FONT}px ui-monospace,monospace}}"
    ".head{font-weight:bold}.title{font-size:17px;font-weight:bold}"
    ".line{fill:none;stroke-width:1.2}.copy,.bus{fill:none;stroke-width:2.6}.divider{stroke-dasharray:5 4}"
    ".wrong{fill:none;stroke-width:2.6}.strayed{fill:none;stroke-width:1.4;stroke-dasharray:5 4}"
    ".badgetext{font-size:12px;font-weight:bold}"
)


def escaped(text: str) -> str:
    """Text as XML holds it; characters that XML cannot hold are replaced."""
    shown = "".join(one if one >= " " and not "\ud800" <= one <= "\udfff" and one < "\ufffe" else "?" for one in text)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def style() -> str:
    """The style sheet of a picture: light, and dark where the viewer prefers it."""
    light = "".join(f".{name}{{{look}}}" for name, look, _ in STYLE)
    dark = "".join(f".{name}{{{look}}}" for name, _, look in STYLE)
    return f"{SHAPES}{light}@media (prefers-color-scheme:dark){{{dark}}}"
