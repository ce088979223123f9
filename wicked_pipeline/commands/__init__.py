"""The bodies of the command line's commands, one module each, imported only when called."""
