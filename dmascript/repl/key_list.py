"""The keys in words, for `.keys` and the docs."""

KEYS = (
    ("Enter", "runs a complete entry, else opens a new line, indented; on an empty line repeats the last step"),
    ("Alt-Enter", "runs the entry as it stands"),
    ("Ctrl-O", "opens a new line whatever the entry lacks"),
    ("Tab", "completes; at the begin of a line indents"),
    ("Right, Ctrl-E", "takes the grey suggestion; Alt-F takes a word of it"),
    ("Up, Down", "move in the entry, then through the history; Ctrl-R searches it"),
    ("Ctrl-C", "gives the entry up; while the machine runs, stops it at the next statement"),
    ("Ctrl-D", "on an empty line, leaves"),
    ("F1", "explains the name at the cursor"),
    ("F5, F10, F11, Shift-F11", "on an empty line: g, p, t, gu"),
    ("Ctrl-X Ctrl-E", "opens the entry in $EDITOR (v in vi's command mode)"),
)
