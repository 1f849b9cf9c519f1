with shown as (
    select
        breakdowns.indicator,
        breakdowns.breakdown,
        dimensions.dimension
    from {{ source('lake', 'agenda_breakdowns') }} as breakdowns
    left join {{ source('lake', 'agenda_breakdown_dimensions') }} as dimensions
        on breakdowns.breakdown = dimensions.breakdown
),

-- A term is taken by the breakdown if its measure has all of the breakdown's dimensions, else as a whole:
-- children in care by age over children by age, but places by setting over all children.
terms as (
    select
        shown.indicator,
        shown.breakdown,
        terms.part,
        terms.term,
        terms.measure,
        terms.weight,
        terms.stratum,
        terms.standard,
        count(shown.dimension) = count(has.dimension) as is_by_breakdown
    from {{ source('lake', 'agenda_terms') }} as terms
    inner join shown on terms.indicator = shown.indicator
    left join {{ source('lake', 'agenda_measure_dimensions') }} as has
        on terms.measure = has.measure and shown.dimension = has.dimension
    group by
        shown.indicator, shown.breakdown, terms.part, terms.term, terms.measure, terms.weight, terms.stratum,
        terms.standard
),

-- What the term needs its measure split by: what it is shown by and what it is filtered by.
needed as (
    select
        terms.indicator,
        terms.breakdown,
        terms.term,
        shown.dimension
    from terms
    inner join shown on terms.indicator = shown.indicator and terms.breakdown = shown.breakdown
    where terms.is_by_breakdown and shown.dimension is not null
    union
    select
        terms.indicator,
        terms.breakdown,
        terms.term,
        filters.dimension
    from terms
    inner join {{ source('lake', 'agenda_term_members') }} as filters on terms.term = filters.term
),

splits as (
    select
        indicator,
        breakdown,
        term,
        string_agg(dimension, ' * ' order by dimension) as split
    from needed
    group by indicator, breakdown, term
)

select
    terms.indicator,
    terms.breakdown,
    terms.part,
    terms.term,
    terms.measure,
    terms.weight,
    terms.stratum,
    terms.standard,
    terms.is_by_breakdown,
    coalesce(splits.split, '') as split
from terms
left join splits
    on
        terms.indicator = splits.indicator
        and terms.breakdown = splits.breakdown
        and terms.term = splits.term
