-- Values whose numerator is more than their denominator: what got there must be part of what set out, in every cohort; a win rate of closed
-- deals, a churn and a gross retention are shares too. Marketing's mql_rate divides the MQLs of a period by its leads: it may exceed 1.
with shares as (
    select * from {{ ref('kpi_values') }}
    where (basis = 'cohort' or kpi_code in ('win_rate_close', 'logo_churn', 'grr'))
        and not (kpi_code = 'mql_rate' and view = 'marketing')
),

final as (
    select
        'kpi' as subject_type,
        kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        cast(numerator as {{ dbt.type_string() }}) || ' of ' || cast(denominator as {{ dbt.type_string() }}) as crm_value,
        kpi_code || ' ' || view || ' ' || basis || ' ' || member || ' ' || grain || ' ' || cast(period_start as {{ dbt.type_string() }})
            || ' ' || segment || '=' || segment_value as detail,
        null as amount_at_stake,
        null as occurred_at
    from shares
    where numerator > denominator
)

select * from final
