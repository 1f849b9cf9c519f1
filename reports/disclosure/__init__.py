"""What is hidden so that nobody is recognised, and the proof that it is enough."""
