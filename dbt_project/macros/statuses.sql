{#
    What a number is, or why there is none, as agenda/statuses.py says it; a test holds the two together.

    Models carry a status as its rank in SDMX's code list, ordered by how much it says of a sum: so the largest rank of
    the parts is that of their sum. Of the ranks below a normal value's nothing is added; those above a provisional
    one's are missing (a sum with other parts is provisional then), and the last is suppressed: no sum shows it.
#}

{% macro statuses() %}
    {{- return('MKAGVUNEFIWDSJBPHLOQ') -}}
{% endmacro %}

{% macro rank_of(code) -%}
    {{ statuses().index(code) + 1 }}
{%- endmacro %}

{% macro status_rank(code) -%}
    cast(instr('{{ statuses() }}', {{ code }}) as tinyint)
{%- endmacro %}

{% macro status_code(status_rank) -%}
    substr('{{ statuses() }}', {{ status_rank }}, 1)
{%- endmacro %}

{% macro added(value) -%}
    {#- The sum of a group's values; nothing where one of them is suppressed, or none of them is a number. -#}
    case when max(status_rank) < {{ rank_of('Q') }} then sum({{ value }}) end
{%- endmacro %}

{% macro speaks(value, status_rank='status_rank') -%}
    {#- Whether a report stands for what else was reported of the same: not where it says that it has no number. -#}
    ({{ value }} is not null or {{ status_rank }} = {{ rank_of('Q') }})
{%- endmacro %}
