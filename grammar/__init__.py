"""Text of a script to a checked, typed tree: preprocess, parse, check. Imports nothing of ours.

Read in this order: source.py (files, spans, diagnostics), preprocess.py (tokens), dma.lark and
parser.py (syntax.py), types.py, check.py (tree.py).
"""
