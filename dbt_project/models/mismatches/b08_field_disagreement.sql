-- Fields of which the MA record and the CRM record linked to it say different things. What is equal as written is not even normalised.
{%- set fields = ['last_name', 'company_name', 'phone', 'job_title', 'department', 'industry', 'region'] -%}
{%- set contact_fields = ['last_name', 'phone', 'job_title', 'department'] %}
with ma_people as (
    select * from {{ ref('live_ma_people') }}
),

leads as (
    select * from {{ ref('live_crm_leads') }}
),

contacts as (
    select * from {{ ref('crm_contact') }}
),

pairs as (
    select * from {{ ref('ma_crm_pairs') }}
),

linked as (
    select
        pairs.person_key, pairs.ma_id, pairs.crm_record_id, pairs.crm_table, greatest(ma_people.updated_at, leads.updated_at) as changed_at,
        {%- for field in fields %}
        ma_people.{{ field }} as ma_{{ field }},
        leads.{{ field }} as crm_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from pairs
    inner join ma_people on pairs.ma_system = ma_people.source_system and pairs.ma_id = ma_people.ma_id
    inner join leads
        on pairs.crm_table = 'crm_lead' and pairs.crm_system = leads.source_system and pairs.crm_record_id = leads.crm_lead_id
    union all
    select
        pairs.person_key, pairs.ma_id, pairs.crm_record_id, pairs.crm_table, greatest(ma_people.updated_at, contacts.updated_at),
        {%- for field in fields %}
        ma_people.{{ field }},
        {{ 'contacts.' ~ field if field in contact_fields else 'null' }}{{ ',' if not loop.last }}
        {%- endfor %}
    from pairs
    inner join ma_people on pairs.ma_system = ma_people.source_system and pairs.ma_id = ma_people.ma_id
    inner join contacts
        on pairs.crm_table = 'crm_contact' and pairs.crm_system = contacts.source_system and pairs.crm_record_id = contacts.crm_contact_id
),

written as (
    {%- for field in fields %}
    select person_key, ma_id, crm_record_id, crm_table, '{{ field }}' as field, ma_{{ field }} as ma_text, crm_{{ field }} as crm_text, changed_at
    from linked
    where ma_{{ field }} <> crm_{{ field }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

widths as (
    select *, {{ norm_ja('ma_text') }} as ma_one_width, {{ norm_ja('crm_text') }} as crm_one_width from written
),

normalised as (
    select
        *,
        case field
            when 'company_name' then {{ company_name_key('ma_text') }}
            when 'phone' then {{ normalised_phone('ma_one_width') }}
            when 'region' then {{ region_key('ma_one_width') }}
            else lower(replace(ma_one_width, ' ', ''))
        end as ma_meaning,
        case field
            when 'company_name' then {{ company_name_key('crm_text') }}
            when 'phone' then {{ normalised_phone('crm_one_width') }}
            when 'region' then {{ region_key('crm_one_width') }}
            else lower(replace(crm_one_width, ' ', ''))
        end as crm_meaning
    from widths
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        ma_id as ma_record_id,
        crm_record_id,
        crm_table,
        case when field in ('last_name', 'phone') then 'differs' else ma_text end as ma_value,
        case when field in ('last_name', 'phone') then 'differs' else crm_text end as crm_value,
        field as detail,
        null as amount_at_stake,
        changed_at as occurred_at,
        changed_at
    from normalised
    where ma_meaning <> crm_meaning and ma_meaning <> '' and crm_meaning <> ''
)

select * from final
