"""The code of each command, one module each, imported only when the command runs."""
