-- Refuses what the rules of this migration would refuse later, while nothing has changed yet.

-- step: leads_that_would_not_fit
-- Nothing has changed yet. Each error says how many rows, which are the first, and what to do.
do $$
declare
    v_count bigint;
    v_first text;
begin
    select count(*), string_agg(format('%s in workspace %s', id, workspace_id), ', ') filter (where n <= 5) into v_count, v_first
    from (select id, workspace_id, row_number() over (order by workspace_id, id) as n from leads where not address_is_normal(email)) as bad;
    if v_count > 0 then
        raise exception '% leads have an address that is not in its normal form: %', v_count, v_first
            using hint = 'See them: select workspace_id, id, email, address_reject_reason(normalised_address(email)) from leads where '
                'not address_is_normal(email). '
                'Then: update leads set email = normalised_address(email) where not address_is_normal(email) and '
                'address_is_normal(normalised_address(email)), '
                'merge those whose address another lead has, and correct or delete the rest.';
    end if;
    select count(*), string_agg(format('%s in workspace %s', id, workspace_id), ', ') filter (where n <= 5) into v_count, v_first
    from (select id, workspace_id, row_number() over (order by workspace_id, id) as n from leads
          where length(name) > 300 or length(phone) > 50 or length(company) > 300 or length(position) > 300 or length(source) > 100
             or cardinality(tags) > 100 or array_ndims(tags) > 1 or array_position(tags, null) is not null or longest_text(tags) > 200
             or jsonb_typeof(custom_fields) <> 'object' or pg_column_size(custom_fields) > 65536
             or not is_usual_time(created_at) or not is_usual_time(updated_at)) as bad;
    if v_count > 0 then
        raise exception '% leads have a value beyond its limit: %', v_count, v_first
            using hint = 'Limits: name, company, position 300 characters, phone 50, source 100; a flat list of 100 tags of 200 characters; '
                'custom_fields an object of 64 kB; created_at and updated_at in the years 1970 to 2199. Shorten or correct these leads, '
                'then migrate again.';
    end if;
end
$$;

-- step: rows_that_would_not_fit
do $$
declare
    v_rule record;
    v_count bigint;
begin
    for v_rule in
        values
        ('campaigns', 'total_recipients between 0 and 1000000000000000 and sent_count between 0 and 1000000000000000 and '
            'delivered_count between 0 and 1000000000000000 and opened_count between 0 and 1000000000000000 and clicked_count between 0 '
            'and 1000000000000000 and bounced_count between 0 and 1000000000000000 and unsubscribed_count between 0 and '
            '1000000000000000 and complained_count between 0 and 1000000000000000 and failed_count between 0 and 1000000000000000 and '
            'skipped_count between 0 and 1000000000000000 and soft_bounced_count between 0 and 1000000000000000 and '
            'is_usual_time(scheduled_at) and is_usual_time(completed_at) and is_usual_time(enqueued_at) and is_usual_time(created_at) '
            'and is_usual_time(updated_at) and is_usual_time(lower(send_window)) and is_usual_time(upper(send_window))'),
        ('campaign_batches', 'recipients between 0 and 1000000000000000 and is_usual_time(created_at)'),
        ('email_sends', 'is_usual_time(created_at) and is_usual_time(claimed_at) and is_usual_time(sent_at) and '
            'is_usual_time(delivered_at) and is_usual_time(opened_at) and is_usual_time(clicked_at) and is_usual_time(bounced_at) and '
            'is_usual_time(unsubscribed_at) and is_usual_time(complained_at) and length(email) <= 300 and octet_length(provider_id) <= '
            '2000 '
            'and length(error_message) <= 10000'),
        ('lead_activities', 'is_usual_time(created_at) and length(activity_type) <= 100'),
        ('lead_segments', 'is_usual_time(created_at)'),
        ('email_templates', 'is_usual_time(created_at)'),
        ('automation_flows', 'is_usual_time(created_at)'),
        ('automation_executions', 'is_usual_time(started_at) and is_usual_time(completed_at)'),
        ('webhooks', 'is_usual_time(created_at)'),
        ('webhook_logs', 'is_usual_time(created_at)')
    loop
        -- Where policies bind the owner too, a login that is no superuser cannot count: the validation below finds what is left.
        continue when row_security_active(v_rule.column1);
        execute format('select count(*) from public.%I where not (%s)', v_rule.column1, v_rule.column2) into v_count;
        if v_count > 0 then
            raise exception '% rows of % have a value beyond its limit', v_count, v_rule.column1
                using hint = format('See them: select * from %I where not (%s). Correct or delete them, then migrate again. Times lie '
                    'in the years 1970 to 2199.',
                                    v_rule.column1, v_rule.column2);
        end if;
    end loop;
end
$$;
