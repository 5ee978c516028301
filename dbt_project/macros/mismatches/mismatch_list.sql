{# Every rule of the mismatch catalogue by its group: models with `meta.mismatch` in their YAML, one per line in order. dbt must know them
   before it has read their YAML; the test mismatch_list_is_complete compares the two. #}
{% macro mismatch_list() -%}
    {{ return({
        'a': [
            'a01_same_person_twice_in_ma',
            'a02_person_as_lead_and_contact',
            'a03_person_with_several_addresses',
            'a04_shared_mailbox_as_person',
            'a05_merged_loser_still_there',
            'a06_merged_deal_survives',
            'a07_merge_changed_the_score',
            'a08_merge_lost_an_opt_out',
            'a09_company_with_many_accounts',
            'a10_merged_on_one_side',
            'a11_matched_to_different_accounts',
            'a12_excluded_domain_counted',
        ],
        'b': [
            'b01_mql_without_crm_record',
            'b02_crm_lead_without_ma_origin',
            'b03_sync_error_outstanding',
            'b04_relay_sets_differ',
            'b05_handed_over_below_gate',
            'b06_hot_lead_not_handed_over',
            'b07_owner_differs',
            'b08_field_disagreement',
            'b09_status_and_stage_incompatible',
            'b10_updates_to_converted_lead',
            'b11_rejected_without_return',
            'b12_untouched_past_sla',
            'b13_auto_mail_as_first_touch',
            'b14_mql_of_customer',
            'b15_rows_not_brought',
            'b16_associations_dropped',
        ],
        'c': [
            'c01_stage_regress',
            'c02_stage_skipped',
            'c03_impossible_order',
            'c04_opportunity_before_lead',
            'c05_stage_without_timestamp',
            'c06_history_differs',
            'c07_high_water_mark',
            'c08_won_not_customer',
            'c09_converted_to_nowhere',
            'c10_converted_without_opportunity',
            'c11_converted_still_nurtured',
            'c12_future_or_ancient',
            'c13_mql_twice_or_never',
            'c14_backdated_change',
        ],
        'd': [
            'd01_no_contact_role',
            'd02_duplicate_roles',
            'd03_no_account',
            'd04_duplicate_opportunity',
            'd05_no_amount',
            'd06_amount_differs',
            'd07_currency',
            'd08_closed_without_facts',
            'd09_past_close_date',
            'd10_close_date_moved',
            'd11_stage_and_forecast',
            'd12_lines_differ',
            'd13_amount_jump',
            'd14_stale_opportunity',
            'd15_won_too_soon',
            'd16_new_though_customer',
        ],
        'e': [
            'e01_opted_out_but_contacted',
            'e02_opt_out_differs',
            'e03_opted_out_on_open_deal',
            'e04_won_still_nurtured',
            'e05_open_deal_gets_acquisition_mail',
            'e06_bounced_yet_hot',
            'e07_activity_on_nobody',
            'e08_meeting_without_outcome',
        ],
        'f': [
            'f01_utm_missing',
            'f02_utm_not_registered',
            'f03_source_overwritten',
            'f04_source_differs',
            'f05_campaign_incomplete',
            'f06_credits_do_not_add_up',
            'f07_touch_after_conversion',
            'f08_primary_campaign_unanswered',
            'f09_sourced_by_both',
        ],
        'g': [
            'g01_won_without_contract',
            'g02_contract_without_won',
            'g03_contract_amount_differs',
            'g04_renewal_of_churned',
            'g05_churned_customer_in_ma',
            'g06_handover_incomplete',
        ],
        'h': [
            'f10_attribution_restated',
            'h01_day_boundary',
            'h02_fiscal_boundary',
            'h03_two_definitions_in_force',
            'h04_changed_without_version',
            'h05_published_number_changed',
            'h06_bridge_with_residual',
            'h07_rate_out_of_bounds',
            'h08_fan_out',
            'h09_total_is_not_its_parts',
            'h10_numerator_outside',
        ],
        'i': [
            'i01_fresh_at_different_times',
            'i02_deleted_yet_linked',
            'i03_gone_without_tombstone',
            'i04_formula_stale',
            'i05_new_picklist_value',
            'i06_type_or_unit_changed',
            'i07_row_count_anomaly',
            'i08_history_mode_duplicates',
        ],
    }) }}
{%- endmacro %}

{# The models of every rule, in order of their codes. #}
{% macro mismatch_rules() -%}
    {{ return(mismatch_list().values() | sum(start=[])) }}
{%- endmacro %}

{# What a rule's YAML says: its `meta.mismatch`. #}
{% macro mismatch_meta(rule) -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == rule and node.config.meta.get('mismatch') -%}
        {{ return(node.config.meta['mismatch']) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error('rule ' ~ rule ~ ' of mismatch_list() has no model with meta.mismatch') }}
{%- endmacro %}
