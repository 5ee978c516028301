with final as (
    select
        cast('{{ env_var("TASUKI_AS_OF", "9999-12-31 00:00:00") }}' as timestamp) as as_of,
        {{ business_date("cast('" ~ env_var("TASUKI_AS_OF", "9999-12-31 00:00:00") ~ "' as timestamp)") }} as as_of_on
)

select * from final
