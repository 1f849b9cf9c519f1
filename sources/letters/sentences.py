"""What a finding says, by its code: its severity, what is wrong, and how to mend it.

Every sentence that a partner reads about its file stands here, in English; ``locales/<language>.po`` translates it.
What stands in ``{braces}`` is filled in by `sources.letters.findings.finding`.
"""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning"]

WORDS: dict[str, tuple[Severity, str, str]] = {
    # the file
    "file_unexpected": (
        "error", "This file's name fits none of the agreed layouts ({expected}).",
        "Rename it to fit, or ask the backbone to add a layout for it.",
    ),
    "file_unreadable": (
        "error", "The file can't be opened: {reason}.",
        "It may have been cut off on its way. Open it on your side, save it again and send it once more.",
    ),
    "file_defect": (
        "error", "Cairn stumbled over this file: {reason}.", "It is kept. Tell the backbone; the fault is not yours.",
    ),
    "no_numbers": (
        "error", "No number was found in the file's {rows} rows.",
        "Check that the columns with the numbers are filled.",
    ),
    "file_empty": ("error", "The file holds no rows below its header.", "Send it again with the rows filled in."),
    "text_encoding": (
        "error", "The text isn't {encoding}: byte {byte} can't be read.",
        "Save the file as “CSV UTF-8”, or tell the backbone which encoding your program writes.",
    ),
    "sheet_missing": (
        "error", "There is no sheet named “{sheet}”; the workbook has: {found}.",
        "Give the sheet its agreed name again.",
    ),
    "column_missing": (
        "error", "There is no column “{column}”.{looks_like}",
        "Give the column its agreed name again, or ask the backbone to accept the new one.",
    ),
    "column_twice": (
        "error", "The column “{column}” stands there twice.", "Keep the one with the right numbers.",
    ),
    "column_new": (
        "warning", "The column “{column}” is new: the file before this one did not have it.",
        "If it is there on purpose, nothing needs to be done; only agreed columns are read.",
    ),
    "column_instead": (
        "warning", "The column “{column}” is new: the file before this one did not have it.",
        "If it is one of the columns that are missing, give it the agreed name, or tell the backbone which one it is.",
    ),
    "column_gone": (
        "warning", "The column “{column}” is gone: the file before this one had it.",
        "If it is missing by mistake, send the file again with it; if not, nothing needs to be done.",
    ),
    "column_renamed": (
        "warning", "The column “{column}” is new; it is read as “{read_as}”, as was confirmed.",
        "If that is right, nothing needs to be done; if not, tell the backbone.",
    ),
    "reply_column_unknown": (
        "error", "“{value}” is not a column that your files need.{looks_like}",
        "Write the column as the receipt names it.",
    ),
    "reply_header_unknown": (
        "error", "No file of yours that waits for an answer has the heading “{value}”.",
        "Write the heading as it stands in your file.",
    ),
    "file_end": (
        "warning", "The file's last line does not end like the others; it may have been cut off.",
        "Check that the last row is complete. If it is, nothing needs to be done.",
    ),
    # the file, as it is opened
    "file_kind": (
        "error", "The file is of a kind that holds no table for Cairn: {kind}.",
        "Open it with your program and save it as XLSX or “CSV UTF-8”.",
    ),
    "file_binary": (
        "error", "The file is neither text nor a workbook.",
        "Open it with your program and save it as XLSX or “CSV UTF-8”.",
    ),
    "file_locked": (
        "error", "The file is protected by a password.", "Save it without a password and send it once more.",
    ),
    "file_doctype": (
        "error", "The workbook holds definitions that no spreadsheet program writes.",
        "Open it in your spreadsheet program, save it again as XLSX and send it once more.",
    ),
    "zip_several": (
        "error", "The zip file holds {count} files: {found}.", "Send them one by one, each under its own name.",
    ),
    "zip_empty": ("error", "The zip file holds no file with data.", "Put the file in and send it once more."),
    "zip_path": (
        "error", "The zip file holds “{value}”, which points to a place outside of it.",
        "Pack the file alone, without folders and links, and send it once more.",
    ),
    "text_unclear": (
        "error", "It can't be told which encoding the text is written in.",
        "Save the file as “CSV UTF-8”, or tell the backbone which encoding your program writes.",
    ),
    "text_assumed": (
        "warning", "The file doesn't say which encoding its text is in; it was read as {encoding}, with “{value}”.",
        "If that word is wrong, save the file as “CSV UTF-8”. If it is right, the backbone can note the encoding down.",
    ),
    "text_nul": (
        "warning", "{count} zero bytes were left out of the text; files have them where something went wrong.",
        "Compare the file with yours. Save it as “CSV UTF-8” and send it once more if anything is missing.",
    ),
    "row_quote": (
        "error", "A quotation mark opens in this row and never closes, so that all rows below it look like one cell.",
        "Close the quotation mark, or delete it, and send the file once more.",
    ),
    "row_json": (
        "error", "The line is not a record: {reason}.", "Write one JSON object in each line, or one list of objects.",
    ),
    "json_no_records": (
        "error", "The JSON holds no records.", "Write one JSON object in each line, or one list of objects.",
    ),
    # the file, beyond a limit
    "limit_file_mb": (
        "error", "The file is larger than {limit} MB.", "Split it, or leave out what was not asked for.",
    ),
    "limit_unpacked_mb": (
        "error", "Unpacked, the file is larger than {limit} MB.", "Split it, or leave out what was not asked for.",
    ),
    "limit_ratio": (
        "error", "The file unpacks to more than {limit} times its size, as no table does.",
        "Open it in your program, save it again and send it once more.",
    ),
    "limit_members": (
        "error", "The file is packed from more than {limit} parts.",
        "Send the table alone, without what lies beside it.",
    ),
    "limit_layers": (
        "error", "The file is packed more than {limit} times over.", "Send the file itself, or packed once.",
    ),
    "limit_sheets": (
        "error", "The workbook has more than {limit} sheets.",
        "Send the sheet with the numbers in a workbook of its own.",
    ),
    "limit_columns": (
        "error", "The table has more than {limit} columns.", "Leave out the columns that were not asked for.",
    ),
    "limit_cells": (
        "error", "The file has more than {limit} cells.",
        "Delete the empty rows and columns beyond the table, or split the file.",
    ),
    "limit_cell_characters": (
        "error", "A cell holds more than {limit} characters.",
        "Check for a quotation mark that opens and never closes, and shorten long texts.",
    ),
    "limit_depth": (
        "error", "Lists and records lie within one another more than {limit} deep.",
        "Write one list of records with names and values.",
    ),
    "limit_seconds": (
        "error", "Reading the file takes longer than {limit} seconds.",
        "Split it, or leave out what was not asked for.",
    ),
    "limit_memory_mb": (
        "error", "Reading the file takes more than {limit} MB of memory.",
        "Split it, or delete the empty rows and columns beyond the table.",
    ),
    # the file, as a whole
    "personal_data": (
        "error", "The file seems to hold personal data that the coalition did not ask for. It was taken out of the "
        "inbox and not read further; it is kept apart and will be deleted on {until}.",
        "Send it again without the columns named here. If they are about nobody, tell the backbone, which can allow "
        "them.",
    ),
    "personal_names": ("error", "The column “{column}” seems to hold names of persons.", "Delete the column."),
    "personal_mails": ("error", "The column “{column}” seems to hold mail addresses.", "Delete the column."),
    "personal_phones": ("error", "The column “{column}” seems to hold telephone numbers.", "Delete the column."),
    "personal_births": ("error", "The column “{column}” seems to hold birth dates.", "Delete the column."),
    "personal_ids": ("error", "The column “{column}” seems to hold national ids.", "Delete the column."),
    "personal_unhashed": (
        "error", "The column “{column}” is for keyed hashes of persons (64 digits, 0 to 9 and a to f), and holds "
        "something else, first in row {first}.",
        "Turn every entry into its keyed hash before you send the file (cairn hash), or leave the cell empty.",
    ),
    "layout_sql": (
        "error", "The layout's query can't be run on this file: {reason}.",
        "Ask the backbone to mend the layout; your file is kept.",
    ),
    # a filled template
    "template_newer": (
        "error", "This template's version is not known here.", "Tell the backbone; your file is fine.",
    ),
    "template_headings": (
        "error", "The row of headings was not found on any sheet of this template.",
        "Copy your numbers into the template as it was sent to you, and send that.",
    ),
    "template_other_partner": (
        "error", "This template was made for another partner.",
        "Fill in the one that was made for you; the backbone sends it to you again if need be.",
    ),
    "template_choice": (
        "error", "“{value}” is none of the answers for the whole sheet.", "Choose one of these at the top: {choices}.",
    ),
    "template_nil": (
        "error", "The sheet says “{choice}”, but here stands a number: {value}.",
        "Empty the cell, or change the answer at the top of the sheet.",
    ),
    "template_same": (
        "warning", "The sheet says “{choice}”. Rows with a number of their own, taken as they are: {rows}.",
        "If that is what you mean, nothing needs to be done.",
    ),
    "template_gone": (
        "warning", "Since this template was made, the agreement has changed. No longer in it: {gone}.",
        "Ask the backbone for a new template. All else was read as usual.",
    ),
    "template_added": (
        "warning", "Since this template was made, the agreement has changed. New in it: {added}.",
        "Ask the backbone for a new template. All else was read as usual.",
    ),
    # a withdrawal
    "withdrawn": (
        "warning", "The numbers of this file no longer count. Withdrawn by: {who}. Reason: {why}",
        "If they should count after all, send the file again.",
    ),
    "withdraw_unknown": (
        "error", "There is no file of this name whose numbers could be withdrawn: {file}",
        "Give the notice the name of the file, with .withdraw after it.",
    ),
    "unit_note": (
        "warning", "“{note}” says that numbers are counted in {unit}; they were read as they stand.",
        "Ask the backbone to declare the unit in your layout (times: {times}, or times: 1 if the note means something "
        "else).",
    ),
    "period_closed": (
        "warning", "This file says something new of {periods}, which ended more than {days} days before it came.",
        "Check the year. If it is a correction, nothing needs to be done: it is taken.",
    ),
    "measures_missing": (
        "warning", "For {period} the file lacks: {measures}. It is due on {due}.",
        "Add what is missing and send the file again, or send it in a file of its own.",
    ),
    "file_takes_back": (
        "warning", "{count} numbers that {file} gave for {periods} are not in this file, which replaces it; they count "
        "no more.",
        "If both files are right, put all rows into one file, or ask the backbone for “delivery: updates”. If this one "
        "is the correction, nothing needs to be done.",
    ),
    "file_overrules": (
        "warning", "{count} numbers for {periods} are not those that {file} gave; these count now.",
        "If this file is right, nothing needs to be done. If {file} is, put it into the inbox once more: then its "
        "numbers count again.",
    ),
    # numbers beside each other
    "part_above_whole": (
        "error", "{number} is more than {other} in {at}; “{measure}” is part of “{whole}”.",
        "Correct the one that is wrong.",
    ),
    "part_above_known": (
        "warning", "{number} is more than {other}, your number of “{whole}” for {period} in {file}; “{measure}” is "
        "part of it.",
        "Check both. If the other one is wrong, send that file again.",
    ),
    "total_differs": (
        "warning", "The total is {number}, and its groups add up to {other}.",
        "Check the total and the groups. Until they agree, the total counts for the whole, the groups for themselves.",
    ),
    "total_below_group": (
        "warning", "The total is {number}, and one of its groups alone is {other}.",
        "Check the total and the groups. Until they agree, the total counts for the whole, the groups for themselves.",
    ),
    "foot_differs": (
        "warning", "The row of totals says {number}, and the rows above it add up to {other}.",
        "Check whether a row is missing or wrong. The row of totals itself is never counted.",
    ),
    "row_of_totals": (
        "warning", "The row is called “{value}”. It was taken for one that adds others up, and not counted.",
        "If that is right, nothing needs to be done. If the row is like the others, call it by another word.",
    ),
    "value_jump": (
        "warning", "{number} is far from {other}, your number for {period}.",
        "Check it. If it is right, nothing needs to be done; a reason in the column for notes saves a question.",
    ),
    # a row
    "row_cells": (
        "error", "The row has {found} cells where the header has {expected}.",
        "Complete the row; check for a missing or an extra separator.",
    ),
    "measure_unknown": (
        "error", "“{value}” is not a measure that is agreed.{looks_like}", "Use the agreed name of the measure.",
    ),
    "measure_empty": ("error", "The row doesn't say which measure it is about.", "Write the measure's agreed name."),
    "period_empty": (
        "error", "The row doesn't say which period it is about.", "Write the period, like 2026-07, 2026Q3 or 2026.",
    ),
    "place_empty": ("error", "The row doesn't say which place it is about.", "Write the place's agreed name."),
    "member_empty": (
        "error", "The row doesn't say which group it is about.", "Write the group's agreed name.",
    ),
    "period_unreadable": (
        "error", "“{value}” names no month, quarter or year.", "Write it like 2026-07, 2026Q3 or 2026.",
    ),
    "period_ahead": (
        "error", "{value} had not begun when the file arrived.", "Check the year and the quarter.",
    ),
    "place_unknown": (
        "error", "“{value}” is not a place of this initiative.{looks_like}", "Use the place's agreed name.",
    ),
    "place_closed": (
        "error", "“{value}” was closed at the end of {period}.", "Check the place and the period.",
    ),
    "place_merged": (
        "error", "“{value}” has been a part of {heir} since the end of {period}.",
        "Count it in {heir}, or check the period.",
    ),
    "place_not_open": (
        "error", "“{value}” was not there before {period}.", "Check the place and the period.",
    ),
    "member_unknown": (
        "error", "“{value}” is not one of the agreed groups.{looks_like}", "Use the agreed name of the group.",
    ),
    "value_not_a_number": (
        "error", "“{value}” is not a number.", "Write the number in digits; leave the cell empty if there is none.",
    ),
    "status_unknown": (
        "error", "“{value}” is none of the agreed words for what a number is.",
        "Use a word or code of the agreed list, or leave the cell empty for an ordinary number.",
    ),
    "status_contradicts": (
        "error", "A number stands here, and beside it that there is none: “{status}”.",
        "Take one of the two out. If the number may not be shown, take out the number.",
    ),
    "value_comma": (
        "error", "“{value}” is written with a decimal comma, and numbers are read with a decimal point here.",
        "Write it with a point (4.5 for four and a half), or ask the backbone to declare decimal: ','.",
    ),
    "value_ambiguous": (
        "error", "“{value}” may be thousands or decimals: a point is written for either.",
        "Write it without the point (1000 for a thousand, 1 for one), or ask the backbone to declare decimal: ','.",
    ),
    "value_too_large": (
        "error", "“{value}” has more than twelve digits.", "Check the number; if it is right, use a larger unit.",
    ),
    "value_below_minimum": (
        "error", "{value} is below {minimum}, the least that is possible.", "Check the number.",
    ),
    "value_above_maximum": (
        "error", "{value} is above {maximum}, the most that is possible.", "Check the number.",
    ),
    "value_not_whole": ("error", "{value} is not a whole number, and this counts whole things.", "Check the number."),
    "row_repeated": (
        "error", "The row repeats row {first}; it is counted once.", "Delete the row if it is there by mistake.",
    ),
    "row_contradicts": (
        "error", "Row {others} gives another number for the same measure, period, place and group.{differ}",
        "Keep the row that is right, or tell the backbone what tells the rows apart.",
    ),
    "layout_contradicts": (
        "error", "The layout's query gives two numbers for the same measure, period, place and group.",
        "Ask the backbone to mend the layout; your file is kept.",
    ),
}  # fmt: skip

HINTS = {
    "looks_like": " Did you mean “{looks_like}”?",
    "differ": " What tells the rows apart is not read: {differ}.",
}
"""Details that are said as a sentence of their own where there is something to say, and not at all where not."""

RECORD_WORDS: dict[str, tuple[str, str]] = {
    "file_empty": ("There are no records.", "Tell the backbone if they lie elsewhere now."),
    "no_numbers": ("No number was found in the {rows} records.", "Check that the fields with the numbers are filled."),
    "column_missing": (
        "There is no field “{column}”.{looks_like}",
        "Give the field its agreed name again, or ask the backbone to accept the new one.",
    ),
    "column_new": (
        "The field “{column}” is new: the records before these did not have it.",
        "If it is there on purpose, nothing needs to be done; only agreed fields are read.",
    ),
    "column_gone": (
        "The field “{column}” is gone: the records before these had it.",
        "If it is missing by mistake, bring it back; if not, nothing needs to be done.",
    ),
    "measures_missing": (
        "For {period} the records lack: {measures}. It is due on {due}.", "Enter what is missing where you keep it.",
    ),
    "value_not_a_number": (
        "“{value}” is not a number.", "Write the number in digits; leave the field empty if there is none.",
    ),
    "row_repeated": (
        "The record repeats record {first}; it is counted once.", "Delete the record if it is there by mistake.",
    ),
}  # fmt: skip
"""What is said in place of `WORDS` where an API or a database is asked: there are records and fields, and no file."""
