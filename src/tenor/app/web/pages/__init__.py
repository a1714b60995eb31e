"""The pages of the app, a small module a kind of page; each page is a function of what is asked."""
