with observed as (
    select distinct
        measure,
        members
    from {{ ref('int_reported_members') }}
    union
    select distinct
        measure,
        members
    from {{ source('lake', 'reference_values') }}
),

dimensions as (
    select
        measure,
        members,
        unnest(string_split(members, '|')) as member,
        split_part(unnest(string_split(members, '|')), '=', 1) as dimension
    from observed
    where members <> ''
),

observed_splits as (
    select
        observed.measure,
        observed.members,
        count(dimensions.dimension) as observed_size,
        coalesce(string_agg(dimensions.dimension, ' * ' order by dimensions.dimension), '') as observed_split
    from observed
    left join dimensions on observed.measure = dimensions.measure and observed.members = dimensions.members
    group by observed.measure, observed.members
),

wanted as (
    select
        measure,
        split,
        unnest(string_split(split, ' * ')) as dimension,
        length(split) - length(replace(split, '*', '')) + 1 as size
    from (select distinct measure, split from {{ ref('int_splits') }})
    where split <> ''
),

rates as (
    select distinct measure from {{ ref('int_splits') }}
    where is_sum is false
),

-- Every split that can be made of these members by leaving dimensions out.
parts as (
    select
        wanted.measure,
        dimensions.members,
        wanted.split,
        string_agg(dimensions.member, '|' order by dimensions.dimension) as part
    from wanted
    inner join dimensions on wanted.measure = dimensions.measure and wanted.dimension = dimensions.dimension
    group by wanted.measure, dimensions.members, wanted.split, wanted.size
    having count(*) = wanted.size
    union all
    select
        measure,
        members,
        '' as split,
        '' as part
    from observed
)

select
    parts.measure,
    parts.members,
    parts.split,
    parts.part,
    cast(observed_splits.observed_size as integer) as size,
    cast(dense_rank() over (
        order by observed_splits.observed_size, observed_splits.observed_split
    ) as integer) as preference
from parts
inner join observed_splits on parts.measure = observed_splits.measure and parts.members = observed_splits.members
where parts.part = parts.members or parts.measure not in (select rates.measure from rates)
