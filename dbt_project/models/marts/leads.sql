{# One row per lead cycle. #}
with leads as (
    select * from {{ ref('lead_facts') }}
),

final as (
    select
        lead_id,
        person_key,
        account_key,
        cycle_no,
        first_seen_at,
        original_source,
        channel,
        campaign,
        persona,
        is_countable,
        exclusion_reason,
        is_hot,
        mql_at,
        handed_over_at,
        accepted_at,
        first_attempt_at,
        first_contact_at,
        opportunity_created_at,
        won_at,
        current_stage,
        max_stage,
        owner_process,
        received_at,
        valid_opportunity_at,
        closed_at,
        close_reason,
        first_seen_on,
        mql_on,
        handed_over_on,
        received_on,
        accepted_on,
        opportunity_created_on,
        valid_opportunity_on,
        won_on,
        closed_on
    from leads
)

select * from final
