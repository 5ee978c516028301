-- Money columns that changed their unit on their feed's newest day.
with final as (
    {{ unit_changes() }}
)

select * from final
