"""The programme of the demonstration's café-restaurant, written for its opening day."""

from __future__ import annotations

from typing import Any

from habitue.analytics.simulation.history import ZONE, Business

CODE = "corner-cafe"
DESSERT_POINTS = 120

# What the categories of the menu are called on pages.
_WORDS = {
    "beer": {"en": "beer", "fr": "bière", "de": "Bier", "ro": "bere"},
    "cake": {"en": "cake", "fr": "gâteau", "de": "Kuchen", "ro": "prăjitură"},
    "coffee": {"en": "coffee", "fr": "café", "de": "Kaffee", "ro": "cafea"},
    "any-coffee": {"en": "a coffee", "fr": "un café", "de": "ein Kaffee", "ro": "o cafea"},
    "any-dessert": {"en": "a dessert", "fr": "un dessert", "de": "ein Dessert", "ro": "un desert"},
}


# What members may send in.
_CONTRIBUTIONS = {
    "review": {
        "name": {"en": "Review", "fr": "Avis", "de": "Bewertung", "ro": "Recenzie"},
        "about": "product",
        "once": True,
        "text": 30,
    },
    "photo": {
        "name": {"en": "Photo", "fr": "Photo", "de": "Foto", "ro": "Fotografie"},
        "picture": True,
    },
}


def demo_document(business: Business) -> dict[str, Any]:
    """The programme document, with the two past promotions at the dates that this business had."""
    return {
        "programme": CODE,
        "name": {
            "en": "Corner Café Club",
            "fr": "Le Club du Café du coin",
            "de": "Club im Café an der Ecke",
            "ro": "Clubul Cafenelei din colț",
        },
        "words": _WORDS,
        "money": {"currency": "EUR"},
        "zone": ZONE,
        "languages": ["fr", "en", "de", "ro"],
        "points": {
            "points": {
                "expires": {"after": "12 months", "round_up_to": "month"},
                "pending": "1 day",
            },
            "coffee": {
                "kind": "stamps",
                "card": 10,
                "name": {
                    "en": "Coffee card",
                    "fr": "Carte café",
                    "de": "Kaffeekarte",
                    "ro": "Card de cafea",
                },
            },
        },
        "attributes": {"table": "number", "party": "number"},
        "stacking": {"promotion": "best"},
        "contributions": _CONTRIBUTIONS,
        "referral": {"spend": "10.00", "within": "60 days", "vests": "14 days"},
        "earn": {**_everyday(), **_beside_purchases(), **_promotions(business)},
        "tiers": _tiers(),
        "rewards": _rewards(),
        "returns": {"without_purchase": "match_or_refuse"},
        "claims": {"within": "30 days"},
    }


def _everyday() -> dict[str, Any]:
    return {
        "base": {
            "name": {
                "en": "Points on every purchase",
                "fr": "Des points à chaque achat",
                "de": "Punkte bei jedem Einkauf",
                "ro": "Puncte la fiecare achiziție",
            },
            "on": "purchase",
            "give": {"points": 1, "per": "1.00"},
        },
        "coffee": {
            "name": {
                "en": "A stamp for every coffee",
                "fr": "Un tampon par café",
                "de": "Ein Stempel je Kaffee",
                "ro": "O ștampilă la fiecare cafea",
            },
            "on": "purchase",
            "each": {"line.category": "coffee"},
            "give": {"coffee": 1},
        },
        "welcome": {
            "name": {
                "en": "A warm welcome",
                "fr": "Cadeau de bienvenue",
                "de": "Willkommensgeschenk",
                "ro": "Cadou de bun venit",
            },
            "on": "enrolment",
            "give": {"points": 50},
            "limit": {"per_member": 1},
        },
        "birthday": {
            "name": {
                "en": "Birthday treat",
                "fr": "Douceur d’anniversaire",
                "de": "Geburtstagsgruß",
                "ro": "Răsfăț aniversar",
            },
            "on": "birthday",
            "within": "7 days",
            "give": {"voucher": "dessert"},
        },
    }


def _beside_purchases() -> dict[str, Any]:
    return {
        "friend": {
            "name": {
                "en": "For a friend whom you bring",
                "fr": "Pour un ami que vous amenez",
                "de": "Für Freunde, die Sie mitbringen",
                "ro": "Pentru un prieten pe care îl aduceți",
            },
            "on": "referral",
            "give": {"points": 150},
            "limit": {"per_member": 10, "every": "year"},
        },
        "brought": {
            "name": {
                "en": "Welcome through a friend",
                "fr": "Bienvenue de la part d’un ami",
                "de": "Willkommen durch einen Freund",
                "ro": "Bun venit prin intermediul unui prieten",
            },
            "on": "referred",
            "give": {"points": 50},
        },
        "review": {
            "name": {
                "en": "For a review",
                "fr": "Pour un avis",
                "de": "Für eine Bewertung",
                "ro": "Pentru o recenzie",
            },
            "on": "contribution",
            "when": {"contribution.kind": "review"},
            "give": {"points": 20},
            "limit": {"per_member": 2, "every": "month"},
        },
        "photo": {
            "name": {
                "en": "For a photo",
                "fr": "Pour une photo",
                "de": "Für ein Foto",
                "ro": "Pentru o fotografie",
            },
            "on": "contribution",
            "when": {"contribution.kind": "photo"},
            "give": {"points": 10},
            "limit": {"per_member": 1, "every": "month"},
        },
    }


def _rewards() -> dict[str, Any]:
    return {
        "dessert": {
            "name": {"en": "Dessert", "fr": "Dessert", "de": "Dessert", "ro": "Desert"},
            "cost": {"points": DESSERT_POINTS},
            "gives": {"free_product": "any-dessert"},
        },
        "eleventh-coffee": {
            "name": {
                "en": "The eleventh coffee",
                "fr": "Le onzième café",
                "de": "Der elfte Kaffee",
                "ro": "A unsprezecea cafea",
            },
            "cost": {"coffee": 10},
            "gives": {"free_product": "any-coffee"},
        },
    }


def _promotions(business: Business) -> dict[str, Any]:
    beer, cake = business.promotions
    return {
        beer.code: {
            "name": {
                "en": "Beer Fridays",
                "fr": "Les vendredis bière",
                "de": "Bierfreitag",
                "ro": "Vinerea cu bere",
            },
            "on": "purchase",
            "when": {"all": [{"weekday": ["fri"]}, {"line.category": "beer"}]},
            "multiply": 2,
            "of": "points",
            "group": "promotion",
            "limit": {"per_member": 1, "every": "day"},
            "budget": 50_000,
            "from": beer.starts.isoformat(),
            "until": beer.ends.isoformat(),
        },
        cake.code: {
            "name": {
                "en": "Coffee and cake",
                "fr": "Café gourmand",
                "de": "Kaffee und Kuchen",
                "ro": "Cafea și prăjitură",
            },
            "on": "purchase",
            "when": {"all": [{"line.category": "cake"}, {"line.category": "coffee"}]},
            "give": {"points": 15},
            "group": "promotion",
            "limit": {"per_member": 2, "every": "week"},
            "from": cake.starts.isoformat(),
            "until": cake.ends.isoformat(),
        },
    }


def _tiers() -> dict[str, Any]:
    return {
        "by": {"spend": "rolling 12 months"},
        "grace": "30 days",
        "downgrade": "soft_landing",
        "of": "points",
        "silver": {
            "name": {"en": "Silver", "fr": "Argent", "de": "Silber", "ro": "Argint"},
            "enter": "600.00",
            "keep": "450.00",
            "multiply": "1.2",
        },
        "gold": {
            "name": {"en": "Gold", "fr": "Or", "de": "Gold", "ro": "Aur"},
            "enter": "1800.00",
            "keep": "1400.00",
            "multiply": "1.5",
            "perks": ["priority_service"],
        },
    }
