"""The owner's page: a small web page on the site's own machine, without scripts and without a
network.

`app` is the page as a WSGI application, `serve` gives it a port. Below: `guard` (who may ask),
`document` and `card` (HTML), `events` (what is coming, and whether a connector takes part),
`words` and `times` (sentences), `style`.
"""
