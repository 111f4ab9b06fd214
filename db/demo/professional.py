"""Demo data: what operators write in the Professional stream, in the notation that db/demo/words.py describes.

A text that begins with (safeguarding) is flagged when it becomes a note.
"""

STORIES = """
= exploitation | -
* (safeguarding) {worker} reported that a man known to other tenants as "[Mac|Deano|Uncle]" has been at {name}'s flat on
  [four|five|six] of the last seven evenings. {name}'s benefit was withdrawn in full at {cash} within minutes of arriving.
  Possible financial exploitation or cuckooing. Concern raised with {council} adult safeguarding by telephone, written referral
  to follow today. {worker} advised not to visit alone.
/ (safeguarding) Disclosure to {worker} on {last_day}: {name} has been "minding" packages for somebody and was told what would
  happen if they were opened. No names given. Safeguarding referral made to {council}; police information form submitted without
  the tenant's name at this stage. // {name} has been told that we could not keep this to ourselves and why. Took it calmly.
* Strategy discussion by phone with {council} (social worker {social}). Agreed: [daily welfare calls for a fortnight|visits in
  pairs], CCTV at the rear door to be reviewed, no entry by us without police if unknown persons are inside. {worker} briefed
  verbally.
/ CCTV reviewed for [three|five] nights: same two visitors, arriving after [22:00|23:00] with a key. Fob cancelled this morning.
  [{name} asked for this|{name} was relieved] but does not want it said who asked.
* (safeguarding) Enquiry under section 42 opened by {council}. {name} has capacity around visitors and money in the view of
  {social}; wishes to stay and wants the visits to stop. Target hardening agreed, closure order to be considered if there is a
  further incident.
/ Sensitive: {name}'s {relative} may be one of those borrowing money. {worker} should not discuss visitors with family until
  {social} has spoken to {name} alone.
* No sightings for [three|four] weeks. {name} is topping up the meter again and {worker} finds food in the fridge. Enquiry
  closed by {council} on {last_day}; we keep the fob arrangement until review.
/ Lessons for us: the first sign was [an empty fridge|a new television that went again], three weeks before anyone said a word.
  To be raised, without names, in team supervision.

= homelife | -
* {name} is noticeably different when {their} {relative} is present: [looks to the {relative} before answering|agrees with
  everything]. {worker} has been asked to arrange time alone and to record what changes.
/ Telephone call from {name}'s {relative}, who wanted to know [how the money is spent|who visits]. No consent on file; nothing
  was confirmed. Caller became [tearful|angry]. {name} to be told of the call.
* (safeguarding) {name} told {worker} that the bruise on the arm was not from a door. Partner has [a key|a history in another
  area]. Risk checklist completed: [fourteen|eleven] ticks. Referred to the MARAC coordinator and to the domestic abuse service
  with {name}'s agreement; code word for the telephone agreed. Lock change within the day. Nothing about this is to be in the
  Shared stream, nor in messages to {their} phone.
/ (safeguarding) Allegation that {name}'s {relative} keeps the bank card and "gives out" cash. {name} described it as normal.
  Coercive control discussed with {council} duty ({social}); a concern is being logged, and we have asked for an advocate.
  {name} does not want the police.
* MARAC heard the case on {last_day}. Actions for us: [panic alarm|door reinforcement], flag on the repairs system so that
  contractors ring ahead, staff car park for arrivals. Partner's name shared with the concierge only.
/ Advocate has met {name} twice, alone. Picture is more mixed than it first seemed: some of the control is [habit from years of
  caring|about a previous debt]. We stay careful and slow.
* Professional curiosity note: {name} presents the separation as settled, yet two cups on the table on [both|the last two]
  visits. Not challenged. {worker} will keep to the visiting pattern and avoid drawing conclusions.
/ {name} has asked that the {relative}'s name be removed from the contact cards. Done today. Reason given: "because I want to
  find out who I am without it".
* Risk reviewed in case discussion: from high to medium. Alarm tested, advocate closing, {name} [sleeping better|planning a
  visit to a friend]. Review again in [six|eight] weeks.

= crisis | -
* (safeguarding) {worker} rang at [16:10|14:40|17:25]: {name} has thoughts of suicide, with a [plan|means to hand] and no date.
  {worker} stayed; crisis team attended at [18:00|17:15]. Tablets handed in for safe keeping by agreement. Duty manager
  informed, family not informed at {name}'s wish. Welfare checks morning and evening through [Sunday|the weekend].
/ (safeguarding) Overnight incident: {name} harmed {themself} superficially and told the concierge. Ambulance attended, wound
  dressed, not conveyed. {nurse} informed at nine. Sharps removed together with {name}.
* Debrief with {worker} after the incident. Shaken but clear; did what the procedure says, and more. Offered [the counselling
  line|a lighter Friday]. Visits to be shared with a colleague for two weeks.
/ Call with {nurse}. Current view: risk chronic rather than acute, triggered by [anniversaries|contact with family|letters from
  the DWP]. Agreed who rings whom, out of hours as well. Crisis plan page updated.
* Restocking of medication is weekly from now on; [stockpile of about sixty tablets|old prescriptions] returned to the pharmacy
  by {worker} with {name}. {gp} has agreed to weekly scripts.
/ Anniversary of {name}'s bereavement falls in the week of {next_date}. Extra visit rostered, on-call briefed, no room
  inspection that week.
* No self-harm known for [nine|seven|ten] weeks. {name} used the plan [twice|once] without prompting. Flag stays on the file;
  frequency of checks back to normal.

= selfneglect | -
* Photographs taken with consent at the flat inspection. Self-neglect tool scores [6|7] for the kitchen. {name} [does not see a
  problem|is ashamed and jokes about it]. Enforcement would be the wrong road; agreed internally that nobody uses the word
  eviction before a mental capacity view.
/ Odour complaints from [two|three] neighbours. {name} declined entry to the pest contractor twice. Next attempt with {worker}
  present, the only person {name} opens to.
* (safeguarding) Self-neglect referral to {council} under the multi-agency procedure: weight loss, no hot water used for weeks,
  [ulcer on the leg|untreated wound]. {gp} asked for a home visit. {name} knows and shrugged. {social} to lead.
/ (safeguarding) Welfare entry on {last_day} with the concierge after three failed contacts. {name} found on the floor,
  conscious, cold; ambulance within [eleven|fourteen] minutes. Fire service informed of the hoarding level for their record.
* Multi-agency meeting: {social}, fire service, {nurse}, ourselves. Capacity assessed as present for care decisions, fluctuating
  in the evening. Plan: one room, one worker, no deadline letters. Cost of the clearance split.
/ Board asked whether the tenancy is sustainable. My answer: yes, with [two|three] visits a week to {quarter}; evidence attached
  to the contract return.
* Second inspection: score down to [3|4]. {name} offered me a seat, which there now is. {worker} deserves the credit, and has
  been told so.

= behaviour | -
* Incident in the [lobby|office]: {name} shouted at {worker} and kicked the [bin|door] after [a declined top-up|a parcel went
  missing]. Nobody hurt. Left when asked. Written warning drafted, to be given in person once things are calm, with what we can
  offer beside it.
/ Observation: outbursts cluster on [Thursdays|the days before payment|days after contact]. {name} is polite within the hour and
  remembers little. Possible link to [blood sugar|drinking|sleep]; {worker} will ask gently about the GP.
* Warning given by me, {worker} present. {name} [read it, folded it and apologised|argued about one line, which I changed].
  Signed. Behaviour agreement for [six|eight] weeks.
/ Other tenants have asked whether {name} will be moved. Told them that we do not discuss anybody. Staff to hold the same line;
  two have been asked directly.
* (safeguarding) A resident alleges that {name} followed her to the laundry and stood in the door. Both spoken to apart. Her
  account is [consistent and specific|brief but clear]; {name}'s will be taken by the duty manager. Seating and laundry times
  changed today, safeguarding advice taken from {council}.
/ Lone working risk assessment raised to amber: visits in the office or in pairs until {next_date}. {worker} was consulted and
  agrees. Review is in my diary.
* Risk assessment back to green. No incident in [ten|eight] weeks. {name} [stopped by with a card for {worker}|joined the
  residents' meeting and waited to speak].

= probationrisk | -
* MAPPA level 1 information about {name} received [by secure e-mail|at the liaison meeting|from the police single point of
  contact], kept in the restricted folder and not copied here. What staff need to know: no unaccompanied work with
  [families|female lone workers] in block [B|C]; curfew [19:00 to 07:00|21:00 to 06:00].
/ Probation rang: licence condition about [the town centre|alcohol] added. {worker} told of the condition, not of the reason.
* Possible breach: {name} was seen [off the bus at the wrong end of town|in the pub garden] on {last_day}. Reported to the
  offender manager as agreed in the information-sharing protocol. {name} will hear it from them first.
/ Offence details have leaked among tenants, source unknown. {name} spent the weekend with the blind down. Police aware;
  concierge rounds doubled; alternative placement priced in case.
* Licence ends on {next_date}. Exit meeting held. {name} has been careful and, in my view, lonely. Recommend keeping the case
  open for three months of settled time.

= supervision | -
* {name}'s case discussed in [monthly |]supervision with {worker}. Work is warm and well recorded; a little over-involved since
  [the hospital stay|the bereavement] (private number given out). Boundaries agreed, work phone only, no blame.
/ {worker} asked in supervision to hand over one session a fortnight. Reasonable. Introduced gradually, {name} told in advance
  because sudden changes go badly.
* File audit, {name}: support plan in date, risk assessment [in date|eleven days late], consents signed, [two|three] notes could
  have been shorter. Feedback given to {worker}.
/ Contract monitoring from {council} picks this case for its sample. All evidence is here but the [outcome star|exit plan];
  {worker} to complete by {next_day}.
* Funding: {council} proposes to reduce the hours from [nine|seven|eight] to [five|four]. Objected in writing with this
  quarter's incidents. {name} does not know and should not worry about it before a decision.
/ Discussed whether needs have outgrown this scheme. View of the team: no, provided that [nights stay staffed|the psychology
  input continues]. {name}'s own view is to be asked for in the review, openly.
* {worker} leaves at the end of the month. Handover of three meetings planned; {name} has lost many workers and says it does not
  matter, which is how we know that it does.
/ Complaint from {name} about [cover during leave|a late visit], answered within the ten days. Upheld in part. Apology letter in
  {their} post box, conversation offered and taken.

= trust | -
* {name} told {worker} about [time in care|the years of sleeping out|the journey here]. Historic harm by an adult now dead; no
  one else at risk as far as known. Recorded because {name} asked for it to be "written down somewhere safe". No detail in the
  Shared stream. Counselling options to be offered, not pressed.
/ (safeguarding) Non-recent abuse disclosed by {name}, in care, named person believed to be [still working with children|alive
  and in this area]. Explained the duty to pass it on. Referred to the LADO at {council} and to the police; {name} wants
  {worker} beside {them} for any interview.
* Police specialist rang: first conversation at a time of {name}'s choosing, at our office, [no uniform|same officer
  throughout]. {name} chose {next_day}. Everything else that day has been moved.
/ The counselling waiting list for {name} is [sixteen|twenty-two|nineteen] weeks. Agreed to fund six sessions from the wellbeing
  budget so that nobody has to tell this and then wait.
* {name} has asked to stop for now. That is {their} decision, and the door stays open. {worker} to watch for [drinking|not
  eating] over the next weeks without saying why to the house.

= tenancyrisk | -
* Landlord's agent asked for {name}'s [health information|criminal record] "for insurance". Refused: no basis, no consent. Reply
  on file. {worker} informed in case they try again by telephone.
/ Rent team proposes notice on arrears of {arrears}. Asked for a hold of twenty-eight days on the strength of the plan. They did
  not know about the [hospital stay|bereavement]; told only that there are circumstances.
* Subletting suspected: [post for another name|unfamiliar pushchair in the hall]. Asked {worker} what they have seen before
  asking {name} anything. It may simply be a visiting cousin.
/ Anti-social behaviour panel: our evidence and the neighbour's do not match. Body-worn footage from police shows {name} calling
  for help on the evening in question. Case against {name} withdrawn.
* Decision recorded: no possession action. Conditions agreed with the property manager, to be reviewed on {next_date}. {name}
  will be told by {worker}, in person, with tea.
/ Insurance claim after the flood: {name} lost most things. Goodwill payment of {award} approved, not to be mentioned to other
  tenants.
"""
