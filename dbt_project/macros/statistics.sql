{#
    Intervals at 95 %. docs/numbers.md has each of them with its source and an example worked by hand.
#}

{% macro wilson(share, n, sign) -%}
    {#-
        Wilson's score interval for a proportion: Wilson (1927), "Probable inference, the law of succession, and
        statistical inference", JASA 22. It keeps inside 0..1 and holds up for small denominators.
        `sign` is '-' for the lower bound, '+' for the upper.
    -#}
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

{% macro byar(events, sign) -%}
    {#-
        Byar's approximation to the exact limits of a Poisson count, with z = 1.96 as its sources print it: Breslow &
        Day (1987), "Statistical methods in cancer research" II, chapter 2; PHE (2018), "Technical guide: confidence
        intervals", appendix 1. Within 0.2 % of the exact limits from a count of 10. `sign` as above.
    -#}
    {%- set n = events if sign == '-' else '(' ~ events ~ ' + 1)' -%}
    {%- set root = 'greatest(0.0, 1 - 1 / (9 * ' ~ n ~ ') ' ~ sign ~ ' 1.96e0 / (3 * sqrt(' ~ n ~ ')))' -%}
    case when {{ n }} = 0 then 0.0 else {{ n }} * {{ root }} * {{ root }} * {{ root }} end
{%- endmacro %}

{% macro gamma_quantile(shape, z) -%}
    {#-
        The quantile of a gamma distribution at the normal deviate `z`, by the expansion of Cornish and Fisher in powers
        of 1/sqrt(shape): Goldberg & Levine (1946), "Approximate formulas for the percentage points and normalization of
        t and chi-square", Annals of Mathematical Statistics 17, for a chi-square of 2 × shape degrees of freedom,
        halved. At 95 % it is nearer than 4e-9 from a shape of 100; below that it is where Newton's method starts.
        Written in operations that every machine rounds alike.
    -#}
    {%- set a, z2 = shape, '(' ~ z ~ ' * ' ~ z ~ ')' -%}
    (
        {{ a }} + {{ z }} * sqrt({{ a }}) + ({{ z2 }} - 1) / 3
        + {{ z }} * ({{ z2 }} - 7) / (36 * sqrt({{ a }}))
        - ((3 * {{ z2 }} + 7) * {{ z2 }} - 16) / (810 * {{ a }})
        + {{ z }} * ((9 * {{ z2 }} + 256) * {{ z2 }} - 433) / (38880 * {{ a }} * sqrt({{ a }}))
        + (((12 * {{ z2 }} - 243) * {{ z2 }} - 923) * {{ z2 }} + 1472) / (204120 * {{ a }} * {{ a }})
        - {{ z }} * (((3753 * {{ z2 }} + 4353) * {{ z2 }} - 289517) * {{ z2 }} - 289717)
        / (146966400 * {{ a }} * {{ a }} * sqrt({{ a }}))
    )
{%- endmacro %}

{% macro mover_lower(v1, l1, v2, u2) -%}
    {#-
        The lower limit of a difference v1 - v2 of two independent values from a limit of each: the lower one of the
        first, the upper one of the second. Of two proportions with Wilson's limits it is method 10 of Newcombe (1998),
        "Interval estimation for the difference between independent proportions", Statistics in Medicine 17; in general
        the method of variance estimates recovery: Zou & Donner (2008), Statistics in Medicine 27.
    -#}
    (
        {{ v1 }} - {{ v2 }}
        - sqrt(({{ v1 }} - {{ l1 }}) * ({{ v1 }} - {{ l1 }}) + ({{ u2 }} - {{ v2 }}) * ({{ u2 }} - {{ v2 }}))
    )
{%- endmacro %}

{% macro mover_upper(v1, u1, v2, l2) -%}
    {#- The upper limit likewise. -#}
    (
        {{ v1 }} - {{ v2 }}
        + sqrt(({{ u1 }} - {{ v1 }}) * ({{ u1 }} - {{ v1 }}) + ({{ v2 }} - {{ l2 }}) * ({{ v2 }} - {{ l2 }}))
    )
{%- endmacro %}

{% macro mover_ratio_lower(v1, l1, v2, u2) -%}
    {#-
        The lower limit of a ratio v1 / v2 of two independent values above zero, likewise: Donner & Zou (2012), "Closed-form
        confidence intervals for functions of the normal mean and standard deviation", Statistical Methods in Medical
        Research 21. Written with the root below the line, where it also holds if u2 is twice v2 or more; what is under the
        root is no less than zero but for rounding.
    -#}
    case
        when {{ v1 }} = 0 then 0.0
        else
            {{ l1 }} * (2 * {{ v1 }} - {{ l1 }}) / (
                {{ v1 }} * {{ v2 }} + sqrt(greatest(
                    0.0,
                    {{ v1 }} * {{ v2 }} * {{ v1 }} * {{ v2 }}
                    - {{ l1 }} * (2 * {{ v1 }} - {{ l1 }}) * {{ u2 }} * (2 * {{ v2 }} - {{ u2 }})
                ))
            )
    end
{%- endmacro %}

{% macro mover_ratio_upper(v1, u1, v2, l2) -%}
    {#- The upper limit likewise; none where v2 may be zero. -#}
    case
        when {{ u1 }} is not null and {{ l2 }} > 0
            then
                (
                    {{ v1 }} * {{ v2 }} + sqrt(greatest(
                        0.0,
                        {{ v1 }} * {{ v2 }} * {{ v1 }} * {{ v2 }}
                        - {{ u1 }} * (2 * {{ v1 }} - {{ u1 }}) * {{ l2 }} * (2 * {{ v2 }} - {{ l2 }})
                    ))
                ) / ({{ l2 }} * (2 * {{ v2 }} - {{ l2 }}))
    end
{%- endmacro %}
