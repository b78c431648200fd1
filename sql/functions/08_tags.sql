-- Lists of tags: the union of two, and each tag once.

create or replace function merged_tags(p_old text[], p_new text[]) returns text[]
language plpgsql immutable parallel safe
as $$
begin
    if p_new <@ p_old then
        return p_old;
    end if;
    return array(select distinct tag from unnest(p_old || p_new) as tag order by tag);
end
$$;
comment on function merged_tags(text[], text[]) is 'The union of two lists of tags; the old list itself when nothing is new.';

create or replace function distinct_tags(p_tags text[]) returns text[]
language plpgsql immutable strict parallel safe
as $$
begin
    if array_ndims(p_tags) > 1 then
        return p_tags;
    end if;
    return array(select t.tag from unnest(p_tags) with ordinality as t (tag, place) group by t.tag order by min(t.place));
end
$$;
comment on function distinct_tags(text[]) is 'A list of tags, each once, in the order in which they first come.';

-- Inlined: a row of an import has few tags, which are told apart without a call.
create or replace function tags_once(p_tags text[]) returns text[]
language sql immutable parallel safe
return case
    when cardinality(p_tags) < 2 or cardinality(p_tags) = 2 and p_tags[1] <> p_tags[2]
         or cardinality(p_tags) = 3 and p_tags[1] <> p_tags[2] and p_tags[1] <> p_tags[3] and p_tags[2] <> p_tags[3] then p_tags
    else public.distinct_tags(p_tags) end;
comment on function tags_once(text[]) is 'distinct_tags, for many rows.';

-- Who may call what: all of these are steps, for their owner alone.
alter function merged_tags(text[], text[]) owner to lh_owner;
alter function distinct_tags(text[]) owner to lh_owner;
alter function tags_once(text[]) owner to lh_owner;
revoke execute on function merged_tags(text[], text[]), distinct_tags(text[]), tags_once(text[]) from public;
