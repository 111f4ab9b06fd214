-- Roles of the cluster, applied by the installing login before anything else.
--
--   keywork_owner             owns every object; nobody signs in as it
--   keywork_app               the workspace login: owns nothing, inherits nothing, may SET ROLE to the hats below
--   keywork_signin            the sign-in login: reads the schema fab, and calls the functions that sign people in; no table of schema app
--   keywork_jobs              the login of the jobs service: owns nothing, takes no hat; calls the functions that the clock calls; no table
--   keywork_org_admin         hat: runs one organisation
--   keywork_property_manager  hat: tenants at properties of the landlords assigned to them
--   keywork_collaborator      hat: support workers and housing officers, by their live assignments
--   keywork_platform_admin    hat: runs the installation, reads no case content
--   keywork_bi                what BI logins belong to; nobody signs in as it. A BI login, bi_<name>, is made by `./run bi-login` and kept by upgrades;
--                             vault.bi_logins says which organisation it reads
--
-- A hat is a role to act in, not a boundary by itself: each policy also checks the hat named in the signed token
-- (functions.sql, "Identity"), because an injected SET ROLE can reach every hat that keywork_app can.

do $roles$
declare
    hats constant text[] := array['keywork_org_admin', 'keywork_property_manager', 'keywork_collaborator', 'keywork_platform_admin'];
    ours constant text[] := hats || array['keywork_owner', 'keywork_app', 'keywork_signin', 'keywork_jobs', 'keywork_bi'];
    bi_logins text[];
    i_am_superuser boolean := (select rolsuper from pg_catalog.pg_roles where rolname = current_user);
    taken_away text;
    wanted record;
    stray  record;
begin
    for wanted in
        select * from (values
            ('keywork_owner',            'nologin noinherit'),
            ('keywork_app',              'login   noinherit'),
            ('keywork_signin',           'login   noinherit'),
            ('keywork_jobs',             'login   noinherit'),
            ('keywork_org_admin',        'nologin noinherit'),
            ('keywork_property_manager', 'nologin noinherit'),
            ('keywork_collaborator',     'nologin noinherit'),
            ('keywork_platform_admin',   'nologin noinherit'),
            ('keywork_bi',               'nologin noinherit')
        ) as role (name, attributes)
    loop
        -- Two installations into one cluster may meet here: the loser of the race finds the role made.
        begin
            if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
                execute format('create role %I %s', wanted.name, wanted.attributes);
            end if;
        exception when duplicate_object or unique_violation then
            null;
        end;
        -- Said on every run, so that attributes and settings added by hand are taken back. Those that nobody added are not
        -- named: some may be spoken of by a superuser alone, or by who has them.
        select concat(case when rolsuper then ' nosuperuser' end, case when rolbypassrls then ' nobypassrls' end,
                      case when rolreplication then ' noreplication' end, case when rolcreaterole then ' nocreaterole' end,
                      case when rolcreatedb then ' nocreatedb' end)
            into taken_away from pg_catalog.pg_roles where rolname = wanted.name;
        execute format('alter role %I %s', wanted.name, wanted.attributes || taken_away);
        execute format('alter role %I reset all', wanted.name);
        execute format('alter role %I in database %I reset all', wanted.name, current_database());
    end loop;
    bi_logins := array(select member.rolname from pg_catalog.pg_auth_members as m join pg_catalog.pg_roles as member on member.oid = m.member
                       where m.roleid = 'keywork_bi'::regrole and member.rolname like 'bi\_%');
    -- One of our roles inside another role: only keywork_app in the hats, to act as them and no more (below), and BI logins in
    -- keywork_bi. Whoever installs may belong to ours.
    for stray in
        select role.rolname as role, member.rolname as member, grantor.rolname as grantor
        from pg_catalog.pg_auth_members as m
        join pg_catalog.pg_roles as role on role.oid = m.roleid
        join pg_catalog.pg_roles as member on member.oid = m.member
        left join pg_catalog.pg_roles as grantor on grantor.oid = m.grantor
        where member.rolname = any (ours || bi_logins)
          and not (member.rolname = any (bi_logins) and role.rolname = 'keywork_bi' and not m.admin_option)
          and not (member.rolname = 'keywork_app' and role.rolname = any (hats) and not m.admin_option
                   -- Since PostgreSQL 16 a membership says by itself what it is good for.
                   and coalesce(to_jsonb(m) ->> 'inherit_option', 'false') = 'false' and coalesce(to_jsonb(m) ->> 'set_option', 'true') = 'true')
    loop
        if current_setting('server_version_num')::integer < 160000 then
            execute format('revoke %I from %I', stray.role, stray.member);
        elsif pg_has_role(stray.grantor, 'usage') then
            -- And it is a grant of somebody's, who alone (or a superuser) takes it back, with what was granted on the strength of it.
            execute format('revoke %I from %I granted by %I cascade', stray.role, stray.member, stray.grantor);
        else
            raise insufficient_privilege using message =
                format('%s belongs to %s by a grant of %s, which a superuser takes back', stray.member, stray.role, stray.grantor);
        end if;
    end loop;
    -- A membership that could be passed on went whole; the login reads its figures as before.
    for stray in
        select r.rolname as member from pg_catalog.pg_roles as r
        where r.rolname = any (bi_logins)
          and not exists (select from pg_catalog.pg_auth_members as m where m.roleid = 'keywork_bi'::regrole and m.member = r.oid
                          and coalesce(to_jsonb(m) ->> 'inherit_option', 'true') = 'true')
    loop
        execute format(case when current_setting('server_version_num')::integer < 160000 then 'grant keywork_bi to %I'
                            else 'grant keywork_bi to %I with inherit true' end, stray.member);
    end loop;
    if i_am_superuser then
        -- Parameters carry tokens and people's words: not into the server's log, whatever else it logs (threat 25).
        alter role keywork_app set log_parameter_max_length = 0;
        alter role keywork_signin set log_parameter_max_length = 0;
        alter role keywork_jobs set log_parameter_max_length = 0;
        -- Nor the rows that a refusal quotes in its details.
        alter role keywork_app set log_error_verbosity = 'terse';
        alter role keywork_signin set log_error_verbosity = 'terse';
        alter role keywork_jobs set log_error_verbosity = 'terse';
        -- Large objects would be the one thing a login could still make and own.
        revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
    end if;
end
$roles$;

-- NOINHERIT above makes these memberships good for SET ROLE only: until a transaction names its hat, keywork_app sees nothing.
grant keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin to keywork_app;

-- Long statements and forgotten transactions of people must not hold locks for ever.
alter role keywork_app set statement_timeout = '30s';
alter role keywork_app set lock_timeout = '5s';
alter role keywork_app set idle_in_transaction_session_timeout = '60s';
alter role keywork_signin set statement_timeout = '10s';
alter role keywork_signin set lock_timeout = '5s';
alter role keywork_signin set idle_in_transaction_session_timeout = '60s';
-- A sweep is one statement that may take hours, whatever the server sets for others. It commits often, and gives way in between.
alter role keywork_jobs set statement_timeout = 0;
alter role keywork_jobs set lock_timeout = '60s';
alter role keywork_jobs set idle_in_transaction_session_timeout = '60s';
-- Flask-AppBuilder names its ab_* tables without a schema.
alter role keywork_signin set search_path = fab;
