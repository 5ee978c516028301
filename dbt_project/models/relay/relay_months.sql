{# The months of each boundary's ledger, from the first month in which anything moved at any boundary to the month of as_of, and the day on
   which a month's stocks are read. #}
with boundaries as (
    select distinct boundary from {{ ref('relay_tolerances') }}
),

first_moves as (
    select min(moved_on) as moved_on from {{ ref('relay_entries') }}
),

run_parameters as (
    select as_of, as_of_on from {{ ref('run_parameters') }}
),

months as (
    select month_start_on, max(date_on) as month_end_on
    from {{ ref('con_calendar') }}
    group by month_start_on
),

final as (
    select
        boundaries.boundary,
        months.month_start_on,
        least(months.month_end_on, run_parameters.as_of_on) as read_on,
        run_parameters.as_of
    from months
    cross join run_parameters
    cross join first_moves
    cross join boundaries
    where months.month_end_on >= first_moves.moved_on and months.month_start_on <= run_parameters.as_of_on
)

select * from final
