"""Demo data: organisations, homes, and the people in and around them. All invented."""

PASSWORD = "keywork-demo"

#: key: name, plan, visible to housing officers, council of each town, areas people bid in
ORGANISATIONS = {
    "thornbeck": {
        "name": "Thornbeck Supported Housing",
        "plan": "enterprise",
        "visible": True,
        "tenants": 54,
        "years_old": 12,
        "landlords": (
            "Aire Valley Housing Trust",
            "Mabgate Lettings Ltd",
            "Sharma Family Properties",
            "St Oswin's Almshouse Charity",
        ),
        "retention": {"case": 7, "safeguarding": 25},
        "towns": {
            "Leeds": (
                "Leeds City Council",
                ("Armley", "Beeston", "Seacroft", "Meanwood"),
                ("LS8 4", "LS9 7", "LS11 6", "LS12 3"),
            ),
            "Bradford": (
                "Bradford Council",
                ("Heaton", "Wibsey", "Thornton", "Eccleshill"),
                ("BD3 9", "BD5 8", "BD7 2"),
            ),
            "Wakefield": ("Wakefield Council", ("Horbury", "Lupset", "Sandal", "Ossett"), ("WF1 4", "WF2 8")),
        },
        "officer_emails": ("helen.marsden@example.org", "imran.qureshi@example.org", "digest-housing@example.org"),
    },
    "saltmarsh": {
        "name": "Saltmarsh Homes and Support",
        "plan": "enterprise",
        "visible": False,
        "tenants": 46,
        "years_old": 9,
        "landlords": ("Severnside Community Homes", "Old Dock Properties", "Penhallow and Daughters"),
        "retention": {"case": 7, "safeguarding": 25},
        "towns": {
            "Bristol": (
                "Bristol City Council",
                ("Bedminster", "Fishponds", "Knowle", "Southmead"),
                ("BS3 4", "BS5 6", "BS16 2"),
            ),
            "Gloucester": (
                "Gloucester City Council",
                ("Tuffley", "Matson", "Barnwood", "Kingsholm"),
                ("GL1 4", "GL4 6"),
            ),
            "Swindon": (
                "Swindon Borough Council",
                ("Pinehurst", "Walcot", "Moredon", "Gorse Hill"),
                ("SN2 1", "SN3 5"),
            ),
        },
        "officer_emails": ("Colin.Trevanion@example.org", "rosa.delgado@example.org"),
    },
    "alderrow": {
        "name": "Alder Row Lettings",
        "plan": "business",
        "visible": False,
        "tenants": 22,
        "years_old": 9,
        "landlords": ("Wensum Row Estates", "Mr and Mrs A. Thurlow"),
        "retention": {"case": 7, "safeguarding": 25},
        "towns": {
            "Norwich": (
                "Norwich City Council",
                ("Mile Cross", "Earlham", "Lakenham", "Catton"),
                ("NR2 3", "NR3 1", "NR5 8"),
            ),
            "Ipswich": (
                "Ipswich Borough Council",
                ("Chantry", "Gainsborough", "Whitton", "Stoke Park"),
                ("IP1 5", "IP2 9"),
            ),
        },
        "officer_emails": (),
    },
}

STREETS = (
    "Beckett Road",
    "Chapel Lane",
    "Albert Terrace",
    "Lower Mill Street",
    "Cross Flatts Avenue",
    "Ashgrove",
    "Station Parade",
    "Queen's Walk",
    "Tannery Row",
    "Nowell Crescent",
    "Priory Close",
    "Bellevue Mount",
    "Canal Side",
    "Hawthorn Drive",
    "Victoria Grove",
    "Weavers Court",
    "Orchard Street",
    "Ladysmith Road",
    "Dock View",
    "Trinity Street",
    "Harbour Rise",
    "Montague Place",
    "Lime Tree Avenue",
    "St Luke's Road",
)

#: e-mail name, full name, organisation, role; listed ones come with what they show
OPERATORS = (
    ("priya.raman", "Priya Raman", "thornbeck", "org_admin", ()),
    ("stuart.akehurst", "Stuart Akehurst", "thornbeck", "org_admin", ()),
    ("megan.lloyd", "Megan Lloyd", "thornbeck", "property_manager", (0, 1)),
    ("tunde.balogun", "Tunde Balogun", "thornbeck", "property_manager", (2, 3)),
    ("agnes.whitlock", "Agnes Whitlock", "saltmarsh", "org_admin", ()),
    ("yusuf.demir", "Yusuf Demir", "saltmarsh", "property_manager", (0,)),
    ("carys.bevan", "Carys Bevan", "saltmarsh", "property_manager", (1, 2)),
    ("noel.fairweather", "Noel Fairweather", "alderrow", "org_admin", ()),
    ("bridget.sewell", "Bridget Sewell", "alderrow", "property_manager", (0,)),
)

#: e-mail name, full name, kind, mode, organisations they work in, share of the caseload
WORKERS = (
    ("grace.mensah", "Grace Mensah", "support_worker", "full", ("thornbeck",), 5),
    ("daniel.oconnell", "Daniel O'Connell", "support_worker", "full", ("thornbeck", "saltmarsh"), 3),
    ("leila.haddad", "Leila Haddad", "support_worker", "full", ("saltmarsh",), 5),
    ("rob.pickersgill", "Rob Pickersgill", "support_worker", "context_only", ("thornbeck",), 3),
    ("helen.marsden", "Helen Marsden", "housing_officer", "full", ("thornbeck",), 5),
    ("colin.trevanion", "Colin Trevanion", "housing_officer", "context_only", ("saltmarsh",), 5),
    ("imran.qureshi", "Imran Qureshi", "housing_officer", "context_only", ("thornbeck",), 3),
    ("rosa.delgado", "Rosa Delgado", "housing_officer", "full", ("saltmarsh",), 3),
    ("wojciech.nowak", "Wojciech Nowak", "support_worker", "full", ("thornbeck",), 4),
    ("shanice.campbell", "Shanice Campbell", "support_worker", "full", ("thornbeck",), 4),
    ("jo.ellershaw", "Jo Ellershaw", "support_worker", "full", ("thornbeck",), 3),
    ("hamza.siddiqui", "Hamza Siddiqui", "support_worker", "full", ("saltmarsh",), 4),
    ("morwenna.tregear", "Morwenna Tregear", "support_worker", "full", ("saltmarsh", "alderrow"), 3),
    ("petra.vanek", "Petra Vanek", "support_worker", "context_only", ("saltmarsh",), 2),
    ("simon.garrod", "Simon Garrod", "support_worker", "full", ("alderrow",), 4),
    ("abigail.nkemelu", "Abigail Nkemelu", "support_worker", "full", ("alderrow",), 4),
)
#: Where the housing officers of an organisation's cases work.
HOUSING_ASSOCIATIONS = {"thornbeck": "Calderside Housing Association", "saltmarsh": "Causeway Vale Housing Association"}
PLATFORM_ADMIN = ("platform", "Frances Ormerod")
#: Invited in the last days and not signed in yet: accounts without a password, otherwise as WORKERS.
INVITED = (
    ("kate.winstanley", "Kate Winstanley", "housing_officer", "full", ("saltmarsh",), 0),
    ("dev.anand", "Dev Anand", "support_worker", "full", ("thornbeck",), 0),
)

#: What each listed account shows, in words for somebody who tries the product.
SHOWN = {
    "priya.raman": "Org-admin of Thornbeck Supported Housing (Enterprise; housing officers may read Shared notes)",
    "agnes.whitlock": "Org-admin of Saltmarsh Homes and Support (Enterprise; housing officers may not read Shared notes)",
    "noel.fairweather": "Org-admin of Alder Row Lettings (Business: support cases are not in this plan)",
    "megan.lloyd": "Property manager at Thornbeck, for two of its landlords",
    "tunde.balogun": "Property manager at Thornbeck, for its two other landlords",
    "grace.mensah": "Support worker at Thornbeck, full participation",
    "daniel.oconnell": "Support worker assigned in both Enterprise organisations",
    "leila.haddad": "Support worker at Saltmarsh, full participation",
    "rob.pickersgill": "Support worker at Thornbeck, context only: reads, and records sessions of his own",
    "helen.marsden": "Housing officer at Thornbeck, full participation: Shared notes are visible here",
    "colin.trevanion": "Housing officer at Saltmarsh, context only: Shared notes are hidden, but for a few tenants",
    "platform": "Platform-admin: organisations, plans and accounts, and no case",
}

#: role label, works for, names, whether reached by e-mail; the mail address is made from the name
CARDS = (
    ("GP", "{surgery}", ("{gp}",), False),
    ("Social worker", "{council}", ("{social}",), True),
    ("Care coordinator", "Community mental health team", ("{nurse} Atherton", "{nurse} Lowe", "{nurse} Mbeki"), True),
    ("Mother", None, ("Mrs {surname}",), False),
    ("Sister", None, ("Maria {surname}", "Ruth {surname}", "Anna {surname}"), False),
    ("Probation officer", "Probation Service", ("Dean Hollis", "Sunita Rao", "Catrin Hughes"), True),
    ("Pharmacist", "the pharmacy on {street}", ("Mr Lam", "Mrs Gill", "Eilidh Munro"), False),
    ("Course tutor", "{college}", ("Barbara Finch", "Kwame Addo", "Lee Braithwaite"), True),
    ("Recovery worker", "{drugs}", ("Jools Mercer", "Anthony Clay"), True),
)

WOMEN = """
Aaliyah Hussain, Abena Owusu, Agnieszka Kowalczyk, Alice Thornton, Amara Okonkwo, Angharad Pritchard, Anita Desai, Beata Wiśniewska,
Bernadette Doyle, Carol Sugden, Chantelle Brown, Chiara Romano, Chloe Hargreaves, Claudette Francis, Courtney Lister, Dawn Mitchell,
Denise Akers, Elif Yıldız, Ella-Mae Cooper, Esther Kamau, Farzana Begum, Fatou Jallow, Fiona MacRae, Gloria Amponsah, Gurpreet Sandhu,
Hanan Yusuf, Harriet Goodall, Ivana Petrović, Jacqueline Booth, Jade Whittaker, Jasvinder Gill, Joan Eastwood, Jodie Clegg, Katarzyna Zielińska,
Keisha Palmer, Lakshmi Nair, Linh Tran, Lorraine Dunne, Mairead Gallagher, Mei Ling Chan, Mercy Adebayo, Nadia Rahimi, Natalie Frost,
Nasreen Akhtar, Oluwaseun Bello, Paige Robson, Patience Moyo, Rahel Tesfaye, Rebecca Stein, Roxana Popescu, Ruth Ashworth, Saffron Hale,
Samira Abdi, Shabnam Malik, Sian Roberts, Sinead Kelly, Tamara Lewin, Tracey Holroyd, Winsome Bailey, Yasmin El-Sayed, Zofia Lis
"""

MEN = """
Abdul Karim Miah, Adam Brearley, Ahmed Farah, Alan Ogden, Aled Morgan, Andrei Ionescu, Anthony Grant, Asif Mahmood, Barry Cawthorne,
Ben Shillito, Brian Lockwood, Callum Reid, Carlton Edwards, Ciaran Byrne, Connor Jessop, Dariusz Wójcik, Darnell Joseph, Dean Sutcliffe,
Dmitri Sokolov, Dominic Achebe, Eamonn Walsh, Ebrima Ceesay, Emeka Nwosu, Filip Horák, Gareth Rhys, George Papadakis, Giang Nguyen, Graham Tuck,
Habib Noorzai, Harjit Singh Bains, Hassan Osman, Ibrahim Kamara, Isaac Goldberg, Jamal Thompson, Jamie Naylor, Joao Ferreira, Jordan Speight,
Kamran Yousaf, Keith Rowbotham, Kofi Asante, Lee Armitage, Leroy Dacosta, Liam Haigh, Luca Bianchi, Malcolm Priestley, Mateusz Mazur,
Michael Adeleke, Mohammed Iqbal, Neil Sowerby, Omar Al-Jaziri, Owen Jenkins, Patrick Mulligan, Raj Patel, Reece Fielding, Ronald Crabtree,
Samuel Tekle, Sean McAteer, Stephen Wragg, Terry Dobson, Viktor Marinov, Wayne Hepworth
"""
