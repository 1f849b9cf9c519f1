{{ config(pre_hook=set_own_models()) }}
{#
    The initiative's own models, run as they are: their SQL is data, a part of the agenda's snapshot, so what was known at
    a moment holds of them as of everything else. Each reads the numbers that its measure is made of under the names that
    agenda/own_models.py lists, and no others. What it may not give ends the build, in words.
#}
with inputs as (
    select
        models.measure as made,
        reported.partner,
        reported.measure,
        reported.period,
        {{ type_of_period('reported.period') }} as period_type,
        reported.period_start,
        reported.period_end,
        reported.place,
        {{ members_map('reported.members') }} as members,
        reported.value,
        {{ status_code('reported.status_rank') }} as status,
        reported.status_rank
    from {{ ref('int_current') }} as reported
    inner join {{ source('lake', 'agenda_model_inputs') }} as models on reported.measure = models.input
),

series as (  -- noqa: ST03, read by the queries
    select
        models.measure as made,
        figures.measure,
        figures.place,
        figures.year,
        {{ members_map('figures.members') }} as members,
        figures.value
    from {{ source('lake', 'reference_values') }} as figures
    inner join {{ source('lake', 'agenda_model_inputs') }} as models on figures.measure = models.input
    where figures.value is not null
),

places as (
    select
        place,
        name,
        level,
        parent
    from {{ source('lake', 'agenda_places') }}
),

made as (
    select
        cast(measure as varchar) as measure,
        cast(partner as varchar) as partner,
        cast(period as varchar) as period,
        cast(place as varchar) as place,
        coalesce(array_to_string(list_transform(
            list_sort(map_entries(members)), entry -> entry.key || '=' || entry.value
        ), '|'), '') as members,
        unnest(coalesce(nullif(map_keys(members), []), [null])) as dimension,
        unnest(coalesce(nullif(map_values(members), []), [null])) as member,
        cast(value as decimal(18, 6)) as value,
        cast(status as varchar) as status
    from query({{ own_models() }})
),

-- What was said of the numbers behind each place and period.
heard as (
    select
        inputs.made,
        inputs.partner,
        periods.period,
        ancestors.ancestor as place,
        places.parent is null as is_root,
        max(inputs.status_rank) as status_rank
    from inputs
    inner join {{ ref('int_periods') }} as periods
        on inputs.period_start >= periods.period_start and inputs.period_end <= periods.period_end
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on inputs.place = ancestors.place
    inner join places on ancestors.ancestor = places.place
    group by inputs.made, inputs.partner, periods.period, ancestors.ancestor, places.parent
),

checked as (
    select
        made.measure,
        made.partner,
        made.period,
        periods.period_start,
        periods.period_end,
        made.place,
        made.members,
        made.value,
        made.status,
        coalesce(here.status_rank, anywhere.status_rank) as heard_rank,
        case
            when periods.period is null
                then 'a period ' || coalesce('"' || made.period || '"', 'null') || ' of which nothing is known'
            when places.place is null
                then 'a place ' || coalesce('"' || made.place || '"', 'null') || ' that the agenda has not'
            when anywhere.made is null
                then
                    'a number of the partner ' || coalesce('"' || made.partner || '"', 'null')
                    || ', who reported nothing that it is made of in ' || made.period
            when made.dimension is not null and known.member is null
                then
                    'the members "' || made.members || '", and it has no ' || made.dimension || '='
                    || coalesce(made.member, 'null')
            when instr('{{ statuses() }}', made.status) = 0 or length(made.status) <> 1
                then 'a status "' || made.status || '", which is no code of CL_OBS_STATUS'
            when
                count(*) over (
                    partition by made.measure, made.partner, made.period, made.place, made.members, made.dimension
                ) > 1
                then
                    'two numbers of ' || made.partner || ' for ' || made.period || ', ' || made.place || ', "'
                    || made.members || '"'
        end as wrong
    from made
    left join {{ ref('int_periods') }} as periods on made.period = periods.period
    left join places on made.place = places.place
    left join heard as here
        on
            made.measure = here.made
            and made.partner = here.partner
            and made.period = here.period
            and made.place = here.place
    left join heard as anywhere
        on
            made.measure = anywhere.made
            and made.partner = anywhere.partner
            and made.period = anywhere.period
            and anywhere.is_root
    left join {{ source('lake', 'agenda_measure_dimensions') }} as has
        on made.measure = has.measure and made.dimension = has.dimension
    left join {{ source('lake', 'agenda_members') }} as known
        on has.dimension = known.dimension and made.member = known.member
),

-- A number of which the model doesn't say what it is, is what the numbers behind it are: it lacks what they lack, and
-- of suppressed ones there is none.
ranked as (
    select distinct
        *,
        case
            when status is not null then {{ status_rank('status') }}
            when heard_rank = {{ rank_of('Q') }} then heard_rank
            when value is null then {{ rank_of('O') }}
            when heard_rank > {{ rank_of('P') }} then {{ rank_of('P') }}
            else greatest(heard_rank, {{ rank_of('A') }})
        end as status_rank
    from checked
)

select
    cast(null as varchar) as reading,
    cast(null as integer) as row_number,
    partner,
    measure,
    period,
    period_start,
    period_end,
    place,
    members,
    case
        when wrong is not null then error('the model of ' || measure || ' gives ' || wrong)
        when status_rank <= {{ rank_of('P') }} and status_rank >= {{ rank_of('A') }} then value
    end as value,
    cast(status_rank as tinyint) as status_rank
from ranked
