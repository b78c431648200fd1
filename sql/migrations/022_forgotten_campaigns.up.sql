-- Campaigns that the application of before left as scheduled, and that nobody expects to be mailed now: the job start-campaigns would
-- start them within a minute.

-- step: forgotten_campaigns
-- One that schedule_campaign or the application scheduled for the last day or for later starts. A limit of age in the job would keep it
-- from catching up after an outage.
create table loadharness.paused_campaign (
    workspace_id bigint not null,
    campaign_id bigint not null,
    updated_at timestamptz not null,
    primary key (workspace_id, campaign_id)
);
comment on table loadharness.paused_campaign is 'Campaigns that the migration paused, for they were scheduled for no time or for one long '
    'ago. A rollback schedules those again that nobody has changed since.';
-- One by one: on a cluster the list is of the coordinator, and the campaigns are of the nodes.
do $$
declare
    v_campaign record;
    v_paused int := 0;
begin
    for v_campaign in
        select c.workspace_id, c.id, c.updated_at from campaigns c
        where c.status = 'scheduled' and not c.recipients_due and c.enqueued_at is null
          and (c.scheduled_at is null or c.scheduled_at < now() - interval '1 day')
        order by c.workspace_id, c.id
    loop
        update campaigns c set status = 'paused'
        where c.workspace_id = v_campaign.workspace_id and c.id = v_campaign.id and c.status = 'scheduled' and not c.recipients_due
          and c.enqueued_at is null;
        if found then
            insert into loadharness.paused_campaign values (v_campaign.workspace_id, v_campaign.id, v_campaign.updated_at);
            v_paused := v_paused + 1;
        end if;
    end loop;
    if v_paused > 0 then
        raise warning 'Campaigns that were scheduled for no time, or for more than a day ago, and have no sends: % are paused now. '
            'Look at loadharness.paused_campaign, and call schedule_campaign or cancel_campaign for each.', v_paused;
    end if;
end
$$;
