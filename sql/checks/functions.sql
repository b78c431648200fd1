-- Sections 3 and 4: the functions are really called, on fifty leads of their own.

-- id: BF-1
-- tenant: made
select case when success_count = 2 and duplicate_count = 1 then 'met' else 'missed' end,
    format('%s inserted, %s duplicates, %s errors of 3', success_count, duplicate_count, error_count), null, null, ''
from (select * from bulk_insert_leads(
    current_setting('app.workspace_id')::bigint,
    '[{"email":"a@new.example"},{"email":"b@new.example"},{"email":"verify1@example.com"}]')) answer;

-- id: BF-2
-- tenant: made
select case when imported_count = 1 and updated_count = 1 and error_count = 1 and jsonb_array_length(errors) = 1 then 'met' else 'missed'
    end, format('%s imported, %s updated, %s rejected: %s', imported_count, updated_count, error_count, errors), null, null, ''
from (select * from fast_bulk_lead_import(
    current_setting('app.workspace_id')::bigint,
    '[{"email":"a@new.example"},{"email":""},{"email":"verify1@example.com","name":"New"}]')) answer;

-- id: BF-3
-- tenant: made
select case when first = 50 and second = 0 then 'met' else 'missed' end,
    format('%s sends scheduled for 50 active leads, a second call added %s', first, second), null, null, ''
from (with first as materialized (
    select total_scheduled
from bulk_schedule_email_sends(
    current_setting('app.campaign_id')::bigint,
    current_setting('app.workspace_id')::bigint, '"all"'::jsonb))
select f.total_scheduled as first, s.total_scheduled as second
from first f cross join lateral (
    select b.total_scheduled
from bulk_schedule_email_sends(
    current_setting('app.campaign_id')::bigint,
    current_setting('app.workspace_id')::bigint, case when f.total_scheduled >= 0 then '"all"'::jsonb end) b) s) answer;

-- id: BF-4
-- tenant: made
select batch_update_campaign_metrics(
    current_setting('app.campaign_id')::bigint, p_opened => 7);
select fold_campaign_metrics();
select case when opened_count = 7 then 'met' else 'missed' end,
    format('7 opens added as a delta and folded: the campaign shows %s', opened_count), opened_count, 7, 'opens' from campaigns
where id = current_setting('app.campaign_id')::bigint
    and workspace_id = current_setting('app.workspace_id')::bigint;

-- id: BF-5
-- tenant: made
select bulk_schedule_email_sends(current_setting('app.campaign_id')::bigint, current_setting('app.workspace_id')::bigint);
select mark_email_sends_sent(
    current_setting('app.workspace_id')::bigint, current_setting('app.campaign_id')::bigint, array_agg(id), 'verify')
from claim_email_sends(current_setting('app.workspace_id')::bigint, current_setting('app.campaign_id')::bigint, 'verify', 10);
select set_config('app.applied', batch_update_email_status(jsonb_agg(jsonb_build_object(
    'id', id, 'created_at', created_at, 'event', 'delivered', 'occurred_at', now())))::text, true)
from (
    select id, created_at
    from email_sends
    where workspace_id = current_setting('app.workspace_id')::bigint and status = 'sent'
    limit 3
) s;
select case when current_setting('app.applied')::int = 3 then 'met' else 'missed' end,
    format('3 events sent, %s applied', current_setting('app.applied')), current_setting('app.applied')::int, 3, 'events';

-- id: BF-6
-- tenant: made
with first as materialized (
    select * from search_leads_optimized(current_setting('app.workspace_id')::bigint, 'verify', p_limit => 30)
), answer as (
    select (select count(*) from first) as first,
        (select count(*) from search_leads_optimized(current_setting('app.workspace_id')::bigint, 'verify', p_limit => 30,
            p_cursor => (select cursor from first order by created_at, id limit 1))) as second,
        (select count(*) from search_leads_optimized(current_setting('app.workspace_id')::bigint)) as plain
)
select case when first = 30 and second = 20 and plain = 50 then 'met' else 'missed' end,
    format('pages of %s and %s for 50 matches; %s with default arguments', first, second, plain), null, null, ''
from answer;

-- id: SG-1; function=(select count(*) from get_segmented_leads(current_setting('app.workspace_id')::bigint, condition))
-- id: SG-2; function=count_segmented_leads(current_setting('app.workspace_id')::bigint, condition)
-- tenant: made
select case when :function = 16 then 'met' else 'missed' end,
    format('%s of 50 leads in a nested condition, 16 expected', :function), null, null, ''
from (
    select '{"and": [
        {"field": "company", "operator": "equals", "value": "Acme"},
        {"or": [
            {"field": "tags", "operator": "contains", "value": "vip"},
            {"field": "email", "operator": "contains", "value": "verify1@"}
        ]}
    ]}'::jsonb as condition
) nested;

-- id: SG-3; of=SG-3; what=fields email, name, company, tags, source and created_at
-- id: SG-5; of=SG-5; what=custom fields
-- id: SG-4; of=SG-4; what=operators equals, contains, not_contains, before and after
-- tenant: made
-- Every condition finds somebody, and the count agrees with the pages.
with conditions (of, condition) as (values
    ('SG-3', '{"field": "email", "operator": "equals", "value": "verify7@example.com"}'::jsonb),
    ('SG-3', '{"field": "name", "operator": "equals", "value": "Name 7"}'),
    ('SG-3', '{"field": "company", "operator": "equals", "value": "Acme"}'),
    ('SG-3', '{"field": "tags", "operator": "contains", "value": "vip"}'),
    ('SG-3', '{"field": "source", "operator": "equals", "value": "verify"}'),
    ('SG-3', '{"field": "created_at", "operator": "after", "value": "2000-01-01"}'),
    ('SG-4', '{"field": "company", "operator": "equals", "value": "Acme"}'),
    ('SG-4', '{"field": "name", "operator": "contains", "value": "Name"}'),
    ('SG-4', '{"field": "company", "operator": "not_contains", "value": "Acme"}'),
    ('SG-4', '{"field": "created_at", "operator": "before", "value": "2200-01-01"}'),
    ('SG-4', '{"field": "created_at", "operator": "after", "value": "2000-01-01"}'),
    ('SG-5', '{"field": "custom.plan", "operator": "equals", "value": "pro"}'),
    ('SG-5', '{"field": "custom.plan", "operator": "not_equals", "value": "pro"}')
), asked as (
    select (select count(*) from get_segmented_leads(current_setting('app.workspace_id')::bigint, condition, 100)) as pages,
        count_segmented_leads(current_setting('app.workspace_id')::bigint, condition) as counted
    from conditions
    where of = :'of'
), answer as (
    select count(*) filter (where pages > 0 and pages = counted) as good, count(*) as asked from asked
)
select case when good = asked and asked > 0 then 'met' else 'missed' end,
    format('%s of %s conditions found leads and were counted alike: %s', good, asked, :'what'), null, null, ''
from answer;

-- id: SG-6
-- tenant: made
with everybody as (
    select '{"field": "source", "operator": "equals", "value": "verify"}'::jsonb as condition
), first as materialized (
    select s.* from everybody, get_segmented_leads(current_setting('app.workspace_id')::bigint, condition, 20) s
), second as materialized (
    select s.* from everybody, get_segmented_leads(current_setting('app.workspace_id')::bigint, condition, 20,
        (select cursor from first order by created_at, id limit 1)) s
), third as materialized (
    select s.* from everybody, get_segmented_leads(current_setting('app.workspace_id')::bigint, condition, 20,
        (select cursor from second order by created_at, id limit 1)) s
), answer as (
    select count(distinct id) as found from (select id from first union all select id from second union all select id from third) pages
)
select case when found = 50 then 'met' else 'missed' end,
    format('%s different leads on three keyset pages of 20, 50 expected', found), null, null, ''
from answer;
