"""Demo data: how tenants came, what helps them, and how sessions of each type go, in the notation that db/demo/words.py describes."""

#: Usual durations in minutes of each type of session.
MINUTES = {
    "appointment": (20, 30, 45),
    "key_work_meeting": (45, 60, 60, 90),
    "accompaniment": (60, 90, 120, 150),
    "home_visit": (30, 45, 60),
    "phone_call": (10, 15, 20, 30),
    "group_session": (90, 120),
}
PLACES = (
    "at home",
    "in the office",
    "in the lounge",
    "in the café on {street}",
    "on a walk round the park",
    "in the garden",
)
GENERAL_OUTCOMES = (
    "{name} came on time and had written down [two|three] things to talk about. Covered all of them; plan for the week agreed.",
    "Went through the support plan. One target moved to {quarter} at {name}'s request.",
    "Mostly listening today. {name} was [tired|low] after [a bad night|the weekend]; shorter visit agreed for {next_day}.",
    "Post opened and answered, [one|two] phone calls made by {name} with me beside {them}.",
    "Attended in full. {name} did the talking and asked for the notes to be sent to {surgery}.",
    "Practical session: meter, bins, laundry, shopping list. {name} led; I wrote.",
    "Talked about what went well this month. {name} named [three|four] things without prompting.",
    "Wellbeing check: eating [properly|once a day], sleeping [six|five] hours, in touch with {their} {relative}. Next {next_day}.",
)
PHONE_OUTCOMES = (
    "Good call, [ten|fifteen|twenty] minutes. {name} [on the bus|at the kitchen table] and talkative. Nothing urgent before {next_day}.",
    "Rang as agreed. {name} had done [both|all three] things on the list and asked for the next ones.",
    "Call taken up with the letter from [the energy company|{council}]. Read aloud, understood, answer to be written on {next_day}.",
    "Short and a little flat. {name} is [not sleeping well|worried about {their} {relative}]; visit moved forward to {next_day}.",
    "{name} rang first. [Appointment at {surgery} confirmed|Payment of {uc} is in]; plan unchanged.",
)
GROUP_OUTCOMES = (
    "Tenancy skills group, [six|five|eight] people. {name} took part in the [budget game|quiz] and helped to clear up.",
    "Cook and eat evening in the lounge. {name} [made the salad|did the timing] and stayed for the washing-up.",
    "Group about scams and safe phones. {name} told the others about the parcel text, which was the best part.",
    "Residents' wellbeing group. {name} came late, said little, and asked when the next one is.",
)
NOT_HELD = {
    "missed": (
        "No answer at the door or on the phone. Card left; {name} texted later to say that {they} had [slept in|the wrong day in the diary].",
        "{name} did not come. Rang at quarter past: [bus did not turn up|forgot|was at {their} {relative}'s]. Rebooked for {next_day}.",
        "Not at home. Neighbour had seen {them} that morning, so no concern. Will call at {time} tomorrow.",
        "{name} came to the door but was not up to it. Agreed to count it as missed and to say so without guilt.",
    ),
    "cancelled": (
        "Cancelled by {name} the day before: [dentist|job interview|a cold]. New time {next_day}, {time}.",
        "Cancelled by us, staff sickness. Apologised by phone; {name} was gracious about it.",
        "{surgery} moved the appointment to {next_date}.",
        "Cancelled because of the [flooding|train strike]. Spoke on the phone for a while instead.",
    ),
}
BACKGROUNDS = (
    "after two years between hostels and friends' sofas",
    "on discharge from hospital, when the old tenancy could not be gone back to",
    "after leaving a violent home, with one suitcase and a school photograph",
    "after a fire in the last flat, which had not been insured",
    "after a relationship ended and the tenancy was in the other name",
    "on release, having lost the flat during a short sentence",
    "when a parent died and the family home went back to the council",
    "from the night shelter, where staff describe a quiet and very tidy guest",
    "after losing a live-in job, and the room with it, in one afternoon",
    "from a private let that was sold; the eviction was through no fault of the tenant",
    "after a period of rough sleeping that {they} would rather not go into",
    "from residential rehabilitation, eleven months into recovery",
)
MANNERS = (
    "Prefers a text before any visit and does not pick up withheld numbers.",
    "Mornings are hard; after eleven is better. Likes to sit side by side rather than across a table.",
    "Reads well but slowly: give letters time. Will say so if something is not clear.",
    "Sense of humour is a good guide to how the week has been.",
    "Please no unannounced visits. Shoes off at the door.",
    "Official letters are easier when somebody reads them aloud alongside.",
    "Hearing is better on the left. Phone calls are tiring, visits are not.",
    "Finds change of worker difficult; introduce new people in person.",
    "Likes to make the tea. Accepting it matters.",
    "Does best with one thing at a time, written down.",
)
