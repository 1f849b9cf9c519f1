"""What is known of a quarter: its values as they were frozen, what became of them, and how groups differ."""
