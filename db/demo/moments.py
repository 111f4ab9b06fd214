"""Demo data: single notes that belong to no longer story, in the notation that db/demo/words.py describes. One a line."""

WORKER = """
Phone call, [five|ten|six] minutes. {name} [well|tired but fine|in good spirits]; nothing needed before {next_day}.
Knocked at {time}, no answer. Card left. {name} texted at teatime: had been at [the barber's|{their} {relative}'s|the
  launderette].
{name} collected a parcel from {foodbank}. [Pasta, tinned tomatoes, a bag of carrots|Rice, chickpeas, cereal and toothpaste].
  Voucher [two|one] of three used.
Text from {name}: running late for {surgery}, bus diverted. Rang reception; they will still see {them}.
{name} dropped in to the office to print [a bank statement|the bus timetable|a photograph of the cat]. Cheerful.
Meter at [82p|£1.14|40p]. Emergency credit put on; {name} to top up from {next_day}'s payment.
{name} did not attend today. Message sent, will try at {time} tomorrow.
Brief visit. {name} had a visitor and was happy for me to come back on {next_day}.
Post opened together: [three circulars and a bank card|one appointment|nothing to worry about]. {name} kept the stamps.
Walked with {name} to the [chemist|post office|cash machine] because of the [roadworks|early dark|queue at the other one].
  Talked about {hobby} all the way.
{name} asked for help to cancel [a gym|a magazine|an insurance policy]; done by chat in the time it took to boil the kettle.
{name}'s birthday. Card from all of us, [cake in the lounge|no fuss, as asked]. {They} kept the candle.
Bus pass renewed online with {name}. Photo taken against the office wall.
Council tax reduction form sent. {name} signed with a flourish.
{name} rang to say the shower is running cold. Reported, reference given, engineer {next_day}.
Welfare check after the storm: {name} fine, one slate in the yard, window taped.
Short one: {name} has passed the food hygiene quiz, [19|18|17] of 20.
{name} came to the residents' meeting and asked about the [bins|bike rack|washing machine]. Minutes to follow.
Support plan review due. {name} would like it done [outside|in the café on {street}|in two halves].
Saw {name} in {area} by chance, walking fast, headphones in, big wave.
Rang the pharmacy for {name}: prescription ready after four, blister pack from next week.
{name} had a difficult call with [the energy company|a debt collector] and rang us instead of ringing off. Good instinct.
{name} showed me the [tomato plants in the yard|new rug|drawing {they} made for the lounge].
Tax office helpline on hold for [fifty|forty] minutes with {name}; solved in two.
Vaccination morning at the scheme. {name} [had it first and told the others it was nothing|said no thank you, and that is fine].
{name} returned the borrowed heater, cleaned.
Confirmed with {name}: {next_date}, {time}, [dentist|eye test|diabetic eye screening]. {They} will go alone.
Quiet session. {name} did not want to talk, so we did the [jigsaw|washing-up]. {They} thanked me at the door.
{name} is looking after a neighbour's [budgie|tomato plants] for a week and takes it very seriously.
Helped {name} to write a complaint about the [bus|shop] that was fair and short. {They} took out the last sentence {themself}.
Noticed that {name} has lost weight. {They} put it down to [walking more|nerves|toothache]; we agreed to mention it at
  {surgery}.
{name} asked what happens to these notes. Explained who reads them and that {they} may ask to see them.
Laundry done, bed changed, window open. {name} did two of the three.
Voucher for {foodbank} declined: {name} says somebody else needs it more this week. Cupboards checked, {they} {is} right.
{name} was stopped by ticket inspectors without the pass. Appeal written, pass photographed for next time.
{name} wanted company to post a letter to {their} {relative}. Two streets, long talk.
Smoke alarm chirping. New battery fitted by {name}, me holding the chair.
Checked in after the [funeral|scan|court date]. {name} said it went "as well as those go".
New glasses. {name} read me the small print on the tea.
"""

HOUSING = """
Tenancy visit with {name}. Flat in [good|fair] order, [alarm tested|no damp seen], no breaches. Next visit in the
  [spring|autumn].
Rent statement posted: balance {arrears_mid}. Payments of {plan} are arriving. Thank you to the support team.
Repair order raised for the [window latch|extractor fan|kitchen light], contractor to ring {name} first.
Housing benefit query answered by {council}: [service charge breakdown needed|award runs to {quarter}].
Called on {name} about the [recycling|parking space|pram in the hall]. Sorted on the doorstep.
Annual tenancy audit: identity and household confirmed. {name} had the papers ready in a blue folder.
Complaint about noise near {name}'s flat looked into; it was the [building site|lift motor]. Nothing against {name}.
Joint visit to {name} with the support worker. Talked through the rent increase letter and what Universal Credit needs to be
  told.
Stock condition survey booked for {next_date}. {name} asked for a morning.
Key fob replaced, charge waived this once.
{name} reported the [entry door|lift|stair light] for the whole block. Contractor attended within [the hour|two hours|the day].
Bidding advice given: {name} is likely to place in the first ten for one-bedroom flats outside {area}.
Garden clearance notice withdrawn. {name} and a neighbour did it together on {last_day}.
Discretionary Housing Payment of {award} credited. Balance now {arrears_low}.
Fire door check at {name}'s flat: closer adjusted, passed.
Grounds team told to leave the [sunflowers|herbs] by {name}'s step alone.
Permission given for [a cat|a washing machine|shelves in the hall], letter in the post.
Rang {name} about the missed gas check. New slot {next_day}; support worker will be there.
"""

OPERATOR = """
Team update: {worker} is on leave until {next_date}. [Cover from the duty desk|Visits at the usual times by a colleague]; {name}
  has been told who is coming.
Support plan review held with {name} and {worker}. Goals kept, one target moved to {quarter}. {name} asked for shorter meetings,
  so we stopped at half past.
Consent forms renewed. {name} agrees to information being shared with {surgery} and the housing officer, not with family.
Welcome pack gone through with {name}: keys, fobs, fire drill, who to ring at night. Inventory signed.
Reminder to all on the team: {name} prefers a [text|call] first. No unannounced visits, please.
Heating works in the building on {next_date}. Portable heaters will be in the office; {name} has been told.
Hardship fund: {award} agreed for {name} towards a [bed|fridge|warm coat|cooker]. Receipt to the office, please.
Quarterly review sent to {council} with {name}'s own comments attached.
{name} has been invited to join the interview panel for the new support worker. Said yes within the minute.
Room check done with {name}. [One bulb, one loose handle|A tap washer and a curtain rail|A stiff window and a missing key]; on
  the list for {next_day}.
Compliment from {name} about {worker}: ["does what they say"|"never once looked at the clock"|"explains it like a person"].
  Passed on.
House meeting notes are on the board. {name}'s point about the laundry rota was carried.
Emergency contact [details|number] updated at {name}'s request[|; {their} {relative} is now first|, form signed].
Taxi account authorised for {name}'s hospital appointment on {next_day}, there and back.
"""

OPERATOR_PRIVATE = """
Call from a {council} duty worker asking about {name}. Identity checked by ringing back; attendance confirmed, nothing else.
Pattern worth watching: {name} cancels when {worker} is on leave. Not raised with {name} yet.
{name}'s {relative} came to the office without an appointment and was upset. Given water and the complaints leaflet. No
  information shared.
Two residents fell out over a loan; {name} is named by one of them. Nothing in writing. Concierge asked to keep an eye on the
  lounge.
Key audit: spare set for {name}'s door signed out on {last_day} and not returned until morning. Explained, accepted, procedure
  repeated to the night team.
Photograph of [the medication chart|the inhaler cupboard|the visitors' book] with {name}'s [initials|room number] removed from a
  staff group chat. Person spoken to; logged as a near miss for data protection.
{name} smelt of alcohol at ten. {worker} has raised it kindly. No action from us unless it becomes a pattern.
Observation at the residents' lunch: {name} gives away food and then has none. Ask about appetite, or about debts.
Reference request about {name} from a [letting agent|private landlord|college] answered with dates only, as policy says.
[Case conference|Professionals' meeting|Core group] minute for {name} agreed with {social}. Restricted copy on file, next date
  {next_date}.
Handover from nights: {name} walked the corridor until three, calm, declined company. [Second|Third] time this month.
{name}'s risk assessment reviewed with {worker}: [no change|lone visits back to green|visitors up to amber]. Next date set for
  {quarter}.
I have concerns about how {name} is spoken to by a visiting tradesman. Firm rung; another person will come.
Spoke to {worker} after today's session with {name}, which was a hard one. [Went home early, rightly|Supervision brought forward
  to {next_day}|A walk and a sandwich helped].
{name} asked {worker} for money on the landing, [not for the first time|ashamed of asking]. Declined kindly; checking whether
  somebody else is asking {name}.
Anonymous letter about {name} handed in. Read once, sealed, kept with the complaints; it contains no risk information. Not to be
  discussed with tenants.
{name}'s mood is markedly lower after visits from {their} {relative}. {worker} will note dates only, so that we can see whether
  it is so.
Medication error by the agency night worker: {name} offered the morning dose at [22:00|midnight], noticed it {themself} and
  refused. {gp} informed, no harm, agency notified.
{name} found asleep in the [laundry|stairwell] at [05:30|04:50]. Said it feels safer than the room. To be explored by {worker},
  gently.
Contractor reports [a smell of gas near the hob|scorch marks on the worktop] at {name}'s. Made safe the same day. {worker} to
  talk about cooking at night.
Police asked for CCTV of {last_day}. {name} appears as a witness only. Released under the usual form, copy on file.
{name} has told two members of staff two different accounts of [the weekend|the missing phone]. Neither challenged. Recorded
  side by side.
Meeting with the psychologist about how the team responds to {name}: agree one message, the same each time, and less talking
  when things are heated.
{name}'s placement costs queried by {council}. Sent the hours worked, without narrative. Answer expected by {next_day}.
Concern from the cleaner: [bottles in the cistern|no bedding on the bed|post for three other people]. Thanked. {worker} to visit
  before any conclusion.
{name} asked to see {their} file. Explained how; request logged today, one month runs from now. Third-party pages to be reviewed
  by me.
Social media post names the building. Report made to the platform; {name} has not seen it as far as we know.
"""

OPENING = """
Referral received from {referrer}; {name} viewed the room on {last_day} and has said yes. [Moves in with two bags and a
  bicycle|Moves in with help from {their} {relative}|Moved in today]. First key-work session {next_day}.
First meeting with {name} after the referral from {referrer}. We kept it to tea, keys and what {they} would like to be called.
  {They} asked [who else would be in the building at night|about the wi-fi before anything else|whether the door locks from
  inside].
Case opened after the referral from {referrer}. {name}'s own words for what would help: ["somebody to go through the post
  with"|"a door that locks and a bit of time"|"getting my money straight"].
Sign-up completed with {name} at the [office|property]. Universal Credit housing costs reported on {their} phone while we sat
  there. Needs assessment booked for {next_date}.
"""

OPENING_PRIVATE = """
Referral accepted from {referrer}. Matching meeting held; risk information filed in the restricted folder. Main risks for
  {name}: [self-neglect and isolation|exploitation by others|relapse after good weeks|debt, and who is owed]. Strengths: [honest
  about what goes wrong|keeps a routine once it is there|good with people|asks for help early].
Needs and risk assessment for {name} read with {referrer}. [Two|Three|Several] previous placements ended early, [each time after
  a change of worker|mostly in the first three months|over money rather than behaviour]. We should plan [continuity|the first
  fortnight|the budget] before anything else.
Pre-move check: no known risk to staff at visits; caution with [dogs|unannounced visitors]. {name} has asked that the reason for
  leaving the last address is not shared with the house. Agreed.
"""

CLOSING = {
    "moved_on": """
{name} collected the keys to {their} own flat in {area} today. Room checked, meter read, [one box left to collect|nothing left
  but a mug, which is ours to keep]. Closing with everybody's good wishes.
Last visit, at the new address. {name} made the tea. Floating support has taken over and {they} {has} their number; closing
  here.
""",
    "support_no_longer_needed": """
Closing review with {name}: all goals met or no longer wanted. {They} said {they} would rather have the hour back, and laughed.
  Knows how to come back to us.
{name} has managed without sessions for [eight|ten|six] weeks. We went through the plan once more and signed it off together.
""",
    "transferred": """
Handover to the {council} floating support team completed: plan, risk assessment and {name}'s own page sent with consent. Joint
  visit done on {last_day}.
""",
    "disengaged": """
[Six|Seven] attempts to reach {name} over five weeks, by door, text, letter and through {their} {relative}. Closing letter
  posted with the way back in. The tenancy continues.
""",
    "tenancy_ended": """
{name} gave up the tenancy and has gone to stay with {their} {relative}. Forwarding address and medication confirmed; deposit
  scheme informed. Closing.
""",
    "died": """
It is with great sadness that we record {name}'s death in hospital. {Their} {relative} was present. Personal belongings are
  listed and safe; the team has been told and support offered.
""",
    "opened_in_error": """
Opened twice for the same referral. Nothing recorded here; the work with {name} continues under the other case.
""",
}

REOPENING = """
Reopened. {name} rang the office after [a bad month|the new landlord's letter|losing the job] and asked for {worker} by name.
  {They} {has} kept the folder. We start again from what worked.
Case reopened at {name}'s request: arrears have built up again and {they} would rather say so early than late. First visit
  {next_day}.
Closed too soon, on reflection: {name} missed two rent payments within weeks of the closing and did not feel able to ring.
  Reopened, same team where possible.
"""

EARLY_TODAY = """
Waking night: {name} came down at ten past midnight, could not sleep, had a cup of [camomile|milk] and went back up. Calm.
Night report: {name} back at [23:40|23:50] as planned, said good night at the desk. Nothing to hand over.
Late text from {name}: all fine, ticket for the morning is on the phone, see you at {time}.
"""

TODAY = """
{name} attended {surgery} this morning; [blood pressure down|new inhaler explained|fit note extended by four weeks].
Visited {name} today. Post opened, meter at [£6.20|£4.75|£9.10], food in for the week. Next session {next_day}.
Key-work today in the lounge. {name} has [heard back from the college|an interview|a date for the viewing] and wanted to plan
  the journey.
Rang the DWP with {name}: payment of {uc} confirmed for {next_day}. Relief all round.
Short visit before lunch. {name} was [hanging a picture|frying onions|on the phone to {their} {relative}] and waved me in.
{name} and I went through the [support plan|rent statement] today; two things ticked off, one added.
"""

ASIDE = """
We also opened the post: [three circulars and a bank card|one appointment letter|a survey, binned by agreement|the new council
  tax bill, already on direct debit].
Talked about {hobby} while the kettle boiled. {name} is easier when hands are busy.
Meter at [£6.20|£3.15|£11.40]; {meter} to go on with the next payment.
{name} mentioned {their} {relative} in passing, [warmly|for the first time in weeks|and changed the subject]. I left it there.
Food in the cupboard for [the week|four or five days|the weekend]. Fridge clean.
{name} looked [well|tired|better than last week] and had [slept|eaten|been out] today, {they} said.
Repairs: the [bathroom light|window latch|extractor] is still waiting. I will chase it by {next_day}.
We checked the diary: [dentist|work coach|{surgery}] on {next_date} at {time}. {name} will go alone and text afterwards.
{name} asked how long support lasts. Answered honestly: as long as the plan says, and the plan is {their} own.
Universal Credit journal checked together, [no messages|one message, answered|a to-do accepted].
On risk: [no change|nothing new from {name}'s side|the plan for bad evenings still stands and is on the fridge].
{name} would like to try [a swim|the cinema on a weekday|a bus to {area}] before the end of the month, and will set the day.
Mood, in {their} own numbers: [six|five|seven|four, but not worried] out of ten.
Laundry, bins and the [back step|bathroom] done together at the end, with the radio on.
{name} said that last week's visit had felt [rushed|long|just right]. Good to know; noted for next time.
We finished with the [jigsaw|crossword|photographs], as usual.
"""

PRIVATE_ACTION = """
{worker} to record visits on the day, facts before impressions
Review with the duty manager on {next_date}
Chase {social} if there is no answer by {next_day}
On-call briefed: ring first, do not enter alone
Consent to be revisited with {name} at the next meeting
Chronology to be brought up to date before the review
Restricted folder checked, access limited to the operator side
Ask {gp} for an opinion on capacity around money
{worker} to have a debrief within the week
Raise at the next multi-agency meeting, first item
"""
