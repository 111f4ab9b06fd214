"""Demo data: stories about home, money and neighbours, in the notation that db/demo/words.py describes."""

STORIES = """
= arrears | Clear the rent arrears and keep to the repayment plan
? Service charge and rent arrears of {arrears} at the start. Agreed plan of {plan} a week, reviewed every month with the rent
  team.
~ Rent arrears ({arrears} at referral) are on a repayment plan of {plan} a week; missed payments usually follow a change in
  Universal Credit.
> Statement from the rent account to be printed for {name} before [Friday|the next session|the end of the month]
> {name} to keep the payment card with the door keys
> I will ring the rent team about the missing housing element
+ Plan of {plan} a week agreed with the rent team. First payment made [at the PayPoint|by bank transfer|over the phone].
+ Four payments in a row. Arrears down to {arrears_mid}.
+ One payment missed in the [long|five-week] month, made up [the week after|on the next payday]. Balance {arrears_low}.
! Went through the rent statement line by line. {name} set up the {plan} payment for the day after Universal Credit is paid.
! Rang the rent team together on speaker. Balance confirmed as {arrears_mid}; notice not being served while the plan holds.
* {name} had [three|two|four] letters about the rent unopened behind the [microwave|kettle|sofa]. We opened them together. The
  account stands at {arrears} in arrears, mostly from the weeks [between two jobs|when the claim was closed|before the housing
  element started]. {They} had thought it was [thousands|more than double that], so there was some relief as well as worry.
/ Rent statement came through from the [rent team|housing office]: {arrears} owing. Talked about it over tea rather than at the
  desk, which {name} prefers. {They} said the figure had been [keeping {them} awake|going round {their} head] since [the last
  letter|the weekend].
* Completed an income and expenditure sheet with {name}. After food, electric and the phone there was about {spare} a week
  spare, so we offered the rent team {plan}. They accepted it [on the phone|by e-mail the same afternoon], to start
  [{next_day}|from the next payment].
/ Budget sheet done. {name} [brought|had kept] a carrier bag of receipts, which helped. Offered {plan} a week against the
  arrears and asked that the [warning letter|notice] be put on hold. Rent team to confirm in writing by {next_day}.
* First payments have gone through: [three|two] at {plan}. {name} [showed me the receipts|read out the balance from the app] and
  asked whether a lump sum would help. Advised keeping to the plan and not to go short on [food|the meter] to clear it faster.
/ {name} missed this week's {plan}. [The electric had run out|A friend's birthday|The phone bill went out early] and the money
  was gone by {last_day}. Rang the rent team before they rang us. They will let one go if the next two are on time.
* Applied for a Discretionary Housing Payment with {name} to cover the [shortfall|two weeks of overlap]. Sent bank statements
  and the [budget sheet|tenancy agreement]. {council} say [ten|fifteen] working days.
/ Alternative payment arrangement requested so that the housing element goes straight to the landlord. {name} [chose this
  {themself}|asked for it]: "then I can't spend it by accident". Journal message sent to the work coach from {their} phone.
* Balance down to {arrears_mid}. {name} has now made [eight|nine|seven] payments and put the statement on the
  [fridge|noticeboard] so that {they} can see it drop. Rent team have taken the [red marker|court action flag] off the account.
/ Housing payment award of {award} credited to the rent account, which leaves {arrears_mid}. {name} [laughed out loud|had to
  read it twice]. We wrote the new end date of the plan in {their} diary.
* Rent account at {arrears_low}. {name} asked for the [payments|standing order] to stay as they are until it is nil and then go
  to a credit union. Good plan.
/ Monthly check with the rent team: {arrears_low} left, no missed payment for [eleven|nine|ten] weeks. Their words: "wish they
  were all like this".

= cooking | Cook three evening meals a week from fresh
? {name} wants to rely less on takeaways, for money and for health. Shopping list on Mondays, one cooking session a week to
  begin with.
~ Building cooking skills; can manage a [few basics|couple of dishes] alone and likes to have a recipe card with pictures.
> {name} to choose next week's recipe and write the shopping list
> Recipe card for {dish} to be laminated
> Check the oven timer with maintenance
+ First full meal cooked with support: {dish}.
+ Cooks twice a week without being asked. Shopping for the week came to {shop}.
+ Cooked for [two|three] neighbours and washed up. Takeaways down to one a week.
! Cooked {dish} together. {name} did the chopping and all of the timing; I only drained the pan.
! Shop and cook session: {shop} at the market, four portions, two of them in the freezer with dates on.
* Looked through the kitchen with {name}. One [saucepan|frying pan], no [tin opener|sharp knife], and a freezer full of
  [chips|microwave meals]. {They} said {they} "never learned, nobody showed me". Starting list drawn up; small grant form filled
  in for pans and utensils.
/ {name} is spending about {takeaway} a week on takeaways. We wrote down a week's meals and what each costs. {They} would like
  to start with {dish} because {their} [nan|mum|foster carer] used to make it.
* Cooked {dish} with {name} this [afternoon|evening]. {They} [read|followed] the card step by step and asked before turning
  anything up. The smoke alarm went off once, to general amusement. Two portions left over, labelled for [{next_day}|the
  freezer].
/ Shopping at the [market|discount supermarket] with a list and {shop}. {name} [compared prices|checked the weights] and put the
  branded sauce back. Cooked {dish} on return. {They} ate at the table rather than in {their} room.
* {name} made {dish} alone on {last_day} and sent me a photo. [A little burnt underneath|Too much salt, {they} said|The rice
  stuck], but eaten. We talked about heat and timing, and bought a [timer|heat mat] for two pounds.
/ No cooking today: {name} had [slept badly|a headache|no appetite] and had toast. We planned the week instead, with [tinned
  fish|eggs|beans] on the days when energy is low. {They} did not want to [call it a failure|skip it altogether] and neither do
  I.
* Food hygiene talk: what goes on which shelf, [chicken|rice] and reheating. {name} threw out [four|three] things past their
  date without being prompted and wiped the fridge. {They} asked for the certificate course at {college}.
/ Batch-cooked with {name}: {dish}, six portions for {shop}. {They} worked out the cost of each on {their} phone and compared it
  with the kebab shop.
* {name} cooked {dish} for [the house|two neighbours|{their} {relative}] without support. Kitchen left clean. {They} said it was
  "the first time I've had people round".
/ {name} is down to one takeaway a week and has {saved} left over this month. {They} put part of it towards [a slow cooker|new
  trainers|the electric].

= budget | Have money left on the last day before payday
? Weekly budget in envelopes or pots, with bills first. Review after each Universal Credit payment.
~ Budgeting is hardest in the [last|fourth] week of the payment month; prefers [envelopes of cash|the pots in the banking app]
  to a written budget.
> {name} to move bill money into the bills pot on payday
> Check the direct debit dates with the bank
> Credit union form to bring next time
+ Bills pot set up; first month with no bounced direct debit.
+ Ran out {last_day} rather than the week before. Better.
+ {saved} saved. {name} chose to keep it for the [winter electric|school shoes|coach fare].
! Payday session: bills, food, electric and {saved} to savings, all moved within the hour.
! Rang the water company: social tariff granted and the old debt put on a scheme.
* Went through {name}'s bank app with {their} agreement. [Four|Three|Five] subscriptions {they} had forgotten about, {subs} a
  month between them. Cancelled all but the gym, which wants [written notice|thirty days|to talk to the card holder in person].
/ Universal Credit payment is {uc} this month. We split it into rent, bills, food and [travel|phone] before anything was spent.
  {name} liked seeing what was left per day: {perday}.
* {name} borrowed {borrowed} from [a doorstep lender|someone on the landing] in the [summer|spring] and is paying back nearly
  twice that. Talked about the illegal money lending team; {they} {was} not ready to [ring|name anyone]. Left the number on a
  plain card.
/ Talked through a breathing space application with the debt adviser at {advice}. {name} has [five|four|six] debts, {debts}
  altogether; the largest is the [catalogue|old energy account]. Adviser will ring back {next_day} at {time}.
* No money until {next_day}. {name} was [embarrassed|quiet] and it took a while to say. Food bank voucher issued for {foodbank},
  {meter} emergency credit on the meter. We looked at where it went without blame.
/ Collected a parcel from {foodbank} with {name}: [pasta, tins, nappies for a neighbour|cereal, tins, a bag of apples|rice,
  lentils, long-life milk]. {They} asked to do the talking {themself} and was fine.
* Payday routine went well again. {name} did the transfers before I arrived and [ticked them off|read me the figures]. {saved}
  into savings, the first time there has been any.
/ Energy supplier agreed [to write off {award}|a {award} grant] from their hardship fund after [two|three] calls. {name} waited
  on hold for forty minutes without hanging up, which in the spring {they} could not have done.
* {name} reached payday with {perday} still in the account. "First time since I was eighteen." We marked it by [a coffee|doing
  nothing at all about money today].
/ Credit union account opened at {advice}'s outreach desk; {perday} a week from now on. {name} [kept the passbook in {their}
  inside pocket|photographed the card].

= neighbour | Live in peace with the neighbours
? Reduce complaints about noise. Agreed quiet hours from 22:30; {name} to ring the on-call number rather than knock on doors.
~ There have been complaints [both ways|from the flat below] about noise; mediation was [offered|accepted] and quiet hours are
  in place.
> Noise diary sheets to {name} for two weeks
> I will speak to the [housing officer|scheme manager] about the door closer
> {name} to use headphones after half past ten
+ Quiet hours agreed and written down.
+ [Two|Three] weeks without a complaint.
+ {name} and the neighbour now say hello on the stairs.
! Mediation meeting in the lounge. Both sides spoke, nobody shouted, agreement signed on one page.
! Walked through the building with {name} to find where the sound carries.
* Complaint received about music from {name}'s flat at [1am|half past midnight] on {last_day}. Discussed it calmly. {They} said
  there were [friends over|two people staying] and {they} "didn't clock the time". Reminded of the tenancy terms; no warning
  issued at this stage.
/ {name} reports banging from [the flat above|next door] most nights. {They} {has} recorded [four|six] clips on {their} phone.
  Explained how a noise diary works and left two weeks of sheets.
* Visited with the [housing officer|scheme manager] about the noise. {name} was [defensive at first|upset] but listened. Agreed:
  nothing loud after half past ten, no more than two visitors, and {they} will ring us instead of knocking.
/ Diary sheets back from {name}: [nine|seven|eleven] entries, mostly between [midnight and two|eleven and one]. Passed to the
  housing side. The pattern fits someone on [late shifts|nights], which {name} had not thought of and which seemed to take some
  heat out of it.
* {name} rang the on-call number at [23:40|00:15] instead of going to the door. That is [exactly what we agreed|a big change].
  On-call had a word; quiet within ten minutes.
/ Further complaint, [this time about shouting|this time about the door] on {last_day}. {name} accepts part of it. Talked about
  what sets {them} off on those evenings and what else {they} could do with the first ten minutes.
* Mediation offered by {council}; {name} agreed as long as [I come too|it is not in {their} flat]. Booked {next_date}, {time},
  community room.
/ Maintenance fitted a soft closer to the [communal|lobby] door. {name} says the evenings are [half as loud|already better]. The
  simplest things.
* Mediation took place. {name} [apologised for the music|explained about the nights]; the neighbour had not known {they} could
  hear [the television|the baby] so clearly. They exchanged numbers. One page signed.
/ [Three|Four|Five] weeks with no report from either flat. {name} was given [a plant|some samosas|a tin of biscuits] by the
  neighbour and does not know what to do with it. Closing the noise diary.

= flat | Keep the flat safe and comfortable
? Weekly clear-through of one room at a time, at {name}'s pace. Clear exits, working smoke alarm, kitchen usable.
~ Keeping the flat in order is difficult when mood is low; responds well to small tasks and badly to deadlines.
> One bag a week to the charity shop
> Chase the repair of the [extractor|bathroom window]
> Fire safety visit to be booked
+ Hall clear from door to kitchen.
+ Kitchen worktops clear two weeks running.
+ Passed the flat inspection with nothing to follow up.
! Worked on the bedroom for an hour: three bags out, bed made with new sheets.
! Joint inspection with the housing officer. Two repairs logged, no concerns.
* Visit to the flat. Hallway narrow with [bags|boxes|a bicycle and boxes]; [kitchen sink full|bin overflowing]. {name} had been
  [dreading|putting off] the visit for a week. Agreed to start with the path to the door, for fire safety, and leave the rest.
/ Monthly flat check. [Damp behind the wardrobe|Mould round the bathroom window|A slow leak under the sink], logged as a repair
  with photos. {name} has been wiping it down with bleach and sleeping in the other room.
* One hour in the [hall|kitchen] with {name}. {They} decided what stays; I carried. [Six|Four|Five] bags, of which two to the
  charity shop. Stopped when {they} had had enough, as agreed.
/ Repair did not happen on {last_day}: the contractor [says no answer|went to the wrong block]. {name} had stayed in all day.
  Complaint made on {their} behalf and new slot for {next_day} morning.
* Fire service home visit done: [two|three] new alarms, advice about [the chip pan|extension leads|smoking in bed]. {name} asked
  good questions, and the crew were kind about the hall.
/ {name} has kept the kitchen clear for [two|three] weeks. The trick, {they} said, is "doing it while the kettle boils".
* Bad week: the bags are back in the hall. {name} linked it to [the anniversary|not sleeping|the letter from the DWP]. We did
  ten minutes together and left it there.
/ Contractor came and [sealed the window|replaced the trap|fitted a fan]. {name} let them in alone, which is a first. Photo on
  file for the housing side.
* Inspection passed. {name} had bought [a doormat|curtains|a lamp] and moved the chair to the window. {They} [showed me round
  like an estate agent|offered biscuits].
/ {name} hosted the residents' coffee morning in the flat. Six people, clean mugs. In the [spring|autumn] nobody could have got
  past the door.

= moveon | Be ready for a home of {their} own
? Move-on plan: bidding on the housing register, tenancy training, deposit scheme, furniture. Panel in {quarter}.
~ Working towards move-on to [a one-bedroom flat|a shared house with floating support]; band on the housing register is [B|C|A].
> Bid on {council}'s site every {bidday}
> Tenancy training certificate to be uploaded
> Photo ID and two bank statements for the panel
+ Housing register application live.
+ Tenancy training completed, [all five|all six] modules.
+ Panel said yes. Waiting for an offer.
! Practised the viewing: what to ask about heating, bills, neighbours, damp.
! Viewed a flat together in {area}. {name} liked the light, not the stairs; will think until {next_day}.
* Talked about move-on for the first time in earnest. {name} is [keen|torn]: {they} would like {their} own door and [worries
  about the quiet|has never paid a bill alone]. Started the readiness checklist; [nine|eleven|twelve] of twenty boxes already
  ticked.
/ Completed the {council} register form with {name}. Needed: [proof of identity|five years of addresses|a medical form]. The
  five years took the longest; some of those places {they} would rather not write down.
* Tenancy training, module [two|three]: [bills and meters|being a good neighbour|repairs and who pays]. {name} was [the only one
  to finish the quiz|funny about the role play]. {Their} score: [18|17|19] of 20.
/ Register letter arrived: Band [B|C]. {name} expected [worse|better]. We bid on [two|three] properties the same evening, one in
  {area}.
* Move-on panel papers sent. {name} wrote {their} own page: "What I can do now that I could not do a year ago". I have not
  changed a word.
/ Bidding: placed [fourth|ninth|sixth] for the flat in {area}. {name} was [flat about it|pleased, having been thirtieth]. We
  keep to {bidday}s.
* Panel met. Decision: ready, with [six|three] months of floating support. {name} was asked about [rent|visitors|what {they}
  would do in a crisis] and answered without looking at me.
/ Panel deferred to {quarter}: they want to see [three more months of rent payments|a plan for weekends]. {name} was angry for
  an evening and then asked what the plan should look like.
* Viewing in {area}: one bedroom, second floor, [gas|electric] heating, bus at the door. {name} has said yes. Deposit scheme and
  white goods applications in today.
/ Packing lists, change of address, meter readings. {name} has a van for {next_day} and [{their} {relative}|two friends] to
  carry. {They} asked whether {they} may come back for [bingo|the garden group].

= visitors | Be in charge of {their} own front door
? {name} wants help saying no to people who outstay their welcome. Visitor agreement, spyhole, on-call number by the door.
~ Finds it hard to turn visitors away; a visitor agreement and a door chain are in place.
> Visitor agreement to be reviewed at the next session
> Door chain and spyhole: chase maintenance
> {name} to text me a thumbs-up on [Friday|Saturday] evenings
+ Visitor agreement written in {name}'s own words.
+ Said no at the door [once|twice] and nothing bad followed.
+ A month of quiet evenings.
! Practised what to say at the door. {name} settled for "Not tonight, I've got work tomorrow".
! Reviewed the visitor agreement. {name} crossed out one name {themself}.
* {name} mentioned that [someone from the old hostel|a man {they} met at the market] has been staying "a few nights". {They}
  {was} not worried, but the [food|electric] goes quickly. Talked about the visitor rules in the agreement and what {they} would
  like them to be.
/ Neighbours mentioned people coming and going at {name}'s door. Asked {them} openly. {They} said it is hard to say no "when
  they've come all that way".
* Wrote a visitor agreement together: two people, gone by [ten|half past ten], nobody sleeps over without telling us. {name} put
  it by the door so that {they} could "blame the paper".
/ Key safe code changed at {name}'s request. [Two|Three] people had it. {They} [watched me test it twice|chose the new number
  {themself}].
* {name} sent someone away on {last_day}. {They} rang me straight after, voice shaking and proud. No trouble followed.
/ Spyhole and chain fitted. {name} spent some time opening and shutting it. "I can see who it is before they see me."
* Quiet fortnight. {name} has been [reading|asleep by eleven|watching the snooker] and noticed that the shopping lasts the week.
/ [Someone|One of the old crowd] tried again on {last_day} evening; {name} did not answer and rang on-call. Recorded, no further
  action asked for.
* Looked back at the agreement with {name}: {they} would now [let {their} {relative} stay one weekend|have a friend to dinner].
  It was about choosing, not about shutting everyone out.
/ Visitor agreement reviewed and kept as it is. {name} explained it to a new neighbour better than I ever have.

= repairs | Report repairs and follow them up without support
? {name} to report repairs through the app or by phone and note the reference number, with less and less prompting.
~ Tends to live with a fault rather than report it; learning to use the repairs line.
> {name} to keep the repair references in the blue folder
> Ask for afternoon slots only
> Photograph the meter cupboard
+ First repair reported by phone with me beside {them}.
+ Reported the [boiler|tap] alone and chased it.
+ Three repairs reported and closed without support.
! Rang the repairs line together: reference written down, slot {next_day} {time}.
! Walked round with the surveyor; {name} pointed out everything on {their} list.
* The boiler in {name}'s flat has been showing a fault for [four|five|six] days. {They} had been boiling kettles. Reported as
  urgent; two heaters lent from the office.
/ {name}'s [shower|kitchen tap] drips and {they} {has} put a [towel|washing-up bowl] under it since [last month|the summer]. We
  talked about who repairs what, and that asking is not complaining.
* {name} rang repairs {themself} while I sat beside {them}. Long wait, [wrong department first|cut off once], second go worked.
  Reference in the folder.
/ Engineer came on {last_day}, found [the pump|a sensor|low pressure], part ordered. {name} understood more of it than I did.
* Repair done. {name} [checked it twice|left the tap running to be sure] and rated the visit four out of five in the app: "he
  was late but he wiped his feet".
/ The part did not arrive. {name} chased it alone and got a [date|apology and a date]: {next_day}. {They} put the phone down and
  did a small bow.
* {name} reported the [stair light|entry phone] for the whole landing. Nobody asked {them} to.
/ Annual gas safety check: {name} had [moved the boxes|cleared the cupboard] the night before and signed for it {themself}.
"""
