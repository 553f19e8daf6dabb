"""What people ask for every day, and names of people that no list of ours has: recombined from names of many places."""

from __future__ import annotations

from random import Random

_GIVEN = """
Aaliyah Adriana Agnieszka Aiden Aisha Alejandro Alessandra Amelia Anastasia Andrzej Antoine Beatriz Bianca
Brandon Camila Caitlin Cameron Catarina Chloe Daiki Damian Daniela Dmitri Dominika Eduardo Ekaterina Elena
Emilia Esteban Ethan Fatima Felipe Fernanda Florence Francesca Gabriela Giovanni Guillermo Haruto Heinrich
Henrik Hiroshi Ibrahim Ingrid Isabella Ivan Jacqueline Jakub Javier Jessica Jiwoo Joaquin Katarzyna Keiko
Kenji Khalid Kristen Lakshmi Laurent Leonardo Leticia Liam Ludwig Magdalena Manuel Margot Mariana Mateusz
Matthias Mehmet Miguel Minjun Mohammed Natalia Nikolai Noah Olga Olivia Oskar Paolo Patrick Pedro Priya Rafael
Rajesh Rebecca Ricardo Rosalind Sakura Samantha Santiago Scarlett Selena Seojun Sergei Shreya Sofia Stefan
Svetlana Tatiana Taylor Thiago Timothee Tomasz Valentina Viktor Wei Wojciech Xiaoming Yasmin Yuki Yusuf
Zendaya Zofia Grace Mark Rose Jack Will Summer Frank
"""

_FAMILY = """
Abramov Aguilar Almeida Andersson Bauer Becker Bergman Bernard Bianchi Bieber Brzezinski Carvalho Castillo
Chalamet Chatterjee Chopra Coppola DiCaprio Dubois Eriksen Esposito Fernandez Ferreira Fischer Fournier Garcia
Giordano Gomez Gonzalez Gosling Gupta Haaland Hansen Hashimoto Hernandez Hoffmann Ibrahimovic Ivanova
Jankowski Jansen Johansson Kardashian Kawasaki Kim Kobayashi Kowalski Kruger Kumar Kuznetsov Lavigne Leclerc
Lindqvist Lopez Mancini Martinez Mbappe Mehta Mendes Meyer Moreau Morozov Mueller Nakamura Navarro Nguyen
Nielsen Nowak Okafor Olsen Oliveira Ortega Park Patel Pereira Petrova Popov Portman Ramirez Rinaldi Robbie
Rodriguez Romanova Rossi Rousseau Saito Salazar Schmidt Schneider Schwarzenegger Shapiro Silva Sokolov
Sorensen Swift Takahashi Tanaka Timberlake Torres Trump Tsukamoto Vasquez Visser Volkov Wagner Watanabe Weber
Winslet Wozniak Yamamoto Yilmaz Zhang Zimmermann Brown Hill Young Stone Rivers
"""


SENTENCES = """
a girl reading a book under an old tree
two friends sharing an umbrella in the rain
a cat sleeping on a warm window sill
a knight in shining armor standing before a castle
a quiet street in the evening with lanterns
a robot watering flowers in a garden
a witch flying over the city at night
an old man feeding pigeons in the park
a dragon curled around a tower
a girl with long silver hair and blue eyes smiling at the viewer
a boy playing the guitar on a rooftop
a train crossing a bridge over the sea
a cozy kitchen with bread on the table
a fox walking through fresh snow
a pirate ship in a storm
a mermaid singing on a rock
an astronaut floating above the earth
a samurai under cherry blossoms
a waitress carrying a tray with coffee and cake
a library with tall shelves and warm light
a woman in a red dress dancing alone
a man repairing a bicycle in his workshop
a lighthouse on a cliff at sunset
a field of sunflowers under a clear sky
a maid sweeping the stairs of a mansion
a detective looking at a map with a magnifying glass
a musician on a stage with colorful lights
a scientist holding a glowing flask
a group of adventurers around a campfire
a nurse writing on a clipboard
a violinist in a concert hall
a soccer player kicking a ball
an angel with white wings in a ruined church
a demon with red horns drinking tea
a vampire in a dark cape standing on a balcony
a shrine on a mountain in autumn
a market full of fruit and vegetables
a dog running along the beach
a painter in front of a large canvas
a queen sitting on a golden throne
an elf archer aiming an arrow in the forest
a pilot beside an old airplane
a chef cooking noodles over a fire
a ghost holding a lantern in a graveyard
a girl in a raincoat jumping into a puddle
a ninja on a roof under a full moon
a giant whale swimming between clouds
a cyberpunk city with neon signs
a tea party in a rose garden
a dancer with ribbons in her hair
a snowman wearing a scarf and a hat
a train station early in the morning
a farmer with a straw hat in a rice field
a hero looking down from a tall building
a wizard reading from an ancient scroll
a bakery window full of sweets
a rabbit with a pocket watch
an underwater city with many fish
a girl tying her shoes before a race
a horse galloping over a green hill
a bridge covered in fog
a small boat on a calm lake
a couple walking hand in hand in winter
a woman drinking coffee at a desk by the window
a soldier resting against a wall
a man with a beard chopping wood
a lonely robot on an empty planet
a desert with ancient ruins
a fairy sitting on a mushroom
a clock tower in the rain
a sailor looking at the horizon
a giant tree with houses in its branches
a musician playing the piano in an empty hall
a fireworks festival by the river
an owl on a branch at midnight
a girl holding balloons at a fair
a waterfall in a deep forest
a police officer directing traffic
a teacher writing on a blackboard
a warrior with a broken sword
a bright room with plants and a sofa
a bird cage hanging from a tree
a wolf howling at the moon
a street musician with a hat full of coins
a paper crane on a wooden table
a bowl of ramen with an egg and green onions
a helicopter above a burning city
a priestess praying at an altar
a racing car on a wet road
a garden with a stone path and a pond
a skeleton playing cards
a gardener cutting roses
a phoenix rising from the flames
a merchant with a heavy backpack
a hot air balloon over the mountains
a woman in a kimono with a paper umbrella
a basketball player dunking
a crystal cave with glowing water
an office worker on the last train home
a girl looking out of a train window
""".strip().splitlines()


def names(number: int) -> list[tuple[str, str]]:
    """Recombine given names and family names."""
    random = Random(11)
    pairs = [(given, family) for given in _GIVEN.split() for family in _FAMILY.split()]
    return random.sample(pairs, number)
