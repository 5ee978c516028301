-- Record ids that two systems of one kind give out: of such a record alone the id does not tell whose it is.
with records as (
    {%- for table, told in record_tables().items() %}
    select '{{ table }}' as table_name, {{ told.id }} as record_id, source_system
    from {{ ref(table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select table_name, record_id
    from records
    where record_id is not null
    group by table_name, record_id
    having min(source_system) <> max(source_system)
)

select * from final
