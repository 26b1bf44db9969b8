"""Makes openpyxl.xlsx, a workbook of a spreadsheet library in another language: python3 -m pip install openpyxl; python3 make_workbook.py"""
import datetime
import openpyxl

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Articles"
sheet.append(["Désignation", "Code barres", "Prix", "Depuis", "Ouvre à", "Bio"])
sheet.append(["Table ronde", 111, 12.5, datetime.date(2026, 11, 23), datetime.time(8, 30), True])
sheet.append(["Chaise, « pliante »", "222", "1 000,00", datetime.datetime(2026, 1, 2), None, False])
sheet.append([None, 333, "=1/0", None, None, None])
book.save("openpyxl.xlsx")
