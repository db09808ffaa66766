"""A till file of a simulated gift-ware shop, in the columns of the Online Retail files.

It exists so that the import can be tried on a machine that does not have those files: invoices,
cancellations without a link to what they cancel, carriage, and purchases without a customer.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

COLUMNS = (
    "invoice",
    "stock_code",
    "description",
    "quantity",
    "invoice_date",
    "unit_price",
    "customer_id",
    "country",
)
_GOODS = (
    ("WHITE", "BLUE", "RED", "VINTAGE", "WOODEN", "CERAMIC", "FELT", "GLASS"),
    ("HEART", "STAR", "BIRD", "LANTERN", "TEA CUP", "PHOTO FRAME", "CANDLE", "CAKE TIN"),
    ("HANGER", "DECORATION", "SET OF 4", "HOLDER", "GIFT BOX"),
)
_FIRST = datetime(2010, 1, 4, 8, 0)  # noqa: DTZ001 - such files hold the shop's wall clock.
_DAYS = 700


def write_gift_ware(path: Path, *, seed: int, invoices: int = 2_500, customers: int = 300) -> int:
    """Write the file; answers how many lines it has."""
    random = Random(f"{seed}/gift-ware")  # noqa: S311 - a simulation, seeded on purpose
    goods = [
        (f"{20_000 + place}", " ".join(random.choice(words) for words in _GOODS), 85 + 10 * place)
        for place in range(120)
    ]
    lines = 0
    bought: list[tuple[list[object], datetime]] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for place in range(invoices):
            at = _FIRST + timedelta(minutes=int(place / invoices * _DAYS * 1_440))
            at = at.replace(hour=8 + place % 9)
            if bought and random.random() < 0.08:
                rows = [_cancelled(random, bought, f"C{500_000 + place}", at)]
            else:
                rows = _invoice(random, goods, str(500_000 + place), at, customers)
                bought.extend((row, at) for row in rows if row[6] and row[1] != "POST")
            writer.writerows(rows)
            lines += len(rows)
    return lines


def _invoice(
    random: Random,
    goods: list[tuple[str, str, int]],
    invoice: str,
    at: datetime,
    customers: int,
) -> list[list[object]]:
    # A few wholesalers buy much of what is sold.
    customer = "" if random.random() < 0.12 else 12_000 + int(customers * random.random() ** 2)
    rows: list[list[object]] = []
    for code, name, pence in random.sample(goods, 1 + int(random.expovariate(1 / 7)) % 40):
        pieces = random.choice((1, 1, 2, 3, 4, 6, 12, 24))
        price = f"{pence // 100}.{pence % 100:02d}"
        rows.append([invoice, code, name, pieces, _text(at), price, customer, "United Kingdom"])
    if random.random() < 0.1:
        rows.append([invoice, "POST", "POSTAGE", 1, _text(at), "18.00", customer, "France"])
    return rows


def _cancelled(
    random: Random, bought: list[tuple[list[object], datetime]], invoice: str, at: datetime
) -> list[object]:
    row, _ = bought[random.randrange(max(0, len(bought) - 400), len(bought))]
    quantity = row[3]
    assert isinstance(quantity, int), "quantities are whole numbers"
    return [invoice, row[1], row[2], -max(1, quantity // 2), _text(at), *row[5:]]


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
