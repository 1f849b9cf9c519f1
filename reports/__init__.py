"""What goes out: frozen tables → pages → a Quarto project → an edition → the site.

    quarter/     what is known of a quarter: its values as they were frozen, what became of them, and how groups differ
    disclosure/  what is hidden so that nobody is recognised, and the proof that it is enough
    pictures/    charts: what they are drawn on, and how each is drawn
    data/        the numbers for programs: the data package, its lists, and what describes it
    telling/     from numbers to words: what each page says, with its tables and figures
    rendering/   from words to files: templates, fonts, a Quarto project, and the pages and papers made of it
    cards/       scorecards: each partner's own numbers beside what everybody may read
    editions/    editions: drafted, reviewed, approved, published, and followed from afar

Each imports those above it and none below. `marts` reads a quarter, withholds what is to be withheld and freezes the
rest; `edition` says what an edition is; `words` and `escape` are for everybody. Imports `agenda` only; reads the
finished warehouse, never the lake.
"""
