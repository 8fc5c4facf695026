"""How soon a citizen on a slow link sees the form, against other ways of embedding:
`make bench-embed`."""
