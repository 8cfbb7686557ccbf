"""Ordinary words that news writes with a capital: at the start of a sentence, or in titles.

They are no names, though a capital makes them look like one. Collected from news_summary_train (words that
stand so at least four times, and more often in lower case), with a few that the checks of
`benchmarks/unsupported.py` showed; words with an ending of `_ORDINARY_ENDING` need no entry.
"""

import re

_WORDS = """
    binge cricketer equal expert fresh furthermore hence henceforth however maker moreover nevertheless nonetheless
    footballer god ngo notably quarter rare strong therefore thus toddler vip
    accounts activities actor actors actress acts additional administrative administrators adviser
    advisor advocate agency agriculture ahead aid aircraft airlines airport airports alliance along
    ambassador amid analysis animal animals anti anyone apart arts ask asks assistant athletes attack
    attorney authorities authority award awards backward ball bank banks bar bat beach beer believe belt
    besides best big biggest billion biodiversity block bloody blue board body book border born boss
    boxer boy boycott boys branch bridge budget bull buzz cab cabinet cage canal capital captain care
    case cases cash cause celebrity censor century chairman chairperson champion championship chance
    chancellor charge charity chief child children circle citizens city civil class classes clean click
    climate clinic clinics close club cold college comedian comedy commander commerce commissioner
    committee common companies company complete conference connectivity constituent consumer context
    control cops counter country court crazy credit cricket crime criminal critics cross culture customs
    cyber cyclone dance data day days death deep defence defense demand democracy deputy despite details
    diesel dig digital director disaster district division doctor doctors drama dream dreams drug drugs
    due earlier earth eastern economic editor eight electric electronic electronics emergency employees
    end energy enough entrepreneurship equal estate everyone exchange excise exclusive executive exit
    experts expression fair fans far fashion father federal female festival fifty file film filmmaker
    films final financial fire first five focus follow food football force foreign former fortune
    fossils found founder four fourth free freedom friends front full fund future gardens gate gau girls
    given global gold good goods grade great group guard guards half happy hate head health heavy hence
    heritage hero high highlights highway highways history home hospital hotel house houses https human
    ice idea independence independent indigenous industrial industry inputs inside inspector instead
    institutes insurance intellectual intelligence inter internal international internet investigators
    investors issues jail joint journalist judge junior justices kiss know known labour lady land late
    later latest law laws leader left legal legislative less letter life line lines link liquor list
    little live loan local locals look love luxury magazine magistrate maintenance major male mall man
    manager marine market master maybe mayor meat media medical meet memorandum memorial men mentor met
    mid middle midnight miles military milk million minimum minute miss mission mobile model mom money
    months mother motor mountains movie multiple museum music name narcotics nationalist natural nature
    neither nepotism network new news nice nobody noise non none northern note number ocean offences
    offer office officer official officials old open opera order ordinance otherwise outcome panel
    parade parents parliamentary party passport patients pay peace pension people perhaps period
    permanent pet phase photo photographer photos pictures place plan plate please plus point police
    policy political politicians poll polls popular port post power pre predictive premium presidential
    press price prima prison privacy private prize pro producer professor programme project property
    public quality radio raids rail railway range real records region regional regulatory remember
    report reports representatives research resident residents resource resources response rest
    restaurant results return revenue review right rights river road role rules rumours rural safety
    sales schedule scheme school schools science sea secondary secret secretariat secretary sector
    security select senior series service services session seven several sexual shares show sign singer
    sit six skill slain slam small smaller smartphone social society software somehow someone sometimes
    song soon sorry sources space special spokesperson sport sports squad staff star start state states
    steel stock story stray street students studies sub subjects summit super superintendent superstar
    support surgery survey system systems talk task tax taxi team tech technologies technology telecom
    television temple ten tennis tension terminal terror terrorism terrorist tests thank thanks theatre
    therefore things think thousands three till time times today top total tour tourism tower town trade
    traffic train transport travel treaty tree trials trust truth unique unit unless unlike updates
    upper upset urban various vehicle vehicles vice video village violence viral voice wall war ward
    wars watch water week welcome welfare western whatever whenever whereas wherever wildlife wine
    winter woman women wonder work works world year yesterday youth zone zoo
"""
_COMMON_WORDS = frozenset(_WORDS.split())
_ORDINARY_ENDING = re.compile(r"(?:ing|ed|ly|tion|ment|ist|ness|ship|ers|ors|ity|ance|ence)s?$")


def is_common(word: str) -> bool:
    """True if a capitalised word is probably no name."""
    return word.lower() in _COMMON_WORDS or bool(_ORDINARY_ENDING.search(word))
