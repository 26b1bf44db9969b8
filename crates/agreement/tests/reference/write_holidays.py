"""Writes holidays.txt anew: the public holidays that python's `holidays` knows, 1900 to 2100 (it knows no later year).

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install holidays==0.109
    /tmp/reference/bin/python crates/agreement/tests/reference/write_holidays.py > crates/agreement/tests/reference/holidays.txt

A line per year: the year, the days of metropolitan France as month and day, a bar, those that subdivision 57 (Moselle) adds.
"""

import holidays

print(f"# python holidays {holidays.__version__}, FR and FR subdivision 57; written by write_holidays.py")
for year in range(1900, 2101):
    mainland = set(holidays.France(years=year))
    moselle = set(holidays.France(years=year, subdiv="57"))
    assert mainland <= moselle
    words = [[f"{day:%m%d}" for day in sorted(days)] for days in (mainland, moselle - mainland)]
    print(year, " ".join(words[0]), "|", " ".join(words[1]))
