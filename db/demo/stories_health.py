"""Demo data: stories about health and benefits for health, in the notation that db/demo/words.py describes."""

STORIES = """
= gp | Register with a GP and keep appointments
? Registered with {surgery}. Aim: attend booked appointments alone, with a text reminder the day before.
~ Under {gp} at {surgery}; attends better for [morning|late morning] appointments and with a text the day before.
> Text reminder to {name} the evening before
> Ask {surgery} for a double appointment
> Repeat prescription to go to the pharmacy on {street}
+ Registered at {surgery}.
+ Attended two appointments, one alone.
+ Blood results back and understood; no change of medication.
! Accompanied to {surgery}. {name} spoke for {themself} nearly throughout.
! Prepared for the appointment: three things written on a card, most important first.
* {name} has not seen a GP since [leaving the hostel|moving to {town}|a long stay abroad]. Registration form for {surgery} done
  online; [proof of address not needed|they asked for none of the papers {they} feared]. New patient check {next_date}.
/ Helped {name} ring {surgery} at eight. [Eleventh|Fourteenth|Nineteenth] in the queue. Appointment with {gp} on {next_day} at
  {time}, about [the chest pain {they} {has} been ignoring|sleep|{their} knee].
* Went with {name} to {surgery}. {gp} [listened|took {their} time], examined the [chest|knee|back] and ordered blood tests.
  {name} asked me to stay in the room and then did not need me to say a word.
/ Appointment at {surgery} missed. {name} got as far as the [bus stop|car park]. We rang together to explain; the receptionist
  was kind and gave {next_day}, {time}.
* Blood tests done. {name} does not like needles and [counted tiles aloud|held my sleeve|talked about football throughout].
  Results in a week.
/ {name} picked up the prescription alone and [set two alarms|put the box beside the kettle]. We went through the leaflet; side
  effects to watch for are on the fridge.
* Results: [vitamin D low|cholesterol a little high|all clear but iron]. {gp} recommends [tablets for three months|more walking
  and less salt|a re-test in spring]. {name} wrote it down {themself}.
/ Medication review by the pharmacist over the phone. Two items stopped. {name} asked [why|whether it would affect sleep], and
  got a proper answer.
* {name} attended {surgery} alone on {last_day} and told me about it afterwards as if it were nothing. It is not nothing.
/ Dentist found at last: [{town} community dental service|a training clinic at the hospital]. First check-up {next_date}. {name}
  has been chewing on one side since the [spring|winter].

= cmht | Stay well with the community mental health team
? Fortnightly contact with {nurse} (care coordinator). Early warning signs written down and shared with the people {name} chose.
~ Open to the CMHT; care coordinator {nurse}. Early signs of becoming unwell: [sleeping in the day|not answering the phone],
  [unopened post|stopping the radio], pacing at night.
> Copy of the staying-well plan to {nurse} with consent
> {name} to bring the sleep diary
> Ring the duty desk if contact is lost for two days
+ Staying-well plan drafted with {nurse}.
+ Three appointments kept out of four.
+ Medication settled; sleep back to six or seven hours.
! Joint visit with {nurse}. {name} said mood was "five, sometimes six".
! CPA review attended. {name} read out what {they} wanted from it.
* Call from {nurse} at the CMHT: {name} missed the [depot clinic|appointment] on {last_day}. Visited; {they} {was} [in bed but
  talking|up, unshaven, glad of tea]. We rang {nurse} together and rebooked for {next_day}.
/ {name} described the last week as [heavy|grey|"walking in a swimming pool"]. Sleeping [three|four] hours. No thoughts of
  ending {their} life when asked directly. {They} agreed that I tell {nurse} about the sleep.
* Accompanied {name} to the CMHT on {street}. {nurse} went through the [tablets|dose] and what to expect. {name} worried about
  [weight|feeling flat] and it was taken seriously.
/ Staying-well plan begun. {name} knows the signs better than any of us: [unopened post|the radio off|cooking stops], then the
  days turn round.
* Difficult visit. {name} spoke little and [kept the curtains shut|asked twice whether the phone was listening]. Stayed forty
  minutes, made soup, rang {nurse} from the car with {their} knowledge. Duty worker to see {them} tomorrow.
/ Home visit by the crisis team on {last_day} evening after {name} rang them {themself}. {They} used the number on the card.
  Daily calls for [a week|five days].
* Second week on the new dose. {name} [is eating|laughed at the radio|opened the post in one go]. Some [shaking in the hands|dry
  mouth]; {nurse} knows.
/ Attended the review: psychiatrist, {nurse}, {name} and me. Plan unchanged for [three|six] months. {name} asked whether
  [work|driving lessons|a holiday] could be in the plan, and now it is.
* {name} has kept every appointment since [the review|the clocks changed]. {They} told {nurse} that the thing that helped was
  "someone knocking at ten and not making a fuss".
/ Staying-well plan finished and signed. Copies to the people {name} named; nobody else.

= pip | Get the right benefits in place
? PIP claim and, if needed, mandatory reconsideration. Evidence from {gp} and from our own records, with consent.
~ Has a PIP claim [in progress|under reconsideration]; finds the forms distressing and needs breaks.
> Ask {gp} for the summary print-out
> Diary of bad days, two weeks
> Post the form recorded delivery; keep the receipt
+ Form completed over three sessions and posted.
+ Assessment attended by phone.
+ Award letter received: standard rate, daily living.
! Third session on the PIP form: finished. {name} asked for a walk straight after.
! Supported the telephone assessment, {minutes} minutes, with two breaks.
* PIP form arrived for {name}, due back [in three weeks|by {next_date}]. {They} put it [under the cushion|on top of the
  wardrobe] for days. We did the first [two|three] questions today and stopped there.
/ Benefits check with {name} through the online calculator: {they} may be missing [PIP|the limited capability element|council
  tax support], about {award} a month. Rang for the form.
* Session on the form: [preparing food, washing, managing medication|mixing with people, making journeys]. Hard questions,
  because {name} has spent years showing that {they} can cope. We wrote what a bad day is like.
/ Fit note expired on {last_day} and Universal Credit will want the next one. Requested from {surgery} through the app; {name}
  uploaded it to the journal {themself}.
* Telephone assessment took {minutes} minutes. {name} [asked for a break twice|held a cushion throughout]. I spoke once, to
  correct a date. {They} slept all afternoon.
/ Chased the PIP line: [thirty-five|fifty|twenty] minutes of music, then "with a decision maker". {name} [sang along|shelled
  peas]. Letter expected within [four|three] weeks.
* Decision: no points for [cooking|journeys]. {name} said "told you" and threw the letter away, then fetched it back. Mandatory
  reconsideration going in with evidence from {nurse}.
/ Work capability assessment letter came. Explained what it is and is not. {name} asked whether they can [film|phone the
  neighbours]; they cannot.
* Reconsideration succeeded: standard rate for daily living, backdated, {backpay}. {name} [cried|said nothing for a while and
  then asked if it was a mistake]. We agreed to let it sit for a week before any plans.
/ Award letter read together, twice. {backpay} arrears of benefit due on {next_day}. {name} wants a [bed that is not second
  hand|winter coat|trip to see {their} {relative}] and to leave the rest alone.

= alcohol | Drink less and stay safer
? {name}'s own target: [three|four] dry days a week, food before drink, and keep contact with {drugs}.
~ Working with {drugs} on a reduction plan; says what {they} {has} had if asked plainly and without fuss.
> Drink diary until the next session
> {drugs} group on {bidday}s at {time}
> Thiamine prescription to be collected
+ Diary kept for two weeks: from {units} to {units_low} units.
+ Four dry days in a row.
+ Attends the group most weeks; spoke for the first time.
! Went through the drink diary without comment; {name} drew the conclusions.
! Accompanied to {drugs}: [key worker changed|first meeting], plan agreed.
* {name} raised {their} drinking {themself}: about {units} units a week, mostly [alone in the evening|with the two from the
  bench]. {They} {is} not asking to stop. Explained why nobody should stop suddenly and alone.
/ Self-referral to {drugs} made from the office phone. {name} did the talking. First appointment {next_date}, {time}.
* Diary reviewed: heavier on [payday|Sundays|days with post]. {name} noticed it before I did. Talked about eating first and
  [swapping to cans|not buying tomorrow's today].
/ {name} was under the influence at the visit. Kept it short and friendly, made sure {they} had eaten, and rebooked for the
  morning. No concerns overnight from the [concierge|on-call].
* {name} has been to the group at {drugs} [twice|three times]. "It's mostly tea and people telling the truth." {They} liked the
  [facilitator|man with the dog].
/ Lapse over the weekend after [a phone call from home|the football|{their} birthday]. {name} rang on Monday to say so. We
  looked at what came before it, not how much.
* Down to {units_low} units this week. Sleep [poor for now|coming back]; {gp} has checked the liver function and will repeat in
  [six|eight] weeks.
/ Naloxone and overdose awareness session in the lounge: {name} attended [for a friend's sake|and asked the most questions] and
  carries the kit in {their} bag.
* Four weeks of dry weekdays. {name} bought [a radio|paint|a bike lock] with the money. {They} said the evenings are long, so we
  are looking at what is on.
/ {name} spoke at the {drugs} service user forum about [waiting rooms|what helps]. Two minutes, notes in hand, applause at the
  end.

= hospital | Settle back home after the hospital stay
? Discharge plan followed: medication, follow-up appointments, equipment, and meals for the first fortnight.
~ Recently discharged after [a fall|pneumonia|planned surgery]; energy is limited and visits should be short.
> Chase the discharge summary
> Meals for {next_day} to Sunday
> Ask the OT about a second rail
+ Home, with medication and a follow-up date.
+ Walking to the corner shop and back.
+ Discharged by the [community nurse|physiotherapist].
! Home visit after discharge: bed downstairs, rail fitted, {name} tired and pleased to be back.
! Out-patients with {name}: wound healing, next check in [six|four] weeks.
* {name} was taken to [A and E|the Infirmary] on {last_day} after [a fall on the stairs|chest pains|three days of not eating].
  Ward says stable. {Their} {relative} has been told, as {name} asked.
/ Visited {name} on ward {ward} with clean clothes, [glasses|the phone charger] and the post. {They} {was} [sore but
  joking|dozing] and worried about the [cat|rent|fridge].
* Discharge meeting on the ward. I asked for it to wait until the [key safe|bed lever] is fitted and the medication is on a
  chart. New date {next_day}.
/ Ward wanted to send {name} home at six on a Friday with nothing in place. Agreed [Saturday noon|Monday] instead, with
  [transport|two days of meals].
* {name} came home on {last_day}. Heating on, milk in, bed made. Medication checked against the discharge letter: one [dose
  changed|new tablet], explained and written large.
/ First days home: {name} sleeps a lot and eats [toast|soup|half portions]. The district nurse dressed the wound. No fever.
* OT visited: [rail by the bath|perching stool|raised toilet seat] to come. {name} said {they} {was} "not ninety", then tried
  the stool and kept it.
/ Physio exercises done at the [sink|back of the chair], ten of each. {name} counts [backwards|in a football commentator's
  voice|under {their} breath].
* Out-patient review: doing well. {name} walked from the bus rather than take the chair. Discharged to {gp}.
/ {name} made {their} own lunch, took the bins out and told me to stop hovering. I think we can go back to weekly.

= lonely | Have company twice a week
? Something each week outside the flat with other people: starting with {group}.
~ Isolated since [the move|a bereavement|leaving work]; enjoys {hobby} and one-to-one company more than groups.
> Walk to {group} together the first two times
> Ask about the befriending list
> Put the bus times on the fridge
+ Visited {group} once, stayed twenty minutes.
+ Goes to {group} alone, most weeks.
+ Named two people {they} would ring.
! Walked to {group}; {name} stayed for the whole hour.
! Phone call: checked in after the quiet weekend.
* {name} has not spoken to anyone but me and the [cashier|postman] since {last_day}. {They} said it matter-of-factly. We made a
  list of what {they} used to like: {hobby}, [the sea|dominoes|choirs].
/ Long talk with {name} about [the years on the boats|the marriage|friends who have died|the old neighbourhood]. No action
  wanted. Tea, photographs, an hour well used.
* Went with {name} to {group}. [Twenty minutes was enough|{They} stood by the door at first|Nobody asked awkward questions].
  {They} would go again if I come.
/ Befriending referral made. {name} asked for somebody who [follows the cricket|can sit quietly|likes {hobby}]; the coordinator
  has a person in mind.
* Second time at {group}: {name} stayed to the end and stacked chairs. {They} [was asked back|swapped numbers with a man called
  Colin|won a tin of shortbread].
/ {name} cancelled {group} this week, [the rain|a bad night|no reason given]. No pressure. {They} asked me to ask again on
  {next_day}.
* The befriender came. They [talked about {hobby}|did the crossword|mostly watched the snooker] and she will be back on
  {bidday}s.
/ {name} has joined the [library|allotment|choir] on {street}. The card is in {their} wallet, in front of the bank card.
* {name} was not in when I called: {they} {was} at {group}. Best missed visit of the month.
/ {name} brought a neighbour along to {group}. "She doesn't get out much," {they} told me, entirely seriously.

= sleep | Sleep better and be up by ten
? Regular hours with a written evening routine; review of [night-time phone use|coffee and energy drinks].
~ Sleep is poor and turns round quickly; visits are best after eleven.
> Sleep diary, two weeks
> Phone to charge in the kitchen overnight
> Blackout blind from the furniture project
+ Routine written and on the wall.
+ Up before ten on five days of seven.
+ Sleeps through most nights.
! Looked at the sleep diary with {name} and drew it as a graph.
* {name} came to the door at [one|half past one] in the afternoon, just up. Nights are spent [gaming|on the phone|listening for
  the door]. {They} would like it to change "but not by being told to go to bed".
/ Sleep diary explained: two columns, no judgement. {name} [doubts it will help|likes forms with boxes] and will try until
  {next_date}.
* Diary back, [nine|twelve|eleven] nights of fourteen filled in. Average [four and a half|five] hours, later each night. Energy
  drinks: [three|four] a day, which surprised {name}.
/ Evening routine written: food by seven, [shower|radio], phone in the kitchen, light out at midnight to begin with. {name}
  chose every line.
* Phone slept in the kitchen on [four|three|five] nights. {name} [checked on it twice|bought a real alarm clock for three
  pounds].
/ Blackout blind fitted with help from maintenance. {name} says it is "like a cave, in a good way".
* {name} was up, dressed and had [eaten|been to the shop] when I came at ten. No comment made; I could see that {they} had
  noticed too.
/ Bad patch: nights and days swapped since [the building alarm|the flu|{their} birthday|the row next door], and {name} cross
  about it. We went back to the first step only.
* Sleeping [six|six and a half] hours on average. {name} links it to [walking in the evening|no energy drinks after two|knowing
  who is in the building].
"""
