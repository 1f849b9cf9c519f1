{#
    Means over months, exact: DuckDB divides decimals as doubles, and a third that is rounded before it is added up moves
    the last digit. So numbers are kept in parts of which each number of months, one to twelve, makes whole ones (27,720
    is their least common multiple), and divided once.
#}

{% macro in_parts(total, months=1) -%}
    {{ total }} * (27720 // {{ months }})
{%- endmacro %}

{% macro of_parts(parts) -%}
    {#- With six decimals, half a unit of the last away from zero. -#}
    cast(
        cast(sign({{ parts }}) * ((2 * abs(cast({{ parts }} * 1000000 as hugeint)) + 27720) // 55440) as decimal(30, 0))
        * cast(0.000001 as decimal(7, 6)) as decimal(38, 6)
    )
{%- endmacro %}
