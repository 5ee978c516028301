{# Onboarding as the teams count it: sales takes a customer for live when its contract has begun, and with it the bill; marketing counts what the
   shared view counts. #}
with shared as (
    select * from {{ ref('onboard_rate') }}
),

contracts as (
    select contract_id, start_on from {{ ref('con_contracts') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

of_sales as (
    select
        shared.subject_type,
        shared.subject_id,
        'sales' as view,
        shared.member,
        shared.counted_on,
        shared.converted_on,
        {{ counts_when('contracts.start_on <= least(run_parameters.as_of_on, ' ~ add_days('shared.counted_on', 'windows.days') ~ ')') }} as numerator,
        shared.denominator,
        shared.is_mature,
        shared.subject_id as row_id,
        {{ bridge_no_record({"'not_live'": 'shared.numerator = 0'}) }}
    from shared
    join contracts on shared.subject_id = contracts.contract_id
    cross join run_parameters
    join {{ named_window('onboarding') }} as windows on {{ in_force('windows', 'shared.counted_on') }}
),

final as (
    select
        subject_type, subject_id, 'marketing' as view, member, counted_on, converted_on, numerator, denominator, is_mature, subject_id as row_id,
        {{ bridge_no_record() }}
    from shared
    union all
    select * from of_sales
)

select * from final
