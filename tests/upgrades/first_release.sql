-- The database of Keywork's first release (commit 542ad00) with the people of tests/world.py in it, as pg_dump 15 wrote it;
-- only what differs by machine and pg_dump's own headings are left out. tests/test_upgrades.py carries it forward. Its
-- token key is the bytes 0 to 31. Never edited: it is what installed databases look like. (One CHECK stands as schema.sql
-- had it, property_addresses_are_filled: Postgres would read its own print of it with other brackets.)
-- The roles of its cluster come first, since a dump of one database does not hold them.

do $roles$
declare
    name text;
begin
    foreach name in array array['keywork_owner', 'keywork_app', 'keywork_signin', 'keywork_org_admin', 'keywork_property_manager',
                                'keywork_collaborator', 'keywork_platform_admin'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = name) then
            execute format('create role %I', name);
        end if;
    end loop;
end
$roles$;
ALTER ROLE keywork_app WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_collaborator WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_org_admin WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_owner WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_platform_admin WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_property_manager WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_signin WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE keywork_app SET log_parameter_max_length TO '0';
ALTER ROLE keywork_app SET statement_timeout TO '30s';
ALTER ROLE keywork_app SET lock_timeout TO '5s';
ALTER ROLE keywork_app SET idle_in_transaction_session_timeout TO '60s';
ALTER ROLE keywork_signin SET log_parameter_max_length TO '0';
ALTER ROLE keywork_signin SET statement_timeout TO '10s';
ALTER ROLE keywork_signin SET lock_timeout TO '5s';
ALTER ROLE keywork_signin SET idle_in_transaction_session_timeout TO '60s';
ALTER ROLE keywork_signin SET search_path TO 'fab';
GRANT keywork_collaborator TO keywork_app;
GRANT keywork_org_admin TO keywork_app;
GRANT keywork_platform_admin TO keywork_app;
GRANT keywork_property_manager TO keywork_app;

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE SCHEMA app;

ALTER SCHEMA app OWNER TO keywork_owner;

CREATE SCHEMA fab;

ALTER SCHEMA fab OWNER TO keywork_owner;

CREATE SCHEMA vault;

ALTER SCHEMA vault OWNER TO keywork_owner;

CREATE FUNCTION app.a_person_acts() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    -- Not the token and not the role: a statement can shed both half way, after the policies have looked at them. The
    -- login of the session cannot be changed by what runs in it.
    select session_user = 'keywork_app'
$$;

ALTER FUNCTION app.a_person_acts() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.a_person_acts() IS 'Whether the console (people) is connected, rather than an installation, a job or a DBA. For the rules that bind people only.';

CREATE FUNCTION app.account_for(of_email text, named text) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    found_id uuid;
begin
    if app.acting_as('org_admin') is null and app.acting_as('property_manager') is null then
        raise exception 'only operators invite' using errcode = '42501';
    end if;
    insert into app.users (email, full_name) values (lower(btrim(of_email)), btrim(named))
        on conflict on constraint user_emails_are_unique do nothing
        returning id into found_id;
    if found_id is null then
        select u.id into found_id from app.users as u where u.email = lower(btrim(of_email));
    end if;
    return found_id;
end
$$;

ALTER FUNCTION app.account_for(of_email text, named text) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.account_for(of_email text, named text) IS 'The account of an e-mail address, made under this name when there is none. Answers alike for known and unknown addresses, so that an operator learns of nobody.';

CREATE FUNCTION app.acting_as(required_hat text) RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    token     text := nullif(current_setting('app.token', true), '');
    message   text := left(token, -65);
    signature text := right(token, 64);
    hat       text := split_part(token, '.', 2);
    claimed   uuid;
    person    uuid;
begin
    if token is null then
        raise exception 'no identity in this transaction' using errcode = 'KW001';
    end if;
    -- Nothing of the token is read before its signature holds: what a key of ours signed has the right shape. (A regular
    -- expression over the token cost ten times as much as everything else here.)
    if token <> message || '.' || signature or not exists (
        select from vault.signing_keys as key
        where encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(message, 'UTF8'))), 'hex') = signature)
    then
        raise exception 'the identity token was not signed by this installation' using errcode = 'KW002';
    end if;
    -- Against the transaction's start: a long transaction does not lose its person half way.
    if split_part(token, '.', 3)::bigint < extract(epoch from transaction_timestamp()) then
        raise exception 'the identity token has expired' using errcode = 'KW003';
    end if;
    if required_hat <> 'any' and hat <> required_hat then
        return null;
    end if;
    -- The application signs only hats that the person holds; a mistake there must open nothing either.
    -- The id is cut out once: in the query it would be cut out again for each row of a small table that is read whole.
    claimed := left(token, 36)::uuid;
    if hat in ('org_admin', 'property_manager') then
        select u.id into person
        from app.users as u join app.memberships as m on m.user_id = u.id
        where u.id = claimed and u.disabled_at is null and m.role = hat;
    elsif hat = 'platform_admin' then
        select u.id into person from app.users as u where u.id = claimed and u.disabled_at is null and u.is_platform_admin;
    elsif hat = 'collaborator' then
        select u.id into person from app.users as u where u.id = claimed and u.disabled_at is null;
    end if;
    return person;
end
$$;

ALTER FUNCTION app.acting_as(required_hat text) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.acting_as(required_hat text) IS 'The person acting under this hat (''any'' for whichever), or null when the token names another hat, a hat the person does not hold, or a disabled person. Raises KW001 without a token, KW002 for a forged or altered one, KW003 for an expired one.';

CREATE FUNCTION app.acting_hat() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
begin
    if app.acting_as('any') is null then
        return null;
    end if;
    return split_part(current_setting('app.token', true), '.', 2);
end
$$;

ALTER FUNCTION app.acting_hat() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.acting_hat() IS 'The hat that the verified token names, or null for a disabled person. Raises as app.acting_as.';

CREATE FUNCTION app.add_signing_key(new_key_id text, key bytea) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    -- RFC 2104: longer keys are hashed first, then all are padded with zeros to the hash's block of 64 bytes.
    padded bytea := (case when octet_length(key) > 64 then sha256(key) else key end);
    inner_pad bytea;
    outer_pad bytea;
begin
    padded := padded || decode(repeat('00', 64 - octet_length(padded)), 'hex');
    inner_pad := padded;
    outer_pad := padded;
    for i in 0..63 loop
        inner_pad := set_byte(inner_pad, i, get_byte(padded, i) # 54);  -- 0x36
        outer_pad := set_byte(outer_pad, i, get_byte(padded, i) # 92);  -- 0x5c
    end loop;
    insert into vault.signing_keys values (new_key_id, inner_pad, outer_pad)
        on conflict (key_id) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad;
end
$$;

ALTER FUNCTION app.add_signing_key(new_key_id text, key bytea) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.add_signing_key(new_key_id text, key bytea) IS 'Keeps an HMAC-SHA256 key under a name, as its two pads. For the owner only.';

CREATE FUNCTION app.begin_sign_in(of_ab_user_id integer) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    begun uuid;
begin
    insert into app.sign_ins (user_id)
        select u.id from app.users as u where u.ab_user_id = of_ab_user_id and u.disabled_at is null
        returning id into begun;
    return begun;
end
$$;

ALTER FUNCTION app.begin_sign_in(of_ab_user_id integer) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.begin_sign_in(of_ab_user_id integer) IS 'For the sign-in login: keeps that the holder of a fab.ab_user signed in now, and returns the sign-in''s id; null for nobody and for a disabled person.';

CREATE FUNCTION app.case_keeps_its_closing() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if new.closed_at is null then
        new.closing_reason := null;  -- reopened: the next closing gives its own reason
    end if;
    if not app.a_person_acts() then
        return new;
    end if;
    if old.closed_at is null and new.closed_at is not null then
        new.closed_at := now();  -- never backdated: retention counts from here
    elsif old.closed_at is not null and new.closed_at is not null then
        if new.closed_at <> old.closed_at then
            raise exception 'the moment a case closed is not changed' using errcode = 'KW414';
        elsif (new.context_summary, new.closing_reason, new.opened_at) is distinct from (old.context_summary, old.closing_reason, old.opened_at)
        then
            raise exception 'this case is closed' using errcode = 'KW410';
        end if;
    end if;
    return new;
end
$$;

ALTER FUNCTION app.case_keeps_its_closing() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.case_keeps_its_closing() IS 'Closing is stamped with the transaction''s time, is not moved afterwards (KW414), and a closed case is not edited (KW410), only reopened.';

CREATE FUNCTION app.case_takes_place_from_tenant() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    select t.organisation_id, t.landlord_id into new.organisation_id, new.landlord_id
    from app.tenants as t where t.id = new.tenant_id;
    if app.a_person_acts() then
        new.opened_at := now();
    end if;
    return new;
end
$$;

ALTER FUNCTION app.case_takes_place_from_tenant() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.case_takes_place_from_tenant() IS 'A case is of the organisation and landlord of its tenant, and a person opens it now.';

CREATE FUNCTION app.close_case(of_case uuid, reason text, end_assignments boolean) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    ended integer := 0;
begin
    update app.support_cases set closed_at = now(), closing_reason = reason where id = of_case and closed_at is null;
    if not found then
        raise exception 'no such open case' using errcode = 'KW404';
    end if;
    if end_assignments then
        update app.support_collaborators set ended_at = now() where case_id = of_case and ended_at is null;
        get diagnostics ended = row_count;
    end if;
    return ended;
end
$$;

ALTER FUNCTION app.close_case(of_case uuid, reason text, end_assignments boolean) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.close_case(of_case uuid, reason text, end_assignments boolean) IS 'Closes an open case for a known reason and, if asked, ends its live assignments; returns how many. KW404 where the person has no such open case.';

CREATE FUNCTION app.closed_case_is_read_only() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    closed  boolean;
    follows text[];
begin
    -- Retention, imports and DBAs act without a person; the rule binds people (spec 2).
    if not app.a_person_acts() then
        return null;
    end if;
    if tg_op = 'DELETE' then
        select c.closed_at is not null into closed from app.support_cases as c where c.id = old.case_id;
    else
        select c.closed_at is not null into closed from app.support_cases as c where c.id = new.case_id;
    end if;
    if not closed then
        return null;
    end if;
    -- What a closed case still takes: a move with its home to another landlord (a cascade), and the operator side's
    -- safeguarding flag on a Professional note (spec 2).
    if tg_op = 'UPDATE' then
        follows := case when tg_table_name = 'support_notes' then '{landlord_id, safeguarding, safeguarding_flagged_at}'
                        else '{landlord_id}' end;
        if to_jsonb(new) - follows = to_jsonb(old) - follows then
            return null;
        end if;
    end if;
    raise exception 'this case is closed' using errcode = 'KW410';
end
$$;

ALTER FUNCTION app.closed_case_is_read_only() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.closed_case_is_read_only() IS 'After the policies have passed, so that it tells nothing about cases one may not see: KW410 for new, changed or deleted content of a closed case.';

CREATE FUNCTION app.collaborator_takes_place_from_case() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    select c.organisation_id, c.landlord_id into new.organisation_id, new.landlord_id
    from app.support_cases as c where c.id = new.case_id for share;
    if app.a_person_acts() then
        select u.id, u.full_name into new.invited_by_id, new.invited_by_name
        from app.users as u where u.id = app.acting_as('any');
        new.assigned_at := now();
        new.ended_at := null;
    end if;
    return new;
end
$$;

ALTER FUNCTION app.collaborator_takes_place_from_case() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.collaborator_takes_place_from_case() IS 'An assignment is of its case, begins now, and names who made it.';

CREATE FUNCTION app.content_takes_place_from_case() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    -- FOR SHARE: a closing, a purge or a move to another landlord waits for this row, or this row sees it.
    select c.organisation_id, c.landlord_id into new.organisation_id, new.landlord_id
    from app.support_cases as c where c.id = new.case_id for share;
    if app.a_person_acts() then
        select u.id, u.full_name into new.author_id, new.author_name
        from app.users as u where u.id = app.acting_as('any');
    end if;
    return new;
end
$$;

ALTER FUNCTION app.content_takes_place_from_case() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.content_takes_place_from_case() IS 'Notes, goals, progress and sessions are of their case''s organisation and landlord, and signed by the person who acts.';

CREATE FUNCTION app.end_assignment(of_collaborator uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    update app.support_collaborators set ended_at = now() where id = of_collaborator and ended_at is null;
    if not found then
        raise exception 'no such live assignment' using errcode = 'KW404';
    end if;
end
$$;

ALTER FUNCTION app.end_assignment(of_collaborator uuid) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.end_assignment(of_collaborator uuid) IS 'Ends a live assignment at once. KW404 where the person has no such live one to end.';

CREATE FUNCTION app.end_sign_in(of_sign_in uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    update app.sign_ins set ended_at = now() where id = of_sign_in and ended_at is null;
end
$$;

ALTER FUNCTION app.end_sign_in(of_sign_in uuid) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.end_sign_in(of_sign_in uuid) IS 'For the sign-in login: signs out. A copy of the session''s cookie is worth nothing from here on.';

CREATE FUNCTION app.ended_assignments_stay_ended() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if app.a_person_acts() then
        if old.ended_at is not null and new.ended_at is distinct from old.ended_at then
            raise exception 'this assignment has ended' using errcode = 'KW415';
        elsif old.ended_at is null and new.ended_at is not null then
            new.ended_at := now();
        end if;
    end if;
    return new;
end
$$;

ALTER FUNCTION app.ended_assignments_stay_ended() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.ended_assignments_stay_ended() IS 'An assignment ends now, once (KW415); a new one is made instead of reviving it.';

CREATE FUNCTION app.flagged_notes_are_not_deleted() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if old.safeguarding and app.a_person_acts() then
        raise exception 'a note flagged for safeguarding is not deleted' using errcode = 'KW417';
    end if;
    return old;
end
$$;

ALTER FUNCTION app.flagged_notes_are_not_deleted() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.flagged_notes_are_not_deleted() IS 'KW417: a safeguarding record goes by retention only.';

CREATE FUNCTION app.manager_case_landlord_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('property_manager');
begin
    return (select array_agg(l.landlord_id)
            from app.property_manager_landlords as l
            join app.memberships as m on m.user_id = l.user_id and m.organisation_id = l.organisation_id
            join app.organisations as o on o.id = m.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where l.user_id = me and m.role = 'property_manager');
end
$$;

ALTER FUNCTION app.manager_case_landlord_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.manager_case_landlord_ids() IS 'As app.manager_landlord_ids(), but null where the plan has no support cases.';

CREATE FUNCTION app.manager_landlord_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('property_manager');
begin
    return (select array_agg(l.landlord_id)
            from app.property_manager_landlords as l
            join app.memberships as m on m.user_id = l.user_id and m.organisation_id = l.organisation_id
            where l.user_id = me and m.role = 'property_manager');
end
$$;

ALTER FUNCTION app.manager_landlord_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.manager_landlord_ids() IS 'The landlords assigned to the acting property manager; null under any other hat.';

CREATE FUNCTION app.manager_organisation() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('property_manager');
begin
    return (select m.organisation_id from app.memberships as m where m.user_id = me and m.role = 'property_manager');
end
$$;

ALTER FUNCTION app.manager_organisation() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.manager_organisation() IS 'The organisation of the acting property manager; null under any other hat.';

CREATE FUNCTION app.my_case_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('collaborator');
begin
    return (select array_agg(c.case_id)
            from app.support_collaborators as c
            join app.organisations as o on o.id = c.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where c.user_id = me and c.ended_at is null);
end
$$;

ALTER FUNCTION app.my_case_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_case_ids() IS 'Cases with a live assignment of the acting collaborator, in any organisation whose plan has support cases.';

CREATE FUNCTION app.my_colleague_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := coalesce(app.acting_as('org_admin'), app.acting_as('property_manager'));
begin
    return (select array_agg(theirs.user_id)
            from app.memberships as mine
            join app.memberships as theirs on theirs.organisation_id = mine.organisation_id
            where mine.user_id = me);
end
$$;

ALTER FUNCTION app.my_colleague_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_colleague_ids() IS 'Members of the acting operator''s organisation; null under any other hat.';

CREATE FUNCTION app.my_full_case_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('collaborator');
begin
    return (select array_agg(c.case_id)
            from app.support_collaborators as c
            join app.organisations as o on o.id = c.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where c.user_id = me and c.ended_at is null and c.participation_mode = 'full');
end
$$;

ALTER FUNCTION app.my_full_case_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_full_case_ids() IS 'Those of app.my_case_ids() in which the acting collaborator takes part in full.';

CREATE FUNCTION app.my_organisation_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('collaborator');
begin
    return (select array_agg(distinct c.organisation_id) from app.support_collaborators as c where c.user_id = me and c.ended_at is null);
end
$$;

ALTER FUNCTION app.my_organisation_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_organisation_ids() IS 'Organisations in which the acting collaborator has a live assignment.';

CREATE FUNCTION app.my_property_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
    mine uuid[] := app.my_case_ids();
begin
    return (select array_agg(t.property_id)
            from app.support_cases as s
            join app.tenants as t on t.id = s.tenant_id
            where s.id = any (mine));
end
$$;

ALTER FUNCTION app.my_property_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_property_ids() IS 'Homes of app.my_tenant_ids().';

CREATE FUNCTION app.my_shared_note_case_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('collaborator');
begin
    return (select array_agg(c.case_id)
            from app.support_collaborators as c
            join app.organisations as o on o.id = c.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            join app.support_cases as s on s.id = c.case_id
            join app.tenants as t on t.id = s.tenant_id
            where c.user_id = me and c.ended_at is null
              and (c.kind = 'support_worker'
                   or app.notes_are_visible_to_housing_officers(
                          t.housing_officer_note_visibility, o.support_notes_visible_to_housing_officer)));
end
$$;

ALTER FUNCTION app.my_shared_note_case_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_shared_note_case_ids() IS 'Those of app.my_case_ids() whose Shared notes the acting collaborator may read: all for a support worker, by effective visibility for a housing officer.';

CREATE FUNCTION app.my_tenant_ids() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
    -- In a variable: called in the query itself it would run once in a row (threat 21).
    mine uuid[] := app.my_case_ids();
begin
    return (select array_agg(s.tenant_id) from app.support_cases as s where s.id = any (mine));
end
$$;

ALTER FUNCTION app.my_tenant_ids() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.my_tenant_ids() IS 'Tenants of app.my_case_ids().';

CREATE FUNCTION app.note_keeps_its_stream_and_author() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if tg_op = 'INSERT' then
        if app.a_person_acts() then
            new.safeguarding_flagged_at := case when new.safeguarding then now() end;
        end if;
        return new;
    end if;
    if new.stream <> old.stream then
        raise exception 'a note stays in its stream' using errcode = 'KW411';
    end if;
    if not app.a_person_acts() then
        return new;
    end if;
    if new.body <> old.body then
        if old.author_id is distinct from app.acting_as('any') then
            raise exception 'only the author changes a note''s text' using errcode = 'KW412';
        end if;
        new.edited_at := now();
    end if;
    if new.safeguarding and not old.safeguarding then
        new.safeguarding_flagged_at := now();
    elsif old.safeguarding and not new.safeguarding then
        raise exception 'a safeguarding flag stays' using errcode = 'KW413';
    end if;
    return new;
end
$$;

ALTER FUNCTION app.note_keeps_its_stream_and_author() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.note_keeps_its_stream_and_author() IS 'KW411 stream changed, KW412 text changed by somebody else, KW413 flag taken back; stamps the flag''s moment and the edit''s.';

CREATE FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    select tenant_setting = 'visible' or (tenant_setting = 'inherit' and organisation_setting)
$$;

ALTER FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) IS 'Effective visibility of Shared notes to housing officers (spec 2): the tenant''s setting, and where it is ''inherit'' the organisation''s.';

CREATE FUNCTION app.org_admin_case_organisation() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('org_admin');
begin
    return (select m.organisation_id
            from app.memberships as m
            join app.organisations as o on o.id = m.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where m.user_id = me and m.role = 'org_admin');
end
$$;

ALTER FUNCTION app.org_admin_case_organisation() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.org_admin_case_organisation() IS 'As app.org_admin_organisation(), but null where the plan has no support cases.';

CREATE FUNCTION app.org_admin_organisation() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO ''
    AS $$
declare
    me uuid := app.acting_as('org_admin');
begin
    return (select m.organisation_id from app.memberships as m where m.user_id = me and m.role = 'org_admin');
end
$$;

ALTER FUNCTION app.org_admin_organisation() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.org_admin_organisation() IS 'The organisation that the acting org-admin runs; null under any other hat.';

CREATE FUNCTION app.outcomes_are_recorded_after_the_session_began() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    -- A cancellation may come before; "delivered" and "missed" say something about the meeting itself.
    if new.status in ('delivered', 'missed') and new.scheduled_at > now() and app.a_person_acts() then
        raise exception 'this session has not begun' using errcode = 'KW416';
    end if;
    return new;
end
$$;

ALTER FUNCTION app.outcomes_are_recorded_after_the_session_began() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.outcomes_are_recorded_after_the_session_began() IS 'KW416 for a delivered or missed session that lies in the future.';

CREATE FUNCTION app.person_at_sign_in(of_ab_user_id integer, of_sign_in uuid) RETURNS TABLE(user_id uuid, full_name text, email text, operator_role text, organisation_name text, plan_code text, has_support_cases boolean, is_collaborator boolean, is_platform_admin boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    return query
    select u.id, u.full_name, u.email, m.role, o.name, o.plan_code,
           exists (select from app.feature_gates as gate where gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'),
           -- Ended assignments count: the person lands on an empty caseload, not on a page that says nothing.
           exists (select from app.support_collaborators as c where c.user_id = u.id),
           u.is_platform_admin
    from app.sign_ins as s
    join app.users as u on u.id = s.user_id
    left join app.memberships as m on m.user_id = u.id
    left join app.organisations as o on o.id = m.organisation_id
    where s.id = of_sign_in and s.ended_at is null and s.began_at > now() - interval '12 hours'
      and u.ab_user_id = of_ab_user_id and u.disabled_at is null;
end
$$;

ALTER FUNCTION app.person_at_sign_in(of_ab_user_id integer, of_sign_in uuid) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.person_at_sign_in(of_ab_user_id integer, of_sign_in uuid) IS 'For the sign-in login: which hats the holder of a fab.ab_user may wear, while their sign-in lasts (until they sign out, 12 hours at most). No row for a disabled person. Reads no case content.';

CREATE FUNCTION app.reopen_case(of_case uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    update app.support_cases set closed_at = null where id = of_case and closed_at is not null;
    if not found then
        raise exception 'no such closed case' using errcode = 'KW404';
    end if;
end
$$;

ALTER FUNCTION app.reopen_case(of_case uuid) OWNER TO keywork_owner;

COMMENT ON FUNCTION app.reopen_case(of_case uuid) IS 'Clears closed_at: nothing of the case falls due until it is closed again (spec 2, 4). KW404 where the person has no such closed case.';

CREATE FUNCTION app.tenant_takes_place_from_property() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    select p.organisation_id, p.landlord_id into new.organisation_id, new.landlord_id
    from app.properties as p where p.id = new.property_id;
    return new;
end
$$;

ALTER FUNCTION app.tenant_takes_place_from_property() OWNER TO keywork_owner;

COMMENT ON FUNCTION app.tenant_takes_place_from_property() IS 'A tenant is of the organisation and landlord of their home.';

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE app.properties (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    address text NOT NULL,
    town text NOT NULL,
    postcode text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT postcodes_are_british CHECK ((postcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'::text)),
    CONSTRAINT property_addresses_are_filled CHECK (length(btrim(address)) between 1 and 200 and length(btrim(town)) between 1 and 100)
);

ALTER TABLE app.properties OWNER TO keywork_owner;

COMMENT ON TABLE app.properties IS 'Homes. landlord_id may change: tenants, cases and their content follow by cascade.';

CREATE TABLE app.support_cases (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    context_summary text DEFAULT ''::text NOT NULL,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    closing_reason text,
    CONSTRAINT cases_close_after_they_open CHECK ((closed_at >= opened_at)),
    CONSTRAINT closed_cases_have_a_reason CHECK (((closed_at IS NULL) = (closing_reason IS NULL))),
    CONSTRAINT closing_reasons_are_known CHECK ((closing_reason = ANY (ARRAY['moved_on'::text, 'support_no_longer_needed'::text, 'transferred'::text, 'disengaged'::text, 'tenancy_ended'::text, 'died'::text, 'opened_in_error'::text]))),
    CONSTRAINT context_summaries_fit CHECK ((length(context_summary) <= 4000))
);

ALTER TABLE app.support_cases OWNER TO keywork_owner;

COMMENT ON TABLE app.support_cases IS 'One support case of one tenant; closed_at null = open. The retention clock starts at closed_at (spec 4).';

CREATE TABLE app.support_collaborators (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    case_id uuid NOT NULL,
    user_id uuid,
    full_name text NOT NULL,
    kind text NOT NULL,
    participation_mode text NOT NULL,
    email text,
    phone text,
    works_for text,
    role_label text,
    invited_by_id uuid,
    invited_by_name text NOT NULL,
    assigned_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT assignments_end_after_they_begin CHECK ((ended_at >= assigned_at)),
    CONSTRAINT collaborator_emails_look_like_addresses CHECK (((email ~ '^[^@\s,]+@[^@\s,]+\.[^@\s,]+$'::text) AND (length(email) <= 254))),
    CONSTRAINT collaborator_kinds_are_known CHECK ((kind = ANY (ARRAY['support_worker'::text, 'housing_officer'::text, 'external_contact'::text]))),
    CONSTRAINT collaborator_names_are_filled CHECK (((length(btrim(full_name)) >= 1) AND (length(btrim(full_name)) <= 120))),
    CONSTRAINT collaborator_phones_look_like_numbers CHECK ((phone ~ '^\+?[0-9 ()-]{6,24}$'::text)),
    CONSTRAINT contact_card_organisations_fit CHECK ((length(works_for) <= 120)),
    CONSTRAINT contact_card_roles_fit CHECK ((length(role_label) <= 120)),
    CONSTRAINT contact_cards_have_no_account CHECK (((participation_mode = 'reference_only'::text) = (user_id IS NULL))),
    CONSTRAINT contact_cards_say_how_to_reach_them CHECK (((participation_mode <> 'reference_only'::text) OR (email IS NOT NULL) OR (phone IS NOT NULL))),
    CONSTRAINT external_contacts_are_contact_cards CHECK (((kind <> 'external_contact'::text) OR (participation_mode = 'reference_only'::text))),
    CONSTRAINT participation_modes_are_known CHECK ((participation_mode = ANY (ARRAY['full'::text, 'context_only'::text, 'reference_only'::text])))
);

ALTER TABLE app.support_collaborators OWNER TO keywork_owner;

COMMENT ON TABLE app.support_collaborators IS 'Who works with a tenant, in which part, since when. ended_at removes them at once (spec 2).';

CREATE TABLE app.support_notes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    case_id uuid NOT NULL,
    stream text NOT NULL,
    body text NOT NULL,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    safeguarding boolean DEFAULT false NOT NULL,
    safeguarding_flagged_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    edited_at timestamp with time zone,
    CONSTRAINT note_bodies_are_filled CHECK ((length(btrim(body, ' 	
'::text)) >= 1)),
    CONSTRAINT note_bodies_fit CHECK ((length(body) <= 20000)),
    CONSTRAINT note_streams_are_shared_or_professional CHECK ((stream = ANY (ARRAY['shared'::text, 'professional'::text]))),
    CONSTRAINT safeguarding_has_its_moment CHECK ((safeguarding = (safeguarding_flagged_at IS NOT NULL))),
    CONSTRAINT safeguarding_notes_are_professional CHECK (((NOT safeguarding) OR (stream = 'professional'::text)))
);

ALTER TABLE app.support_notes OWNER TO keywork_owner;

COMMENT ON TABLE app.support_notes IS 'Two streams, separate by design: shared (the whole team may read) and professional (operators only). A stream never changes.';

CREATE TABLE app.tenants (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    property_id uuid NOT NULL,
    full_name text NOT NULL,
    date_of_birth date,
    housing_officer_note_visibility text DEFAULT 'inherit'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT note_visibility_is_inherit_visible_or_hidden CHECK ((housing_officer_note_visibility = ANY (ARRAY['inherit'::text, 'visible'::text, 'hidden'::text]))),
    CONSTRAINT tenant_birthdays_are_plausible CHECK ((date_of_birth >= '1900-01-01'::date)),
    CONSTRAINT tenant_names_are_filled CHECK (((length(btrim(full_name)) >= 1) AND (length(btrim(full_name)) <= 120)))
);

ALTER TABLE app.tenants OWNER TO keywork_owner;

COMMENT ON TABLE app.tenants IS 'People who rent. organisation_id and landlord_id follow the property (trigger).';

CREATE VIEW app.case_list WITH (security_invoker='true') AS
 SELECT c.id,
    c.organisation_id,
    t.full_name AS tenant_name,
    ((((p.address || ', '::text) || p.town) || ' '::text) || p.postcode) AS property_address,
    c.opened_at,
    c.closed_at,
    c.closing_reason,
    (c.closed_at IS NULL) AS is_open,
    ( SELECT max(n.created_at) AS max
           FROM app.support_notes n
          WHERE (n.case_id = c.id)) AS last_note_at,
    ( SELECT count(*) AS count
           FROM app.support_collaborators m
          WHERE ((m.case_id = c.id) AND (m.ended_at IS NULL))) AS team_count
   FROM ((app.support_cases c
     LEFT JOIN app.tenants t ON ((t.id = c.tenant_id)))
     LEFT JOIN app.properties p ON ((p.id = t.property_id)));

ALTER TABLE app.case_list OWNER TO keywork_owner;

COMMENT ON VIEW app.case_list IS 'The operators'' list of cases: /support-cases.';

CREATE TABLE app.organisations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    plan_code text NOT NULL,
    support_retention_years jsonb DEFAULT '{"case": 7, "safeguarding": 25}'::jsonb NOT NULL,
    support_notes_visible_to_housing_officer boolean DEFAULT false NOT NULL,
    housing_officer_emails text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT housing_officer_emails_look_like_addresses CHECK (((array_position(housing_officer_emails, NULL::text) IS NULL) AND (array_to_string(housing_officer_emails, ','::text) ~ '^([^@\s,]+@[^@\s,]+\.[^@\s,]+(,(?!$)|$))*$'::text))),
    CONSTRAINT organisation_names_are_filled CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 160))),
    CONSTRAINT retention_windows_are_1_to_100_whole_years CHECK ((((support_retention_years ->> 'case'::text) ~ '^[0-9]{1,3}$'::text) AND ((support_retention_years ->> 'safeguarding'::text) ~ '^[0-9]{1,3}$'::text) AND (((support_retention_years -> 'case'::text) >= '1'::jsonb) AND ((support_retention_years -> 'case'::text) <= '100'::jsonb)) AND (((support_retention_years -> 'safeguarding'::text) >= '1'::jsonb) AND ((support_retention_years -> 'safeguarding'::text) <= '100'::jsonb)))),
    CONSTRAINT retention_windows_are_case_and_safeguarding CHECK (((support_retention_years ?& ARRAY['case'::text, 'safeguarding'::text]) AND ((support_retention_years - ARRAY['case'::text, 'safeguarding'::text]) = '{}'::jsonb))),
    CONSTRAINT safeguarding_window_is_not_the_shorter CHECK (((support_retention_years -> 'safeguarding'::text) >= (support_retention_years -> 'case'::text)))
);

ALTER TABLE app.organisations OWNER TO keywork_owner;

COMMENT ON TABLE app.organisations IS 'The customer firms, with their plan and settings (spec 1).';

CREATE VIEW app.case_workspace WITH (security_invoker='true') AS
 SELECT c.id,
    c.organisation_id,
    c.tenant_id,
    t.full_name AS tenant_name,
    ((((p.address || ', '::text) || p.town) || ' '::text) || p.postcode) AS property_address,
    o.name AS organisation_name,
    c.opened_at,
    c.closed_at,
    c.closing_reason,
    c.context_summary,
    (c.closed_at IS NULL) AS is_open,
    me.operates AS may_manage,
    ((c.closed_at IS NULL) AND (me.operates OR COALESCE((mine.participation_mode = 'full'::text), false))) AS may_write,
    ((c.closed_at IS NULL) AND me.operates) AS may_write_professional,
    me.operates AS may_read_professional,
    ((c.closed_at IS NULL) AND (me.operates OR (mine.participation_mode IS NOT NULL))) AS may_record_sessions,
    (me.operates OR (c.id = ANY (( SELECT app.my_shared_note_case_ids() AS my_shared_note_case_ids)::uuid[]))) AS may_read_shared,
    (me.operates OR COALESCE((mine.participation_mode = 'full'::text), false)) AS sees_whole_team,
    app.notes_are_visible_to_housing_officers(t.housing_officer_note_visibility, o.support_notes_visible_to_housing_officer) AS housing_officers_read_notes,
    ( SELECT count(*) AS count
           FROM app.support_collaborators m
          WHERE ((m.case_id = c.id) AND (m.ended_at IS NULL) AND (m.kind = 'support_worker'::text) AND (m.user_id IS NOT NULL))) AS live_support_workers,
    ( SELECT count(*) AS count
           FROM app.support_collaborators m
          WHERE ((m.case_id = c.id) AND (m.ended_at IS NULL) AND (m.kind = 'housing_officer'::text) AND (m.user_id IS NOT NULL))) AS live_housing_officers
   FROM (((((app.support_cases c
     JOIN app.tenants t ON ((t.id = c.tenant_id)))
     JOIN app.properties p ON ((p.id = t.property_id)))
     JOIN app.organisations o ON ((o.id = c.organisation_id)))
     CROSS JOIN ( SELECT app.acting_as('any'::text) AS person,
            (app.acting_hat() = ANY (ARRAY['org_admin'::text, 'property_manager'::text])) AS operates
         OFFSET 0) me)
     LEFT JOIN app.support_collaborators mine ON (((mine.case_id = c.id) AND (mine.user_id = me.person) AND (mine.ended_at IS NULL) AND (NOT me.operates))));

ALTER TABLE app.case_workspace OWNER TO keywork_owner;

COMMENT ON VIEW app.case_workspace IS 'Header of one case and what the acting person may do in it.';

CREATE TABLE app.support_sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    case_id uuid NOT NULL,
    scheduled_at timestamp with time zone NOT NULL,
    duration_minutes integer DEFAULT 60 NOT NULL,
    type text NOT NULL,
    attendees text DEFAULT ''::text NOT NULL,
    status text DEFAULT 'scheduled'::text NOT NULL,
    outcome_note text,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT delivered_sessions_have_an_outcome CHECK (((status <> 'delivered'::text) OR (length(btrim(COALESCE(outcome_note, ''::text), ' 	
'::text)) >= 1))),
    CONSTRAINT outcome_notes_fit CHECK ((length(outcome_note) <= 8000)),
    CONSTRAINT scheduled_sessions_have_no_outcome_yet CHECK (((status <> 'scheduled'::text) OR (outcome_note IS NULL))),
    CONSTRAINT session_attendees_fit CHECK ((length(attendees) <= 300)),
    CONSTRAINT session_statuses_are_known CHECK ((status = ANY (ARRAY['scheduled'::text, 'delivered'::text, 'missed'::text, 'cancelled'::text]))),
    CONSTRAINT session_times_are_plausible CHECK (((scheduled_at >= '2000-01-01 00:00:00+00'::timestamp with time zone) AND (scheduled_at < '2100-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT session_types_are_known CHECK ((type = ANY (ARRAY['appointment'::text, 'key_work_meeting'::text, 'accompaniment'::text, 'home_visit'::text, 'phone_call'::text, 'group_session'::text]))),
    CONSTRAINT sessions_last_5_minutes_to_12_hours CHECK (((duration_minutes >= 5) AND (duration_minutes <= 720)))
);

ALTER TABLE app.support_sessions OWNER TO keywork_owner;

COMMENT ON TABLE app.support_sessions IS 'Scheduled and recorded sessions. Duration in minutes.';

CREATE VIEW app.caseload WITH (security_invoker='true') AS
 SELECT c.id,
    t.full_name AS tenant_name,
    ((((p.address || ', '::text) || p.town) || ' '::text) || p.postcode) AS property_address,
    o.name AS organisation_name,
    mine.kind,
    mine.participation_mode AS mode,
    mine.assigned_at,
    (c.closed_at IS NULL) AS is_open,
    c.closed_at,
    ( SELECT max(n.created_at) AS max
           FROM app.support_notes n
          WHERE (n.case_id = c.id)) AS last_note_at,
    ( SELECT min(s.scheduled_at) AS min
           FROM app.support_sessions s
          WHERE ((s.case_id = c.id) AND (s.status = 'scheduled'::text) AND (s.scheduled_at >= now()))) AS next_session_at
   FROM ((((app.support_collaborators mine
     JOIN app.support_cases c ON ((c.id = mine.case_id)))
     JOIN app.tenants t ON ((t.id = c.tenant_id)))
     JOIN app.properties p ON ((p.id = t.property_id)))
     JOIN app.organisations o ON ((o.id = c.organisation_id)))
  WHERE ((mine.user_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)) AND (mine.ended_at IS NULL));

ALTER TABLE app.caseload OWNER TO keywork_owner;

COMMENT ON VIEW app.caseload IS 'The acting collaborator''s tenants across all organisations: /support/tenants.';

CREATE TABLE app.feature_gates (
    plan_code text NOT NULL,
    feature_key text NOT NULL,
    CONSTRAINT feature_keys_are_plain_words CHECK ((feature_key ~ '^[a-z_]{2,40}$'::text))
);

ALTER TABLE app.feature_gates OWNER TO keywork_owner;

COMMENT ON TABLE app.feature_gates IS 'Which plan includes which feature. No row, no feature.';

CREATE TABLE app.plans (
    code text NOT NULL,
    name text NOT NULL,
    "position" smallint NOT NULL,
    monthly_pounds integer NOT NULL,
    yearly_pounds integer NOT NULL,
    tenancies integer NOT NULL,
    users integer,
    CONSTRAINT plan_caps_are_positive CHECK (((tenancies > 0) AND (users > 0))),
    CONSTRAINT plan_codes_are_plain_words CHECK ((code ~ '^[a-z]{2,30}$'::text)),
    CONSTRAINT plan_prices_are_not_negative CHECK (((monthly_pounds >= 0) AND (yearly_pounds >= 0)))
);

ALTER TABLE app.plans OWNER TO keywork_owner;

COMMENT ON TABLE app.plans IS 'Price list (spec 2). Prices in whole pounds; users null = unlimited.';

CREATE VIEW app.feature_offers WITH (security_invoker='true') AS
 SELECT DISTINCT ON (gate.feature_key) gate.feature_key,
    plan.code AS plan_code,
    plan.name,
    plan.monthly_pounds,
    plan.yearly_pounds,
    plan.tenancies,
    plan.users
   FROM (app.feature_gates gate
     JOIN app.plans plan ON ((plan.code = gate.plan_code)))
  ORDER BY gate.feature_key, plan."position";

ALTER TABLE app.feature_offers OWNER TO keywork_owner;

COMMENT ON VIEW app.feature_offers IS 'For each feature the first plan that includes it: what the upgrade page offers.';

CREATE TABLE app.installation (
    only_row boolean DEFAULT true NOT NULL,
    schema_version text NOT NULL,
    rules_version text NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT installation_has_one_row CHECK (only_row)
);

ALTER TABLE app.installation OWNER TO keywork_owner;

COMMENT ON TABLE app.installation IS 'Fingerprints of the SQL that made this database; db/install.py compares them.';

CREATE TABLE app.landlords (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT landlord_names_are_filled CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 160)))
);

ALTER TABLE app.landlords OWNER TO keywork_owner;

COMMENT ON TABLE app.landlords IS 'Owners of the properties that an organisation runs.';

CREATE TABLE app.memberships (
    user_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT membership_roles_are_operator_roles CHECK ((role = ANY (ARRAY['org_admin'::text, 'property_manager'::text])))
);

ALTER TABLE app.memberships OWNER TO keywork_owner;

COMMENT ON TABLE app.memberships IS 'Operator role of a person in one organisation: a person operates for at most one, and may collaborate anywhere.';

CREATE VIEW app.note_feed WITH (security_invoker='true') AS
 SELECT n.id,
    n.case_id,
    n.stream,
    n.body,
    n.author_id,
    n.author_name,
    n.created_at,
    n.edited_at,
    n.safeguarding,
    n.safeguarding_flagged_at,
    ((c.closed_at IS NULL) AND (n.author_id = me.person) AND (me.operates OR me.takes_part_in_full)) AS may_edit,
    ((c.closed_at IS NULL) AND (NOT n.safeguarding) AND (((n.author_id = me.person) AND (me.operates OR me.takes_part_in_full)) OR ((n.stream = 'shared'::text) AND (me.hat = 'org_admin'::text)))) AS may_delete,
    ((n.stream = 'professional'::text) AND (NOT n.safeguarding) AND me.operates) AS may_flag
   FROM ((app.support_notes n
     JOIN app.support_cases c ON ((c.id = n.case_id)))
     CROSS JOIN LATERAL ( SELECT acting.person,
            acting.hat,
            acting.operates,
            acting.full_case_ids,
            (c.id = ANY (acting.full_case_ids)) AS takes_part_in_full
           FROM ( SELECT app.acting_as('any'::text) AS person,
                    app.acting_hat() AS hat,
                    (app.acting_hat() = ANY (ARRAY['org_admin'::text, 'property_manager'::text])) AS operates,
                    COALESCE(app.my_full_case_ids(), '{}'::uuid[]) AS full_case_ids
                 OFFSET 0) acting) me);

ALTER TABLE app.note_feed OWNER TO keywork_owner;

COMMENT ON VIEW app.note_feed IS 'Notes with what the acting person may do to each.';

CREATE TABLE app.property_manager_landlords (
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    assigned_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE app.property_manager_landlords OWNER TO keywork_owner;

COMMENT ON TABLE app.property_manager_landlords IS 'Which landlords a property manager looks after: the whole of what they may see.';

CREATE VIEW app.session_list WITH (security_invoker='true') AS
 SELECT s.id,
    s.case_id,
    s.scheduled_at,
    (s.scheduled_at + make_interval(mins => s.duration_minutes)) AS ends_at,
    s.duration_minutes,
    s.type,
    s.attendees,
    s.status,
    s.outcome_note,
    s.author_name,
    ((s.status = 'scheduled'::text) AND ((s.scheduled_at + make_interval(mins => s.duration_minutes)) > now())) AS is_upcoming,
    ((s.status = 'scheduled'::text) AND ((s.scheduled_at + make_interval(mins => s.duration_minutes)) <= now())) AS needs_outcome
   FROM app.support_sessions s;

ALTER TABLE app.session_list OWNER TO keywork_owner;

COMMENT ON VIEW app.session_list IS 'Sessions with their end, and whether one is over without anybody having said how it went.';

CREATE TABLE app.sign_ins (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    began_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT sign_ins_end_after_they_begin CHECK ((ended_at >= began_at))
);

ALTER TABLE app.sign_ins OWNER TO keywork_owner;

COMMENT ON TABLE app.sign_ins IS 'Who signed in and out when. A session of the console names its row here, so that signing out ends it everywhere.';

CREATE TABLE app.support_goal_progress (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    case_id uuid NOT NULL,
    goal_id uuid NOT NULL,
    body text NOT NULL,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    noted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT progress_entries_are_filled CHECK (((length(btrim(body, ' 	
'::text)) >= 1) AND (length(btrim(body, ' 	
'::text)) <= 4000)))
);

ALTER TABLE app.support_goal_progress OWNER TO keywork_owner;

COMMENT ON TABLE app.support_goal_progress IS 'Progress entries; the digest quotes the latest of each active goal.';

CREATE TABLE app.support_goals (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation_id uuid NOT NULL,
    landlord_id uuid NOT NULL,
    case_id uuid NOT NULL,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    target_date date,
    status text DEFAULT 'active'::text NOT NULL,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT goal_descriptions_fit CHECK ((length(description) <= 4000)),
    CONSTRAINT goal_statuses_are_known CHECK ((status = ANY (ARRAY['active'::text, 'achieved'::text, 'closed'::text]))),
    CONSTRAINT goal_target_dates_are_plausible CHECK (((target_date >= '2000-01-01'::date) AND (target_date <= '2100-12-31'::date))),
    CONSTRAINT goal_titles_are_filled CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 160)))
);

ALTER TABLE app.support_goals OWNER TO keywork_owner;

COMMENT ON TABLE app.support_goals IS 'Care-plan goals of a case.';

CREATE VIEW app.team_members WITH (security_invoker='true') AS
 SELECT m.id,
    m.case_id,
    m.full_name,
    m.kind,
    m.participation_mode AS mode,
    m.email,
    m.phone,
    m.works_for,
    m.role_label,
    m.invited_by_name,
    m.assigned_at,
    m.ended_at,
    (m.user_id IS NOT NULL) AS has_account,
    (NOT (m.user_id IS DISTINCT FROM me.person)) AS is_me,
    ((m.kind = 'support_worker'::text) OR app.notes_are_visible_to_housing_officers(t.housing_officer_note_visibility, o.support_notes_visible_to_housing_officer)) AS reads_shared_notes,
    (me.operates AND (m.ended_at IS NULL)) AS may_end
   FROM ((((app.support_collaborators m
     JOIN app.support_cases c ON ((c.id = m.case_id)))
     JOIN app.tenants t ON ((t.id = c.tenant_id)))
     JOIN app.organisations o ON ((o.id = c.organisation_id)))
     CROSS JOIN ( SELECT app.acting_as('any'::text) AS person,
            (app.acting_hat() = ANY (ARRAY['org_admin'::text, 'property_manager'::text])) AS operates
         OFFSET 0) me);

ALTER TABLE app.team_members OWNER TO keywork_owner;

COMMENT ON VIEW app.team_members IS 'The team of a case, past members too.';

CREATE VIEW app.tenants_without_case WITH (security_invoker='true') AS
 SELECT t.id,
    t.organisation_id,
    t.full_name,
    ((((p.address || ', '::text) || p.town) || ' '::text) || p.postcode) AS property_address
   FROM (app.tenants t
     JOIN app.properties p ON ((p.id = t.property_id)))
  WHERE (NOT (EXISTS ( SELECT
           FROM app.support_cases c
          WHERE ((c.tenant_id = t.id) AND (c.closed_at IS NULL)))));

ALTER TABLE app.tenants_without_case OWNER TO keywork_owner;

COMMENT ON VIEW app.tenants_without_case IS 'Tenants for whom a case can be opened.';

CREATE TABLE app.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email text NOT NULL,
    full_name text NOT NULL,
    ab_user_id integer,
    is_platform_admin boolean DEFAULT false NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_emails_are_lower_case CHECK ((email = lower(email))),
    CONSTRAINT user_emails_look_like_addresses CHECK (((email ~ '^[^@\s,]+@[^@\s,]+\.[^@\s,]+$'::text) AND (length(email) <= 254))),
    CONSTRAINT user_names_are_filled CHECK (((length(btrim(full_name)) >= 1) AND (length(btrim(full_name)) <= 120)))
);

ALTER TABLE app.users OWNER TO keywork_owner;

COMMENT ON TABLE app.users IS 'Everyone with an account. Passwords live in the schema fab, out of reach of the hats.';

COMMENT ON COLUMN app.users.ab_user_id IS 'fab.ab_user.id; null until the person has set up a way to sign in.';

CREATE TABLE fab.ab_api_key (
    id integer NOT NULL,
    uuid character varying(36) NOT NULL,
    name character varying(256) NOT NULL,
    key_hash character varying(256) NOT NULL,
    lookup_hash character varying(256),
    key_prefix character varying(16) NOT NULL,
    user_id integer NOT NULL,
    scopes text,
    active boolean NOT NULL,
    created_on timestamp without time zone,
    expires_on timestamp without time zone,
    revoked_on timestamp without time zone,
    last_used_on timestamp without time zone
);

ALTER TABLE fab.ab_api_key OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_api_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_api_key_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_group (
    id integer NOT NULL,
    name character varying(100) NOT NULL,
    label character varying(150),
    description character varying(512)
);

ALTER TABLE fab.ab_group OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_group_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_group_role (
    id integer NOT NULL,
    group_id integer,
    role_id integer
);

ALTER TABLE fab.ab_group_role OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_group_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_group_role_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_permission (
    id integer NOT NULL,
    name character varying(100) NOT NULL
);

ALTER TABLE fab.ab_permission OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_permission_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_permission_view (
    id integer NOT NULL,
    permission_id integer NOT NULL,
    view_menu_id integer NOT NULL
);

ALTER TABLE fab.ab_permission_view OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_permission_view_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_permission_view_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_permission_view_role (
    id integer NOT NULL,
    permission_view_id integer,
    role_id integer
);

ALTER TABLE fab.ab_permission_view_role OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_permission_view_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_permission_view_role_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_register_user (
    id integer NOT NULL,
    first_name character varying(64) NOT NULL,
    last_name character varying(64) NOT NULL,
    username character varying(128) NOT NULL,
    password character varying(256),
    email character varying(320) NOT NULL,
    registration_date timestamp without time zone,
    registration_hash character varying(256)
);

ALTER TABLE fab.ab_register_user OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_register_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_register_user_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_role (
    id integer NOT NULL,
    name character varying(64) NOT NULL
);

ALTER TABLE fab.ab_role OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_role_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_user (
    id integer NOT NULL,
    first_name character varying(64) NOT NULL,
    last_name character varying(64) NOT NULL,
    username character varying(128) NOT NULL,
    password character varying(256),
    active boolean,
    email character varying(320) NOT NULL,
    last_login timestamp without time zone,
    login_count integer,
    fail_login_count integer,
    created_on timestamp without time zone,
    changed_on timestamp without time zone,
    created_by_fk integer,
    changed_by_fk integer
);

ALTER TABLE fab.ab_user OWNER TO keywork_owner;

CREATE TABLE fab.ab_user_group (
    id integer NOT NULL,
    user_id integer,
    group_id integer
);

ALTER TABLE fab.ab_user_group OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_user_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_user_group_id_seq OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_user_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_user_role (
    id integer NOT NULL,
    user_id integer,
    role_id integer
);

ALTER TABLE fab.ab_user_role OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_user_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_user_role_id_seq OWNER TO keywork_owner;

CREATE TABLE fab.ab_view_menu (
    id integer NOT NULL,
    name character varying(250) NOT NULL
);

ALTER TABLE fab.ab_view_menu OWNER TO keywork_owner;

CREATE SEQUENCE fab.ab_view_menu_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE fab.ab_view_menu_id_seq OWNER TO keywork_owner;

CREATE TABLE vault.signing_keys (
    key_id text NOT NULL,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pads_fill_one_block CHECK (((octet_length(inner_pad) = 64) AND (octet_length(outer_pad) = 64)))
);

ALTER TABLE vault.signing_keys OWNER TO keywork_owner;

COMMENT ON TABLE vault.signing_keys IS 'Keys that sign identity tokens, as HMAC pads. Two may be live at once, so that a key is changed without a stop. Only the owner reads it.';

COPY app.feature_gates (plan_code, feature_key) FROM stdin;
enterprise	support_cases
\.

COPY app.installation (only_row, schema_version, rules_version, installed_at) FROM stdin;
t	4dd5b82143d254e0eebf109547f6c1b8f5f2661d6565b12533ca4f95b0d521d6	bf8a17929c6bdad9a45d881168cd6ad2269d66dddbe80ea39b15095c79bd0a85	2026-11-24 22:08:11.783675+00
\.

COPY app.landlords (id, organisation_id, name, created_at) FROM stdin;
40e79af9-3c39-59d0-99ea-b3b19b15c753	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	Quay	2026-11-24 22:08:12.027991+00
a55d812f-0eec-5f21-be95-f83e4a32ea7f	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	Dock	2026-11-24 22:08:12.027991+00
1fd97bdb-bed7-5eee-b000-471934e09595	7792b2c3-fd25-5613-831b-111bf9760aa6	Heath	2026-11-24 22:08:12.027991+00
f62a6d94-b732-5fb1-a57f-fc9571244ebb	7792b2c3-fd25-5613-831b-111bf9760aa6	Fell	2026-11-24 22:08:12.027991+00
185c1f44-172b-5b10-b564-ee9aa220f04b	f911d872-48e7-5752-ae5f-94b40a1f8c68	Mill	2026-11-24 22:08:12.027991+00
\.

COPY app.memberships (user_id, organisation_id, role, created_at) FROM stdin;
3d793e14-3c76-56f5-9ae5-507dc35409c3	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	org_admin	2026-11-24 22:08:12.027991+00
265ff335-aa17-57c7-bb83-79a742d4b441	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	org_admin	2026-11-24 22:08:12.027991+00
b2b0299c-2743-5fa6-8646-90880da19506	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	property_manager	2026-11-24 22:08:12.027991+00
1d124a04-6f94-5e47-9886-129c72c9dd07	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	property_manager	2026-11-24 22:08:12.027991+00
0400d4c7-9b23-5684-88ae-58958f25f29a	7792b2c3-fd25-5613-831b-111bf9760aa6	org_admin	2026-11-24 22:08:12.027991+00
b3960c36-eaec-5c11-b437-55557d5914bb	7792b2c3-fd25-5613-831b-111bf9760aa6	org_admin	2026-11-24 22:08:12.027991+00
18799147-d642-5753-80b0-e23398cf6f1b	7792b2c3-fd25-5613-831b-111bf9760aa6	property_manager	2026-11-24 22:08:12.027991+00
274956d4-2b71-5c9c-97ff-5991658fa3fa	f911d872-48e7-5752-ae5f-94b40a1f8c68	org_admin	2026-11-24 22:08:12.027991+00
e10073a6-a2ac-5ac7-8da6-8423d9da5f4d	f911d872-48e7-5752-ae5f-94b40a1f8c68	property_manager	2026-11-24 22:08:12.027991+00
\.

COPY app.organisations (id, name, plan_code, support_retention_years, support_notes_visible_to_housing_officer, housing_officer_emails, created_at) FROM stdin;
0e57675d-4239-5ea2-b63b-4e51a98e5b3e	Harbour Homes	enterprise	{"case": 7, "safeguarding": 25}	t	{officer.open@example.org}	2026-11-24 22:08:12.027991+00
7792b2c3-fd25-5613-831b-111bf9760aa6	Moor Homes	enterprise	{"case": 7, "safeguarding": 25}	f	{officer.open@example.org}	2026-11-24 22:08:12.027991+00
f911d872-48e7-5752-ae5f-94b40a1f8c68	Small Homes	business	{"case": 7, "safeguarding": 25}	t	{officer.open@example.org}	2026-11-24 22:08:12.027991+00
\.

COPY app.plans (code, name, "position", monthly_pounds, yearly_pounds, tenancies, users) FROM stdin;
starter	Starter	1	0	0	5	1
landlord	Landlord	2	19	182	15	2
professional	Professional	3	49	470	75	5
business	Business	4	99	950	250	15
enterprise	Enterprise	5	199	1910	750	\N
\.

COPY app.properties (id, organisation_id, landlord_id, address, town, postcode, created_at) FROM stdin;
26287f9f-20d6-5fd4-8748-cfc1781a65b4	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	Quay 1 Street	Leeds	LS6 2AB	2026-11-24 22:08:12.027991+00
e7bcb1ad-573b-5369-887d-83823000a9ff	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	Quay 2 Street	Leeds	LS6 2AC	2026-11-24 22:08:12.027991+00
e0d388f2-5a6f-5fd8-9128-e0b3c9e04c54	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	Dock 1 Street	Leeds	LS7 1AA	2026-11-24 22:08:12.027991+00
e251a391-7fa7-5237-8822-58c251ba68d7	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	Heath 1 Street	Leeds	YO1 7HH	2026-11-24 22:08:12.027991+00
a804e72c-535a-551b-8a65-8100f6f74267	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	Fell 1 Street	Leeds	YO1 7HJ	2026-11-24 22:08:12.027991+00
75c05d47-db68-59e6-97c5-9a528c18bf94	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	Mill 1 Street	Leeds	BD1 1AA	2026-11-24 22:08:12.027991+00
\.

COPY app.property_manager_landlords (organisation_id, user_id, landlord_id, assigned_at) FROM stdin;
0e57675d-4239-5ea2-b63b-4e51a98e5b3e	b2b0299c-2743-5fa6-8646-90880da19506	40e79af9-3c39-59d0-99ea-b3b19b15c753	2026-11-24 22:08:12.027991+00
7792b2c3-fd25-5613-831b-111bf9760aa6	18799147-d642-5753-80b0-e23398cf6f1b	1fd97bdb-bed7-5eee-b000-471934e09595	2026-11-24 22:08:12.027991+00
f911d872-48e7-5752-ae5f-94b40a1f8c68	e10073a6-a2ac-5ac7-8da6-8423d9da5f4d	185c1f44-172b-5b10-b564-ee9aa220f04b	2026-11-24 22:08:12.027991+00
\.

COPY app.sign_ins (id, user_id, began_at, ended_at) FROM stdin;
e128d947-5070-5bad-93ad-9f8428fbc96e	3d793e14-3c76-56f5-9ae5-507dc35409c3	2024-01-01 00:00:00+00	\N
4df1ff08-28d2-550c-87ca-323c3bdb3a5f	0400d4c7-9b23-5684-88ae-58958f25f29a	2024-01-01 00:00:00+00	\N
97f4ee70-7e7d-5115-90c8-8b471eaa4711	274956d4-2b71-5c9c-97ff-5991658fa3fa	2024-01-01 00:00:00+00	\N
3d8d1c77-15f7-531f-9ee1-8607356a060a	265ff335-aa17-57c7-bb83-79a742d4b441	2024-01-01 00:00:00+00	\N
47c56012-3e6b-56e5-abd9-b0de26378d9f	b3960c36-eaec-5c11-b437-55557d5914bb	2024-01-01 00:00:00+00	\N
c8e1e432-3476-5e35-bb48-73e37588f49d	b2b0299c-2743-5fa6-8646-90880da19506	2024-01-01 00:00:00+00	\N
5dbebd45-9b10-519e-9211-202e25cd7e74	1d124a04-6f94-5e47-9886-129c72c9dd07	2024-01-01 00:00:00+00	\N
6dd5d32f-0274-565d-a4ae-de6d4b12e21d	18799147-d642-5753-80b0-e23398cf6f1b	2024-01-01 00:00:00+00	\N
a05f40c5-489c-5009-8af8-7fa5e47c16da	e10073a6-a2ac-5ac7-8da6-8423d9da5f4d	2024-01-01 00:00:00+00	\N
bd9adf50-e1ac-5ef8-ba65-f369cde4ea41	1ab0b8c1-5302-50f4-acba-49185a5fe24e	2024-01-01 00:00:00+00	\N
65871d48-7e76-5a8e-92c0-7bea31a30552	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	2024-01-01 00:00:00+00	\N
cdae7533-92a8-5e76-9013-1ae210ceea3a	a4595b06-1706-5497-ac49-92f6fcf4e686	2024-01-01 00:00:00+00	\N
cfb2d008-817f-5c98-bbf7-1077d505063f	1eca478a-99e5-5580-8bf4-4f149805dc97	2024-01-01 00:00:00+00	\N
15fe9cdd-3b83-556f-b9a8-bf868b2e6b5d	9805cc55-7ed7-566b-b5c2-b0d81da04056	2024-01-01 00:00:00+00	\N
489831a8-4806-51f6-b4b0-9741ff5793f7	1cf156a5-2403-556e-b7bb-c7e1b242b424	2024-01-01 00:00:00+00	\N
bd6ab978-c377-553c-8b2a-756c00a64e02	c5b70a24-b0cd-591c-be61-6b425454d637	2024-01-01 00:00:00+00	\N
a39dd722-2f05-581e-8205-ba4645fe6cad	6e5ee24b-6f07-5426-bf30-e6095a211dbb	2024-01-01 00:00:00+00	\N
1b20cb1a-4708-5e4b-8b35-cf66d9a2de92	a096eed7-8ba1-53c9-8fcc-b4c7c3d9a1f3	2024-01-01 00:00:00+00	\N
\.

COPY app.support_cases (id, organisation_id, landlord_id, tenant_id, context_summary, opened_at, closed_at, closing_reason) FROM stdin;
57d4b7ba-4fd9-50c7-9960-6213e4d85d09	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	70d39b05-9408-5383-8d9c-7a18ec7faa21	Summary of ann_before	2018-02-01 00:00:00+00	2019-03-01 00:00:00+00	moved_on
a5f092f4-f30a-5b05-8be8-4a733093a058	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	70d39b05-9408-5383-8d9c-7a18ec7faa21	Summary of ann	2024-01-10 00:00:00+00	\N	\N
dd60b16b-16e6-5833-af91-c9d35c95d574	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	b6d15fb0-9945-55fe-88f4-430e2e6575d3	Summary of ben	2024-02-11 00:00:00+00	\N	\N
50fce5e0-1b88-56cc-9ebe-3ba459936fb9	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	c8d7bfb3-8fe7-55c1-a6aa-41b3263ab864	Summary of cora	2024-03-12 00:00:00+00	\N	\N
fada8f81-0c10-57bd-b615-92d3bd6fc9e7	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	644bd022-7cb5-5395-94d6-bfcfcf7c187c	Summary of dan	2024-04-13 00:00:00+00	\N	\N
92ac614f-e7cb-5fb9-80d7-52baa22428b5	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	d2dbb2d6-86e8-5a64-afee-48ccfa68a1a7	Summary of eve	2023-01-14 00:00:00+00	2024-05-01 00:00:00+00	moved_on
07ca57d4-0a42-5575-895a-6a4d92aeb3e1	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	17c0c092-7aef-506f-9ebf-b9bd91501e1f	Summary of gus	2024-05-15 00:00:00+00	\N	\N
6759b579-37f4-5eac-8817-caa2d3730e36	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	c83cd0ab-7c22-532b-b021-d24fbd252afe	Summary of hal	2024-06-16 00:00:00+00	\N	\N
601f21f2-4254-570f-954f-a3aa320efe75	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	d45367a9-ac79-5c70-ad32-ff69f14ded69	Summary of ida	2022-07-17 00:00:00+00	2023-08-01 00:00:00+00	moved_on
155a74ab-bd29-5d97-bc1e-41a16265e426	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	beb3e850-fa05-52fd-9c4b-0a4a134d3344	Summary of jon	2024-08-18 00:00:00+00	\N	\N
6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	7aeb8455-6cce-5711-ae46-a57f442b1422	Summary of joe	2021-09-19 00:00:00+00	2022-10-01 00:00:00+00	moved_on
\.

COPY app.support_collaborators (id, organisation_id, landlord_id, case_id, user_id, full_name, kind, participation_mode, email, phone, works_for, role_label, invited_by_id, invited_by_name, assigned_at, ended_at) FROM stdin;
2d9bf375-44c6-502d-8c4e-127a0c0a679e	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
cc86bb06-48e2-5c48-8d8f-477725f2b262	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
84e18971-8315-5317-947f-c7fe23569a18	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	support_worker	context_only	\N	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
51365ab5-6f65-5451-b7b2-ee8a5ca8f406	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	2024-02-01 00:00:00+00
4eb510f8-159d-5a79-ad91-9d16bc120592	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	housing_officer	full	\N	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
836afd45-f86c-59a6-8366-45805e429b56	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	housing_officer	context_only	\N	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
136d1624-82ec-52bb-82c8-09932cc07958	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	support_worker	full	\N	\N	\N	\N	\N	Somebody	2018-02-01 00:00:00+00	2019-03-01 00:00:00+00
dd47acf1-5ace-5bca-8256-59119471a510	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2018-02-01 00:00:00+00	2019-03-01 00:00:00+00
461b0f16-bf87-55af-8f6e-ce63fe6c6063	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-02-11 00:00:00+00	\N
74fa50d6-498e-5ebd-8b6a-4a81827e02ed	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	housing_officer	full	\N	\N	\N	\N	\N	Somebody	2024-02-11 00:00:00+00	\N
14b0b7a8-67c2-5444-a8f0-c4f7d99c13b7	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	housing_officer	full	\N	\N	\N	\N	\N	Somebody	2024-02-11 00:00:00+00	\N
1dc8f612-520a-5a71-b28f-86e66cc97cc2	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	housing_officer	full	\N	\N	\N	\N	\N	Somebody	2024-03-12 00:00:00+00	\N
fa8a47dd-524d-5f39-9c00-6373757221e3	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	housing_officer	context_only	\N	\N	\N	\N	\N	Somebody	2024-03-12 00:00:00+00	\N
921cdcfb-13c2-5a74-a7ab-6638a76afa46	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-03-12 00:00:00+00	2024-04-01 00:00:00+00
96dd7ce8-fbf3-5d9b-b30b-b73ec325e97a	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	support_worker	context_only	\N	\N	\N	\N	\N	Somebody	2024-04-13 00:00:00+00	\N
079363a7-0dcf-5ee7-87f1-819c9e25f9d8	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-04-13 00:00:00+00	\N
19f6a8bf-a0d9-5ecf-b096-32cc590a5630	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2023-01-14 00:00:00+00	\N
e33609f0-9c2f-5c1b-bdc8-da8e50cb80d1	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	housing_officer	full	\N	\N	\N	\N	\N	Somebody	2023-01-14 00:00:00+00	\N
4f40f004-c7b0-55dd-9534-97f0cfdccd43	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-05-15 00:00:00+00	\N
196babe6-de20-5b29-b135-2310926b125d	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	housing_officer	full	\N	\N	\N	\N	\N	Somebody	2024-05-15 00:00:00+00	\N
2d9a8f2f-dfe6-5bee-921e-451b1abf3611	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	housing_officer	context_only	\N	\N	\N	\N	\N	Somebody	2024-05-15 00:00:00+00	\N
36d9b2f9-73f9-5f5f-acf3-a98b4f0605f7	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	support_worker	context_only	\N	\N	\N	\N	\N	Somebody	2024-06-16 00:00:00+00	\N
d3ed7d17-12e6-58ad-94e8-3d57484f1431	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	housing_officer	context_only	\N	\N	\N	\N	\N	Somebody	2024-06-16 00:00:00+00	\N
32f57bcd-5ba9-5cc9-9f30-2aa92ceb7a6b	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2022-07-17 00:00:00+00	2023-08-01 00:00:00+00
3c40205f-b3f2-50bc-88c3-b30e0d5c1728	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2024-08-18 00:00:00+00	\N
336f71a4-9f6c-5ff1-84f5-70cbef3023e3	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	support_worker	full	\N	\N	\N	\N	\N	Somebody	2021-09-19 00:00:00+00	\N
e0734634-2b35-5f88-a046-6fed1a7269a6	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	\N	Gp	external_contact	reference_only	gp@example.net	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
4446b444-71fa-5352-97ee-57d402743fac	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	\N	Council	housing_officer	reference_only	council@example.net	\N	\N	\N	\N	Somebody	2024-01-10 00:00:00+00	\N
d8765b22-2825-516e-83f9-02e6ba59a506	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	\N	Sister	external_contact	reference_only	sister@example.net	\N	\N	\N	\N	Somebody	2024-04-13 00:00:00+00	\N
7300a357-e80b-5029-bd5d-5c88f2568e37	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	\N	Nurse	external_contact	reference_only	nurse@example.net	\N	\N	\N	\N	Somebody	2023-01-14 00:00:00+00	\N
b6e23658-4127-55d0-8cc2-38f65450c02d	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	\N	Probation	external_contact	reference_only	probation@example.net	\N	\N	\N	\N	Somebody	2024-05-15 00:00:00+00	\N
e2adfb3e-461a-50f4-8a6e-eb4433159844	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	\N	Gp	external_contact	reference_only	gp@example.net	\N	\N	\N	\N	Somebody	2024-08-18 00:00:00+00	\N
\.

COPY app.support_goal_progress (id, organisation_id, landlord_id, case_id, goal_id, body, author_id, author_name, noted_at) FROM stdin;
c2041cee-4ea1-5990-8218-f12ed12327ae	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	74b85999-20fc-5c13-9100-c61a9b0bb7a2	Some progress	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	2018-02-01 00:00:00+00
ad906db4-d3a9-59a0-b8e2-dd9028a14c3b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	ca3c6a4f-2f11-5b89-b849-416156b72cc6	Some progress	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2018-02-01 00:00:00+00
5701ba84-f331-5e1a-bc8e-69c596d7bd07	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	82d2ccff-ba16-5e11-9dad-baa87834f58d	Some progress	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-01-10 00:00:00+00
4d5d2428-4f6e-5c08-b3a4-87ffe9aa72e0	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	76177a91-983f-50b2-84f3-fd5189ad8847	Some progress	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-01-10 00:00:00+00
c2a06218-ea83-5dc5-8996-0e3386f04157	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	42072590-9589-5d5e-a969-d0060c725da8	Some progress	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-02-11 00:00:00+00
a17045e9-8556-525f-975e-da96c4399a4a	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	17ceb78d-338c-5dd8-a2ef-df9bdbc106ad	Some progress	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-02-11 00:00:00+00
4784a658-916d-5c18-b537-754bcf4319f1	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	cdea995e-2844-5872-939a-9a6c88c4c344	Some progress	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-03-12 00:00:00+00
3b79b963-3602-5576-8c2b-8f694ab1b5bc	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	421b8c90-6241-5655-8d64-b606ef4ad829	Some progress	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-03-12 00:00:00+00
94d43a8b-060f-5329-9d08-650bed59171b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	0b20c0d4-eba6-5545-b379-445c69bda1ed	Some progress	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-04-13 00:00:00+00
ac179044-89cb-50ea-93db-9203a3e2429d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	07bc350f-9258-5c40-a944-1aae5e9f4c6f	Some progress	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-04-13 00:00:00+00
0ed40da8-645c-5655-bec5-ad5c6a9d005b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	988ac056-c337-5d3f-876c-add62f59ea3b	Some progress	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2023-01-14 00:00:00+00
91d7d80c-4c2d-5638-b93a-a563b04251a4	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	0c30eaa8-2bfe-5a4a-b468-6a37d77deb94	Some progress	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2023-01-14 00:00:00+00
cd006c9c-2f6e-5a41-b567-3a5e4e665289	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	ec4499ca-125a-551e-9e49-4effb90f14ad	Some progress	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2024-05-15 00:00:00+00
313aa08f-31a1-53ee-870c-53e49aa15fed	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	db143fac-652e-560d-8c81-609c0b22d1f4	Some progress	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	2024-05-15 00:00:00+00
8f1b52a6-c479-5197-a41d-d334116d9dfd	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	7f885f4d-0dd6-507d-b74c-b0a4048be021	Some progress	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-06-16 00:00:00+00
cd1f7ab8-682f-51fe-94aa-68571072b2bd	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	cee623e0-0f97-5f24-9b23-96e757de9f3f	Some progress	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-06-16 00:00:00+00
7b691168-2937-5014-9ca5-5446991b95a9	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	932e1b2f-65a6-5a3e-af7a-7de8148d0afd	Some progress	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2022-07-17 00:00:00+00
4cb409b0-167c-580e-aa82-6e1c9a87e211	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	ad2b4663-89f9-5ef2-9d35-2451590887c6	Some progress	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2022-07-17 00:00:00+00
e5edd1ec-51be-513a-9c5d-093886b66618	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	9f8a5a0a-5221-5054-a0f2-d4c56d1e17a2	Some progress	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2024-08-18 00:00:00+00
47dc94bc-c070-5f2e-b5c2-c80e03cfe2ef	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	4e917996-4157-59e1-964a-071f2920e341	Some progress	274956d4-2b71-5c9c-97ff-5991658fa3fa	Small Admin	2024-08-18 00:00:00+00
8d619e61-6f9b-5124-938e-af5198c610f1	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	75d60139-08e1-5a72-9816-09a7df8d84c2	Some progress	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2021-09-19 00:00:00+00
a930d6bf-27c1-57a4-a291-5b5f6f8fdbcb	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	1808df76-5355-5b3b-9b93-f5bca4bcc8bd	Some progress	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2021-09-19 00:00:00+00
\.

COPY app.support_goals (id, organisation_id, landlord_id, case_id, title, description, target_date, status, author_id, author_name, created_at) FROM stdin;
74b85999-20fc-5c13-9100-c61a9b0bb7a2	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	active goal of ann_before		\N	active	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	2018-02-01 00:00:00+00
ca3c6a4f-2f11-5b89-b849-416156b72cc6	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	achieved goal of ann_before		\N	achieved	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2018-02-01 00:00:00+00
82d2ccff-ba16-5e11-9dad-baa87834f58d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	active goal of ann		\N	active	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-01-10 00:00:00+00
76177a91-983f-50b2-84f3-fd5189ad8847	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	achieved goal of ann		\N	achieved	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-01-10 00:00:00+00
42072590-9589-5d5e-a969-d0060c725da8	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	active goal of ben		\N	active	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-02-11 00:00:00+00
17ceb78d-338c-5dd8-a2ef-df9bdbc106ad	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	achieved goal of ben		\N	achieved	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-02-11 00:00:00+00
cdea995e-2844-5872-939a-9a6c88c4c344	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	active goal of cora		\N	active	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-03-12 00:00:00+00
421b8c90-6241-5655-8d64-b606ef4ad829	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	achieved goal of cora		\N	achieved	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-03-12 00:00:00+00
0b20c0d4-eba6-5545-b379-445c69bda1ed	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	active goal of dan		\N	active	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-04-13 00:00:00+00
07bc350f-9258-5c40-a944-1aae5e9f4c6f	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	achieved goal of dan		\N	achieved	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-04-13 00:00:00+00
988ac056-c337-5d3f-876c-add62f59ea3b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	active goal of eve		\N	active	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2023-01-14 00:00:00+00
0c30eaa8-2bfe-5a4a-b468-6a37d77deb94	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	achieved goal of eve		\N	achieved	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2023-01-14 00:00:00+00
ec4499ca-125a-551e-9e49-4effb90f14ad	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	active goal of gus		\N	active	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2024-05-15 00:00:00+00
db143fac-652e-560d-8c81-609c0b22d1f4	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	achieved goal of gus		\N	achieved	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	2024-05-15 00:00:00+00
7f885f4d-0dd6-507d-b74c-b0a4048be021	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	active goal of hal		\N	active	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-06-16 00:00:00+00
cee623e0-0f97-5f24-9b23-96e757de9f3f	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	achieved goal of hal		\N	achieved	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-06-16 00:00:00+00
932e1b2f-65a6-5a3e-af7a-7de8148d0afd	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	active goal of ida		\N	active	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2022-07-17 00:00:00+00
ad2b4663-89f9-5ef2-9d35-2451590887c6	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	achieved goal of ida		\N	achieved	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2022-07-17 00:00:00+00
9f8a5a0a-5221-5054-a0f2-d4c56d1e17a2	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	active goal of jon		\N	active	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2024-08-18 00:00:00+00
4e917996-4157-59e1-964a-071f2920e341	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	achieved goal of jon		\N	achieved	274956d4-2b71-5c9c-97ff-5991658fa3fa	Small Admin	2024-08-18 00:00:00+00
75d60139-08e1-5a72-9816-09a7df8d84c2	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	active goal of joe		\N	active	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2021-09-19 00:00:00+00
1808df76-5355-5b3b-9b93-f5bca4bcc8bd	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	achieved goal of joe		\N	achieved	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2021-09-19 00:00:00+00
\.

COPY app.support_notes (id, organisation_id, landlord_id, case_id, stream, body, author_id, author_name, safeguarding, safeguarding_flagged_at, created_at, edited_at) FROM stdin;
474dc3ec-8585-539e-983d-8a0b35f42c43	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	shared	shared note of gone about ann_before	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	f	\N	2018-02-01 00:00:00+00	\N
c413813b-6268-5f59-8284-65c1b4f1d995	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	shared	shared note of quay_manager about ann_before	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	f	\N	2018-02-01 00:00:00+00	\N
0de345b5-fd43-5678-a272-55910cd4cd1c	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	professional	professional note of harbour_admin about ann_before	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2018-02-01 00:00:00+00	\N
11f65aad-4d6f-50fe-a132-5c4b672dab24	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	professional	professional note of quay_manager! about ann_before	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	t	2018-02-01 00:00:00+00	2018-02-01 00:00:00+00	\N
4379eb87-bc8d-5dc4-917e-3480ac302a1a	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of worker about ann	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	f	\N	2024-01-10 00:00:00+00	\N
6cb8884e-7b31-54f7-9f38-fe09d1d47518	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of both_worker about ann	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	f	\N	2024-01-10 00:00:00+00	\N
b6a18d33-aaa7-5212-ab17-3f3b71ea01e0	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of watcher about ann	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	f	\N	2024-01-10 00:00:00+00	\N
db43f6a5-d00d-57a5-a90e-b0b7a514d561	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of gone about ann	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	f	\N	2024-01-10 00:00:00+00	\N
8329dcdc-0a81-58b1-8bfe-48c3d147d738	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of officer_open about ann	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	f	\N	2024-01-10 00:00:00+00	\N
5308f502-c60a-5984-8dcf-77ac62672fa9	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of officer_context about ann	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	f	\N	2024-01-10 00:00:00+00	\N
76a52364-023c-5c50-a387-2674d470c5ce	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of quay_manager about ann	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	f	\N	2024-01-10 00:00:00+00	\N
16bd1422-987b-562b-817c-6137294d3fd3	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	shared	shared note of harbour_admin about ann	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2024-01-10 00:00:00+00	\N
7a82ff7a-8e7b-5823-a025-e5cb284f6a55	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	professional	professional note of quay_manager about ann	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	f	\N	2024-01-10 00:00:00+00	\N
c313cad8-6c29-5aa1-bef0-886cda12cb89	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	professional	professional note of harbour_admin about ann	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2024-01-10 00:00:00+00	\N
f48c02ec-5bc8-592c-8a04-285dafe4fc1c	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	professional	professional note of worker about ann	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	f	\N	2024-01-10 00:00:00+00	\N
b3d34693-08f3-5919-b9ee-9bf70eb7008a	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	professional	professional note of harbour_admin! about ann	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	t	2024-01-10 00:00:00+00	2024-01-10 00:00:00+00	\N
227c43a8-8fd9-55c4-b515-f0a753bffdf7	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	shared	shared note of worker about ben	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	f	\N	2024-02-11 00:00:00+00	\N
10c7281d-67f3-5c1f-8600-73fcb8da0241	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	shared	shared note of officer_open about ben	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	f	\N	2024-02-11 00:00:00+00	\N
48ac70ce-57db-57fb-89bb-bb5d1ba2f490	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	shared	shared note of officer_shut about ben	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	f	\N	2024-02-11 00:00:00+00	\N
ceac07ba-ea16-5c47-aa96-8a7ac668da7d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	shared	shared note of harbour_admin about ben	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2024-02-11 00:00:00+00	\N
b5c96c13-c85b-5b7e-a188-e5a88c788473	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	professional	professional note of quay_manager about ben	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	f	\N	2024-02-11 00:00:00+00	\N
3c94b83d-bd79-50c4-8c05-50c99a7941be	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	shared	shared note of officer_open about cora	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	f	\N	2024-03-12 00:00:00+00	\N
5c454858-0701-5df1-8d9f-bfc84debebc5	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	shared	shared note of quay_manager about cora	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	f	\N	2024-03-12 00:00:00+00	\N
63762dc6-b76a-5bfc-83f9-69c481628a6d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	shared	shared note of worker about cora	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	f	\N	2024-03-12 00:00:00+00	\N
21801665-0e83-55bf-89fc-af291ebeabae	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	professional	professional note of harbour_admin about cora	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2024-03-12 00:00:00+00	\N
f2cde60c-7ac3-5c80-b934-4813486b7123	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	professional	professional note of quay_manager! about cora	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	t	2024-03-12 00:00:00+00	2024-03-12 00:00:00+00	\N
55e1b93b-fccc-5643-977c-abb1c59f1f16	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	shared	shared note of two_hats about dan	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	f	\N	2024-04-13 00:00:00+00	\N
0f15b047-916c-5353-b8ed-fb7e37b60efd	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	shared	shared note of watcher about dan	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	f	\N	2024-04-13 00:00:00+00	\N
94205354-7918-51e4-9e15-3f279946b10f	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	professional	professional note of harbour_admin about dan	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2024-04-13 00:00:00+00	\N
5c8de016-db53-5e1d-95a7-465d55f668a9	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	professional	professional note of two_hats about dan	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	f	\N	2024-04-13 00:00:00+00	\N
67d67ef3-30d0-5587-9273-622362d016f3	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	shared	shared note of worker about eve	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	f	\N	2023-01-14 00:00:00+00	\N
e0ecad3a-085e-5960-9f76-b92e3f5cc091	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	shared	shared note of harbour_admin about eve	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2023-01-14 00:00:00+00	\N
8eaaa323-1034-54a8-b4ed-4e09235c6017	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	professional	professional note of harbour_admin about eve	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	f	\N	2023-01-14 00:00:00+00	\N
a2eeba59-3456-5de5-b0ff-0005e098aa29	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	professional	professional note of disabled_admin! about eve	265ff335-aa17-57c7-bb83-79a742d4b441	Disabled Admin	t	2023-01-14 00:00:00+00	2023-01-14 00:00:00+00	\N
643e301e-c2c7-5daf-8d10-a8224d703868	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	shared	shared note of both_worker about gus	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	f	\N	2024-05-15 00:00:00+00	\N
2ab6f877-dc22-5c14-8ef8-df0fa784d531	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	shared	shared note of officer_shut about gus	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	f	\N	2024-05-15 00:00:00+00	\N
5dde4ee8-6449-504b-ac32-9f715e3f82c0	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	shared	shared note of officer_context about gus	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	f	\N	2024-05-15 00:00:00+00	\N
c2b86a78-058e-57e1-ac45-a0429ff9426c	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	shared	shared note of moor_admin about gus	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	f	\N	2024-05-15 00:00:00+00	\N
d89d2cfd-e1aa-56c5-8b57-4143e044d869	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	professional	professional note of moor_admin about gus	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	f	\N	2024-05-15 00:00:00+00	\N
5ab2d666-41bf-5fa0-a4f1-83d7dd040561	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	professional	professional note of heath_manager about gus	18799147-d642-5753-80b0-e23398cf6f1b	Heath Manager	f	\N	2024-05-15 00:00:00+00	\N
a62ae566-8c52-5984-9485-b45b50ce6a7f	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	professional	professional note of heath_manager! about gus	18799147-d642-5753-80b0-e23398cf6f1b	Heath Manager	t	2024-05-15 00:00:00+00	2024-05-15 00:00:00+00	\N
4ed3d996-f1cc-5a66-b790-d74781d84273	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	shared	shared note of watcher about hal	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	f	\N	2024-06-16 00:00:00+00	\N
d8ce049e-bc6e-5517-b5a5-8545d9e017dc	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	shared	shared note of officer_context about hal	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	f	\N	2024-06-16 00:00:00+00	\N
43ad01f1-9d1a-550b-a0d5-e6404e8e0a7d	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	shared	shared note of two_hats about hal	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	f	\N	2024-06-16 00:00:00+00	\N
388a3f15-9f17-5b31-9020-a6dc8ac578f1	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	professional	professional note of two_hats about hal	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	f	\N	2024-06-16 00:00:00+00	\N
6a3271e7-1041-5a92-b5d7-85e90360d895	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	shared	shared note of both_worker about ida	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	f	\N	2022-07-17 00:00:00+00	\N
edc1bbc2-a677-5f30-bd0e-6aa304655d0d	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	professional	professional note of moor_admin about ida	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	f	\N	2022-07-17 00:00:00+00	\N
1a05c307-22d5-56bd-b5de-09984796e5ce	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	shared	shared note of small_worker about jon	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	f	\N	2024-08-18 00:00:00+00	\N
be3f469a-badf-5e6d-a2d1-6588a4949378	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	shared	shared note of small_admin about jon	274956d4-2b71-5c9c-97ff-5991658fa3fa	Small Admin	f	\N	2024-08-18 00:00:00+00	\N
b2a52ec2-4ff0-564c-a154-7faee3d36ce4	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	professional	professional note of small_admin about jon	274956d4-2b71-5c9c-97ff-5991658fa3fa	Small Admin	f	\N	2024-08-18 00:00:00+00	\N
150e72e2-eef6-56bd-93ba-776657ddcb3d	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	professional	professional note of small_manager! about jon	e10073a6-a2ac-5ac7-8da6-8423d9da5f4d	Small Manager	t	2024-08-18 00:00:00+00	2024-08-18 00:00:00+00	\N
5f7301dd-6ff2-5d48-88df-498f4d22aa75	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	shared	shared note of small_worker about joe	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	f	\N	2021-09-19 00:00:00+00	\N
8059a1d6-a872-52ac-af4d-ed88b41f02b5	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	professional	professional note of small_manager about joe	e10073a6-a2ac-5ac7-8da6-8423d9da5f4d	Small Manager	f	\N	2021-09-19 00:00:00+00	\N
\.

COPY app.support_sessions (id, organisation_id, landlord_id, case_id, scheduled_at, duration_minutes, type, attendees, status, outcome_note, author_id, author_name, created_at) FROM stdin;
2efd9190-6e49-5b05-b40f-fcaa341a8f04	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	2018-02-01 00:00:00+00	60	home_visit		delivered	We talked.	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	2018-02-01 00:00:00+00
2325edb9-4cc3-5d38-a39a-687f387bce5b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	2018-02-01 00:00:00+00
fcd1b0fc-c466-5bc9-afd0-4f6763aef049	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	2018-02-01 00:00:00+00	60	home_visit		delivered	We talked.	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2018-02-01 00:00:00+00
88517abf-14e6-5cd8-9db8-5ce4c90e795e	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	57d4b7ba-4fd9-50c7-9960-6213e4d85d09	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2018-02-01 00:00:00+00
cec0631e-5ab9-5a7c-97b8-a7f1e5f973f0	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-01-10 00:00:00+00
dbf42a4c-2b93-508a-a11b-18c65fee1edc	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-01-10 00:00:00+00
a4217cf2-8fb9-517b-96ad-c9a9cff75915	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2024-01-10 00:00:00+00
f7c23ffa-1412-54d5-a8e0-f80e050ed89e	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2024-01-10 00:00:00+00
b313565b-72c5-5269-9cc8-99b32c097900	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-01-10 00:00:00+00
cb4cac10-f973-5cb6-98c8-7790d8aac843	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-01-10 00:00:00+00
a7938293-52ac-5f32-8c76-b8b2a5d9e72d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	2024-01-10 00:00:00+00
7384042e-9df3-59b3-988f-448a45d536d5	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	c5b70a24-b0cd-591c-be61-6b425454d637	Gone	2024-01-10 00:00:00+00
2b17c45f-493d-5ac1-babf-27ef5e21a438	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-01-10 00:00:00+00
9f0b4a96-8e8c-5f70-b053-ffe5c3fdd9ea	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-01-10 00:00:00+00
1680cd2e-001a-54d4-a539-3935b37e5932	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	2024-01-10 00:00:00+00
fa3ad17f-97b7-59b9-abfa-0fc252fc0c91	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	2024-01-10 00:00:00+00
f07b1f6e-50a5-5db0-b2f8-ef952ddfdf8b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2024-01-10 00:00:00+00
dd031d74-cb49-5cc7-8758-6ee6b17777b2	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2024-01-10 00:00:00+00
0753a03a-95e0-5c32-a413-a5e79a1495de	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2024-01-10 00:00:00+00	60	home_visit		delivered	We talked.	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-01-10 00:00:00+00
f8314bb5-d714-5750-8c08-f47a6c52fca6	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	a5f092f4-f30a-5b05-8be8-4a733093a058	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-01-10 00:00:00+00
84222eb5-3808-5a73-b811-42e84d0e90ad	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2024-02-11 00:00:00+00	60	home_visit		delivered	We talked.	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-02-11 00:00:00+00
2e503dfa-5d7c-5f85-8f00-fb4a26bb7bff	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-02-11 00:00:00+00
64d94f14-59a7-5147-9b1d-3e4400097d0d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2024-02-11 00:00:00+00	60	home_visit		delivered	We talked.	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-02-11 00:00:00+00
0a17286d-1950-5be0-a032-190f323dcad0	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-02-11 00:00:00+00
83ff2cc5-5fa7-58fb-bead-e4637b25c0f5	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2024-02-11 00:00:00+00	60	home_visit		delivered	We talked.	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	2024-02-11 00:00:00+00
e1c5b8d9-bf38-51cd-946b-412bd5f4ef13	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	2024-02-11 00:00:00+00
7f59b48f-d5c0-50c3-b1bb-d386059c87ce	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2024-02-11 00:00:00+00	60	home_visit		delivered	We talked.	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-02-11 00:00:00+00
f7cfd817-19d4-5981-8c87-4d0a6213511d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	dd60b16b-16e6-5833-af91-c9d35c95d574	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2024-02-11 00:00:00+00
ae051fd8-8153-52de-95cf-0f260f2cdfdc	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	2024-03-12 00:00:00+00	60	home_visit		delivered	We talked.	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-03-12 00:00:00+00
36237d14-dfb9-5c9d-8b81-9ccc439d4bbd	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1eca478a-99e5-5580-8bf4-4f149805dc97	Officer Open	2024-03-12 00:00:00+00
be7f9a87-b0bd-53a2-b431-c4dee1b9a39e	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	2024-03-12 00:00:00+00	60	home_visit		delivered	We talked.	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2024-03-12 00:00:00+00
09baa19a-b75f-5dab-b25b-f444d435cddb	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	b2b0299c-2743-5fa6-8646-90880da19506	Quay Manager	2024-03-12 00:00:00+00
793a2384-0e7a-5e60-8b0f-6d4cc640797c	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	2024-03-12 00:00:00+00	60	home_visit		delivered	We talked.	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-03-12 00:00:00+00
48f4d613-05ca-5e7f-a7c8-af088b5334fa	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	50fce5e0-1b88-56cc-9ebe-3ba459936fb9	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2024-03-12 00:00:00+00
3ddda00e-54a4-593b-981d-f441b5366ff0	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	2024-04-13 00:00:00+00	60	home_visit		delivered	We talked.	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-04-13 00:00:00+00
777b8b9a-901d-51a9-a58d-c24f8693f64b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-04-13 00:00:00+00
39117f02-a3ae-5a4f-9b00-e96e8dbe87bd	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	2024-04-13 00:00:00+00	60	home_visit		delivered	We talked.	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-04-13 00:00:00+00
98652693-128b-5cca-b39c-88ccef03b8f4	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	fada8f81-0c10-57bd-b615-92d3bd6fc9e7	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-04-13 00:00:00+00
dd8a5bf0-7a98-5c68-8fa4-127b20f1f07c	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	2023-01-14 00:00:00+00	60	home_visit		delivered	We talked.	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2023-01-14 00:00:00+00
f8e4b99b-c353-51af-87e6-d70e9b2c1018	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1ab0b8c1-5302-50f4-acba-49185a5fe24e	Worker	2023-01-14 00:00:00+00
eb0c6e5d-93d3-5ecb-85ea-dddd309ee1fd	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	2023-01-14 00:00:00+00	60	home_visit		delivered	We talked.	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2023-01-14 00:00:00+00
984af136-6706-5676-be4d-90031eb3ae6b	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	92ac614f-e7cb-5fb9-80d7-52baa22428b5	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	3d793e14-3c76-56f5-9ae5-507dc35409c3	Harbour Admin	2023-01-14 00:00:00+00
9bb5392b-df56-547a-9c22-acdbb2b8fb43	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2024-05-15 00:00:00+00	60	home_visit		delivered	We talked.	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2024-05-15 00:00:00+00
6fd81d6e-2fe4-5a22-bd67-aba0db5228f2	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2024-05-15 00:00:00+00
66d738fd-f58e-5f20-b08d-ad630cb2fac9	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2024-05-15 00:00:00+00	60	home_visit		delivered	We talked.	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	2024-05-15 00:00:00+00
cc3a3487-a478-53fe-9439-f00547e080df	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	9805cc55-7ed7-566b-b5c2-b0d81da04056	Officer Shut	2024-05-15 00:00:00+00
8c5ebf53-e812-5855-8fe4-291f953c3adc	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2024-05-15 00:00:00+00	60	home_visit		delivered	We talked.	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	2024-05-15 00:00:00+00
f3a5a1eb-7de8-5da4-841b-4ec06c6faae2	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	2024-05-15 00:00:00+00
555a9bc2-7570-5fd9-83c3-fb86b6688ac5	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2024-05-15 00:00:00+00	60	home_visit		delivered	We talked.	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	2024-05-15 00:00:00+00
2f7b9c4c-0fdd-5c0f-a4a2-f724fce3f740	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	07ca57d4-0a42-5575-895a-6a4d92aeb3e1	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	0400d4c7-9b23-5684-88ae-58958f25f29a	Moor Admin	2024-05-15 00:00:00+00
dd7b9082-c032-5a61-960f-45880eb54204	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	2024-06-16 00:00:00+00	60	home_visit		delivered	We talked.	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-06-16 00:00:00+00
e9e47596-53ad-53eb-98cb-8d84978a8b43	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	a4595b06-1706-5497-ac49-92f6fcf4e686	Watcher	2024-06-16 00:00:00+00
3d47baba-682b-5ae1-beac-f6964e89c70d	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	2024-06-16 00:00:00+00	60	home_visit		delivered	We talked.	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	2024-06-16 00:00:00+00
8f14c5e3-f4bd-5124-ab92-835c189de472	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	1cf156a5-2403-556e-b7bb-c7e1b242b424	Officer Context	2024-06-16 00:00:00+00
516c7f8e-ba3a-5a71-8def-7619bdc760f2	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	2024-06-16 00:00:00+00	60	home_visit		delivered	We talked.	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-06-16 00:00:00+00
53483f11-9943-5800-9906-e06ea7da8fcd	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	6759b579-37f4-5eac-8817-caa2d3730e36	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	b3960c36-eaec-5c11-b437-55557d5914bb	Two Hats	2024-06-16 00:00:00+00
2514bd06-ec67-55b7-a0cd-d9a91cfb21ca	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	2022-07-17 00:00:00+00	60	home_visit		delivered	We talked.	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2022-07-17 00:00:00+00
37aba06f-56c6-5b24-8301-9d1fe88b4d82	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	601f21f2-4254-570f-954f-a3aa320efe75	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	8c727ea0-d50f-53ce-be92-1f38e4ef1f27	Both Worker	2022-07-17 00:00:00+00
7f4f3561-4654-5202-a50a-0517dd39ec45	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	2024-08-18 00:00:00+00	60	home_visit		delivered	We talked.	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2024-08-18 00:00:00+00
dddda05e-42a8-5eec-baff-d070accd64b8	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2024-08-18 00:00:00+00
a6574c7e-ea35-5815-9e65-19fe50f65d31	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	2024-08-18 00:00:00+00	60	home_visit		delivered	We talked.	274956d4-2b71-5c9c-97ff-5991658fa3fa	Small Admin	2024-08-18 00:00:00+00
9880dc58-f530-538b-a9bc-09d80e63b2f2	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	155a74ab-bd29-5d97-bc1e-41a16265e426	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	274956d4-2b71-5c9c-97ff-5991658fa3fa	Small Admin	2024-08-18 00:00:00+00
5533ceac-0819-598a-8947-a396421f6e95	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	2021-09-19 00:00:00+00	60	home_visit		delivered	We talked.	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2021-09-19 00:00:00+00
90664280-cf6a-554c-9c91-c3f7b6a05f35	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	6b8cd24b-b63e-5ae9-9da2-a9fa0f6065dd	2090-01-01 10:00:00+00	60	appointment		scheduled	\N	6e5ee24b-6f07-5426-bf30-e6095a211dbb	Small Worker	2021-09-19 00:00:00+00
\.

COPY app.tenants (id, organisation_id, landlord_id, property_id, full_name, date_of_birth, housing_officer_note_visibility, created_at) FROM stdin;
70d39b05-9408-5383-8d9c-7a18ec7faa21	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	26287f9f-20d6-5fd4-8748-cfc1781a65b4	Ann Tenant	1980-01-01	inherit	2026-11-24 22:08:12.027991+00
b6d15fb0-9945-55fe-88f4-430e2e6575d3	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	26287f9f-20d6-5fd4-8748-cfc1781a65b4	Ben Tenant	1980-01-01	hidden	2026-11-24 22:08:12.027991+00
c8d7bfb3-8fe7-55c1-a6aa-41b3263ab864	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	40e79af9-3c39-59d0-99ea-b3b19b15c753	e7bcb1ad-573b-5369-887d-83823000a9ff	Cora Tenant	1980-01-01	visible	2026-11-24 22:08:12.027991+00
644bd022-7cb5-5395-94d6-bfcfcf7c187c	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	e0d388f2-5a6f-5fd8-9128-e0b3c9e04c54	Dan Tenant	1980-01-01	inherit	2026-11-24 22:08:12.027991+00
d2dbb2d6-86e8-5a64-afee-48ccfa68a1a7	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	e0d388f2-5a6f-5fd8-9128-e0b3c9e04c54	Eve Tenant	1980-01-01	hidden	2026-11-24 22:08:12.027991+00
3ed5aa69-458b-51a7-bfa3-299a5ebbab3d	0e57675d-4239-5ea2-b63b-4e51a98e5b3e	a55d812f-0eec-5f21-be95-f83e4a32ea7f	e0d388f2-5a6f-5fd8-9128-e0b3c9e04c54	Fay Tenant	1980-01-01	inherit	2026-11-24 22:08:12.027991+00
17c0c092-7aef-506f-9ebf-b9bd91501e1f	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	e251a391-7fa7-5237-8822-58c251ba68d7	Gus Tenant	1980-01-01	inherit	2026-11-24 22:08:12.027991+00
c83cd0ab-7c22-532b-b021-d24fbd252afe	7792b2c3-fd25-5613-831b-111bf9760aa6	1fd97bdb-bed7-5eee-b000-471934e09595	e251a391-7fa7-5237-8822-58c251ba68d7	Hal Tenant	1980-01-01	visible	2026-11-24 22:08:12.027991+00
d45367a9-ac79-5c70-ad32-ff69f14ded69	7792b2c3-fd25-5613-831b-111bf9760aa6	f62a6d94-b732-5fb1-a57f-fc9571244ebb	a804e72c-535a-551b-8a65-8100f6f74267	Ida Tenant	1980-01-01	inherit	2026-11-24 22:08:12.027991+00
beb3e850-fa05-52fd-9c4b-0a4a134d3344	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	75c05d47-db68-59e6-97c5-9a528c18bf94	Jon Tenant	1980-01-01	visible	2026-11-24 22:08:12.027991+00
7aeb8455-6cce-5711-ae46-a57f442b1422	f911d872-48e7-5752-ae5f-94b40a1f8c68	185c1f44-172b-5b10-b564-ee9aa220f04b	75c05d47-db68-59e6-97c5-9a528c18bf94	Joe Tenant	1980-01-01	inherit	2026-11-24 22:08:12.027991+00
\.

COPY app.users (id, email, full_name, ab_user_id, is_platform_admin, disabled_at, created_at) FROM stdin;
3d793e14-3c76-56f5-9ae5-507dc35409c3	harbour.admin@example.org	Harbour Admin	1	f	\N	2026-11-24 22:08:12.027991+00
0400d4c7-9b23-5684-88ae-58958f25f29a	moor.admin@example.org	Moor Admin	2	f	\N	2026-11-24 22:08:12.027991+00
274956d4-2b71-5c9c-97ff-5991658fa3fa	small.admin@example.org	Small Admin	3	f	\N	2026-11-24 22:08:12.027991+00
265ff335-aa17-57c7-bb83-79a742d4b441	disabled.admin@example.org	Disabled Admin	4	f	2025-01-01 00:00:00+00	2026-11-24 22:08:12.027991+00
b3960c36-eaec-5c11-b437-55557d5914bb	two.hats@example.org	Two Hats	5	f	\N	2026-11-24 22:08:12.027991+00
b2b0299c-2743-5fa6-8646-90880da19506	quay.manager@example.org	Quay Manager	6	f	\N	2026-11-24 22:08:12.027991+00
1d124a04-6f94-5e47-9886-129c72c9dd07	idle.manager@example.org	Idle Manager	7	f	\N	2026-11-24 22:08:12.027991+00
18799147-d642-5753-80b0-e23398cf6f1b	heath.manager@example.org	Heath Manager	8	f	\N	2026-11-24 22:08:12.027991+00
e10073a6-a2ac-5ac7-8da6-8423d9da5f4d	small.manager@example.org	Small Manager	9	f	\N	2026-11-24 22:08:12.027991+00
1ab0b8c1-5302-50f4-acba-49185a5fe24e	worker@example.org	Worker	10	f	\N	2026-11-24 22:08:12.027991+00
8c727ea0-d50f-53ce-be92-1f38e4ef1f27	both.worker@example.org	Both Worker	11	f	\N	2026-11-24 22:08:12.027991+00
a4595b06-1706-5497-ac49-92f6fcf4e686	watcher@example.org	Watcher	12	f	\N	2026-11-24 22:08:12.027991+00
1eca478a-99e5-5580-8bf4-4f149805dc97	officer.open@example.org	Officer Open	13	f	\N	2026-11-24 22:08:12.027991+00
9805cc55-7ed7-566b-b5c2-b0d81da04056	officer.shut@example.org	Officer Shut	14	f	\N	2026-11-24 22:08:12.027991+00
1cf156a5-2403-556e-b7bb-c7e1b242b424	officer.context@example.org	Officer Context	15	f	\N	2026-11-24 22:08:12.027991+00
c5b70a24-b0cd-591c-be61-6b425454d637	gone@example.org	Gone	16	f	\N	2026-11-24 22:08:12.027991+00
6e5ee24b-6f07-5426-bf30-e6095a211dbb	small.worker@example.org	Small Worker	17	f	\N	2026-11-24 22:08:12.027991+00
a096eed7-8ba1-53c9-8fcc-b4c7c3d9a1f3	platform@example.org	Platform	18	t	\N	2026-11-24 22:08:12.027991+00
\.

COPY fab.ab_api_key (id, uuid, name, key_hash, lookup_hash, key_prefix, user_id, scopes, active, created_on, expires_on, revoked_on, last_used_on) FROM stdin;
\.

COPY fab.ab_group (id, name, label, description) FROM stdin;
\.

COPY fab.ab_group_role (id, group_id, role_id) FROM stdin;
\.

COPY fab.ab_permission (id, name) FROM stdin;
\.

COPY fab.ab_permission_view (id, permission_id, view_menu_id) FROM stdin;
\.

COPY fab.ab_permission_view_role (id, permission_view_id, role_id) FROM stdin;
\.

COPY fab.ab_register_user (id, first_name, last_name, username, password, email, registration_date, registration_hash) FROM stdin;
\.

COPY fab.ab_role (id, name) FROM stdin;
\.

COPY fab.ab_user (id, first_name, last_name, username, password, active, email, last_login, login_count, fail_login_count, created_on, changed_on, created_by_fk, changed_by_fk) FROM stdin;
1	Harbour Admin	Test	harbour.admin@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	harbour.admin@example.org	\N	\N	\N	\N	\N	\N	\N
2	Moor Admin	Test	moor.admin@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	moor.admin@example.org	\N	\N	\N	\N	\N	\N	\N
3	Small Admin	Test	small.admin@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	small.admin@example.org	\N	\N	\N	\N	\N	\N	\N
4	Disabled Admin	Test	disabled.admin@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	disabled.admin@example.org	\N	\N	\N	\N	\N	\N	\N
5	Two Hats	Test	two.hats@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	two.hats@example.org	\N	\N	\N	\N	\N	\N	\N
6	Quay Manager	Test	quay.manager@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	quay.manager@example.org	\N	\N	\N	\N	\N	\N	\N
7	Idle Manager	Test	idle.manager@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	idle.manager@example.org	\N	\N	\N	\N	\N	\N	\N
8	Heath Manager	Test	heath.manager@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	heath.manager@example.org	\N	\N	\N	\N	\N	\N	\N
9	Small Manager	Test	small.manager@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	small.manager@example.org	\N	\N	\N	\N	\N	\N	\N
10	Worker	Test	worker@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	worker@example.org	\N	\N	\N	\N	\N	\N	\N
11	Both Worker	Test	both.worker@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	both.worker@example.org	\N	\N	\N	\N	\N	\N	\N
12	Watcher	Test	watcher@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	watcher@example.org	\N	\N	\N	\N	\N	\N	\N
13	Officer Open	Test	officer.open@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	officer.open@example.org	\N	\N	\N	\N	\N	\N	\N
14	Officer Shut	Test	officer.shut@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	officer.shut@example.org	\N	\N	\N	\N	\N	\N	\N
15	Officer Context	Test	officer.context@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	officer.context@example.org	\N	\N	\N	\N	\N	\N	\N
16	Gone	Test	gone@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	gone@example.org	\N	\N	\N	\N	\N	\N	\N
17	Small Worker	Test	small.worker@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	small.worker@example.org	\N	\N	\N	\N	\N	\N	\N
18	Platform	Test	platform@example.org	scrypt:32768:8:1$AVab5Cp9qKWG1r12$a9dd9dc4682f04b015fc713304ba537e0e5b26c544ca0e0430e84410cfd5c1b9d9e246863081d3749106342ad145fd7977e7fc9a5cac8231d449589017734ee9	t	platform@example.org	\N	\N	\N	\N	\N	\N	\N
\.

COPY fab.ab_user_group (id, user_id, group_id) FROM stdin;
\.

COPY fab.ab_user_role (id, user_id, role_id) FROM stdin;
\.

COPY fab.ab_view_menu (id, name) FROM stdin;
\.

COPY vault.signing_keys (key_id, inner_pad, outer_pad, created_at) FROM stdin;
current	\\x36373435323330313e3f3c3d3a3b383926272425222320212e2f2c2d2a2b28293636363636363636363636363636363636363636363636363636363636363636	\\x5c5d5e5f58595a5b54555657505152534c4d4e4f48494a4b44454647404142435c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c	2026-11-24 22:08:11.783675+00
\.

SELECT pg_catalog.setval('fab.ab_api_key_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_group_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_group_role_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_permission_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_permission_view_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_permission_view_role_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_register_user_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_role_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_user_group_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_user_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_user_role_id_seq', 1, false);

SELECT pg_catalog.setval('fab.ab_view_menu_id_seq', 1, false);

ALTER TABLE ONLY app.support_cases
    ADD CONSTRAINT cases_in_their_organisation UNIQUE (organisation_id, id, landlord_id);

ALTER TABLE ONLY app.feature_gates
    ADD CONSTRAINT feature_gates_pkey PRIMARY KEY (plan_code, feature_key);

ALTER TABLE ONLY app.support_goals
    ADD CONSTRAINT goals_in_their_case UNIQUE (organisation_id, case_id, id, landlord_id);

ALTER TABLE ONLY app.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY app.landlords
    ADD CONSTRAINT landlord_names_are_unique_in_an_organisation UNIQUE (organisation_id, name);

ALTER TABLE ONLY app.landlords
    ADD CONSTRAINT landlords_in_their_organisation UNIQUE (organisation_id, id);

ALTER TABLE ONLY app.landlords
    ADD CONSTRAINT landlords_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.memberships
    ADD CONSTRAINT memberships_in_their_organisation UNIQUE (organisation_id, user_id);

ALTER TABLE ONLY app.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY app.organisations
    ADD CONSTRAINT organisation_names_are_unique UNIQUE (name);

ALTER TABLE ONLY app.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.plans
    ADD CONSTRAINT plan_positions_are_unique UNIQUE ("position");

ALTER TABLE ONLY app.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (code);

ALTER TABLE ONLY app.properties
    ADD CONSTRAINT properties_are_unique_in_an_organisation UNIQUE (organisation_id, postcode, address);

ALTER TABLE ONLY app.properties
    ADD CONSTRAINT properties_in_their_organisation UNIQUE (organisation_id, id, landlord_id);

ALTER TABLE ONLY app.properties
    ADD CONSTRAINT properties_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.property_manager_landlords
    ADD CONSTRAINT property_manager_landlords_pkey PRIMARY KEY (organisation_id, user_id, landlord_id);

ALTER TABLE ONLY app.sign_ins
    ADD CONSTRAINT sign_ins_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.support_cases
    ADD CONSTRAINT support_cases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.support_collaborators
    ADD CONSTRAINT support_collaborators_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.support_goal_progress
    ADD CONSTRAINT support_goal_progress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.support_goals
    ADD CONSTRAINT support_goals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.support_notes
    ADD CONSTRAINT support_notes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.support_sessions
    ADD CONSTRAINT support_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.tenants
    ADD CONSTRAINT tenants_in_their_organisation UNIQUE (organisation_id, id, landlord_id);

ALTER TABLE ONLY app.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.users
    ADD CONSTRAINT user_emails_are_unique UNIQUE (email);

ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_have_one_sign_in_each UNIQUE (ab_user_id);

ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_api_key
    ADD CONSTRAINT ab_api_key_lookup_hash_key UNIQUE (lookup_hash);

ALTER TABLE ONLY fab.ab_api_key
    ADD CONSTRAINT ab_api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_api_key
    ADD CONSTRAINT ab_api_key_uuid_key UNIQUE (uuid);

ALTER TABLE ONLY fab.ab_group
    ADD CONSTRAINT ab_group_name_key UNIQUE (name);

ALTER TABLE ONLY fab.ab_group
    ADD CONSTRAINT ab_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_group_role
    ADD CONSTRAINT ab_group_role_group_id_role_id_key UNIQUE (group_id, role_id);

ALTER TABLE ONLY fab.ab_group_role
    ADD CONSTRAINT ab_group_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_permission
    ADD CONSTRAINT ab_permission_name_key UNIQUE (name);

ALTER TABLE ONLY fab.ab_permission
    ADD CONSTRAINT ab_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_permission_view
    ADD CONSTRAINT ab_permission_view_permission_id_view_menu_id_key UNIQUE (permission_id, view_menu_id);

ALTER TABLE ONLY fab.ab_permission_view
    ADD CONSTRAINT ab_permission_view_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_permission_view_role
    ADD CONSTRAINT ab_permission_view_role_permission_view_id_role_id_key UNIQUE (permission_view_id, role_id);

ALTER TABLE ONLY fab.ab_permission_view_role
    ADD CONSTRAINT ab_permission_view_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_register_user
    ADD CONSTRAINT ab_register_user_email_key UNIQUE (email);

ALTER TABLE ONLY fab.ab_register_user
    ADD CONSTRAINT ab_register_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_register_user
    ADD CONSTRAINT ab_register_user_username_key UNIQUE (username);

ALTER TABLE ONLY fab.ab_role
    ADD CONSTRAINT ab_role_name_key UNIQUE (name);

ALTER TABLE ONLY fab.ab_role
    ADD CONSTRAINT ab_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_user
    ADD CONSTRAINT ab_user_email_key UNIQUE (email);

ALTER TABLE ONLY fab.ab_user_group
    ADD CONSTRAINT ab_user_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_user_group
    ADD CONSTRAINT ab_user_group_user_id_group_id_key UNIQUE (user_id, group_id);

ALTER TABLE ONLY fab.ab_user
    ADD CONSTRAINT ab_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_user_role
    ADD CONSTRAINT ab_user_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY fab.ab_user_role
    ADD CONSTRAINT ab_user_role_user_id_role_id_key UNIQUE (user_id, role_id);

ALTER TABLE ONLY fab.ab_user
    ADD CONSTRAINT ab_user_username_key UNIQUE (username);

ALTER TABLE ONLY fab.ab_view_menu
    ADD CONSTRAINT ab_view_menu_name_key UNIQUE (name);

ALTER TABLE ONLY fab.ab_view_menu
    ADD CONSTRAINT ab_view_menu_pkey PRIMARY KEY (id);

ALTER TABLE ONLY vault.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (key_id);

CREATE INDEX active_goals_by_case ON app.support_goals USING btree (case_id) WHERE (status = 'active'::text);

CREATE INDEX cases_by_landlord ON app.support_cases USING btree (organisation_id, landlord_id, opened_at DESC) INCLUDE (closed_at, tenant_id);

CREATE INDEX cases_by_organisation ON app.support_cases USING btree (organisation_id, opened_at DESC) INCLUDE (landlord_id, closed_at, tenant_id);

CREATE INDEX cases_by_tenant ON app.support_cases USING btree (organisation_id, tenant_id, landlord_id);

CREATE INDEX collaborators_by_case ON app.support_collaborators USING btree (organisation_id, case_id, landlord_id);

CREATE INDEX collaborators_by_case_alone ON app.support_collaborators USING btree (case_id, assigned_at);

CREATE INDEX collaborators_by_inviter ON app.support_collaborators USING btree (invited_by_id);

CREATE INDEX collaborators_by_landlord ON app.support_collaborators USING btree (landlord_id);

CREATE INDEX collaborators_by_person ON app.support_collaborators USING btree (user_id);

CREATE INDEX feature_gates_by_feature ON app.feature_gates USING btree (feature_key, plan_code);

CREATE INDEX goals_by_author ON app.support_goals USING btree (author_id);

CREATE INDEX goals_by_case ON app.support_goals USING btree (case_id, created_at) INCLUDE (organisation_id, landlord_id, status);

CREATE INDEX goals_by_case_key ON app.support_goals USING btree (organisation_id, case_id, landlord_id);

CREATE INDEX goals_by_landlord ON app.support_goals USING btree (landlord_id);

CREATE INDEX live_assignments_by_person ON app.support_collaborators USING btree (user_id) INCLUDE (case_id, organisation_id, kind, participation_mode) WHERE (ended_at IS NULL);

CREATE INDEX notes_by_author ON app.support_notes USING btree (author_id);

CREATE INDEX notes_by_case ON app.support_notes USING btree (case_id, created_at DESC) INCLUDE (organisation_id, landlord_id, stream, author_id);

CREATE INDEX notes_by_case_key ON app.support_notes USING btree (organisation_id, case_id, landlord_id);

CREATE INDEX notes_by_landlord ON app.support_notes USING btree (organisation_id, landlord_id, created_at DESC);

CREATE INDEX notes_by_organisation ON app.support_notes USING btree (organisation_id, created_at DESC);

CREATE UNIQUE INDEX one_live_assignment_for_each_person ON app.support_collaborators USING btree (case_id, user_id) WHERE ((ended_at IS NULL) AND (user_id IS NOT NULL));

CREATE UNIQUE INDEX one_open_case_for_each_tenant ON app.support_cases USING btree (tenant_id) WHERE (closed_at IS NULL);

CREATE INDEX organisations_by_plan ON app.organisations USING btree (plan_code);

CREATE INDEX progress_by_author ON app.support_goal_progress USING btree (author_id);

CREATE INDEX progress_by_case ON app.support_goal_progress USING btree (case_id, noted_at DESC) INCLUDE (organisation_id, landlord_id);

CREATE INDEX progress_by_goal ON app.support_goal_progress USING btree (goal_id, noted_at DESC);

CREATE INDEX progress_by_goal_key ON app.support_goal_progress USING btree (organisation_id, case_id, goal_id, landlord_id);

CREATE INDEX progress_by_landlord ON app.support_goal_progress USING btree (landlord_id);

CREATE INDEX properties_by_landlord ON app.properties USING btree (landlord_id);

CREATE INDEX properties_by_organisation_and_landlord ON app.properties USING btree (organisation_id, landlord_id);

CREATE INDEX property_manager_landlords_by_landlord ON app.property_manager_landlords USING btree (organisation_id, landlord_id);

CREATE INDEX sessions_by_author ON app.support_sessions USING btree (author_id);

CREATE INDEX sessions_by_case ON app.support_sessions USING btree (case_id, scheduled_at) INCLUDE (organisation_id, landlord_id, author_id);

CREATE INDEX sessions_by_case_key ON app.support_sessions USING btree (organisation_id, case_id, landlord_id);

CREATE INDEX sessions_by_landlord ON app.support_sessions USING btree (landlord_id);

CREATE INDEX sign_ins_by_person ON app.sign_ins USING btree (user_id, began_at DESC);

CREATE INDEX tenants_by_landlord ON app.tenants USING btree (organisation_id, landlord_id);

CREATE INDEX tenants_by_name ON app.tenants USING btree (organisation_id, full_name);

CREATE INDEX tenants_by_property ON app.tenants USING btree (organisation_id, property_id, landlord_id);

CREATE UNIQUE INDEX idx_api_key_lookup_hash ON fab.ab_api_key USING btree (lookup_hash);

CREATE INDEX idx_api_key_prefix ON fab.ab_api_key USING btree (key_prefix);

CREATE INDEX idx_api_key_user_id ON fab.ab_api_key USING btree (user_id);

CREATE INDEX idx_group_id ON fab.ab_group_role USING btree (group_id);

CREATE INDEX idx_group_role_id ON fab.ab_group_role USING btree (role_id);

CREATE INDEX idx_permission_id ON fab.ab_permission_view USING btree (permission_id);

CREATE INDEX idx_permission_view_id ON fab.ab_permission_view_role USING btree (permission_view_id);

CREATE INDEX idx_role_id ON fab.ab_permission_view_role USING btree (role_id);

CREATE INDEX idx_user_group_id ON fab.ab_user_group USING btree (group_id);

CREATE INDEX idx_user_id ON fab.ab_user_group USING btree (user_id);

CREATE INDEX idx_view_menu_id ON fab.ab_permission_view USING btree (view_menu_id);

CREATE TRIGGER case_keeps_its_closing BEFORE UPDATE ON app.support_cases FOR EACH ROW EXECUTE FUNCTION app.case_keeps_its_closing();

CREATE TRIGGER case_takes_place_from_tenant BEFORE INSERT ON app.support_cases FOR EACH ROW EXECUTE FUNCTION app.case_takes_place_from_tenant();

CREATE TRIGGER closed_case_takes_nobody_new AFTER INSERT ON app.support_collaborators FOR EACH ROW EXECUTE FUNCTION app.closed_case_is_read_only();

CREATE TRIGGER collaborator_takes_place_from_case BEFORE INSERT ON app.support_collaborators FOR EACH ROW EXECUTE FUNCTION app.collaborator_takes_place_from_case();

CREATE TRIGGER ended_assignments_stay_ended BEFORE UPDATE ON app.support_collaborators FOR EACH ROW EXECUTE FUNCTION app.ended_assignments_stay_ended();

CREATE TRIGGER flagged_notes_are_not_deleted BEFORE DELETE ON app.support_notes FOR EACH ROW EXECUTE FUNCTION app.flagged_notes_are_not_deleted();

CREATE TRIGGER goal_takes_place_from_case BEFORE INSERT ON app.support_goals FOR EACH ROW EXECUTE FUNCTION app.content_takes_place_from_case();

CREATE TRIGGER goals_of_a_closed_case_are_read_only AFTER INSERT OR DELETE OR UPDATE ON app.support_goals FOR EACH ROW EXECUTE FUNCTION app.closed_case_is_read_only();

CREATE TRIGGER note_keeps_its_stream_and_author BEFORE INSERT OR UPDATE ON app.support_notes FOR EACH ROW EXECUTE FUNCTION app.note_keeps_its_stream_and_author();

CREATE TRIGGER note_takes_place_from_case BEFORE INSERT ON app.support_notes FOR EACH ROW EXECUTE FUNCTION app.content_takes_place_from_case();

CREATE TRIGGER notes_of_a_closed_case_are_read_only AFTER INSERT OR DELETE OR UPDATE ON app.support_notes FOR EACH ROW EXECUTE FUNCTION app.closed_case_is_read_only();

CREATE TRIGGER outcomes_are_recorded_after_the_session_began BEFORE INSERT OR UPDATE ON app.support_sessions FOR EACH ROW EXECUTE FUNCTION app.outcomes_are_recorded_after_the_session_began();

CREATE TRIGGER progress_of_a_closed_case_is_read_only AFTER INSERT OR DELETE OR UPDATE ON app.support_goal_progress FOR EACH ROW EXECUTE FUNCTION app.closed_case_is_read_only();

CREATE TRIGGER progress_takes_place_from_case BEFORE INSERT ON app.support_goal_progress FOR EACH ROW EXECUTE FUNCTION app.content_takes_place_from_case();

CREATE TRIGGER session_takes_place_from_case BEFORE INSERT ON app.support_sessions FOR EACH ROW EXECUTE FUNCTION app.content_takes_place_from_case();

CREATE TRIGGER sessions_of_a_closed_case_are_read_only AFTER INSERT OR DELETE OR UPDATE ON app.support_sessions FOR EACH ROW EXECUTE FUNCTION app.closed_case_is_read_only();

CREATE TRIGGER tenant_takes_place_from_property BEFORE INSERT OR UPDATE OF property_id ON app.tenants FOR EACH ROW EXECUTE FUNCTION app.tenant_takes_place_from_property();

ALTER TABLE ONLY app.property_manager_landlords
    ADD CONSTRAINT assigned_landlords_are_of_the_organisation FOREIGN KEY (organisation_id, landlord_id) REFERENCES app.landlords(organisation_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY app.property_manager_landlords
    ADD CONSTRAINT assigned_managers_are_members FOREIGN KEY (organisation_id, user_id) REFERENCES app.memberships(organisation_id, user_id) ON DELETE CASCADE;

ALTER TABLE ONLY app.support_cases
    ADD CONSTRAINT cases_are_of_a_tenant FOREIGN KEY (organisation_id, tenant_id, landlord_id) REFERENCES app.tenants(organisation_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY app.support_collaborators
    ADD CONSTRAINT collaborators_are_on_a_case FOREIGN KEY (organisation_id, case_id, landlord_id) REFERENCES app.support_cases(organisation_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY app.feature_gates
    ADD CONSTRAINT feature_gates_plan_code_fkey FOREIGN KEY (plan_code) REFERENCES app.plans(code);

ALTER TABLE ONLY app.support_goals
    ADD CONSTRAINT goals_are_on_a_case FOREIGN KEY (organisation_id, case_id, landlord_id) REFERENCES app.support_cases(organisation_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY app.landlords
    ADD CONSTRAINT landlords_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES app.organisations(id);

ALTER TABLE ONLY app.memberships
    ADD CONSTRAINT memberships_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES app.organisations(id);

ALTER TABLE ONLY app.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_notes
    ADD CONSTRAINT notes_are_on_a_case FOREIGN KEY (organisation_id, case_id, landlord_id) REFERENCES app.support_cases(organisation_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY app.organisations
    ADD CONSTRAINT organisations_plan_code_fkey FOREIGN KEY (plan_code) REFERENCES app.plans(code);

ALTER TABLE ONLY app.support_goal_progress
    ADD CONSTRAINT progress_is_on_a_goal_of_the_case FOREIGN KEY (organisation_id, case_id, goal_id, landlord_id) REFERENCES app.support_goals(organisation_id, case_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY app.properties
    ADD CONSTRAINT properties_belong_to_a_landlord FOREIGN KEY (organisation_id, landlord_id) REFERENCES app.landlords(organisation_id, id);

ALTER TABLE ONLY app.support_sessions
    ADD CONSTRAINT sessions_are_on_a_case FOREIGN KEY (organisation_id, case_id, landlord_id) REFERENCES app.support_cases(organisation_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY app.sign_ins
    ADD CONSTRAINT sign_ins_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_collaborators
    ADD CONSTRAINT support_collaborators_invited_by_id_fkey FOREIGN KEY (invited_by_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_collaborators
    ADD CONSTRAINT support_collaborators_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_goal_progress
    ADD CONSTRAINT support_goal_progress_author_id_fkey FOREIGN KEY (author_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_goals
    ADD CONSTRAINT support_goals_author_id_fkey FOREIGN KEY (author_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_notes
    ADD CONSTRAINT support_notes_author_id_fkey FOREIGN KEY (author_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.support_sessions
    ADD CONSTRAINT support_sessions_author_id_fkey FOREIGN KEY (author_id) REFERENCES app.users(id);

ALTER TABLE ONLY app.tenants
    ADD CONSTRAINT tenants_live_at_a_property FOREIGN KEY (organisation_id, property_id, landlord_id) REFERENCES app.properties(organisation_id, id, landlord_id) ON UPDATE CASCADE;

ALTER TABLE ONLY fab.ab_api_key
    ADD CONSTRAINT ab_api_key_user_id_fkey FOREIGN KEY (user_id) REFERENCES fab.ab_user(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_group_role
    ADD CONSTRAINT ab_group_role_group_id_fkey FOREIGN KEY (group_id) REFERENCES fab.ab_group(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_group_role
    ADD CONSTRAINT ab_group_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES fab.ab_role(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_permission_view
    ADD CONSTRAINT ab_permission_view_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES fab.ab_permission(id);

ALTER TABLE ONLY fab.ab_permission_view_role
    ADD CONSTRAINT ab_permission_view_role_permission_view_id_fkey FOREIGN KEY (permission_view_id) REFERENCES fab.ab_permission_view(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_permission_view_role
    ADD CONSTRAINT ab_permission_view_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES fab.ab_role(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_permission_view
    ADD CONSTRAINT ab_permission_view_view_menu_id_fkey FOREIGN KEY (view_menu_id) REFERENCES fab.ab_view_menu(id);

ALTER TABLE ONLY fab.ab_user
    ADD CONSTRAINT ab_user_changed_by_fk_fkey FOREIGN KEY (changed_by_fk) REFERENCES fab.ab_user(id);

ALTER TABLE ONLY fab.ab_user
    ADD CONSTRAINT ab_user_created_by_fk_fkey FOREIGN KEY (created_by_fk) REFERENCES fab.ab_user(id);

ALTER TABLE ONLY fab.ab_user_group
    ADD CONSTRAINT ab_user_group_group_id_fkey FOREIGN KEY (group_id) REFERENCES fab.ab_group(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_user_group
    ADD CONSTRAINT ab_user_group_user_id_fkey FOREIGN KEY (user_id) REFERENCES fab.ab_user(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_user_role
    ADD CONSTRAINT ab_user_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES fab.ab_role(id) ON DELETE CASCADE;

ALTER TABLE ONLY fab.ab_user_role
    ADD CONSTRAINT ab_user_role_user_id_fkey FOREIGN KEY (user_id) REFERENCES fab.ab_user(id) ON DELETE CASCADE;

CREATE POLICY all_org_admin ON app.landlords TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY all_org_admin ON app.landlords IS 'Every landlord inside the wall.';

CREATE POLICY all_org_admin ON app.properties TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY all_org_admin ON app.properties IS 'Every property inside the wall.';

CREATE POLICY all_org_admin ON app.property_manager_landlords TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY all_org_admin ON app.property_manager_landlords IS 'Who looks after which landlord, inside the wall.';

CREATE POLICY all_org_admin ON app.support_cases TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY all_org_admin ON app.support_cases IS 'Every case inside the wall, where the plan has support cases.';

CREATE POLICY all_org_admin ON app.support_collaborators TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY all_org_admin ON app.support_collaborators IS 'Every team inside the wall: read, invite, end.';

CREATE POLICY all_org_admin ON app.support_goals TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY all_org_admin ON app.support_goals IS 'Every goal inside the wall.';

CREATE POLICY all_org_admin ON app.support_sessions TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY all_org_admin ON app.support_sessions IS 'Every session inside the wall.';

CREATE POLICY all_org_admin ON app.tenants TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY all_org_admin ON app.tenants IS 'Every tenant inside the wall.';

CREATE POLICY all_property_manager ON app.support_cases TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY all_property_manager ON app.support_cases IS 'Cases of tenants along their landlords, where the plan has support cases.';

CREATE POLICY all_property_manager ON app.support_collaborators TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY all_property_manager ON app.support_collaborators IS 'Teams along their landlords: read, invite, end.';

CREATE POLICY all_property_manager ON app.support_goals TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY all_property_manager ON app.support_goals IS 'Goals along their landlords.';

CREATE POLICY all_property_manager ON app.support_sessions TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY all_property_manager ON app.support_sessions IS 'Sessions along their landlords.';

CREATE POLICY delete_collaborator ON app.support_notes FOR DELETE TO keywork_collaborator USING (((stream = 'shared'::text) AND (case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as))));

COMMENT ON POLICY delete_collaborator ON app.support_notes IS 'Their own Shared notes, in full participation.';

CREATE POLICY delete_org_admin ON app.support_notes FOR DELETE TO keywork_org_admin USING (((( SELECT app.acting_as('org_admin'::text) AS acting_as) IS NOT NULL) AND ((stream = 'shared'::text) OR (author_id = ( SELECT app.acting_as('org_admin'::text) AS acting_as)))));

COMMENT ON POLICY delete_org_admin ON app.support_notes IS 'Any Shared note, and Professional ones of their own.';

CREATE POLICY delete_property_manager ON app.support_notes FOR DELETE TO keywork_property_manager USING (((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('property_manager'::text) AS acting_as))));

COMMENT ON POLICY delete_property_manager ON app.support_notes IS 'Notes of their own.';

ALTER TABLE app.feature_gates ENABLE ROW LEVEL SECURITY;

CREATE POLICY insert_collaborator ON app.support_goal_progress FOR INSERT TO keywork_collaborator WITH CHECK ((case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])));

COMMENT ON POLICY insert_collaborator ON app.support_goal_progress IS 'Progress, in full participation.';

CREATE POLICY insert_collaborator ON app.support_goals FOR INSERT TO keywork_collaborator WITH CHECK ((case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])));

COMMENT ON POLICY insert_collaborator ON app.support_goals IS 'New goals, in full participation.';

CREATE POLICY insert_collaborator ON app.support_notes FOR INSERT TO keywork_collaborator WITH CHECK (((stream = 'shared'::text) AND (case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as))));

COMMENT ON POLICY insert_collaborator ON app.support_notes IS 'Shared notes, in full participation, signed by themselves.';

CREATE POLICY insert_collaborator ON app.support_sessions FOR INSERT TO keywork_collaborator WITH CHECK ((author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)));

COMMENT ON POLICY insert_collaborator ON app.support_sessions IS 'Sessions they record, in any participation.';

CREATE POLICY insert_org_admin ON app.support_goal_progress FOR INSERT TO keywork_org_admin WITH CHECK ((( SELECT app.acting_as('org_admin'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY insert_org_admin ON app.support_goal_progress IS 'Progress on any goal inside the wall.';

CREATE POLICY insert_org_admin ON app.support_notes FOR INSERT TO keywork_org_admin WITH CHECK ((author_id = ( SELECT app.acting_as('org_admin'::text) AS acting_as)));

COMMENT ON POLICY insert_org_admin ON app.support_notes IS 'Both streams, signed by themselves.';

CREATE POLICY insert_property_manager ON app.support_goal_progress FOR INSERT TO keywork_property_manager WITH CHECK ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY insert_property_manager ON app.support_goal_progress IS 'Progress along their landlords.';

CREATE POLICY insert_property_manager ON app.support_notes FOR INSERT TO keywork_property_manager WITH CHECK (((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('property_manager'::text) AS acting_as))));

COMMENT ON POLICY insert_property_manager ON app.support_notes IS 'Both streams, signed by themselves.';

ALTER TABLE app.installation ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.landlords ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.memberships ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.organisations ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.plans ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.properties ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.property_manager_landlords ENABLE ROW LEVEL SECURITY;

CREATE POLICY select_collaborator ON app.organisations FOR SELECT TO keywork_collaborator USING ((id = ANY (( SELECT app.my_organisation_ids() AS my_organisation_ids)::uuid[])));

COMMENT ON POLICY select_collaborator ON app.organisations IS 'Organisations of their live assignments, by name.';

CREATE POLICY select_collaborator ON app.properties FOR SELECT TO keywork_collaborator USING ((id = ANY (( SELECT app.my_property_ids() AS my_property_ids)::uuid[])));

COMMENT ON POLICY select_collaborator ON app.properties IS 'Homes of tenants they are assigned to.';

CREATE POLICY select_collaborator ON app.support_cases FOR SELECT TO keywork_collaborator USING ((id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY select_collaborator ON app.support_cases IS 'Cases with a live assignment of theirs.';

CREATE POLICY select_collaborator ON app.support_collaborators FOR SELECT TO keywork_collaborator USING (((user_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)) OR ((kind <> 'external_contact'::text) AND (case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])))));

COMMENT ON POLICY select_collaborator ON app.support_collaborators IS 'Their own row; in full also the rest of the team, never the cards of external contacts.';

CREATE POLICY select_collaborator ON app.support_goal_progress FOR SELECT TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY select_collaborator ON app.support_goal_progress IS 'Progress in the cases they are assigned to.';

CREATE POLICY select_collaborator ON app.support_goals FOR SELECT TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY select_collaborator ON app.support_goals IS 'Goals of the cases they are assigned to.';

CREATE POLICY select_collaborator ON app.support_notes FOR SELECT TO keywork_collaborator USING (((stream = 'shared'::text) AND ((case_id = ANY (( SELECT app.my_shared_note_case_ids() AS my_shared_note_case_ids)::uuid[])) OR (author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)))));

COMMENT ON POLICY select_collaborator ON app.support_notes IS 'Shared notes: all for support workers, by effective visibility for housing officers, their own always.';

CREATE POLICY select_collaborator ON app.support_sessions FOR SELECT TO keywork_collaborator USING (((author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)) OR (case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[]))));

COMMENT ON POLICY select_collaborator ON app.support_sessions IS 'All sessions in full participation, else those they recorded.';

CREATE POLICY select_collaborator ON app.tenants FOR SELECT TO keywork_collaborator USING ((id = ANY (( SELECT app.my_tenant_ids() AS my_tenant_ids)::uuid[])));

COMMENT ON POLICY select_collaborator ON app.tenants IS 'Tenants with a live assignment of theirs.';

CREATE POLICY select_collaborator ON app.users FOR SELECT TO keywork_collaborator USING ((id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)));

COMMENT ON POLICY select_collaborator ON app.users IS 'Oneself.';

CREATE POLICY select_everyone ON app.feature_gates FOR SELECT TO keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin USING ((( SELECT app.acting_as('any'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY select_everyone ON app.feature_gates IS 'Whoever has signed in reads which plan includes what.';

CREATE POLICY select_everyone ON app.plans FOR SELECT TO keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin USING ((( SELECT app.acting_as('any'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY select_everyone ON app.plans IS 'Whoever has signed in reads the price list.';

CREATE POLICY select_org_admin ON app.memberships FOR SELECT TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY select_org_admin ON app.memberships IS 'Who operates for the own organisation.';

CREATE POLICY select_org_admin ON app.organisations FOR SELECT TO keywork_org_admin USING ((id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY select_org_admin ON app.organisations IS 'Their own organisation with all its settings.';

CREATE POLICY select_org_admin ON app.support_goal_progress FOR SELECT TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY select_org_admin ON app.support_goal_progress IS 'All progress inside the wall.';

CREATE POLICY select_org_admin ON app.support_notes FOR SELECT TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY select_org_admin ON app.support_notes IS 'Both streams inside the wall.';

CREATE POLICY select_org_admin ON app.users FOR SELECT TO keywork_org_admin USING ((id = ANY (( SELECT app.my_colleague_ids() AS my_colleague_ids)::uuid[])));

COMMENT ON POLICY select_org_admin ON app.users IS 'Colleagues in the own organisation.';

CREATE POLICY select_property_manager ON app.landlords FOR SELECT TO keywork_property_manager USING ((id = ANY (( SELECT app.manager_landlord_ids() AS manager_landlord_ids)::uuid[])));

COMMENT ON POLICY select_property_manager ON app.landlords IS 'Landlords assigned to them.';

CREATE POLICY select_property_manager ON app.memberships FOR SELECT TO keywork_property_manager USING ((user_id = ( SELECT app.acting_as('property_manager'::text) AS acting_as)));

COMMENT ON POLICY select_property_manager ON app.memberships IS 'Their own membership.';

CREATE POLICY select_property_manager ON app.organisations FOR SELECT TO keywork_property_manager USING ((id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY select_property_manager ON app.organisations IS 'Their own organisation; the grant leaves the settings out.';

CREATE POLICY select_property_manager ON app.properties FOR SELECT TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_landlord_ids() AS manager_landlord_ids)::uuid[])));

COMMENT ON POLICY select_property_manager ON app.properties IS 'Properties of landlords assigned to them.';

CREATE POLICY select_property_manager ON app.property_manager_landlords FOR SELECT TO keywork_property_manager USING ((user_id = ( SELECT app.acting_as('property_manager'::text) AS acting_as)));

COMMENT ON POLICY select_property_manager ON app.property_manager_landlords IS 'Their own assignments to landlords.';

CREATE POLICY select_property_manager ON app.support_goal_progress FOR SELECT TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY select_property_manager ON app.support_goal_progress IS 'Progress along their landlords.';

CREATE POLICY select_property_manager ON app.support_notes FOR SELECT TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])));

COMMENT ON POLICY select_property_manager ON app.support_notes IS 'Both streams along their landlords.';

CREATE POLICY select_property_manager ON app.tenants FOR SELECT TO keywork_property_manager USING ((landlord_id = ANY (( SELECT app.manager_landlord_ids() AS manager_landlord_ids)::uuid[])));

COMMENT ON POLICY select_property_manager ON app.tenants IS 'Tenants at properties of landlords assigned to them.';

CREATE POLICY select_property_manager ON app.users FOR SELECT TO keywork_property_manager USING ((id = ANY (( SELECT app.my_colleague_ids() AS my_colleague_ids)::uuid[])));

COMMENT ON POLICY select_property_manager ON app.users IS 'Colleagues in the own organisation.';

ALTER TABLE app.sign_ins ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.support_cases ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.support_collaborators ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.support_goal_progress ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.support_goals ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.support_notes ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.support_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.tenants ENABLE ROW LEVEL SECURITY;

CREATE POLICY update_collaborator ON app.support_goal_progress FOR UPDATE TO keywork_collaborator USING (((case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as))));

COMMENT ON POLICY update_collaborator ON app.support_goal_progress IS 'Entries of their own, in full participation.';

CREATE POLICY update_collaborator ON app.support_goals FOR UPDATE TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])));

COMMENT ON POLICY update_collaborator ON app.support_goals IS 'Any goal of the case, in full participation.';

CREATE POLICY update_collaborator ON app.support_notes FOR UPDATE TO keywork_collaborator USING (((stream = 'shared'::text) AND (case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as))));

COMMENT ON POLICY update_collaborator ON app.support_notes IS 'Their own Shared notes, in full participation.';

CREATE POLICY update_collaborator ON app.support_sessions FOR UPDATE TO keywork_collaborator USING (((author_id = ( SELECT app.acting_as('collaborator'::text) AS acting_as)) OR (case_id = ANY (( SELECT app.my_full_case_ids() AS my_full_case_ids)::uuid[]))));

COMMENT ON POLICY update_collaborator ON app.support_sessions IS 'All sessions in full participation, else those they recorded.';

CREATE POLICY update_org_admin ON app.organisations FOR UPDATE TO keywork_org_admin USING ((id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY update_org_admin ON app.organisations IS 'The settings of their own organisation.';

CREATE POLICY update_org_admin ON app.support_goal_progress FOR UPDATE TO keywork_org_admin USING ((author_id = ( SELECT app.acting_as('org_admin'::text) AS acting_as)));

COMMENT ON POLICY update_org_admin ON app.support_goal_progress IS 'Entries of their own.';

CREATE POLICY update_org_admin ON app.support_notes FOR UPDATE TO keywork_org_admin USING (((( SELECT app.acting_as('org_admin'::text) AS acting_as) IS NOT NULL) AND ((stream = 'professional'::text) OR (author_id = ( SELECT app.acting_as('org_admin'::text) AS acting_as)))));

COMMENT ON POLICY update_org_admin ON app.support_notes IS 'Their own text, and safeguarding flags on Professional notes.';

CREATE POLICY update_property_manager ON app.support_goal_progress FOR UPDATE TO keywork_property_manager USING (((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])) AND (author_id = ( SELECT app.acting_as('property_manager'::text) AS acting_as))));

COMMENT ON POLICY update_property_manager ON app.support_goal_progress IS 'Entries of their own.';

CREATE POLICY update_property_manager ON app.support_notes FOR UPDATE TO keywork_property_manager USING (((landlord_id = ANY (( SELECT app.manager_case_landlord_ids() AS manager_case_landlord_ids)::uuid[])) AND ((stream = 'professional'::text) OR (author_id = ( SELECT app.acting_as('property_manager'::text) AS acting_as)))));

COMMENT ON POLICY update_property_manager ON app.support_notes IS 'Their own text, and safeguarding flags on Professional notes.';

ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;

CREATE POLICY wall_collaborator ON app.landlords AS RESTRICTIVE TO keywork_collaborator USING ((organisation_id = ANY (( SELECT app.my_organisation_ids() AS my_organisation_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.landlords IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.properties AS RESTRICTIVE TO keywork_collaborator USING ((id = ANY (( SELECT app.my_property_ids() AS my_property_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.properties IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.property_manager_landlords AS RESTRICTIVE TO keywork_collaborator USING ((organisation_id = ANY (( SELECT app.my_organisation_ids() AS my_organisation_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.property_manager_landlords IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.support_cases AS RESTRICTIVE TO keywork_collaborator USING ((id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.support_cases IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.support_collaborators AS RESTRICTIVE TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.support_collaborators IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.support_goal_progress AS RESTRICTIVE TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.support_goal_progress IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.support_goals AS RESTRICTIVE TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.support_goals IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.support_notes AS RESTRICTIVE TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.support_notes IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.support_sessions AS RESTRICTIVE TO keywork_collaborator USING ((case_id = ANY (( SELECT app.my_case_ids() AS my_case_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.support_sessions IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_collaborator ON app.tenants AS RESTRICTIVE TO keywork_collaborator USING ((id = ANY (( SELECT app.my_tenant_ids() AS my_tenant_ids)::uuid[])));

COMMENT ON POLICY wall_collaborator ON app.tenants IS 'Live assignments only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.landlords AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY wall_org_admin ON app.landlords IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.properties AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY wall_org_admin ON app.properties IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.property_manager_landlords AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY wall_org_admin ON app.property_manager_landlords IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.support_cases AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY wall_org_admin ON app.support_cases IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.support_collaborators AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY wall_org_admin ON app.support_collaborators IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.support_goal_progress AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY wall_org_admin ON app.support_goal_progress IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.support_goals AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY wall_org_admin ON app.support_goals IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.support_notes AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY wall_org_admin ON app.support_notes IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.support_sessions AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_case_organisation() AS org_admin_case_organisation)));

COMMENT ON POLICY wall_org_admin ON app.support_sessions IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_org_admin ON app.tenants AS RESTRICTIVE TO keywork_org_admin USING ((organisation_id = ( SELECT app.org_admin_organisation() AS org_admin_organisation)));

COMMENT ON POLICY wall_org_admin ON app.tenants IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.landlords AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.landlords IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.properties AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.properties IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.property_manager_landlords AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.property_manager_landlords IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.support_cases AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.support_cases IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.support_collaborators AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.support_collaborators IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.support_goal_progress AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.support_goal_progress IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.support_goals AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.support_goals IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.support_notes AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.support_notes IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.support_sessions AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.support_sessions IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY wall_property_manager ON app.tenants AS RESTRICTIVE TO keywork_property_manager USING ((organisation_id = ( SELECT app.manager_organisation() AS manager_organisation)));

COMMENT ON POLICY wall_property_manager ON app.tenants IS 'Own organisation only, whatever else is allowed.';

CREATE POLICY write_platform_admin ON app.feature_gates TO keywork_platform_admin USING ((( SELECT app.acting_as('platform_admin'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY write_platform_admin ON app.feature_gates IS 'The platform-admin decides which plan includes what.';

CREATE POLICY write_platform_admin ON app.memberships TO keywork_platform_admin USING ((( SELECT app.acting_as('platform_admin'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY write_platform_admin ON app.memberships IS 'Who operates for which organisation.';

CREATE POLICY write_platform_admin ON app.organisations TO keywork_platform_admin USING ((( SELECT app.acting_as('platform_admin'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY write_platform_admin ON app.organisations IS 'Every organisation and its plan; the grant leaves the settings to the org-admin.';

CREATE POLICY write_platform_admin ON app.plans TO keywork_platform_admin USING ((( SELECT app.acting_as('platform_admin'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY write_platform_admin ON app.plans IS 'The platform-admin keeps the price list.';

CREATE POLICY write_platform_admin ON app.users TO keywork_platform_admin USING ((( SELECT app.acting_as('platform_admin'::text) AS acting_as) IS NOT NULL));

COMMENT ON POLICY write_platform_admin ON app.users IS 'Every account: names, addresses, disabling.';

ALTER TABLE vault.signing_keys ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA app TO keywork_org_admin;
GRANT USAGE ON SCHEMA app TO keywork_property_manager;
GRANT USAGE ON SCHEMA app TO keywork_collaborator;
GRANT USAGE ON SCHEMA app TO keywork_platform_admin;
GRANT USAGE ON SCHEMA app TO keywork_signin;

GRANT USAGE ON SCHEMA fab TO keywork_signin;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;

REVOKE ALL ON FUNCTION app.a_person_acts() FROM PUBLIC;
GRANT ALL ON FUNCTION app.a_person_acts() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.a_person_acts() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.a_person_acts() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.a_person_acts() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.account_for(of_email text, named text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.account_for(of_email text, named text) TO keywork_org_admin;
GRANT ALL ON FUNCTION app.account_for(of_email text, named text) TO keywork_property_manager;

REVOKE ALL ON FUNCTION app.acting_as(required_hat text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.acting_as(required_hat text) TO keywork_org_admin;
GRANT ALL ON FUNCTION app.acting_as(required_hat text) TO keywork_property_manager;
GRANT ALL ON FUNCTION app.acting_as(required_hat text) TO keywork_collaborator;
GRANT ALL ON FUNCTION app.acting_as(required_hat text) TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.acting_hat() FROM PUBLIC;
GRANT ALL ON FUNCTION app.acting_hat() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.acting_hat() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.acting_hat() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.acting_hat() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.add_signing_key(new_key_id text, key bytea) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.begin_sign_in(of_ab_user_id integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.begin_sign_in(of_ab_user_id integer) TO keywork_signin;

REVOKE ALL ON FUNCTION app.case_keeps_its_closing() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.case_takes_place_from_tenant() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.close_case(of_case uuid, reason text, end_assignments boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app.close_case(of_case uuid, reason text, end_assignments boolean) TO keywork_org_admin;
GRANT ALL ON FUNCTION app.close_case(of_case uuid, reason text, end_assignments boolean) TO keywork_property_manager;

REVOKE ALL ON FUNCTION app.closed_case_is_read_only() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.collaborator_takes_place_from_case() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.content_takes_place_from_case() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.end_assignment(of_collaborator uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.end_assignment(of_collaborator uuid) TO keywork_org_admin;
GRANT ALL ON FUNCTION app.end_assignment(of_collaborator uuid) TO keywork_property_manager;

REVOKE ALL ON FUNCTION app.end_sign_in(of_sign_in uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.end_sign_in(of_sign_in uuid) TO keywork_signin;

REVOKE ALL ON FUNCTION app.ended_assignments_stay_ended() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.flagged_notes_are_not_deleted() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.manager_case_landlord_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.manager_case_landlord_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.manager_case_landlord_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.manager_case_landlord_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.manager_case_landlord_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.manager_landlord_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.manager_landlord_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.manager_landlord_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.manager_landlord_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.manager_landlord_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.manager_organisation() FROM PUBLIC;
GRANT ALL ON FUNCTION app.manager_organisation() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.manager_organisation() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.manager_organisation() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.manager_organisation() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_case_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_case_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_case_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_case_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_case_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_colleague_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_colleague_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_colleague_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_colleague_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_colleague_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_full_case_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_full_case_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_full_case_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_full_case_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_full_case_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_organisation_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_organisation_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_organisation_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_organisation_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_organisation_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_property_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_property_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_property_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_property_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_property_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_shared_note_case_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_shared_note_case_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_shared_note_case_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_shared_note_case_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_shared_note_case_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.my_tenant_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION app.my_tenant_ids() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.my_tenant_ids() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.my_tenant_ids() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.my_tenant_ids() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.note_keeps_its_stream_and_author() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) TO keywork_org_admin;
GRANT ALL ON FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) TO keywork_property_manager;
GRANT ALL ON FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) TO keywork_collaborator;
GRANT ALL ON FUNCTION app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.org_admin_case_organisation() FROM PUBLIC;
GRANT ALL ON FUNCTION app.org_admin_case_organisation() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.org_admin_case_organisation() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.org_admin_case_organisation() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.org_admin_case_organisation() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.org_admin_organisation() FROM PUBLIC;
GRANT ALL ON FUNCTION app.org_admin_organisation() TO keywork_org_admin;
GRANT ALL ON FUNCTION app.org_admin_organisation() TO keywork_property_manager;
GRANT ALL ON FUNCTION app.org_admin_organisation() TO keywork_collaborator;
GRANT ALL ON FUNCTION app.org_admin_organisation() TO keywork_platform_admin;

REVOKE ALL ON FUNCTION app.outcomes_are_recorded_after_the_session_began() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.person_at_sign_in(of_ab_user_id integer, of_sign_in uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.person_at_sign_in(of_ab_user_id integer, of_sign_in uuid) TO keywork_signin;

REVOKE ALL ON FUNCTION app.reopen_case(of_case uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.reopen_case(of_case uuid) TO keywork_org_admin;
GRANT ALL ON FUNCTION app.reopen_case(of_case uuid) TO keywork_property_manager;

REVOKE ALL ON FUNCTION app.tenant_takes_place_from_property() FROM PUBLIC;

REVOKE ALL ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;

REVOKE ALL ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;

GRANT SELECT,DELETE ON TABLE app.properties TO keywork_org_admin;
GRANT SELECT ON TABLE app.properties TO keywork_property_manager;

GRANT INSERT(id) ON TABLE app.properties TO keywork_org_admin;
GRANT SELECT(id) ON TABLE app.properties TO keywork_collaborator;

GRANT INSERT(organisation_id) ON TABLE app.properties TO keywork_org_admin;
GRANT SELECT(organisation_id) ON TABLE app.properties TO keywork_collaborator;

GRANT INSERT(landlord_id),UPDATE(landlord_id) ON TABLE app.properties TO keywork_org_admin;

GRANT INSERT(address),UPDATE(address) ON TABLE app.properties TO keywork_org_admin;
GRANT SELECT(address) ON TABLE app.properties TO keywork_collaborator;

GRANT INSERT(town),UPDATE(town) ON TABLE app.properties TO keywork_org_admin;
GRANT SELECT(town) ON TABLE app.properties TO keywork_collaborator;

GRANT INSERT(postcode),UPDATE(postcode) ON TABLE app.properties TO keywork_org_admin;
GRANT SELECT(postcode) ON TABLE app.properties TO keywork_collaborator;

GRANT SELECT ON TABLE app.support_cases TO keywork_org_admin;
GRANT SELECT ON TABLE app.support_cases TO keywork_property_manager;
GRANT SELECT ON TABLE app.support_cases TO keywork_collaborator;

GRANT INSERT(id) ON TABLE app.support_cases TO keywork_org_admin;
GRANT INSERT(id) ON TABLE app.support_cases TO keywork_property_manager;

GRANT INSERT(tenant_id) ON TABLE app.support_cases TO keywork_org_admin;
GRANT INSERT(tenant_id) ON TABLE app.support_cases TO keywork_property_manager;

GRANT INSERT(context_summary),UPDATE(context_summary) ON TABLE app.support_cases TO keywork_org_admin;
GRANT INSERT(context_summary),UPDATE(context_summary) ON TABLE app.support_cases TO keywork_property_manager;

GRANT UPDATE(closed_at) ON TABLE app.support_cases TO keywork_org_admin;
GRANT UPDATE(closed_at) ON TABLE app.support_cases TO keywork_property_manager;

GRANT UPDATE(closing_reason) ON TABLE app.support_cases TO keywork_org_admin;
GRANT UPDATE(closing_reason) ON TABLE app.support_cases TO keywork_property_manager;

GRANT SELECT ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT SELECT ON TABLE app.support_collaborators TO keywork_property_manager;
GRANT SELECT ON TABLE app.support_collaborators TO keywork_collaborator;

GRANT INSERT(id) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(id) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(case_id) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(case_id) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(user_id) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(user_id) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(full_name) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(full_name) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(kind) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(kind) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(participation_mode) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(participation_mode) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(email) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(email) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(phone) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(phone) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(works_for) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(works_for) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT INSERT(role_label) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT INSERT(role_label) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT UPDATE(ended_at) ON TABLE app.support_collaborators TO keywork_org_admin;
GRANT UPDATE(ended_at) ON TABLE app.support_collaborators TO keywork_property_manager;

GRANT SELECT,DELETE ON TABLE app.support_notes TO keywork_org_admin;
GRANT SELECT,DELETE ON TABLE app.support_notes TO keywork_property_manager;
GRANT SELECT,DELETE ON TABLE app.support_notes TO keywork_collaborator;

GRANT INSERT(id) ON TABLE app.support_notes TO keywork_org_admin;
GRANT INSERT(id) ON TABLE app.support_notes TO keywork_property_manager;
GRANT INSERT(id) ON TABLE app.support_notes TO keywork_collaborator;

GRANT INSERT(case_id) ON TABLE app.support_notes TO keywork_org_admin;
GRANT INSERT(case_id) ON TABLE app.support_notes TO keywork_property_manager;
GRANT INSERT(case_id) ON TABLE app.support_notes TO keywork_collaborator;

GRANT INSERT(stream) ON TABLE app.support_notes TO keywork_org_admin;
GRANT INSERT(stream) ON TABLE app.support_notes TO keywork_property_manager;
GRANT INSERT(stream) ON TABLE app.support_notes TO keywork_collaborator;

GRANT INSERT(body),UPDATE(body) ON TABLE app.support_notes TO keywork_org_admin;
GRANT INSERT(body),UPDATE(body) ON TABLE app.support_notes TO keywork_property_manager;
GRANT INSERT(body),UPDATE(body) ON TABLE app.support_notes TO keywork_collaborator;

GRANT INSERT(safeguarding),UPDATE(safeguarding) ON TABLE app.support_notes TO keywork_org_admin;
GRANT INSERT(safeguarding),UPDATE(safeguarding) ON TABLE app.support_notes TO keywork_property_manager;

GRANT SELECT,DELETE ON TABLE app.tenants TO keywork_org_admin;
GRANT SELECT ON TABLE app.tenants TO keywork_property_manager;

GRANT INSERT(id) ON TABLE app.tenants TO keywork_org_admin;
GRANT SELECT(id) ON TABLE app.tenants TO keywork_collaborator;

GRANT SELECT(organisation_id) ON TABLE app.tenants TO keywork_collaborator;

GRANT INSERT(property_id),UPDATE(property_id) ON TABLE app.tenants TO keywork_org_admin;
GRANT SELECT(property_id) ON TABLE app.tenants TO keywork_collaborator;

GRANT INSERT(full_name),UPDATE(full_name) ON TABLE app.tenants TO keywork_org_admin;
GRANT SELECT(full_name) ON TABLE app.tenants TO keywork_collaborator;

GRANT INSERT(date_of_birth),UPDATE(date_of_birth) ON TABLE app.tenants TO keywork_org_admin;

GRANT INSERT(housing_officer_note_visibility),UPDATE(housing_officer_note_visibility) ON TABLE app.tenants TO keywork_org_admin;
GRANT SELECT(housing_officer_note_visibility) ON TABLE app.tenants TO keywork_collaborator;

GRANT SELECT ON TABLE app.case_list TO keywork_org_admin;
GRANT SELECT ON TABLE app.case_list TO keywork_property_manager;

GRANT SELECT ON TABLE app.organisations TO keywork_org_admin;
GRANT SELECT ON TABLE app.organisations TO keywork_platform_admin;

GRANT SELECT(id) ON TABLE app.organisations TO keywork_property_manager;
GRANT SELECT(id) ON TABLE app.organisations TO keywork_collaborator;
GRANT INSERT(id) ON TABLE app.organisations TO keywork_platform_admin;

GRANT SELECT(name) ON TABLE app.organisations TO keywork_property_manager;
GRANT SELECT(name) ON TABLE app.organisations TO keywork_collaborator;
GRANT INSERT(name),UPDATE(name) ON TABLE app.organisations TO keywork_platform_admin;

GRANT SELECT(plan_code) ON TABLE app.organisations TO keywork_property_manager;
GRANT SELECT(plan_code) ON TABLE app.organisations TO keywork_collaborator;
GRANT INSERT(plan_code),UPDATE(plan_code) ON TABLE app.organisations TO keywork_platform_admin;

GRANT UPDATE(support_retention_years) ON TABLE app.organisations TO keywork_org_admin;

GRANT SELECT(support_notes_visible_to_housing_officer) ON TABLE app.organisations TO keywork_property_manager;
GRANT SELECT(support_notes_visible_to_housing_officer) ON TABLE app.organisations TO keywork_collaborator;
GRANT UPDATE(support_notes_visible_to_housing_officer) ON TABLE app.organisations TO keywork_org_admin;

GRANT UPDATE(housing_officer_emails) ON TABLE app.organisations TO keywork_org_admin;

GRANT SELECT ON TABLE app.case_workspace TO keywork_org_admin;
GRANT SELECT ON TABLE app.case_workspace TO keywork_property_manager;
GRANT SELECT ON TABLE app.case_workspace TO keywork_collaborator;

GRANT SELECT ON TABLE app.support_sessions TO keywork_org_admin;
GRANT SELECT ON TABLE app.support_sessions TO keywork_property_manager;
GRANT SELECT ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(id) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(id) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(id) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(case_id) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(case_id) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(case_id) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(scheduled_at),UPDATE(scheduled_at) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(scheduled_at),UPDATE(scheduled_at) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(scheduled_at),UPDATE(scheduled_at) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(duration_minutes),UPDATE(duration_minutes) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(duration_minutes),UPDATE(duration_minutes) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(duration_minutes),UPDATE(duration_minutes) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(type),UPDATE(type) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(type),UPDATE(type) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(type),UPDATE(type) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(attendees),UPDATE(attendees) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(attendees),UPDATE(attendees) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(attendees),UPDATE(attendees) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(status),UPDATE(status) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(status),UPDATE(status) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(status),UPDATE(status) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT INSERT(outcome_note),UPDATE(outcome_note) ON TABLE app.support_sessions TO keywork_org_admin;
GRANT INSERT(outcome_note),UPDATE(outcome_note) ON TABLE app.support_sessions TO keywork_property_manager;
GRANT INSERT(outcome_note),UPDATE(outcome_note) ON TABLE app.support_sessions TO keywork_collaborator;

GRANT SELECT ON TABLE app.caseload TO keywork_collaborator;

GRANT SELECT ON TABLE app.feature_gates TO keywork_org_admin;
GRANT SELECT ON TABLE app.feature_gates TO keywork_property_manager;
GRANT SELECT ON TABLE app.feature_gates TO keywork_collaborator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.feature_gates TO keywork_platform_admin;

GRANT SELECT ON TABLE app.plans TO keywork_org_admin;
GRANT SELECT ON TABLE app.plans TO keywork_property_manager;
GRANT SELECT ON TABLE app.plans TO keywork_collaborator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.plans TO keywork_platform_admin;

GRANT SELECT ON TABLE app.feature_offers TO keywork_org_admin;
GRANT SELECT ON TABLE app.feature_offers TO keywork_property_manager;
GRANT SELECT ON TABLE app.feature_offers TO keywork_collaborator;
GRANT SELECT ON TABLE app.feature_offers TO keywork_platform_admin;

GRANT SELECT,DELETE ON TABLE app.landlords TO keywork_org_admin;
GRANT SELECT ON TABLE app.landlords TO keywork_property_manager;

GRANT INSERT(id) ON TABLE app.landlords TO keywork_org_admin;

GRANT INSERT(organisation_id) ON TABLE app.landlords TO keywork_org_admin;

GRANT INSERT(name),UPDATE(name) ON TABLE app.landlords TO keywork_org_admin;

GRANT SELECT ON TABLE app.memberships TO keywork_org_admin;
GRANT SELECT ON TABLE app.memberships TO keywork_property_manager;
GRANT SELECT,DELETE ON TABLE app.memberships TO keywork_platform_admin;

GRANT INSERT(user_id) ON TABLE app.memberships TO keywork_platform_admin;

GRANT INSERT(organisation_id) ON TABLE app.memberships TO keywork_platform_admin;

GRANT INSERT(role),UPDATE(role) ON TABLE app.memberships TO keywork_platform_admin;

GRANT SELECT ON TABLE app.note_feed TO keywork_org_admin;
GRANT SELECT ON TABLE app.note_feed TO keywork_property_manager;
GRANT SELECT ON TABLE app.note_feed TO keywork_collaborator;

GRANT SELECT,DELETE ON TABLE app.property_manager_landlords TO keywork_org_admin;
GRANT SELECT ON TABLE app.property_manager_landlords TO keywork_property_manager;

GRANT INSERT(organisation_id) ON TABLE app.property_manager_landlords TO keywork_org_admin;

GRANT INSERT(user_id) ON TABLE app.property_manager_landlords TO keywork_org_admin;

GRANT INSERT(landlord_id) ON TABLE app.property_manager_landlords TO keywork_org_admin;

GRANT SELECT ON TABLE app.session_list TO keywork_org_admin;
GRANT SELECT ON TABLE app.session_list TO keywork_property_manager;
GRANT SELECT ON TABLE app.session_list TO keywork_collaborator;

GRANT SELECT ON TABLE app.support_goal_progress TO keywork_org_admin;
GRANT SELECT ON TABLE app.support_goal_progress TO keywork_property_manager;
GRANT SELECT ON TABLE app.support_goal_progress TO keywork_collaborator;

GRANT INSERT(id) ON TABLE app.support_goal_progress TO keywork_org_admin;
GRANT INSERT(id) ON TABLE app.support_goal_progress TO keywork_property_manager;
GRANT INSERT(id) ON TABLE app.support_goal_progress TO keywork_collaborator;

GRANT INSERT(case_id) ON TABLE app.support_goal_progress TO keywork_org_admin;
GRANT INSERT(case_id) ON TABLE app.support_goal_progress TO keywork_property_manager;
GRANT INSERT(case_id) ON TABLE app.support_goal_progress TO keywork_collaborator;

GRANT INSERT(goal_id) ON TABLE app.support_goal_progress TO keywork_org_admin;
GRANT INSERT(goal_id) ON TABLE app.support_goal_progress TO keywork_property_manager;
GRANT INSERT(goal_id) ON TABLE app.support_goal_progress TO keywork_collaborator;

GRANT INSERT(body),UPDATE(body) ON TABLE app.support_goal_progress TO keywork_org_admin;
GRANT INSERT(body),UPDATE(body) ON TABLE app.support_goal_progress TO keywork_property_manager;
GRANT INSERT(body),UPDATE(body) ON TABLE app.support_goal_progress TO keywork_collaborator;

GRANT SELECT ON TABLE app.support_goals TO keywork_org_admin;
GRANT SELECT ON TABLE app.support_goals TO keywork_property_manager;
GRANT SELECT ON TABLE app.support_goals TO keywork_collaborator;

GRANT INSERT(id) ON TABLE app.support_goals TO keywork_org_admin;
GRANT INSERT(id) ON TABLE app.support_goals TO keywork_property_manager;
GRANT INSERT(id) ON TABLE app.support_goals TO keywork_collaborator;

GRANT INSERT(case_id) ON TABLE app.support_goals TO keywork_org_admin;
GRANT INSERT(case_id) ON TABLE app.support_goals TO keywork_property_manager;
GRANT INSERT(case_id) ON TABLE app.support_goals TO keywork_collaborator;

GRANT INSERT(title),UPDATE(title) ON TABLE app.support_goals TO keywork_org_admin;
GRANT INSERT(title),UPDATE(title) ON TABLE app.support_goals TO keywork_property_manager;
GRANT INSERT(title),UPDATE(title) ON TABLE app.support_goals TO keywork_collaborator;

GRANT INSERT(description),UPDATE(description) ON TABLE app.support_goals TO keywork_org_admin;
GRANT INSERT(description),UPDATE(description) ON TABLE app.support_goals TO keywork_property_manager;
GRANT INSERT(description),UPDATE(description) ON TABLE app.support_goals TO keywork_collaborator;

GRANT INSERT(target_date),UPDATE(target_date) ON TABLE app.support_goals TO keywork_org_admin;
GRANT INSERT(target_date),UPDATE(target_date) ON TABLE app.support_goals TO keywork_property_manager;
GRANT INSERT(target_date),UPDATE(target_date) ON TABLE app.support_goals TO keywork_collaborator;

GRANT UPDATE(status) ON TABLE app.support_goals TO keywork_org_admin;
GRANT UPDATE(status) ON TABLE app.support_goals TO keywork_property_manager;
GRANT UPDATE(status) ON TABLE app.support_goals TO keywork_collaborator;

GRANT SELECT ON TABLE app.team_members TO keywork_org_admin;
GRANT SELECT ON TABLE app.team_members TO keywork_property_manager;
GRANT SELECT ON TABLE app.team_members TO keywork_collaborator;

GRANT SELECT ON TABLE app.tenants_without_case TO keywork_org_admin;
GRANT SELECT ON TABLE app.tenants_without_case TO keywork_property_manager;

GRANT SELECT ON TABLE app.users TO keywork_platform_admin;

GRANT SELECT(id) ON TABLE app.users TO keywork_org_admin;
GRANT SELECT(id) ON TABLE app.users TO keywork_property_manager;
GRANT SELECT(id) ON TABLE app.users TO keywork_collaborator;
GRANT INSERT(id) ON TABLE app.users TO keywork_platform_admin;

GRANT SELECT(email) ON TABLE app.users TO keywork_org_admin;
GRANT SELECT(email) ON TABLE app.users TO keywork_property_manager;
GRANT SELECT(email) ON TABLE app.users TO keywork_collaborator;
GRANT INSERT(email),UPDATE(email) ON TABLE app.users TO keywork_platform_admin;

GRANT SELECT(full_name) ON TABLE app.users TO keywork_org_admin;
GRANT SELECT(full_name) ON TABLE app.users TO keywork_property_manager;
GRANT SELECT(full_name) ON TABLE app.users TO keywork_collaborator;
GRANT INSERT(full_name),UPDATE(full_name) ON TABLE app.users TO keywork_platform_admin;

GRANT INSERT(is_platform_admin),UPDATE(is_platform_admin) ON TABLE app.users TO keywork_platform_admin;

GRANT SELECT(disabled_at) ON TABLE app.users TO keywork_org_admin;
GRANT SELECT(disabled_at) ON TABLE app.users TO keywork_property_manager;
GRANT SELECT(disabled_at) ON TABLE app.users TO keywork_collaborator;
GRANT UPDATE(disabled_at) ON TABLE app.users TO keywork_platform_admin;

GRANT SELECT ON TABLE fab.ab_api_key TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_group TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_group_role TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_permission TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_permission_view TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_permission_view_role TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_register_user TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_role TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_user TO keywork_signin;

GRANT UPDATE(last_login) ON TABLE fab.ab_user TO keywork_signin;

GRANT UPDATE(login_count) ON TABLE fab.ab_user TO keywork_signin;

GRANT UPDATE(fail_login_count) ON TABLE fab.ab_user TO keywork_signin;

GRANT UPDATE(changed_on) ON TABLE fab.ab_user TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_user_group TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_user_role TO keywork_signin;

GRANT SELECT ON TABLE fab.ab_view_menu TO keywork_signin;

ALTER DEFAULT PRIVILEGES FOR ROLE keywork_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;
