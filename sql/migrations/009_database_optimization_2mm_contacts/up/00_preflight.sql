-- Refuses what the new keys would refuse later, while nothing has changed yet: each error says how to mend it.

-- step: rows_that_would_not_fit
do $$
declare
    v_count bigint;
begin
    select count(*) into v_count from leads where email <> lower(email) or email = '';
    if v_count > 0 then
        raise exception '% leads have an empty e-mail or one with capital letters', v_count
            using hint = 'Mend them first: update leads set email = lower(email) where email <> lower(email), and delete those without one. Two leads that differ only in case must be merged.';
    end if;
    select count(*) into v_count
    from (select from email_sends group by workspace_id, lead_id, campaign_id, created_at having count(*) > 1) as twice;
    if v_count > 0 then
        raise exception '% sends exist twice: same workspace, campaign, lead and created_at', v_count
            using hint = 'Keep one of each: delete from email_sends a using email_sends b where a.id > b.id and (a.workspace_id, a.campaign_id, a.lead_id, a.created_at) = (b.workspace_id, b.campaign_id, b.lead_id, b.created_at).';
    end if;
    select (select count(*) from email_sends s join leads l on l.id = s.lead_id where l.workspace_id <> s.workspace_id)
         + (select count(*) from email_sends s join campaigns c on c.id = s.campaign_id where c.workspace_id <> s.workspace_id)
         + (select count(*) from lead_activities a join leads l on l.id = a.lead_id where l.workspace_id <> a.workspace_id)
    into v_count;
    if v_count > 0 then
        raise exception '% sends or activities belong to another workspace than their lead or campaign', v_count
            using hint = 'Look at them and correct their workspace_id: the new keys keep tenants apart.';
    end if;
end
$$;

-- step: texts_that_no_index_could_hold
-- An entry of an index has 2.7 kB: one tenant's long text would stop this migration or a later one halfway.
do $$
declare
    v_rule record;
    v_count bigint;
begin
    for v_rule in
        values ('leads', 'octet_length(email) > 2000'), ('leads', 'octet_length(source) > 2000'),
               ('leads', 'exists (select from unnest(tags) as tag where octet_length(tag) > 2000)'),
               ('email_sends', 'octet_length(provider_id) > 2000'), ('lead_activities', 'octet_length(activity_type) > 2000')
    loop
        execute format('select count(*) from public.%I where %s', v_rule.column1, v_rule.column2) into v_count;
        if v_count > 0 then
            raise exception '% rows of % have a text that is too long for an index', v_count, v_rule.column1
                using hint = format('See them: select * from %I where %s. Shorten these texts, then migrate again.',
                                    v_rule.column1, v_rule.column2);
        end if;
    end loop;
end
$$;
