"""The commands of the REPL, a module for each family. Importing one registers its commands."""
