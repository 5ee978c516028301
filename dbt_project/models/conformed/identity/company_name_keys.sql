-- The key of every company name written anywhere, worked out once per spelling.
with spellings as (
    select company_name from {{ ref('ma_person') }}
    union
    select company_name from {{ ref('crm_lead') }}
    union
    select name as company_name from {{ ref('crm_account') }}
    union
    select customer_name as company_name from {{ ref('cs_contract') }}
    union
    select name as company_name from {{ ref('company_registry') }}
),

final as (
    select
        company_name,
        {{ company_name_key('company_name') }} as name_key
    from spellings
    where company_name is not null
)

select * from final
