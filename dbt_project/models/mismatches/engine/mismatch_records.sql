{# Of the records that mismatches name: the system they lie in and their owner. An id that two systems share is told by the first in order of
   their names. #}
with named as (
    select ma_table as table_name, ma_record_id as record_id from {{ ref('mismatch_states') }} where ma_record_id is not null
    union
    select crm_table, crm_record_id from {{ ref('mismatch_states') }} where crm_record_id is not null
),

records as (
    {%- for table, told in record_tables().items() %}
    select '{{ table }}' as table_name, source_system, {{ told.id }} as record_id, {{ 'owner_id' if told.has_owner else 'null' }} as owner_id
    from {{ ref(table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select records.table_name, records.record_id, records.source_system, cast(records.owner_id as {{ dbt.type_string() }}) as owner_id
    from records
    inner join named on records.table_name = named.table_name and records.record_id = named.record_id
    qualify row_number() over (partition by records.table_name, records.record_id order by records.source_system nulls last) = 1
)

select * from final
