-- Adding the recipients of a campaign in chunks: beside sessions that hold leads of it, and without holding any of them for good.

-- Locked as its sends lock it a moment later: a lead that is erased or gets another address meanwhile is read anew. By id, and without
-- waiting: who holds one of them may want another that is locked here. p_most: as many ids are taken, and not by the column's default: so
-- the statement runs whole where the workspace lies, and counts right.
create or replace function add_free_recipients(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz, p_condition text,
    p_first bigint, p_last bigint, p_lead_ids bigint[], p_most bigint, p_held text) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_sequence constant regclass := pg_get_serial_sequence('public.email_sends', 'id');
    v_ids bigint[];
    v_added bigint := 0;
begin
    if p_most > 0 then
        v_ids := array(select nextval(c_sequence) from generate_series(1, p_most));
        execute format(
            'insert into email_sends (id, workspace_id, campaign_id, lead_id, email, created_at)
             select ($7::bigint[])[row_number() over ()], workspace_id, $1, id, email, $2
             from (select workspace_id, id, email
                   from leads
                   where workspace_id = $3 and status = ''active'' and id between $4 and $5 and (%s)%s
                   order by id
                   for key share %s) as l
             on conflict do nothing',
            p_condition, case when p_lead_ids is not null then ' and id = any ($6)' end, p_held)
        using p_campaign_id, p_enqueued_at, p_workspace_id, p_first, p_last, p_lead_ids, v_ids;
        get diagnostics v_added = row_count;
    end if;
    return v_added;
end
$$;
comment on function add_free_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[], bigint, text) is
    'A step of scheduling, for its owner alone: adds the recipients of a range of leads. p_held is what is done about a lead that another '
    'session holds: nowait or skip locked.';

-- The condition of who has no send of a campaign yet: the key tells it of those with the campaign's own time.
create or replace function without_send(p_campaign_id bigint) returns text
language sql stable parallel safe
return format(' and not exists (select 1 from email_sends s where s.workspace_id = leads.workspace_id and s.lead_id = leads.id and '
              's.campaign_id = %s)', p_campaign_id);
comment on function without_send(bigint) is 'A step of scheduling, for its owner alone: a condition on leads.';

create or replace function add_held_recipients(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz, p_condition text,
    p_lead_ids bigint[]) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_unsent constant text := p_condition || without_send(p_campaign_id);
    v_left bigint[] := p_lead_ids;
    v_added bigint := 0;
begin
    for look in 1..10 loop
        perform pg_sleep(0.05);
        v_added := v_added + add_free_recipients(p_workspace_id, p_campaign_id, p_enqueued_at, v_unsent, v_left[1],
            v_left[cardinality(v_left)], v_left, cardinality(v_left), 'skip locked');
        v_left := recipients_left(p_workspace_id, v_unsent, v_left[1], v_left[cardinality(v_left)], v_left);
        if v_left is null then
            return v_added;
        end if;
    end loop;
    raise exception '% leads of campaign % are held by another session, such as lead %: no recipient was added', cardinality(v_left),
        p_campaign_id, v_left[1] using errcode = 'lock_not_available', hint = 'Schedule it again when that session is done.';
end
$$;
comment on function add_held_recipients(bigint, bigint, timestamptz, text, bigint[]) is
    'A step of scheduling, for its owner alone: adds recipients that another session held, as soon as it lets them go.';

create or replace function recipients_left(p_workspace_id bigint, p_condition text, p_first bigint, p_last bigint, p_lead_ids bigint[])
returns bigint[]
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_left bigint[];
begin
    execute format('select array_agg(id order by id) from leads
                    where workspace_id = $1 and status = ''active'' and id between $2 and $3 and (%s)%s', p_condition,
                   case when p_lead_ids is not null then ' and id = any ($4)' end)
    into v_left using p_workspace_id, p_first, p_last, p_lead_ids;
    return v_left;
end
$$;
comment on function recipients_left(bigint, text, bigint, bigint, bigint[]) is
    'A step of scheduling, for its owner alone: the leads of a range that a condition holds for, or null.';

-- Without a block that catches an error: who waits for a lead that was locked in such a block waits for the whole transaction, even if all
-- that surrounds the block is undone.
create or replace function try_campaign_recipients(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz,
    p_condition text, p_first bigint, p_last bigint, p_lead_ids bigint[], p_spare bigint, p_careful boolean) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_chunk constant bigint := 50000;
    v_unsent constant text := p_condition || without_send(p_campaign_id);
    v_strays boolean;
    v_held bigint[];
    -- Those of leads_id_bounded: an application may number its leads below zero.
    v_from bigint := greatest(p_first, -4611686018427387904);
    v_end constant bigint := least(p_last, 4611686018427387903);
    v_to bigint;
    v_last bigint;
    v_ids bigint;
    v_total bigint := 0;
begin
    loop
        v_strays := campaign_has_strays(p_workspace_id, p_campaign_id, p_enqueued_at);
        v_to := v_end;
        if p_lead_ids is null and v_end - least(v_from, v_end) >= c_chunk then
            select least(l.id, v_end) into v_to
            from leads l where l.workspace_id = p_workspace_id and l.id >= v_from order by l.id offset c_chunk limit 1;
            v_to := coalesce(v_to, v_end);
        end if;
        if p_lead_ids is null then
            -- Up to the last lead that is there: what an import brings meanwhile lies behind it.
            select count(*), max(l.id) into v_ids, v_last
            from leads l where l.workspace_id = p_workspace_id and l.id between v_from and v_to;
        else
            v_ids := cardinality(p_lead_ids);
            v_last := v_to;
        end if;
        v_total := v_total + add_free_recipients(p_workspace_id, p_campaign_id, p_enqueued_at,
            case when v_strays then v_unsent else p_condition end, v_from, v_last, p_lead_ids,
            case when v_ids > 0 then v_ids + p_spare else 0 end, case when p_careful then 'skip locked' else 'nowait' end);
        if p_careful then
            v_held := v_held || recipients_left(p_workspace_id, v_unsent, v_from, v_last, p_lead_ids);
        end if;
        exit when v_to >= v_end
            or exists (select 1 from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'cancelled');
        v_from := v_to + 1;
    end loop;
    if v_held is not null then
        v_total := v_total + add_held_recipients(p_workspace_id, p_campaign_id, p_enqueued_at, p_condition, v_held);
    end if;
    return v_total;
end
$$;
comment on function try_campaign_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[], bigint, boolean) is
    'A step of scheduling, for its owner alone: adds recipients in chunks and looks between them whether the campaign was cancelled. '
    'p_careful: what another session holds is left for the end; if not, it is lock_not_available at once.';

-- A session that holds a lead may be waiting for another one that got its send here. So all is let go after half a second, and tried again,
-- for as long as the session waits for a lock.
create or replace function add_campaign_recipients(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz,
    p_condition text, p_first bigint, p_last bigint, p_lead_ids bigint[]) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- More ids than this are never asked for at once.
    c_most_ids constant bigint := 10000000;
    v_timeout constant interval := current_setting('lock_timeout');
    v_attempts int := case when v_timeout = interval '0' then 20 else greatest(extract(epoch from v_timeout) * 2, 1) end;
    v_spare bigint := 0;
    v_careful boolean := false;
begin
    loop
        begin
            return try_campaign_recipients(p_workspace_id, p_campaign_id, p_enqueued_at, '(' || p_condition || ')', p_first, p_last,
                p_lead_ids, v_spare, v_careful);
        exception
            when foreign_key_violation then
                raise exception 'campaign % was deleted while its recipients were added: none was', p_campaign_id using errcode = 'LH007';
            when not_null_violation then
                -- Leads with lower ids were committed since they were counted.
                v_spare := v_spare * 2 + 50000;
                if v_spare > c_most_ids then
                    raise;
                end if;
            when lock_not_available then
                v_attempts := v_attempts - v_careful::int;
                if v_attempts = 0 then
                    raise;
                end if;
                perform pg_sleep(case when v_careful then 0.02 + random() * 0.1 else 0 end);
                v_careful := true;
        end;
    end loop;
end
$$;
comment on function add_campaign_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[]) is
    'A step of scheduling, for its owner alone: adds recipients, all of them or none. lock_not_available: another session holds a lead.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'add_free_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[], bigint, text)',
        'without_send(bigint)',
        'add_held_recipients(bigint, bigint, timestamptz, text, bigint[])',
        'recipients_left(bigint, text, bigint, bigint, bigint[])',
        'try_campaign_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[], bigint, boolean)',
        'add_campaign_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[])']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
