-- setup: tenant
-- What a check of functions works on: a workspace with fifty leads and a campaign. The checks roll it back.
with made as (
    insert into workspaces (name) values ('verify') returning id
)
select set_config('app.workspace_id', id::text, true)
from made;
insert into leads (workspace_id, email, name, company, source, tags, custom_fields, created_at)
select current_setting('app.workspace_id')::bigint, 'verify' || g || '@example.com', 'Name ' || g,
    case when g <= 30 then 'Acme' else 'Other' end, 'verify', case when g % 2 = 0 then array['vip'] else array['new'] end,
    jsonb_build_object('plan', case when g <= 10 then 'pro' else 'free' end), now() - make_interval(days => g)
from generate_series(1, 50) g;
insert into campaigns (workspace_id, name, subject) values (current_setting('app.workspace_id')::bigint, 'verify', 'verify');
