"""The plots. Each tells a whole story: what begins in one sentence has its consequence later.

Cast letters: h hero, f friend, x a thing, y another thing, a and b places, g who gave the thing.
"""

from world import (CHORES, CROPS, FOODS, GIVERS, HELPERS, HOMES, NOISES, STORM_SIGNS, TRAITS,
                   WEATHER, YOUNG, new_being, new_place, new_thing)


def introduce_hero(t):
    """The hero, known by a trait; some stories also say where the hero lives."""
    t.cast["h"] = hero = new_being(t)
    t.offer("home", HOMES)
    t.tell(f"Once there was a {hero.trait} {hero.kind} named {{h}}.",
           f"{{h}} was a {hero.trait} {hero.kind}.",
           "In {home} lived {h.a_kind} named {h}.")
    if t.chance(0.6):
        tell_habit(t, hero)
    if t.chance(0.3):
        t.tell(*[weather + "." for weather in WEATHER])
    return hero


def tell_habit(t, being):
    """A sentence that shows the trait of `being`."""
    t.cast["w"] = being
    t.tell(*TRAITS[being.trait][0])


def tell_reaction(t, being):
    """What the trait of `being` makes it do in trouble."""
    t.cast["w"] = being
    t.tell(TRAITS[being.trait][2])


def introduce_friend(t):
    t.cast["f"] = friend = new_being(t, t.cast["h"])
    t.tell(f"{{h.P}} best friend was a {friend.trait} {friend.kind} named {{f}}.",
           f"{{h.S}} had a friend, {{f.a_kind}} named {{f}}.",
           f"Next door lived {{f}}, a {friend.trait} {friend.kind}.")
    return friend


def own_thing(t):
    """The hero owns x, and it matters because of who gave it."""
    t.cast["x"] = new_thing(t)
    t.offer("g", GIVERS)
    t.tell("{h} had {x.a}, and {h.s} loved to {x.use}.",
           "{h.P} {g} had given {h.o} {x.a}, and {h.s} liked to {x.use}.",
           "Of all {h.p} things {h} loved {h.p} {x} most, because it came from {h.p} {g}.",
           "{h} never went out without {h.p} {x}. It was a present from {h.p} {g}.")


def look_around(t, letter):
    """Sometimes a glance at the place under `letter`."""
    if t.chance(0.5):
        t.tell("{%s.view}." % letter)


def speak(t, being, *lines):
    """Direct speech, in the voice of the speaker's trait."""
    verb = TRAITS[being.trait][1]
    line = t.pick(lines)
    end = line[-1] if line[-1] in "?!" else ","
    if end != ",":
        verb = {"!": "cried", "?": "asked"}[end]
    elif verb == "asked":
        verb = "said"
    t.tell(f'"{line.rstrip(".?!")}{end}" {verb} {being}.')


def visit(t, letter, *others):
    """A new place for the cast, under `letter`."""
    t.cast[letter] = new_place(t, *others)


def thank(t, who, whom):
    speak(t, who, f"Thank you, {whom}!",
          "[Thank you|You are a true friend]!",
          f"I will never forget this, {whom}.")


def lost_and_found(t):
    """Something is lost for a reason, looked for in a wrong place, then found where it fell."""
    hero = introduce_hero(t)
    own_thing(t)
    visit(t, "a")
    visit(t, "b", t.cast["a"])
    friend_first = t.chance(0.5)
    if friend_first:
        friend = introduce_friend(t)
    t.tell("[{time}|Yesterday|Last week] {h} played {a.where} until it grew dark.",
           "{time} {h} walked home from the {a} in a great hurry.")
    t.tell("At home {h.s} saw that {x.the} was gone.",
           "In the evening {h.p} pocket was empty, and {x.the} was gone.")
    tell_reaction(t, hero)
    if not friend_first:
        friend = introduce_friend(t)
    speak(t, hero, "Have you seen my {x}?", "I have lost my {x}.", "Will you help me find my {x}?")
    speak(t, friend, "Let us look {b.where} first.",
          "No, but I will help you.",
          "Do not worry, we will find it.")
    t.tell("They looked {b.where}, {b.spot}, but they found only [a button|an old shoe|a "
           "snail|dry leaves].",
           "First they went to the {b}, but there was nothing {b.spot}.")
    t.tell("Then {h} remembered the {a}.",
           "Then {f} asked where {h} had been before, and {h} thought of the {a}.")
    look_around(t, "a")
    t.tell("They searched, and {x.the} lay {a.spot}.",
           "There, {a.spot}, lay {x.the}.",
           "{f} looked {a.spot} and found {x.the}.")
    thank(t, hero, friend)
    t.tell("From then on {h} always looked after {h.p} {x}.",
           "That night {h} slept with {x.the} under {h.p} pillow.",
           "{h} tied {x.the} to {h.p} belt and never lost it again.")


def promise_kept(t):
    """A promise, a temptation on the way, the promise kept, and what came of it."""
    hero = introduce_hero(t)
    friend = introduce_friend(t)
    t.offer("food", FOODS)
    visit(t, "a")
    visit(t, "b", t.cast["a"])
    t.cast["x"] = new_thing(t)
    t.tell("{f} was ill and had to stay in bed.", "{f} had hurt {f.p} foot and could not walk.")
    speak(t, friend, "Will you bring me my {x} from the {a}?",
          "I left my {x} {a.where}, and it will be dark soon.")
    speak(t, hero, "I promise to bring it before [sunset|dinner].",
          "I will bring it to you. I promise.")
    t.tell("On the way {h.s} came past the {b}.", "The path to the {a} went past the {b}.")
    t.tell("There {h.p} {cousin} was eating {food} and called {h.o}.",
           "{b.view}. {h} wanted to stay and play.")
    t.tell('But {h.s} thought, "A promise is a promise," and walked on.',
           "But {h.s} remembered {h.p} promise and did not stop.")
    t.tell("At last {h} came to the {a}.", "Soon after that {h} reached the {a}.")
    look_around(t, "a")
    t.tell("{h.S} found {x.the} {a.spot} and carried it back.",
           "{x.the} was still {a.spot}, and {h} took it carefully.")
    t.tell("When {f} saw {x.the}, {f.s} [smiled|laughed with joy|felt better at once].")
    thank(t, friend, hero)
    t.tell("As soon as {f} was well again, the two friends went to the {b} together.",
           "{f} was soon well again, and {f.s} always trusted {h}.",
           "Then they shared {food} and told each other stories.")


def borrowed_tool(t):
    """An obstacle needs a tool; it is borrowed against a promise, used and given back."""
    hero = introduce_hero(t)
    t.offer("helper", HELPERS)
    problem, t.cast["tool"], deed, t.cast["mess"] = t.pick(CHORES)
    t.tell(problem)
    tell_reaction(t, hero)
    t.tell("But {h.s} had no {tool}.", "For that {h.s} needed a {tool}, and {h.s} had none.")
    t.tell("So {h} went to the {helper}.", "Then {h} knocked at the door of the {helper}.")
    speak(t, hero, "May I borrow your {tool}?", "Will you lend me your {tool} until tomorrow?")
    t.tell('"Yes, if you bring it back [tomorrow|before night|on Sunday]," said the {helper}.',
           '"Take it, but be careful with it," said the {helper}.')
    t.tell(f"{{h}} carried the {{tool}} home and {deed}.", f"With the {{tool}} {{h}} {deed}.")
    t.tell("It took [the whole day|two hours|a long time], but then the work was done.",
           "Soon everything was {mess}.")
    t.tell("In the evening {h} cleaned the {tool} and brought it back.",
           "The next morning {h} took the {tool} back, as {h.s} had promised.")
    t.offer("food", FOODS)
    t.tell("{h.S} also brought some {food} to say thank you.",
           "The {helper} was glad and gave {h.o} some {food}.")
    t.tell('From that day on the {helper} said, "What is mine is yours, {h}."',
           "So {h} had a {tool} when {h.s} needed one, and a new friend too.",
           "And whenever the {helper} needed help, {h} came at once.")


def storm(t):
    """Two neighbours prepare differently for a storm, and the storm shows the difference."""
    hero = introduce_hero(t)
    friend = introduce_friend(t)
    sign = t.pick(STORM_SIGNS)
    t.tell("{time} " + sign + ".")
    speak(t, hero, "A storm is coming.", "We must get ready for the storm!")
    t.tell("{h} [closed the windows|carried wood into the house|tied the boat to a tree] at once.",
           "At once {h} [brought the hens inside|fixed the door|filled the lamp with oil].")
    speak(t, friend, "Oh, it will pass.",
          "I have time. First I want to sleep.",
          "It is only a little wind.")
    t.tell("{f} went on [playing|sleeping|fishing] and did nothing.",
           "So {f} lay down under a tree.")
    t.tell("In the night the storm came.", "Before long it rained and thundered.")
    t.tell("The wind tore the roof off {f.p} house.",
           "The water ran into {f.p} house.",
           "{f.P} door broke, and everything got wet.")
    t.tell("Wet and cold, {f} ran to {h} and knocked.",
           "{f} ran through the rain to the house of {h}.")
    speak(t, friend, "Please let me in!", "You were right. May I come in?")
    t.offer("food", FOODS)
    t.tell("{h} opened the door and gave {f.o} a blanket and some {food}.",
           "{h} did not laugh at {f.o}, but made a fire and warmed some {food}.")
    t.tell("The next day they repaired the house together.",
           "When the sun came back, {h} helped {f} to build everything again.")
    t.tell("When the next storm came, {f} was ready first.",
           "From then on {f} listened when {h} spoke of the weather.",
           "And {f} never again said that there was time.")


def gift(t):
    """A secret present: a wish overheard, work done for it, joy at the end."""
    hero = introduce_hero(t)
    friend = introduce_friend(t)
    t.cast["x"] = new_thing(t)
    t.offer("helper", HELPERS)
    t.tell("[Soon|In three days|On Sunday] it was {f.p} birthday.")
    t.tell("{h} knew that {f} wished for {x.a}, to {x.use}.",
           'Once {f} had said, "If only I had {x.a}!"')
    t.tell("But {h} had no money.",
           "But {x.a} was expensive, and {h} had only [two|three|four] coins.")
    tell_reaction(t, hero)
    t.tell("So {h.s} worked for the {helper} [for three days|every morning].",
           "So {h.s} went to the {helper} and asked for work.")
    t.tell("{h.S} [swept the floor|carried water|washed the windows] until {h.p} arms were tired.",
           "It was hard work, but {h} [did not complain|thought of {f}].")
    t.tell("At last the {helper} paid {h.o}, and {h} bought {x.the}.",
           "In the end the {helper} gave {h.o} {x.a} for {h.p} work.")
    t.tell("{f} asked where {h} had been, but {h} only smiled.",
           "{h} hid {x.the} under {h.p} bed and told nobody.")
    t.tell("On the birthday {h} gave {f} a box with a ribbon.",
           "Then the birthday came, and {h} put a box on the table.")
    t.tell("{f} opened it, and there was {x.the}.",
           "In the box lay {x.the}, and {f} could not believe it.")
    speak(t, friend, "Just what I wished for!",
          "How did you know?",
          "This is the best birthday of my life!")
    t.tell("Now {f} could {x.use}, and {h} was even happier than {f.s} was.",
           "And {h} forgot how tired {h.s} had been.",
           "That evening they [danced|sang|ate cake] until the stars came out.")


def quarrel(t):
    """Both want the same thing; it comes to harm; they make up and share."""
    hero = introduce_hero(t)
    friend = introduce_friend(t)
    t.cast["x"] = new_thing(t)
    visit(t, "a")
    t.tell("{time} they found {x.a} {a.where}, {a.spot}.")
    look_around(t, "a")
    speak(t, hero, "I saw it first!", "It is mine!", "I want to {x.use}.")
    speak(t, friend, "No, it belongs to me!", "But I want to {x.use}!")
    t.tell("They both pulled, and {x.the} fell to the ground and got a crack.",
           "They pulled and shouted until {x.the} fell into the mud.")
    t.tell("Then each went home alone, and both were angry.",
           "{f} ran away, and {h} sat down and cried.")
    t.tell("Without {f} the day was [long|dull|too quiet].", "At home {h} had nobody to play with.")
    tell_reaction(t, hero)
    t.tell("{h.S} cleaned {x.the} and took it to {f}.",
           "So {h.s} picked up {x.the}, mended it and went to {f}.")
    speak(t, hero, "I am sorry.",
          "I am sorry that I shouted.",
          "A friend is worth more than {x.a}.")
    speak(t, friend, "I am sorry too.", "I was wrong too.")
    t.tell("They agreed that {h} would have {x.the} in the morning and {f} in the afternoon.",
           "They agreed that each would have {x.the} for one [day|week].")
    t.tell("But in the end they always used it together.",
           "After that they never quarreled about {x.the} again.",
           "And {x.the} made both of them happy.")


def dark_place(t):
    """Somebody afraid of the dark goes into it for a friend."""
    hero = introduce_hero(t)
    t.cast["dark"] = t.pick(["cave", "cellar", "tunnel", "tower"])
    t.tell("There was only one thing {h} feared, and that was the old {dark}.",
           "{h} was afraid of the old {dark}, because it was so dark.")
    friend = introduce_friend(t)
    t.tell("{time} {f} did not come home.", "{time} {f} was nowhere to be seen.")
    t.tell("{h} looked everywhere, and at last {h.s} heard a voice from the {dark}.",
           "From the {dark} {h} heard somebody call for help.")
    t.tell('"My foot is stuck!" called {f}.', '"I fell and cannot get out!" called {f}.')
    t.tell("{h.P} knees were shaking.", "{h.P} heart beat fast.")
    tell_reaction(t, hero)
    t.tell("{h.S} lit a [candle|lantern|torch] and went in, step by step.",
           "Then {h.s} counted to [three|five|ten] and went into the dark.")
    t.tell("Something touched {h.p} face, but it was only [a bat|a cobweb|a drop of water].",
           "Something moved, but it was only {h.p} own shadow.")
    t.tell("At the end {h.s} found {f} and pulled {f.o} free.",
           "There sat {f}, and {h} took {f.o} by the hand.")
    t.tell("Together they walked back into the light.", "Step by step they went back to the sun.")
    speak(t, friend, "You came, although you were afraid!", "You are the bravest of all, {h}!")
    speak(t, hero, "I was more afraid to lose you.", "For a friend I would do it again.")
    t.tell("Since that day the {dark} was only a {dark}.",
           "After that {h} was not afraid of the {dark} anymore.",
           "And that night {h} slept without a candle for the first time.")


def seed(t):
    """A seed, patience, a setback, and a harvest shared with those who helped or doubted."""
    hero = introduce_hero(t)
    t.offer("g", GIVERS)
    t.cast["crop"], t.cast["dish"] = t.pick(CROPS)
    t.tell("{time} {h.p} {g} gave {h.o} a small seed.", "{h} found a small seed in {h.p} pocket.")
    t.tell("{h} put it into the ground [behind the house|beside the gate|near the wall] and "
           "watered it.",
           "{h} dug a hole [behind the house|beside the gate|near the wall] and planted the seed.")
    t.tell("Every day {h.s} looked, but nothing came.", "One week went by, and nothing happened.")
    friend = introduce_friend(t)
    speak(t, friend, "It will never grow.", "You must be patient.", "Maybe the birds ate it.")
    tell_reaction(t, hero)
    t.tell("{h.S} went on watering it every [morning|evening].",
           "But {h} did not stop caring for it.")
    t.tell("Then, after the rain, a green leaf came out of the ground.",
           "One morning there was a tiny green leaf.")
    t.tell("When the [frost|hail] came, {h} covered it with {h.p} own [coat|blanket].",
           "When the summer was dry, {h} carried water from the river.")
    t.tell("The leaf grew and grew, and it became a big {crop}.",
           "In the autumn it was the biggest {crop} in the valley.")
    t.tell("{h} made {dish} and invited everyone.",
           "From it {h.p} {g} made {dish} for the whole street.")
    t.tell("{f} ate [two|three] plates.", "Even {f} came and asked for more.")
    t.tell('"Good things take time," said {h}.',
           "And {h} kept one seed for the next spring.",
           "In the end {h} gave {f} a seed, and they planted it together.")


def broken_and_told(t):
    """Something borrowed breaks; telling the truth is hard, and right."""
    hero = introduce_hero(t)
    t.cast["x"] = new_thing(t)
    t.offer("g", GIVERS)
    t.offer("helper", HELPERS)
    t.tell("{h.P} {g} had {x.a} that nobody was allowed to touch.",
           "On the shelf of {h.p} {g} lay {x.a}.")
    t.tell("{time} {h} took it, only to look at it.",
           "When nobody was there, {h} took it to {x.use}.")
    t.tell("It slipped out of {h.p} hand and broke.",
           "Then {h} stumbled, and {x.the} broke in two.")
    t.tell("{h} hid the pieces [under the bed|in a box|behind the stove] and felt sick.",
           "{h} hid what was left of it [under the bed|in a box|behind the stove] and told nobody.")
    t.tell("At dinner {h.p} {g} asked about {x.the}.",
           "In the evening {h.p} {g} looked for {x.the}.")
    t.tell("{h} [could not eat|turned red|looked at the floor].",
           "{h} wanted to say that the cat had done it.")
    tell_reaction(t, hero)
    speak(t, hero, "It was me. I broke your {x}.", "I broke it, and I am sorry.")
    t.tell("For a moment it was very quiet.", "{h.P} {g} looked at {h.o} for a long time.")
    t.tell('"I am sad about {x.the}, but I am glad that you told the truth," said {h.p} {g}.',
           '"That was brave of you. A thing can be mended," said {h.p} {g}.')
    t.tell("Together they took the pieces to the {helper}, who mended {x.the}.",
           "They went to the {helper}, and the {helper} glued the pieces together.")
    t.tell("{h} paid for it with {h.p} own coins.",
           "To pay for it, {h} helped the {helper} for a [day|week].")
    t.tell("One could still see the crack, and {h} never touched {x.the} again without asking.",
           "And {h} felt as light as a feather.",
           "Later {h.p} {g} gave {h.o} {x.the}, because now {h.s} could be trusted.")


def stray(t):
    """A lost young animal, its mother looked for by what is known about it."""
    hero = introduce_hero(t)
    t.cast["young"], t.cast["parent"], t.cast["food"], t.cast["nest"] = t.pick(YOUNG)
    visit(t, "a")
    t.tell("{time} {h.s} heard a thin voice {a.where}.",
           "{time} {h.s} saw something small {a.where}.")
    look_around(t, "a")
    t.tell("It was a little {young}, alone and [wet|hungry|cold].",
           "There, {a.spot}, sat a {young} and trembled.")
    speak(t, hero, "Where is your mother?", "Do not be afraid, little {young}.")
    t.tell("{h} gave the {young} {food}.",
           "{h} warmed the {young} under {h.p} coat and gave it {food}.")
    tell_reaction(t, hero)
    t.offer("helper", HELPERS)
    t.tell("{h} asked the {helper}, but the {helper} knew nothing.",
           "First {h} went to the {helper}, who only shook his head.")
    friend = introduce_friend(t)
    speak(t, friend, "I saw a {parent} that was looking for something.",
          "I know where a {parent} lives.")
    t.tell("{f} led them to {nest}.", "So they all walked to {nest}.")
    t.tell("There stood the {parent} and called.",
           "Before they arrived, they heard the {parent} call.")
    t.tell("The {young} ran to its mother as fast as it could.",
           "The {young} jumped out of {h.p} arms and ran to its mother.")
    t.tell("{h} was [happy|glad] and a little sad.",
           "The {parent} looked at {h} as if to say thank you.")
    t.tell("The {young} often came to visit {h} after that.",
           "And every spring the {parent} showed {h} its young.",
           'On the way home {f} said, "You have a good heart, {h}."')


def trade(t):
    """A chain of exchanges; each thing is given for the next, until the wish comes true."""
    hero = introduce_hero(t)
    t.cast["x"] = new_thing(t)
    t.cast["y"] = new_thing(t, t.cast["x"])
    t.cast["first"], t.cast["second"] = (first := t.pick(HELPERS)), t.pick_other(HELPERS, first)
    t.offer("food", FOODS)
    t.tell("{h} wished for {y.a}, to {y.use}.", "More than anything {h} wanted to have {y.a}.")
    t.tell("But all {h.s} had was {x.a}.", "{h.S} had no money, only {x.a}.")
    t.tell("So {h} went out into the world with {x.the}.",
           "{time} {h} took {x.the} and went to town.")
    t.tell("First {h.s} met the {first}, who wanted to {x.use}.",
           "On the road stood the {first} and looked at {x.the}.")
    t.tell('"Give me {x.the}, and I will give you some {food}," said the {first}.',
           'The {first} asked, "Will you give me {x.the} for some {food}?"')
    t.tell("{h} agreed, and now {h.s} had {food}.",
           "They shook hands, and {h} walked on with the {food}.")
    tell_reaction(t, hero)
    t.tell("Then {h.s} met the {second}, who had not eaten all day.",
           "Behind the bridge sat the {second}, who was very hungry.")
    t.tell("{h} gave the {second} all the {food} and asked for nothing.",
           "{h} shared the {food} with the {second}.")
    t.tell('"You are kind," said the {second}. "Take {y.the} that I do not need."',
           "The {second} opened a bag and took out {y.a}.")
    t.tell("{h} could hardly believe it.", "It was just what {h} had wished for.")
    t.tell("So {x.the} became {food}, and the {food} became {y.the}.",
           "And that evening {h} could {y.use} at last.",
           "Since then {h} knew that a gift comes back.")


def strange_noise(t):
    """A noise at night, frightening until its cause is known."""
    hero = introduce_hero(t)
    t.cast["x"] = new_thing(t)
    t.cast["noise"], t.cast["cause"], remedy = t.pick(NOISES)
    t.tell("In the middle of the night {h} heard {noise}.",
           "One night {h.s} woke up because of {noise}.")
    t.tell('"Is it a ghost?" thought {h}.', '"Maybe it is a thief," thought {h}.')
    t.tell("{h.S} pulled the blanket over {h.p} ears, but the noise did not stop.",
           "{h.S} lay still and listened, and there it was again.")
    friend = introduce_friend(t)
    t.tell("{f} had heard it too and came in {f.p} [nightshirt|slippers].",
           "{h} went to wake {f}, who [yawned|rubbed {f.p} eyes].")
    speak(t, friend, "Let us look together.", "Two are less afraid than one.")
    tell_reaction(t, hero)
    t.tell("{h} took {x.a} in {h.p} hand, and they went on tiptoe.",
           "With {x.a} in {h.p} hand {h} opened the door.")
    t.tell("Then they saw it: it was only {cause}.", "And what was it? It was {cause}!")
    t.tell("They laughed so loud that [the whole house|all the neighbours|the dog] woke up.",
           "{f} began to laugh, and {h} laughed too.")
    t.tell(f"Then {{h}} {remedy}, and it was quiet.", f"{{f}} {remedy}, and the noise stopped.")
    t.offer("food", FOODS)
    t.tell("Because nobody could sleep anymore, they ate {food} in the kitchen.",
           "{h} put {x.the} beside the bed and slept until noon.",
           '"Most ghosts are small when one looks at them," said {f}.')


PLOTS = [lost_and_found, promise_kept, borrowed_tool, storm, gift, quarrel, dark_place, seed,
         broken_and_told, stray, trade, strange_noise]
