with opportunities as (
    {{ newest_rows('salesforce', 'opportunities') }}
),

final as (
    select
        id as crm_opportunity_id,
        account_id as crm_account_id,
        name,
        stage_name as stage,
        amount,
        currency_iso_code as currency,
        tax_included as is_tax_included,
        amount_basis,
        close_date as close_on,
        closed_at,
        cast(probability / 100 as decimal(18, 6)) as probability,
        forecast_category,
        type as opportunity_type,
        lead_source,
        campaign_id,
        owner_id,
        loss_reason,
        competitor,
        budget,
        authority,
        need,
        timeline,
        expected_revenue,
        handover_scope,
        handover_stakeholders,
        handover_promises,
        fs_accepted_at,
        merged_into_id,
        created_date as created_at,
        coalesce(last_modified_date, system_modstamp) as updated_at,
        is_closed,
        is_won,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted,
        {{ gone_at(['is_deleted', '_fivetran_deleted'], ['last_modified_date', 'system_modstamp']) }} as deleted_at
    from opportunities
)

select * from final
