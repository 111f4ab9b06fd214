-- BI logins as every one of them is to be: applied by each installation and upgrade, and by `./run bi-login` to a new one.
--
-- They are the roles bi_<name> inside keywork_bi. Their passwords are left alone. What differs is set back, and only that: a login that
-- somebody else made can be changed by a superuser alone. Nothing hangs on the settings, which the login may change for itself: they keep
-- reports from holding up a server by mistake. What a BI login may read is said in rls.sql, and whose it reads in vault.bi_logins.

do $bi$
declare
    settings constant text[] := array['search_path=reporting', 'default_transaction_read_only=on', 'statement_timeout=120s', 'lock_timeout=5s',
                                      'idle_in_transaction_session_timeout=60s', 'idle_session_timeout=1h'];
    it       record;
    setting  text;
begin
    for it in
        select distinct r.*, s.setconfig as set_to
        from pg_catalog.pg_roles as r
        join pg_catalog.pg_auth_members as m on m.member = r.oid and m.roleid = 'keywork_bi'::regrole
        left join pg_catalog.pg_db_role_setting as s on s.setrole = r.oid and s.setdatabase = 0
        where r.rolname like 'bi\_%'
    loop
        if it.rolsuper or it.rolbypassrls or it.rolreplication or it.rolcreaterole or it.rolcreatedb or not it.rolcanlogin or not it.rolinherit
           or it.rolconnlimit <> 5
        then
            execute format('alter role %I %s', it.rolname, concat(
                'login inherit connection limit 5', case when it.rolsuper then ' nosuperuser' end, case when it.rolbypassrls then ' nobypassrls' end,
                case when it.rolreplication then ' noreplication' end, case when it.rolcreaterole then ' nocreaterole' end,
                case when it.rolcreatedb then ' nocreatedb' end));
        end if;
        if it.set_to is distinct from settings then
            execute format('alter role %I reset all', it.rolname);
            foreach setting in array settings loop
                execute format('alter role %I set %s = %L', it.rolname, split_part(setting, '=', 1), split_part(setting, '=', 2));
            end loop;
        end if;
        if exists (select from pg_catalog.pg_db_role_setting as s join pg_catalog.pg_database as d on d.oid = s.setdatabase
                   where s.setrole = it.oid and d.datname = current_database()) then
            execute format('alter role %I in database %I reset all', it.rolname, current_database());
        end if;
    end loop;
end
$bi$;
