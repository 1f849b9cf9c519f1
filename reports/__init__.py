"""What goes out: frozen tables → pages → a Quarto project → an edition → the site.

Imports `agenda` only; reads the finished warehouse, never the lake.
"""
