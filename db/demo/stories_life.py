"""Demo data: stories about work, family, papers and time, in the notation that db/demo/words.py describes."""

STORIES = """
= college | Finish the {course} course at {college}
? Enrol, attend, and pass the first unit by {quarter}. Bursary and travel pass in place before the start.
~ Enrolled on {course} at {college}; was [excluded from school|out of school from fourteen] and expects to fail, so early praise
  matters.
> Bursary form to student services
> Bus pass photo
> {name} to text the tutor if late
+ Enrolled; bursary approved.
+ Attendance 86 per cent in the first half term.
+ First unit passed.
! Enrolment at {college}: forms, photo, a look round the workshop.
! Met the tutor with {name}: deadlines moved, nothing lost.
* {name} wants to do {course}. {They} {has} wanted to since [a cousin did it|seeing it on a bus]. Prospectus read together; open
  evening at {college} is {next_date}.
/ Open evening at {college}. {name} stood outside for a while. Once in, {they} [asked the tutor four questions|was shown round
  by a student {their} own age]. Application sent that night.
* Interview at {college} went well: conditional place on {course}, with an assessment in [English|maths] on {next_day}.
/ Enrolment done. {college} needs [proof of benefits|an ID {name} does not have yet] for the bursary. {They} bought a ring
  binder with {their} own money.
* First week: {name} attended [every day|four days of five]. The [early bus|canteen noise] is the hard part. We tried the later
  bus and ear plugs.
/ {name} missed [two|three] days and thought {they} had been thrown off. Rang the tutor together: {they} had not, and there is a
  catch-up class on {bidday}s.
* Tutor's message: "{name} is one of my best in the practical." {They} {has} read it to me [twice|more than once].
/ Deadline worries. We split the assignment into [five|six] pieces on sticky notes; {name} [moved two across|finished one]
  before I left.
* First unit passed. Certificate on the [fridge|wall beside the window]. {name} rang {their} {relative} while I was there.
/ Learning support assessment came back: dyslexia. {name} was silent and then said "so I'm not thick". Coloured overlays and
  extra time from {next_day}.

= work | Find steady part-time work
? Up to sixteen hours at first. CV, two references, better-off calculation, interview clothes.
~ Looking for [warehouse|kitchen|cleaning|care] work, mornings preferred; worked before as [a porter|a machinist|a baker's
  assistant].
> CV to be printed, five copies
> Better-off calculation before accepting hours
> Ask {place} for a reference
+ CV finished.
+ Two interviews, one offer.
+ Four weeks in post.
! Mock interview with {name}; three goes at "tell me about yourself".
! Jobcentre appointment in {town} together: commitments reduced to twenty hours' search.
* CV with {name}. {They} thought there would be nothing to put. We filled [a page and a half|a page]: [two kitchens|six years of
  caring for a parent|market stalls], and the gap explained in one honest line.
/ Work coach at {town} Jobcentre agreed lighter commitments while {name} [settles|finishes the course]. {They} showed the work
  coach the [support plan|diary].
* Applied for [three|four|two] jobs: [supermarket nights|hotel kitchen|parcel depot]. {name} did the last one without me and
  only asked about [the spelling|the references page].
/ Interview clothes from the [charity shop|suit library]. {name} looked in the mirror for some time. "Who's that then."
* Interview at the [hotel|bakery|depot] on {last_day}. {name} was [early by forty minutes|nervous and said so, and they liked
  it]. Answer by {next_day}.
/ No from the [depot|supermarket]. {name} asked for feedback {themself}: [a driving licence|more recent experience]. Back on the
  list tomorrow.
* Offer: [twelve|sixteen|ten] hours at the [bakery|hotel|school kitchen], starting {next_date}. Better-off calculation done
  before saying yes; {name} keeps {award} a month more.
/ First shift. {name} texted at the break: "feet hurt, all good".
* Third week at work. Universal Credit statement checked against the payslip; the [first wage|overtime] was counted twice and we
  have asked for it to be put right.
/ {name} has been given [a key to the building|Saturday shifts|{their} own section]. We moved our sessions to {bidday}
  afternoons to fit.

= volunteer | Volunteer one morning a week
? At {place}, with a named supervisor. DBS check only if the role needs one.
~ Volunteers at {place} on {bidday} mornings.
> Application form for {place}
> Travel expenses slip
> Steel toe caps, size on file
+ Trial morning done.
+ Six weeks without a miss.
+ Asked to train a new starter.
! Trial morning at {place}, stayed nearby in case.
* {name} would like to "do something that isn't appointments". Looked at what is near: {place} needs people on {bidday}s.
/ Visited {place}. The coordinator [did not ask about the past|gave {name} a job to do within five minutes]. Form filled in at
  the counter.
* Trial morning at {place}: {name} [sorted three crates|repaired a gate|served tea to thirty]. Tired and talkative on the way
  home.
/ {name} was unsure about going. We agreed I would ring at nine and say only "bus". {They} went.
* Fourth {bidday} in a row. {name} now [opens up|has a mug with {their} name on|knows everybody's sugar].
/ Small disagreement at {place} about [breaks|the radio]. {name} walked out, walked round the block, walked back in. The
  coordinator rang to say how well that was done.
* Certificate for [fifty|forty|sixty] hours at {place}. {name} would not come to the presentation but has put it in the folder
  with the tenancy.
/ The coordinator at {place} has offered a reference. {name} asked what a reference says, and whether it can be [true|framed].

= family | Rebuild contact with {their} {relative}
? Contact at {name}'s pace: letter first, then a call, then a meeting in a public place.
~ Back in touch with {their} {relative} after [some years|a long silence]; visits can be unsettling, so leave the day after
  free.
> Post the letter when {name} says so, not before
> Keep the day after contact free
> Ask about the assisted travel form
+ Letter sent.
+ First phone call, ten minutes.
+ Met for lunch in {area}.
! Sat with {name} during the call, then a walk round the park.
* {name} spoke about {their} {relative} for the first time: no contact since [a wedding|{they} left home|the funeral]. {They}
  {has} an address that may be old. Nothing to do yet but think about it.
/ {name} wrote a letter to {their} {relative} and [read it to me|asked me to check only the spelling]. It is in the drawer.
  {They} will say when.
* Letter posted on {last_day}. {name} let go of it at the box like something hot.
/ A birthday card came for {name} from {their} {relative}, forwarded through [an aunt|the old hostel]. {They} put it on the
  shelf, face to the wall, then turned it round.
* {name} and {their} {relative} spoke on the phone for [ten|twenty] minutes. Mostly about [food|the weather there|a dog]. {They}
  {was} shaky and smiling.
/ No reply yet. {name} asks about the post each visit. We talked about how it will be if there is none.
* Met in {area} for [lunch|a coffee], {minutes} minutes. {name} came back with [photographs|a bag of food|a scarf] and wanted to
  sit without talking.
/ {Their} {relative} visited the flat. {name} had cleaned since {last_day}. They looked at [the garden|old pictures] and argued
  briefly about [salt|directions], which {name} says means it was normal.
* Contact is now [every Sunday|about fortnightly], arranged by {name}. I only hear of it afterwards, as it should be.
/ {name} will spend [the bank holiday|the weekend|a whole week] with {their} {relative}. Medication, ticket and phone credit are
  sorted.

= papers | Have ID and papers in order
? Birth certificate or passport, proof of address, and a [bank account|provisional licence]; all copies in the blue folder.
~ Papers were lost [in the last move|years ago]; finds official counters intimidating.
> Passport photos from the booth at the station
> Keep the e-mail with the reference number
> Ask {advice} for the fee waiver
+ Birth certificate ordered and received.
+ Provisional licence applied for.
+ Bank account open.
! Went to the [library|register office] together and sent the application.
! Appointment with the adviser at {advice}: [fee waiver|evidence list] agreed.
* {name} has no ID at all; the last was [stolen in a hostel|left in another city]. Without it no bank account, no college
  bursary. Ordered a birth certificate, £12.50, paid from the hardship pot.
/ Official letter read together. {name} was frightened of it. It asks for [an address update|new photographs], nothing worse.
  Adviser at {advice} will check on {next_day}.
* At {advice} with {name}. The adviser [went through each date|drew the years as a line on the back of a form, which helped a
  great deal]. Still to find: [an old payslip and a tenancy|two old addresses|a bank letter from the right year].
/ Photo booth: [four|three|five] attempts, [one blink|hat forgotten on]. {name} laughed more than in the last month together.
* Certificate arrived. {name} read the names of {their} parents aloud and sat down for a minute.
/ Bank appointment: account opened with a [letter from us|basic ID]. Card in [seven|ten] days. {name} will have Universal Credit
  paid into {their} own account for the first time.
* Application acknowledged[ by e-mail| by post|]; reference in the folder. {name} asked to keep the [original|envelope] too.
/ Provisional licence came. Bad photo, [large grin|quickly hidden|shown to everybody in the lounge]. {name} put it in the [new
  wallet|blue folder].

= probation | Complete the order without a breach
? Weekly reporting, unpaid work on Saturdays, and a plan for the evenings in between.
~ On a community order until {quarter}; reports on {bidday}s at {time}. Motivated to finish it.
> {name} to keep the reporting card with the bus pass
> Confirm unpaid work boots
> Share the week's plan with probation (consent on file)
+ Eight weeks, no missed reporting.
+ Half of the unpaid work hours done.
+ Order completed.
! Three-way meeting with the probation officer: all on track.
* {name} starts reporting on {bidday}s at {time}. We walked the route and timed it: [twenty-six|thirty-one|nineteen] minutes.
  Spare bus fare in the phone case.
/ Three-way with {name}'s probation officer. Aims clear, tone fair. {name} signed consent for us to share attendance only.
* {name} reported on time. Unpaid work is [clearing a canal path|painting a scout hut|in the park]; {they} came home [muddy and
  rather pleased|aching].
/ Nearly missed: {name} slept in and rang the office before I did. They took it as an acceptable absence with a note from us.
* Thinking skills group, session [four|five|six]. {name} tells me it is "common sense with a flip chart" and then quotes it all
  week.
/ {name} walked away from an argument at the [bus station|shop] on {last_day}. {They} described each step to me; we wrote it
  down for the officer.
* Unpaid work hours at [sixty|fifty-five|seventy] of one hundred. The supervisor has asked for {name} on the [stone wall|mower].
/ Review with probation: risk level lowered. Reporting now fortnightly. {name} [rang {their} {relative} from the steps|wanted
  chips].

= digital | Use the phone for the things that matter
? E-mail, the Universal Credit journal, the surgery's app and a bus app, each without help.
~ Getting used to a smartphone; passwords are in a book that {name} keeps.
> Data SIM from the library scheme
> Large text switched on
> Practise one message to me a day
+ E-mail set up.
+ Answered a journal message alone.
+ Booked a GP appointment in the app.
! Digital drop-in at the library: e-mail and the journal.
* {name} has a phone from the [donation scheme|digital project] and is [afraid of breaking it|delighted with the torch]. Set up
  large text and e-mail. Password written in the book.
/ Journal message from Universal Credit had waited [nine|twelve] days. We answered together. Made a tune for {name}'s alerts
  that {they} will not ignore.
* {name} sent me a message alone. It said [HELLO IT IS ME|Is this working]. I saved it.
/ Locked out again. We went through "forgotten password" slowly and {name} did the second round alone.
* Scam text about a parcel: {name} had not pressed it and showed me. Talked about what real ones look like. {They} told the
  whole [lounge|landing].
/ Data ran out on {last_day}; free SIM collected from the library. {name} found the wi-fi settings {themself}.
* {name} booked [a GP appointment|a repair] in the app while I was still looking for my glasses.
/ {name} video-called {their} {relative} with the tablet in the lounge. Mostly ceiling, then a face. They have fixed {bidday}s.

= garden | Keep the allotment plot going through the year
? {name} has plot 7 in the shared garden. Aim: out there three times a week in any weather that is fit.
~ The garden is where {name} is at ease; good conversations happen there rather than at a table.
> Seed order with the group by Friday
> Kneeling mat from the OT store
> Photo of the plot for the newsletter
+ Bed dug and manured.
+ First harvest: [beetroot|salad|broad beans].
+ Runs the seed swap.
! Worked the plot for an hour; talked about the review without calling it that.
* {name} asked about the empty plot. We cleared [brambles|couch grass|half a bicycle] and found a [toad|clay pipe]. {They} would
  like it.
/ An hour in the garden with {name}. {They} clearly knew the work: {their} [grandfather|aunt] grew [tomatoes|leeks|runner
  beans].
* [Onion sets|Broad beans|Early potatoes] in. {name} measured the rows with a bus ticket.
/ Slugs took the [beans|seedlings]. {name} was low about it; came back in the afternoon and sowed again.
* {name} taught [two|three] residents to [sow thinly|make compost] and did not notice that {they} {was} teaching.
/ Rainy, so we sat in the shed. {name} spoke about [the divorce|prison|home] for the first time at any length.
* First [salad|chard|tomatoes] picked and given away. {name} kept one for {their} windowsill.
/ {name} has tidied the plot and drawn next year's plan on the back of a tenancy letter.
"""
