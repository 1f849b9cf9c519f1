{#
    Places that became a part of others; agenda/lifetimes.py has the days.
#}

{% macro merged_on(of) -%}
    {#-
        Since when the place has been what it is: the day of the last merge into it. A period within which that lies is
        like no other, so it gets a day that no merge has, the last of a month.
        Null where nothing became a part of it.
    -#}
    (
        select max(if({{ of }}.period_start < heirs.since, {{ of }}.period_end - 1, heirs.since))
        from {{ source('lake', 'agenda_heirs') }} as heirs
        where {{ of }}.place = heirs.heir and {{ of }}.period_end > heirs.since
    )
{%- endmacro %}
