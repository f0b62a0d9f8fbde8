"""How fast dmascript is, as ratios. Not installed: run `python -m bench` in a checkout. README.md says what is
measured."""
