"""From numbers to words: what each page says, with its tables and figures."""
