{# Responses of countable people, numbered within person and calendar month: sales counts the first of each. #}
with responses as (
    select * from {{ ref('responses') }} where is_countable
),

final as (
    select
        response_id,
        occurred_on,
        row_number() over (
            partition by person_key, date_trunc('month', occurred_on) order by occurred_at nulls last, response_id nulls last
        ) as no_in_month
    from responses
)

select * from final
