#!/usr/bin/env python3
"""Towns that maps name: web/src/places/towns.json, from the communes of France (Code officiel géographique and La Poste, Licence Ouverte 2.0).

Usage: scripts/map_towns.py COMMUNES.csv, with the columns nom, type, population, lat, lon. Each town is [name, latitude, longitude, thousands of people].
"""

import csv
import json
import sys

LEAST_PEOPLE = 4_000

with open(sys.argv[1], encoding="utf-8") as file:
    rows = [row for row in csv.DictReader(file) if row["type"] == "commune-actuelle" and row["lat"] and row["population"]]
towns = [
    [row["nom"], round(float(row["lat"]), 3), round(float(row["lon"]), 3), round(int(row["population"]) / 1000, 1)]
    for row in rows
    if int(row["population"]) >= LEAST_PEOPLE
]
towns.sort(key=lambda town: -town[3])
with open("web/src/places/towns.json", "w", encoding="utf-8") as file:
    json.dump(towns, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")
print(f"{len(towns)} towns")
