"""The login that is made up for a shared page: words that a guest can read from a wall and type on a phone."""

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable

NUM_WORDS = 3

_LIST = """
acorn actor album alley amber angle ankle apple apron arena arrow aspen atlas attic audio award bacon badge bagel
baker banana banjo barn basil basin basket beach beacon beard beaver belt bench berry bike birch bishop bison
blanket blossom boat bonus book boot border bottle boulder bowl brick bridge broom brush bucket buffalo bugle
butter button cabin cable cactus camel camera canal candle candy canoe canvas canyon captain carbon cargo carpet
carrot castle cattle cedar cellar cello cement chain chair chalk cherry chess chest chicken chimney cider cinema
circle circus citrus clay cliff clock cloud clover coach coast cobra cocoa coconut coffee comet compass copper
coral cotton cousin coyote cradle crane crater crayon cricket crown crystal cupboard curtain cushion cycle daisy
dancer deer delta denim desert desk diamond dinner doctor dolphin donkey door dragon drawer dream dress drum duck
eagle earth easel echo eclipse elbow elder elm ember emerald engine evening fabric falcon farmer feather fence
ferry fiddle field finger flag flame flute forest fossil fountain fox frost galaxy gallery garage garden garlic
gate gecko geyser giant ginger giraffe glacier glass globe glove goat goblet gold goose grape gravel guitar hammer
hammock harbor harp harvest hazel hedge helmet heron hiker hill hockey honey hood horizon horse hotel house
igloo iguana inlet iris iron island ivory ivy jacket jaguar jasmine jazz jelly jewel jigsaw jockey juice jungle
kayak kernel kettle kitchen kite kiwi koala ladder lagoon lake lamp lantern laser laundry lava lawn leaf leather
lemon leopard letter library lighthouse lilac lily linen lion lizard lobster locket lotus lumber lunch magnet
mango maple marble market meadow medal melon mermaid meteor mill mint mirror mitten monkey moon morning mosaic
moss motor mountain mouse muffin museum mushroom music mustard napkin needle nest nickel night noodle north novel
nugget nut oak oasis ocean octopus olive onion opal opera orange orbit orchard orchid organ otter oven owl oyster
paddle paint palace palm panda pantry paper parade parcel parrot pasta pastry patio peach peacock peanut pear
pebble pelican pencil penguin pepper piano pickle picnic pigeon pillow pilot pine pirate planet plaza plum pocket
poem polar pond pony poplar poppy porch potato pottery prairie prism puffin pumpkin puppet purple puzzle pyramid
quail quartz quill quilt rabbit raccoon radar radio radish raft rain raisin ranch raven record reef ribbon rice
ring river road robin robot rocket rope rose ruby saddle sailor salad salmon salt sand sandal sapphire satin
saturn sauce school scooter scout seal seashell season shadow shark sheep shelf shell sherbet ship shore shovel
shrimp silk silver singer skate ski sky sled slipper snail snow soap soccer sofa soup spark sparrow spider spinach
spoon spring spruce squash squirrel stable stamp star station statue stone storm story stove straw stream street
string studio sugar summer sun sunset swan sweater swing table tablet tadpole tailor tango teapot temple tennis
tent theater thimble thunder ticket tiger timber toast tomato topaz torch tower town tractor trail train treasure
tree trumpet trunk tulip tunnel turkey turnip turtle twig umbrella valley vanilla vase velvet vessel village
vine violet violin volcano voyage waffle wagon walnut walrus water waterfall wave weaver whale wheat wheel whistle
willow window winter wizard wolf wood wool yacht yarn yogurt zebra zeppelin zipper zoo
"""
WORDS = tuple(_LIST.split())
"""Short names of things, chosen here. Three of them are worth 27 bits."""

_WRONG_ANSWER_S = 1.0
_MAX_CHECKS_AT_ONCE = 8
"""With a second for each wrong answer: so many guesses a second, whoever makes them. Half of all take three months."""


def make_password() -> str:
    """Three words, such as "canoe-lemon-amber"."""
    return "-".join(secrets.choice(WORDS) for _ in range(NUM_WORDS))


def password_check(user: str, password: str) -> Callable[[str, str], Awaitable[bool]]:
    """Return Gradio's `auth` for one login.

    Capitals, and what stands between the words, are as a phone's keyboard makes them: they do not count.
    """
    places = asyncio.Semaphore(_MAX_CHECKS_AT_ONCE)
    wanted = _letters(user), _letters(password)

    async def is_right(given_user: str, given_password: str) -> bool:
        given = _letters(given_user), _letters(given_password)
        async with places:
            if all(hmac.compare_digest(*pair) for pair in zip(given, wanted, strict=True)):
                return True
            await asyncio.sleep(_WRONG_ANSWER_S)
            return False

    return is_right


def _letters(text: str) -> bytes:
    return re.sub(r"[\W_]", "", text).casefold().encode()
