"""People to all of it: the command line, later the web app."""
