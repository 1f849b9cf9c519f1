{#
    Wilson's score interval for a proportion at 95 %: Wilson (1927), "Probable inference, the law of succession,
    and statistical inference", JASA 22. It keeps inside 0..1 and holds up for small denominators.
    `sign` is '-' for the lower bound, '+' for the upper.
#}
{% macro wilson(share, n, sign) -%}
    {%- set z = '1.959963984540054e0' -%}
    least(1.0, greatest(0.0,
        (
            {{ share }} + {{ z }} * {{ z }} / (2 * {{ n }})
            {{ sign }} {{ z }} * sqrt(
                {{ share }} * (1 - {{ share }}) / {{ n }} + {{ z }} * {{ z }} / (4 * {{ n }} * {{ n }})
            )
        ) / (1 + {{ z }} * {{ z }} / {{ n }})
    ))
{%- endmacro %}
