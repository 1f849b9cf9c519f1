{#
    Intervals at 95 %. docs/numbers.md has each of them with its source and an example worked by hand.
#}

{% macro wilson(share, n, sign) -%}
    {#-
        Wilson's score interval for a proportion: Wilson (1927), "Probable inference, the law of succession, and
        statistical inference", JASA 22. It keeps inside 0..1, holds the share itself (which the rounding of a double
        would leave out where it is 0 or 1), and holds up for small denominators.
        `sign` is '-' for the lower bound, '+' for the upper.
    -#}
    {%- set z = '1.959963984540054e0' -%}
    {%- set inwards, outwards, end = ('least', 'greatest', '0.0') if sign == '-' else ('greatest', 'least', '1.0') -%}
    {{ inwards }}({{ share }}, {{ outwards }}({{ end }},
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

{% macro dobson(of, sign) -%}
    {#-
        A limit of a directly standardised rate: Byar's of all `events`, carried over from their own deviation to the
        rate's. Dobson, Kuulasmaa, Eberle & Scherer (1991), "Confidence intervals for weighted sums of Poisson
        parameters", Statistics in Medicine 10; PHE, appendix 4. `of` has `standardised_rate` and its `deviation`.
    -#}
    ({{ of }}.standardised_rate + {{ of }}.deviation / sqrt({{ of }}.events) * ({{ byar(of ~ '.events', sign) }} - {{ of }}.events))
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

{% macro t_quantile(degrees) -%}
    {#-
        How many standard errors a mean is off by in 5 % of all cases: Student's t with so many degrees of freedom, by the
        expansion of Fisher in powers of 1/degrees; Abramowitz & Stegun (1964), 26.7.5, with its coefficients at the
        normal deviate 1.959964. Nearer than 4e-8 from 29 degrees on; under 30 int_t_quantiles has it.
    -#}
    (
        1.959963984540054e0
        + (2.372271230299e0 + (2.822498615740e0 + (2.555849679508e0 + 1.589534053394e0
        / {{ degrees }}) / {{ degrees }}) / {{ degrees }})
        / {{ degrees }}
    )
{%- endmacro %}

{% macro standard_errors(of, exact) -%}
    {#-
        How far a mean may be off at 95 %: Student (1908), "The probable error of a mean", Biometrika 6. `of` has the sum
        `events` of `divisor` numbers and the sum of their `squares`; `exact` is the quantile where degrees are few.
    -#}
    coalesce({{ exact }}, {{ t_quantile('(' ~ of ~ '.divisor - 1)') }}) * sqrt(
        greatest(0.0, {{ of }}.squares - {{ of }}.events * {{ of }}.events / {{ of }}.divisor)
        / ({{ of }}.divisor - 1) / {{ of }}.divisor
    )
{%- endmacro %}

{% macro difference_limit(now, earlier, sign) -%}
    {#-
        A limit of `now.value - earlier.value` from the two intervals (value, lower, upper): what each could be off by
        on that side, squared and added. Newcombe (1998), "Interval estimation for the difference between independent
        proportions", Statistics in Medicine 17, method 10, where they are Wilson's; for whatever else Zou & Donner
        (2008), "Construction of confidence limits about effect measures", Statistics in Medicine 27. Null where one of
        the two has none. `sign` as above.
    -#}
    {%- set off, other = (now ~ '.value - ' ~ now ~ '.lower', earlier ~ '.upper - ' ~ earlier ~ '.value')
        if sign == '-' else (now ~ '.upper - ' ~ now ~ '.value', earlier ~ '.value - ' ~ earlier ~ '.lower') -%}
    ({{ now }}.value - {{ earlier }}.value)
    {{ sign }} sqrt(({{ off }}) * ({{ off }}) + ({{ other }}) * ({{ other }}))
{%- endmacro %}

{% macro ratio_limit(one, other, sign) -%}
    {#-
        A limit of `one.value / other.value`, of values above zero, from the two intervals likewise ("MOVER-R"): Donner & Zou
        (2012), "Closed-form confidence intervals for functions of the normal mean and standard deviation", Statistical
        Methods in Medical Research 21. The lower one is written with the root below the line, where it holds for any
        interval of the other; there is no upper one where the other may be zero. What is under the root is below zero by
        rounding only.
    -#}
    {%- set end, far = ('.lower', '.upper') if sign == '-' else ('.upper', '.lower') -%}
    {%- set both = '(' ~ one ~ '.value * ' ~ other ~ '.value)' -%}
    {%- set own = '(' ~ one ~ end ~ ' * (2 * ' ~ one ~ '.value - ' ~ one ~ end ~ '))' -%}
    {%- set others = '(' ~ other ~ far ~ ' * (2 * ' ~ other ~ '.value - ' ~ other ~ far ~ '))' -%}
    {%- set root = 'sqrt(greatest(0.0, ' ~ both ~ ' * ' ~ both ~ ' - ' ~ own ~ ' * ' ~ others ~ '))' -%}
    {%- if sign == '-' -%}
        if({{ one }}.value = 0, 0.0, {{ own }} / ({{ both }} + {{ root }}))
    {%- else -%}
        case when {{ own }} is not null and {{ other }}.lower > 0 then ({{ both }} + {{ root }}) / {{ others }} end
    {%- endif -%}
{%- endmacro %}
