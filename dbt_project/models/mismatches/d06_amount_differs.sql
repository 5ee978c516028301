-- Deals whose amount in another tool is not the opportunity's. Where the two differ by a known unit (tax, months, thousands) the value says so.
with pairs as (
    select
        *,
        abs(deal_amount_base - amount_base) as difference,
        greatest(deal_amount_base, amount_base) as greater,
        least(deal_amount_base, amount_base) as smaller
    from {{ ref('deal_pairs') }}
),

different as (
    select *
    from pairs
    where difference > {{ mismatch_tolerance('d06_amount') }}
        and difference * 100 > {{ mismatch_tolerance('d06_percent') }} * greater
),

units as (
    {{ unit_bounds() }}
),

final as (
    select
        'opportunity' as subject_type,
        different.opportunity_id as subject_id,
        different.deal_id as ma_record_id,
        different.crm_opportunity_id as crm_record_id,
        {{ amount_text('different.deal_amount', 'different.deal_currency') }} || coalesce(' [' || units.unit || ']', '') as ma_value,
        {{ amount_text('different.amount', 'different.currency') }} as crm_value,
        '' as detail,
        different.difference as amount_at_stake,
        different.changed_at as occurred_at,
        different.changed_at
    from different
    left join units on {{ differ_by_unit('different.greater', 'different.smaller', 'units') }}
)

select * from final
