"""Names for generated members: common ones in four languages, and rare ones made of syllables."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN: Final[dict[str, tuple[str, ...]]] = {
    "en": _words(
        """Oliver Amelia George Isla Harry Ava Noah Mia Jack Ivy Leo Lily Charlie Isabella Oscar
        Rosie Jacob Sophia Thomas Grace William Freya James Willow Henry Florence Alfie Emily
        Joshua Ella Freddie Poppy Alexander Evie Arthur Elsie Samuel Charlotte Daniel Evelyn Zoë
        Siobhán Chloë Michael Susan David Margaret Robert Patricia John Mary Peter"""
    ),
    "fr": _words(
        """Marie Jean Nathalie Pierre Isabelle Michel Sylvie André Catherine Philippe Martine
        René Françoise Louis Monique Alain Jacqueline Jacques Anne Bernard Valérie Marcel
        Sandrine Daniel Véronique Roger Nicole Robert Stéphanie Paul Sophie Claude Céline Henri
        Chantal Christian Patricia Nicolas Aurélie Georges Élodie Zoé Gaël Maël Anaïs Loïc
        Jean-Pierre Anne-Marie Jean-Luc Marie-Claude Benoît Hélène Émile"""
    ),
    "de": _words(
        """Peter Maria Michael Ursula Thomas Monika Andreas Petra Wolfgang Elisabeth Klaus Sabine
        Jürgen Renate Günter Helga Stefan Karin Christian Brigitte Uwe Ingrid Werner Erika Horst
        Andrea Frank Gisela Dieter Claudia Manfred Susanne Gerhard Gabriele Hans Christa Bernd
        Christine Thorsten Hildegard Mathias Anna Jörg Bärbel Björn Käthe Sören Heike Lukas
        Leonie Finn Emma"""
    ),
    "ro": _words(
        """Maria Ion Elena Gheorghe Ioana Vasile Ana Constantin Mihaela Nicolae Andreea Alexandru
        Cristina Andrei Daniela Mihai Alexandra Ștefan Gabriela Cristian Adriana Daniel Florentina
        Florin Georgiana Marian Mariana Marius Nicoleta Adrian Carmen Radu Camelia Dumitru Raluca
        Ionuț Simona Cătălin Ștefania Bogdan Lăcrămioara Răzvan Mădălina Ilie Viorica Sorin Irina
        Costel Oana Liviu"""
    ),
}

FAMILY: Final[dict[str, tuple[str, ...]]] = {
    "en": _words(
        """Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson
        Thompson Wright Walker White Edwards Hughes Green Hall Lewis Harris Clarke Patel Jackson
        Wood Turner Martin Cooper Hill Ward Morris Moore Clark Lee King Baker Harrison Morgan
        Allen James Scott Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell
        O'Brien O’Connor MacDonald Fitzgerald Lloyd-Jones Khan Singh"""
    ),
    "fr": _words(
        """Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel
        Lefèvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine
        Rousseau Vincent Müller Lefebvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier
        François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu
        Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun
        d'Arc d’Aubigné Étienne"""
    ),
    "de": _words(
        """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch
        Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann
        Lange Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann
        König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert
        Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Groß Mueller Strauß"""
    ),
    "ro": _words(
        """Popa Popescu Ionescu Pop Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Constantin
        Marin Nistor Florea Dinu Dobre Barbu Stanciu Moldovan Ilie Munteanu Toma Șerban Ene Mihai
        Enache Neagu Diaconu Constantinescu Stoian Lazăr Preda Manole Dragomir Tudor Anghel Sandu
        Vasile Cristea Lungu Manea Bucur Oprea Ștefan Nicolae Sârbu Țăranu Mocanu Bălan Câmpeanu
        Iordache Voicu Petre Tănase Andrei"""
    ),
}

LANGUAGES: Final = ("fr", "de", "ro", "en")
_PARTICLES: Final = {"fr": "de la", "de": "von der", "ro": "", "en": "St"}
_ONSETS: Final = _words("b br c ch d dr f g gr h j k kl l m n p pr r s sch st t tr v w z")
_VOWELS: Final = _words("a e i o u ei au é ä ou")
_CODAS: Final = _words("l n r s t x ck nd rt lle sson ski escu mann ier eau")


class PersonName(NamedTuple):
    """The names of one generated person, and the language."""

    given: str
    family: str
    language: str


def make_name(random: Random) -> PersonName:
    """A name: the first of the lists are common, and one family name in three is rare."""
    language = LANGUAGES[min(int(random.expovariate(1.1)), 3)]
    given = _skewed(random, GIVEN[language])
    if random.random() < 0.12:
        given = f"{given} {_skewed(random, GIVEN[language])}"
    chance = random.random()
    family = _rare(random) if chance < 0.33 else _skewed(random, FAMILY[language])
    if chance > 0.97 and _PARTICLES[language]:
        family = f"{_PARTICLES[language]} {family}"
    elif chance > 0.94:
        family = f"{family}-{_rare(random)}"
    return PersonName(given, family, language)


def _skewed(random: Random, names: tuple[str, ...]) -> str:
    return names[int(len(names) * random.random() ** 1.7)]


def _rare(random: Random) -> str:
    syllables = "".join(
        random.choice(_ONSETS) + random.choice(_VOWELS) for _ in range(random.choice((1, 2, 2)))
    )
    return (syllables + random.choice(_CODAS)).capitalize()
