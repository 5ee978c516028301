{# Of the records that mismatches name: the system they lie in and their owner. An id that two tables or systems share is told by the first in
   order of their names. #}
with named as (
    select 'ma' as side, ma_record_id as record_id from {{ ref('mismatch_states') }} where ma_record_id is not null
    union
    select 'crm', crm_record_id from {{ ref('mismatch_states') }} where crm_record_id is not null
),

records as (
    select 'ma' as side, 1 as rank, source_system, ma_id as record_id, owner_id from {{ ref('ma_person') }}
    union all
    select 'crm', 1, source_system, crm_lead_id, owner_id from {{ ref('crm_lead') }}
    union all
    select 'crm', 2, source_system, crm_contact_id, owner_id from {{ ref('crm_contact') }}
    union all
    select 'crm', 3, source_system, crm_account_id, owner_id from {{ ref('crm_account') }}
    union all
    select 'crm', 4, source_system, crm_opportunity_id, owner_id from {{ ref('crm_opportunity') }}
    union all
    select 'crm', 5, source_system, contract_id, cast(null as {{ dbt.type_string() }}) from {{ ref('cs_contract') }}
),

final as (
    select records.side, records.record_id, records.source_system, records.owner_id
    from records
    inner join named on records.side = named.side and records.record_id = named.record_id
    qualify row_number() over (
        partition by records.side, records.record_id order by records.rank nulls last, records.source_system nulls last
    ) = 1
)

select * from final
