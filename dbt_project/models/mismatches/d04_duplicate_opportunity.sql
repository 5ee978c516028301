-- Open opportunities that look like an older one of the same account: same type, created near it, nearly the same amount.
with opened as (
    select
        opportunity_id, crm_opportunity_id, account_key, created_at, created_on, amount_base,
        coalesce(lower(opportunity_type), '') as opportunity_type
    from {{ ref('con_opportunities') }}
    where is_countable and stage_code in ('open', 'valid') and account_key is not null and created_at is not null and amount_base > 0
),

pairs as (
    select
        later.*,
        earlier.crm_opportunity_id as first_id,
        earlier.amount_base as first_amount_base
    from opened as later
    inner join opened as earlier
        on later.account_key = earlier.account_key
        and later.opportunity_type = earlier.opportunity_type
        and (
            earlier.created_at < later.created_at
            or (earlier.created_at = later.created_at and earlier.crm_opportunity_id < later.crm_opportunity_id)
        )
    where {{ days_between('earlier.created_on', 'later.created_on') }} <= {{ mismatch_tolerance('d04_days') }}
        and abs(later.amount_base - earlier.amount_base) * 100
        <= {{ mismatch_tolerance('d04_percent') }} * greatest(later.amount_base, earlier.amount_base)
    qualify row_number() over (
        partition by later.opportunity_id order by earlier.created_at nulls last, earlier.crm_opportunity_id nulls last
    ) = 1
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        null as ma_record_id,
        crm_opportunity_id as crm_record_id,
        null as ma_value,
        cast(amount_base as {{ dbt.type_string() }}) || ' beside ' || cast(first_amount_base as {{ dbt.type_string() }}) || ' of ' || first_id as crm_value,
        '' as detail,
        null as amount_at_stake,
        created_at as occurred_at
    from pairs
)

select * from final
