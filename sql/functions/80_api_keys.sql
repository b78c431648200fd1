-- API keys: the key is shown once, when it is made; only its SHA-256 is kept.

create or replace function create_api_key(
    p_workspace_id bigint, p_name text, p_expires_at timestamptz default null, p_auto_renew boolean default false,
    p_renewal_period_days int default 365,
    out api_key_id bigint, out api_key text, out expires_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    if p_name is null or btrim(p_name) = '' or length(p_name) > 200 then
        raise exception 'an API key needs a name of 1 to 200 characters' using errcode = 'LH004';
    end if;
    if p_expires_at <= clock_timestamp() then
        raise exception 'the key would expire at %, which has passed', p_expires_at using errcode = 'LH004';
    elsif not is_usual_time(p_expires_at) then
        raise exception 'the key would expire at %, not before the year 2200', p_expires_at using errcode = 'LH004',
            hint = 'Leave the time out for a key that does not expire.';
    end if;
    if p_auto_renew is null or p_renewal_period_days is null or p_renewal_period_days not between 1 and 3650 then
        raise exception 'a renewal period of % days is not between 1 and 3650', coalesce(p_renewal_period_days::text, 'null')
            using errcode = 'LH004';
    end if;
    -- Two random UUIDs come from the strong generator and hold 244 random bits.
    api_key := 'lh_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    expires_at := p_expires_at;
    insert into public.api_keys (workspace_id, name, key_hash, expires_at, auto_renew, renewal_period_days)
    values (p_workspace_id, p_name, sha256(convert_to(api_key, 'UTF8')), p_expires_at, p_auto_renew, p_renewal_period_days)
    returning id into api_key_id;
    insert into public.api_key_audit_logs (workspace_id, api_key_id, action, details)
    values (p_workspace_id, api_key_id, 'created', jsonb_build_object('actor', public.audit_actor()));
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end;
$$;

-- When a key was last used is kept to ten minutes: a write for each call would make its row hot.
-- A key with auto-renewal outlives its time by two days, should the jobs stand still; then it fails, as a key does that nobody looks after.
drop function if exists verify_api_key(text);
create function verify_api_key(p_api_key text, out api_key_id bigint, out workspace_id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_hash constant bytea := sha256(convert_to(p_api_key, 'UTF8'));
    v_last_used timestamptz;
begin
    select k.id, k.workspace_id, k.last_used_at into api_key_id, workspace_id, v_last_used
    from public.api_keys k
    where k.key_hash = v_hash
      and k.status = 'active'
      and (k.expires_at is null or k.expires_at > v_now or k.auto_renew and k.expires_at > v_now - interval '2 days');
    if api_key_id is null or v_last_used > v_now - interval '10 minutes' or current_setting('transaction_read_only') = 'on' then
        return;
    end if;
    -- Of many calls at once, one writes and none waits.
    perform 1 from public.api_keys u
    where u.workspace_id = verify_api_key.workspace_id and u.id = verify_api_key.api_key_id
    for no key update skip locked;
    if found then
        update public.api_keys k set last_used_at = v_now
        where k.workspace_id = verify_api_key.workspace_id and k.id = verify_api_key.api_key_id;
    end if;
end;
$$;

create or replace function revoke_api_key(p_workspace_id bigint, p_api_key_id bigint, p_reason text default null)
returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    perform public.require_workspace(p_workspace_id);
    if length(p_reason) > 1000 then
        raise exception 'a reason has at most 1000 characters, not %', length(p_reason) using errcode = 'LH004';
    end if;
    update public.api_keys k
    set status = 'revoked', revoked_at = v_now, revoked_reason = p_reason
    where k.workspace_id = p_workspace_id and k.id = p_api_key_id and k.status <> 'revoked';
    if not found then
        return false;
    end if;
    insert into public.api_key_audit_logs (workspace_id, api_key_id, action, details)
    values (p_workspace_id, p_api_key_id, 'revoked',
        jsonb_strip_nulls(jsonb_build_object('actor', public.audit_actor(), 'reason', p_reason)));
    return true;
end;
$$;

-- A key with auto-renewal never expires here: this job runs an hour before the one that renews.
create or replace function expire_api_keys() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_key record;
    v_expired bigint := 0;
begin
    for v_key in
        select k.workspace_id, k.id from public.api_keys k
        where k.status = 'active' and not k.auto_renew and k.expires_at <= v_now
        order by 1, 2
    loop
        -- Who is using the key now is not waited for: it is refused all the same, and expires with the next run.
        perform 1 from public.api_keys k
        where k.workspace_id = v_key.workspace_id and k.id = v_key.id for no key update skip locked;
        continue when not found;
        update public.api_keys k set status = 'expired'
        where k.workspace_id = v_key.workspace_id and k.id = v_key.id
          and k.status = 'active' and not k.auto_renew and k.expires_at <= v_now
        returning k.workspace_id, k.id, k.expires_at into v_key;
        continue when not found;
        insert into public.api_key_audit_logs (workspace_id, api_key_id, action, details)
        values (v_key.workspace_id, v_key.id, 'expired', jsonb_build_object('expires_at', v_key.expires_at));
        v_expired := v_expired + 1;
    end loop;
    return v_expired;
end;
$$;

-- Looks 25 hours ahead, so that a key is renewed by the daily run before the time when it would lapse.
create or replace function auto_renew_api_keys() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_key record;
    v_until timestamptz;
    v_renewed bigint := 0;
begin
    for v_key in
        select k.workspace_id, k.id, k.expires_at, k.renewal_period_days from public.api_keys k
        where k.status = 'active' and k.auto_renew and k.expires_at <= v_now + interval '25 hours'
        order by 1, 2
    loop
        -- Here and not in the update: adding an interval to a time depends on the session's time zone.
        perform 1 from public.api_keys k
        where k.workspace_id = v_key.workspace_id and k.id = v_key.id for no key update skip locked;
        continue when not found;
        v_until := greatest(v_key.expires_at, v_now) + make_interval(days => v_key.renewal_period_days);
        update public.api_keys k set expires_at = v_until
        where k.workspace_id = v_key.workspace_id and k.id = v_key.id
          and k.status = 'active' and k.auto_renew and k.expires_at = v_key.expires_at;
        continue when not found;
        insert into public.api_key_audit_logs (workspace_id, api_key_id, action, details)
        values (v_key.workspace_id, v_key.id, 'renewed', jsonb_build_object('expires_at', v_until));
        v_renewed := v_renewed + 1;
    end loop;
    return v_renewed;
end;
$$;

comment on function create_api_key(bigint, text, timestamptz, boolean, int) is
    'SV-3. Makes a key and returns it this once; only its SHA-256 is stored. Refuses another workspace (LH001) and bad values (LH004).';
comment on function verify_api_key(text) is 'The key''s id and workspace when it may be used, else nulls. Keeps when it was last used, '
    'to ten minutes.';
comment on function revoke_api_key(bigint, bigint, text) is 'Revokes a key; false when there is none to revoke. Refuses another '
    'workspace (LH001).';
comment on function expire_api_keys() is 'JB-4. Expires active keys past their time, except those with auto-renewal; returns how many.';
comment on function auto_renew_api_keys() is 'JB-5. Renews keys with auto-renewal that lapse within 25 hours; returns how many.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'create_api_key', 'verify_api_key', 'revoke_api_key', 'expire_api_keys', 'auto_renew_api_keys'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function create_api_key(bigint, text, timestamptz, boolean, int), verify_api_key(text),
        revoke_api_key(bigint, bigint, text) to lh_app;
    grant execute on function expire_api_keys(), auto_renew_api_keys() to lh_worker;
end;
$$;
