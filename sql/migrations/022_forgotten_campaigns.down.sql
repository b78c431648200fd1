-- As 021 leaves it.

-- step: forgotten_campaigns
do $$
declare
    v_campaign record;
begin
    for v_campaign in
        select p.workspace_id, p.campaign_id, p.updated_at from loadharness.paused_campaign p order by p.workspace_id, p.campaign_id
    loop
        begin
            update campaigns c set status = 'scheduled'
            where c.workspace_id = v_campaign.workspace_id and c.id = v_campaign.campaign_id and c.status = 'paused'
              and c.updated_at = v_campaign.updated_at and c.enqueued_at is null;
        exception when exclusion_violation then
            -- It got a send window since, and another campaign sends to its segment then.
            null;
        end;
    end loop;
end
$$;
drop table loadharness.paused_campaign;
