"""What comes in: fetch → read → shape → check → land in the lake, and answer with a receipt.

    ways/       how it comes: dropped, or asked for
    files/      from bytes to a sheet of text
    door/       personal data are stopped here
    meaning/    from text to observations
    forms/      the template workbook
    letters/    findings and receipts, in the partner's language

`collect` goes through them in this order, with a `submission` in its hands, and lands what came of it in the `lake`.
Imports `agenda` only. dlt and pandera are used here and nowhere else.
"""
