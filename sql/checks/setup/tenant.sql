-- setup: tenant
-- What a check of functions works on: a workspace with fifty leads and a campaign. The checks roll it back.
do $$
declare
    v_id bigint;
begin
    insert into workspaces (name) values ('verify') returning id into v_id;
    -- As a command, not set_config: on a cluster it is passed on to the nodes.
    execute format('set local app.workspace_id = %L', v_id);
end
$$;
insert into leads (workspace_id, email, name, company, source, tags, custom_fields, created_at)
select current_setting('app.workspace_id')::bigint, 'verify' || g || '@example.com', 'Name ' || g,
    case when g <= 30 then 'Acme' else 'Other' end, 'verify', case when g % 2 = 0 then array['vip'] else array['new'] end,
    jsonb_build_object('plan', case when g <= 10 then 'pro' else 'free' end), now() - make_interval(days => g)
from generate_series(1, 50) g;
do $$
declare
    v_id bigint;
begin
    insert into campaigns (workspace_id, name, subject) values (current_setting('app.workspace_id')::bigint, 'verify', 'verify')
    returning id into v_id;
    execute format('set local app.campaign_id = %L', v_id);
end
$$;
