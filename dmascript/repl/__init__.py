"""The REPL: a live machine at a prompt, with the words of WinDbg."""
