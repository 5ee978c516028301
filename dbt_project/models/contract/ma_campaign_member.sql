{{ contract_union('ma_campaign_member') }}
