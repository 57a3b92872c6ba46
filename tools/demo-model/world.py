"""What the stories are made of: names, kinds, traits, places, things and happenings.

Facts that sentences rely on later stand beside the word they belong to: where a thing can be
lost, what a trait makes somebody do. So a story stays consistent by construction.
"""

from teller import Being, Place, Thing

GIRLS = [
    "Mina", "Lily", "Rosa", "Nora", "Ida", "Tess", "Clara", "June", "Maya", "Ella", "Wren",
    "Hazel",
]
BOYS = [
    "Tom", "Ben", "Otto", "Finn", "Leo", "Sam", "Hugo", "Max", "Jack", "Theo", "Emil", "Pip",
]
ANIMALS = [
    "fox", "rabbit", "bear", "mouse", "hedgehog", "duck", "cat", "dog", "squirrel", "badger",
    "otter", "goat", "frog", "owl", "beaver", "raccoon", "goose", "sparrow", "turtle", "pig",
]
HELPERS = [
    "baker", "miller", "fisherman", "gardener", "shepherd", "teacher", "carpenter", "shopkeeper",
    "ferryman", "clockmaker", "blacksmith", "weaver", "painter", "farmer", "sailor",
]
GIVERS = [
    "grandmother", "grandfather", "aunt", "uncle", "mother", "father",
]
FOODS = [
    "apple pie", "vegetable soup", "honey cake", "warm bread", "pancakes", "plum jam",
    "roasted nuts", "cheese and bread", "cherry cake", "fried fish",
]
HOMES = [
    "a small house at the edge of the forest", "a village by the sea", "a blue house on a hill",
    "a valley between two mountains", "a little town with a tall clock tower",
    "a crooked house beside the mill", "an old boat on the river",
    "a village where it often snowed",
]
WEATHER = [
    "The sun was shining", "It had rained all night", "Snow lay on the roofs",
    "Fog hung over the fields", "The leaves were turning yellow",
    "The sky was full of small clouds", "It was the hottest week of the year",
]

# Short for a choice that many sentences make.
MACROS = {
    "{time}": "[One morning|One day|One afternoon|On a [cold|warm|windy] day|"
              "Early in the [spring|autumn]]",
    "{cousin}": "[cousin|uncle|sister]",
}

# Trait: (what somebody like that usually does, how such a voice sounds, what it does in trouble).
TRAITS = {
    "curious": (
        [
            "{w.S} could not walk past an open window.",
            "{w.S} asked questions about "
            "[everything|the moon and the stars|every stone and every leaf].",
            "{w.S} liked to look behind every door.",
        ],
        "asked",
        "{w} became more and more curious.",
    ),
    "brave": (
        [
            "{w.S} climbed the highest trees in the village.",
            "{w.S} was not afraid of [the dark|thunder|anything].",
            "{w.S} always went first when the others waited.",
        ],
        "said",
        "{w} did not lose courage.",
    ),
    "shy": (
        [
            "{w.S} turned red when somebody looked at {w.o}.",
            "{w.S} spoke [very softly|only a little].",
            "{w.S} often hid behind {w.p} [mother|big brother|older sister].",
        ],
        "whispered",
        "{w} took a deep breath before {w.s} did anything.",
    ),
    "careful": (
        [
            "{w.S} counted everything [twice|three times].",
            "{w.S} looked twice before every step.",
            "{w.S} put everything back in its place.",
        ],
        "said",
        "{w} made a careful plan.",
    ),
    "cheerful": (
        [
            "{w.S} could make even the [old miller|rain clouds] smile.",
            "{w.S} sang [from morning to night|on the way to school|even in the rain].",
            "{w.S} laughed more than anyone else.",
        ],
        "said",
        "{w} [sang a little song to feel better|tried to smile].",
    ),
    "stubborn": (
        [
            "When {w.s} wanted something, {w.s} did not stop.",
            "{w.S} never changed {w.p} mind.",
            "Nobody could tell {w.o} what to do.",
        ],
        "said",
        "{w} would not give up.",
    ),
    "clever": (
        [
            "Many came to ask {w.o} for advice.",
            "{w.S} could solve any [riddle|puzzle].",
            "{w.S} always had a good idea.",
        ],
        "said",
        "{w} sat down and thought about it.",
    ),
    "gentle": (
        [
            "The birds ate from {w.p} hand.",
            "{w.S} carried even the [snails|beetles|spiders] out of the rain.",
            "{w.S} never said an unkind word.",
        ],
        "murmured",
        "{w} stayed calm.",
    ),
    "forgetful": (
        [
            "Once {w.s} even forgot {w.p} own birthday.",
            "{w.S} forgot [{w.p} shoes|{w.p} lunch|the day of the week] almost every day.",
            "{w.S} tied knots in {w.p} handkerchief so that {w.s} would remember things.",
        ],
        "sighed",
        "{w} tried hard to remember everything.",
    ),
    "proud": (
        [
            "{w.S} held {w.p} head very high.",
            "{w.S} did not like to ask for help.",
            "{w.S} wanted to be the best at everything.",
        ],
        "said",
        "At first {w} did not want to ask for help.",
    ),
}

# Place: (with its preposition, spots to search there, what one sees or hears there).
PLACES = {
    "forest": (
        "in the forest",
        ["under the old oak", "between the ferns", "behind a fallen tree"],
        ["The trees whispered in the wind", "The light was green and soft"],
    ),
    "meadow": (
        "in the meadow",
        ["in the tall grass", "beside the stone wall", "under the apple tree"],
        ["The bees were humming", "The grass was full of flowers"],
    ),
    "river": (
        "by the river",
        ["between the wet stones", "under the bridge", "in the reeds"],
        ["The water ran fast", "A fish jumped out of the water"],
    ),
    "market": (
        "at the market",
        ["under the apple cart", "behind the cheese stall", "beside the well"],
        ["People were shouting and laughing", "It smelled of bread and honey"],
    ),
    "beach": (
        "on the beach",
        ["behind the dunes", "in the sand", "under an old boat"],
        ["The waves were loud", "The gulls were crying"],
    ),
    "hill": (
        "on the hill",
        ["behind the big rock", "in the heather", "beside the path"],
        ["The wind was strong up there", "One could see the whole valley"],
    ),
    "mill": (
        "at the old mill",
        ["behind the flour sacks", "under the stairs", "beside the wheel"],
        ["The big wheel turned slowly", "White dust hung in the air"],
    ),
    "garden": (
        "in the garden",
        ["between the cabbages", "under the rose bush", "behind the shed"],
        ["The roses smelled sweet", "A blackbird was singing"],
    ),
    "barn": (
        "in the barn",
        ["in the hay", "behind the ladder", "under the old wagon"],
        ["The hay was warm and dry", "A swallow flew in and out"],
    ),
    "lake": (
        "at the lake",
        ["under the willow", "beside the old pier", "in the water lilies"],
        ["The water was as smooth as glass", "Two swans swam by"],
    ),
    "tower": (
        "near the old tower",
        ["under the broken stairs", "in the ivy", "behind the iron gate"],
        ["Crows flew around the roof", "The walls were cold and gray"],
    ),
    "school": (
        "at the school",
        ["under a bench", "behind the blackboard", "beside the door"],
        ["Somebody was singing inside", "It smelled of chalk"],
    ),
    "harbor": (
        "at the harbor",
        ["between the ropes", "behind the barrels", "under a fishing net"],
        ["The ships rocked gently", "It smelled of salt and fish"],
    ),
}

# Thing: (adjectives it can have, what its owner does with it).
TREASURES = {
    "kite": (["red", "yellow", "striped"], "fly it in the wind"),
    "lantern": (["little", "green", "brass"], "light the way home"),
    "compass": (["old", "silver", "tiny"], "find the north"),
    "drum": (["round", "blue", "painted"], "play it every evening"),
    "flute": (["wooden", "silver", "thin"], "play a song for the birds"),
    "scarf": (["warm", "blue", "striped"], "wear it on cold days"),
    "key": (["golden", "rusty", "tiny"], "open the box by the bed"),
    "ball": (["red", "green", "rubber"], "throw it against the wall"),
    "watch": (["golden", "old", "silver"], "look at the time"),
    "book": (["thick", "blue", "old"], "read it before sleep"),
    "bell": (["brass", "tiny", "silver"], "ring it at noon"),
    "whistle": (["wooden", "tin", "red"], "call the dogs with it"),
    "hat": (["green", "pointed", "straw"], "wear it in the sun"),
    "boat": (["paper", "wooden", "white"], "sail it on the pond"),
    "umbrella": (["black", "yellow", "big"], "stay dry in the rain"),
    "fiddle": (["old", "little", "brown"], "play it at dances"),
    "mirror": (["round", "silver", "tiny"], "catch the sun with it"),
    "basket": (["round", "big", "brown"], "gather berries in it"),
    "spyglass": (["brass", "long", "old"], "watch the ships"),
    "blanket": (["warm", "striped", "woolen"], "sleep under it"),
    "sled": (["red", "wooden", "fast"], "race down the hill"),
    "teapot": (["blue", "white", "round"], "make tea for guests"),
    "puppet": (["wooden", "funny", "painted"], "make the children laugh"),
}

# Trouble at home: (what is wrong, the tool for it, what one does with it, how it is then).
CHORES = [
    ("The roof of {h.p} house had a hole, and the rain came in.", "ladder",
     "climbed up and closed the hole", "dry"),
    ("{h.P} gate was broken, and the geese ran into the street.", "hammer",
     "nailed the gate together", "safe"),
    ("A big branch had fallen across {h.p} path.", "saw",
     "cut the branch into small pieces", "clear"),
    ("{h.P} garden was full of stones.", "spade", "dug out one stone after another", "ready"),
    ("{h.P} well was deep, and the bucket had fallen in.", "rope",
     "pulled the bucket out of the well", "useful again"),
]

# What a seed becomes: (the plant, the dish).
CROPS = [
    ("pumpkin", "pumpkin soup"),
    ("apple tree", "apple pie"),
    ("sunflower", "bread with seeds"),
    ("strawberry plant", "strawberry jam"),
    ("bean", "bean stew"),
]

# Lost young: (itself, its parent, what it eats, where the parent lives).
YOUNG = [
    ("kitten", "cat", "milk", "a basket behind the mill"),
    ("duckling", "duck", "bread crumbs", "a nest in the reeds"),
    ("lamb", "sheep", "fresh grass", "a field behind the hill"),
    ("puppy", "dog", "a bone", "a yard beside the church"),
    ("fawn", "deer", "green leaves", "a clearing in the forest"),
]

# Noises at night: (what one hears, what it is, what is done about it).
NOISES = [
    ("a knocking at the window",
     "a branch that moved in the wind", "tied the branch back with a ribbon"),
    ("a scratching under the floor",
     "a little mouse that looked for food", "gave the mouse a piece of cheese"),
    ("a dripping in the kitchen", "a hole in the roof", "put a pot under the hole"),
    ("a howling in the chimney", "the wind that sang in the pipe", "closed the little iron door"),
    ("a rattling in the cupboard", "a beetle in a tin cup", "carried the beetle into the garden"),
]

STORM_SIGNS = [
    "black clouds came over the hill", "the swallows flew very low", "the wind began to howl",
]


def new_being(teller, *others):
    """Somebody whose name, kind and trait differ from those of `others`."""
    gender = teller.pick(["she", "he"])
    name = teller.pick_other(GIRLS if gender == "she" else BOYS, *[b.name for b in others])
    human = teller.chance(0.4)
    child = "girl" if gender == "she" else "boy"
    kind = child if human else teller.pick_other(ANIMALS, *[b.kind for b in others])
    trait = teller.pick_other(sorted(TRAITS), *[b.trait for b in others])
    return Being(name, kind, gender, trait)


def new_thing(teller, *others):
    """A treasure with one adjective, of another sort than `others`."""
    noun = teller.pick_other(sorted(TREASURES), *[thing.noun for thing in others])
    adjectives, use = TREASURES[noun]
    return Thing(noun, teller.pick(adjectives), use=use)


def new_place(teller, *others):
    """A place, with a spot to search in it, other than `others`."""
    noun = teller.pick_other(sorted(PLACES), *[place.noun for place in others])
    where, spots, views = PLACES[noun]
    return Place(teller, noun, where, spots, views)
