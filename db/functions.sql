-- Keywork: the rules, as functions. Applied whole at every installation and upgrade, before schema.sql on a fresh
-- database (bodies are checked when they first run), as keywork_owner.
--
-- SECURITY DEFINER is used in four places only, each with search_path = '' and qualified names:
--   * helpers of policies ("Identity", "What a hat may see"): they read the tables that the policies guard;
--   * triggers: those that copy a row's place from its parent must find the parent whether or not the person may see it,
--     and the policy then judges the finished row, so that hidden and absent parents give the same refusal; one ends the
--     sign-ins and links of whoever is disabled, one counts invitations, neither of which any hat may touch; two keep
--     operators and platform-admins apart, whatever the person may see of either;
--   * doors for the sign-in login and the jobs login, for inviting somebody by e-mail address, for what is held about a tenant
--     (subject access), and for the audit log, which nobody writes by themselves;
--   * app.due_at(), which reads no row: a BI login, whose forecast calls it, may use no name of this schema.
-- Everything else runs as the person, under their policies.
--
-- Errors of our own (SQLSTATE class KW). Python words them (views/sentences.py); a test compares the two lists.
--   KW001  no identity: a hat was taken without a token
--   KW002  the token is not one of ours, or was altered
--   KW003  the token has expired
--   KW404  there is no such case, or one may not see it
--   KW410  the case is closed, it takes no new content
--   KW411  a note's stream never changes
--   KW412  only its author may change a note's text
--   KW413  a safeguarding flag is taken back by an org-admin, who says why
--   KW414  the moment a case closed is not changed afterwards
--   KW415  an ended assignment stays ended
--   KW416  an outcome is recorded once the session has begun
--   KW417  a note flagged for safeguarding is not deleted
--   KW420  nobody disables themselves
--   KW421  one live platform-admin stays
--   KW430  too many tries to sign in
--   KW431  a password is set right after signing in by a link
--   KW432  nobody operates for an organisation and runs the installation
--   KW433  an invitation is sent again a few times a day
--   KW440  the audit log is only ever added to
--   KW441  this hold has been lifted
--   KW442  a case could not be destroyed; the others were
--   KW450  the clocks of the database and of the jobs service differ
--   KW451  nothing is sent to this address until it is cleared
--   KW460  a document takes no such step from its state
--   KW461  this step is for operators
--   KW462  nobody approves or returns a document of their own
--   KW463  a draft is its author's
--   KW464  what was submitted, and the wording of a template, stays as it is
--   KW465  this step needs a reason
--   KW466  only an approved or sent document has a new version
--   KW467  somebody changed the document meanwhile
--   KW468  the template was reworded or retired meanwhile
--   KW469  trails, PDFs and deliveries of documents stay as they are
--   KW470  a template has 1 to 100 parts, each of a kind that there is
--   KW471  words of a part are missing or too long
--   KW472  there is no such merge field
--   KW473  a hint is too long
--   KW474  a question needs 2 to 20 different choices
--   KW475  an answer is empty or too long
--   KW476  an answer is no day
--   KW477  an answer is no number
--   KW478  an answer is none of the choices
--   KW479  a question that must be answered is not
--   KW480  nothing was handed over on a day to come
--   KW481  an upload came without its file
--   KW482  the last day of an export is before its first
--   KW483  an export is of notes, of Shared notes or of sessions
--   KW484  an export is a CSV file or a PDF
--   KW485  nothing came in or was answered on a day to come
--   KW486  a subject access request is extended once, before it is due
--   KW487  a request that was answered, refused or withdrawn stays so
--   KW488  nothing changes in what is hidden while the files of a request are made
--   KW489  the pauses of a request follow one another, up to today
--   KW490  this attempt makes the bundle no longer
--   KW495  the import is at another step by now
--   KW496  a field that must have a column has none
--   KW497  a column is not in the file, or chosen twice
--   KW498  the file has faults, or nothing to bring in
--   KW499  a line of an import was not written, so none was


------------------------------------------------------------------------------------------------------------------------
-- Identity: who acts in this transaction
------------------------------------------------------------------------------------------------------------------------

-- A transaction of the application begins with
--     select set_config('app.token', <token>, true), set_config('role', 'keywork_<hat>', true)
-- and a token is user.hat.expiry.signature: the person's uuid, their hat (org_admin, property_manager, collaborator,
-- platform_admin), seconds since 1970 UTC, and hex HMAC-SHA256 of the part before the last dot. Any client can SET the
-- setting; nobody without the key can sign one.

create or replace function app.acting_as(required_hat text) returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
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
        from app.users as u join app.memberships as m on m.user_id = u.id and m.accepted_at is not null
        where u.id = claimed and u.disabled_at is null and m.role = hat;
    elsif hat = 'platform_admin' then
        select u.id into person from app.users as u where u.id = claimed and u.disabled_at is null and u.is_platform_admin;
    elsif hat = 'collaborator' then
        select u.id into person from app.users as u where u.id = claimed and u.disabled_at is null;
    end if;
    return person;
end
$$;
comment on function app.acting_as(text) is
    'The person acting under this hat (''any'' for whichever), or null when the token names another hat, a hat the person does not hold, '
    'or a disabled person. Raises KW001 without a token, KW002 for a forged or altered one, KW003 for an expired one.';

create or replace function app.acting_hat() returns text
language plpgsql stable parallel safe security definer set search_path = '' as $$
begin
    if app.acting_as('any') is null then
        return null;
    end if;
    return split_part(current_setting('app.token', true), '.', 2);
end
$$;
comment on function app.acting_hat() is 'The hat that the verified token names, or null for a disabled person. Raises as app.acting_as.';

create or replace function app.a_person_acts() returns boolean
language sql stable parallel safe set search_path = '' as $$
    -- Not the token and not the role: a statement can shed both half way, after the policies have looked at them. The
    -- login of the session cannot be changed by what runs in it.
    select session_user = 'keywork_app'
$$;
comment on function app.a_person_acts() is
    'Whether the console (people) is connected, rather than an installation, a job or a DBA. For the rules that bind people only.';

create or replace function app.add_signing_key(new_key_id text, key bytea) returns void
language plpgsql set search_path = '' as $$
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
comment on function app.add_signing_key(text, bytea) is 'Keeps an HMAC-SHA256 key under a name, as its two pads. For the owner only.';


------------------------------------------------------------------------------------------------------------------------
-- Signing in: doors of the sign-in login
------------------------------------------------------------------------------------------------------------------------

-- By password or by a single-use link. Known and unknown addresses take the same steps and get the same answers, so that
-- nobody learns who has an account (threat 46). Tokens of links are hashed before they come here: the database never
-- holds one, and no hat can make a link, or an operator could sign in as whoever they invite.
-- What happens at once waits for one another in one order, so that nobody meets a deadlock: the person's row, a membership,
-- links, sign-ins and assignments, tries.

create or replace function app.neighbourhood(of_network inet) returns inet
language sql immutable set search_path = '' as $$
    -- An IPv6 customer has a whole /64 to try from. A socket for both kinds writes an IPv4 address as ::ffff:192.0.2.1:
    -- as a /64, that would be everybody's.
    select case when of_network <<= inet '::ffff:0:0/96' then inet '0.0.0.0' + (of_network - inet '::ffff:0:0')
                when family(of_network) = 6 then network(set_masklen(of_network, 64))
                else of_network end
$$;
comment on function app.neighbourhood(inet) is 'Whose an address is, for limits: an IPv4 address as it is, of IPv6 the /64.';

create or replace function app.count_try(of_way text, of_subject bytea, from_network inet) returns bigint
language plpgsql set search_path = '' as $$
declare
    neighbourhood inet := app.neighbourhood(from_network);
    allowed       record;
    counted       bigint;
begin
    select * into allowed
    from (values ('password', interval '15 minutes', 10, 10,   100),
                 ('ask',      interval '1 hour',      5, 20,   50),
                 ('link',     interval '15 minutes', 10, 10,   50),
                 -- What operators send: one e-mail and five repeats.
                 ('invite',   interval '1 day',       6,  6, null)) as a (way, span, per_subject_and_network, per_subject, per_network)
    where a.way = of_way;
    -- One try at a time for each subject and, always afterwards, for each network: parallel ones must not all find the last
    -- place free.
    perform pg_advisory_xact_lock(hashtextextended(encode(of_subject, 'hex'), 0));
    if allowed.per_network is not null then
        perform pg_advisory_xact_lock(hashtextextended(of_way || ' from ' || neighbourhood, 0));
    end if;
    if (select count(*) >= allowed.per_subject or count(*) filter (where t.network = neighbourhood) >= allowed.per_subject_and_network
        from vault.sign_in_tries as t
        where t.subject = of_subject and t.way = of_way and t.tried_at > now() - allowed.span)
       or (select count(*) from vault.sign_in_tries as t
           where t.network = neighbourhood and t.way = of_way and t.tried_at > now() - allowed.span) >= allowed.per_network
    then
        raise exception 'too many tries' using errcode = case of_way when 'invite' then 'KW433' else 'KW430' end;
    end if;
    delete from vault.sign_in_tries as t where t.tried_at < now() - interval '1 day' and t.id in (
        select oldest.id from vault.sign_in_tries as oldest order by oldest.id limit 100 for update skip locked);
    insert into vault.sign_in_tries (way, subject, network) values (of_way, of_subject, neighbourhood) returning id into counted;
    return counted;
end
$$;
comment on function app.count_try(text, bytea, inet) is
    'Counts a try and returns its id. Password: 10 for an address in 15 minutes. Ask for a link: 5 for an address from one network in an hour, 20 from all, '
    'so that no stranger keeps anybody from it or fills their mailbox. Use a link: 10 in 15 minutes. For a network 100, 50, 50. Invite: 6 a day. '
    'KW430 beyond that (KW433 for invitations), for known and unknown addresses alike. Refused tries do not count: a lock ends by itself.';

create or replace function app.address_hash(of_email text) returns bytea
language sql immutable set search_path = '' as $$
    select sha256(convert_to(lower(btrim(of_email)), 'UTF8'))
$$;
comment on function app.address_hash(text) is 'SHA-256 of an e-mail address in small letters, without blanks around it.';

create or replace function app.begin_password_try(of_email text, from_network inet)
returns table (try_id bigint, ab_user_id integer, password_hash text)
language plpgsql security definer set search_path = '' as $$
begin
    try_id := app.count_try('password', app.address_hash(of_email), from_network);
    select a.id, a.password into ab_user_id, password_hash
    from app.users as u join fab.ab_user as a on a.id = u.ab_user_id
    where u.email = lower(btrim(of_email)) and u.disabled_at is null;
    return next;
end
$$;
comment on function app.begin_password_try(text, inet) is
    'Counts a try to sign in by password (KW430 for the eleventh in 15 minutes), commits or not; the hash to compare with, or nulls where there is none.';

create or replace function app.sign_in_by_password(of_try bigint, of_ab_user_id integer, compared_with text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    begun uuid;
begin
    -- Comparing takes a while. Whoever sets another password meanwhile is waited for, and the old one is worth nothing then.
    perform from app.users as u where u.ab_user_id = of_ab_user_id for share;
    begun := app.begin_sign_in((select u.id from app.users as u join fab.ab_user as a on a.id = u.ab_user_id
                                where a.id = of_ab_user_id and a.password = compared_with), 'password');
    -- The right password ends the count: ten slips over a morning lock nobody out.
    delete from vault.sign_in_tries as t using vault.sign_in_tries as this
    where begun is not null and this.id = of_try and t.subject = this.subject and t.way = 'password';
    return begun;
end
$$;
comment on function app.sign_in_by_password(bigint, integer, text) is
    'After the right password: begins a sign-in, whose id it returns, and forgets the tries at this address. '
    'Null for a disabled person, and when the password that was compared with is theirs no longer.';

create or replace function app.begin_sign_in(of_user uuid, of_way text) returns uuid
language plpgsql set search_path = '' as $$
declare
    begun uuid;
begin
    insert into app.sign_ins (user_id, way)
        -- Being disabled at this moment is waited for, or would miss this sign-in (app.ways_in_end_with_the_account).
        select u.id, of_way from app.users as u where u.id = of_user and u.disabled_at is null for share
        returning id into begun;
    if begun is not null then
        -- Whoever signs in has found what they were invited to. Several assignments are taken in the order of their ids, here and
        -- wherever somebody changes more than those of one case, or destroys them (app.purge_cases).
        perform from app.support_collaborators as c where c.user_id = of_user and c.accepted_at is null and c.ended_at is null order by c.id for no key update;
        update app.support_collaborators set accepted_at = now() where user_id = of_user and accepted_at is null and ended_at is null;
    end if;
    return begun;
end
$$;
comment on function app.begin_sign_in(uuid, text) is
    'Keeps that a person signed in now, by password or link, and that their waiting assignments are accepted. Its id, or null for nobody and for a disabled person.';

create or replace function app.link_lifetime(of_purpose text) returns interval
language sql immutable set search_path = '' as $$
    select case of_purpose when 'invitation' then interval '7 days' else interval '15 minutes' end
$$;
comment on function app.link_lifetime(text) is 'How long a link is good for: an invitation 7 days, one to sign in or to set a password 15 minutes.';

create or replace function app.ask_for_link(of_email text, for_purpose text, of_hash bytea, from_network inet)
returns table (full_name text, email text)
language plpgsql security definer set search_path = '' as $$
declare
    known uuid;
begin
    -- Being disabled at this moment is waited for, or would miss this link, which would be good again once they are enabled.
    select u.id, u.full_name, u.email into known, full_name, email
    from app.users as u where u.email = lower(btrim(of_email)) and u.disabled_at is null for share;
    perform app.count_try('ask', app.address_hash(of_email), from_network);
    delete from vault.links as l where l.expires_at < now() - interval '30 days' and l.id in (
        select oldest.id from vault.links as oldest order by oldest.id limit 100 for update skip locked);
    -- Kept for unknown addresses as well: both answers do the same work.
    insert into vault.links (token_hash, purpose, user_id, expires_at)
        values (of_hash, for_purpose, known, now() + app.link_lifetime(for_purpose));
    return next;
end
$$;
comment on function app.ask_for_link(text, text, bytea, inet) is
    'Keeps a link to sign in or to set a password, by the SHA-256 of its token, and says whom to send it to: nulls for nobody. KW430 beyond the limits of app.count_try().';

create or replace function app.link_to_assignment(of_collaborator uuid, of_hash bytea)
returns table (full_name text, email text, organisation_name text, inviter_name text)
language plpgsql security definer set search_path = '' as $$
begin
    -- Two at once wait for each other here, and for whoever disables the person: one link is left, or none.
    perform from app.users as u where u.id = (select c.user_id from app.support_collaborators as c where c.id = of_collaborator) for no key update;
    -- Sent again, the earlier link is good no longer.
    delete from vault.links as l where l.collaborator_id = of_collaborator and l.used_at is null;
    return query
    with invited as (
        select c.id, c.user_id, c.full_name, u.email, o.name, c.invited_by_name
        from app.support_collaborators as c
        join app.users as u on u.id = c.user_id
        join app.organisations as o on o.id = c.organisation_id
        where c.id = of_collaborator and c.ended_at is null and c.accepted_at is null and u.disabled_at is null
          -- An operator has just said so (app.invite_again, or the invitation itself).
          and c.invitation_sent_at > now() - interval '5 minutes'
    ), kept as (
        insert into vault.links (token_hash, purpose, user_id, collaborator_id, expires_at)
            select of_hash, 'invitation', i.user_id, i.id, now() + app.link_lifetime('invitation') from invited as i
    )
    select i.full_name, i.email, i.name, i.invited_by_name from invited as i;
end
$$;
comment on function app.link_to_assignment(uuid, bytea) is
    'Keeps the link of an invitation to a case''s team and says whom to send it to. No row for one that has ended, was accepted, or that no operator asked for.';

create or replace function app.link_to_membership(of_organisation uuid, of_user uuid, of_hash bytea)
returns table (full_name text, email text, organisation_name text, role text)
language plpgsql security definer set search_path = '' as $$
begin
    -- As in app.link_to_assignment().
    perform from app.users as u where u.id = of_user for no key update;
    delete from vault.links as l where l.organisation_id = of_organisation and l.user_id = of_user and l.used_at is null;
    return query
    with invited as (
        select m.organisation_id, m.user_id, coalesce(m.invited_name, u.full_name) as full_name, u.email, o.name, m.role
        from app.memberships as m
        join app.users as u on u.id = m.user_id
        join app.organisations as o on o.id = m.organisation_id
        where m.organisation_id = of_organisation and m.user_id = of_user and m.accepted_at is null and u.disabled_at is null
          and m.invitation_sent_at > now() - interval '5 minutes'
    ), kept as (
        insert into vault.links (token_hash, purpose, user_id, organisation_id, expires_at)
            select of_hash, 'invitation', i.user_id, i.organisation_id, now() + app.link_lifetime('invitation') from invited as i
    )
    select i.full_name, i.email, i.name, i.role from invited as i;
end
$$;
comment on function app.link_to_membership(uuid, uuid, bytea) is
    'Keeps the link of an invitation to operate for an organisation and says whom to send it to. No row for one that was accepted or withdrawn, or that nobody asked for.';

create or replace function app.account_id(of_email text, place integer) returns uuid
language plpgsql stable set search_path = '' as $$
declare
    key    bytea := (select i.account_key from app.installation as i);
    hashed bytea := sha256(key || sha256(key || convert_to(lower(btrim(of_email)) || ' ' || place, 'UTF8')));
begin
    -- The shape of a random one (RFC 9562, version 4).
    hashed := set_byte(hashed, 6, get_byte(hashed, 6) & 15 | 64);
    hashed := set_byte(hashed, 8, get_byte(hashed, 8) & 63 | 128);
    return encode(substr(hashed, 1, 16), 'hex')::uuid;
end
$$;
comment on function app.account_id(text, integer) is
    'The id that an account of this address gets (place 1, 2, ... where somebody has it who has another address by now): the same each time, and nobody without the '
    'key can work it out. So it does not tell whether there is one already.';

create or replace function app.account_of(of_email text, named text) returns uuid
language plpgsql set search_path = '' as $$
declare
    found_id uuid;
    place    integer := 0;
begin
    while found_id is null loop
        insert into app.users (id, email, full_name) values (app.account_id(of_email, place), lower(btrim(of_email)), btrim(named))
            on conflict do nothing
            returning id into found_id;
        if found_id is null then
            select u.id into found_id from app.users as u where u.email = lower(btrim(of_email));
            if found then
                -- A new account is written down: this one takes a number of the audit log as well, and a transaction, so that no
                -- gap between an operator's own lines tells the two apart.
                perform pg_current_xact_id();
                perform nextval('vault.audit_ids');
            end if;
        end if;
        place := place + 1;
    end loop;
    return found_id;
end
$$;
comment on function app.account_of(text, text) is 'The account of an e-mail address, made under this name when there is none. For app.account_for() and the owner''s prompt.';

create or replace function app.appoint_platform_admin(of_email text, named text, of_hash bytea) returns text
language plpgsql set search_path = '' as $$
declare
    account uuid := app.account_of(of_email, named);
    person  app.users;
begin
    -- Whoever was disabled comes back: there may be nobody left who could enable them.
    update app.users as u set is_platform_admin = true, disabled_at = null where u.id = account returning * into person;
    insert into vault.links (token_hash, purpose, user_id, expires_at)
        values (of_hash, 'invitation', person.id, now() + app.link_lifetime('invitation'));
    return person.full_name;
end
$$;
comment on function app.appoint_platform_admin(text, text, bytea) is
    'For the owner''s prompt (./run platform-admin): makes somebody a platform-admin, enabled again where they were not, and keeps a link that signs them in once. What their account is called.';

create or replace function app.good_links(of_hash bytea)
returns table (user_id uuid, purpose text, collaborator_id uuid, organisation_id uuid)
language sql stable set search_path = '' as $$
    select l.user_id, l.purpose, l.collaborator_id, l.organisation_id
    from vault.links as l
    join app.users as u on u.id = l.user_id
    where l.token_hash = of_hash and l.used_at is null and l.expires_at > now() and u.disabled_at is null
      -- An assignment that ended takes its invitation along.
      and (l.collaborator_id is null
           or exists (select from app.support_collaborators as c where c.id = l.collaborator_id and c.ended_at is null))
$$;
comment on function app.good_links(bytea) is 'The link with this hash while it is good: in time, not used, of a person who is not disabled, for an assignment that has not ended.';

create or replace function app.look_at_link(of_hash bytea, from_network inet)
returns table (purpose text, full_name text, email text, organisation_name text)
language plpgsql security definer set search_path = '' as $$
begin
    return query
    -- Whoever is new goes by the name that they are invited by: no firm reads, or chooses, what another one called them.
    select l.purpose, case when u.ab_user_id is null then coalesce(m.invited_name, c.full_name, u.full_name) else u.full_name end,
           u.email, coalesce(o.name, operated.name)
    from app.good_links(of_hash) as l
    join app.users as u on u.id = l.user_id
    left join app.support_collaborators as c on c.id = l.collaborator_id
    left join app.organisations as o on o.id = c.organisation_id
    left join app.memberships as m on m.organisation_id = l.organisation_id and m.user_id = l.user_id
    left join app.organisations as operated on operated.id = l.organisation_id;
    if not found then
        perform app.count_try('link', of_hash, from_network);
    end if;
end
$$;
comment on function app.look_at_link(bytea, inet) is
    'What a link is for and whose it is, without using it: programs that scan mail follow links too. No row for one that is not good; such looks are counted (KW430).';

create or replace function app.use_link(of_hash bytea, from_network inet)
returns table (sign_in uuid, ab_user_id integer, purpose text, case_id uuid)
language plpgsql security definer set search_path = '' as $$
declare
    link   record;
    person app.users;
begin
    -- These locks make parallel clicks wait, and whoever disables the person or withdraws the invitation; what is looked at
    -- afterwards is how they left it.
    select l.user_id, l.organisation_id into link from vault.links as l where l.token_hash = of_hash;
    perform from app.users as u where u.id = link.user_id for no key update;
    perform from app.memberships as m where m.organisation_id = link.organisation_id and m.user_id = link.user_id for no key update;
    perform from vault.links as l where l.token_hash = of_hash for update;
    select * into link from app.good_links(of_hash);
    if not found then
        perform app.count_try('link', of_hash, from_network);
        return;
    end if;
    update vault.links as l set used_at = now() where l.token_hash = of_hash;
    select * into person from app.users as u where u.id = link.user_id;
    if person.ab_user_id is null then
        -- The names that Flask-AppBuilder asks for are not used: people and their addresses are those of app.users.
        insert into fab.ab_user (id, first_name, last_name, username, email, active)
            values (nextval('fab.ab_user_id_seq'), '', '', person.id, person.id, true)
            returning id into person.ab_user_id;
        update app.users as u
            set ab_user_id = person.ab_user_id,
                -- By the invitation that they follow, not by the first that was written.
                full_name = coalesce(
                    (select m.invited_name from app.memberships as m where m.organisation_id = link.organisation_id and m.user_id = u.id),
                    (select c.full_name from app.support_collaborators as c where c.id = link.collaborator_id), u.full_name)
            where u.id = person.id;
    end if;
    -- Somebody who operates for another organisation already meets one_organisation_for_each_operator, a platform-admin KW432:
    -- they keep the link.
    update app.memberships as m set accepted_at = now()
        where m.organisation_id = link.organisation_id and m.user_id = person.id and m.accepted_at is null;
    sign_in := app.begin_sign_in(person.id, 'link');
    ab_user_id := person.ab_user_id;
    purpose := link.purpose;
    case_id := (select c.case_id from app.support_collaborators as c where c.id = link.collaborator_id);
    -- Whoever has the mailbox is no stranger to its address.
    delete from vault.sign_in_tries as t where t.subject = app.address_hash(person.email) and t.way in ('password', 'ask');
    return next;
end
$$;
comment on function app.use_link(bytea, inet) is
    'Uses a link up and signs its person in, who gets an account of fab.ab_user, and the name of the invitation, with the first one; an invitation is '
    'accepted, and the tries at their address are forgotten. No row for a link that is not good; such tries are counted (KW430).';

create or replace function app.org_admins_to_tell(of_sign_in uuid)
returns table (full_name text, email text, organisation_name text, joined_name text, joined_email text, joined_role text)
language sql stable security definer set search_path = '' as $$
    select u.full_name, u.email, o.name, joined.full_name, joined.email, m.role
    from app.sign_ins as s
    join app.users as joined on joined.id = s.user_id
    -- Accepted by this sign-in: both moments are those of one transaction (app.use_link).
    join app.memberships as m on m.user_id = s.user_id and m.accepted_at = s.began_at
    join app.organisations as o on o.id = m.organisation_id
    join app.memberships as admin on admin.organisation_id = m.organisation_id and admin.role = 'org_admin' and admin.accepted_at is not null
    join app.users as u on u.id = admin.user_id and u.id <> s.user_id and u.disabled_at is null
    where s.id = of_sign_in
$$;
comment on function app.org_admins_to_tell(uuid) is
    'For the sign-in login: whom to tell that somebody operates for their organisation from now on, and who it is. No row unless this sign-in accepted an invitation to operate.';

create or replace function app.end_sign_in(of_sign_in uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
    update app.sign_ins set ended_at = now() where id = of_sign_in and ended_at is null;
end
$$;
comment on function app.end_sign_in(uuid) is 'For the sign-in login: signs out. A copy of the session''s cookie is worth nothing from here on.';

create or replace function app.may_set_password(of_sign_in uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (select from app.sign_ins as s
                   where s.id = of_sign_in and s.way = 'link' and s.ended_at is null and s.began_at > now() - interval '1 hour')
$$;
comment on function app.may_set_password(uuid) is
    'Whether this sign-in began by a link within the last hour: whoever finds an open session cannot change its password.';

create or replace function app.set_password(of_sign_in uuid, new_hash text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    person app.users;
begin
    select u.* into person from app.sign_ins as s join app.users as u on u.id = s.user_id where s.id = of_sign_in for no key update of u;
    if not app.may_set_password(of_sign_in) then
        raise exception 'a password is set after signing in by a link' using errcode = 'KW431';
    end if;
    update fab.ab_user as a set password = new_hash where a.id = person.ab_user_id;
    -- Whoever knew the old one is out.
    -- Not later than it began: one may have begun while this waited for the person's row.
    update app.sign_ins as s set ended_at = greatest(now(), s.began_at)
        where s.user_id = person.id and s.id <> of_sign_in and s.ended_at is null;
    delete from vault.links as l where l.user_id = person.id and l.purpose <> 'invitation' and l.used_at is null;
    delete from vault.sign_in_tries as t where t.subject = app.address_hash(person.email) and t.way = 'password';
end
$$;
comment on function app.set_password(uuid, text) is
    'Sets the password (its hash, made by the application) of whoever signed in by a link within the hour, else KW431. Ends their other sign-ins, links and locks.';

create or replace function app.person_at_sign_in(of_ab_user_id integer, of_sign_in uuid)
returns table (user_id uuid, full_name text, email text, operator_role text, organisation_name text,
               plan_code text, has_support_cases boolean, is_collaborator boolean, is_platform_admin boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
    return query
    select u.id, u.full_name, u.email, m.role, o.name, o.plan_code,
           exists (select from app.feature_gates as gate where gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'),
           -- Ended assignments count: the person lands on an empty caseload, not on a page that says nothing.
           exists (select from app.support_collaborators as c where c.user_id = u.id),
           u.is_platform_admin
    from app.sign_ins as s
    join app.users as u on u.id = s.user_id
    left join app.memberships as m on m.user_id = u.id and m.accepted_at is not null
    left join app.organisations as o on o.id = m.organisation_id
    where s.id = of_sign_in and s.ended_at is null and s.began_at > now() - interval '12 hours'
      and u.ab_user_id = of_ab_user_id and u.disabled_at is null;
end
$$;
comment on function app.person_at_sign_in(integer, uuid) is
    'For the sign-in login: which hats the holder of a fab.ab_user may wear, while their sign-in lasts (until they sign out, 12 hours at most). '
    'No row for a disabled person. Reads no case content.';

create or replace function app.installed_versions() returns table (schema_version text, rules_version text)
language sql stable security definer set search_path = '' as $$
    select i.schema_version, i.rules_version from app.installation as i
$$;
comment on function app.installed_versions() is
    'For the sign-in login: the newest migration that this database carries and the fingerprint of its rules. The console does not start over others.';


------------------------------------------------------------------------------------------------------------------------
-- The API: how often programs may ask
------------------------------------------------------------------------------------------------------------------------

-- A call of the API writes no row. Each process of the web server takes calls in lots, so that a lot costs one small write in an
-- unlogged table and together they never let through more than the limit (a little less, where processes hold lots unused).

create or replace function app.take_calls(of_subject bytea, lot integer, most integer, out taken integer, out seconds_left double precision)
language plpgsql set search_path = '' as $$
declare
    this_minute bigint := floor(extract(epoch from now()) / 60);
    counted     integer;
begin
    insert into vault.api_calls as c (minute, subject, calls) values (this_minute, of_subject, lot)
        on conflict (minute, subject) do update set calls = c.calls + excluded.calls where c.calls + excluded.calls <= most
        returning c.calls into counted;
    taken := case when counted is null then 0 else lot end;
    seconds_left := (this_minute + 1) * 60 - extract(epoch from now());
    -- Whoever begins a minute tidies up after earlier ones.
    if counted = lot then
        delete from vault.api_calls as c where (c.minute, c.subject) in (
            select old.minute, old.subject from vault.api_calls as old where old.minute < this_minute order by old.minute limit 100 for update skip locked);
    end if;
end
$$;
comment on function app.take_calls(bytea, integer, integer) is
    'Counts a lot of calls of a subject in this minute. taken: the lot, or 0 where the minute has had `most` of them. seconds_left: until the next minute begins.';

create or replace function app.take_api_calls(of_ab_user_id integer, out taken integer, out seconds_left double precision)
language sql security definer set search_path = '' as $$
    select * from app.take_calls(sha256(convert_to('person ' || of_ab_user_id, 'UTF8')), 20, 600)
$$;
comment on function app.take_api_calls(integer) is
    'For the sign-in login: lets the holder of a fab.ab_user call the API 20 times more in this minute, 600 in all; taken is 0 where that is used up.';

create or replace function app.take_bad_api_token(from_network inet, out taken integer, out seconds_left double precision)
language sql security definer set search_path = '' as $$
    select * from app.take_calls(sha256(convert_to('network ' || app.neighbourhood(from_network), 'UTF8')), 1, 60)
$$;
comment on function app.take_bad_api_token(inet) is
    'For the sign-in login: counts a token of the API that was no good, 60 a minute from a network; taken is 0 for the sixty-first.';


------------------------------------------------------------------------------------------------------------------------
-- What a hat may see: helpers of the policies
------------------------------------------------------------------------------------------------------------------------

-- Each is called as `(select app.f())`, so that it runs once in a query and not once in a row. They are plpgsql because
-- its plans are kept for the session; a SECURITY DEFINER function in SQL would be planned again in every query.

create or replace function app.org_admin_organisation() returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := app.acting_as('org_admin');
begin
    return (select m.organisation_id from app.memberships as m
            where m.user_id = me and m.accepted_at is not null and m.role = 'org_admin');
end
$$;
comment on function app.org_admin_organisation() is 'The organisation that the acting org-admin runs; null under any other hat.';

create or replace function app.org_admin_case_organisation() returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := app.acting_as('org_admin');
begin
    return (select m.organisation_id
            from app.memberships as m
            join app.organisations as o on o.id = m.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where m.user_id = me and m.accepted_at is not null and m.role = 'org_admin');
end
$$;
comment on function app.org_admin_case_organisation() is 'As app.org_admin_organisation(), but null where the plan has no support cases.';

create or replace function app.manager_organisation() returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := app.acting_as('property_manager');
begin
    return (select m.organisation_id from app.memberships as m
            where m.user_id = me and m.accepted_at is not null and m.role = 'property_manager');
end
$$;
comment on function app.manager_organisation() is 'The organisation of the acting property manager; null under any other hat.';

create or replace function app.manager_landlord_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := app.acting_as('property_manager');
begin
    return (select array_agg(l.landlord_id)
            from app.property_manager_landlords as l
            join app.memberships as m on m.user_id = l.user_id and m.organisation_id = l.organisation_id
            where l.user_id = me and m.accepted_at is not null and m.role = 'property_manager');
end
$$;
comment on function app.manager_landlord_ids() is 'The landlords assigned to the acting property manager; null under any other hat.';

create or replace function app.manager_case_landlord_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := app.acting_as('property_manager');
begin
    return (select array_agg(l.landlord_id)
            from app.property_manager_landlords as l
            join app.memberships as m on m.user_id = l.user_id and m.organisation_id = l.organisation_id
            join app.organisations as o on o.id = m.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where l.user_id = me and m.accepted_at is not null and m.role = 'property_manager');
end
$$;
comment on function app.manager_case_landlord_ids() is 'As app.manager_landlord_ids(), but null where the plan has no support cases.';

create or replace function app.manager_case_organisation() returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    mine uuid := app.manager_organisation();
begin
    return (select o.id from app.organisations as o
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where o.id = mine);
end
$$;
comment on function app.manager_case_organisation() is 'As app.manager_organisation(), but null where the plan has no support cases.';

create or replace function app.manager_case_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    mine uuid[] := app.manager_case_landlord_ids();
begin
    return (select array_agg(c.id) from app.support_cases as c where c.landlord_id = any (mine));
end
$$;
comment on function app.manager_case_ids() is 'The cases that the acting property manager sees, as ids: what their audit log is bounded by.';

create or replace function app.my_case_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
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
comment on function app.my_case_ids() is 'Cases with a live assignment of the acting collaborator, in any organisation whose plan has support cases.';

create or replace function app.my_full_case_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
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
comment on function app.my_full_case_ids() is 'Those of app.my_case_ids() in which the acting collaborator takes part in full.';

create or replace function app.my_document_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me   uuid := app.acting_as('collaborator');
    mine uuid[] := app.my_full_case_ids();
begin
    return (select array_agg(d.id) from app.support_documents as d
            where d.case_id = any (mine) and (d.state in ('approved', 'sent', 'superseded') or d.author_id = me));
end
$$;
comment on function app.my_document_ids() is
    'THE rule of which documents a collaborator reads (spec 2): in the cases in which they take part in full those that were approved, sent or not (a superseded one was), and their own in any state.';

create or replace function app.my_upload_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me        uuid := app.acting_as('collaborator');
    mine      uuid[] := app.my_full_case_ids();
    documents uuid[] := app.my_document_ids();
begin
    return (select array_agg(u.id) from app.support_uploads as u where u.case_id = any (mine) and (u.author_id = me or u.document_id = any (documents)));
end
$$;
comment on function app.my_upload_ids() is 'Files that a collaborator sees: in the cases in which they take part in full those that they added, and scans of documents that they read.';

create or replace function app.my_document_organisation_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    mine uuid[] := app.my_full_case_ids();
begin
    return (select array_agg(distinct c.organisation_id) from app.support_cases as c where c.id = any (mine));
end
$$;
comment on function app.my_document_organisation_ids() is 'Organisations of app.my_full_case_ids(): whose templates the acting collaborator drafts from.';

create or replace function app.notes_are_visible_to_housing_officers(tenant_setting text, organisation_setting boolean) returns boolean
language sql immutable parallel safe set search_path = '' as $$
    select tenant_setting = 'visible' or (tenant_setting = 'inherit' and organisation_setting)
$$;
comment on function app.notes_are_visible_to_housing_officers(text, boolean) is
    'Effective visibility of Shared notes to housing officers (spec 2): the tenant''s setting, and where it is ''inherit'' the organisation''s.';

create or replace function app.my_shared_note_case_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
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
comment on function app.my_shared_note_case_ids() is
    'Those of app.my_case_ids() whose Shared notes the acting collaborator may read: all for a support worker, by effective visibility for a housing officer.';

create or replace function app.my_tenant_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = ''
-- One plan for any number of ids, kept for the session: with the ids known, Postgres would plan anew in every call.
set plan_cache_mode = force_generic_plan as $$
declare
    -- In a variable: called in the query itself it would run once in a row (threat 21).
    mine uuid[] := app.my_case_ids();
begin
    return (select array_agg(s.tenant_id) from app.support_cases as s where s.id = any (mine));
end
$$;
comment on function app.my_tenant_ids() is 'Tenants of app.my_case_ids().';

create or replace function app.my_property_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = ''
-- One plan for any number of ids, kept for the session: with the ids known, Postgres would plan anew in every call.
set plan_cache_mode = force_generic_plan as $$
declare
    mine uuid[] := app.my_case_ids();
begin
    return (select array_agg(t.property_id)
            from app.support_cases as s
            join app.tenants as t on t.id = s.tenant_id
            where s.id = any (mine));
end
$$;
comment on function app.my_property_ids() is 'Homes of app.my_tenant_ids().';

create or replace function app.my_organisation_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := app.acting_as('collaborator');
begin
    return (select array_agg(distinct c.organisation_id) from app.support_collaborators as c where c.user_id = me and c.ended_at is null);
end
$$;
comment on function app.my_organisation_ids() is 'Organisations in which the acting collaborator has a live assignment.';

create or replace function app.my_colleague_ids() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = '' as $$
declare
    me uuid := coalesce(app.acting_as('org_admin'), app.acting_as('property_manager'));
begin
    return (select array_agg(theirs.user_id)
            from app.memberships as mine
            join app.memberships as theirs on theirs.organisation_id = mine.organisation_id
            where mine.user_id = me and mine.accepted_at is not null and theirs.accepted_at is not null);
end
$$;
comment on function app.my_colleague_ids() is
    'Members of the acting operator''s organisation, without those who are only invited: an account that somebody has already is not shown for a guess at its address. Null under any other hat.';


------------------------------------------------------------------------------------------------------------------------
-- Reporting: whose figures a BI login reads
------------------------------------------------------------------------------------------------------------------------

create or replace function app.bi_organisation() returns uuid
language plpgsql stable parallel safe security definer set search_path = '' as $$
begin
    -- By the login that the session was opened with, which nothing that runs in it can change: not by the role, nor by a setting.
    return (select b.organisation_id
            from vault.bi_logins as b
            join app.organisations as o on o.id = b.organisation_id
            join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
            where b.login = session_user);
end
$$;
comment on function app.bi_organisation() is
    'The organisation that this BI login is bound to (vault.bi_logins); null for every other login, one that was let go, and where the plan has no support cases.';


------------------------------------------------------------------------------------------------------------------------
-- What the platform-admin may know of people
------------------------------------------------------------------------------------------------------------------------

-- Answers for one person, to be asked for the few people of a page: null under any other hat.

create or replace function app.organisations_supported_by(of_user uuid, as_kind text) returns integer
language plpgsql stable parallel safe security definer set search_path = '' as $$
begin
    if app.acting_as('platform_admin') is null then
        return null;
    end if;
    -- Organisations, not cases: their number would tell how many tenants somebody supports.
    return (select count(distinct c.organisation_id)
            from app.support_collaborators as c
            where c.user_id = of_user and c.kind = as_kind and c.ended_at is null);
end
$$;
comment on function app.organisations_supported_by(uuid, text) is
    'In how many organisations somebody has live assignments of this kind: enough to know whose account one is about to disable. It names no organisation, '
    'counts no case and no tenant, and says nothing of what somebody may do or since when, so it tells nothing of a case. Null under any hat but the platform-admin''s.';

create or replace function app.last_sign_in_of(of_user uuid) returns timestamptz
language plpgsql stable parallel safe security definer set search_path = '' as $$
begin
    if app.acting_as('platform_admin') is null then
        return null;
    end if;
    return (select max(s.began_at) from app.sign_ins as s where s.user_id = of_user);
end
$$;
comment on function app.last_sign_in_of(uuid) is
    'When somebody last signed in; the sign-ins themselves, and whether one lasts, stay out of every hat''s reach. Null under any hat but the platform-admin''s.';


------------------------------------------------------------------------------------------------------------------------
-- Triggers: accounts
------------------------------------------------------------------------------------------------------------------------

create or replace function app.a_platform_admin_stays() returns trigger
language plpgsql set search_path = '' as $$
begin
    -- A DBA may: whoever reaches the owner's prompt can appoint the next one.
    if not app.a_person_acts() then
        return new;
    end if;
    if old.disabled_at is null and new.disabled_at is not null then
        if new.id = app.acting_as('any') then
            raise exception 'nobody disables themselves' using errcode = 'KW420';
        end if;
        new.disabled_at := now();
    end if;
    if old.is_platform_admin and old.disabled_at is null and not (new.is_platform_admin and new.disabled_at is null) then
        -- One at a time: two who disable each other at once must not both find the other still there. Whoever waited here
        -- reads, in the query below, what the other has done.
        perform pg_advisory_xact_lock(hashtextextended('the last platform-admin', 0));
        if not exists (select from app.users as u where u.is_platform_admin and u.disabled_at is null and u.id <> new.id) then
            raise exception 'one live platform-admin stays' using errcode = 'KW421';
        end if;
    end if;
    return new;
end
$$;
comment on function app.a_platform_admin_stays() is
    'KW420: nobody disables themselves. KW421: the last live platform-admin is neither disabled nor made an ordinary person. Disabling is stamped with its moment.';

create or replace function app.ways_in_end_with_the_account() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- Links that wait in a mailbox: of whoever is disabled, and of whoever has left that mailbox. No list says that they are good.
    update app.memberships set invitation_sent_at = null where user_id = new.id and accepted_at is null and invitation_sent_at is not null;
    delete from vault.links where user_id = new.id and used_at is null;
    if new.disabled_at is not null and old.disabled_at is null then
        -- Not later than it began: one that began after this transaction did ends the moment it began.
        update app.sign_ins set ended_at = greatest(now(), began_at) where user_id = new.id and ended_at is null;
    end if;
    perform from app.support_collaborators as c where c.user_id = new.id and c.accepted_at is null and c.ended_at is null order by c.id for no key update;
    update app.support_collaborators set invitation_sent_at = null
        where user_id = new.id and accepted_at is null and ended_at is null and invitation_sent_at is not null;
    return null;
end
$$;
comment on function app.ways_in_end_with_the_account() is
    'Disabling ends every sign-in of a person: enabling again brings none of them back (threat 54). Then, and with a new e-mail address, links not used yet are good no longer.';

create or replace function app.no_operator_is_platform_admin() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- This row is locked: whoever accepts an invitation at this moment waits for it, or is seen here.
    if exists (select from app.memberships as m where m.user_id = new.id and m.accepted_at is not null) then
        raise exception 'operators do not run the installation' using errcode = 'KW432';
    end if;
    return new;
end
$$;
comment on function app.no_operator_is_platform_admin() is
    'KW432: a platform-admin reads no case, so nobody who operates for an organisation becomes one. An invitation that waits is refused when it is accepted.';

create or replace function app.no_platform_admin_is_operator() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- Becoming platform-admin at this moment is waited for.
    perform from app.users as u where u.id = new.user_id for share;
    if exists (select from app.users as u where u.id = new.user_id and u.is_platform_admin) then
        raise exception 'platform-admins do not operate for organisations' using errcode = 'KW432';
    end if;
    return new;
end
$$;
comment on function app.no_platform_admin_is_operator() is
    'KW432: no platform-admin accepts an operator role, by an invitation of their own neither. Inviting one is not refused: it would tell of the account.';


------------------------------------------------------------------------------------------------------------------------
-- Triggers: a row takes its place from its parent
------------------------------------------------------------------------------------------------------------------------

-- An absent parent leaves organisation_id null: the policy refuses that row with the same words as one under a hidden
-- parent (threat 6).

create or replace function app.tenant_takes_place_from_property() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    select p.organisation_id, p.landlord_id into new.organisation_id, new.landlord_id
    from app.properties as p where p.id = new.property_id;
    return new;
end
$$;
comment on function app.tenant_takes_place_from_property() is 'A tenant is of the organisation and landlord of their home.';

create or replace function app.case_takes_place_from_tenant() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    select t.organisation_id, t.landlord_id into new.organisation_id, new.landlord_id
    from app.tenants as t where t.id = new.tenant_id;
    if app.a_person_acts() then
        new.opened_at := now();
    end if;
    return new;
end
$$;
comment on function app.case_takes_place_from_tenant() is 'A case is of the organisation and landlord of its tenant, and a person opens it now.';

create or replace function app.collaborator_takes_place_from_case() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    select c.organisation_id, c.landlord_id into new.organisation_id, new.landlord_id
    from app.support_cases as c where c.id = new.case_id for share;
    if app.a_person_acts() then
        select u.id, u.full_name into new.invited_by_id, new.invited_by_name
        from app.users as u where u.id = app.acting_as('any');
        new.assigned_at := now();
        new.ended_at := null;
        new.invitation_sent_at := case when new.user_id is not null then now() end;
    end if;
    return new;
end
$$;
comment on function app.collaborator_takes_place_from_case() is 'An assignment is of its case, begins now, and names who made it.';

create or replace function app.invitations_are_sent_now() returns trigger
language plpgsql set search_path = '' as $$
begin
    -- Null: the link of the one that was sent is good no longer (app.ways_in_end_with_the_account).
    if app.a_person_acts() and (tg_op = 'INSERT' or new.invitation_sent_at is not null) then
        new.invitation_sent_at := now();
    end if;
    return new;
end
$$;
comment on function app.invitations_are_sent_now() is
    'An invitation is sent at the moment that somebody says so, whatever moment they give. Who gives somebody an operator role invites them by it; the invited person accepts.';

create or replace function app.invitations_are_counted() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- By case or organisation (the trigger's argument) and person: withdrawing one and making another counts on.
    if app.a_person_acts() and new.user_id is not null and new.invitation_sent_at is not null then
        perform app.count_try('invite', sha256(convert_to(to_jsonb(new) ->> tg_argv[0] || ' ' || new.user_id, 'UTF8')), '0.0.0.0');
    end if;
    return null;
end
$$;
comment on function app.invitations_are_counted() is
    'After the policies have passed, so that it tells nothing of others'' invitations: KW433 for the seventh e-mail in a day to one person about one case or organisation.';

create or replace function app.content_takes_place_from_case() returns trigger
language plpgsql security definer set search_path = '' as $$
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
comment on function app.content_takes_place_from_case() is
    'Notes, goals, progress and sessions are of their case''s organisation and landlord, and signed by the person who acts.';


------------------------------------------------------------------------------------------------------------------------
-- Triggers: what may not change
------------------------------------------------------------------------------------------------------------------------

create or replace function app.closed_case_is_read_only() returns trigger
language plpgsql security definer set search_path = '' as $$
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
comment on function app.closed_case_is_read_only() is
    'After the policies have passed, so that it tells nothing about cases one may not see: KW410 for new, changed or deleted content of a closed case.';

create or replace function app.case_keeps_its_closing() returns trigger
language plpgsql set search_path = '' as $$
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
comment on function app.case_keeps_its_closing() is
    'Closing is stamped with the transaction''s time, is not moved afterwards (KW414), and a closed case is not edited (KW410), only reopened.';

create or replace function app.ended_assignments_stay_ended() returns trigger
language plpgsql set search_path = '' as $$
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
comment on function app.ended_assignments_stay_ended() is 'An assignment ends now, once (KW415); a new one is made instead of reviving it.';

create or replace function app.note_keeps_its_stream_and_author() returns trigger
language plpgsql set search_path = '' as $$
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
        if coalesce(app.acting_hat(), '') <> 'org_admin' or coalesce(btrim(current_setting('app.reason', true), E' \t\r\n'), '') = '' then
            raise exception 'a safeguarding flag stays' using errcode = 'KW413';
        end if;
        new.safeguarding_flagged_at := null;
    end if;
    return new;
end
$$;
comment on function app.note_keeps_its_stream_and_author() is
    'KW411 stream changed, KW412 text changed by somebody else, KW413 flag taken back by anybody but an org-admin with a reason (app.remove_safeguarding_flag); stamps the flag''s moment and the edit''s.';

create or replace function app.flagged_notes_are_not_deleted() returns trigger
language plpgsql set search_path = '' as $$
begin
    if old.safeguarding and app.a_person_acts() then
        raise exception 'a note flagged for safeguarding is not deleted' using errcode = 'KW417';
    end if;
    return old;
end
$$;
comment on function app.flagged_notes_are_not_deleted() is 'KW417: a safeguarding record goes by retention only.';

create or replace function app.outcomes_are_recorded_after_the_session_began() returns trigger
language plpgsql set search_path = '' as $$
begin
    -- A cancellation may come before; "delivered" and "missed" say something about the meeting itself.
    if new.status in ('delivered', 'missed') and new.scheduled_at > now() and app.a_person_acts() then
        raise exception 'this session has not begun' using errcode = 'KW416';
    end if;
    return new;
end
$$;
comment on function app.outcomes_are_recorded_after_the_session_began() is 'KW416 for a delivered or missed session that lies in the future.';


------------------------------------------------------------------------------------------------------------------------
-- Steps of a case: called by the screens, run as the person
------------------------------------------------------------------------------------------------------------------------

create or replace function app.close_case(of_case uuid, reason text, end_assignments boolean) returns integer
language plpgsql set search_path = '' as $$
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
comment on function app.close_case(uuid, text, boolean) is
    'Closes an open case for a known reason and, if asked, ends its live assignments; returns how many. KW404 where the person has no such open case.';

create or replace function app.reopen_case(of_case uuid) returns void
language plpgsql set search_path = '' as $$
begin
    update app.support_cases set closed_at = null where id = of_case and closed_at is not null;
    if not found then
        raise exception 'no such closed case' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.reopen_case(uuid) is
    'Clears closed_at: nothing of the case falls due until it is closed again (spec 2, 4). KW404 where the person has no such closed case.';

create or replace function app.end_assignment(of_collaborator uuid) returns void
language plpgsql set search_path = '' as $$
begin
    update app.support_collaborators set ended_at = now() where id = of_collaborator and ended_at is null;
    if not found then
        raise exception 'no such live assignment' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.end_assignment(uuid) is 'Ends a live assignment at once. KW404 where the person has no such live one to end.';

create or replace function app.end_assignments(of_collaborators uuid[]) returns integer
language plpgsql set search_path = '' as $$
declare
    ended integer;
begin
    perform from app.support_collaborators as c where c.id = any (of_collaborators) order by c.id for no key update;
    update app.support_collaborators set ended_at = now() where id = any (of_collaborators) and ended_at is null;
    get diagnostics ended = row_count;
    return ended;
end
$$;
comment on function app.end_assignments(uuid[]) is 'Ends those of these assignments that are live and the person may end, at once; returns how many.';

create or replace function app.invite_again(of_collaborator uuid) returns void
language plpgsql set search_path = '' as $$
begin
    update app.support_collaborators set invitation_sent_at = now()
        where id = of_collaborator and user_id is not null and ended_at is null and accepted_at is null;
    if not found then
        raise exception 'no such waiting invitation' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.invite_again(uuid) is
    'Says that a waiting invitation is to be sent (again) now; app.link_to_assignment() then makes its link. KW404 where the person has no such one.';

create or replace function app.invite_operator_again(of_organisation uuid, of_user uuid) returns void
language plpgsql set search_path = '' as $$
begin
    update app.memberships set invitation_sent_at = now()
        where organisation_id = of_organisation and user_id = of_user and accepted_at is null;
    if not found then
        raise exception 'no such waiting invitation' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.invite_operator_again(uuid, uuid) is
    'Says that a waiting invitation to operate is to be sent (again) now; app.link_to_membership() then makes its link. KW404 where the person has no such one.';

create or replace function app.account_for(of_email text, named text) returns uuid
language plpgsql security definer set search_path = '' as $$
begin
    if coalesce(app.acting_hat(), '') not in ('org_admin', 'property_manager', 'platform_admin') then
        raise exception 'only operators invite' using errcode = '42501';
    end if;
    return app.account_of(of_email, named);
end
$$;
comment on function app.account_for(text, text) is
    'The account of an e-mail address, made under this name when there is none. Answers alike for known and unknown addresses, taken back or not, so that an operator learns of nobody.';


------------------------------------------------------------------------------------------------------------------------
-- Documents: templates
------------------------------------------------------------------------------------------------------------------------

create or replace function app.template_versions_take_their_place() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- One at a time for each template: two who save at once get two numbers.
    select t.organisation_id into new.organisation_id from app.document_templates as t where t.id = new.template_id for no key update;
    if app.a_person_acts() then
        select u.id, u.full_name into new.author_id, new.author_name from app.users as u where u.id = app.acting_as('any');
        new.created_at := now();
    end if;
    new.version := 1 + coalesce((select max(v.version) from app.document_template_versions as v where v.template_id = new.template_id), 0);
    return new;
end
$$;
comment on function app.template_versions_take_their_place() is 'A new wording of a template is of its organisation, has the next number, and is signed by the person who acts.';

create or replace function app.template_versions_stay() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception 'a wording of a template stays as it is' using errcode = 'KW464';
end
$$;
comment on function app.template_versions_stay() is 'KW464: documents stand on the wording that they were made from, so nobody changes or removes one, the owner included.';

create or replace function app.is_question(part_type text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
    select part_type in ('short_text', 'long_text', 'date', 'number', 'choice', 'choices', 'yes_no', 'signature')
$$;
comment on function app.is_question(text) is 'Whether a part of a template asks for an answer; the others (heading, text) say something.';

create or replace function app.template_parts_fit() returns trigger
language plpgsql set search_path = '' as $$
declare
    part  jsonb;
    place integer := 0;
    ids   text[] := '{}';
    at    text;
begin
    if jsonb_typeof(new.parts) <> 'array' or jsonb_array_length(new.parts) not between 1 and 100 then
        raise exception 'a template has 1 to 100 parts' using errcode = 'KW470';
    end if;
    for part in select p.part from jsonb_array_elements(new.parts) as p (part) loop
        at := 'parts.' || place;
        place := place + 1;
        if jsonb_typeof(part) <> 'object' then
            raise exception 'a part of a template is not one' using errcode = 'KW470', column = at;
        elsif part - array['id', 'type', 'words', 'hint', 'options', 'required'] <> '{}'
           or not coalesce(app.is_question(part ->> 'type') or part ->> 'type' in ('heading', 'text'), false)
           or not coalesce(part ->> 'id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', false) or part ->> 'id' = any (ids)
           or jsonb_typeof(part -> 'required') <> 'boolean' or (not app.is_question(part ->> 'type') and part ?| array['hint', 'options', 'required'])
        then
            raise exception 'a part of a template is not one' using errcode = 'KW470', column = at;
        end if;
        ids := ids || (part ->> 'id');
        if coalesce(jsonb_typeof(part -> 'words'), '') <> 'string' or length(btrim(part ->> 'words', E' \t\r\n')) < 1
           or length(part ->> 'words') > (case part ->> 'type' when 'text' then 4000 else 300 end)
        then
            raise exception 'words of a part are missing or too long' using errcode = 'KW471', column = at || '.words';
        elsif regexp_replace(part ->> 'words', '\{\{(tenant|property|organisation|date|case_opened|author)\}\}', '', 'g') ~ '\{\{|\}\}' then
            raise exception 'a merge field is unknown' using errcode = 'KW472', column = at || '.words';
        elsif part ? 'hint' and (jsonb_typeof(part -> 'hint') <> 'string' or length(part ->> 'hint') > 300) then
            raise exception 'a hint is too long' using errcode = 'KW473', column = at || '.hint';
        elsif (part ->> 'type' in ('choice', 'choices')) <> (part ? 'options') or not app.options_fit(part -> 'options') then
            raise exception 'choices are missing or alike' using errcode = 'KW474', column = at || '.options';
        end if;
    end loop;
    return new;
end
$$;
comment on function app.template_parts_fit() is
    'What a template may say. KW470: not 1 to 100 parts, or one that is none. KW471: words missing or too long (4,000 characters for text, 300 for headings and questions). KW472: a merge field that is not known. '
    'KW473: a hint over 300 characters. KW474: not 2 to 20 different choices of 1 to 100 characters. The column of the refusal is the part, from 0: parts.3.words.';

create or replace function app.options_fit(options jsonb) returns boolean
language sql immutable set search_path = '' as $$
    select options is null
        or case jsonb_typeof(options) when 'array' then
               (select count(*) between 2 and 20 and count(distinct btrim(o.value #>> '{}')) = count(*)
                       and bool_and(jsonb_typeof(o.value) = 'string' and length(btrim(o.value #>> '{}')) between 1 and 100)
                from jsonb_array_elements(options) as o (value))
           else false end
$$;
comment on function app.options_fit(jsonb) is 'Whether these are 2 to 20 different choices of 1 to 100 characters, or none at all (null).';

create or replace function app.add_starter_templates() returns integer
language plpgsql set search_path = '' as $$
declare
    starter record;
    made    uuid;
    added   integer := 0;
begin
    for starter in
        select s.* from app.starters_to_add() as s order by s.name
    loop
        insert into app.document_templates (kind, name, repeats_every_months, starter_key)
            values (starter.kind, starter.name, starter.repeats_every_months, starter.starter_key) returning id into made;
        insert into app.document_template_versions (template_id, parts) values (made, starter.parts);
        added := added + 1;
    end loop;
    return added;
end
$$;
comment on function app.add_starter_templates() is
    'An org-admin adds the templates of the starter pack that their organisation does not have yet, by their key and by their name; returns how many. They are the organisation''s own from then on.';

create or replace function app.starters_to_add() returns table (starter_key text, kind text, name text, repeats_every_months integer, parts jsonb)
language sql stable security definer set search_path = '' as $$
    select s.starter_key, s.kind, s.name, s.repeats_every_months, s.parts
    from app.starter_templates() as s
    where app.org_admin_case_organisation() is not null
      and not exists (select from app.document_templates as t
                      where t.organisation_id = app.org_admin_case_organisation() and (t.starter_key = s.starter_key or t.name = s.name))
$$;
comment on function app.starters_to_add() is 'For an org-admin: templates of the starter pack (db/starter_pack.sql) that their organisation does not have. No row under any other hat.';


------------------------------------------------------------------------------------------------------------------------
-- Documents: what they say
------------------------------------------------------------------------------------------------------------------------

create or replace function app.merged(words text, fields jsonb) returns text
language sql immutable set search_path = '' as $$
    -- In one pass: a tenant whose name looks like a field stays as they are called.
    select string_agg(piece.said || coalesce(fields ->> field.name, ''), '' order by piece.place)
    from unnest(regexp_split_to_array(words, '\{\{(?:tenant|property|organisation|date|case_opened|author)\}\}')) with ordinality as piece (said, place)
    left join (select m.found[1] as name, m.place
               from regexp_matches(words, '\{\{(tenant|property|organisation|date|case_opened|author)\}\}', 'g') with ordinality as m (found, place)) as field
      on field.place = piece.place
$$;
comment on function app.merged(text, jsonb) is 'Words of a template with its merge fields filled in ({"tenant": ..., ...}); a field without a value is left out.';

create or replace function app.said_day(of_day date) returns text
language sql immutable set search_path = '' as $$
    select extract(day from of_day) || ' ' || (array['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'])[extract(month from of_day)::integer]
           || ' ' || extract(year from of_day)
$$;
comment on function app.said_day(date) is 'A day as a letter says it: 3 November 2026. Whatever language the server is set to.';

create or replace function app.content_of(of_case uuid, of_template_version uuid, titled text, answered jsonb, by_author text, in_version integer) returns jsonb
language sql stable set search_path = '' as $$
    select jsonb_build_object(
               'organisation', o.name, 'tenant', t.full_name, 'property', home.address, 'title', titled, 'kind', m.kind,
               'template', m.name, 'template_version', v.version, 'version', in_version, 'author', by_author, 'dated', today.day,
               'parts', (select jsonb_agg((p.part - 'required')
                                          || jsonb_build_object('words', app.merged(p.part ->> 'words', jsonb_build_object(
                                                 'tenant', t.full_name, 'property', home.address, 'organisation', o.name, 'author', by_author,
                                                 'date', app.said_day(today.day), 'case_opened', app.said_day((c.opened_at at time zone 'Europe/London')::date))))
                                          || case when answered ? (p.part ->> 'id') then jsonb_build_object('answer', answered -> (p.part ->> 'id')) else '{}' end
                                          order by p.place)
                         from jsonb_array_elements(v.parts) with ordinality as p (part, place)))
    from app.support_cases as c
    join app.tenants as t on t.id = c.tenant_id
    join app.organisations as o on o.id = c.organisation_id
    join app.properties as r on r.id = t.property_id
    join app.document_template_versions as v on v.id = of_template_version
    join app.document_templates as m on m.id = v.template_id
    cross join lateral (select r.address || ', ' || r.town || ' ' || r.postcode as address) as home
    cross join (select (now() at time zone 'Europe/London')::date as day) as today
    where c.id = of_case
$$;
comment on function app.content_of(uuid, uuid, text, jsonb, text, integer) is 'What a document says today (app.support_documents.content), by its answers and the wording that it was made from: names, home and dates filled in.';

create or replace function app.document_content(of_document uuid) returns jsonb
language sql stable set search_path = '' as $$
    select coalesce(d.content, app.content_of(d.case_id, d.template_version_id, d.title, d.answers, d.author_name, d.version)) from app.support_documents as d where d.id = of_document
$$;
comment on function app.document_content(uuid) is 'What a document says: frozen from submission on, as it stands today for a draft. Null where the person sees no such document.';

create or replace function app.preview_of_template(of_parts jsonb) returns jsonb
language sql stable set search_path = '' as $$
    select jsonb_build_object(
        'organisation', o.name, 'tenant', 'Sam Example', 'property', '1 Example Street, Leeds LS1 1AA', 'author', u.full_name, 'version', 1, 'template_version', 1, 'dated', today.day,
        'parts', (select jsonb_agg((p.part - 'required') || jsonb_build_object('words', app.merged(p.part ->> 'words', jsonb_build_object(
                      'tenant', 'Sam Example', 'property', '1 Example Street, Leeds LS1 1AA', 'organisation', o.name, 'author', u.full_name,
                      'date', app.said_day(today.day), 'case_opened', app.said_day(today.day - 90)))) order by p.place)
                  from jsonb_array_elements(of_parts) with ordinality as p (part, place)))
    from app.organisations as o
    join app.users as u on u.id = app.acting_as('org_admin')
    cross join (select (now() at time zone 'Europe/London')::date as day) as today
    where o.id = app.org_admin_organisation()
$$;
comment on function app.preview_of_template(jsonb) is 'For an org-admin who words a template: what a document of these parts would say, with an invented tenant. The parts need not be complete yet.';

create or replace function app.answer_fits(part jsonb, answer jsonb) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
    return coalesce(case part ->> 'type'
        when 'short_text' then jsonb_typeof(answer) = 'string' and length(btrim(answer #>> '{}', E' \t\r\n')) >= 1 and length(answer #>> '{}') <= 500
        when 'long_text' then jsonb_typeof(answer) = 'string' and length(btrim(answer #>> '{}', E' \t\r\n')) >= 1 and length(answer #>> '{}') <= 20000
        when 'signature' then jsonb_typeof(answer) = 'string' and length(btrim(answer #>> '{}', E' \t\r\n')) >= 1 and length(answer #>> '{}') <= 120
        when 'number' then jsonb_typeof(answer) = 'number' and abs((answer #>> '{}')::numeric) < 1e11 and scale((answer #>> '{}')::numeric) <= 4
        when 'yes_no' then jsonb_typeof(answer) = 'boolean'
        when 'choice' then jsonb_typeof(answer) = 'string' and part -> 'options' @> answer
        when 'choices' then jsonb_typeof(answer) = 'array' and jsonb_array_length(answer) between 1 and 20 and part -> 'options' @> answer
                            and (select count(distinct a.value) = count(*) from jsonb_array_elements(answer) as a (value))
        when 'date' then jsonb_typeof(answer) = 'string' and answer #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
                         and (answer #>> '{}')::date between date '1900-01-01' and date '2100-12-31'
        end, false);
exception
    -- A day that does not exist, such as 30 February.
    when datetime_field_overflow or invalid_datetime_format then
        return false;
end
$$;
comment on function app.answer_fits(jsonb, jsonb) is 'Whether this answers a question of a template by its type: short text up to 500 characters, long text 20,000, a signature 120, a day from 1900 to 2100 (yyyy-mm-dd), a number under 100 thousand million of up to 4 decimals, true or false, choices from its options.';

create or replace function app.answers_fit_their_questions() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    questions jsonb := (select jsonb_object_agg(p.part ->> 'id', p.part)
                        from app.document_template_versions as v, jsonb_array_elements(v.parts) as p (part)
                        where v.id = new.template_version_id and app.is_question(p.part ->> 'type'));
    it        record;
begin
    if jsonb_typeof(new.answers) <> 'object' then
        raise exception 'answers are an object' using errcode = 'KW475', column = 'answers';
    end if;
    for it in select a.key, a.value from jsonb_each(new.answers) as a loop
        if not coalesce(app.answer_fits(questions -> it.key, it.value), false) then
            raise exception 'an answer does not fit its question' using errcode = case questions -> it.key ->> 'type'
                when 'date' then 'KW476' when 'number' then 'KW477' when 'choice' then 'KW478' when 'choices' then 'KW478' when 'yes_no' then 'KW478' else 'KW475' end,
                column = 'answers.' || it.key;
        end if;
    end loop;
    return null;
end
$$;
comment on function app.answers_fit_their_questions() is
    'After the policies have passed, so that it tells nothing about templates that one may not see. Each answer is to a question of the document''s own template, and of its type (app.answer_fits). KW475 text that is empty or too long, or no question of this document; KW476 no day; KW477 no number; KW478 none of the choices. The column of the refusal is the question: answers.<id>.';


------------------------------------------------------------------------------------------------------------------------
-- Documents: their life
------------------------------------------------------------------------------------------------------------------------

-- app.document_transitions says which step leads where, and who may take it. The functions below are one for each step; each
-- sets `step` on the document, or adds the row that the step follows from. What they come to is the trigger's
-- (app.documents_take_steps), for every client alike.

create or replace function app.judge_step(of_step text, of_state text, of_author uuid, out to_state text, out asks_reason boolean, out follows_from text)
language plpgsql stable security definer set search_path = '' as $$
declare
    it app.document_transitions;
begin
    select * into it from app.document_transitions as t where t.step = of_step and t.from_state = of_state;
    if not found then
        raise exception 'no such step from here' using errcode = 'KW460';
    end if;
    -- Jobs, imports and DBAs act without a person; the order of the states binds them as well.
    if app.a_person_acts() then
        if not it.by_collaborators and app.acting_hat() is distinct from 'org_admin' and app.acting_hat() is distinct from 'property_manager' then
            raise exception 'this step is the operators''' using errcode = 'KW461';
        elsif it.by_author = 'never' and of_author = app.acting_as('any') then
            raise exception 'four eyes' using errcode = 'KW462';
        elsif it.by_author = 'only' and of_author is distinct from app.acting_as('any') then
            raise exception 'this step is the author''s' using errcode = 'KW463';
        end if;
    end if;
    to_state := it.to_state;
    asks_reason := it.asks_reason;
    follows_from := it.follows_from;
end
$$;
comment on function app.judge_step(text, text, uuid) is
    'Whether the acting person may take a step with a document in this state and of this author: where it leads, and what it asks for. KW460: not from this state. KW461: operators only. KW462: not the author (four eyes). KW463: the author only. '
    'Knows no document: whether the person sees it is the policies'' to say.';

create or replace function app.steps_open(of_state text, of_author uuid) returns text[]
language sql stable set search_path = '' as $$
    select coalesce(array_agg(t.step order by t.position), '{}')
    from app.document_transitions as t
    cross join (select app.acting_as('any') as person, app.acting_hat() in ('org_admin', 'property_manager') as operates offset 0) as me
    where t.from_state = of_state and t.step <> 'supersede' and (me.operates or t.by_collaborators)
      and case t.by_author when 'only' then of_author = me.person when 'never' then of_author <> me.person else true end
$$;
comment on function app.steps_open(text, uuid) is 'The steps that app.judge_step() would let the acting person take with a document in this state and of this author: which buttons to draw.';

create or replace function app.require_step(of_document uuid, of_step text) returns void
language plpgsql set search_path = '' as $$
declare
    it app.support_documents;
begin
    select * into it from app.support_documents as d where d.id = of_document;
    if not found then
        raise exception 'no such document' using errcode = 'KW404';
    end if;
    perform app.judge_step(of_step, it.state, it.author_id);
end
$$;
comment on function app.require_step(uuid, text) is 'Whether the acting person sees a document and may take this step with it. KW404 where they see none; else as app.judge_step.';

create or replace function app.take_step(of_document uuid, of_step text, because text default null) returns void
language plpgsql set search_path = '' as $$
begin
    perform app.require_step(of_document, of_step);
    update app.support_documents as d set step = of_step, step_reason = nullif(btrim(because, E' \t\r\n'), '') where d.id = of_document;
    if not found then
        raise exception 'no such document' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.take_step(uuid, text, text) is 'Takes a step that follows from nothing else, with its reason. For the functions below. Raises as app.require_step and app.documents_take_steps.';

create or replace function app.submit_document(of_document uuid) returns void
language sql set search_path = '' as $$
    select app.take_step(of_document, 'submit')
$$;
comment on function app.submit_document(uuid) is 'The author hands a draft in: what it says is frozen. KW479 where a question that must be answered is not (its column: answers.<id>); else as app.judge_step, KW404.';

create or replace function app.return_document(of_document uuid, because text) returns void
language sql set search_path = '' as $$
    select app.take_step(of_document, 'return', because)
$$;
comment on function app.return_document(uuid, text) is 'An operator who is not the author gives a submitted document back to be changed, and says why (KW465). As app.judge_step, KW404.';

create or replace function app.withdraw_document(of_document uuid, because text default null) returns void
language sql set search_path = '' as $$
    select app.take_step(of_document, 'withdraw', because)
$$;
comment on function app.withdraw_document(uuid, text) is 'A draft or submitted document is not gone on with, or an operator takes back an approved one that was not sent, and says why (KW465). As app.judge_step, KW404.';

create or replace function app.approve_document(of_document uuid, seen_sha256 bytea, made_pdf bytea) returns void
language plpgsql set search_path = '' as $$
begin
    perform app.require_step(of_document, 'approve');
    insert into app.support_document_pdfs (document_id, content_sha256, pdf) values (of_document, seen_sha256, made_pdf);
end
$$;
comment on function app.approve_document(uuid, bytea, bytea) is
    'An operator who is not the author approves a submitted document, with the PDF that was made of what they saw (its content_sha256): both are fixed by it. KW467 where it says something else by now; else as app.judge_step, KW404.';

create or replace function app.send_document(of_document uuid, new_id uuid, named text, address text) returns void
language plpgsql set search_path = '' as $$
begin
    perform app.require_step(of_document, 'send');
    insert into app.support_document_deliveries (id, document_id, way, to_name, to_address) values (new_id, of_document, 'email', named, address);
end
$$;
comment on function app.send_document(uuid, uuid, text, text) is
    'An operator sends an approved document to somebody by e-mail, with its PDF; new_id is the delivery''s, so that a form sent twice sends once. KW451: nothing is sent to that address. As app.judge_step, KW404.';

create or replace function app.hand_over_document(of_document uuid, new_id uuid, named text, on_day date) returns void
language plpgsql set search_path = '' as $$
begin
    perform app.require_step(of_document, 'hand_over');
    insert into app.support_document_deliveries (id, document_id, way, to_name, handed_over_on) values (new_id, of_document, 'by_hand', named, on_day);
end
$$;
comment on function app.hand_over_document(uuid, uuid, text, date) is 'An operator notes that an approved document was handed to somebody, and when (Europe/London). As app.judge_step, KW404.';

create or replace function app.new_version_of(of_document uuid, new_id uuid) returns void
language plpgsql set search_path = '' as $$
declare
    it     app.support_documents;
    newest app.document_template_versions;
begin
    select * into it from app.support_documents as d where d.id = of_document;
    if not found then
        raise exception 'no such document' using errcode = 'KW404';
    elsif it.state not in ('approved', 'sent') then
        raise exception 'there is no such document to supersede' using errcode = 'KW466';
    end if;
    select * into newest from app.document_template_versions as v where v.template_id = it.template_id order by v.version desc limit 1;
    insert into app.support_documents (id, case_id, template_version_id, title, supersedes_id, answers)
        values (new_id, it.case_id, newest.id, it.title, it.id, (
            -- What was answered to the same question, where it still fits.
            select coalesce(jsonb_object_agg(was.part ->> 'id', was.part -> 'answer'), '{}')
            from jsonb_array_elements(it.content -> 'parts') as was (part)
            join jsonb_array_elements(newest.parts) as now_asked (part)
              on now_asked.part ->> 'id' = was.part ->> 'id' and now_asked.part ->> 'type' = was.part ->> 'type'
            where was.part ? 'answer' and app.answer_fits(now_asked.part, was.part -> 'answer')));
end
$$;
comment on function app.new_version_of(uuid, uuid) is
    'Begins a new version of an approved or sent document as a draft of the acting person''s, in the newest wording of its template, with the answers that still fit. The old one is superseded when the new one is approved. KW466 for any other document; KW404 where the person sees none.';

create or replace function app.documents_begin_as_drafts() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    template app.document_templates;
begin
    select t.* into template from app.document_templates as t join app.document_template_versions as v on v.template_id = t.id where v.id = new.template_version_id;
    new.template_id := template.id;
    new.kind := template.kind;
    new.repeats_every_months := template.repeats_every_months;
    if template.id is null then
        -- Of no template: whatever stands here, the key refuses it, in the words that it has for one of another organisation.
        new.template_id := new.template_version_id;
        new.kind := 'letter';
    end if;
    if not app.a_person_acts() then
        return new;
    end if;
    new.state := 'draft';
    new.step := null;
    new.step_reason := null;
    new.content := null;
    new.content_sha256 := null;
    new.revision := 1;
    new.created_at := now();
    new.changed_at := now();
    new.submitted_at := null;
    new.approved_at := null;
    new.approved_by_id := null;
    new.approved_by_name := null;
    new.pdf_sha256 := null;
    new.sent_at := null;
    new.next_due_on := null;
    new.version := case when new.supersedes_id is null then 1
                        else 1 + coalesce((select d.version from app.support_documents as d where d.id = new.supersedes_id and d.case_id = new.case_id), 1) end;
    return new;
end
$$;
comment on function app.documents_begin_as_drafts() is
    'A document is of its template''s kind, and begins as a draft. Refuses nothing: what it begins from is judged once the policies have passed (app.documents_begin_from_what_is_live).';

create or replace function app.documents_begin_from_what_is_live() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    template app.document_templates;
    newest   uuid;
    before   app.support_documents;
begin
    if not app.a_person_acts() then
        return null;
    end if;
    select * into template from app.document_templates as t where t.id = new.template_id;
    select v.id into newest from app.document_template_versions as v where v.template_id = template.id order by v.version desc limit 1;
    if new.template_version_id <> newest or (template.retired_at is not null and new.supersedes_id is null) then
        raise exception 'this template makes no documents any more' using errcode = 'KW468';
    end if;
    if new.supersedes_id is not null then
        select * into before from app.support_documents as d where d.id = new.supersedes_id for share;
        if before.state not in ('approved', 'sent') or before.template_id <> template.id then
            raise exception 'there is no such document to supersede' using errcode = 'KW466';
        end if;
    end if;
    return null;
end
$$;
comment on function app.documents_begin_from_what_is_live() is
    'After the policies have passed, so that it tells nothing about what one may not see: a document is made from the newest wording of a live template (KW468), or is the next version of an approved or sent one of the same case and template (KW466).';

create or replace function app.content_is_frozen_from_submission() returns trigger
language plpgsql set search_path = '' as $$
declare
    -- What may change by a statement; whatever else does is the work of a step, which comes after this.
    free text[] := case old.state when 'draft' then array['title', 'answers', 'revision', 'step', 'step_reason', 'landlord_id'] else array['step', 'step_reason', 'landlord_id'] end;
begin
    if to_jsonb(new) - free <> to_jsonb(old) - free then
        raise exception 'what was submitted stays as it is' using errcode = 'KW464';
    end if;
    if old.state = 'draft' and (new.title <> old.title or new.answers <> old.answers) then
        if app.a_person_acts() and old.author_id is distinct from app.acting_as('any') then
            raise exception 'a draft is its author''s' using errcode = 'KW463';
        elsif new.revision <> old.revision then
            raise exception 'somebody changed this draft meanwhile' using errcode = 'KW467';
        end if;
        new.changed_at := now();
        new.revision := old.revision + 1;
    elsif new.revision <> old.revision then
        -- Nothing else of it was changed: it counts changes alone.
        new.revision := old.revision;
    end if;
    return new;
end
$$;
comment on function app.content_is_frozen_from_submission() is
    'For every role and statement: of a draft its author changes title and answers (KW463), saying which revision they saw (KW467); of any other document nothing is changed (KW464) but by a step.';

create or replace function app.next_due_on(approved timestamptz, every_months integer) returns date
language sql immutable set search_path = '' as $$
    select ((approved at time zone 'Europe/London')::date + make_interval(months => every_months))::date
$$;
comment on function app.next_due_on(timestamptz, integer) is
    'The day by which the next recurring assessment is due: so many months after the day of approval in London; the last day of a shorter month. Null where nothing recurs.';

create or replace function app.documents_take_steps() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    taken   record := app.judge_step(new.step, old.state, old.author_id);
    missing text;
begin
    -- A statement that gives no reason leaves the one of the step before, which somebody else may have given.
    if new.step_reason is not distinct from old.step_reason then
        new.step_reason := null;
    end if;
    -- At depth 1 somebody sets the column by hand; what a step follows from is a row of its own, whose trigger sets it.
    if taken.follows_from is not null and pg_trigger_depth() = 1 then
        raise exception 'this step follows from something else' using errcode = 'KW460';
    elsif taken.asks_reason and coalesce(btrim(new.step_reason, E' \t\r\n'), '') = '' then
        raise exception 'this step needs a reason' using errcode = 'KW465', column = 'reason';
    end if;
    new.state := taken.to_state;
    new.changed_at := clock_timestamp();
    case new.step
        when 'submit' then
            select p.part ->> 'id' into missing
            from app.document_template_versions as v, jsonb_array_elements(v.parts) with ordinality as p (part, place)
            where v.id = new.template_version_id and p.part -> 'required' = 'true' and not new.answers ? (p.part ->> 'id')
            order by p.place limit 1;
            if found then
                raise exception 'a question is not answered' using errcode = 'KW479', column = 'answers.' || missing;
            end if;
            new.content := app.content_of(new.case_id, new.template_version_id, new.title, new.answers, new.author_name, new.version);
            new.content_sha256 := sha256(convert_to(new.content::text, 'UTF8'));
            new.submitted_at := now();
        when 'return' then
            new.content := null;
            new.content_sha256 := null;
            new.submitted_at := null;
        when 'approve' then
            new.approved_at := now();
            select w.actor_id, w.actor_name into new.approved_by_id, new.approved_by_name from app.who_acts(null) as w;
            new.pdf_sha256 := (select f.sha256 from app.support_document_pdfs as f where f.document_id = new.id);
            new.next_due_on := app.next_due_on(now(), new.repeats_every_months);
        when 'send', 'hand_over' then
            new.sent_at := coalesce(old.sent_at, now());
        else
            null;
    end case;
    return new;
end
$$;
comment on function app.documents_take_steps() is
    'Moves a document by the step that was set, as app.document_transitions has it, and writes what belongs to the state: submission freezes what it says (KW479 where a required answer is missing), a return thaws it, approval names the approver, '
    'the PDF''s hash and, of a recurring assessment, the day by which the next is due (in months from today, Europe/London; the last day of a shorter month). KW465 without the reason that a step asks for; else as app.judge_step.';

create or replace function app.steps_are_written_down() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    who record := app.who_acts(null);
begin
    insert into app.support_document_events (organisation_id, landlord_id, case_id, document_id, step, from_state, to_state, actor_id, actor_name, reason)
        values (new.organisation_id, new.landlord_id, new.case_id, new.id, case tg_op when 'INSERT' then 'begin' else new.step end,
                case tg_op when 'UPDATE' then old.state end, new.state, who.actor_id, who.actor_name, case tg_op when 'UPDATE' then new.step_reason end);
    if tg_op = 'UPDATE' and new.step = 'approve' and new.supersedes_id is not null then
        -- One that was withdrawn meanwhile stays so.
        update app.support_documents as d set step = 'supersede', step_reason = null
        where d.id = new.supersedes_id and d.state in ('approved', 'sent');
    end if;
    return null;
end
$$;
comment on function app.steps_are_written_down() is 'Writes the trail: who took which step, from which state to which, and why; and supersedes the earlier version of a document that is approved.';

create or replace function app.what_was_fixed_stays() returns trigger
language plpgsql set search_path = '' as $$
begin
    -- A home that moves to another landlord takes everything along; retention destroys, and no person can claim to be it.
    if tg_op = 'UPDATE' and to_jsonb(new) - 'landlord_id' = to_jsonb(old) - 'landlord_id' then
        return new;
    elsif tg_op = 'DELETE' and not app.a_person_acts() and current_setting('app.purging', true) = 'yes' then
        return old;
    end if;
    raise exception 'what was fixed stays' using errcode = 'KW469';
end
$$;
comment on function app.what_was_fixed_stays() is 'KW469: trails, PDFs and deliveries of documents are neither changed nor removed by anybody, the owner included; they go by retention, with their document.';

create or replace function app.pdf_takes_place_from_document() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- Whoever returns it at this moment is waited for.
    select d.organisation_id, d.landlord_id, d.case_id into new.organisation_id, new.landlord_id, new.case_id
    from app.support_documents as d where d.id = new.document_id for update;
    return new;
end
$$;
comment on function app.pdf_takes_place_from_document() is 'A PDF is of its document''s case.';

create or replace function app.pdf_approves_its_document() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    update app.support_documents as d set step = 'approve', step_reason = null where d.id = new.document_id;
    if not exists (select from app.support_documents as d where d.id = new.document_id and d.content_sha256 = new.content_sha256) then
        raise exception 'it says something else by now' using errcode = 'KW467';
    end if;
    return null;
end
$$;
comment on function app.pdf_approves_its_document() is
    'After the policies have passed: adding the PDF is the approval, so neither is ever without the other. KW467 where it was made of something else than what the document says now. Else as app.judge_step.';

create or replace function app.delivery_takes_place_from_document() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    select d.organisation_id, d.landlord_id, d.case_id into new.organisation_id, new.landlord_id, new.case_id
    from app.support_documents as d where d.id = new.document_id for update;
    if app.a_person_acts() then
        select u.id, u.full_name into new.author_id, new.author_name from app.users as u where u.id = app.acting_as('any');
        new.created_at := now();
        if new.handed_over_on > (now() at time zone 'Europe/London')::date then
            raise exception 'that day is still to come' using errcode = 'KW480', column = 'handed_over_on';
        end if;
    end if;
    return new;
end
$$;
comment on function app.delivery_takes_place_from_document() is 'A delivery is of its document''s case, is made now, and names who made it. KW480: nothing was handed over on a day to come.';

create or replace function app.delivery_sends_its_document() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    update app.support_documents as d set step = case new.way when 'email' then 'send' else 'hand_over' end, step_reason = null where d.id = new.document_id;
    if new.way = 'email' then
        if exists (select from app.suppressed_addresses as s
                   where s.organisation_id = new.organisation_id and s.address = lower(new.to_address) and s.cleared_at is null) then
            raise exception 'the address is suppressed' using errcode = 'KW451', column = 'to_address';
        end if;
        insert into app.outbox (organisation_id, kind, delivery_id, dedup_key, to_name, to_address)
            values (new.organisation_id, 'document', new.id, 'document/' || new.id, new.to_name, new.to_address);
    end if;
    return null;
end
$$;
comment on function app.delivery_sends_its_document() is
    'After the policies have passed: sends the document, by e-mail through the outbox. KW451 where nothing is sent to that address until it is cleared. Else as app.judge_step.';

create or replace function app.delivery_state(of_delivery uuid, out state text, out state_at timestamptz)
language sql stable security definer set search_path = '' as $$
    select app.told_state(o.state, o.provider_id, o.claimed_at, o.sent_at), o.state_at
    from app.support_document_deliveries as v
    join app.outbox as o on o.organisation_id = v.organisation_id and o.delivery_id = v.id
    where v.id = of_delivery and (v.organisation_id = app.org_admin_case_organisation() or v.landlord_id = any (app.manager_case_landlord_ids()))
$$;
comment on function app.delivery_state(uuid) is 'For an operator of its case: what became of the e-mail of a delivery (app.told_state), and since when. Nulls for one by hand, and under any other hat.';

create or replace function app.file_takes_place_from_upload() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    select u.organisation_id, u.landlord_id, u.case_id into new.organisation_id, new.landlord_id, new.case_id
    from app.support_uploads as u where u.id = new.upload_id for share;
    return new;
end
$$;
comment on function app.file_takes_place_from_upload() is 'A file is of its upload''s case.';

create or replace function app.uploads_come_with_their_file() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if not exists (select from app.support_upload_files as f where f.upload_id = new.id) and exists (select from app.support_uploads as u where u.id = new.id) then
        raise exception 'an upload without its file' using errcode = 'KW481';
    end if;
    return null;
end
$$;
comment on function app.uploads_come_with_their_file() is 'When the transaction ends: KW481 for an upload whose file did not come with it.';

create or replace function app.keep_upload(new_id uuid, of_case uuid, of_document uuid, called text, received date, of_type text, file bytea) returns void
language plpgsql set search_path = '' as $$
begin
    insert into app.support_uploads (id, case_id, document_id, title, received_on) values (new_id, of_case, of_document, called, received);
    insert into app.support_upload_files (upload_id, media_type, bytes) values (new_id, of_type, file);
end
$$;
comment on function app.keep_upload(uuid, uuid, uuid, text, date, text, bytea) is
    'Adds a file to a case: a signed scan of one of its documents, or (of_document null) something received, on a day (Europe/London) if it is known. Type and bytes as views/upload_check.py found them.';


------------------------------------------------------------------------------------------------------------------------
-- The audit log: writing down
------------------------------------------------------------------------------------------------------------------------

create or replace function app.installation_chain() returns uuid
language sql immutable parallel safe set search_path = '' as $$
    select '00000000-0000-0000-0000-000000000000'::uuid
$$;
comment on function app.installation_chain() is 'What stands for the installation itself where the audit log names an organisation.';

create or replace function app.who_acts(about uuid, out actor_id uuid, out actor_name text, out actor_hat text)
language plpgsql stable set search_path = '' as $$
begin
    if session_user = 'keywork_app' then
        -- Raises when the token was shed half way. The id is that of the token, also where the person has just lost the hat.
        perform app.acting_as('any');
        actor_id := left(current_setting('app.token', true), 36)::uuid;
        actor_hat := split_part(current_setting('app.token', true), '.', 2);
    elsif session_user = 'keywork_signin' then
        -- Whatever the sign-in login changes is about the person who is signing in.
        actor_id := about;
        actor_hat := 'sign_in';
    else
        -- What an import writes is who asked's, while it is under way: the setting alone names nobody.
        actor_id := (select i.asked_by_id from vault.import_work as w join app.imports as i on i.id = w.import_id
                     where w.import_id = nullif(current_setting('app.importing', true), '')::uuid and w.applied_in = pg_current_xact_id_if_assigned());
        actor_hat := case when actor_id is not null then 'org_admin' when session_user = 'keywork_jobs' then 'job' else 'owner' end;
    end if;
    actor_name := coalesce((select u.full_name from app.users as u where u.id = actor_id), session_user);
end
$$;
comment on function app.who_acts(uuid) is
    'Who is to be named for what happens now: the person of the verified token, the person signing in (`about`), the org-admin whose import is under way, or the login of a job or a DBA. Raises as app.acting_as.';

create or replace function app.write_down() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    was    jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    it     jsonb := coalesce(became, was);
    -- Beyond the four: columns of which the log says nothing.
    hidden text[] := tg_argv[4:];
    person uuid;
    who    record;
    said   jsonb;
    why    text := nullif(btrim(current_setting('app.reason', true), E' \t\r\n'), '');
    firm   uuid := coalesce((it ->> case tg_table_name when 'organisations' then 'id' else 'organisation_id' end)::uuid, app.installation_chain());
    salt   bytea := uuid_send(gen_random_uuid());
begin
    was := was - hidden;
    became := became - hidden;
    if tg_op = 'UPDATE' then
        -- Only what changed.
        select jsonb_object_agg(b.key, was -> b.key), jsonb_object_agg(b.key, b.value) into was, became
        from jsonb_each(became) as b where b.value is distinct from was -> b.key;
        if became is null then
            return null;
        end if;
    end if;
    person := (it ->> case tg_table_name when 'users' then 'id' else 'user_id' end)::uuid;
    who := app.who_acts(person);
    said := jsonb_build_array(why, was, became);
    with fact as (
        insert into app.audit_log (organisation_id, case_id, actor_id, actor_name, actor_hat, action, table_name, row_id, row_kind, row_at, payload_hash)
        values (firm, (it ->> tg_argv[1])::uuid, who.actor_id, who.actor_name, who.actor_hat, lower(tg_op), tg_table_name,
                (it ->> tg_argv[0])::uuid, it ->> tg_argv[2], (it ->> tg_argv[3])::timestamptz,
                sha256(salt || convert_to(said::text, 'UTF8')))
        returning id, organisation_id, case_id, table_name, row_id
    )
    insert into app.audit_payloads (audit_id, organisation_id, case_id, table_name, row_id, salt, reason, before, after)
        select f.id, f.organisation_id, f.case_id, f.table_name, f.row_id, salt, why, was, became from fact as f;
    return null;
end
$$;
comment on function app.write_down() is
    'Writes a row of the audit log for each row inserted, updated or deleted, in the same transaction (spec 7), and what it said beside it. Arguments: columns of the id, the case, '
    'the kind and the moment of the row, then those that are left out of what is said, if any. An update that changes nothing else leaves nothing. The reason, where one was asked for, is the setting app.reason.';

create or replace function app.write_down_event(what text, of_organisation uuid, of_case uuid, of_table text, of_row uuid, of_kind text, about uuid, said jsonb default null) returns void
language plpgsql set search_path = '' as $$
declare
    who  record := app.who_acts(about);
    salt bytea := (case when said is not null then uuid_send(gen_random_uuid()) end);
begin
    -- Before the row takes its number (app.seal_audit_log).
    perform pg_current_xact_id();
    with fact as (
        insert into app.audit_log (organisation_id, case_id, actor_id, actor_name, actor_hat, action, table_name, row_id, row_kind, payload_hash)
        values (of_organisation, of_case, who.actor_id, who.actor_name, who.actor_hat, what, of_table, of_row, of_kind,
                sha256(salt || convert_to(jsonb_build_array(null::text, null::jsonb, said)::text, 'UTF8')))
        returning id, organisation_id, case_id, table_name, row_id
    )
    insert into app.audit_payloads (audit_id, organisation_id, case_id, table_name, row_id, salt, after)
        select f.id, f.organisation_id, f.case_id, f.table_name, f.row_id, salt, said from fact as f where said is not null;
end
$$;
comment on function app.write_down_event(text, uuid, uuid, text, uuid, text, uuid, jsonb) is
    'Writes down what changed no row: a view, an export, a sign-in; and beside it what is said of it, if anything is. For the doors below and app.write_down_sign_in().';

create or replace function app.record_view(of_case uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    firm uuid;
begin
    select c.organisation_id into firm from app.support_cases as c
    where c.id = of_case and (c.organisation_id = app.org_admin_case_organisation() or c.landlord_id = any (app.manager_case_landlord_ids()));
    if not found then
        raise exception 'no such case' using errcode = 'KW404';
    end if;
    perform app.write_down_event('view', firm, of_case, 'support_notes', null, 'professional', null);
end
$$;
comment on function app.record_view(uuid) is 'The acting operator looks at the Professional notes of a case: written down before they are shown (spec 7). KW404 where they may not.';

create or replace function app.record_export(what text, of_case uuid, of_row uuid default null, since date default null, until date default null) returns void
language plpgsql security definer set search_path = '' as $$
declare
    firm uuid;
begin
    -- Codes, never words of somebody's: the fact is kept for good.
    if what is null or what not in ('destruction_certificate', 'notes_csv', 'notes_pdf', 'shared_notes_csv', 'shared_notes_pdf', 'sessions_csv', 'sessions_pdf', 'document_pdf', 'uploaded_file', 'subject_access_bundle') then
        raise exception 'nothing of this kind is taken out' using errcode = '22023';
    end if;
    if of_case is null then
        firm := app.org_admin_organisation();
    else
        select c.organisation_id into firm from app.support_cases as c
        where c.id = of_case and (c.organisation_id = app.org_admin_case_organisation() or c.landlord_id = any (app.manager_case_landlord_ids())
                                  or c.id = any (app.my_case_ids()));
    end if;
    -- A document or a file is named, is of that case, and one that they read.
    if firm is null
       or (what = 'document_pdf' and not exists (
               select from app.support_document_pdfs as f
               where f.document_id = of_row and f.case_id = of_case and (app.acting_hat() <> 'collaborator' or f.document_id = any (app.my_document_ids()))))
       or (what = 'uploaded_file' and not exists (
               select from app.support_upload_files as f
               where f.upload_id = of_row and f.case_id = of_case and (app.acting_hat() <> 'collaborator' or f.upload_id = any (app.my_upload_ids()))))
       -- A bundle is of no case, and one that can be downloaded.
       or (what = 'subject_access_bundle' and (of_case is not null or not exists (
               select from app.subject_access_bundles as b where b.id = of_row and b.organisation_id = firm and b.state = 'ready')))
    then
        raise exception 'no such case' using errcode = 'KW404';
    end if;
    perform app.write_down_event('export', firm, of_case,
                                 case what when 'document_pdf' then 'support_documents' when 'uploaded_file' then 'support_uploads'
                                           when 'subject_access_bundle' then 'subject_access_bundles' else 'support_cases' end,
                                 case when what in ('document_pdf', 'uploaded_file', 'subject_access_bundle') then of_row else of_case end, what, null,
                                 nullif(jsonb_strip_nulls(jsonb_build_object('since', since, 'until', until)), '{}'));
end
$$;
comment on function app.record_export(text, uuid, uuid, date, date) is
    'The acting person takes something out of Keywork: what (a code), of which case, and of that which document or file, and of which days; without a case, of the org-admin''s organisation. Written down before it is given (spec 7). KW404 where they may not.';

create or replace function app.write_down_sign_in() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    firm uuid;
begin
    -- In the log of each firm that they work for or with: it is that firm's tenants whom they read about.
    for firm in
        select m.organisation_id from app.memberships as m where m.user_id = new.user_id and m.accepted_at is not null
        union
        select c.organisation_id from app.support_collaborators as c where c.user_id = new.user_id and c.ended_at is null
        union
        select app.installation_chain() from app.users as u where u.id = new.user_id and u.is_platform_admin
    loop
        perform app.write_down_event('sign_in', firm, null, 'sign_ins', new.user_id, new.way, new.user_id);
    end loop;
    if not found then
        perform app.write_down_event('sign_in', app.installation_chain(), null, 'sign_ins', new.user_id, new.way, new.user_id);
    end if;
    return null;
end
$$;
comment on function app.write_down_sign_in() is
    'A sign-in, in the log of each organisation that the person operates for or has a live assignment in; of platform-admins and people of no organisation, in the installation''s.';

create or replace function app.the_record_stays() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception 'the audit log is only ever added to' using errcode = 'KW440';
end
$$;
comment on function app.the_record_stays() is 'KW440: facts and seals of the audit log are neither changed nor deleted, payloads not changed, by anybody, the owner included.';

create or replace function app.keep_audit_months() returns integer
language plpgsql security definer set search_path = '' set lock_timeout = '3s' as $$
declare
    first_day date;
    part      text;
    made      integer := 0;
begin
    -- One at a time, and quietly where all are there: making one waits for everybody who reads or writes the log (a backup, say),
    -- and everybody who comes meanwhile waits behind it. So it gives up before people's writes do (roles.sql), and the months
    -- are made long before they are needed.
    perform pg_advisory_xact_lock(hashtextextended('months of the audit log', 0));
    for first_day in
        select generate_series(date_trunc('month', now() at time zone 'UTC'), date_trunc('month', now() at time zone 'UTC') + interval '2 months', interval '1 month')::date
    loop
        part := 'audit_log_' || to_char(first_day, 'YYYY_MM');
        if to_regclass('vault.' || part) is null
           -- Written down before anybody made the month: it stays where it is.
           and not exists (select from vault.audit_log_elsewhen as e
                           where e.happened_at >= first_day::timestamp at time zone 'UTC' and e.happened_at < (first_day + interval '1 month') at time zone 'UTC')
        then
            execute format('create table vault.%I partition of app.audit_log for values from (%L) to (%L)', part,
                           first_day::timestamp at time zone 'UTC', (first_day + interval '1 month') at time zone 'UTC');
            execute format('alter table vault.%I enable row level security', part);
            execute format('comment on table vault.%I is %L', part, 'The audit log of ' || to_char(first_day, 'FMMonth YYYY') || '.');
            execute format('create trigger audit_facts_are_not_emptied before truncate on vault.%I for each statement execute function app.the_record_stays()', part);
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;
comment on function app.keep_audit_months() is
    'Makes the partitions of the audit log for this month and the next two (UTC), where they are not there; returns how many it made. 55P03 where the log is in use for long. For the installer and a daily job.';


------------------------------------------------------------------------------------------------------------------------
-- The audit log: sealing and verifying
------------------------------------------------------------------------------------------------------------------------

-- hash(n) = sha256(hash(n - 1), number of the row, hash of its facts), one chain for each organisation; the facts hold the
-- hash of the salted payload, so a chain verifies after payload and salt were erased. Sealing follows in batches: a chain
-- within each write costs writers a quarter of their throughput or more, and can deadlock.

create or replace function app.hash_of_facts(fact jsonb) returns bytea
language sql immutable set search_path = '' as $$
    -- Without the number, so that two rows that changed places are told from two that were altered; without nulls, so that a
    -- column that a later release adds changes no hash.
    select sha256(convert_to(jsonb_strip_nulls(fact - 'id')::text, 'UTF8'))
$$;
comment on function app.hash_of_facts(jsonb) is
    'SHA-256 over the facts of a row of the audit log, given as to_jsonb(row) where TimeZone is UTC and bytea_output hex: how times are written must not depend on who asks.';

create or replace function app.next_link(hash_before bytea, audit_id bigint, facts_hash bytea) returns bytea
language sql immutable set search_path = '' as $$
    select sha256(hash_before || int8send(audit_id) || facts_hash)
$$;
comment on function app.next_link(bytea, bigint, bytea) is 'The next hash of a chain.';

create or replace function app.chain_begins(of_organisation uuid) returns bytea
language sql immutable set search_path = '' as $$
    select sha256(uuid_send(of_organisation))
$$;
comment on function app.chain_begins(uuid) is 'What stands before the first hash of an organisation''s chain.';

create or replace function app.seal_audit_log(most integer default 20000) returns bigint
language plpgsql security definer set search_path = '' set timezone = 'UTC' set bytea_output = 'hex' as $$
declare
    -- Within somebody's transaction, numbers may have been taken since it got its own.
    of_its_own boolean := pg_current_xact_id_if_assigned() is null;
    sealing   vault.audit_sealing;
    newest    bigint;
    oldest_running xid8;
    not_yet_begun  xid8;
    fact      record;
    firm      uuid;
    place     bigint;
    link      bytea;
    sealed    bigint := 0;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('seal the audit log', 0)) then
        return 0;
    end if;
    -- In this order: whoever has taken a number up to `newest` had a transaction by then, older than this one, which gets its
    -- own only now. (The end of a snapshot would not do: those that run beyond the newest finished one lie past it.)
    newest := (select i.last_value from vault.audit_ids as i);
    not_yet_begun := pg_current_xact_id();
    oldest_running := pg_snapshot_xmin(pg_current_snapshot());
    select * into sealing from vault.audit_sealing for update;
    for fact in
        select a.organisation_id, a.id, app.hash_of_facts(to_jsonb(a)) as facts_hash
        from app.audit_log as a
        where a.id > sealing.settled_to
          -- Finished transactions only. One that has not begun yet is of another server, from which this database was restored.
          and (a.transaction_id < oldest_running or a.transaction_id >= not_yet_begun)
          and not exists (select from vault.audit_seals as s where s.audit_id = a.id)
        order by a.organisation_id, a.id
        limit most
    loop
        if firm is distinct from fact.organisation_id then
            if firm is not null then
                perform app.keep_head(firm, place, link);
            end if;
            firm := fact.organisation_id;
            select h.position, h.hash into place, link from vault.audit_heads as h where h.organisation_id = firm;
            place := coalesce(place, 0);
            link := coalesce(link, app.chain_begins(firm));
        end if;
        place := place + 1;
        link := sha256(link || int8send(fact.id) || fact.facts_hash);
        insert into vault.audit_seals values (firm, place, fact.id, fact.facts_hash, link);
        sealed := sealed + 1;
    end loop;
    if firm is not null then
        perform app.keep_head(firm, place, link);
    end if;
    -- What is settled moves on when nothing was left over, and nobody runs any more who could hold a number up to there.
    if of_its_own and sealed < most and (sealing.once_before <= oldest_running or sealing.once_before > not_yet_begun) then
        update vault.audit_sealing set
            settled_to = case when sealing.once_before <= oldest_running then sealing.next_settled else sealing.settled_to end,
            next_settled = newest, once_before = not_yet_begun;
    end if;
    return sealed;
end
$$;
comment on function app.seal_audit_log(integer) is
    'Seals at most so many rows of the audit log, of finished transactions only, in the order of their numbers, into the chains of their organisations; returns how many (0 also while another one seals). For a job.';

create or replace function app.keep_head(of_organisation uuid, at_position bigint, with_hash bytea) returns void
language sql set search_path = '' as $$
    insert into vault.audit_heads values (of_organisation, at_position, with_hash)
        on conflict (organisation_id) do update set position = excluded.position, hash = excluded.hash, sealed_at = now()
$$;
comment on function app.keep_head(uuid, bigint, bytea) is 'Notes the end of a chain. For app.seal_audit_log().';

create or replace function app.audit_head() returns table (sealed_rows bigint, hash text, sealed_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
    return query select h.position, encode(h.hash, 'hex'), h.sealed_at
                 from vault.audit_heads as h where h.organisation_id = app.org_admin_organisation();
end
$$;
comment on function app.audit_head() is
    'For an org-admin: the end of their organisation''s chain, to be printed and kept elsewhere. No row before anything was sealed, and under any other hat.';

create or replace function app.verify_my_audit_log() returns table (problem text, audit_id bigint, "position" bigint)
language plpgsql security definer set search_path = '' as $$
begin
    if app.org_admin_organisation() is null then
        raise exception 'no organisation' using errcode = 'KW404';
    end if;
    return query select v.problem, v.audit_id, v.position from app.verify_audit_log(app.org_admin_organisation()) as v;
end
$$;
comment on function app.verify_my_audit_log() is 'app.verify_audit_log() for the acting org-admin''s own organisation. KW404 under any other hat.';

create or replace function app.verify_audit_log(of_organisation uuid, known_position bigint default null, known_hash bytea default null)
returns table (problem text, audit_id bigint, "position" bigint)
language plpgsql stable set search_path = '' set timezone = 'UTC' set bytea_output = 'hex' as $$
declare
    it       record;
    before   bytea := app.chain_begins(of_organisation);
    expected bigint := 1;
    seen     bigint := 0;
    head     vault.audit_heads;
begin
    for it in
        select s.position, s.audit_id, s.facts_hash, s.hash, a.id is null as is_gone, a.payload_hash, p.audit_id is not null as has_payload,
               -- Whose it is decides who reads it and when it goes.
               (p.organisation_id, p.case_id, p.table_name, p.row_id) is not distinct from (a.organisation_id, a.case_id, a.table_name, a.row_id) as in_its_place,
               now_hash is not distinct from s.facts_hash as facts_hold,
               -- Whose payload retention erased says so itself, among the few rows of its case: by name, or with a case all that was said of it.
               case when a.payload_hash is not null and p.audit_id is null then exists (
                   select from app.audit_log as e
                   where e.case_id = a.case_id and e.organisation_id = of_organisation and e.action = 'purge'
                     and (e.table_name = 'support_cases' or (e.table_name = 'audit_payloads' and a.row_id = any (e.row_ids))))
                   -- Of an address by name, in a case whose documents were sent there; of a subject access request in a case of its tenant.
                   or (a.table_name in ('suppressed_addresses', 'subject_access_redactions', 'subject_access_requests', 'subject_access_pauses') and exists (
                       select from app.audit_log as e
                       where e.organisation_id = of_organisation and e.action = 'purge' and e.table_name = 'audit_payloads' and a.row_id = any (e.row_ids))) end as was_erased,
               sha256(p.salt || convert_to(jsonb_build_array(p.reason, p.before, p.after)::text, 'UTF8')) as payload_hash_now,
               now_hash <> s.facts_hash and exists (
                   select from vault.audit_seals as other where other.organisation_id = of_organisation and other.facts_hash = now_hash) as changed_places
        from vault.audit_seals as s
        left join app.audit_log as a on a.id = s.audit_id
        cross join lateral (select case when a.id is not null then app.hash_of_facts(to_jsonb(a)) end as now_hash offset 0) as n
        left join app.audit_payloads as p on p.audit_id = s.audit_id
        where s.organisation_id = of_organisation
        order by s.position
    loop
        audit_id := it.audit_id;
        position := it.position;
        if it.position = seen then
            -- A second row of one number: the chain was looked at with the first.
            null;
        elsif it.position <> expected then
            problem := 'a seal is missing before this one';
            return next;
        elsif it.hash <> app.next_link(before, it.audit_id, it.facts_hash) then
            problem := 'the seal was altered';
            return next;
        end if;
        if it.is_gone then
            problem := 'removed';
            return next;
        elsif not it.facts_hold then
            problem := case when it.changed_places then 'reordered' else 'altered' end;
            return next;
        elsif it.has_payload and (it.payload_hash_now is distinct from it.payload_hash or not it.in_its_place) then
            problem := 'the payload was altered';
            return next;
        elsif it.payload_hash is not null and not it.has_payload and not it.was_erased then
            problem := 'the payload was removed';
            return next;
        end if;
        -- Gone on with as it stands, so that each fault is named once.
        before := it.hash;
        expected := it.position + 1;
        seen := it.position;
    end loop;
    select * into head from vault.audit_heads as h where h.organisation_id = of_organisation;
    if coalesce(head.position, 0) <> expected - 1 or coalesce(head.hash, before) <> before then
        return query values ('the end of the chain was removed', null::bigint, expected);
    end if;
    if known_position is not null and not exists (
        select from vault.audit_seals as s
        where s.organisation_id = of_organisation and s.position = known_position and s.hash = known_hash)
    then
        return query values ('the chain is not the one that was printed', null::bigint, known_position);
    end if;
    return query
        select case when a.is_late and exists (select from vault.audit_seals as s where s.audit_id = a.id) then 'dated back' else 'inserted' end, a.id, null::bigint
        from (select l.id, l.organisation_id, l.happened_at < max(l.happened_at) over (order by l.id rows between unbounded preceding and 1 preceding) - interval '15 minutes' as is_late
              from app.audit_log as l where l.organisation_id = of_organisation) as a
        -- Settled, and not sealed: or dated back by more than a clock is ever set back.
        where a.is_late
           or (a.id <= (select z.settled_to from vault.audit_sealing as z) and not exists (select from vault.audit_seals as s where s.audit_id = a.id))
        union all
        select 'inserted', p.audit_id, null
        from app.audit_payloads as p
        where p.organisation_id = of_organisation and not exists (select from app.audit_log as l where l.id = p.audit_id)
        order by 2;
end
$$;
comment on function app.verify_audit_log(uuid, bigint, bytea) is
    'Compares the audit log of an organisation (or app.installation_chain()) with its chain, and the chain with a head that was printed earlier, if given. One row for each fault: '
    'what it is, and which row of the log or place in the chain; no row where all is as it was written. Rows that are not sealed yet are not judged, but for those that came too late.';


------------------------------------------------------------------------------------------------------------------------
-- Retention: when a record is due
------------------------------------------------------------------------------------------------------------------------

create or replace function app.years_after(moment timestamptz, years integer) returns timestamptz
language plpgsql immutable parallel safe set search_path = '' as $$
declare
    -- By the calendar and the clock of London: from one summer to a winter, the same time of the day.
    local timestamp := moment at time zone 'Europe/London';
    later timestamp := local + make_interval(years => years);
begin
    -- 29 February and a year without one: the day after the 28th, so that no record is kept a day too short.
    if extract(day from later) <> extract(day from local) then
        later := later + interval '1 day';
    end if;
    return later at time zone 'Europe/London';
end
$$;
comment on function app.years_after(timestamptz, integer) is
    'The same day and time of day, Europe/London, so many years later; 1 March for a 29 February in a year that has none. A time that the clocks skip is an hour later, of two alike the later one: never early.';

create or replace function app.due_at(closed_at timestamptz, flagged_at timestamptz, windows jsonb, held boolean) returns timestamptz
language plpgsql immutable parallel safe security definer set search_path = '' as $$
begin
    if closed_at is null or held then
        return null;
    elsif flagged_at is null then
        return app.years_after(closed_at, (windows ->> 'case')::integer);
    else
        return app.years_after(greatest(closed_at, flagged_at), (windows ->> 'safeguarding')::integer);
    end if;
end
$$;
comment on function app.due_at(timestamptz, timestamptz, jsonb, boolean) is
    'THE rule of retention (spec 4): from when on a record is to be destroyed. Takes when its case closed most recently (null: open), when it was flagged for safeguarding (null: not), the organisation''s '
    'windows in years, and whether a legal hold is on the case. Null: never, as things stand.';


------------------------------------------------------------------------------------------------------------------------
-- Retention: the sweep
------------------------------------------------------------------------------------------------------------------------

-- app.sweep_retention() is a procedure that commits after each batch. A batch takes the locks of some cases, looks again with
-- what is true by then, destroys, and writes down what it destroyed, all in one transaction: killed at any moment, a batch has
-- happened whole or not at all. Whoever reopens, holds, flags or writes waits for the batch, or the batch sees what they did.

create or replace function app.purge_batch(of_organisation uuid, most_cases integer default 200, inout walked_to timestamptz default '-infinity',
                                           inout left_out uuid[] default '{}', out taken integer)
language plpgsql security definer set search_path = '' as $$
declare
    in_years      jsonb;
    closed_before timestamptz;
    locked        uuid[];
    due           uuid[];
    last_closed   timestamptz;
    run           uuid;
    it            uuid;
begin
    -- The windows stay as they are until this batch is done.
    select o.support_retention_years into in_years from app.organisations as o where o.id = of_organisation for share;
    -- Only narrows the walk over the index, with days to spare: app.due_at() decides.
    closed_before := now() - make_interval(years => (in_years ->> 'case')::integer) + interval '3 days';
    with mine as (
        select c.id, c.closed_at from app.support_cases as c
        where c.organisation_id = of_organisation and c.closed_at >= walked_to and c.closed_at < closed_before and c.id <> all (left_out)
          and exists (select from app.cases_due_now as d where d.case_id = c.id)
        order by c.closed_at limit most_cases for update skip locked
    )
    select coalesce(array_agg(m.id), '{}'), max(m.closed_at) into locked, last_closed from mine as m;
    taken := cardinality(locked);
    if taken > 0 then
        run := app.run_under(of_organisation, in_years);
        -- In a statement of its own: with the locks held, everything that was committed before them is seen.
        due := array(select d.case_id from app.cases_due_now as d where d.case_id = any (locked));
        begin
            perform app.purge_cases(run, due, in_years);
        exception when others then
            -- One by one, so that the case at fault keeps no other from going. The server's log names it.
            foreach it in array due loop
                begin
                    perform app.purge_cases(run, array[it], in_years);
                exception when others then
                    left_out := left_out || it;
                    raise warning 'retention could not destroy case % of organisation %: %', it, of_organisation, sqlstate;
                end;
            end loop;
        end;
        walked_to := last_closed;
        return;
    end if;
    if walked_to > '-infinity' then
        -- At the end. Once more from the beginning, for what somebody else held.
        walked_to := '-infinity';
        taken := 1;
        return;
    end if;
    -- What is left is held by somebody else, who is waited for; then it is looked at again.
    perform from app.support_cases as c
    where c.organisation_id = of_organisation and c.closed_at < closed_before and c.id <> all (left_out)
      and exists (select from app.cases_due_now as d where d.case_id = c.id)
    limit 1 for update;
    taken := found::integer;
    if taken = 0 then
        update app.retention_runs as r set finished_at = clock_timestamp() where r.organisation_id = of_organisation and r.finished_at is null;
    end if;
end
$$;
comment on function app.purge_batch(uuid, integer, timestamptz, uuid[]) is
    'One batch of the sweep in one organisation: at most so many cases, those that nobody else holds, in the order of their closing from walked_to on: cases of which a part stays are not '
    'looked at again for each batch. Returns how many it took (1 also after waiting for somebody, or before looking again from the beginning), where it got to, and which cases could not be '
    'destroyed, to be left out from here on; 0 when nothing else is due any more, which finishes the run. For app.sweep_retention().';

create or replace function app.run_under(of_organisation uuid, in_years jsonb) returns uuid
language plpgsql set search_path = '' as $$
declare
    run app.retention_runs;
begin
    loop
        insert into app.retention_runs (organisation_id) values (of_organisation) on conflict do nothing;
        select * into run from app.retention_runs as r where r.organisation_id = of_organisation and r.finished_at is null;
        if run.windows = in_years then
            return run.id;
        elsif exists (select from app.audit_log as a where a.run_id = run.id) then
            -- What it destroyed went under other windows: what goes now is another run's.
            update app.retention_runs as r set finished_at = clock_timestamp() where r.id = run.id and r.finished_at is null;
        else
            update app.retention_runs as r set windows = in_years where r.id = run.id;
        end if;
    end loop;
end
$$;
comment on function app.run_under(uuid, jsonb) is
    'The unfinished run of an organisation under these windows; begun where there is none. One that is asked for takes them on, one that has destroyed under others is finished. For app.purge_batch().';

create or replace function app.purge_from(of_table text, which text, by_rule text, cases uuid[], of_run uuid, windows jsonb default null) returns void
language plpgsql set search_path = '' as $$
begin
    execute format(
        'with gone as (delete from app.%I as r where %s returning r.organisation_id, r.%s as case_id, r.id)
         insert into app.audit_log (organisation_id, case_id, actor_name, actor_hat, action, table_name, row_ids, rule, run_id)
         select g.organisation_id, g.case_id, session_user, case session_user when ''keywork_jobs'' then ''job'' else ''owner'' end,
                ''purge'', %1$L, array_agg(g.id), $2, $3
         from gone as g group by g.organisation_id, g.case_id', of_table, which, case of_table when 'support_cases' then 'id' else 'case_id' end)
    using cases, by_rule, of_run, windows;
end
$$;
comment on function app.purge_from(text, text, text, uuid[], uuid, jsonb) is
    'Destroys rows of one table (`which`: an SQL condition of ours over r, with the cases as $1 and the windows as $4) and writes down which, under which rule, one row of the audit log for each case. For app.purge_cases().';

create or replace function app.purge_cases(of_run uuid, cases uuid[], windows jsonb) returns void
language plpgsql set search_path = '' as $$
declare
    whole uuid[];
begin
    -- The purge writes itself down, by record and rule and without a word of theirs (schema.sql, "What is audited").
    perform set_config('app.purging', 'yes', true);
    perform app.purge_from('support_goal_progress', 'r.case_id = any ($1)', 'case', cases, of_run);
    perform app.purge_from('support_goals', 'r.case_id = any ($1)', 'case', cases, of_run);
    perform app.purge_from('support_sessions', 'r.case_id = any ($1)', 'case', cases, of_run);
    -- A note that is flagged at this moment is waited for, and judged as it is then.
    perform app.purge_from('support_notes', 'r.case_id = any ($1) and not r.safeguarding', 'case', cases, of_run);
    perform app.purge_from('support_notes',
        'r.case_id = any ($1) and r.safeguarding
         and app.due_at((select c.closed_at from app.support_cases as c where c.id = r.case_id), r.safeguarding_flagged_at, $4, false) <= now()',
        'safeguarding', cases, of_run, windows);
    -- The case itself, its team and the tie to its tenant go when nothing is left under it (spec 4).
    whole := array(select c.id from app.support_cases as c
                   where c.id = any (cases) and not exists (select from app.support_notes as n where n.case_id = c.id));
    -- Whoever changes one of the team at this moment is waited for: what they write down of it is erased with the rest. In the
    -- order in which those who change several take them (app.begin_sign_in).
    perform from app.support_collaborators as m where m.case_id = any (whole) order by m.id for update;
    -- And whoever changes, approves or sends a document, or removes a file: newer versions first, as an approval takes them.
    perform from app.support_documents as d where d.case_id = any (cases) order by d.version desc, d.id for update;
    perform from app.support_uploads as u where u.case_id = any (cases) order by u.id for update;
    perform app.erase_copies(of_run, cases, whole);
    -- With their trails, PDFs, deliveries and files, and the e-mails, which app.erase_told() has locked.
    perform app.purge_from('support_uploads', 'r.case_id = any ($1)', 'case', cases, of_run);
    perform app.purge_from('support_documents', 'r.case_id = any ($1)', 'case', cases, of_run);
    perform app.purge_from('support_collaborators', 'r.case_id = any ($1)', 'case', whole, of_run);
    perform app.purge_from('legal_holds', 'r.case_id = any ($1)', 'case', whole, of_run);
    perform app.purge_from('support_cases', 'r.id = any ($1)', 'case', whole, of_run);
    perform set_config('app.purging', '', true);
end
$$;
comment on function app.purge_cases(uuid, uuid[], jsonb) is
    'Destroys what is due in these cases, which the caller has locked and found due under these windows: records, copies, and where nothing is left the cases themselves. For app.purge_batch().';

create or replace function app.erase_copies(of_run uuid, cases uuid[], whole uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
    given_up uuid[];
begin
    -- digest_entries: app.erase_told(). First: whoever reports an e-mail at this moment is waited for, and what they write down of it goes with the rest.
    perform app.erase_told(cases);
    perform app.erase_recipients(of_run, cases);
    perform app.erase_subject_access(of_run, cases, whole);
    -- audit_payloads: of whole cases all, which the fact that the case went stands for (app.verify_audit_log); of the others
    -- those of records, except of the notes that stay.
    delete from app.audit_payloads as p where p.case_id = any (whole);
    with gone as (
        delete from app.audit_payloads as p
        where p.case_id = any (array(select unnest(cases) except select unnest(whole)))
          and p.table_name in ('support_notes', 'support_goals', 'support_goal_progress', 'support_sessions', 'support_documents', 'support_document_deliveries', 'support_uploads')
          and not exists (select from app.support_notes as n where n.id = p.row_id)
        returning p.organisation_id, p.case_id, p.row_id
    )
    insert into app.audit_log (organisation_id, case_id, actor_name, actor_hat, action, table_name, row_ids, rule, run_id)
        select g.organisation_id, g.case_id, session_user, case session_user when 'keywork_jobs' then 'job' else 'owner' end,
               'purge', 'audit_payloads', array_agg(distinct g.row_id), 'case', of_run
        from gone as g group by g.organisation_id, g.case_id;
    -- imports, import_lines, import_faults: a file that waits and names one of these cases is given up as a whole, not applied in part. One that is being
    -- applied just now either names the case in vain or waits for it: it is over soon, or goes by age.
    given_up := array(
        select w.id from app.imports as w
        where w.state in ('uploaded', 'checking', 'checked', 'applying') and exists (
            select from app.support_cases as c
            where c.id = any (cases) and c.organisation_id = w.organisation_id and c.external_id is not null
              -- Its first line may be a record as well.
              and (c.external_id = any (w.header) or exists (
                  select from app.import_lines as l where l.organisation_id = w.organisation_id and l.import_id = w.id and l.cells @> array[c.external_id])))
        order by w.id for update of w skip locked);
    delete from app.import_faults as f where f.import_id = any (given_up);
    delete from app.import_lines as l where l.import_id = any (given_up);
    update app.imports as i set state = 'expired', state_at = clock_timestamp() where i.id = any (given_up);
    -- links: those that invited somebody to a team that goes. One that is being used waits for the team itself: it goes by age.
    delete from vault.links as l where l.id in (
        select i.id from vault.links as i join app.support_collaborators as m on m.id = i.collaborator_id
        where m.case_id = any (whole) for update of i skip locked);
end
$$;
comment on function app.erase_copies(uuid, uuid[], uuid[]) is
    'Erases what other tables hold of records that go (`cases`) and of cases that go whole: every table that app.kept_texts() calls a copy has its statement here.';

create or replace function app.erase_told(cases uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
    messages uuid[];
begin
    -- E-mails first and in the order of their ids, as whoever sends or erases does (app.claim_message, app.erase_old_digests). Those that
    -- left the case out said nothing of it. Of documents all: they go with their documents. Looked up by their keys, each kind by its own.
    messages := array(select o.id from app.outbox as o
                      where o.id in (select d.id from app.digest_entries as e
                                     join app.outbox as d on d.organisation_id = e.organisation_id and d.digest_id = e.digest_id
                                     where e.case_id = any (cases) and (e.content is not null or e.handed_over)
                                     union all
                                     select d.id from app.support_cases as c
                                     join app.support_document_deliveries as v on v.organisation_id = c.organisation_id and v.case_id = c.id
                                     join app.outbox as d on d.organisation_id = v.organisation_id and d.delivery_id = v.id
                                     where c.id = any (cases))
                      order by o.id for update);
    -- Where no courier ever had it there is no file: what it says of others goes out yet, and the file of that is not to be erased.
    update app.outbox as o set copy_erased_at = clock_timestamp() where o.id = any (messages) and o.claimed_at is not null;
    delete from app.digest_entries as e where e.case_id = any (cases);
end
$$;
comment on function app.erase_told(uuid[]) is 'Erases what digests said of cases of which records go, and has the files of those e-mails erased.';

create or replace function app.erase_recipients(of_run uuid, cases uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
    theirs uuid[] := array(select s.id from app.support_cases as c
                           join app.support_document_deliveries as v on v.organisation_id = c.organisation_id and v.case_id = c.id
                           join app.suppressed_addresses as s on s.organisation_id = v.organisation_id and s.address = lower(v.to_address)
                           where c.id = any (cases));
begin
    if theirs = '{}' then
        return;
    end if;
    -- One at a time: two sweepers would each leave an address to the other's case.
    perform pg_advisory_xact_lock(hashtextextended('recipients of documents', 0));
    -- An address of somebody who works here is kept as their account is, and one that other cases' documents went to, with those.
    with gone as (
        delete from app.suppressed_addresses as s
        where s.id = any (theirs)
          and not exists (select from app.users as u where u.email = s.address)
          and not exists (select from app.organisations as o, unnest(o.housing_officer_emails) as l (address) where o.id = s.organisation_id and lower(l.address) = s.address)
          and not exists (select from app.support_document_deliveries as v
                          where v.organisation_id = s.organisation_id and lower(v.to_address) = s.address and v.case_id <> all (cases))
        returning s.organisation_id, s.id, s.address
    ), erased as (
        delete from app.audit_payloads as p using gone as g where p.table_name = 'suppressed_addresses' and p.row_id = g.id
    )
    insert into app.audit_log (organisation_id, case_id, actor_name, actor_hat, action, table_name, row_ids, rule, run_id)
        select g.organisation_id, told.case_id, session_user, case session_user when 'keywork_jobs' then 'job' else 'owner' end,
               'purge', 'audit_payloads', array_agg(g.id), 'case', of_run
        from gone as g
        cross join lateral (select v.case_id from app.support_document_deliveries as v
                            where v.organisation_id = g.organisation_id and lower(v.to_address) = g.address and v.case_id = any (cases) order by 1 limit 1) as told
        group by g.organisation_id, told.case_id;
end
$$;
comment on function app.erase_recipients(uuid, uuid[]) is
    'Erases that nothing is sent to an address, and what the audit log says of it, where documents of these cases alone went there: it is a tenant''s, or somebody''s whom they know.';

create or replace function app.kept_texts() returns table (table_name text, kept_as text, why text)
language sql immutable set search_path = '' as $$
    values
    ('support_cases',         'record', 'goes when nothing is left under it'),
    ('support_collaborators', 'record', 'the team goes with its case'),
    ('support_notes',         'record', 'by the rule of retention'),
    ('support_goals',         'record', 'by the rule of retention'),
    ('support_goal_progress', 'record', 'by the rule of retention'),
    ('support_sessions',      'record', 'by the rule of retention'),
    ('support_documents',     'record', 'by the rule of retention'),
    ('support_document_events', 'part', 'the trail goes with its document'),
    ('support_document_pdfs', 'part', 'goes with its document'),
    ('support_document_deliveries', 'part', 'goes with its document'),
    ('support_uploads',       'record', 'by the rule of retention'),
    ('support_upload_files', 'part', 'goes with its upload'),
    ('legal_holds',           'record', 'lifted ones go with their case'),
    ('audit_payloads',        'copy',   'goes with the record that it is about; of the firm''s set-up it stays; of a file that is brought in it has no words but the file''s name'),
    ('links',                 'copy',   'holds a hash, and goes with the assignment that it invites to'),
    ('digest_entries',        'copy',   'goes with the records that it is about, and 90 days after it was sent in any case (app.erase_old_digests)'),
    ('import_lines',          'copy',   'of a file that is being brought in: goes when that is over, with a case that it names, and after 7 days in any case (app.erase_old_imports)'),
    ('import_faults',         'copy',   'how cells of such a file begin: goes with its lines'),
    ('imports',               'copy',   'which file was brought in when, by whom, the firm''s own name for it, and numbers stay; its first line goes when it is over, as the lines do, and which column is which with that or 90 days after it was done (app.erase_old_imports)'),
    ('audit_log',             'fact',   'codes, ids, times, and the name of who acted'),
    ('retention_runs',        'fact',   'which run, when, asked for by whom'),
    ('digests',               'fact',   'which officer was told in which month, or why not'),
    ('outbox',                'fact',   'which e-mail went where and when; it holds no words. Of a document it goes with that'),
    ('delivery_events',       'fact',   'codes and ids of the provider'),
    ('couriers',              'fact',   'a code of the provider''s'),
    ('bi_logins',             'set-up', 'which login of a BI tool reads which firm''s figures'),
    ('job_runs',              'fact',   'codes, times and numbers'),
    ('audit_seals',           'fact',   'hashes'),
    ('audit_heads',           'fact',   'hashes'),
    ('organisations',         'set-up', 'settings, kept while the firm is a customer'),
    ('memberships',           'set-up', 'who operates, until removed'),
    ('landlords',             'set-up', 'kept by the firm until it removes them'),
    ('properties',            'set-up', 'kept by the firm until it removes them'),
    ('tenants',               'set-up', 'kept by the firm until it removes them'),
    ('document_templates',    'set-up', 'what documents are made from, kept by the firm'),
    ('document_template_versions', 'set-up', 'what documents are made from, kept by the firm'),
    ('document_transitions',  'set-up', 'the life of a document'),
    ('users',                 'set-up', 'accounts'),
    ('sign_ins',              'set-up', 'who signed in when'),
    ('sign_in_tries',         'set-up', 'hashes, a day at most'),
    ('api_calls',             'set-up', 'hashes and numbers, for minutes'),
    ('signing_keys',          'set-up', 'keys'),
    ('subject_access_requests', 'copy', 'dates and codes stay as the firm''s register; names and reasons go with the tenant''s last case'),
    ('subject_access_pauses', 'copy',   'days and codes stay with their request; the reason goes with the tenant''s last case'),
    ('subject_access_redactions', 'copy', 'goes when a record of its case is destroyed, or one of the tenant''s where it is hidden everywhere'),
    ('subject_access_bundles', 'copy',  'that it was made stays; what it says is in its chunks'),
    ('subject_access_chunks', 'copy',   'goes when any record of the tenant''s is destroyed, when the request is closed, and 30 days after it was made'),
    ('bank_holidays',         'set-up', 'the calendar'),
    ('suppressed_addresses',  'copy',   'of people who work here set-up; others go with the last document that was sent there'),
    ('jobs',                  'set-up', 'what the jobs service does'),
    ('installation',          'set-up', 'versions'),
    ('plans',                 'set-up', 'the price list'),
    ('features',              'set-up', 'the price list'),
    ('feature_gates',         'set-up', 'the price list')
$$;
comment on function app.kept_texts() is
    'The registry of where words are kept and how they go: as a record, as part of one that goes with it by its key, as a copy of one, as a fact that stays, or as set-up that the firm keeps. A new table with a text, jsonb or bytea '
    'column belongs here, and a ''copy'' has its statement in app.erase_copies(): a test looks.';

create or replace function app.organisations_to_sweep(only_asked boolean) returns uuid[]
language sql stable security definer set search_path = '' as $$
    select coalesce(array_agg(o.id), '{}') from app.organisations as o
    where not only_asked or exists (select from app.retention_runs as r where r.organisation_id = o.id and r.finished_at is null)
$$;
comment on function app.organisations_to_sweep(boolean) is 'For the jobs login: all organisations, or those with a run that is asked for or was broken off.';

-- A procedure that commits may have no setting of its own, search_path included: every name in it is qualified.
create or replace procedure app.sweep_retention(pause_ms integer default 5, only_asked boolean default false)
language plpgsql as $$
declare
    firm     uuid;
    place    timestamptz;
    left_out uuid[];
    taken    integer;
    trouble  text;
begin
    foreach firm in array app.organisations_to_sweep(only_asked) loop
        place := '-infinity';
        left_out := '{}';
        loop
            begin
                select b.taken, b.walked_to, b.left_out into taken, place, left_out from app.purge_batch(firm, walked_to => place, left_out => left_out) as b;
            exception when others then
                -- A case that somebody keeps locked, say: that organisation's run waits for the next sweep, the others' do not.
                get stacked diagnostics trouble = returned_sqlstate;
                taken := 0;
            end;
            commit;
            exit when taken operator(pg_catalog.=) 0;
            -- Without a lock in hand: readers and writers have their turn.
            perform pg_catalog.pg_sleep(pause_ms operator(pg_catalog./) 1000.0);
        end loop;
        if left_out operator(pg_catalog.<>) '{}'::uuid[] then
            trouble := coalesce(trouble, 'KW442');
        end if;
    end loop;
    if trouble is not null then
        raise exception 'an organisation was not swept to the end' using errcode = trouble;
    end if;
end
$$;
comment on procedure app.sweep_retention(integer, boolean) is
    'Destroys everything that is due (spec 4), 200 cases in a transaction, with a pause of so many milliseconds between; of organisations with an unfinished run only, if asked. '
    'Called outside a transaction. May be killed at any moment, called again, and called by several at once. A case that cannot be destroyed (KW442; the server''s log names it), or what stops one organisation''s run, is raised when the others are done.';

create or replace procedure app.sweep_retention_asked()
language plpgsql as $$
begin
    call app.sweep_retention(only_asked => true);
end
$$;
comment on procedure app.sweep_retention_asked() is 'app.sweep_retention() for runs that an org-admin asked for or that were broken off.';

create or replace function app.ask_for_run() returns uuid
language plpgsql set search_path = '' as $$
declare
    mine uuid;
begin
    insert into app.retention_runs default values on conflict do nothing returning id into mine;
    return coalesce(mine, (select r.id from app.retention_runs as r where r.finished_at is null));
end
$$;
comment on function app.ask_for_run() is
    'An org-admin asks for a run of the sweep in their organisation now; the jobs service does it. The id of the run: the one that waits or is under way already, if there is one.';

create or replace function app.runs_name_who_asked() returns trigger
language plpgsql set search_path = '' as $$
begin
    if app.a_person_acts() or new.windows is null then
        new.windows := (select o.support_retention_years from app.organisations as o where o.id = new.organisation_id);
    end if;
    if app.a_person_acts() then
        select u.id, u.full_name into new.asked_by_id, new.asked_by_name from app.users as u where u.id = app.acting_as('any');
        new.began_at := now();
        new.finished_at := null;
    end if;
    return new;
end
$$;
comment on function app.runs_name_who_asked() is 'A run says under which windows it began, and which person asked for it.';

create or replace function app.holds_are_lifted_once() returns trigger
language plpgsql set search_path = '' as $$
begin
    if not app.a_person_acts() then
        return new;
    end if;
    if tg_op = 'INSERT' then
        new.created_at := now();
        new.lifted_at := null;
    elsif old.lifted_at is null and new.lifted_at is not null then
        -- Not before it was set: a transaction that waited began earlier.
        new.lifted_at := greatest(now(), old.created_at);
        select u.id, u.full_name into new.lifted_by_id, new.lifted_by_name from app.users as u where u.id = app.acting_as('any');
    elsif (new.lifted_at, new.lift_reason) is distinct from (old.lifted_at, old.lift_reason) then
        raise exception 'this hold has been lifted' using errcode = 'KW441';
    end if;
    return new;
end
$$;
comment on function app.holds_are_lifted_once() is 'A hold is set now and lifted now, once (KW441), by the person who acts.';

create or replace function app.lift_hold(of_hold uuid, because text) returns void
language plpgsql set search_path = '' as $$
begin
    update app.legal_holds set lifted_at = now(), lift_reason = because where id = of_hold and lifted_at is null;
    if not found then
        raise exception 'no such live hold' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.lift_hold(uuid, text) is 'Lifts a live hold and says why. KW404 where the person has no such live hold.';

create or replace function app.remove_safeguarding_flag(of_note uuid, because text) returns void
language plpgsql set search_path = '' as $$
begin
    perform set_config('app.reason', because, true);
    update app.support_notes set safeguarding = false where id = of_note and safeguarding;
    if not found then
        raise exception 'no such flagged note' using errcode = 'KW404';
    end if;
    perform set_config('app.reason', '', true);
end
$$;
comment on function app.remove_safeguarding_flag(uuid, text) is
    'Takes a safeguarding flag back, with the reason in the audit log: org-admins only, KW413 for others and without a reason. KW404 where the person sees no such flagged note.';

create or replace function app.replay_destructions(lines jsonb) returns bigint
language plpgsql set search_path = '' as $$
declare
    line    record;
    theirs  uuid[];
    besides uuid[];
    part    text;
    went    bigint;
    total   bigint := 0;
begin
    perform set_config('app.purging', 'yes', true);
    for line in
        select * from jsonb_to_recordset(lines) as l (id bigint, organisation_id uuid, case_id uuid, table_name text, row_ids uuid[], rule text, run_id uuid,
                                                      began_at timestamptz, finished_at timestamptz, asked_by_name text, windows jsonb)
        order by l.id
    loop
        if not exists (select from app.kept_texts() as k where k.table_name = line.table_name and (k.kept_as = 'record' or k.table_name = 'audit_payloads')) then
            raise exception 'retention destroys nothing in this table' using errcode = '22023';
        end if;
        -- The run itself, for its page and its certificate. Who asked may have no account in the backup.
        insert into app.retention_runs (id, organisation_id, asked_by_name, began_at, finished_at, windows)
            select line.run_id, o.id, line.asked_by_name, line.began_at, coalesce(line.finished_at, clock_timestamp()), line.windows
            from app.organisations as o where o.id = line.organisation_id and line.began_at is not null
            on conflict do nothing;
        theirs := array(select c.id from app.support_cases as c where c.id = line.case_id and c.organisation_id = line.organisation_id);
        -- A destruction that the backup knows of: what the case has besides came after it, in a case that was reopened, and stays.
        besides := case when exists (select from app.audit_log as a
                                     where a.case_id = line.case_id and a.action = 'purge' and a.table_name = line.table_name and a.run_id = line.run_id and a.row_ids @> line.row_ids)
                        then '{}' else theirs end;
        if line.table_name in ('support_notes', 'support_goals', 'support_goal_progress', 'support_sessions', 'support_documents', 'support_uploads') then
            -- Of a case that stays in part, too: what digests said of it went, and the files of e-mails with its documents.
            perform app.erase_told(besides);
            perform app.erase_subject_access(line.run_id, besides, '{}');
        end if;
        -- Where something of a kind went, all of a case did: also what the backup has and the ledger does not know.
        if line.table_name = 'support_documents' then
            perform app.erase_recipients(line.run_id, besides);
            perform app.purge_from('support_uploads', 'r.case_id = any ($1)', 'case', besides, line.run_id);
            -- In one statement: they hang together.
            line.row_ids := array(select unnest(line.row_ids) union select d.id from app.support_documents as d where d.case_id = any (besides));
        elsif line.table_name = 'support_uploads' then
            line.row_ids := array(select unnest(line.row_ids) union select u.id from app.support_uploads as u where u.case_id = any (besides));
        elsif line.table_name = 'support_goals' then
            perform app.purge_from('support_goal_progress', 'r.case_id = any ($1)', 'case', besides, line.run_id);
        elsif line.table_name = 'support_collaborators' then
            delete from vault.links as l
            where l.collaborator_id in (select m.id from app.support_collaborators as m where m.case_id = any (theirs) and m.id = any (line.row_ids));
        elsif line.table_name = 'support_cases' then
            -- With whatever the backup still had under it.
            perform app.erase_copies(line.run_id, theirs, theirs);
            foreach part in array array['support_goal_progress', 'support_goals', 'support_sessions', 'support_notes', 'support_uploads', 'support_documents', 'support_collaborators', 'legal_holds'] loop
                perform app.purge_from(part, 'r.case_id = any ($1)', 'case', theirs, line.run_id);
            end loop;
        end if;
        -- Payloads by their case as well, which has an index.
        execute format('with gone as (delete from app.%I where %s = any ($1) and organisation_id = $2 returning 1) select count(*) from gone',
                       line.table_name, case line.table_name when 'audit_payloads' then 'case_id = $3 and row_id' else 'id' end)
            into went using line.row_ids, line.organisation_id, line.case_id;
        if went > 0 then
            insert into app.audit_log (organisation_id, case_id, actor_name, actor_hat, action, table_name, row_ids, rule, run_id)
                values (line.organisation_id, line.case_id, session_user, 'owner', 'purge', line.table_name, line.row_ids, line.rule, line.run_id);
        end if;
        total := total + went;
    end loop;
    perform set_config('app.purging', '', true);
    return total;
end
$$;
comment on function app.replay_destructions(jsonb) is
    'For the owner, after a backup was restored: destroys again what the ledger says was destroyed since (an array of rows of app.retention_ledger), so that nothing purged comes back. How many rows it found.';


------------------------------------------------------------------------------------------------------------------------
-- Imports: what a firm brings from its former system
------------------------------------------------------------------------------------------------------------------------

-- A file goes: uploaded (staged by the web server, as the org-admin) -> checking -> checked -> applying -> done. Checking and applying
-- are the jobs service's, since a request must not take as long as 100,000 notes do. app.<kind>_to_import() are the rules: each says of every
-- staged line what would become of it (`does`: add, here, close) and what is wrong with it (`faults`, 'field:code:hint'). The check writes the
-- faults down; applying takes locks, checks again, and then writes in the same transaction, whole or not at all. No trigger, constraint or
-- line of the audit log is spared: an INSERT of 100,000 notes with all of them took 13 seconds of an idle server, without the audit log 4
-- (`./run bench import` measures the whole way).
-- What a rule needs besides the file is looked up by organisation: these functions run as the owner, whom no policy binds.

create or replace function app.import_fields() returns table (kind text, field text, required boolean)
language sql immutable set search_path = '' as $$
    values
    ('properties', 'external_id', true), ('properties', 'landlord', true), ('properties', 'address', true), ('properties', 'town', true), ('properties', 'postcode', true),
    ('tenants', 'external_id', true), ('tenants', 'property', true), ('tenants', 'full_name', true), ('tenants', 'date_of_birth', false), ('tenants', 'note_visibility', false),
    ('cases', 'external_id', true), ('cases', 'tenant', true), ('cases', 'opened_at', true), ('cases', 'context_summary', false), ('cases', 'closed_at', false),
    ('cases', 'closing_reason', false),
    ('notes', 'external_id', true), ('notes', 'case', true), ('notes', 'stream', true), ('notes', 'body', true), ('notes', 'author', true), ('notes', 'created_at', true),
    ('notes', 'safeguarding', false),
    ('goals', 'external_id', true), ('goals', 'case', true), ('goals', 'title', true), ('goals', 'description', false), ('goals', 'target_date', false), ('goals', 'status', false),
    ('goals', 'author', true), ('goals', 'created_at', true),
    ('sessions', 'external_id', true), ('sessions', 'case', true), ('sessions', 'scheduled_at', true), ('sessions', 'duration_minutes', false), ('sessions', 'type', true),
    ('sessions', 'attendees', false), ('sessions', 'status', true), ('sessions', 'outcome_note', false), ('sessions', 'author', true)
$$;
comment on function app.import_fields() is 'What a file of each kind can bring, and what it must have a column for. Their words are in views/import_kinds.py.';

create or replace function app.imports_take_their_steps() returns trigger
language plpgsql set search_path = '' as $$
declare
    me      uuid;
    trouble text;
begin
    -- Whoever ends it: the first line of a file may be no line of names but a record. Which column was which is kept to suggest it for the next file.
    if new.state in ('done', 'discarded', 'expired', 'refused', 'failed') then
        new.header := '{}';
        if new.state <> 'done' then
            new.mapping := null;
        end if;
    end if;
    if not app.a_person_acts() then
        return new;
    end if;
    me := app.acting_as('org_admin');
    if tg_op = 'INSERT' then
        select u.id, u.full_name into new.author_id, new.author_name from app.users as u where u.id = me;
        new.state := 'uploaded';
        new.mapping := null;
        new.created_at := now();
        new.state_at := now();
        return new;
    end if;
    -- Where it stands may have changed since the page was shown: by the jobs service, or by a colleague.
    if not ((new.state = 'checking' and old.state in ('uploaded', 'checked'))
            or (new.state = 'applying' and old.state = 'checked' and new.mapping = old.mapping)
            or (new.state = 'discarded' and old.state in ('uploaded', 'checking', 'checked', 'applying'))) then
        raise exception 'the import is at another step' using errcode = 'KW495';
    end if;
    if new.state = 'checking' then
        select f.field into trouble from app.import_fields() as f
        where f.kind = old.kind and f.required and new.mapping ->> f.field is null limit 1;
        if trouble is not null then
            raise exception 'a column that must be there is not chosen' using errcode = 'KW496', column = trouble;
        end if;
        select m.key into trouble from jsonb_each_text(new.mapping) as m
        where m.value is null or m.value <> all (old.header) or not exists (select from app.import_fields() as f where f.kind = old.kind and f.field = m.key)
           or exists (select from jsonb_each_text(new.mapping) as other where other.value = m.value and other.key < m.key)
        order by m.key limit 1;
        if trouble is not null then
            raise exception 'a column is not in the file, or chosen twice' using errcode = 'KW497', column = trouble;
        end if;
    elsif new.state = 'applying' and (old.fault_count > 0 or old.to_add + old.to_close = 0) then
        raise exception 'nothing of this file can be brought in' using errcode = 'KW498';
    end if;
    if new.state = 'discarded' then
        -- Who asked for what is under way stays as it is.
        new.state_at := now();
        return new;
    end if;
    select u.id, u.full_name into new.asked_by_id, new.asked_by_name from app.users as u where u.id = me;
    new.state_at := now();
    return new;
end
$$;
comment on function app.imports_take_their_steps() is
    'An import that is over keeps neither the first line of its file nor, unless it is done, which column is which. The steps of an import that are people''s: KW495 where it is at another one by now, KW496 a field without its column, KW497 a column that is not there or chosen twice (each names the field), KW498 faults, or nothing to bring in.';

create or replace function app.imports_let_go() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    delete from app.import_faults as f where f.organisation_id = new.organisation_id and f.import_id = new.id;
    delete from app.import_lines as l where l.organisation_id = new.organisation_id and l.import_id = new.id;
    return null;
end
$$;
comment on function app.imports_let_go() is 'An import that is over keeps no copy of what the file said: lines and faults go in the same transaction (its first line: app.imports_take_their_steps). Definer: no hat deletes them by itself.';

create or replace function app.import_lines_come_with_the_file() returns trigger
language plpgsql set search_path = '' as $$
begin
    -- The rule binds people.
    if app.a_person_acts() and exists (
               select from (select distinct c.organisation_id, c.import_id from came as c) as theirs
               join app.imports as i on i.organisation_id = theirs.organisation_id and i.id = theirs.import_id where i.state <> 'uploaded') then
        raise exception 'the import is at another step' using errcode = 'KW495';
    end if;
    return null;
end
$$;
comment on function app.import_lines_come_with_the_file() is 'KW495: nothing is added to a file that is being checked, or was.';

create or replace function app.ask_for_import_check(of_import uuid, chosen jsonb) returns void
language plpgsql set search_path = '' as $$
begin
    update app.imports as i set mapping = chosen, state = 'checking' where i.id = of_import;
    if not found then
        raise exception 'no such import' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.ask_for_import_check(uuid, jsonb) is
    'An org-admin says which column is which field ({field: name of a column}) and has the file checked, by the jobs service. KW404 where they see no such import; else as app.imports_take_their_steps().';

create or replace function app.ask_for_import(of_import uuid) returns void
language plpgsql set search_path = '' as $$
begin
    update app.imports as i set state = 'applying' where i.id = of_import;
    if not found then
        raise exception 'no such import' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.ask_for_import(uuid) is 'An org-admin has a file brought in that was checked and is without faults, by the jobs service. KW404 where they see no such import; else as app.imports_take_their_steps().';

create or replace function app.discard_import(of_import uuid) returns void
language plpgsql set search_path = '' as $$
begin
    update app.imports as i set state = 'discarded' where i.id = of_import;
    if not found then
        raise exception 'no such import' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.discard_import(uuid) is 'An org-admin gives an import up that is not done: what was read of the file goes. KW404 where they see no such import, KW495 where it is over.';


------------------------------------------------------------------------------------------------------------------------
-- Imports: what a cell says
------------------------------------------------------------------------------------------------------------------------

create or replace function app.read_moment(cell text, out moment timestamptz, out local timestamp, out by_day boolean, out fault text)
language plpgsql immutable parallel safe set search_path = '' as $$
declare
    clock constant text := '(?:(?:T|,? +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)? ?([AaPp][Mm])?)?';
    months constant text[] := array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
    part   text[];
    zone   text;
    y integer; m integer; d integer; h integer;
begin
    if cell is null then
        return;
    end if;
    fault := 'date';
    part := regexp_match(cell, '^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})' || clock || ' ?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?$');
    if part is not null then
        y := part[1]; m := part[2]; d := part[3]; zone := part[8];
        -- A zone says something of a time only.
        if zone is not null and part[4] is null then
            return;
        end if;
    else
        part := regexp_match(cell, '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})' || clock || '$');
        if part is not null then
            y := part[3]; m := part[2]; d := part[1];
        else
            part := regexp_match(cell, '^([0-9]{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -]([0-9]{4})' || clock || '$');
            if part is null then
                return;
            end if;
            y := part[3]; d := part[1];
            -- The month's name, or its first three letters.
            m := array_position(months, lower(left(part[2], 3)));
            if m is null or (length(part[2]) > 3 and lower(part[2]) <> 'sept'
                             and lower(part[2]) <> lower(to_char(make_date(2000, m, 1), 'FMMonth'))) then
                return;
            end if;
        end if;
    end if;
    if y not between 1900 and 2200 then
        return;
    elsif m > 12 and d between 1 and 12 then
        -- Days first, as in Britain: nothing else is ever guessed.
        fault := 'month_first';
        return;
    elsif m not between 1 and 12 or d not between 1 and extract(day from make_date(y, m, 1) + interval '1 month' - interval '1 day') then
        fault := 'no_such_day';
        return;
    end if;
    by_day := part[4] is null;
    h := coalesce(part[4], '0');
    if part[7] is not null then
        if h not between 1 and 12 then
            return;
        end if;
        h := h % 12 + case lower(part[7]) when 'pm' then 12 else 0 end;
    end if;
    if h > 23 or coalesce(part[5], '0')::integer > 59 or coalesce(part[6], '0')::integer > 59 then
        return;
    end if;
    local := make_timestamp(y, m, d, h, coalesce(part[5], '0')::integer, coalesce(part[6], '0')::double precision);
    if zone is null then
        moment := local at time zone 'Europe/London';
        if moment at time zone 'Europe/London' <> local then
            fault := 'clocks_skip';
            moment := null;
            return;
        end if;
    else
        zone := rpad(case upper(zone) when 'Z' then '+' else replace(zone, ':', '') end, 5, '0');
        if substr(zone, 2, 2)::integer > 14 or right(zone, 2)::integer > 59 then
            return;
        end if;
        moment := (local at time zone 'UTC') - (left(zone, 1) || '1')::integer * make_interval(hours => substr(zone, 2, 2)::integer, mins => right(zone, 2)::integer);
    end if;
    fault := null;
end
$$;
comment on function app.read_moment(text) is
    'A date, with or without a time, as files have them: 2024-11-03, 03/11/2024 (days first, always), 3 Nov 2024; a time by 24 hours or with am and pm. Without a zone of its own it is London''s: a time that the clocks skip '
    'is a fault (clocks_skip), of two alike it is the later one, as everywhere (app.years_after). A day alone is its midnight (by_day). Null for null; fault: date, month_first, no_such_day, clocks_skip.';

create or replace function app.read_code(of_kind text, cell text) returns text
language sql immutable parallel safe set search_path = '' as $$
    -- As stored, or as the screens say it, whatever the capitals and what stands between words.
    select coalesce(
        (select k.code from (values
            ('note_visibility', 'as_the_organisation', 'inherit'),
            ('closing_reason', 'transferred_to_another_service', 'transferred'),
            ('yes_or_no', 'yes', 'yes'), ('yes_or_no', 'y', 'yes'), ('yes_or_no', 'true', 'yes'), ('yes_or_no', '1', 'yes'),
            ('yes_or_no', 'no', 'no'), ('yes_or_no', 'n', 'no'), ('yes_or_no', 'false', 'no'), ('yes_or_no', '0', 'no')
         ) as k (kind, said, code) where k.kind = of_kind and k.said = it.said),
        (select it.said where it.said = any (case of_kind
            when 'stream' then array['shared', 'professional']
            when 'note_visibility' then array['inherit', 'visible', 'hidden']
            when 'goal_status' then array['active', 'achieved', 'closed']
            when 'session_status' then array['scheduled', 'delivered', 'missed', 'cancelled']
            when 'session_type' then array['appointment', 'key_work_meeting', 'accompaniment', 'home_visit', 'phone_call', 'group_session']
            when 'closing_reason' then array['moved_on', 'support_no_longer_needed', 'transferred', 'disengaged', 'tenancy_ended', 'died', 'opened_in_error']
            end)))
    from (select btrim(regexp_replace(lower(cell), '[^a-z0-9]+', '_', 'g'), '_') as said) as it
$$;
comment on function app.read_code(text, text) is 'What a cell says of a kind of code: the code, or null where it is none of them. Yes and no are codes as well.';

create or replace function app.external_id_fault(cell text) returns text
language sql immutable parallel safe set search_path = '' as $$
    select case when cell is null then 'empty' when length(cell) > 100 then 'long'
                when cell ~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]' or cell <> btrim(cell) then 'unprintable' end
$$;
comment on function app.external_id_fault(text) is 'What is wrong with an id of a former system: empty, long (over 100 characters), unprintable. Null: nothing.';



------------------------------------------------------------------------------------------------------------------------
-- Imports: the rules, for each kind of file
------------------------------------------------------------------------------------------------------------------------

create or replace function app.import_places(of_import uuid) returns jsonb
language sql stable set search_path = '' as $$
    select coalesce(jsonb_object_agg(m.key, array_position(i.header, m.value)), '{}') from app.imports as i, jsonb_each_text(i.mapping) as m where i.id = of_import
$$;
comment on function app.import_places(uuid) is '{field: number of its column in the file, from 1}.';

create or replace function app.properties_to_import(of_import uuid)
returns table (line integer, does text, faults text[], is_due boolean, external_id text, organisation_id uuid, landlord_id uuid, address text, town text, postcode text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    firm   uuid := (select i.organisation_id from app.imports as i where i.id = of_import);
    places jsonb := app.import_places(of_import);
    at_id integer := places -> 'external_id'; at_landlord integer := places -> 'landlord'; at_address integer := places -> 'address';
    at_town integer := places -> 'town'; at_postcode integer := places -> 'postcode';
begin
    return query
    with x as materialized (
        select l.line, nullif(l.cells[at_id], '') as id, nullif(l.cells[at_landlord], '') as landlord, nullif(l.cells[at_address], '') as address,
               nullif(l.cells[at_town], '') as town, nullif(l.cells[at_postcode], '') as said,
               -- As the form has it (views/forms.py): capitals, and a blank before the last three.
               regexp_replace(regexp_replace(upper(l.cells[at_postcode]), '\s', '', 'g'), '(...)$', ' \1') as postcode
        from app.import_lines as l where l.organisation_id = firm and l.import_id = of_import
    ), y as (
        select x.*, exists (select from app.properties as r where r.organisation_id = firm and r.external_id = x.id) as is_here,
               -- Names of landlords are told apart by their capitals where two are alike otherwise.
               (select r.id from app.landlords as r where r.organisation_id = firm and lower(r.name) = lower(x.landlord) order by r.name = x.landlord desc, r.name limit 1) as landlord_id,
               exists (select from app.properties as r where r.organisation_id = firm and r.postcode = x.postcode and r.address = x.address) as home_is_here,
               first_value(x.line) over (partition by x.id order by x.line) as first_with_id,
               first_value(x.line) over (partition by x.postcode, x.address order by x.line) as first_with_home
        from x
    )
    select y.line, case when y.is_here then 'here' else 'add' end,
           array_remove(array['external_id:' || app.external_id_fault(y.id), case when y.id is not null and y.first_with_id < y.line then 'external_id:doubled:' || y.first_with_id end]
           || case when not y.is_here then array[
                case when y.landlord is null then 'landlord:empty' when y.landlord_id is null then 'landlord:unknown' end,
                case when y.address is null then 'address:empty' when length(y.address) > 200 then 'address:long'
                     when y.home_is_here then 'address:home_is_here' when y.first_with_home < y.line then 'address:home_doubled:' || y.first_with_home end,
                case when y.town is null then 'town:empty' when length(y.town) > 100 then 'town:long' end,
                case when y.said is null then 'postcode:empty' when y.postcode !~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$' then 'postcode:postcode' end] end, null),
           false, y.id, firm, y.landlord_id, y.address, y.town, y.postcode
    from y;
end
$$;
comment on function app.properties_to_import(uuid) is 'What would become of each line of a file of properties, and what is wrong with it. A landlord is named by name.';

create or replace function app.tenants_to_import(of_import uuid)
returns table (line integer, does text, faults text[], is_due boolean, external_id text, property_id uuid, full_name text, date_of_birth date, note_visibility text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    firm   uuid := (select i.organisation_id from app.imports as i where i.id = of_import);
    places jsonb := app.import_places(of_import);
    at_id integer := places -> 'external_id'; at_property integer := places -> 'property'; at_name integer := places -> 'full_name';
    at_birth integer := places -> 'date_of_birth'; at_visibility integer := places -> 'note_visibility';
begin
    return query
    with x as materialized (
        select l.line, nullif(l.cells[at_id], '') as id, nullif(l.cells[at_property], '') as property, nullif(l.cells[at_name], '') as full_name,
               nullif(l.cells[at_birth], '') as birth, nullif(l.cells[at_visibility], '') as visibility
        from app.import_lines as l where l.organisation_id = firm and l.import_id = of_import
    ), y as (
        select x.*, born.local, born.fault as birth_fault, born.by_day, app.read_code('note_visibility', x.visibility) as code,
               exists (select from app.tenants as r where r.organisation_id = firm and r.external_id = x.id) as is_here,
               (select r.id from app.properties as r where r.organisation_id = firm and r.external_id = x.property) as property_id,
               first_value(x.line) over (partition by x.id order by x.line) as first_with_id
        from x cross join lateral app.read_moment(x.birth) as born
    )
    select y.line, case when y.is_here then 'here' else 'add' end,
           array_remove(array['external_id:' || app.external_id_fault(y.id), case when y.id is not null and y.first_with_id < y.line then 'external_id:doubled:' || y.first_with_id end]
           || case when not y.is_here then array[
                case when y.property is null then 'property:empty' when y.property_id is null then 'property:unknown' end,
                case when y.full_name is null then 'full_name:empty' when length(y.full_name) > 120 then 'full_name:long' end,
                -- The day here in London, as tenants_are_born_already has it within hours.
                'date_of_birth:' || coalesce(y.birth_fault, case when y.local::date > current_date then 'future' end),
                case when y.visibility is not null and y.code is null then 'note_visibility:not_a_choice' end] end, null),
           false, y.id, y.property_id, y.full_name, y.local::date, coalesce(y.code, 'inherit')
    from y;
end
$$;
comment on function app.tenants_to_import(uuid) is 'What would become of each line of a file of tenants, and what is wrong with it. A home is named by the id that it had in the former system.';

create or replace function app.last_record_of(firm uuid, of_case uuid) returns timestamptz
language sql stable set search_path = '' as $$
    select max(r.at) from (
        select max(greatest(n.created_at, n.edited_at)) from app.support_notes as n where n.case_id = of_case
        union all select max(g.created_at) from app.support_goals as g where g.case_id = of_case
        union all select max(e.noted_at) from app.support_goal_progress as e where e.case_id = of_case
        union all select max(s.scheduled_at) from app.support_sessions as s where s.case_id = of_case and s.status in ('delivered', 'missed')
        union all select max(greatest(d.created_at, d.changed_at, d.submitted_at, d.approved_at, d.sent_at)) from app.support_documents as d where d.case_id = of_case
        union all select max(u.created_at) from app.support_uploads as u where u.case_id = of_case
        union all select max(greatest(c.assigned_at, c.accepted_at, c.ended_at)) from app.support_collaborators as c where c.case_id = of_case
        union all select max(greatest(h.created_at, h.lifted_at)) from app.legal_holds as h where h.case_id = of_case
        -- That somebody reopened it.
        union all select max(a.happened_at) from app.audit_log as a join app.audit_payloads as p on p.audit_id = a.id
            where a.organisation_id = firm and a.case_id = of_case and a.table_name = 'support_cases' and a.action = 'update'
              and p.before ->> 'closed_at' is not null and p.after ->> 'closed_at' is null
    ) as r (at)
$$;
comment on function app.last_record_of(uuid, uuid) is
    'When something was last written, planned work done, added, assigned, held or reopened in a case of an organisation: a file closes none before that, for retention counts from the closing. Null for a case with nothing in it.';

create or replace function app.cases_to_import(of_import uuid)
returns table (line integer, does text, faults text[], is_due boolean, external_id text, tenant_id uuid, opened_at timestamptz, context_summary text,
               case_id uuid, closed_at timestamptz, closing_reason text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    firm    uuid := (select i.organisation_id from app.imports as i where i.id = of_import);
    windows jsonb := (select o.support_retention_years from app.organisations as o where o.id = firm);
    places  jsonb := app.import_places(of_import);
    at_id integer := places -> 'external_id'; at_tenant integer := places -> 'tenant'; at_opened integer := places -> 'opened_at';
    at_summary integer := places -> 'context_summary'; at_closed integer := places -> 'closed_at'; at_reason integer := places -> 'closing_reason';
begin
    return query
    with x as materialized (
        select l.line, nullif(l.cells[at_id], '') as id, nullif(l.cells[at_tenant], '') as tenant, nullif(l.cells[at_opened], '') as opened,
               nullif(l.cells[at_summary], '') as summary, nullif(l.cells[at_closed], '') as closed, nullif(l.cells[at_reason], '') as reason
        from app.import_lines as l where l.organisation_id = firm and l.import_id = of_import
    ), y as materialized (
        select x.*, here.id as here_id, here.tenant_id as here_tenant, coalesce(here.opened_at, opening.moment) as begins, opening.fault as opening_fault,
               case when here.id is null then 'add' when here.closed_at is null and (x.closed is not null or x.reason is not null) then 'close' else 'here' end as does,
               closing.moment as ends, closing.local as ends_local, closing.by_day, closing.fault as closing_fault, app.read_code('closing_reason', x.reason) as code,
               (select r.id from app.tenants as r where r.organisation_id = firm and r.external_id = x.tenant) as tenant_id,
               first_value(x.line) over (partition by x.id order by x.line) as first_with_id
        from x
        cross join lateral app.read_moment(x.opened) as opening
        cross join lateral app.read_moment(x.closed) as closing
        left join app.support_cases as here on here.organisation_id = firm and here.external_id = x.id
    ), z as (
        select y.*, y.does = 'add' and y.closed is null and y.reason is null as opens,
               case when y.does = 'close' then app.last_record_of(firm, y.here_id) end as last_record
        from y
    ), stay_open as materialized (
        -- Whose case is open and stays so. A tenant has one (one_open_case_for_each_tenant).
        select r.tenant_id from app.support_cases as r
        where r.organisation_id = firm and r.closed_at is null and r.id not in (select y.here_id from y where y.does = 'close')
    ), q as (
        select z.*, case when z.by_day and z.ends_local::date = (greatest(z.begins, z.last_record) at time zone 'Europe/London')::date
                    -- Closed on the day of its opening or last record: not before that.
                    then greatest(z.begins, z.last_record, z.ends) else z.ends end as closes,
               first_value(z.line) over (partition by z.tenant_id, z.opens order by z.line) as first_opening,
               o.tenant_id is not null as has_open_case
        from z left join stay_open as o on o.tenant_id = z.tenant_id
    )
    select q.line, q.does,
           array_remove(array['external_id:' || app.external_id_fault(q.id), case when q.id is not null and q.first_with_id < q.line then 'external_id:doubled:' || q.first_with_id end]
           || case when q.does = 'add' then array[
                case when q.tenant is null then 'tenant:empty' when q.tenant_id is null then 'tenant:unknown'
                     when q.opens and q.has_open_case then 'tenant:open_already' when q.opens and q.first_opening < q.line then 'tenant:open_doubled:' || q.first_opening end,
                'opened_at:' || case when q.opened is null then 'empty' else coalesce(q.opening_fault, case when q.begins > now() then 'future' end) end,
                case when length(q.summary) > 4000 then 'context_summary:long' end] end
           || case when q.does <> 'here' then array[
                case when q.closed is null and q.reason is not null then 'closed_at:empty'
                     else 'closed_at:' || coalesce(q.closing_fault, case when q.closes > now() then 'future' when q.closes < q.begins and q.begins <= now() then 'before_opening'
                                                                         when q.closes < q.last_record then 'before_records' end) end,
                case when q.closed is not null and q.reason is null then 'closing_reason:empty' when q.reason is not null and q.code is null then 'closing_reason:not_a_choice' end] end, null),
           q.does <> 'here' and coalesce(app.due_at(q.closes, null, windows, false) <= now(), false),
           q.id, q.tenant_id, q.begins, coalesce(q.summary, ''), q.here_id, q.closes, q.code
    from q;
end
$$;
comment on function app.cases_to_import(uuid) is
    'What would become of each line of a file of cases, and what is wrong with it. A case that is open here and closed in the file is closed, at the moment that the file says: not before its latest record, for '
    'retention counts from there. is_due: it would be destroyed by the next run.';

create or replace function app.content_to_import(of_import uuid)
returns table (line integer, cells text[], is_here boolean, faults text[], external_id text, case_id uuid, opened_at timestamptz, author_id uuid, author_name text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    it     app.imports := (select i from app.imports as i where i.id = of_import);
    firm   uuid := it.organisation_id;
    places jsonb := app.import_places(of_import);
    at_id integer := places -> 'external_id'; at_case integer := places -> 'case'; at_author integer := places -> 'author';
begin
    return query
    with people as materialized (
        -- Who operates for the organisation, and who ever was on a team of it, ended assignments too: it is about the past.
        select u.email, u.id, u.full_name from app.users as u
        where u.id in (select m.user_id from app.memberships as m where m.organisation_id = firm and m.accepted_at is not null
                       union select c.user_id from app.support_collaborators as c where c.organisation_id = firm and c.user_id is not null)
    ), x as materialized (
        select l.line, l.cells, nullif(l.cells[at_id], '') as id, nullif(l.cells[at_case], '') as its_case, nullif(l.cells[at_author], '') as author
        from app.import_lines as l where l.organisation_id = firm and l.import_id = of_import
    ), y as (
        select x.*, c.id as case_id, c.opened_at, c.closed_at, p.id as author_id, p.full_name,
               case it.kind when 'notes' then exists (select from app.support_notes as r where r.organisation_id = firm and r.external_id = x.id)
                            when 'goals' then exists (select from app.support_goals as r where r.organisation_id = firm and r.external_id = x.id)
                            else exists (select from app.support_sessions as r where r.organisation_id = firm and r.external_id = x.id) end as is_here,
               first_value(x.line) over (partition by x.id order by x.line) as first_with_id
        from x
        left join app.support_cases as c on c.organisation_id = firm and c.external_id = x.its_case
        left join people as p on p.email = lower(x.author)
    )
    select y.line, y.cells, y.is_here,
           array_remove(array['external_id:' || app.external_id_fault(y.id), case when y.id is not null and y.first_with_id < y.line then 'external_id:doubled:' || y.first_with_id end]
           || case when not y.is_here then array[
                case when y.its_case is null then 'case:empty' when y.case_id is null then 'case:unknown' when y.closed_at is not null then 'case:closed' end,
                case when y.author is null then 'author:empty' when y.author_id is null and y.author ~ '@' then 'author:nobody' when length(y.author) > 120 and y.author_id is null then 'author:long' end] end, null),
           y.id, y.case_id, y.opened_at, y.author_id, coalesce(y.full_name, y.author)
    from y;
end
$$;
comment on function app.content_to_import(uuid) is
    'What notes, goals and sessions have in common: their id, whether they are here already, their case, and who wrote them. An e-mail address is somebody who works or worked here; any other name is kept as it is, of '
    'somebody without an account (author_id null): nobody is taken for the author of what somebody else wrote.';

create or replace function app.notes_to_import(of_import uuid)
returns table (line integer, does text, faults text[], is_due boolean, external_id text, case_id uuid, stream text, body text, author_id uuid, author_name text,
               safeguarding boolean, created_at timestamptz)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    places jsonb := app.import_places(of_import);
    at_stream integer := places -> 'stream'; at_body integer := places -> 'body'; at_created integer := places -> 'created_at'; at_flag integer := places -> 'safeguarding';
begin
    return query
    select c.line, case when c.is_here then 'here' else 'add' end,
           c.faults || array_remove(case when not c.is_here then array[
                case when v.stream is null then 'stream:empty' when code.stream is null then 'stream:not_a_choice' end,
                case when v.body is null then 'body:empty' when length(v.body) > 20000 then 'body:long' end,
                'created_at:' || case when v.created is null then 'empty' else coalesce(m.fault, case when m.moment > now() then 'future' when written.at < c.opened_at then 'before_case' end) end,
                case when v.flag is not null and code.flag is null then 'safeguarding:not_yes_or_no' when code.flag = 'yes' and code.stream = 'shared' then 'safeguarding:shared' end] end, null),
           false, c.external_id, c.case_id, code.stream, v.body, c.author_id, c.author_name, coalesce(code.flag = 'yes', false), written.at
    from app.content_to_import(of_import) as c
    cross join lateral (select nullif(c.cells[at_stream], '') as stream, nullif(c.cells[at_body], '') as body, nullif(c.cells[at_created], '') as created, nullif(c.cells[at_flag], '') as flag offset 0) as v
    cross join lateral app.read_moment(v.created) as m
    cross join lateral (select app.read_code('stream', v.stream) as stream, app.read_code('yes_or_no', v.flag) as flag offset 0) as code
    -- Given by its day alone, on the day that the case was opened: not before that.
    cross join lateral (select case when m.by_day and m.local::date = (c.opened_at at time zone 'Europe/London')::date then greatest(m.moment, c.opened_at) else m.moment end as at) as written;
end
$$;
comment on function app.notes_to_import(uuid) is 'What would become of each line of a file of notes, and what is wrong with it. A flag for safeguarding counts from when the note was written.';

create or replace function app.goals_to_import(of_import uuid)
returns table (line integer, does text, faults text[], is_due boolean, external_id text, case_id uuid, title text, description text, target_date date, status text,
               author_id uuid, author_name text, created_at timestamptz)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    places jsonb := app.import_places(of_import);
    at_title integer := places -> 'title'; at_description integer := places -> 'description'; at_target integer := places -> 'target_date';
    at_status integer := places -> 'status'; at_created integer := places -> 'created_at';
begin
    return query
    select c.line, case when c.is_here then 'here' else 'add' end,
           c.faults || array_remove(case when not c.is_here then array[
                case when v.title is null then 'title:empty' when length(v.title) > 160 then 'title:long' end,
                case when length(v.description) > 4000 then 'description:long' end,
                'target_date:' || coalesce(t.fault, case when t.local::date not between date '2000-01-01' and date '2100-12-31' then 'out_of_range' end),
                case when v.status is not null and code.status is null then 'status:not_a_choice' end,
                'created_at:' || case when v.created is null then 'empty' else coalesce(m.fault, case when m.moment > now() then 'future' when written.at < c.opened_at then 'before_case' end) end] end, null),
           false, c.external_id, c.case_id, v.title, coalesce(v.description, ''), t.local::date, coalesce(code.status, 'active'), c.author_id, c.author_name, written.at
    from app.content_to_import(of_import) as c
    cross join lateral (select nullif(c.cells[at_title], '') as title, nullif(c.cells[at_description], '') as description, nullif(c.cells[at_target], '') as target,
                               nullif(c.cells[at_status], '') as status, nullif(c.cells[at_created], '') as created offset 0) as v
    cross join lateral app.read_moment(v.target) as t
    cross join lateral app.read_moment(v.created) as m
    cross join lateral (select app.read_code('goal_status', v.status) as status offset 0) as code
    cross join lateral (select case when m.by_day and m.local::date = (c.opened_at at time zone 'Europe/London')::date then greatest(m.moment, c.opened_at) else m.moment end as at) as written;
end
$$;
comment on function app.goals_to_import(uuid) is 'What would become of each line of a file of goals, and what is wrong with it.';

create or replace function app.sessions_to_import(of_import uuid)
returns table (line integer, does text, faults text[], is_due boolean, external_id text, case_id uuid, scheduled_at timestamptz, duration_minutes integer, type text, attendees text,
               status text, outcome_note text, author_id uuid, author_name text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
    places jsonb := app.import_places(of_import);
    at_when integer := places -> 'scheduled_at'; at_minutes integer := places -> 'duration_minutes'; at_type integer := places -> 'type';
    at_attendees integer := places -> 'attendees'; at_status integer := places -> 'status'; at_outcome integer := places -> 'outcome_note';
begin
    return query
    select c.line, case when c.is_here then 'here' else 'add' end,
           c.faults || array_remove(case when not c.is_here then array[
                'scheduled_at:' || case when v.planned is null then 'empty'
                    else coalesce(m.fault, case when m.moment < timestamptz '2000-01-01 00:00+00' or m.moment >= timestamptz '2100-01-01 00:00+00' then 'out_of_range'
                                                -- What is planned lies ahead; how something went does not.
                                                when m.moment > now() and code.status in ('delivered', 'missed') then 'future' when begins.at < c.opened_at then 'before_case' end) end,
                case when v.minutes is not null and length_of.minutes is null then 'duration_minutes:not_a_number' when length_of.minutes not between 5 and 720 then 'duration_minutes:duration' end,
                case when v.type is null then 'type:empty' when code.type is null then 'type:not_a_choice' end,
                case when length(v.attendees) > 300 then 'attendees:long' end,
                case when v.status is null then 'status:empty' when code.status is null then 'status:not_a_choice' end,
                case when length(v.outcome) > 8000 then 'outcome_note:long' when code.status = 'delivered' and v.outcome is null then 'outcome_note:no_outcome'
                     when code.status = 'scheduled' and v.outcome is not null then 'outcome_note:outcome_too_early' end] end, null),
           false, c.external_id, c.case_id, begins.at, coalesce(length_of.minutes, 60), code.type, coalesce(v.attendees, ''), code.status, v.outcome, c.author_id, c.author_name
    from app.content_to_import(of_import) as c
    cross join lateral (select nullif(c.cells[at_when], '') as planned, nullif(c.cells[at_minutes], '') as minutes, nullif(c.cells[at_type], '') as type,
                               nullif(c.cells[at_attendees], '') as attendees, nullif(c.cells[at_status], '') as status, nullif(c.cells[at_outcome], '') as outcome offset 0) as v
    cross join lateral app.read_moment(v.planned) as m
    cross join lateral (select case when v.minutes ~ '^[0-9]{1,6}$' then v.minutes::integer end as minutes) as length_of
    cross join lateral (select app.read_code('session_type', v.type) as type, app.read_code('session_status', v.status) as status offset 0) as code
    cross join lateral (select case when m.by_day and m.local::date = (c.opened_at at time zone 'Europe/London')::date then greatest(m.moment, c.opened_at) else m.moment end as at) as begins;
end
$$;
comment on function app.sessions_to_import(uuid) is 'What would become of each line of a file of sessions, and what is wrong with it. Without a duration: 60 minutes, as on the form.';


------------------------------------------------------------------------------------------------------------------------
-- Imports: checking and applying, by the jobs service
------------------------------------------------------------------------------------------------------------------------

create or replace function app.find_import_faults(of_import uuid) returns void
language plpgsql set search_path = '' as $$
declare
    it      app.imports := (select i from app.imports as i where i.id = of_import);
    places  jsonb := app.import_places(of_import);
    mapped  integer[] := array(select p.value::integer from jsonb_each_text(places) as p);
    -- Tab and line ends are text; what turns the direction of all that follows is not.
    control constant text := '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]';
    turning constant text := '[\u202a-\u202e\u2066-\u2069]';
    counted record;
begin
    delete from app.import_faults as f where f.organisation_id = it.organisation_id and f.import_id = of_import and not f.of_reading;
    execute format(
        'with r as materialized (select r.line, r.does, r.faults, r.is_due from app.%I($1) as r), written as (
             insert into app.import_faults (organisation_id, import_id, line, place, code, said, hint)
             select l.organisation_id, l.import_id, l.line, coalesce(f.place, 0), f.code, left(l.cells[f.place], 60), f.hint
             from r
             cross join lateral (select ($2 ->> split_part(said, '':'', 1))::integer as place, split_part(said, '':'', 2) as code, nullif(split_part(said, '':'', 3), '''') as hint
                                 from unnest(r.faults) as said) as f
             join app.import_lines as l on l.organisation_id = $3 and l.import_id = $1 and l.line = r.line
             where r.faults <> ''{}''
             on conflict do nothing)
         select count(*) as lines, count(*) filter (where does = ''add'') as adds, count(*) filter (where does = ''here'') as here,
                count(*) filter (where does = ''close'') as closes, count(*) filter (where is_due) as due
         from r', it.kind || '_to_import')
    into counted using of_import, places, it.organisation_id;
    insert into app.import_faults (organisation_id, import_id, line, place, code, said)
        select l.organisation_id, l.import_id, l.line, p.place, case when l.cells[p.place] ~ control then 'control' else 'turned' end, left(l.cells[p.place], 60)
        from app.import_lines as l cross join unnest(mapped) as p (place)
        where l.organisation_id = it.organisation_id and l.import_id = of_import
          and array_to_string(l.cells, ' ') ~ (control || '|' || turning) and (l.cells[p.place] ~ control or l.cells[p.place] ~ turning)
        on conflict do nothing;
    update app.imports as i
    -- Lines that could not be told apart are none that are staged.
    set line_count = counted.lines + (select count(distinct f.line) from app.import_faults as f
                                      where f.organisation_id = it.organisation_id and f.import_id = of_import and f.of_reading and f.place = 0),
        to_add = counted.adds, already_here = counted.here, to_close = counted.closes, due_at_once = counted.due, state = 'checked', state_at = clock_timestamp(),
        fault_count = (select count(*) from app.import_faults as f where f.organisation_id = it.organisation_id and f.import_id = of_import)
    where i.id = of_import;
end
$$;
comment on function app.find_import_faults(uuid) is
    'Writes down every fault of a staged file, anew, and what would become of it: the check. For app.carry_out_import().';

create or replace function app.lock_for_import(of_import uuid) returns void
language plpgsql set search_path = '' as $$
declare
    it     app.imports := (select i from app.imports as i where i.id = of_import);
    places jsonb := app.import_places(of_import);
    ids    text[];
begin
    -- One import of an organisation at a time: of two files with the same lines the second finds them here.
    perform pg_advisory_xact_lock(hashtextextended('import into ' || it.organisation_id, 0));
    -- What the lines hang under stays where and as it is; in the order of their ids, as everybody takes several.
    ids := array(select distinct l.cells[(places ->> case it.kind when 'properties' then 'landlord' when 'tenants' then 'property' when 'cases' then 'tenant' else 'case' end)::integer]
                 from app.import_lines as l where l.organisation_id = it.organisation_id and l.import_id = of_import);
    if it.kind = 'properties' then
        perform from app.landlords as r where r.organisation_id = it.organisation_id order by r.id for share;
    elsif it.kind = 'tenants' then
        perform from app.properties as r where r.organisation_id = it.organisation_id and r.external_id = any (ids) order by r.id for share;
    elsif it.kind = 'cases' then
        perform from app.tenants as r where r.organisation_id = it.organisation_id and r.external_id = any (ids) order by r.id for share;
        ids := array(select l.cells[(places ->> 'external_id')::integer] from app.import_lines as l where l.organisation_id = it.organisation_id and l.import_id = of_import);
        perform from app.support_cases as r where r.organisation_id = it.organisation_id and r.external_id = any (ids) order by r.id for update;
    else
        perform from app.support_cases as r where r.organisation_id = it.organisation_id and r.external_id = any (ids) order by r.id for share;
    end if;
end
$$;
comment on function app.lock_for_import(uuid) is 'Takes what the lines of an import hang under, until the end of the transaction, so that what is checked is still so when it is written. For app.carry_out_import().';

create or replace function app.write_import(of_import uuid, out faulty bigint, out adds bigint, out here bigint, out closes bigint, out due bigint, out written bigint)
language plpgsql set search_path = '' as $$
declare
    it     app.imports := (select i from app.imports as i where i.id = of_import);
    closed bigint := 0;
begin
    -- Each looks and writes in one statement, for the rules take a while: a line with a fault, and none is written.
    case it.kind
    when 'properties' then
        with r as materialized (select r.* from app.properties_to_import(of_import) as r), w as (
            insert into app.properties (organisation_id, landlord_id, address, town, postcode, external_id)
            select r.organisation_id, r.landlord_id, r.address, r.town, r.postcode, r.external_id
            from r where r.does = 'add' and not exists (select from r as bad where bad.faults <> '{}') order by r.line returning 1)
        select count(*) filter (where r.faults <> '{}'), count(*) filter (where r.does = 'add'), count(*) filter (where r.does = 'here'), 0, 0, (select count(*) from w)
            into faulty, adds, here, closes, due, written from r;
    when 'tenants' then
        with r as materialized (select r.* from app.tenants_to_import(of_import) as r), w as (
            insert into app.tenants (property_id, full_name, date_of_birth, housing_officer_note_visibility, external_id)
            select r.property_id, r.full_name, r.date_of_birth, r.note_visibility, r.external_id
            from r where r.does = 'add' and not exists (select from r as bad where bad.faults <> '{}') order by r.line returning 1)
        select count(*) filter (where r.faults <> '{}'), count(*) filter (where r.does = 'add'), count(*) filter (where r.does = 'here'), 0, 0, (select count(*) from w)
            into faulty, adds, here, closes, due, written from r;
    when 'cases' then
        -- Closings first: the tenant's next case may be in the same file.
        with r as materialized (select r.* from app.cases_to_import(of_import) as r), w as (
            update app.support_cases as c set closed_at = r.closed_at, closing_reason = r.closing_reason
            from r where r.does = 'close' and c.id = r.case_id and not exists (select from r as bad where bad.faults <> '{}') returning 1)
        select count(*) filter (where r.faults <> '{}'), count(*) filter (where r.does = 'add'), count(*) filter (where r.does = 'here'), count(*) filter (where r.does = 'close'),
               count(*) filter (where r.is_due), (select count(*) from w)
            into faulty, adds, here, closes, due, closed from r;
        if faulty = 0 then
            insert into app.support_cases (tenant_id, opened_at, context_summary, closed_at, closing_reason, external_id)
                select r.tenant_id, r.opened_at, r.context_summary, r.closed_at, r.closing_reason, r.external_id from app.cases_to_import(of_import) as r where r.does = 'add' order by r.line;
            get diagnostics written = row_count;
        end if;
        written := coalesce(written, 0) + closed;
    when 'notes' then
        with r as materialized (select r.* from app.notes_to_import(of_import) as r), w as (
            insert into app.support_notes (case_id, stream, body, author_id, author_name, safeguarding, safeguarding_flagged_at, created_at, external_id)
            select r.case_id, r.stream, r.body, r.author_id, r.author_name, r.safeguarding, case when r.safeguarding then r.created_at end, r.created_at, r.external_id
            from r where r.does = 'add' and not exists (select from r as bad where bad.faults <> '{}') order by r.line returning 1)
        select count(*) filter (where r.faults <> '{}'), count(*) filter (where r.does = 'add'), count(*) filter (where r.does = 'here'), 0, 0, (select count(*) from w)
            into faulty, adds, here, closes, due, written from r;
    when 'goals' then
        with r as materialized (select r.* from app.goals_to_import(of_import) as r), w as (
            insert into app.support_goals (case_id, title, description, target_date, status, author_id, author_name, created_at, external_id)
            select r.case_id, r.title, r.description, r.target_date, r.status, r.author_id, r.author_name, r.created_at, r.external_id
            from r where r.does = 'add' and not exists (select from r as bad where bad.faults <> '{}') order by r.line returning 1)
        select count(*) filter (where r.faults <> '{}'), count(*) filter (where r.does = 'add'), count(*) filter (where r.does = 'here'), 0, 0, (select count(*) from w)
            into faulty, adds, here, closes, due, written from r;
    when 'sessions' then
        with r as materialized (select r.* from app.sessions_to_import(of_import) as r), w as (
            insert into app.support_sessions (case_id, scheduled_at, duration_minutes, type, attendees, status, outcome_note, author_id, author_name, external_id)
            select r.case_id, r.scheduled_at, r.duration_minutes, r.type, r.attendees, r.status, r.outcome_note, r.author_id, r.author_name, r.external_id
            from r where r.does = 'add' and not exists (select from r as bad where bad.faults <> '{}') order by r.line returning 1)
        select count(*) filter (where r.faults <> '{}'), count(*) filter (where r.does = 'add'), count(*) filter (where r.does = 'here'), 0, 0, (select count(*) from w)
            into faulty, adds, here, closes, due, written from r;
    end case;
end
$$;
comment on function app.write_import(uuid) is
    'Looks at a file once more and, where no line has a fault, writes what it brings, with every trigger and constraint: how many lines are faulty, would be added, are here, close a case, are due at once, and how many it wrote. '
    'For app.carry_out_import().';

create or replace function app.carry_out_import(of_import uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    it      app.imports;
    refusal text;
    came    record;
begin
    -- Somebody else is at it, or it was given up: nothing to do.
    select * into it from app.imports as i where i.id = of_import and i.state in ('checking', 'applying') for update skip locked;
    if not found then
        return;
    end if;
    -- What they may do, by now (threat 20): locked until this is done.
    perform from app.memberships as m join app.users as u on u.id = m.user_id
    where m.organisation_id = it.organisation_id and m.user_id = it.asked_by_id and m.role = 'org_admin' and m.accepted_at is not null and u.disabled_at is null for share;
    if not found then
        refusal := 'rights';
    elsif not exists (select from app.organisations as o join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
                      where o.id = it.organisation_id) then
        refusal := 'plan';
    end if;
    if refusal is not null then
        update app.imports as i set state = 'refused', error = refusal, state_at = clock_timestamp() where i.id = of_import;
        return;
    end if;
    -- A file with faults is applied by nobody, whatever its state says.
    if it.state = 'checking' or it.fault_count <> 0 then
        perform app.find_import_faults(of_import);
        return;
    end if;
    -- Written down for who asked (app.who_acts), and with why.
    update vault.import_work as w set applied_in = pg_current_xact_id() where w.import_id = of_import;
    perform set_config('app.importing', of_import::text, true);
    perform set_config('app.reason', 'Imported from a file', true);
    perform app.lock_for_import(of_import);
    came := app.write_import(of_import);
    if came.faulty > 0 then
        -- Something changed since the check: a case was closed, say.
        perform app.find_import_faults(of_import);
    elsif came.written <> came.adds + came.closes then
        raise exception 'not every line of the import was written' using errcode = 'KW499';
    else
        update app.imports as i
        set state = 'done', to_add = came.adds, already_here = came.here, to_close = came.closes, due_at_once = came.due, state_at = clock_timestamp()
        where i.id = of_import;
    end if;
    perform set_config('app.importing', '', true);
    perform set_config('app.reason', '', true);
end
$$;
comment on function app.carry_out_import(uuid) is
    'For the jobs login: does what waits of an import, checking or applying, in one transaction. Refused (state, no error) where who asked is no org-admin of the organisation any more, or its plan has no support cases. '
    'Nothing where somebody else is at it. Faults that came up since the check put it back to checked. KW499: a line was not written, so none is.';

create or replace function app.claim_import(left_out uuid[]) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
    it    uuid;
    tries integer;
begin
    loop
        select i.id into it from app.imports as i
        where i.state in ('checking', 'applying') and i.id <> all (left_out)
        order by i.state_at limit 1 for update skip locked;
        if not found then
            return null;
        end if;
        -- What is asked anew is counted anew.
        insert into vault.import_work as w (import_id, attempts) values (it, 1)
            on conflict (import_id) do update
            set attempts = (case when w.began_at < (select i.state_at from app.imports as i where i.id = it) then 1 else w.attempts + 1 end), began_at = clock_timestamp()
            returning attempts into tries;
        exit when tries <= 5;
        -- It ended the service each time that it was begun: others have their turn.
        update app.imports as i set state = 'failed', error = 'given_up', state_at = clock_timestamp() where i.id = it;
    end loop;
    return it;
end
$$;
comment on function app.claim_import(uuid[]) is 'For the jobs login: the import that has waited longest, but for those left out, with its attempt counted; null where none waits. One that was begun five times and never came to an end has failed.';

create or replace function app.import_failed(of_import uuid, code text) returns void
language sql security definer set search_path = '' as $$
    update app.imports as i set state = 'failed', error = code, state_at = clock_timestamp()
    where i.id = of_import and i.state in ('checking', 'applying')
      and exists (select from vault.import_work as w where w.import_id = i.id and w.attempts >= 3)
$$;
comment on function app.import_failed(uuid, text) is 'For the jobs login: after the third attempt that failed, an import has failed for good. Before that it waits for the next.';

-- A procedure that commits may have no setting of its own, search_path included: every name in it is qualified.
create or replace procedure app.work_on_imports()
language plpgsql as $$
declare
    it       uuid;
    left_out uuid[] := '{}';
    trouble  text;
begin
    loop
        it := app.claim_import(left_out);
        -- Counted, whatever becomes of it; and no lock in hand.
        commit;
        exit when it is null;
        begin
            perform app.carry_out_import(it);
        exception when others then
            get stacked diagnostics trouble = returned_sqlstate;
            left_out := left_out operator(pg_catalog.||) it;
            perform app.import_failed(it, trouble);
        end;
        commit;
    end loop;
    if trouble is not null then
        raise exception 'an import could not be carried out' using errcode = trouble;
    end if;
end
$$;
comment on procedure app.work_on_imports() is
    'Does what waits of imports, oldest first, each in a transaction of its own. Called outside a transaction. May be killed at any moment and called by several at once: an import happens whole or not at all, and once. '
    'What stops one is raised when the others are done; that one is tried again, three times in all.';

create or replace function app.erase_old_imports(out imports bigint)
language plpgsql security definer set search_path = '' as $$
begin
    with old as (
        select i.id from app.imports as i
        where i.state in ('uploaded', 'checking', 'checked', 'applying') and i.created_at < now() - interval '7 days' order by i.id for update skip locked
    )
    update app.imports as i set state = 'expired', state_at = clock_timestamp() from old where i.id = old.id;
    get diagnostics imports = row_count;
    update app.imports as i set mapping = null where i.state = 'done' and i.mapping is not null and i.state_at < now() - interval '90 days';
    delete from vault.import_work as w using app.imports as i where i.id = w.import_id and i.state in ('done', 'discarded', 'expired', 'refused', 'failed');
end
$$;
comment on function app.erase_old_imports() is 'For the jobs login: gives up imports that were uploaded more than 7 days ago, so that nothing of what they say stays; how many. Of those that were done more than 90 days ago it forgets which column was which.';


------------------------------------------------------------------------------------------------------------------------
-- Jobs: what is due, and the ledger
------------------------------------------------------------------------------------------------------------------------

-- The clock (jobs/clock.py) calls often; what is due is decided here. A call is begun, done and finished in three statements
-- on one connection. Every job may be done by several at once without harm; the ledger keeps dated ones to one at a time.

create or replace function app.month_begins(of_month date) returns timestamptz
language sql immutable parallel safe set search_path = '' as $$
    select date_trunc('month', of_month::timestamp) at time zone 'Europe/London'
$$;
comment on function app.month_begins(date) is 'The first moment of the calendar month that a day lies in, Europe/London.';

create or replace function app.job_due_at(of_job text, of_period date) returns timestamptz
language sql stable set search_path = '' as $$
    select case j.cadence when 'daily' then (of_period + j.due_time) at time zone 'Europe/London'
                          when 'monthly' then ((of_period + interval '1 month')::date + j.due_time) at time zone 'Europe/London' end
    from app.jobs as j where j.name = of_job
$$;
comment on function app.job_due_at(text, date) is 'From when on a dated job is to be done for a period (spec 6: the digest on the 1st, 07:00 Europe/London, for the month before). Null for a job that runs often.';

create or replace function app.due_period(of_job text, as_of timestamptz) returns date
language plpgsql stable set search_path = '' as $$
declare
    job    app.jobs;
    local  timestamp := as_of at time zone 'Europe/London';
    latest date;
begin
    select * into job from app.jobs as j where j.name = of_job;
    if job.cadence = 'often' then
        return local::date;
    elsif job.cadence = 'daily' then
        -- The latest alone: each of these jobs does whatever is due.
        latest := (local - job.due_time)::date;
        return case when not exists (select from app.job_runs as r where r.job = of_job and r.period = latest and r.status = 'done') then latest end;
    end if;
    -- The oldest month that is not done: after a long stop, one after the other.
    return (select m.first_day::date
            from generate_series(date_trunc('month', job.since at time zone 'Europe/London') - interval '1 month', date_trunc('month', local), interval '1 month') as m (first_day)
            where app.job_due_at(of_job, m.first_day::date) > job.since and app.job_due_at(of_job, m.first_day::date) <= as_of
              and not exists (select from app.job_runs as r where r.job = of_job and r.period = m.first_day::date and r.status = 'done')
            order by 1 limit 1);
end
$$;
comment on function app.due_period(text, timestamptz) is
    'The period that a job is to be done for now: today (Europe/London) for one that runs often, the latest day of a daily one, the oldest month of a monthly one, unless the ledger says done. Null: nothing is due, or there is no such job.';

create or replace function app.begin_job(of_job text, their_clock timestamptz) returns date
language plpgsql security definer set search_path = '' as $$
declare
    -- Nothing is early while one of the two clocks is ahead (threat 38).
    as_of  timestamptz := least(clock_timestamp(), their_clock);
    period date := app.due_period(of_job, as_of);
    job    app.jobs;
begin
    select * into job from app.jobs as j where j.name = of_job;
    if period is null then
        return null;
    elsif job.destroys and clock_timestamp() > their_clock + interval '1 hour' then
        raise exception 'the clocks differ' using errcode = 'KW450';
    elsif job.cadence <> 'often' then
        -- As long as this connection lasts: whoever dies lets go, and the next one begins again.
        if not pg_try_advisory_lock(hashtextextended('job ' || of_job, 0)) then
            return null;
        end if;
        -- Another one may have finished it in between.
        period := app.due_period(of_job, as_of);
        if period is null then
            perform pg_advisory_unlock(hashtextextended('job ' || of_job, 0));
            return null;
        end if;
    end if;
    insert into app.job_runs (job, period) values (of_job, period)
        on conflict on constraint job_runs_pkey do update
        set status = 'running', attempts = job_runs.attempts + 1, began_at = clock_timestamp();
    return period;
end
$$;
comment on function app.begin_job(text, timestamptz) is
    'For the jobs service, with its own clock: the period that a job is begun for now, noted in the ledger. Null where nothing is due or, of a dated job, somebody else is at it: the connection that began it '
    'must be the one that does it, straight to Postgres (or a pooler in session mode). KW450: the database''s clock is more than an hour ahead of theirs, and the job destroys.';

create or replace function app.finish_job(of_job text, of_period date, of_counts jsonb) returns void
language sql security definer set search_path = '' as $$
    update app.job_runs as r
    set status = 'done', finished_at = clock_timestamp(), error = null,
        counts = r.counts || (select coalesce(jsonb_object_agg(c.key, coalesce((r.counts ->> c.key)::numeric, 0) + c.value::numeric), '{}')
                              from jsonb_each_text(of_counts) as c)
    where r.job = of_job and r.period = of_period
$$;
comment on function app.finish_job(text, date, jsonb) is 'Notes in the ledger that a job is done for a period, and what it did: an object of numbers, which are added to those of earlier attempts.';

create or replace function app.fail_job(of_job text, their_clock timestamptz, of_period date, code text) returns void
language sql security definer set search_path = '' as $$
    insert into app.job_runs (job, period, status, error)
        select of_job, p.period, 'failed', code
        from coalesce(of_period, app.due_period(of_job, least(clock_timestamp(), their_clock))) as p (period) where p.period is not null
        on conflict on constraint job_runs_pkey do update set status = 'failed', error = excluded.error
        -- Somebody else may have done it meanwhile.
        where job_runs.status <> 'done' or (select j.cadence = 'often' from app.jobs as j where j.name = of_job)
$$;
comment on function app.fail_job(text, timestamptz, date, text) is
    'Notes in the ledger that a job failed, with a code (an SQLSTATE, or a word of ours). Without a period: it could not even begin. It is tried again.';

create or replace function app.next_due_at(of_job text) returns timestamptz
language sql stable set search_path = '' as $$
    select min(due.at)
    from (select case j.cadence when 'daily' then array[today, today + 1] when 'monthly' then array[this_month - interval '1 month', this_month]::date[] end as periods
          from app.jobs as j, (select (now() at time zone 'Europe/London')::date as today, date_trunc('month', now() at time zone 'Europe/London')::date as this_month) as d
          where j.name = of_job) as soon,
         unnest(soon.periods) as p (period), lateral (select app.job_due_at(of_job, p.period) as at) as due
    where due.at > now()
$$;
comment on function app.next_due_at(text) is 'When a dated job is to be done next, in the future. Null for one that runs often.';

create or replace function app.jobs_idle_since() returns timestamptz
language sql stable set search_path = '' as $$
    select i.since
    from (select greatest(max(l.began_at), min(j.since)) as since, min(j.late_after) as patience from app.jobs as j join app.job_list as l on l.job = j.name) as i
    where i.since < now() - i.patience
$$;
comment on function app.jobs_idle_since() is
    'Since when no job at all was begun, where that is longer than the most urgent of them may wait (app.jobs.late_after): the jobs service seems not to run. Null while it does.';

create or replace function app.job_health()
returns table (job text, period date, status text, attempts integer, began_at timestamptz, done_at timestamptz, error text, counts jsonb, next_due_at timestamptz, is_late boolean)
language sql stable security definer set search_path = '' as $$
    select l.job, l.period, l.status, l.attempts, l.began_at, l.done_at, l.error, l.counts, l.next_due_at, l.is_late from app.job_list as l order by l.job
$$;
comment on function app.job_health() is 'app.job_list, for whoever watches over the installation without a hat: it names no organisation and no person.';

create or replace function app.outbox_health(out waiting bigint, out oldest_waiting_at timestamptz, out unsure bigint)
language sql stable security definer set search_path = '' as $$
    select count(*) filter (where o.state in ('waiting', 'sending')), min(o.created_at) filter (where o.state in ('waiting', 'sending')),
           count(*) filter (where o.state = 'unsure')
    from app.outbox as o where o.state in ('waiting', 'sending', 'unsure')
$$;
comment on function app.outbox_health() is 'How many e-mails wait, since when the oldest does, and about how many a person must decide.';


------------------------------------------------------------------------------------------------------------------------
-- The digest: what may be said, and composing it
------------------------------------------------------------------------------------------------------------------------

create or replace function app.digest_cases(of_organisations uuid[], of_officers uuid[], of_period date)
returns table (organisation_id uuid, officer_id uuid, case_id uuid, landlord_id uuid, officer_name text, address text, officer_reason text, case_reason text,
               shows_notes boolean, shows_sessions boolean, tenant_name text, closed_at timestamptz)
language sql stable set search_path = '' as $$
    with firm as materialized (
        select o.id, o.support_notes_visible_to_housing_officer as shows_notes,
               exists (select from app.feature_gates as gate where gate.plan_code = o.plan_code and gate.feature_key = 'support_cases') as has_support_cases
        from app.organisations as o where o.id = any (of_organisations)
    ), listed as materialized (
        select distinct o.id as organisation_id, lower(l.address) as address
        from app.organisations as o, unnest(o.housing_officer_emails) as l (address) where o.id = any (of_organisations)
    )
    select distinct on (m.organisation_id, m.user_id, m.case_id)
           m.organisation_id, m.user_id, m.case_id, c.landlord_id, u.full_name, u.email,
           case when not f.has_support_cases then 'plan'
                when u.disabled_at is not null then 'account_disabled'
                when not bool_or(m.ended_at is null) over (partition by m.organisation_id, m.user_id) then 'assignment_ended'
                when l.address is null then 'address_not_listed'
                when s.address is not null then 'suppressed' end,
           case when m.ended_at is not null then 'assignment_ended'
                when t.housing_officer_note_visibility = 'hidden' then 'tenant_hidden'
                -- Its goals would be told again each month.
                when c.closed_at < (select app.month_begins(of_period)) then 'nothing_to_report' end,
           app.notes_are_visible_to_housing_officers(t.housing_officer_note_visibility, f.shows_notes),
           -- Who takes part in context reads sessions of their own alone, on the screen too (spec 2).
           m.participation_mode = 'full', t.full_name, c.closed_at
    from unnest(of_organisations, of_officers) as wanted (organisation_id, officer_id)
    join app.support_collaborators as m
      on m.organisation_id = wanted.organisation_id and m.user_id = wanted.officer_id and m.kind = 'housing_officer'
     and (m.ended_at is null or m.ended_at >= (select app.month_begins(of_period)))
    join app.support_cases as c on c.id = m.case_id
    join app.tenants as t on t.id = c.tenant_id
    join app.users as u on u.id = m.user_id
    join firm as f on f.id = m.organisation_id
    left join listed as l on l.organisation_id = m.organisation_id and l.address = lower(u.email)
    left join app.suppressed_addresses as s on s.organisation_id = m.organisation_id and s.address = lower(u.email) and s.cleared_at is null
    -- Of several assignments to one case the live one counts.
    order by m.organisation_id, m.user_id, m.case_id, m.ended_at desc nulls first
$$;
comment on function app.digest_cases(uuid[], uuid[], date) is
    'THE rule of who gets which case in a digest (spec 2, 6), as things stand: for pairs of organisation and housing officer, each case that they are assigned to or were in the month, why the officer gets no digest at all, '
    'why this case is left out, and which parts of it they may read. Reasons null: it goes in, if there is something to report.';

create or replace function app.digest_material(of_organisations uuid[], of_officers uuid[], of_period date)
returns table (organisation_id uuid, officer_id uuid, case_id uuid, landlord_id uuid, officer_name text, address text, officer_reason text, case_reason text, content jsonb)
language sql stable set search_path = '' as $$
    select d.organisation_id, d.officer_id, d.case_id, d.landlord_id, d.officer_name, d.address, d.officer_reason,
           coalesce(d.case_reason, case when d.officer_reason is null and coalesce(g.said, s.said, n.said) is null then 'nothing_to_report' end),
           case when d.officer_reason is null and d.case_reason is null and coalesce(g.said, s.said, n.said) is not null then
               jsonb_build_object('tenant', d.tenant_name, 'closed_at', d.closed_at, 'notes_are_shown', d.shows_notes, 'all_sessions_are_shown', d.shows_sessions,
                                  'goals', coalesce(g.said, '[]'), 'sessions', coalesce(s.said, '[]'), 'notes', coalesce(n.said, '[]')) end
    from app.digest_cases(of_organisations, of_officers, of_period) as d
    -- Where the month begins and ends is asked in subqueries: once, not for each case.
    left join lateral (
        select jsonb_agg(jsonb_build_object('id', g.id, 'title', g.title, 'target_date', g.target_date, 'progress', p.latest) order by g.created_at, g.id) as said
        from app.support_goals as g
        left join lateral (
            select jsonb_build_object('body', p.body, 'author', p.author_name, 'at', p.noted_at) as latest
            from app.support_goal_progress as p where p.goal_id = g.id order by p.noted_at desc, p.id desc limit 1) as p on true
        where g.case_id = d.case_id and g.status = 'active'
    ) as g on d.officer_reason is null and d.case_reason is null
    left join lateral (
        -- Without the outcome and the attendees: what was said there may be more than notes would be allowed to, or name a contact.
        select jsonb_agg(jsonb_build_object('id', s.id, 'at', s.scheduled_at, 'minutes', s.duration_minutes, 'type', s.type, 'status', s.status) order by s.scheduled_at, s.id) as said
        from app.support_sessions as s
        where s.case_id = d.case_id and s.status in ('delivered', 'scheduled')
          and s.scheduled_at >= (select app.month_begins(of_period)) and s.scheduled_at < (select app.month_begins((of_period + interval '1 month')::date))
          and (d.shows_sessions or s.author_id = d.officer_id)
    ) as s on d.officer_reason is null and d.case_reason is null
    left join lateral (
        select jsonb_agg(jsonb_build_object('id', n.id, 'body', n.body, 'author', n.author_name, 'at', n.created_at) order by n.created_at, n.id) as said
        from app.support_notes as n
        where n.case_id = d.case_id and n.stream = 'shared' and d.shows_notes
          and n.created_at >= (select app.month_begins(of_period)) and n.created_at < (select app.month_begins((of_period + interval '1 month')::date))
    ) as n on d.officer_reason is null and d.case_reason is null
$$;
comment on function app.digest_material(uuid[], uuid[], date) is
    'app.digest_cases() with what each case has to say in the month: active goals with their latest progress, sessions delivered or scheduled in it, and its Shared notes where they are visible. Never Professional notes, contact cards, outcomes. '
    'Content null where there is a reason.';

create or replace function app.reason_of_all(case_reasons text[]) returns text
language sql immutable set search_path = '' as $$
    select case when 'nothing_to_report' = any (case_reasons) then 'nothing_to_report' when 'tenant_hidden' = any (case_reasons) then 'tenant_hidden' else 'assignment_ended' end
$$;
comment on function app.reason_of_all(text[]) is 'Why an officer gets no digest all of whose cases are left out: the reason of most weight to whoever asks.';

create or replace function app.compose_chunk(of_period date, inout walked_to_organisation uuid default '00000000-0000-0000-0000-000000000000',
                                             inout walked_to_officer uuid default '00000000-0000-0000-0000-000000000000', most_officers integer default 500,
                                             out officers bigint, out composed bigint)
language plpgsql security definer set search_path = '' as $$
declare
    firms    uuid[];
    people   uuid[];
begin
    select array_agg(w.organisation_id order by w.organisation_id, w.user_id), array_agg(w.user_id order by w.organisation_id, w.user_id), count(*) into firms, people, officers
    from (select distinct m.organisation_id, m.user_id from app.support_collaborators as m
          where m.kind = 'housing_officer' and m.user_id is not null and (m.organisation_id, m.user_id) > (walked_to_organisation, walked_to_officer)
            and (m.ended_at is null or m.ended_at >= app.month_begins(of_period))
          order by 1, 2 limit most_officers) as w;
    if officers = 0 then
        composed := 0;
        return;
    end if;
    walked_to_organisation := firms[officers];
    walked_to_officer := people[officers];
    -- Whoever destroys a case, or moves it to another landlord, at this moment is waited for, and others then wait for us: what is read
    -- below is there when it is written down, and is found by whoever destroys afterwards.
    perform from app.support_cases as c
    where c.id in (select m.case_id from unnest(firms, people) as w (organisation_id, officer_id)
                   join app.support_collaborators as m on m.organisation_id = w.organisation_id and m.user_id = w.officer_id and m.kind = 'housing_officer')
    order by c.id for key share;
    with material as materialized (
        select * from app.digest_material(firms, people, of_period)
    ), digest as (
        insert into app.digests (organisation_id, officer_id, officer_name, address, period, reason)
            select m.organisation_id, m.officer_id, m.officer_name, m.address, of_period,
                   coalesce(m.officer_reason, case when count(m.content) = 0 then app.reason_of_all(array_agg(m.case_reason)) end)
            from material as m
            group by m.organisation_id, m.officer_id, m.officer_name, m.address, m.officer_reason
            -- Composed already: by a run that was killed, or by somebody else just now.
            on conflict on constraint one_digest_for_each_officer_and_month do nothing
            returning *
    ), entry as (
        insert into app.digest_entries (organisation_id, landlord_id, digest_id, case_id, reason, content)
            select m.organisation_id, m.landlord_id, d.id, m.case_id, coalesce(m.case_reason, m.officer_reason), m.content
            from digest as d join material as m on m.organisation_id = d.organisation_id and m.officer_id = d.officer_id
    ), message as (
        insert into app.outbox (organisation_id, kind, digest_id, dedup_key, to_name, to_address)
            select d.organisation_id, 'digest', d.id, 'digest/' || d.organisation_id || '/' || d.officer_id || '/' || to_char(d.period, 'YYYY-MM'), d.officer_name, d.address
            from digest as d where d.reason is null
            -- Nothing is made twice, whatever became of the digest's own row.
            on conflict on constraint messages_are_kept_once do nothing
            returning 1
    )
    select count(*) into composed from message;
end
$$;
comment on function app.compose_chunk(date, uuid, uuid, integer) is
    'Composes the digests of a month for the next so many pairs of organisation and housing officer, one transaction: what each says, or why they get none, and the e-mail in the outbox. Returns where it got to, how many it looked at (0: nobody is left) and how '
    'many e-mails it made. For app.compose_digests().';

-- Commits, so it has no search_path of its own: every name is qualified.
create or replace procedure app.compose_digests(of_period date, inout composed bigint default 0)
language plpgsql as $$
declare
    chunk record;
begin
    select c.* into chunk from app.compose_chunk(of_period) as c;
    commit;
    while chunk.officers operator(pg_catalog.>) 0 loop
        composed := composed operator(pg_catalog.+) chunk.composed;
        select c.* into chunk from app.compose_chunk(of_period, chunk.walked_to_organisation, chunk.walked_to_officer) as c;
        commit;
    end loop;
end
$$;
comment on procedure app.compose_digests(date, bigint) is
    'Composes the digests of a calendar month (its first day) for all organisations, 500 officers in a transaction; what is composed already is left as it is. Returns how many e-mails it made. May be killed at any moment, called again, and called by several at once.';

create or replace function app.preview_digest(of_officer uuid, of_period date)
returns table (officer_name text, address text, reason text, case_id uuid, case_reason text, content jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare
    firm uuid := app.org_admin_case_organisation();
begin
    return query
    select m.officer_name, m.address, coalesce(m.officer_reason, case when count(m.content) over () = 0 then app.reason_of_all(array_agg(m.case_reason) over ()) end),
           m.case_id, coalesce(m.case_reason, m.officer_reason), m.content
    from app.digest_material(array[firm], array[of_officer], of_period) as m
    order by m.content ->> 'tenant', m.case_id;
    if not found then
        raise exception 'no such housing officer' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.preview_digest(uuid, date) is
    'For an org-admin: what the digest of a month (its first day) would say to a housing officer of their organisation if it went out now, one row for each case. KW404 for somebody who is not, and was not in that month, on a team.';

create or replace function app.told_state(state text, provider_id text, claimed_at timestamptz, sent_at timestamptz) returns text
language sql immutable set search_path = '' as $$
    -- Nobody but a provider gives an e-mail an id. An e-mail that an org-admin says arrived was sent the moment it was claimed (app.message_arrived).
    select case when state = 'sent' and provider_id is null and sent_at > claimed_at then 'filed' else state end
$$;
comment on function app.told_state(text, text, timestamptz, timestamptz) is
    'The state of an e-mail as people are told of it: that of app.outbox, or filed where it was written to a file, since Keywork is not set up to send e-mails, and so went to nobody.';

create or replace function app.why_no_digest(of_officer uuid, of_period date, of_case uuid default null)
returns table (answer text, happened_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare
    firm    uuid := app.org_admin_case_organisation();
    digest  app.digests;
    entry   app.digest_entries;
    message app.outbox;
    went    boolean;
    why     text;
begin
    if of_case is not null then
        select c.organisation_id into firm from app.support_cases as c
        where c.id = of_case and (c.organisation_id = firm or c.landlord_id = any (app.manager_case_landlord_ids()));
    end if;
    -- Nobody hears of an officer who is none of their firm's (of their case's).
    if firm is null or not exists (
        select from app.support_collaborators as m
        where m.organisation_id = firm and m.user_id = of_officer and m.kind = 'housing_officer' and (of_case is null or m.case_id = of_case))
    then
        raise exception 'no such housing officer' using errcode = 'KW404';
    end if;
    select * into digest from app.digests as d where d.organisation_id = firm and d.officer_id = of_officer and d.period = of_period;
    select * into entry from app.digest_entries as e where e.digest_id = digest.id and e.case_id = of_case;
    select * into message from app.outbox as o where o.organisation_id = firm and o.digest_id = digest.id;
    if digest.id is not null then
        went := coalesce(message.state in ('unsure', 'sent', 'delivered', 'bounced_for_now', 'bounced', 'complained') and (of_case is null or entry.content is not null or entry.handed_over), false);
        why := case when of_case is null or digest.reason in ('plan', 'account_disabled', 'address_not_listed', 'suppressed') then digest.reason
                    -- Of this case alone: others may be left out for other reasons.
                    when entry.digest_id is null then 'not_on_team'
                    else entry.reason end;
        -- Whatever stands in the way by now, it went.
        return query select case when went or why is null then app.told_state(message.state, message.provider_id, message.claimed_at, message.sent_at) else why end,
                            -- Left out when it was composed, or when it was to be handed over.
                            case when went or why is null or (digest.reason is not null and message.id is not null) then message.state_at else digest.composed_at end;
    elsif exists (select from app.job_runs as r where r.job = 'compose_digests' and r.period = of_period and r.status = 'done') then
        return query select 'not_on_team', (select r.finished_at from app.job_runs as r where r.job = 'compose_digests' and r.period = of_period);
    elsif app.job_due_at('compose_digests', of_period) > now() then
        return query select 'not_due', app.job_due_at('compose_digests', of_period);
    elsif app.job_due_at('compose_digests', of_period) <= (select j.since from app.jobs as j where j.name = 'compose_digests') then
        return query select 'before_digests', (select j.since from app.jobs as j where j.name = 'compose_digests');
    else
        return query select 'not_composed', app.job_due_at('compose_digests', of_period);
    end if;
end
$$;
comment on function app.why_no_digest(uuid, date, uuid) is
    '"Why did they not get it?" (spec 6), for an operator: what became of the digest of a month (its first day) for a housing officer, and since when; with a case, of that case''s part in it. A reason of app.digests, a state of app.outbox (sent, delivered, waiting, ...; see app.told_state), '
    'not_on_team (when it was composed), not_due (until then), before_digests (Keywork sent none yet), not_composed (the job has not done it). KW404 for an officer or a case that is not theirs.';


------------------------------------------------------------------------------------------------------------------------
-- The outbox: couriers
------------------------------------------------------------------------------------------------------------------------

create or replace function app.states_are_stamped() returns trigger
language plpgsql set search_path = '' as $$
begin
    new.state_at := clock_timestamp();
    return new;
end
$$;
comment on function app.states_are_stamped() is 'A message says since when it is in its state.';

create or replace function app.items_in_both(these jsonb, those jsonb) returns jsonb
language sql immutable set search_path = '' as $$
    select coalesce(jsonb_agg(mine.item order by mine.place), '[]')
    from jsonb_array_elements(these) with ordinality as mine (item, place)
    where mine.item ->> 'id' in (select theirs.item ->> 'id' from jsonb_array_elements(those) as theirs (item))
$$;
comment on function app.items_in_both(jsonb, jsonb) is 'Of one list of objects those whose id is in another list too. For app.refresh_digest().';

create or replace function app.refresh_digest(of_digest uuid) returns text
language plpgsql set search_path = '' as $$
declare
    digest app.digests;
    why    text;
begin
    select * into digest from app.digests as d where d.id = of_digest;
    if digest.reason is not null then
        return digest.reason;
    end if;
    -- What may be said now, of what was composed: by their ids, so that nothing comes in, and in the words that stand there now.
    with current as materialized (
        select * from app.digest_material(array[digest.organisation_id], array[digest.officer_id], digest.period)
    ), kept as (
        select e.case_id, coalesce(c.case_reason, c.officer_reason, case when c.case_id is null then 'assignment_ended' end) as reason,
               c.content || (select jsonb_object_agg(part, app.items_in_both(c.content -> part, e.content -> part)) from unnest(array['goals', 'sessions', 'notes']) as part)
               -- Who could not see all when it was composed is told of no more now.
               || case when e.content @> '{"all_sessions_are_shown": false}' then '{"all_sessions_are_shown": false}' else '{}' end::jsonb as content
        from app.digest_entries as e left join current as c on c.case_id = e.case_id
        where e.digest_id = of_digest and e.content is not null
    ), judged as (
        select k.*, coalesce(k.reason, case when k.content -> 'goals' = '[]' and k.content -> 'sessions' = '[]' and k.content -> 'notes' = '[]' then 'nothing_to_report' end) as final_reason
        from kept as k
    ), changed as (
        update app.digest_entries as e set reason = j.final_reason, content = case when j.final_reason is null then j.content end
        from judged as j
        where e.digest_id = of_digest and e.case_id = j.case_id and (j.final_reason is not null or j.content is distinct from e.content)
    ), addressed as (
        -- An address that was put right meanwhile.
        update app.outbox as o set to_address = a.address, to_name = a.officer_name
        from (select distinct c.address, c.officer_name from current as c) as a
        where o.organisation_id = digest.organisation_id and o.digest_id = of_digest and (o.to_address, o.to_name) is distinct from (a.address, a.officer_name)
        returning o.to_address, o.to_name
    ), told as (
        update app.digests as d set address = a.to_address, officer_name = a.to_name from addressed as a where d.id = of_digest
    )
    select case when count(*) filter (where j.final_reason is null) = 0
                -- Of the officer as a whole: it holds, and comes first, where of the cases that were composed no assignment is left.
                then coalesce((select min(c.officer_reason) from current as c), case when count(*) > 0 then app.reason_of_all(array_agg(j.final_reason)) else 'nothing_to_report' end) end
        into why from judged as j;
    if why is not null then
        update app.digests as d set reason = why where d.id = of_digest;
    end if;
    return why;
end
$$;
comment on function app.refresh_digest(uuid) is
    'Rights are checked again (spec 6): takes out of a composed digest what may not be said any more, or is not there any more, and takes over what was corrected; nothing is added. Null, or why nothing is left to send. For app.claim_message().';

create or replace function app.claim_message()
returns table (message_id uuid, attempt integer, idempotency_key text, to_name text, to_address text, organisation_name text, digest_id uuid, period date, kind text, delivery_id uuid)
language plpgsql security definer set search_path = '' as $$
declare
    it    app.outbox;
    parts bigint;
    why   text;
begin
    if (select c.paused_until > clock_timestamp() from vault.couriers as c) then
        return;
    end if;
    -- What is set aside stays locked until the end: after a hundred the others are let in.
    for turn in 1 .. 100 loop
        select * into it from app.outbox as o
        where o.state in ('waiting', 'sending') and o.next_attempt_at <= clock_timestamp()
        order by o.state, o.next_attempt_at limit 1 for update skip locked;
        if not found then
            return;
        end if;
        if it.state = 'sending' then
            -- A courier had it and never said: it died, or is late.
            update app.outbox as o set unanswered_since = coalesce(o.unanswered_since, o.claimed_at) where o.id = it.id returning * into it;
        end if;
        if it.unanswered_since < clock_timestamp() - interval '23 hours' then
            -- The provider forgets the key soon: it may be there, and would be twice.
            update app.outbox as o set state = 'unsure', error = coalesce(o.error, 'no_answer') where o.id = it.id;
            continue;
        elsif it.attempts >= 100 * it.key_number then
            update app.outbox as o set state = case when it.unanswered_since is null then 'failed' else 'unsure' end, error = coalesce(o.error, 'no_answer') where o.id = it.id;
            continue;
        end if;
        if it.kind = 'document' then
            why := app.why_not_send(it.delivery_id);
        else
            -- All of its parts or none: whoever moves two of its cases to another landlord would wait for one that we have, and we for the other.
            perform from app.digest_entries as e where e.digest_id = it.digest_id and e.content is not null for update skip locked;
            get diagnostics parts = row_count;
            if parts < (select count(*) from app.digest_entries as e where e.digest_id = it.digest_id and e.content is not null) then
                update app.outbox as o set next_attempt_at = clock_timestamp() + interval '5 seconds' where o.id = it.id;
                continue;
            end if;
            why := app.refresh_digest(it.digest_id);
        end if;
        if why is not null then
            -- Unless it may have gone before the rights did.
            update app.outbox as o set state = case when it.unanswered_since is null then 'withdrawn' else 'unsure' end, error = case when it.unanswered_since is not null then 'rights_ended' when it.kind = 'document' then why end
            where o.id = it.id;
            continue;
        end if;
        -- What may be out by now, whatever becomes of the rights: this, and what an attempt had of which nobody heard.
        update app.digest_entries as e set handed_over = e.content is not null or (e.handed_over and it.unanswered_since is not null)
        where e.digest_id = it.digest_id and e.handed_over <> (e.content is not null or (e.handed_over and it.unanswered_since is not null));
        update app.outbox as o
        set state = 'sending', attempts = o.attempts + 1, claimed_at = clock_timestamp(), next_attempt_at = clock_timestamp() + interval '2 minutes'
        where o.id = it.id
        returning * into it;
        return query
            select it.id, it.attempts, it.dedup_key || '/' || it.key_number, it.to_name, it.to_address, o.name, d.id, d.period, it.kind, it.delivery_id
            from app.organisations as o left join app.digests as d on d.id = it.digest_id
            where o.id = it.organisation_id;
        return;
    end loop;
    return next;
end
$$;
comment on function app.claim_message() is
    'For a courier: the next e-mail to hand over, rights checked again this moment, or no row; a row of nulls after a hundred that it set aside for some reason below, to be called again. It is this courier''s for two minutes, then anybody''s again under the same idempotency key. After 23 hours without an answer nobody sends it: '
    'it is unsure, and a person decides. A digest of which nothing may be said any more, and a document that was superseded, is withdrawn.';

create or replace function app.digest_to_send(of_digest uuid) returns table (case_id uuid, content jsonb)
language sql stable security definer set search_path = '' as $$
    select e.case_id, e.content from app.digest_entries as e
    where e.digest_id = of_digest and e.content is not null
      and exists (select from app.outbox as o where o.organisation_id = e.organisation_id and o.digest_id = of_digest and o.state = 'sending')
    order by e.content ->> 'tenant', e.case_id
$$;
comment on function app.digest_to_send(uuid) is 'For a courier: what a digest that it has claimed says, one row for each case, by tenant.';

create or replace function app.why_not_send(of_delivery uuid) returns text
language sql stable set search_path = '' as $$
    select case when not exists (select from app.organisations as o join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
                                 where o.id = v.organisation_id) then 'plan'
                -- The one way on from there.
                when d.state <> 'sent' then 'superseded'
                when exists (select from app.suppressed_addresses as s
                             where s.organisation_id = v.organisation_id and s.address = lower(v.to_address) and s.cleared_at is null) then 'suppressed' end
    from app.support_document_deliveries as v join app.support_documents as d on d.id = v.document_id
    where v.id = of_delivery
$$;
comment on function app.why_not_send(uuid) is
    'Rights are checked again when a document is handed over: null, or why it may not go any more (plan, superseded, suppressed). For app.claim_message().';

create or replace function app.document_to_send(of_delivery uuid)
returns table (title text, kind text, version integer, sent_by text, pdf bytea)
language sql stable security definer set search_path = '' as $$
    select d.title, d.kind, d.version, v.author_name, f.pdf
    from app.support_document_deliveries as v
    join app.support_documents as d on d.id = v.document_id
    join app.support_document_pdfs as f on f.document_id = v.document_id
    where v.id = of_delivery and exists (select from app.outbox as o where o.organisation_id = v.organisation_id and o.delivery_id = v.id and o.state = 'sending')
$$;
comment on function app.document_to_send(uuid) is 'For a courier: the document of an e-mail that it has claimed, with the PDF as it was approved. No row where it has gone meanwhile.';

create or replace function app.one_at_a_time(of_provider_id text) returns void
language sql set search_path = '' as $$
    select pg_advisory_xact_lock(hashtextextended('message ' || of_provider_id, 0))
$$;
comment on function app.one_at_a_time(text) is
    'The provider may tell what became of an e-mail in the moment in which the courier says that it handed it over: whoever comes second sees what the first one wrote. Null: nobody waits.';

create or replace function app.message_was_sent(of_message uuid, of_provider_id text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    it app.outbox;
begin
    perform app.one_at_a_time(of_provider_id);
    -- Whoever says so: the e-mail is out, whatever a slower courier still tries under the same key. Failed: refused, not what the provider
    -- could not pass on after it was told to be sent.
    select * into it from app.outbox as o where o.id = of_message and o.state in ('waiting', 'sending', 'unsure', 'failed') and o.sent_at is null for update;
    if not found then
        return;
    end if;
    update app.outbox as o set state = 'sent', sent_at = clock_timestamp(), provider_id = coalesce(of_provider_id, o.provider_id), unanswered_since = null, error = null,
        -- A file of it was written anew since it was claimed, without what had been erased by then.
        copy_erased_at = case when o.copy_erased_at > o.claimed_at then o.copy_erased_at end
    where o.id = of_message;
    perform app.write_message_down(of_message, it.state <> 'sending');
    update vault.couriers as c set refused_with = null where c.refused_with is not null;
    perform app.apply_deliveries(of_provider_id);
end
$$;
comment on function app.message_was_sent(uuid, text) is
    'A courier handed an e-mail over, which the provider knows by this id (null: a file). Written down in the history of each case that it tells of, once.';

create or replace function app.write_message_down(of_message uuid, of_earlier_attempts boolean) returns void
language plpgsql set search_path = '' as $$
declare
    it    app.outbox;
    told  record;
    who   record := app.who_acts(null);
    salt  bytea;
    filed text;
begin
    -- Before the rows take their numbers (app.seal_audit_log).
    perform pg_current_xact_id();
    select * into it from app.outbox as o where o.id = of_message;
    filed := case app.told_state(it.state, it.provider_id, it.claimed_at, it.sent_at) when 'filed' then '_file' else '' end;
    for told in
        select e.case_id, 'digests' as table_name, it.digest_id as row_id, jsonb_build_object('sent_to', it.to_name, 'address', it.to_address, 'month', d.period) as said
        from app.digest_entries as e join app.digests as d on d.id = e.digest_id
        where e.digest_id = it.digest_id and (e.content is not null or (of_earlier_attempts and e.handed_over))
        union all
        select v.case_id, 'support_documents', v.document_id, jsonb_build_object('sent_to', it.to_name, 'address', it.to_address)
        from app.support_document_deliveries as v where v.id = it.delivery_id
        order by 1
    loop
        salt := uuid_send(gen_random_uuid());
        with fact as (
            insert into app.audit_log (organisation_id, case_id, actor_id, actor_name, actor_hat, action, table_name, row_id, row_kind, payload_hash)
            values (it.organisation_id, told.case_id, who.actor_id, who.actor_name, who.actor_hat, 'export', told.table_name, told.row_id, it.kind || filed,
                    sha256(salt || convert_to(jsonb_build_array(null::text, null::jsonb, told.said)::text, 'UTF8')))
            returning id, organisation_id, case_id, table_name, row_id
        )
        insert into app.audit_payloads (audit_id, organisation_id, case_id, table_name, row_id, salt, after)
            select f.id, f.organisation_id, f.case_id, f.table_name, f.row_id, salt, told.said from fact as f;
    end loop;
end
$$;
comment on function app.write_message_down(uuid, boolean) is
    'Writes down in the audit log, for each case that an e-mail tells of, to whom it was sent (or into a file: digest_file, document_file): something about a tenant left Keywork (spec 7). Where an earlier attempt of a digest turns out to have been taken, also for cases that it told of and that were left out since. '
    'For app.message_was_sent() and app.message_arrived().';

create or replace function app.message_was_not_sent(of_message uuid, of_attempt integer, outcome text, code text, wait_seconds integer default 0) returns void
language plpgsql security definer set search_path = '' as $$
begin
    if outcome is null or outcome not in ('not_now', 'no_answer', 'refused', 'unsure') then
        raise exception 'no such outcome' using errcode = '22023';
    end if;
    update app.outbox as o
    set state = case when outcome in ('not_now', 'no_answer') then 'waiting'
                     -- This attempt was refused; an earlier one may have been taken.
                     when outcome = 'refused' and o.unanswered_since is null then 'failed' else 'unsure' end,
        error = code,
        -- Half a minute, twice as long each time, an hour at most; longer where the provider says so.
        next_attempt_at = clock_timestamp() + greatest(make_interval(secs => wait_seconds), least(interval '30 seconds' * 2 ^ (least(o.attempts, 10) - 1), interval '1 hour')),
        unanswered_since = case when outcome in ('no_answer', 'unsure') then coalesce(o.unanswered_since, o.claimed_at) else o.unanswered_since end
    where o.id = of_message and o.state = 'sending' and o.attempts = of_attempt;
end
$$;
comment on function app.message_was_not_sent(uuid, integer, text, text, integer) is
    'A courier could not hand over an e-mail, in this attempt of its own: not_now (a clear no that may pass: tried again, after so many seconds at least), no_answer (it may have been taken: tried again under the same key), '
    'refused (a clear no, for good), unsure (a person decides). The code is an HTTP status or a word of ours. Nothing happens where somebody else has the e-mail by now.';

create or replace function app.pause_couriers(seconds integer, refused_with text default null) returns void
language sql security definer set search_path = '' as $$
    update vault.couriers as c
    set paused_until = greatest(c.paused_until, clock_timestamp() + make_interval(secs => least(seconds, 3600))),
        refused_with = coalesce(pause_couriers.refused_with, c.refused_with)
$$;
comment on function app.pause_couriers(integer, text) is
    'The provider asked to wait, or gave no answer: no courier claims anything for so many seconds (an hour at most at once). With a code: none would be taken, because our key, domain or folder is wrong.';

create or replace function app.couriers_refused() returns text
language sql stable security definer set search_path = '' as $$
    select c.refused_with from vault.couriers as c where exists (select from app.outbox as o where o.state in ('waiting', 'sending'))
$$;
comment on function app.couriers_refused() is
    'For the job that sends: the code with which no courier was taken the last time, while an e-mail waits. The job has failed then, though it found nothing to do just now: the couriers pause, and each e-mail waits longer from try to try.';

create or replace function app.files_to_erase(messages uuid[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
    select coalesce(array_agg(m.id), '{}') from unnest(messages) as m (id)
    where not exists (select from app.outbox as o where o.id = m.id and o.copy_erased_at is null)
$$;
comment on function app.files_to_erase(uuid[]) is 'For the courier that writes files: those of these messages of which no copy may be kept any more, or that are not there.';

create or replace function app.erase_old_digests(out digests bigint)
language plpgsql security definer set search_path = '' as $$
declare
    -- By London's days and clock, like all of retention: a session's zone counts others where its clocks change.
    latest timestamptz := (now() at time zone 'Europe/London' - interval '90 days') at time zone 'Europe/London';
begin
    -- E-mails first, as whoever sends or destroys does.
    perform from app.outbox as o where o.copy_erased_at is null and coalesce(o.sent_at, o.created_at) < latest order by o.id for update;
    with old as (
        update app.digests as d set erased_at = now()
        where d.erased_at is null and coalesce((select o.sent_at from app.outbox as o where o.organisation_id = d.organisation_id and o.digest_id = d.id), d.composed_at) < latest
        returning d.id, d.organisation_id
    ), entry as (
        update app.digest_entries as e set content = null from old where e.digest_id = old.id and e.content is not null
    ), message as (
        update app.outbox as o
        set copy_erased_at = clock_timestamp(), error = case when o.state in ('waiting', 'sending') then 'too_old' else o.error end,
            -- What a courier has this moment may go out yet.
            state = case when o.state = 'sending' or (o.state = 'waiting' and o.unanswered_since is not null) then 'unsure' when o.state = 'waiting' then 'failed' else o.state end
        from old where o.organisation_id = old.organisation_id and o.digest_id = old.id
    )
    select count(*) into digests from old;
    -- Files of documents: the documents themselves stay with their case.
    update app.outbox as o
    set copy_erased_at = clock_timestamp(), error = case when o.state in ('waiting', 'sending') then 'too_old' else o.error end,
        state = case when o.state = 'sending' or (o.state = 'waiting' and o.unanswered_since is not null) then 'unsure' when o.state = 'waiting' then 'failed' else o.state end
    where o.kind = 'document' and o.copy_erased_at is null and coalesce(o.sent_at, o.created_at) < latest;
    delete from vault.delivery_events as e
    where e.received_at < now() - interval '30 days' and not exists (select from app.outbox as o where o.provider_id = e.provider_id);
end
$$;
comment on function app.erase_old_digests() is
    'Erases what digests said, and the files of e-mails, 90 days after they were sent (never sent: after they were composed), by London''s days and clock, in any case; the facts stay. What waits until then is not sent any more. How many digests. For a daily job.';


------------------------------------------------------------------------------------------------------------------------
-- The outbox: what the provider tells, and what operators decide
------------------------------------------------------------------------------------------------------------------------

create or replace function app.delivery_rank(state text) returns integer
language sql immutable set search_path = '' as $$
    -- Some take a note of absence for a mailbox that bounces for now: what was delivered stays so.
    select array_position(array['sent', 'bounced_for_now', 'delivered', 'failed', 'bounced', 'complained'], state)
$$;
comment on function app.delivery_rank(text) is 'Which news of an e-mail counts, in whatever order they come (threat 43): the last of these. Null for a state that no news is about.';

create or replace function app.record_delivery(of_event text, of_provider_id text, what text, at timestamptz) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
    is_new boolean;
begin
    perform app.one_at_a_time(of_provider_id);
    -- Nothing has happened that is still to come: it could be cleared by nobody before then.
    insert into vault.delivery_events (event_id, provider_id, kind, happened_at) values (of_event, of_provider_id, what, least(at, clock_timestamp())) on conflict do nothing;
    is_new := found;
    if is_new then
        perform app.apply_deliveries(of_provider_id);
    end if;
    return is_new;
end
$$;
comment on function app.record_delivery(text, text, text, timestamptz) is
    'The provider tells, in an event of this number, what became of the e-mail that it knows by this id, and when: delivered, bounced_for_now, bounced, complained or failed. False where it told so before (threat 42). News about no message of ours are kept for a while: '
    'they may come before the courier has said that it handed it over.';

create or replace function app.apply_deliveries(of_provider_id text) returns void
language plpgsql set search_path = '' as $$
declare
    it   app.outbox;
    news vault.delivery_events;
begin
    select * into it from app.outbox as o where o.provider_id = of_provider_id for update;
    if not found then
        return;
    end if;
    select * into news from vault.delivery_events as e where e.provider_id = of_provider_id order by app.delivery_rank(e.kind) desc, e.happened_at desc limit 1;
    if app.delivery_rank(news.kind) > app.delivery_rank(it.state) then
        update app.outbox as o set state = news.kind, error = case news.kind when 'failed' then 'provider_failed' end where o.id = it.id;
    end if;
    -- Not where it came back for now: the next one may arrive.
    if news.kind in ('bounced', 'complained') then
        insert into app.suppressed_addresses (organisation_id, address, because, since) values (it.organisation_id, lower(it.to_address), news.kind, news.happened_at)
            on conflict on constraint one_suppression_for_each_address do update
            set because = excluded.because, since = excluded.since, cleared_at = null, cleared_by_name = null
            -- Old news about an address that was cleared since change nothing; of two causes the graver one stays, whichever came first.
            where suppressed_addresses.cleared_at < excluded.since
               or suppressed_addresses.cleared_at is null and app.delivery_rank(excluded.because) > app.delivery_rank(suppressed_addresses.because);
    end if;
end
$$;
comment on function app.apply_deliveries(text) is 'Brings a message to the state that all news of it together say, and suppresses an address that it bounced from for good or whose owner complained. For app.record_delivery() and app.message_was_sent().';

create or replace function app.may_go_again(of_digest uuid, of_delivery uuid) returns boolean
language sql stable set search_path = '' as $$
    select exists (select from app.digests as d where d.id = of_digest and d.reason is null and d.erased_at is null)
        or exists (select from app.support_document_deliveries as v join app.support_documents as d on d.id = v.document_id where v.id = of_delivery and d.state = 'sent')
$$;
comment on function app.may_go_again(uuid, uuid) is 'Whether there is still something to send: what the digest of an e-mail says, or its document, which is not superseded.';

create or replace function app.write_decision_down(of_message uuid, what text) returns void
language sql set search_path = '' as $$
    select app.write_down_event('update', o.organisation_id, v.case_id, 'outbox', o.id, case o.kind when 'document' then 'document_' else '' end || what, null)
    from app.outbox as o left join app.support_document_deliveries as v on v.organisation_id = o.organisation_id and v.id = o.delivery_id
    where o.id = of_message
$$;
comment on function app.write_decision_down(uuid, text) is
    'Writes down what an org-admin decided about an e-mail (sent_again, arrived, not_arrived; of a document with document_ before it, in the history of its case). For the doors below.';

create or replace function app.retry_message(of_message uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
    -- Whoever sends or erases it is waited for, and what they left is what is judged.
    perform from app.outbox as o where o.id = of_message and o.organisation_id = app.org_admin_case_organisation() for update;
    -- It would be withdrawn at its turn, and what it says would be lost.
    if exists (select from app.outbox as o
               left join app.digests as d on d.id = o.digest_id
               left join app.users as u on u.id = d.officer_id
               join app.suppressed_addresses as s on s.organisation_id = o.organisation_id and s.address = lower(coalesce(u.email, o.to_address)) and s.cleared_at is null
               where o.id = of_message and o.organisation_id = app.org_admin_case_organisation()) then
        raise exception 'the address is suppressed' using errcode = 'KW451';
    end if;
    update app.outbox as o
    -- Attempts are counted on: the number of one that a courier still has in its hands is never another's (app.message_was_not_sent).
    set state = 'waiting', next_attempt_at = clock_timestamp(), error = null,
        unanswered_since = case o.state when 'waiting' then o.unanswered_since end,
        -- A person decided that it goes (again): under the old key the provider would not send it.
        key_number = o.key_number + (o.state <> 'waiting')::integer,
        sent_at = null, provider_id = null
    where o.id = of_message and o.state in ('waiting', 'failed', 'unsure', 'bounced_for_now', 'bounced') and o.organisation_id = app.org_admin_case_organisation()
      and app.may_go_again(o.digest_id, o.delivery_id);
    if not found then
        raise exception 'no such message' using errcode = 'KW404';
    end if;
    perform app.write_decision_down(of_message, 'sent_again');
end
$$;
comment on function app.retry_message(uuid) is
    'An org-admin has an e-mail sent now that waits, failed, bounced, or of which nobody knows whether it went: by their decision it may arrive twice. KW404 where there is no such e-mail of theirs, and where what it said was erased '
    'or may not be said any more; KW451 while their address is suppressed.';

create or replace function app.message_arrived(of_message uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    it app.outbox;
begin
    update app.outbox as o set state = 'sent', sent_at = coalesce(o.claimed_at, clock_timestamp()), unanswered_since = null, error = null
    where o.id = of_message and o.state = 'unsure' and o.organisation_id = app.org_admin_case_organisation()
    returning * into it;
    if not found then
        raise exception 'no such message' using errcode = 'KW404';
    end if;
    perform app.write_message_down(it.id, true);
    perform app.write_decision_down(of_message, 'arrived');
end
$$;
comment on function app.message_arrived(uuid) is 'An org-admin has found out that an e-mail of which nobody knew did arrive. KW404 where there is no such e-mail of theirs.';

create or replace function app.message_did_not_arrive(of_message uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
    update app.outbox as o set state = 'withdrawn', unanswered_since = null, error = null
    where o.id = of_message and o.state = 'unsure' and o.organisation_id = app.org_admin_case_organisation()
      and not app.may_go_again(o.digest_id, o.delivery_id);
    if not found then
        raise exception 'no such message' using errcode = 'KW404';
    end if;
    perform app.write_decision_down(of_message, 'not_arrived');
end
$$;
comment on function app.message_did_not_arrive(uuid) is
    'An org-admin has found out that an e-mail of which nobody knew did not arrive, and nothing of it may be said any more, or is left: it never went. KW404 where there is no such e-mail of theirs; one that may go again is sent again.';

create or replace function app.clear_suppression(of_address uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
    update app.suppressed_addresses as s set cleared_at = now(), cleared_by_name = (app.who_acts(null)).actor_name
    where s.id = of_address and s.cleared_at is null and s.organisation_id = app.org_admin_case_organisation();
    if not found then
        raise exception 'no such suppressed address' using errcode = 'KW404';
    end if;
end
$$;
comment on function app.clear_suppression(uuid) is 'An org-admin has e-mails sent again to an address that was suppressed. KW404 where there is no such one of theirs.';

create or replace function app.officers_not_listed() returns table (officer_id uuid, full_name text, address text)
language sql stable security definer set search_path = '' as $$
    select u.id, u.full_name, u.email
    from app.users as u
    where u.disabled_at is null
      and u.id in (select m.user_id from app.support_collaborators as m
                   where m.organisation_id = app.org_admin_case_organisation() and m.kind = 'housing_officer' and m.user_id is not null and m.ended_at is null)
      and lower(u.email) not in (select lower(l.address) from app.organisations as o, unnest(o.housing_officer_emails) as l (address)
                                 where o.id = app.org_admin_case_organisation())
    order by u.full_name, u.id
$$;
comment on function app.officers_not_listed() is
    'For an org-admin: housing officers with a live assignment in their organisation whose address organisations.housing_officer_emails does not list, so that they get no digest. The address is that of their account, which no policy shows.';


------------------------------------------------------------------------------------------------------------------------
-- Exports of a case
------------------------------------------------------------------------------------------------------------------------

create or replace function app.record_case_export(of_case uuid, what text, file_type text, since date, until date) returns void
language plpgsql set search_path = '' as $$
begin
    if what is null or what not in ('notes', 'shared_notes', 'sessions') then
        raise exception 'an export is of notes or of sessions' using errcode = 'KW483', column = 'what';
    end if;
    if file_type is null or file_type not in ('csv', 'pdf') then
        raise exception 'an export is a CSV file or a PDF' using errcode = 'KW484', column = 'file_type';
    end if;
    if until < since then
        raise exception 'the last day is before the first' using errcode = 'KW482', column = 'until';
    end if;
    perform app.record_export(what || '_' || file_type, of_case, null, since, until);
end
$$;
comment on function app.record_case_export(uuid, text, text, date, date) is
    'The acting person takes notes, Shared notes or sessions of a case out of Keywork, as a CSV file or a PDF, of these days (Europe/London, both ends included; null: from the first, to the last). '
    'Written down before anything is given (spec 7). KW404 where they see no such case, KW482 to KW484 for what makes no sense.';


------------------------------------------------------------------------------------------------------------------------
-- Subject access: the clock of a request
------------------------------------------------------------------------------------------------------------------------

-- The law's (UK GDPR, article 12(3)), as the Information Commissioner words it: within a month of the day on which the request came, which
-- is that day of the next month, or the last one of a shorter month; where that is a weekend or a bank holiday, the next working day.
-- The clock stands still while somebody is asked who they are or what they mean, and may be given two months more, once.

create or replace function app.next_working_day(of_day date) returns date
language plpgsql stable set search_path = '' as $$
declare
    it date := of_day;
begin
    while extract(isodow from it) > 5 or exists (select from app.bank_holidays as h where h.day = it) loop
        it := it + 1;
    end loop;
    return it;
end
$$;
comment on function app.next_working_day(date) is 'The day itself, or the first one after it that is neither a Saturday nor a Sunday nor a bank holiday of England and Wales (app.bank_holidays).';

create or replace function app.subject_access_due_on(received_on date, paused_days integer, is_extended boolean) returns date
language plpgsql stable set search_path = '' as $$
begin
    return app.next_working_day((received_on + make_interval(months => case when is_extended then 3 else 1 end))::date + paused_days);
end
$$;
comment on function app.subject_access_due_on(date, integer, boolean) is
    'THE rule of when a subject access request is to be answered: one month after the day on which it came, three where it was extended, later by the days for which its clock stood still; then the next working day.';

create or replace function app.paused_days(of_request uuid) returns integer
language sql stable set search_path = '' as $$
    select coalesce(sum(coalesce(p.ended_on, greatest((now() at time zone 'Europe/London')::date, p.began_on)) - p.began_on), 0)::integer
    from app.subject_access_pauses as p where p.request_id = of_request
$$;
comment on function app.paused_days(uuid) is 'For how many days the clock of a request has stood still by today (Europe/London).';

create or replace function app.request_takes_place_from_tenant() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    select t.organisation_id, t.landlord_id into new.organisation_id, new.landlord_id
    from app.tenants as t where t.id = new.tenant_id for share;
    if app.a_person_acts() then
        select u.id, u.full_name into new.author_id, new.author_name from app.users as u where u.id = app.acting_as('any');
    end if;
    return new;
end
$$;
comment on function app.request_takes_place_from_tenant() is 'A request is of its tenant''s organisation and landlord, and signed by the person who entered it.';

create or replace function app.part_takes_place_from_request() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- One after another: what is hidden and what is made wait for each other.
    select r.organisation_id into new.organisation_id from app.subject_access_requests as r where r.id = new.request_id for update;
    if app.a_person_acts() then
        select u.id, u.full_name into new.author_id, new.author_name from app.users as u where u.id = app.acting_as('any');
    end if;
    return new;
end
$$;
comment on function app.part_takes_place_from_request() is 'Pauses, redactions and bundles are of their request''s organisation, and signed by the person who acts.';

create or replace function app.requests_keep_their_clock() returns trigger
language plpgsql set search_path = '' as $$
begin
    if not app.a_person_acts() then
        return null;
    end if;
    if tg_op = 'UPDATE' and old.outcome is not null and to_jsonb(new) - 'landlord_id' <> to_jsonb(old) - 'landlord_id' then
        raise exception 'this request is closed' using errcode = 'KW487';
    elsif new.received_on > (now() at time zone 'Europe/London')::date then
        raise exception 'nothing came on a day to come' using errcode = 'KW485', column = 'received_on';
    elsif new.outcome_on > (now() at time zone 'Europe/London')::date then
        raise exception 'nothing was answered on a day to come' using errcode = 'KW485', column = 'outcome_on';
    end if;
    if tg_op = 'UPDATE' and new.outcome is not null and exists (
        select from app.subject_access_bundles as b where b.request_id = new.id and b.state in ('waiting', 'making'))
    then
        raise exception 'its files are being made' using errcode = 'KW488';
    end if;
    return null;
end
$$;
comment on function app.requests_keep_their_clock() is 'What came or was answered has a day up to today (KW485), Europe/London; what was answered, refused or withdrawn stays so (KW487), and is not while its files are made (KW488).';

create or replace function app.extensions_are_of_today() returns trigger
language plpgsql set search_path = '' as $$
declare
    today date := (now() at time zone 'Europe/London')::date;
begin
    if not app.a_person_acts() then
        return new;
    end if;
    if old.extended_on is not null or today > app.subject_access_due_on(old.received_on, app.paused_days(old.id), false) then
        raise exception 'a request is extended once, before it is due' using errcode = 'KW486';
    end if;
    new.extended_on := today;
    return new;
end
$$;
comment on function app.extensions_are_of_today() is 'Two months more are taken once, with a reason, on or before the day on which the request is due without them (KW486): the person must be told by then.';

create or replace function app.pauses_follow_one_another() returns trigger
language plpgsql set search_path = '' as $$
declare
    request app.subject_access_requests;
    today   date := (now() at time zone 'Europe/London')::date;
begin
    if not app.a_person_acts() then
        return null;
    end if;
    select * into request from app.subject_access_requests as r where r.id = new.request_id;
    if request.outcome is not null then
        raise exception 'this request is closed' using errcode = 'KW487';
    elsif tg_op = 'UPDATE' and old.ended_on is not null then
        raise exception 'this pause has ended' using errcode = 'KW489', column = 'ended_on';
    elsif new.began_on > today or new.began_on < request.received_on then
        raise exception 'a pause begins between the request and today' using errcode = 'KW489', column = 'began_on';
    elsif new.ended_on > today then
        raise exception 'a pause ends by today' using errcode = 'KW489', column = 'ended_on';
    elsif exists (select from app.subject_access_pauses as p where p.request_id = new.request_id and p.id <> new.id and p.ended_on > new.began_on) then
        raise exception 'a pause begins after the one before' using errcode = 'KW489', column = 'began_on';
    end if;
    return null;
end
$$;
comment on function app.pauses_follow_one_another() is 'Pauses lie between the day on which the request came and today, one after another, and end once (KW489); a closed request has no more of them (KW487).';


------------------------------------------------------------------------------------------------------------------------
-- Subject access: what is held about a tenant
------------------------------------------------------------------------------------------------------------------------

create or replace function app.subject_access_tables() returns table (table_name text, part text, why text)
language sql immutable parallel safe set search_path = '' as $$
    values
    ('tenants',                     'tenant',    null),
    ('properties',                  'tenant',    null),
    ('support_cases',               'cases',     null),
    ('support_collaborators',       'team',      null),
    ('support_notes',               'notes',     null),
    ('support_goals',               'goals',     null),
    ('support_goal_progress',       'goals',     null),
    ('support_sessions',            'sessions',  null),
    ('support_documents',           'documents', null),
    ('support_document_events',     'documents', null),
    ('support_document_pdfs',       'documents', null),
    ('support_document_deliveries', 'documents', null),
    ('support_uploads',             'files',     null),
    ('support_upload_files',        'files',     null),
    ('digest_entries',              'emails',    null),
    ('outbox',                      'emails',    null),
    ('delivery_events',             'emails',    null),
    ('suppressed_addresses',        'emails',    null),
    ('legal_holds',                 'keeping',   null),
    ('subject_access_requests',     'requests',  null),
    ('subject_access_pauses',       'requests',  null),
    ('subject_access_bundles',      'requests',  null),
    ('audit_log',                   'history',   null),
    ('audit_payloads',              'history',   null),
    ('subject_access_redactions',   null, 'Says what is hidden in this bundle, and would show it; and so does what the history says of that.'),
    ('subject_access_chunks',       null, 'Earlier bundles: the same once more.'),
    ('digests',                     null, 'One for each housing officer and month, about several tenants: the part about this one, with whose digest it was and when, is here.'),
    ('document_templates',          null, 'The firm''s forms. What was asked stands with each document.'),
    ('document_template_versions',  null, 'The wordings of the firm''s forms. What was asked stands with each document.'),
    ('document_transitions',        null, 'The steps that any document can take.'),
    ('retention_runs',              null, 'Which nights the firm deleted what was past its time, at all cases. What was deleted of this tenant''s is in the history.'),
    ('landlords',                   null, 'About the owner of the home; and what the history says of the home itself is about all who lived there.'),
    ('property_manager_landlords',  null, 'About the firm''s staff.'),
    ('memberships',                 null, 'About the firm''s staff.'),
    ('organisations',               null, 'About the firm.'),
    ('users',                       null, 'Accounts of people who work here. The names of those who wrote something stand beside it.'),
    ('sign_ins',                    null, 'When people who work here signed in.'),
    ('sign_in_tries',               null, 'When people who work here signed in, for a day.'),
    ('links',                       null, 'Links by which people who work here sign in.'),
    ('signing_keys',                null, 'Keys of the installation.'),
    ('audit_seals',                 null, 'Check sums of the history.'),
    ('audit_heads',                 null, 'Check sums of the history.'),
    ('audit_sealing',               null, 'How far the history has check sums.'),
    ('couriers',                    null, 'Whether e-mails can be sent at all.'),
    ('jobs',                        null, 'When Keywork does its daily work.'),
    ('job_runs',                    null, 'When Keywork did its daily work, for all firms.'),
    ('installation',                null, 'The version of Keywork.'),
    ('plans',                       null, 'The price list.'),
    ('features',                    null, 'The price list.'),
    ('feature_gates',               null, 'The price list.'),
    ('bank_holidays',               null, 'The calendar.'),
    ('imports',                     null, 'Which files the firm brought in from a former system. What came of them is among the records, as imported.'),
    ('import_lines',                null, 'Lines of a file that the firm is bringing in just now, for a week at most. What comes of them is among the records.'),
    ('import_faults',               null, 'What is wrong with a file that the firm is bringing in just now, for a week at most.'),
    ('import_work',                 null, 'How often Keywork has begun to read a file.'),
    ('bi_logins',                   null, 'Which tools read the firm''s figures, which name no tenant.'),
    ('api_calls',                   null, 'How often programs asked for something, for minutes.')
$$;
comment on function app.subject_access_tables() is
    'Every table there is: in which part of a subject access bundle its rows about the tenant are (app.held_items), or why it is left out, as the bundle''s index says it. A new table belongs here: a test looks.';

create or replace function app.held_items(of_tenant uuid)
returns table (part text, table_name text, item_id text, case_id uuid, moment timestamptz, about text[], content jsonb)
language sql stable set search_path = '' set timezone = 'Europe/London' set bytea_output = 'hex' as $$
    with person as materialized (
        select t.* from app.tenants as t where t.id = of_tenant
    ), mine as materialized (
        select c.* from person as p join app.support_cases as c on c.organisation_id = p.organisation_id and c.tenant_id = p.id
    ), documents as materialized (
        select d.* from mine as m join app.support_documents as d on d.case_id = m.id
    ), deliveries as materialized (
        select v.* from documents as d join app.support_document_deliveries as v on v.document_id = d.id
    ), entries as materialized (
        select e.* from mine as m join app.digest_entries as e on e.case_id = m.id
    ), messages as materialized (
        select o.*, array['support_document_deliveries:' || v.id, 'support_documents:' || v.document_id] as told, v.case_id as told_case
        from deliveries as v join app.outbox as o on o.organisation_id = v.organisation_id and o.delivery_id = v.id
        union all
        -- Once each: a tenant may have had two cases in one month.
        select o.*, array_agg('digest_entries:' || e.digest_id || ':' || e.case_id), (array_agg(e.case_id order by e.case_id))[1]
        from entries as e join app.outbox as o on o.organisation_id = e.organisation_id and o.digest_id = e.digest_id
        where e.content is not null or e.handed_over
        group by o.id
    ), addresses as materialized (
        select distinct s.* from deliveries as v
        join app.suppressed_addresses as s on s.organisation_id = v.organisation_id and s.address = lower(v.to_address)
    ), requests as materialized (
        select r.* from person as p join app.subject_access_requests as r on r.organisation_id = p.organisation_id and r.tenant_id = p.id
    ), pauses as materialized (
        select x.* from requests as r join app.subject_access_pauses as x on x.organisation_id = r.organisation_id and x.request_id = r.id
    ), bundles as materialized (
        select x.* from requests as r join app.subject_access_bundles as x on x.organisation_id = r.organisation_id and x.request_id = r.id
    ), besides as materialized (
        -- What the audit log knows by the row alone, because it is of no case.
        select 'tenants' as table_name, p.id from person as p
        union all select 'suppressed_addresses', a.id from addresses as a
        union all select 'subject_access_requests', r.id from requests as r
        union all select 'subject_access_pauses', x.id from pauses as x
        union all select 'subject_access_bundles', x.id from bundles as x
    ), parents as materialized (
        select v.id, array['support_documents:' || v.document_id] as about from deliveries as v
        union all select r.id, array['support_goals:' || r.goal_id] from mine as m join app.support_goal_progress as r on r.case_id = m.id
        union all select u.id, array['support_documents:' || u.document_id] from mine as m join app.support_uploads as u on u.case_id = m.id where u.document_id is not null
        union all select o.id, o.told from messages as o
        union all select x.id, array['subject_access_requests:' || x.request_id] from pauses as x
    ), facts as materialized (
        select a.* from mine as m join app.audit_log as a on a.case_id = m.id and a.organisation_id = m.organisation_id
        union all
        select a.* from besides as b join app.audit_log as a on a.row_id = b.id and a.table_name = b.table_name
        join person as p on p.organisation_id = a.organisation_id
        where a.table_name in ('tenants', 'suppressed_addresses', 'subject_access_requests', 'subject_access_pauses', 'subject_access_bundles') and a.case_id is null
    )
    select 'tenant', 'tenants', p.id::text, null::uuid, p.created_at, '{}'::text[], to_jsonb(p) from person as p
    union all
    select 'tenant', 'properties', h.id::text, null, h.created_at, '{}', to_jsonb(h)
    from person as p join app.properties as h on h.organisation_id = p.organisation_id and h.id = p.property_id
    union all
    select 'cases', 'support_cases', m.id::text, m.id, m.opened_at, '{}', to_jsonb(m) from mine as m
    union all
    select 'team', 'support_collaborators', c.id::text, c.case_id, c.assigned_at, '{}', to_jsonb(c) from mine as m join app.support_collaborators as c on c.case_id = m.id
    union all
    select 'notes', 'support_notes', n.id::text, n.case_id, n.created_at, '{}', to_jsonb(n) from mine as m join app.support_notes as n on n.case_id = m.id
    union all
    select 'goals', 'support_goals', g.id::text, g.case_id, g.created_at, '{}', to_jsonb(g) from mine as m join app.support_goals as g on g.case_id = m.id
    union all
    -- With the goal's title: what is hidden of the goal is hidden here.
    select 'goals', 'support_goal_progress', r.id::text, r.case_id, r.noted_at, array['support_goals:' || r.goal_id], to_jsonb(r) || jsonb_build_object('goal', g.title)
    from mine as m join app.support_goal_progress as r on r.case_id = m.id join app.support_goals as g on g.id = r.goal_id
    union all
    select 'sessions', 'support_sessions', s.id::text, s.case_id, s.scheduled_at, '{}', to_jsonb(s) from mine as m join app.support_sessions as s on s.case_id = m.id
    union all
    -- A draft has its questions with its form; what was handed in has them in its content.
    select 'documents', 'support_documents', d.id::text, d.case_id, d.created_at, '{}',
           to_jsonb(d) || case when d.content is null then jsonb_build_object('questions', w.parts) else '{}' end
    from documents as d join app.document_template_versions as w on w.id = d.template_version_id
    union all
    select 'documents', 'support_document_events', e.id::text, e.case_id, e.happened_at, array['support_documents:' || e.document_id], to_jsonb(e)
    from documents as d join app.support_document_events as e on e.document_id = d.id
    union all
    select 'documents', 'support_document_pdfs', f.document_id::text, f.case_id, f.made_at, array['support_documents:' || f.document_id],
           jsonb_build_object('document_id', f.document_id, 'made_at', f.made_at, 'sha256', encode(f.sha256, 'hex'), 'size_bytes', octet_length(f.pdf))
    from documents as d join app.support_document_pdfs as f on f.document_id = d.id
    union all
    select 'documents', 'support_document_deliveries', v.id::text, v.case_id, v.created_at, array['support_documents:' || v.document_id], to_jsonb(v) from deliveries as v
    union all
    select 'files', 'support_uploads', u.id::text, u.case_id, u.created_at, case when u.document_id is null then '{}' else array['support_documents:' || u.document_id] end, to_jsonb(u)
    from mine as m join app.support_uploads as u on u.case_id = m.id
    union all
    select 'files', 'support_upload_files', f.upload_id::text, f.case_id, u.created_at,
           array['support_uploads:' || f.upload_id] || case when u.document_id is null then '{}' else array['support_documents:' || u.document_id] end,
           jsonb_build_object('upload_id', f.upload_id, 'media_type', f.media_type, 'sha256', encode(f.sha256, 'hex'), 'size_bytes', f.size_bytes)
    from mine as m join app.support_uploads as u on u.case_id = m.id join app.support_upload_files as f on f.upload_id = u.id
    union all
    -- A digest copies notes, goals, progress and sessions: what is hidden of one of them is hidden here.
    select 'emails', 'digest_entries', e.digest_id || ':' || e.case_id, e.case_id, d.composed_at,
           array(select 'support_goals:' || (g ->> 'id') from jsonb_path_query(e.content, '$.goals[*]') as g
                 union all select 'support_goal_progress:' || r.id
                     from jsonb_path_query(e.content, '$.goals[*]') as g join app.support_goal_progress as r on r.goal_id = (g ->> 'id')::uuid
                 union all select 'support_sessions:' || (s ->> 'id') from jsonb_path_query(e.content, '$.sessions[*]') as s
                 union all select 'support_notes:' || (n ->> 'id') from jsonb_path_query(e.content, '$.notes[*]') as n),
           to_jsonb(e) || jsonb_build_object('officer_name', d.officer_name, 'address', d.address, 'period', d.period, 'composed_at', d.composed_at)
    from entries as e join app.digests as d on d.id = e.digest_id
    union all
    select 'emails', 'outbox', o.id::text, o.told_case, o.created_at, o.told,
           to_jsonb(o) - '{told, told_case, dedup_key}'::text[] || jsonb_build_object('events', (
               select coalesce(jsonb_agg(jsonb_build_object('event_id', e.event_id, 'kind', e.kind, 'happened_at', e.happened_at) order by e.happened_at, e.event_id), '[]')
               from vault.delivery_events as e where e.provider_id = o.provider_id))
    from messages as o
    union all
    select 'emails', 'suppressed_addresses', a.id::text, null, a.since, '{}', to_jsonb(a) from addresses as a
    union all
    select 'keeping', 'legal_holds', h.id::text, h.case_id, h.created_at, '{}', to_jsonb(h) from mine as m join app.legal_holds as h on h.case_id = m.id
    union all
    select 'requests', 'subject_access_requests', r.id::text, null, r.created_at, '{}', to_jsonb(r) from requests as r
    union all
    -- Why its clock stopped quotes what was asked of the tenant: with the request, it is withheld.
    select 'requests', 'subject_access_pauses', x.id::text, null, x.created_at, array['subject_access_requests:' || x.request_id], to_jsonb(x) from pauses as x
    union all
    select 'requests', 'subject_access_bundles', x.id::text, null, x.created_at, '{}',
           -- That it is being made changes while it is.
           jsonb_build_object('id', x.id, 'request_id', x.request_id, 'author_name', x.author_name, 'created_at', x.created_at, 'erased_at', x.erased_at)
    from bundles as x
    union all
    select 'history', 'audit_log', a.id::text, a.case_id, a.happened_at,
           case when a.row_id is null then '{}' else array[a.table_name || ':' || a.row_id] end || coalesce(b.about, '{}')
           -- Of what was removed since, its own words say what it belonged to.
           || case when coalesce(p.before, p.after) ->> 'document_id' is null then '{}' else array['support_documents:' || (coalesce(p.before, p.after) ->> 'document_id')] end,
           (to_jsonb(a) - '{transaction_id, payload_hash}'::text[]) || jsonb_build_object('reason', p.reason, 'before', p.before, 'after', p.after)
    from facts as a left join app.audit_payloads as p on p.audit_id = a.id left join parents as b on b.id = a.row_id
$$;
comment on function app.held_items(uuid) is
    'THE walk of subject access (spec 7): every row that is held about one tenant, each once, by table and key, with all that it says; of files what they are, and not their bytes. `about`: the items ("table:key") that it copies or belongs to, so that what is hidden there is hidden here. '
    'What is left out, and why, is in app.subject_access_tables(). Moments are London''s. For the functions below.';

create or replace function app.subject_access_items(of_request uuid, of_part text default null, of_item text default null, skipped integer default 0, most integer default 25)
returns table (part text, table_name text, item_id text, case_id uuid, moment timestamptz, about text[], content jsonb, total bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
    tenant uuid;
begin
    select r.tenant_id into tenant from app.subject_access_requests as r where r.id = of_request and r.organisation_id = app.org_admin_organisation();
    if not found then
        raise exception 'no such request' using errcode = 'KW404';
    end if;
    return query
        select i.part, i.table_name, i.item_id, i.case_id, i.moment, i.about, i.content, count(*) over ()
        from app.held_items(tenant) as i
        where (of_part is null or i.part = of_part) and (of_item is null or i.table_name || ':' || i.item_id = of_item)
        order by app.subject_access_position(i.part), i.moment, i.table_name, i.item_id
        offset greatest(skipped, 0) limit least(greatest(most, 0), 100);
end
$$;
comment on function app.subject_access_items(uuid, text, text, integer, integer) is
    'For an org-admin who looks through a request of their organisation, whatever its plan: what is held about its tenant, of one part or one item ("table:key") where that is asked for, 100 at most, and how many there are. KW404 where it is none of theirs.';

create or replace function app.subject_access_parts(of_request uuid) returns table (part text, items bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
    tenant uuid;
begin
    select r.tenant_id into tenant from app.subject_access_requests as r where r.id = of_request and r.organisation_id = app.org_admin_organisation();
    if not found then
        raise exception 'no such request' using errcode = 'KW404';
    end if;
    return query select i.part, count(*) from app.held_items(tenant) as i group by i.part order by app.subject_access_position(i.part);
end
$$;
comment on function app.subject_access_parts(uuid) is 'For the same org-admin: how many items each part has. KW404 where the request is none of theirs.';

create or replace function app.record_subject_access_look(of_request uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    firm uuid;
begin
    select r.organisation_id into firm from app.subject_access_requests as r where r.id = of_request and r.organisation_id = app.org_admin_organisation();
    if not found then
        raise exception 'no such request' using errcode = 'KW404';
    end if;
    perform app.write_down_event('view', firm, null, 'subject_access_requests', of_request, 'held_items', null);
end
$$;
comment on function app.record_subject_access_look(uuid) is
    'The acting org-admin looks through what is held about the tenant of a request, Professional notes among it: written down before it is shown (spec 7), with the plan or without. KW404 where the request is none of theirs.';

create or replace function app.subject_access_position(of_part text) returns integer
language sql immutable parallel safe set search_path = '' as $$
    select array_position('{tenant,cases,notes,goals,sessions,documents,files,team,emails,keeping,requests,history}'::text[], of_part)
$$;
comment on function app.subject_access_position(text) is 'In which order the parts of a bundle stand.';

create or replace function app.what_is_hidden_is_held() returns trigger
language plpgsql set search_path = '' as $$
declare
    request app.subject_access_requests;
    item    record;
begin
    if not app.a_person_acts() then
        return null;
    end if;
    select * into request from app.subject_access_requests as r where r.id = new.request_id;
    if request.outcome is not null then
        raise exception 'this request is closed' using errcode = 'KW487';
    elsif exists (select from app.subject_access_bundles as b where b.request_id = new.request_id and b.state in ('waiting', 'making')) then
        raise exception 'its files are being made' using errcode = 'KW488';
    elsif new.item_table is not null then
        select i.case_id into item from app.subject_access_items(new.request_id, of_item => new.item_table || ':' || new.item_id) as i;
        if not found or new.case_id is distinct from item.case_id then
            raise exception 'no such item' using errcode = 'KW404';
        end if;
    elsif new.case_id is not null then
        raise exception 'no such item' using errcode = 'KW404';
    end if;
    return null;
end
$$;
comment on function app.what_is_hidden_is_held() is 'Something is hidden in what is held about the tenant (KW404), with its case beside it, while no files are made of it (KW488) and the request is open (KW487).';

create or replace function app.what_is_hidden_stays_while_a_bundle_is_made() returns trigger
language plpgsql set search_path = '' as $$
declare
    request app.subject_access_requests;
begin
    if not app.a_person_acts() then
        return old;
    end if;
    select * into request from app.subject_access_requests as r where r.id = old.request_id for update;
    if request.outcome is not null then
        raise exception 'this request is closed' using errcode = 'KW487';
    elsif exists (select from app.subject_access_bundles as b where b.request_id = old.request_id and b.state in ('waiting', 'making')) then
        raise exception 'its files are being made' using errcode = 'KW488';
    end if;
    return old;
end
$$;
comment on function app.what_is_hidden_stays_while_a_bundle_is_made() is 'What is hidden is shown again only while no files are made (KW488) of an open request (KW487).';

create or replace function app.bundles_are_made_for_open_requests() returns trigger
language plpgsql set search_path = '' as $$
begin
    if app.a_person_acts() and exists (select from app.subject_access_requests as r where r.id = new.request_id and r.outcome is not null) then
        raise exception 'this request is closed' using errcode = 'KW487';
    end if;
    return null;
end
$$;
comment on function app.bundles_are_made_for_open_requests() is 'Files are made of open requests alone (KW487).';


------------------------------------------------------------------------------------------------------------------------
-- Subject access: making a bundle, for the jobs service
------------------------------------------------------------------------------------------------------------------------

-- A bundle is claimed with an advisory lock, which lasts as long as the connection of who makes it: whoever dies lets go, and the next one
-- begins anew, under the next number of an attempt. Every call names its attempt: one that was overtaken, or whose bundle was erased
-- meanwhile, is refused (KW490) and writes nothing.

create or replace function app.claim_bundle()
returns table (bundle_id uuid, attempt integer, request_id uuid, asked_for_by text, asked_for_at timestamptz, organisation_name text, tenant_name text, received_on date, reference text)
language plpgsql security definer set search_path = '' as $$
declare
    it app.subject_access_bundles;
begin
    for it in
        select * from app.subject_access_bundles as b
        where b.state in ('waiting', 'making') and b.next_attempt_at <= clock_timestamp() order by b.created_at, b.id
    loop
        if not pg_try_advisory_lock(hashtextextended('bundle ' || it.id, 0)) then
            continue;
        end if;
        -- As it is now: somebody may have made it, or erased it, before they let go.
        select * into it from app.subject_access_bundles as b where b.id = it.id for update;
        if it.state not in ('waiting', 'making') or it.next_attempt_at > clock_timestamp() then
            perform pg_advisory_unlock(hashtextextended('bundle ' || it.id, 0));
            continue;
        elsif it.attempts >= 5 then
            update app.subject_access_bundles as b set state = 'failed', error = coalesce(b.error, 'too_often') where b.id = it.id;
            delete from app.subject_access_chunks as c where c.bundle_id = it.id;
            perform pg_advisory_unlock(hashtextextended('bundle ' || it.id, 0));
            continue;
        end if;
        delete from app.subject_access_chunks as c where c.bundle_id = it.id;
        update app.subject_access_bundles as b set state = 'making' where b.id = it.id and b.state <> 'making';
        update app.subject_access_bundles as b set attempts = b.attempts + 1, step = 'reading', done = 0, total = 0 where b.id = it.id;
        return query
            select b.id, b.attempts, b.request_id, b.author_name, b.created_at, o.name, t.full_name, r.received_on, left(r.id::text, 8)
            from app.subject_access_bundles as b
            join app.subject_access_requests as r on r.organisation_id = b.organisation_id and r.id = b.request_id
            join app.organisations as o on o.id = b.organisation_id
            join app.tenants as t on t.id = r.tenant_id
            where b.id = it.id;
        return;
    end loop;
end
$$;
comment on function app.claim_bundle() is
    'For the jobs service: a bundle to make, or no row. It is this connection''s as long as that lasts, so it must be the one that makes it, straight to Postgres (or a pooler in session mode). After five attempts a bundle has failed, until it is asked for anew.';

create or replace function app.bundle_of(of_bundle uuid, of_attempt integer) returns uuid
language plpgsql set search_path = '' as $$
declare
    tenant uuid;
begin
    select r.tenant_id into tenant
    from app.subject_access_bundles as b join app.subject_access_requests as r on r.organisation_id = b.organisation_id and r.id = b.request_id
    where b.id = of_bundle and b.attempts = of_attempt and b.state = 'making' for update of b;
    if not found then
        raise exception 'this bundle is made by somebody else, or was erased' using errcode = 'KW490';
    end if;
    return tenant;
end
$$;
comment on function app.bundle_of(uuid, integer) is 'The tenant of a bundle that this attempt still makes, locked. KW490 where it does not. For the functions below.';

create or replace function app.bundle_items(of_bundle uuid, of_attempt integer)
returns table (part text, table_name text, item_id text, case_id uuid, moment timestamptz, about text[], content jsonb)
language plpgsql security definer set search_path = '' as $$
declare
    tenant uuid := app.bundle_of(of_bundle, of_attempt);
begin
    return query
        select i.* from app.held_items(tenant) as i order by app.subject_access_position(i.part), i.moment, i.table_name, i.item_id;
end
$$;
comment on function app.bundle_items(uuid, integer) is 'For who makes a bundle: all that is held about its tenant, as of one moment, in the order of the bundle. KW490 where this attempt does not make it.';

create or replace function app.bundle_redactions(of_bundle uuid, of_attempt integer)
returns table (item_table text, item_id text, passage text, because text)
language plpgsql security definer set search_path = '' as $$
begin
    perform app.bundle_of(of_bundle, of_attempt);
    return query
        select r.item_table, r.item_id, r.passage, r.because
        from app.subject_access_bundles as b join app.subject_access_redactions as r on r.organisation_id = b.organisation_id and r.request_id = b.request_id
        where b.id = of_bundle order by r.created_at, r.id;
end
$$;
comment on function app.bundle_redactions(uuid, integer) is 'For who makes a bundle: what is hidden in it. KW490 where this attempt does not make it.';

create or replace function app.bundle_file(of_bundle uuid, of_attempt integer, of_table text, of_item uuid) returns bytea
language plpgsql security definer set search_path = '' as $$
declare
    tenant uuid := app.bundle_of(of_bundle, of_attempt);
begin
    return case of_table
        when 'support_document_pdfs' then (
            select f.pdf from app.support_document_pdfs as f join app.support_cases as c on c.id = f.case_id where f.document_id = of_item and c.tenant_id = tenant)
        when 'support_upload_files' then (
            select f.bytes from app.support_upload_files as f join app.support_cases as c on c.id = f.case_id where f.upload_id = of_item and c.tenant_id = tenant) end;
end
$$;
comment on function app.bundle_file(uuid, integer, text, uuid) is 'For who makes a bundle: the bytes of one PDF or file of its tenant; null where it has gone meanwhile. KW490 where this attempt does not make it.';

create or replace function app.bundle_progress(of_bundle uuid, of_attempt integer, at_step text, so_many integer, of_so_many integer) returns void
language plpgsql security definer set search_path = '' as $$
begin
    perform app.bundle_of(of_bundle, of_attempt);
    update app.subject_access_bundles as b set step = at_step, done = so_many, total = of_so_many where b.id = of_bundle;
end
$$;
comment on function app.bundle_progress(uuid, integer, text, integer, integer) is 'How far a bundle is, for the request''s page. KW490 where this attempt does not make it.';

create or replace function app.keep_chunk(of_bundle uuid, of_attempt integer, its_number integer, its_bytes bytea) returns void
language plpgsql security definer set search_path = '' as $$
begin
    perform app.bundle_of(of_bundle, of_attempt);
    insert into app.subject_access_chunks (bundle_id, organisation_id, number, bytes)
        select b.id, b.organisation_id, its_number, its_bytes from app.subject_access_bundles as b where b.id = of_bundle;
end
$$;
comment on function app.keep_chunk(uuid, integer, integer, bytea) is 'Keeps the next piece of a bundle. KW490 where this attempt does not make it.';

create or replace function app.bundle_is_made(of_bundle uuid, of_attempt integer, its_size bigint, its_sha256 bytea) returns void
language plpgsql security definer set search_path = '' as $$
declare
    kept record;
begin
    -- The request first, as whoever destroys a record does.
    perform from app.subject_access_requests as r where r.id = (select b.request_id from app.subject_access_bundles as b where b.id = of_bundle) for update;
    perform app.bundle_of(of_bundle, of_attempt);
    select coalesce(sum(octet_length(c.bytes)), 0) as size, count(*) as pieces, max(c.number) as last into kept from app.subject_access_chunks as c where c.bundle_id = of_bundle;
    if kept.size <> its_size or kept.pieces <> kept.last then
        raise exception 'a piece of the bundle is missing' using errcode = 'KW490';
    end if;
    -- One at a time for each request: the newest is the one to give out.
    with older as (
        update app.subject_access_bundles as o set state = 'erased', erased_at = clock_timestamp()
        from app.subject_access_bundles as b
        where b.id = of_bundle and o.organisation_id = b.organisation_id and o.request_id = b.request_id and o.id <> b.id and o.state in ('ready', 'failed')
        returning o.id
    )
    delete from app.subject_access_chunks as c using older where c.bundle_id = older.id;
    update app.subject_access_bundles as b
    set state = 'ready', made_at = clock_timestamp(), size_bytes = its_size, sha256 = its_sha256, step = null, error = null where b.id = of_bundle;
    perform pg_advisory_unlock(hashtextextended('bundle ' || of_bundle, 0));
end
$$;
comment on function app.bundle_is_made(uuid, integer, bigint, bytea) is
    'A bundle is whole: its size in bytes and its SHA-256. The one before goes. KW490 where this attempt does not make it, or a piece is missing.';

create or replace function app.bundle_was_not_made(of_bundle uuid, of_attempt integer, code text) returns void
language plpgsql security definer set search_path = '' as $$
begin
    delete from app.subject_access_chunks as c using app.subject_access_bundles as b
    where b.id = of_bundle and b.attempts = of_attempt and b.state = 'making' and c.bundle_id = b.id;
    update app.subject_access_bundles as b
    set state = case when b.attempts < 5 then 'waiting' else 'failed' end, error = code, step = null, next_attempt_at = clock_timestamp() + interval '30 seconds' * b.attempts
    where b.id = of_bundle and b.attempts = of_attempt and b.state = 'making';
    perform pg_advisory_unlock(hashtextextended('bundle ' || of_bundle, 0));
end
$$;
comment on function app.bundle_was_not_made(uuid, integer, text) is 'An attempt failed, with a code: it is made again after a while, five times at most. Nothing happens where another attempt makes it by now.';

create or replace function app.erase_old_bundles(out bundles bigint)
language plpgsql security definer set search_path = '' as $$
begin
    with old as (
        update app.subject_access_bundles as b set state = 'erased', erased_at = clock_timestamp()
        from app.subject_access_requests as r
        where r.organisation_id = b.organisation_id and r.id = b.request_id and b.state in ('ready', 'failed')
          -- By London's days and clock, like all of retention.
          and (r.outcome is not null or coalesce(b.made_at, b.created_at) < (now() at time zone 'Europe/London' - interval '30 days') at time zone 'Europe/London')
        returning b.id
    ), gone as (
        delete from app.subject_access_chunks as c using old where c.bundle_id = old.id
    )
    select count(*) into bundles from old;
end
$$;
comment on function app.erase_old_bundles() is
    'Erases bundles 30 days after they were made, by London''s days and clock, and those of requests that were answered, refused or withdrawn; that they were made stays. How many. For a daily job.';

create or replace function app.bundle_chunk(of_bundle uuid, its_number integer) returns bytea
language plpgsql stable set search_path = '' as $$
begin
    return (select c.bytes from app.subject_access_chunks as c
            where c.bundle_id = of_bundle and c.number = its_number
              and exists (select from app.subject_access_bundles as b where b.id = of_bundle and b.state = 'ready'));
end
$$;
comment on function app.bundle_chunk(uuid, integer) is 'A piece of a bundle that is ready, as the person who acts may see it; null after the last.';

create or replace function app.erase_subject_access(of_run uuid, cases uuid[], whole uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
    theirs uuid[];
    done   uuid[];
begin
    -- In the order of their ids, and before anything under them: whoever hides something or makes files at this moment is waited for.
    theirs := array(select r.id from app.subject_access_requests as r
                    where r.tenant_id in (select c.tenant_id from app.support_cases as c where c.id = any (cases)) order by r.id for update);
    if theirs = '{}' then
        return;
    end if;
    -- Whole, also one that is being made: what was read for it is out of date, and what is to be hidden goes below.
    update app.subject_access_bundles as b set state = 'erased', erased_at = clock_timestamp(), step = null
    where b.request_id = any (theirs) and b.state <> 'erased';
    delete from app.subject_access_chunks as c using app.subject_access_bundles as b where b.request_id = any (theirs) and c.bundle_id = b.id;
    -- Of other cases what is hidden in one item stays, which stays itself.
    delete from app.subject_access_redactions as x where x.request_id = any (theirs) and (x.item_table is null or x.case_id = any (cases));
    update app.subject_access_requests as r set unhidden_at = clock_timestamp() where r.id = any (theirs) and r.outcome is null;
    done := array(select r.id from app.subject_access_requests as r
                  where r.id = any (theirs)
                    and not exists (select from app.support_cases as c where c.organisation_id = r.organisation_id and c.tenant_id = r.tenant_id and c.id <> all (whole)));
    update app.subject_access_requests as r set asked_by_name = null, extension_reason = null, outcome_reason = null, words_erased_at = clock_timestamp() where r.id = any (done);
    update app.subject_access_pauses as p set reason = null where p.request_id = any (done) and p.reason is not null;
    with gone as (
        delete from app.audit_payloads as p
        where (p.table_name = 'subject_access_redactions' and coalesce(p.before, p.after) ->> 'request_id' = any (theirs::text[]))
           or (p.table_name = 'subject_access_requests' and p.row_id = any (done))
           or (p.table_name = 'subject_access_pauses' and p.row_id in (select x.id from app.subject_access_pauses as x where x.request_id = any (done)))
        returning p.row_id, case p.table_name when 'subject_access_redactions' then (coalesce(p.before, p.after) ->> 'request_id')::uuid when 'subject_access_requests' then p.row_id
                                              else (select x.request_id from app.subject_access_pauses as x where x.id = p.row_id) end as request_id
    )
    insert into app.audit_log (organisation_id, case_id, actor_name, actor_hat, action, table_name, row_ids, rule, run_id)
        select told.organisation_id, told.id, session_user, case session_user when 'keywork_jobs' then 'job' else 'owner' end,
               'purge', 'audit_payloads', array_agg(distinct g.row_id), 'case', of_run
        from gone as g join app.subject_access_requests as r on r.id = g.request_id
        cross join lateral (select c.organisation_id, c.id from app.support_cases as c where c.tenant_id = r.tenant_id and c.id = any (cases) order by c.id limit 1) as told
        group by told.organisation_id, told.id;
end
$$;
comment on function app.erase_subject_access(uuid, uuid[], uuid[]) is
    'Erases the bundles of tenants of whose cases records go, what was to be hidden in them, and what the audit log says of that; with the last case of a tenant the names and reasons in the register.';
