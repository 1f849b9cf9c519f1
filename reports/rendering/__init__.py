"""From words to files: templates, fonts, a Quarto project, and the pages and papers made of it."""
