"""The databases of a shop, from fixed seeds, and the right answer, computed without SQL."""

import random
import sqlite3

SEEDS = (20_113, 71_429)  # one database each
CATEGORIES = ("books", "garden", "kitchen", "music", "office", "sports", "tools", "toys")
CITIES = ("Arnhem", "Breda", "Delft", "Ede", "Gouda", "Hoorn")
STATUSES = ("paid", "paid", "paid", "open", "returned")
CUSTOMERS, PRODUCTS, ORDERS, LINES = 120, 80, 1200, 3600
DAYS, YEAR = 730, 365  # the second year begins on day YEAR
WANTED, LEADERS = "garden", 20

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
CREATE TABLE products (id INTEGER PRIMARY KEY, category TEXT NOT NULL, price INTEGER NOT NULL);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, day INTEGER NOT NULL, status TEXT NOT NULL
);
CREATE TABLE lines (order_id INTEGER NOT NULL, product INTEGER NOT NULL, quantity INTEGER NOT NULL);
"""
TABLES = ("customers", "products", "orders", "lines")

Rows = list[tuple[object, ...]]


def make(seed: int) -> dict[str, Rows]:
    """Return the rows of each table, some customers and products much more wanted than others."""
    rng = random.Random(seed)
    customers: Rows = [
        (number, f"Customer {rng.randrange(10**6):06d}", city)
        for number, city in enumerate(shuffled(CITIES, CUSTOMERS, rng), 1)
    ]
    products: Rows = [
        (number, category, rng.randrange(100, 10_001))
        for number, category in enumerate(shuffled(CATEGORIES, PRODUCTS, rng), 1)
    ]
    orders: Rows = [
        (
            number,
            1 + int(CUSTOMERS * rng.random() ** 2),
            rng.randrange(DAYS),
            rng.choice(STATUSES),
        )
        for number in range(1, ORDERS + 1)
    ]
    lines: Rows = [
        (1 + rng.randrange(ORDERS), 1 + int(PRODUCTS * rng.random() ** 1.5), rng.randrange(1, 6))
        for _ in range(LINES)
    ]
    return {"customers": customers, "products": products, "orders": orders, "lines": lines}


def shuffled(words: tuple[str, ...], count: int, rng: random.Random) -> list[str]:
    """Return each word equally often, `count` in all, in random order."""
    found = [*words] * (count // len(words))
    rng.shuffle(found)
    return found


def build(tables: dict[str, Rows]) -> sqlite3.Connection:
    """Return a database in memory that holds the tables, without any index."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(SCHEMA)
    database.execute("BEGIN")
    for name, rows in tables.items():
        marks = ",".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    database.execute("COMMIT")
    return database


def answer(tables: dict[str, Rows]) -> Rows:
    """Return the rows that instruction.md asks for, in its order."""
    prices = {number: price for number, kind, price in tables["products"] if kind == WANTED}
    paid = {number: (who, day) for number, who, day, status in tables["orders"] if status == "paid"}
    first: dict[object, int] = {}
    for who, day in paid.values():
        first[who] = min(day, first.get(who, DAYS))
    revenue: dict[object, int] = {}
    earlier: dict[object, int] = {}
    orders: dict[object, set[object]] = {}
    for order, product, quantity in tables["lines"]:
        if order in paid and product in prices:
            who, day = paid[order]
            year = revenue if day >= YEAR else earlier
            year[who] = year.get(who, 0) + quantity * prices[product]
            if day >= YEAR:
                orders.setdefault(who, set()).add(order)
    names = {number: (name, city) for number, name, city in tables["customers"]}
    leaders = sorted(revenue, key=lambda who: (-revenue[who], who))[:LEADERS]
    return [
        (
            who,
            names[who][0],
            revenue[who],
            len(orders[who]),
            earlier.get(who, 0),
            first[who],
            1
            + sum(
                names[other][1] == names[who][1] and revenue[other] > revenue[who]
                for other in revenue
            ),
        )
        for who in leaders
    ]
