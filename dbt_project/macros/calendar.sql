{#
    The initiative's calendar in SQL; agenda/periods.py says the same in Python, and a test holds them together.
    `starts` (1–12) and `named` ('start' | 'end') are the columns year_starts and year_named of agenda_initiative.
    Days are always the first of a month.
#}

{% macro year_offset(starts, named) -%}
    {#- By how much the name of a year is ahead of the calendar year it starts in. -#}
    case when {{ starts }} > 1 and {{ named }} = 'end' then 1 else 0 end
{%- endmacro %}

{% macro months_into_year(day, starts) -%}
    ((month({{ day }}) - {{ starts }} + 12) % 12)
{%- endmacro %}

{% macro add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro months_between(first, last) -%}
    cast((year({{ last }}) - year({{ first }})) * 12 + month({{ last }}) - month({{ first }}) as integer)
{%- endmacro %}

{% macro months_in(period_type) -%}
    case {{ period_type }} when 'month' then 1 when 'quarter' then 3 when 'year' then 12 end
{%- endmacro %}

{% macro type_of_period(period) -%}
    {#- `2026Q3`, `2026-07` and `2026` say themselves what they are; also those that no one has reported yet. -#}
    case when contains({{ period }}, 'Q') then 'quarter' when contains({{ period }}, '-') then 'month' else 'year' end
{%- endmacro %}
