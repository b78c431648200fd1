-- Campaigns that should be sending. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: missed-sends
-- title: Campaigns that are due and do not send
-- unit: min
-- warn: 15
-- red: 60
-- direction: at most
-- requires: public.get_missed_campaigns()
-- remedy: Run the migrate verb on this database.
with missed as (
    select problem, since, format('%s of workspace %s', campaign_id, workspace_id) as campaign,
        extract(epoch from clock_timestamp() - since)::double precision / 60 as minutes
    from public.get_missed_campaigns()
), told as (
    select problem, count(*) as campaigns, min(since) as first, max(minutes) as minutes,
        array_to_string((array_agg(campaign order by since, campaign))[1:5], ', ') as names
    from missed where minutes >= :warn
    group by problem
)
select case when minutes >= :red then 'red' else 'yellow' end as status,
    case problem when 'not started' then 'campaigns that did not start'
                 when 'not claimed' then 'campaigns whose sends nobody claims'
                 else 'campaigns whose send window is over' end as subject,
    format('%s, the first since %s: campaign %s%s', campaigns, first::timestamptz(0), names, case when campaigns > 5 then ', ...' end)
        as detail,
    case problem when 'not started' then 'loadharness jobs run --job start-campaigns'
                 when 'not claimed' then 'Start the workers that call claim_email_sends, or see why they do not; pause_campaign stops one'
                 else 'Give each a new window: select schedule_campaign(workspace, campaign, now(), tstzrange(now(), ...)); or end it: '
                     || 'select cancel_campaign(workspace, campaign);' end as remedy,
    minutes as figure
from told
order by minutes desc;
