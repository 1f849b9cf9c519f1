"""What partners are told: findings and receipts, in their own language."""
