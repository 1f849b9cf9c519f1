"""What comes in: fetch → read → shape → check → land in the lake, and answer with a receipt.

Imports `agenda` only. dlt and pandera are used here and nowhere else.
"""
