-- MA records of people whose deal is won, that still get mail meant to win them, or stand in a nurture programme.
with first_wins as (
    select people.person_key, opportunities.opportunity_id, opportunities.crm_opportunity_id, opportunities.account_key, opportunities.won_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_people') }} as people on opportunities.opportunity_id = people.opportunity_id
    where opportunities.is_countable and opportunities.is_won
    qualify row_number() over (partition by people.person_key order by opportunities.won_at nulls last, opportunities.crm_opportunity_id nulls last) = 1
),

records as (
    select records.source_system, records.record_type, records.record_id, records.created_at, first_wins.*
    from {{ ref('person_records') }} as records
    inner join first_wins on records.person_key = first_wins.person_key
),

programmes as (
    select * from {{ ref('campaign_programmes') }} where kind in ('acquisition', 'nurture')
),

mailings as (
    select records.person_key, records.record_id as ma_id, activities.occurred_at, activities.occurred_at as judged_at
    from {{ ref('activities') }} as activities
    inner join programmes
        on activities.source_system = programmes.source_system and activities.campaign_id = programmes.campaign_id
    inner join records
        on activities.source_system = records.source_system
        and records.record_type = 'ma_person'
        and activities.record_id = records.record_id
    where activities.activity_type = 'email_sent' and activities.activity_origin = 'ma'
        and activities.occurred_at <= {{ cross_system_cutoff('ma', 'crm') }}
),

memberships as (
    select records.person_key, members.ma_id, greatest(members.created_at, records.won_at) as occurred_at
    from {{ ref('ma_campaign_member') }} as members
    inner join programmes
        on members.source_system = programmes.source_system and members.campaign_id = programmes.campaign_id and programmes.kind = 'nurture'
    inner join records
        on records.record_id = coalesce(members.ma_id, members.crm_contact_id, members.crm_lead_id)
        and records.record_type = case
            when members.ma_id is not null then 'ma_person' when members.crm_contact_id is not null then 'crm_contact' else 'crm_lead'
        end
    where not coalesce(members.is_deleted, false)
        and coalesce(programmes.ended_on, date '9999-12-31') >= {{ business_date(cross_system_cutoff('ma', 'crm')) }}
        and coalesce(members.created_at, records.won_at) <= {{ cross_system_cutoff('ma', 'crm') }}
),

found as (
    select * from mailings
    union all
    select person_key, ma_id, occurred_at, {{ cross_system_cutoff('ma', 'crm') }} from memberships
),

ma_records as (
    select person_key, record_id
    from {{ ref('live_person_records') }}
    where record_type = 'ma_person'
    qualify row_number() over (partition by person_key order by created_at nulls last, record_id nulls last) = 1
),

nurtured as (
    select
        first_wins.opportunity_id, first_wins.crm_opportunity_id, first_wins.won_at,
        coalesce(found.ma_id, ma_records.record_id) as ma_id,
        min(found.occurred_at) as occurred_at
    from found
    inner join first_wins on found.person_key = first_wins.person_key
    left join {{ ref('account_services') }} as services on first_wins.account_key = services.account_key
    left join ma_records on found.person_key = ma_records.person_key
    where found.judged_at > {{ add_seconds('first_wins.won_at', '3600 * ' ~ mismatch_tolerance('e04_hours')) }}
        and coalesce(services.all_over_on > {{ business_date('found.judged_at') }}, true)
        and coalesce(found.ma_id, ma_records.record_id) is not null
    group by 1, 2, 3, 4
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        ma_id as ma_record_id,
        crm_opportunity_id as crm_record_id,
        'nurtured ' || cast(occurred_at as {{ dbt.type_string() }}) as ma_value,
        'won ' || cast(won_at as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        occurred_at
    from nurtured
)

select * from final
